"""Turns the text of pxc.lock, as pxc writes it, into its entries without a reader of TOML.

A large lock is read in each compilation, and most are just as they were written. Whatever is
otherwise is left to the reader of TOML, which also says what is wrong.
"""

from __future__ import annotations

import re
from datetime import date

from pxc.hub.lock import Chosen, Lock, Locked

__all__ = ["lines_read"]

_TEXT = r'"([^"\\\x00-\x1f\x7f]+)"'
_LIST = r'\[\n((?:    "[^"\\\x00-\x1f\x7f]+",\n)+)\]'
_IMAGE = r'(?:"[^"\\\x00-\x1f\x7f]+"|[A-Za-z0-9_-]+) = "sha256:[0-9a-f]{64}"'
_BEGINS = re.compile(r"(?:#[^\x00-\x08\x0a-\x1f\x7f]*\n)?version = 1\n")
_RANGE = re.compile(
    rf"\n\[\[range\]\]\ncomponent = {_TEXT}\n"
    r'range = "([~^][0-9A-Za-z.-]+)"\n'
    r'tag = "([A-Za-z0-9_][A-Za-z0-9._-]{0,127})"\n'
)
_ENTRY = re.compile(
    rf"\n\[\[component\]\]\nref = {_TEXT}\n"
    r'digest = "(sha256:[0-9a-f]{64})"\n'
    r"(?:size = ([1-9][0-9]{0,17})\n)?"
    rf"(?:registry = {_TEXT}\n)?"
    r"(?:resolved = ([0-9]{4}-[0-9]{2}-[0-9]{2})\n)?"
    rf"(?:signer = {_TEXT}\n)?"
    rf"(?:requires = {_LIST}\n)?"
    rf"(?:via = {_LIST}\n)?"
    rf"(?:\n\[component\.images\]\n((?:{_IMAGE}\n)+))?"
)


def lines_read(text: str) -> Lock | None:
    """What a text fixes; None where any line of it is not as pxc writes it."""
    begins = _BEGINS.match(text)
    if begins is None:
        return None
    at, found, ranges = begins.end(), [], []
    while entry := _RANGE.match(text, at):
        if not _is_range(entry[2]):
            return None
        ranges.append(Chosen(component=entry[1], range=entry[2], tag=entry[3]))
        at = entry.end()
    while at < len(text):
        entry = _ENTRY.match(text, at)
        made = None if entry is None else _made(entry)
        if entry is None or made is None:
            return None
        found.append(made)
        at = entry.end()
    if len({each.ref for each in found}) < len(found):
        return None
    if len({each.component for each in ranges}) < len(ranges):
        return None
    return Lock(components=tuple(found), ranges=tuple(ranges))


def _made(entry: re.Match[str]) -> Locked | None:
    ref, digest, size, registry, resolved, signer, requires, via, images = entry.groups()
    pairs = _pairs(images)
    try:
        date.fromisoformat(resolved or "2000-01-01")
    except ValueError:
        return None
    if pairs is None:
        return None
    return Locked(
        ref=ref,
        digest=digest,
        size=int(size or 0),
        registry=registry or "",
        resolved=resolved or "",
        signer=signer or "",
        images=tuple(pairs.items()),
        requires=_items(requires),
        via=_items(via),
    )


def _is_range(text: str) -> bool:
    from pxc.hub.semver import parse_range

    return parse_range(text) is not None


def _pairs(lines: str | None) -> dict[str, str] | None:
    """The keys and texts of a table, one a line; None where a key is there twice."""
    cut = [line.rpartition(" = ") for line in lines.split("\n")[:-1]] if lines else []
    found = {key.strip('"'): text.strip('"') for key, _, text in cut}
    return found if len(found) == len(cut) else None


def _items(lines: str | None) -> tuple[str, ...]:
    """The texts of a list, one a line."""
    return tuple(line[5:-2] for line in lines.split("\n")[:-1]) if lines else ()
