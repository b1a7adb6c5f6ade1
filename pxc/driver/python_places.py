"""Turns lines and columns as Python counts them into places of a source."""

from __future__ import annotations

import re

from pxc.source import Source, Span, head_of, whole

__all__ = ["after_bytes", "after_characters", "one_line"]

_MOST_COLUMN = 1 << 20
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\u2028\u2029]")


def after_characters(source: Source, place: list[int]) -> Span:
    """The place of a SyntaxError, whose columns count characters; its line where it has none."""
    line, column, end_line, end_column = place if len(place) == 4 else (1, 1, 0, 0)
    start = source.offset(line, column)
    if start is None:
        return _line_of(source, line) or Span(source, 0, 0)
    end = source.offset(end_line, end_column)
    return head_of(Span(source, start, end)) if end and end > start else Span(source, start, start)


def after_bytes(source: Source, place: list[int] | None) -> Span | None:
    """The place of an instruction, whose columns count bytes of UTF-8; None for none."""
    if place is None or len(place) != 4:
        return None
    start = _offset(source, place[0], place[1])
    end = _offset(source, place[2], place[3])
    if start is None:
        return None
    if end is None or end < start:
        return _line_of(source, place[0])
    return head_of(Span(source, start, end))


def one_line(text: str) -> str:
    """A text of a program as one line, without what a terminal would obey."""
    return _UNFIT.sub("\ufffd", text.replace("\n", " "))[:2_000]


def _offset(source: Source, line: int, column: int) -> int | None:
    if source.offset(line, 1) is None or not 1 <= column <= _MOST_COLUMN:
        return None
    before = source.line(line).encode("utf-8", "replace")[: column - 1]
    return source.offset(line, len(before.decode("utf-8", "replace")) + 1)


def _line_of(source: Source, line: int) -> Span | None:
    start = source.offset(line, 1)
    return None if start is None else head_of(Span(source, start, whole(source).end))
