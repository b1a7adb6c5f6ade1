"""Turns many findings in one file into as many as a person reads, and says what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from pxc.diagnostics import Diagnostic, Note

__all__ = ["PER_FILE", "fewer_of_a_file", "fewer_of_a_kind"]

PER_FILE = 50
"""How many findings of one file are shown."""

_SHOWN, _TOLERATED = 3, 5
"""How many findings of one code in one file are shown when there are more than so many."""

_LINES = 20


def fewer_of_a_kind(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Findings of which no file has many of one code; a note tells the lines of the others."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for one in found:
        groups.setdefault((one.span.source.name, one.code.id), []).append(one)
    kept: dict[int, Diagnostic] = {}
    for group in groups.values():
        shown = group if len(group) <= _TOLERATED else group[:_SHOWN]
        kept |= {id(one): one for one in shown}
        if len(group) > len(shown):
            note = _note(group[_SHOWN:])
            last = shown[-1]
            kept[id(last)] = replace(last, notes=(*last.notes, note))
    return [kept[id(one)] for one in found if id(one) in kept]


def fewer_of_a_file(found: Sequence[Diagnostic]) -> tuple[list[Diagnostic], dict[str, int]]:
    """The first `PER_FILE` findings of each file, and by file how many others there are."""
    counts: dict[str, int] = {}
    kept = []
    for one in found:
        name = one.span.source.name
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= PER_FILE:
            kept.append(one)
    return kept, {name: n - PER_FILE for name, n in counts.items() if n > PER_FILE}


def _note(others: Sequence[Diagnostic]) -> Note:
    lines = list(dict.fromkeys(one.span.line for one in others))
    listed = ", ".join(map(str, lines[:_LINES]))
    rest = f" and {len(lines) - _LINES} more" if len(lines) > _LINES else ""
    word = "line" if len(lines) == 1 else "lines"
    return Note(
        f"{len(others)} more of `{others[0].code.id}` in this file, on {word} {listed}{rest}"
    )
