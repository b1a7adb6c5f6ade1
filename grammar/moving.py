"""Turns a field that stands beside its section into the edit that moves it inside."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Fix
from pxc.grammar.shapes import Model
from pxc.ir.node import Lit, Map
from pxc.source import Span

__all__ = ["move_inside"]

_STEP = 2
_INDICATED = r"[|>][-+]?[1-9]"


def move_inside(key: Lit[Any], model: Model, within: Map) -> Fix | None:
    """The fix that moves an entry of a map into the section of that map it belongs to.

    `nodeSelector` beside `environment` goes into it; a section that is not there is made. None
    when the field belongs elsewhere, when the section has such a field, or when the layout is not
    that of lines: what is in braces, or on one line, is moved by hand.
    """
    section = _section_of(str(key.value), model)
    if section is None:
        return None
    text = within.span.source.text
    first, end = _lines(text, within.span.start, within.span.end)
    value = next(v for k, v in within.entries if k is key)
    if not key.span.end <= value.span.start <= value.span.end <= within.span.end:
        return None  # an alias: its value stands elsewhere
    start, stop = _lines(text, key.span.start, value.span.end)
    home = next((v for k, v in within.entries if _name(k) == section), None)
    if _is_odd(text[first:end]) or text[first : within.span.start].strip(" "):
        return None
    if text[start : key.span.start].strip(" ") or (home is None and section == "container"):
        return None
    entry = text[start:stop]
    if home is None:
        made = f"{' ' * (key.span.start - start)}{section}:\n{_shifted(entry, _STEP)}"
        edits = [(start, stop, made)]
    else:
        place = _place_in(home, str(key.value), within, text)
        if place is None:
            return None
        at, column = place
        moved = _shifted(entry, column - (key.span.start - start))
        edits = [(start, stop, ""), (at, at, moved if moved.endswith("\n") else f"{moved}\n")]
    edit = (Span(within.span.source, first, end), _applied(text, first, end, edits))
    return Fix(f"move it into `{section}`", (edit,), safe=False)


def _place_in(home: Any, name: str, within: Map, text: str) -> tuple[int, int] | None:
    """Behind the last line of a section written as lines, and the column of its fields."""
    if not isinstance(home, Map) or not home.entries or home.get(name) is not None:
        return None
    if not within.span.start <= home.span.start <= home.span.end <= within.span.end:
        return None
    start, stop = _lines(text, home.span.start, home.span.end)
    if text[start : home.span.start].strip(" ") or text[stop - 1 : stop] != "\n":
        return None
    return stop, home.span.start - start


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole lines that a piece of text stands on."""
    first = text.rfind("\n", 0, start) + 1
    if text[end - 1 : end] == "\n":  # a block scalar ends behind its last line
        return first, end
    stop = text.find("\n", end)
    return first, len(text) if stop < 0 else stop + 1


def _is_odd(text: str) -> bool:
    return bool(re.search(_INDICATED, text)) or "\t" in text or "\r" in text


def _applied(text: str, first: int, end: int, edits: list[tuple[int, int, str]]) -> str:
    parts = []
    for start, stop, new in sorted(edits):
        parts += [text[first:start], new]
        first = stop
    return "".join([*parts, text[first:end]])


def _section_of(name: str, model: Model) -> str | None:
    """The section of a model that has a field of this name; None when none or several have."""
    from pxc.grammar.kubernetes_definitions import definition_fields

    found = [
        section
        for section, field in model.fields.items()
        if isinstance(field.shape, Model) and name in field.shape.fields
    ]
    if "container" in model.fields and name in definition_fields("V1Container"):
        found.append("container")
    return found[0] if len(found) == 1 else None


def _name(key: Any) -> Any:
    return key.value if isinstance(key, Lit) else None


def _shifted(chunk: str, width: int) -> str:
    lines = chunk.split("\n")
    return "\n".join(f"{' ' * width}{line}" if line.strip() else line for line in lines)
