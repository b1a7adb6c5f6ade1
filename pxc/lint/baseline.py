"""Turns findings that are there already into a file of counts, and takes them out of a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from pxc.diagnostics import Diagnostic
from pxc.lint.select import is_unignorable
from pxc.source import Span

__all__ = ["Baseline", "BaselineError", "fingerprint"]

_VERSION = 1
_LONGEST = 2_000

Counts = dict[str, dict[str, dict[str, int]]]
"""File -> code -> fingerprint -> how many."""


class BaselineError(ValueError):
    """A baseline that cannot be used; the text says why, to stand after its path."""


class Baseline:
    """How many findings of each kind are known; `name_of` turns a source's name into a file key."""

    def __init__(self, counts: Counts, name_of: Callable[[str], str]) -> None:
        self.counts = counts
        self.name_of = name_of

    @classmethod
    def parse(cls, text: str, name_of: Callable[[str], str]) -> Baseline:
        """The baseline of a file's text. Raises BaselineError."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as fault:
            raise BaselineError("is not JSON") from fault
        if not isinstance(data, dict) or data.get("version") != _VERSION:
            raise BaselineError(f"is not a baseline of version {_VERSION}")
        findings: Any = data.get("findings")
        if not _is_counts(findings):
            raise BaselineError("has no well-formed `findings`")
        return cls(findings, name_of)

    @classmethod
    def of(cls, found: Iterable[Diagnostic], name_of: Callable[[str], str]) -> Baseline:
        """The baseline that holds exactly these findings; what cannot be ignored stays out."""
        counts: Counts = {}
        for diagnostic in found:
            if not is_unignorable(diagnostic.code):
                codes = counts.setdefault(name_of(diagnostic.span.source.name), {})
                prints = codes.setdefault(diagnostic.code.id, {})
                key = fingerprint(diagnostic)
                prints[key] = prints.get(key, 0) + 1
        return cls(counts, name_of)

    def new(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that are not known: of each kind those beyond its count, in order."""
        seen: dict[tuple[str, str, str], int] = {}
        fresh = []
        for diagnostic in found:
            file = self.name_of(diagnostic.span.source.name)
            key = (file, diagnostic.code.id, fingerprint(diagnostic))
            seen[key] = seen.get(key, 0) + 1
            known = self.counts.get(file, {}).get(key[1], {}).get(key[2], 0)
            if seen[key] > known or is_unignorable(diagnostic.code):
                fresh.append(diagnostic)
        return fresh

    def pruned(
        self, found: Iterable[Diagnostic], linted: frozenset[str], exists: Callable[[str], bool]
    ) -> Baseline:
        """The baseline without what is gone; it never grows.

        `linted` are the keys of the files that were looked at; of other files nothing is known,
        and they are kept as long as they exist.
        """
        now = Baseline.of(found, self.name_of).counts
        kept: Counts = {}
        for file, codes in self.counts.items():
            if file not in linted:
                if exists(file):
                    kept[file] = codes
                continue
            for code, prints in codes.items():
                for key, count in prints.items():
                    left = min(count, now.get(file, {}).get(code, {}).get(key, 0))
                    if left:
                        kept.setdefault(file, {}).setdefault(code, {})[key] = left
        return Baseline(kept, self.name_of)

    def total(self) -> int:
        """How many findings are known."""
        return sum(n for codes in self.counts.values() for p in codes.values() for n in p.values())

    def text(self) -> str:
        """The file: sorted, so that equal baselines are equal bytes."""
        data = {"version": _VERSION, "findings": self.counts}
        return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def fingerprint(found: Diagnostic) -> str:
    """What a finding is known by: code, the keys above it, its line and text without spaces.

    Neither line numbers nor the wording of messages are in it, so that lines may move and messages
    may improve.
    """
    span = found.span
    first = span.source.line(span.line)[:_LONGEST]
    parts = (found.code.id, *_path(span), " ".join(first.split()), " ".join(span.text.split()))
    return sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _path(span: Span) -> list[str]:
    """The lines that open what a line stands in, outermost first, told by indentation."""
    source, number = span.source, span.line
    above: list[str] = []
    indent = _indent(source.line(number))
    while number > 1 and indent > 0:
        number -= 1
        line = source.line(number)
        if line.strip() and not line.lstrip().startswith("#") and _indent(line) < indent:
            indent = _indent(line)
            above.append(" ".join(line.split())[:_LONGEST])
    return above[::-1]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_counts(data: Any) -> bool:
    return isinstance(data, dict) and all(
        isinstance(codes, dict)
        and all(
            isinstance(prints, dict)
            and all(isinstance(n, int) and not isinstance(n, bool) for n in prints.values())
            for prints in codes.values()
        )
        for codes in data.values()
    )
