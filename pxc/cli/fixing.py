"""Turns a file with findings into the file after their fixes, and says what was done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct

from pxc.cli.options import STDIN
from pxc.cli.output import write_file
from pxc.cli.terminal import say, write_product
from pxc.diagnostics import Diagnostic, Report
from pxc.request import SourceText
from pxc.source import Source

__all__ = ["Fixed", "Fixing", "difference", "fix_options", "fix_text"]

ROUNDS = 5
"""How often a file is linted again after fixes; a text that could not be read has more."""

_REPAIRS = 100
_MARK = b"\xef\xbb\xbf"

Lint = Callable[[SourceText], Report]
Wanted = Callable[[Iterable[Diagnostic]], list[Diagnostic]]
"""Which of the findings of a lint are to be mended."""


class Fixed(Struct, frozen=True):
    """A file after its fixes, the findings that they mended, and the report of what is left."""

    data: bytes
    mended: tuple[Diagnostic, ...]
    report: Report


def fix_text(given: SourceText, lint: Lint, *, unsafe: bool, wanted: Wanted = list) -> Fixed:
    """A text after the safe fixes (or all fixes) of the findings that are wanted.

    `lint` is asked again after each round of fixes until nothing is left to do. Only fixes of this
    very file are applied; line ends and a byte order mark stay as they are.
    """
    mark = _MARK if given.data.startswith(_MARK) else b""
    report = lint(given)
    mended: list[Diagnostic] = []
    rounds = 0
    seen = {given.data}
    for _ in range(_REPAIRS):
        found = [d for d in wanted(report) if _can_mend(d, given, unsafe)]
        if not found or rounds == ROUNDS:
            break
        text, done, readable = _one_round(found)
        data = mark + text.encode()
        if not done or data in seen:  # nothing to do, or fixes that undo one another
            break
        rounds += readable
        mended += done
        seen.add(data)
        given = SourceText(given.name, data)
        report = lint(given)
    return Fixed(given.data, tuple(mended), report)


def _can_mend(found: Diagnostic, given: SourceText, unsafe: bool) -> bool:
    fix = found.fix
    if fix is None or not fix.edits or not (fix.safe or unsafe):
        return False
    source = fix.edits[0][0].source
    if source.name != given.name:
        return False
    return source.text.encode() == given.data.removeprefix(_MARK)


def _one_round(found: list[Diagnostic]) -> tuple[str, list[Diagnostic], bool]:
    """The text after the fixes of a lint, the findings they were for, and whether it was read."""
    from pxc.grammar.rewrite import rewrite
    from pxc.grammar.yaml_tree import read_yaml

    source: Source = found[0].fix.edits[0][0].source  # type: ignore[union-attr]
    fixes = [d.fix for d in found if d.fix is not None]
    result = rewrite(source, fixes)
    applied = {id(fix) for fix in result.applied}
    if result.refused and os.environ.get("PXC_DEBUG"):
        for fix in result.refused:
            place = fix.edits[0][0]
            say(f"fix refused at {place}, it would change more: {fix.message}\n", sys.stderr)
    done = [d for d in found if id(d.fix) in applied]
    return result.text, done, read_yaml(source, Report()) is not None


def difference(name: str, before: bytes, after: bytes) -> str:
    """A unified diff of two versions of a file, empty when they are the same."""
    from difflib import unified_diff

    if before == after:
        return ""
    old, new = (_lines(data.decode("utf-8", "replace")) for data in (before, after))
    parts = []
    for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
        parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)


def _lines(text: str) -> list[str]:
    """Lines by their line feeds alone, as diff tools count them."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


F = TypeVar("F", bound=Callable[..., Any])


def fix_options(command: F) -> F:
    """`--fix`, `--unsafe-fixes` and `--diff`."""
    for option in (
        click.option("--diff", is_flag=True, help="Print what --fix would change; write nothing."),
        click.option(
            "--unsafe-fixes", is_flag=True, help="Also apply fixes that may change the meaning."
        ),
        click.option("--fix", is_flag=True, help="Apply the safe fixes to the files."),
    ):
        command = option(command)
    return command


class Fixing:
    """What `--fix`, `--unsafe-fixes` and `--diff` ask for, done file by file.

    `stream` is where the findings go: standard output is taken when texts are printed there.
    `wanted` keeps back what is not to be mended, such as what a baseline knows.
    """

    def __init__(
        self, *, fix: bool, unsafe: bool, diff: bool, stdin: bool, wanted: Wanted = list
    ) -> None:
        if unsafe and not (fix or diff):
            raise click.UsageError("--unsafe-fixes needs --fix or --diff.")
        self.asked = fix or diff
        self.would_change = False
        self.stream = sys.stderr if diff or (fix and stdin) else sys.stdout
        self._unsafe = unsafe
        self._diff = diff
        self._wanted = wanted

    def apply(self, path: str, given: SourceText, lint: Lint) -> Report:
        """Fix one file, or standard input for `-`; the report is of what is left.

        A file is written only when a fix changed it, and never with `--diff`.
        """
        fixed = fix_text(given, lint, unsafe=self._unsafe, wanted=self._wanted)
        changed = fixed.data != given.data
        if self._diff:
            write_product(difference(given.name, given.data, fixed.data))
            self.would_change = self.would_change or changed
        elif path == STDIN:
            sys.stdout.flush()
            sys.stdout.buffer.write(fixed.data)
        elif changed:
            write_file(Path(path), fixed.data.decode())
        if changed:
            say(_told(given.name, fixed.mended, would=self._diff), sys.stderr)
        return fixed.report


def _told(name: str, mended: Iterable[Diagnostic], *, would: bool) -> str:
    counts: dict[str, int] = {}
    for found in mended:
        counts[found.code.id] = counts.get(found.code.id, 0) + 1
    parts = [f"{code} x{n}" if n > 1 else code for code, n in sorted(counts.items())]
    return f"{'would fix' if would else 'fixed'} `{name}`: {', '.join(parts)}\n"
