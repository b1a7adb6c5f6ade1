"""Turns a span into one line of its source, made safe for a terminal, and the columns to mark."""

from msgspec import Struct

from pxc.source import Span

__all__ = ["Excerpt", "excerpt", "visible"]

_TAB = "    "
_GAP = "..."
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_Cell = tuple[str, int]
"""What stands for one character, and how many columns it takes."""


class Excerpt(Struct, frozen=True):
    """One line to print under `number`; `marks` columns from column `indent` (0) are the span.

    `continues` tells that the span goes on below the line.
    """

    number: int
    text: str
    indent: int
    marks: int
    continues: bool


def visible(text: str) -> str:
    """The text with everything that does not print, or that steers a terminal, as an escape."""
    return text if text.isprintable() else "".join(map(_printed, text))


def excerpt(span: Span, width: int) -> Excerpt:
    """The first line of a span, cut to about `width` columns around it.

    The work is bounded by `width`, whatever the length of the line.
    """
    text = span.source.text
    start = min(span.start, len(text))
    number, column = span.source.place(start)
    first = start - column + 1
    line_end, whole = _line_end(text, start, reach := 4 * width)
    start = min(start, line_end)
    end = max(start, min(span.end, line_end))
    continues = whole and bool(text[line_end : min(span.end, line_end + reach)].strip())
    if continues:
        end = start + len(text[start:end].rstrip())

    left = _cells(text[max(first, start - reach) : start])
    mid = _cells(text[start:end])
    while left and mid and mid[0][1] == 0:  # a combining mark is shown on the character before it
        mid.insert(0, left.pop())
    right = _cells(text[end:line_end])
    left, left_cut = _trimmed_left(left, mid, right, width)
    left_cut = left_cut or (bool(left) and start - reach > first)
    room = max(width - _width(left), 1)
    mid, mid_cut = _leading(mid, room)
    right, right_cut = _leading(right, 0 if mid_cut else room - _width(mid))
    cut = mid_cut or right_cut or not whole

    opening = _GAP if left_cut else ""
    shown = "".join(c for c, _ in [*left, *mid, *right])
    return Excerpt(
        number=number,
        text=(opening + shown + (_GAP if cut else "")).rstrip(),
        indent=len(opening) + _width(left),
        marks=max(1, _width(mid)),
        continues=continues or mid_cut,
    )


def _line_end(text: str, start: int, reach: int) -> tuple[int, bool]:
    """Where the line of `start` ends (before its line break), and whether that is its real end."""
    end = text.find("\n", start, start + reach)
    if end < 0:
        end = min(len(text), start + reach)
        if end < len(text):
            return end, False
    return (end - 1 if end and text[end - 1] == "\r" else end), True


def _trimmed_left(
    left: list[_Cell], mid: list[_Cell], right: list[_Cell], width: int
) -> tuple[list[_Cell], bool]:
    """The end of `left` that leaves room for the span and as much of what follows it."""
    rest = max(width - _width(mid), 0)
    room = max(rest // 2, rest - _width(right))
    kept, cut = _leading(left[::-1], room)
    return kept[::-1], cut


def _leading(cells: list[_Cell], room: int) -> tuple[list[_Cell], bool]:
    """The cells that fit into `room` columns, and whether some did not."""
    used = 0
    for index, (_, columns) in enumerate(cells):
        used += columns
        if used > room:
            return cells[:index], True
    return cells, False


def _width(cells: list[_Cell]) -> int:
    return sum(columns for _, columns in cells)


def _cells(text: str) -> list[_Cell]:
    if text.isascii() and text.isprintable():
        return [(c, 1) for c in text]
    return [_cell(c) for c in text]


def _cell(char: str) -> _Cell:
    if char == "\t":
        return _TAB, len(_TAB)
    if char.isascii() or not char.isprintable():
        shown = _printed(char)
        return shown, len(shown)
    from unicodedata import category, east_asian_width

    if category(char) in ("Mn", "Me"):
        return char, 0
    return char, 2 if east_asian_width(char) in "WF" else 1


def _printed(char: str) -> str:
    if char.isprintable():
        return char
    short = _SHORT_ESCAPES.get(char)
    if short:
        return short
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
