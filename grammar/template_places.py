"""Maps offsets in a scalar's value to places in the YAML text that spells it."""

from __future__ import annotations

import re
from collections.abc import Callable

from pxc.ir.node import Lit
from pxc.source import Span

_SPACE = " \t\r\n\x85\u2028\u2029\ufeff"
_PROPERTIES = re.compile(r"(?:[&!][^\s]*\s+)+")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}


def places(lit: Lit[str]) -> Callable[[int, int], Span]:
    """A function from a piece `[start, end)` of the literal's value to its span in the source.

    Where the value's characters are not those of the span (it was computed), every piece has the
    span of the whole literal.
    """
    span, value = lit.span, lit.value
    raw = span.text
    source, base = span.source, span.start
    if raw == value:
        return lambda start, end: Span(source, base + start, base + end)
    if raw[1:-1] == value and raw[0] in "'\"":
        return lambda start, end: Span(source, base + 1 + start, base + 1 + end)
    starts: list[int] = []
    ends: list[int] = []

    def place(start: int, end: int) -> Span:
        if not starts and not _align(value, raw, starts, ends):
            starts.append(-1)
        if starts[0] < 0:
            return span
        if end > start:
            return Span(source, base + starts[start], base + ends[end - 1])
        at = starts[start] if start < len(starts) else ends[-1]
        return Span(source, base + at, base + at)

    return place


def _align(value: str, raw: str, starts: list[int], ends: list[int]) -> bool:
    """Fill in where each character of the value starts and ends in the raw text.

    Folding, indentation and chomping only ever change white space, so both texts are walked from
    one visible character to the next; a blank of the value has the place of a blank of the raw
    text where there is one. False when the texts do not match.
    """
    properties = _PROPERTIES.match(raw)
    at = properties.end() if properties else 0
    quote = raw[at : at + 1]
    if quote in ("|", ">"):
        line_end = raw.find("\n", at)
        at, quote = (line_end + 1 if line_end >= 0 else len(raw)), ""
    elif quote in ("'", '"'):
        at += 1
    else:
        quote = ""
    for character in value:
        if character in _SPACE:
            blank = _character(raw, at, quote)
            if blank is not None and blank[0] in _SPACE:
                starts.append(at)
                at = blank[1]
            else:
                starts.append(at)
            ends.append(at)
            continue
        found = _character(raw, at, quote)
        while found is not None and (found[0] == "" or found[0] in _SPACE):
            at = found[1]
            found = _character(raw, at, quote)
        if found is None or found[0] != character:
            starts.clear()
            ends.clear()
            return False
        starts.append(at)
        at = found[1]
        ends.append(at)
    return True


def _character(raw: str, at: int, quote: str) -> tuple[str, int] | None:
    """The character spelled at an offset of the raw text (empty for an escaped line end) and where
    the next one starts; None at the end.
    """
    if at >= len(raw):
        return None
    found = raw[at]
    if quote == "'" and found == "'":
        return ("'", at + 2) if raw[at + 1 : at + 2] == "'" else None
    if quote != '"':
        return found, at + 1
    if found == '"':
        return None
    if found != "\\":
        return found, at + 1
    kind = raw[at + 1 : at + 2]
    if kind in _HEX_DIGITS:
        end = at + 2 + _HEX_DIGITS[kind]
        try:
            return chr(int(raw[at + 2 : end], 16)), end
        except (ValueError, OverflowError):
            return None
    if kind in ("\n", "\r"):
        return "", at + 2
    return (_ESCAPES[kind], at + 2) if kind in _ESCAPES else None
