"""Turns YAML text into the same text with canonical indentation, spacing and quotes, by lines.

Nothing is dumped: blanks before and between tokens change, and single quotes that could be double
ones; every other character, comments among them, stays where it is.
"""

from __future__ import annotations

from typing import Any

import yaml
from msgspec import Struct

__all__ = ["Layout", "laid_out", "layout_of"]

STEP = 2


class RootKey(Struct, frozen=True):
    """A key of the root map: its text and the line it stands on."""

    name: str
    line: int


class Layout(Struct):
    """What the tokens of a text say of its lines; lines count from 0.

    `indents` holds the new first column of lines that begin with a token or continue a scalar;
    `inside` are the lines that continue a scalar of several lines; `gaps` and `quotes` are pieces
    of a line: blanks that become one, and text between single quotes that may have double ones;
    `last` is the last line with any content.
    """

    indents: dict[int, int]
    inside: set[int]
    gaps: list[tuple[int, int, int]]
    quotes: list[tuple[int, int, int]]
    roots: list[RootKey]
    last: int = 0
    after: int = -1
    fixed: bool = False
    aliases: bool = False
    keeps: bool = False
    open_end: bool = False


def layout_of(text: str) -> Layout:
    """The layout of a text that is known to be YAML with a block map at its root, and few levels.

    `fixed` says that indentation must stay (an indentation indicator or `? ` was used, or a tab
    indents); `aliases` that the order of keys matters; `keeps` that blank lines at the end of a
    block scalar are text; `open_end` that the file ends in one without a line end; `after` is the
    line of the first document marker behind the root.
    """
    return _Scan(text).layout


def laid_out(text: str, layout: Layout) -> str:
    """The text with the indentation, gaps and quotes that its layout asks for."""
    lines = text.split("\n")
    for line, start, end in layout.quotes:
        lines[line] = (
            f'{lines[line][:start]}"{lines[line][start + 1 : end - 1]}"{lines[line][end:]}'
        )
    if not layout.fixed:
        for line, start, end in sorted(layout.gaps, reverse=True):
            lines[line] = f"{lines[line][:start]} {lines[line][end:]}"
    moved = dict(layout.indents)
    if not layout.fixed:
        _indent_comments(lines, layout, moved)
        for line, column in moved.items():
            lines[line] = " " * column + lines[line].lstrip(" ")
    for line, written in enumerate(lines):
        if line not in layout.inside and line + 1 not in layout.inside:
            lines[line] = written.rstrip(" \t")
    return "\n".join(lines)


def _indent_comments(lines: list[str], layout: Layout, moved: dict[int, int]) -> None:
    """A comment goes with the line below it when it stands in its column, else with one above."""
    old = {line: _width(lines[line]) for line in layout.indents if line not in layout.inside}
    known = sorted(old)
    position = 0
    columns: dict[int, int] = {}
    for line, written in enumerate(lines):
        if line in old:
            columns = {c: n for c, n in columns.items() if c < old[line]}
            columns[old[line]] = layout.indents[line]
        if line in layout.inside or not written.lstrip(" \t").startswith("#"):
            continue
        while position < len(known) and known[position] < line:
            position += 1
        column = _width(written)
        below = known[position] if position < len(known) else None
        if below is not None and old[below] == column:
            moved[line] = layout.indents[below]
        elif column in columns:
            moved[line] = columns[column]
        elif columns and column:
            near = max((c for c in columns if c < column), default=None)
            moved[line] = 0 if near is None else columns[near] + STEP


def _width(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


class _Scan:
    """One walk over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.layout = Layout({}, set(), [], [], [])
        self._stack: list[int] = []
        self._flow = 0
        self._shift = 0
        self._seen = -1
        self._before: Any = None
        self._root_key = False
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for token in yaml.scan(text, Loader=loader):
            self._take(token)
        outside = (w for i, w in enumerate(self.lines) if i not in self.layout.inside)
        if any("\t" in w[: len(w) - len(w.lstrip())] for w in outside if w.strip()):
            self.layout.fixed = True

    def _take(self, token: Any) -> None:
        layout = self.layout
        line, column = token.start_mark.line, token.start_mark.column
        match token:
            case yaml.BlockMappingStartToken() | yaml.BlockSequenceStartToken():
                self._stack.append(self._stack[-1] + STEP if self._stack else 0)
                return
            case yaml.BlockEndToken():
                self._stack.pop()
                return
            case yaml.StreamStartToken() | yaml.StreamEndToken() | yaml.DirectiveToken():
                return
            case yaml.DocumentStartToken() | yaml.DocumentEndToken():
                if layout.roots and layout.after < 0:
                    layout.after = line
                self._first(line, 0)
                self._before = None
                return
        top = self._stack[-1] if self._stack else 0
        leads = isinstance(token, yaml.KeyToken | yaml.BlockEntryToken | yaml.ValueToken)
        if self._flow:
            self._first(line, max(column + self._shift, top))
        elif self._first(line, top if leads else top + STEP):
            self._shift = layout.indents[line] - column
        elif line == self._line_of_gap():
            self._gap(line, column)
        self._note(token, line, column)
        layout.last = max(layout.last, token.end_mark.line if not self._is_block(token) else line)

    def _first(self, line: int, column: int) -> bool:
        """Give a line its column, when nothing of it was seen before."""
        if line <= self._seen:
            return False
        self._seen = line
        self.layout.indents[line] = column
        return True

    def _line_of_gap(self) -> int:
        before = self._before
        if isinstance(before, yaml.ValueToken | yaml.BlockEntryToken):
            return int(before.end_mark.line)
        return -1

    def _gap(self, line: int, column: int) -> None:
        end = self._before.end_mark.column
        if self.lines[line][end:column] != " ":
            self.layout.gaps.append((line, end, column))

    def _note(self, token: Any, line: int, column: int) -> None:
        layout = self.layout
        match token:
            case yaml.KeyToken() if not self._flow:
                explicit = self.lines[line][column : column + 1] == "?"
                if explicit and self.lines[line][column + 1 : column + 2] in ("", " ", "\t"):
                    layout.fixed = True
                self._root_key = len(self._stack) == 1
                self._before = token
                return
            case yaml.FlowMappingStartToken() | yaml.FlowSequenceStartToken():
                self._flow += 1
            case yaml.FlowMappingEndToken() | yaml.FlowSequenceEndToken():
                self._flow -= 1
            case yaml.AliasToken() | yaml.AnchorToken():
                layout.aliases = True
            case yaml.ScalarToken():
                if self._root_key:
                    layout.roots.append(RootKey(token.value, line))
                self._scalar(token, line, column)
        if not isinstance(token, yaml.TagToken | yaml.AnchorToken):
            self._root_key = False
        self._before = token if not self._flow else None

    @staticmethod
    def _is_block(token: Any) -> bool:
        return isinstance(token, yaml.ScalarToken) and token.style in ("|", ">")

    def _scalar(self, token: Any, line: int, column: int) -> None:
        end = token.end_mark
        if self._is_block(token):
            self._block_scalar(token, line, column)
        elif end.line > line:
            shift = self.layout.indents[line] - _width(self.lines[line])
            least = (self._stack[-1] if self._stack else 0) + 1
            for inner in range(line + 1, end.line + 1):
                self.layout.inside.add(inner)
                if self.lines[inner].strip():
                    width = _width(self.lines[inner])
                    self.layout.indents[inner] = max(width + shift, least)
            self._seen = max(self._seen, end.line)
        elif token.style == "'" and not set(token.value) & {"'", '"', "\\"}:
            self.layout.quotes.append((line, column, end.column))

    def _block_scalar(self, token: Any, line: int, column: int) -> None:
        """Lines of a block scalar move together; its last blank lines are text with `+`."""
        layout = self.layout
        header = self.lines[line][column:].split("#", 1)[0].strip()
        layout.fixed = layout.fixed or any(c.isdigit() for c in header)
        layout.keeps = layout.keeps or "+" in header
        self._seen = max(self._seen, line)
        if not token.value.strip("\n"):
            return
        floor = next((i for i in range(line + 1, len(self.lines)) if self.lines[i].strip(" ")), 0)
        width = _width(self.lines[floor]) if floor else 0
        if not width or not token.value.strip():
            layout.fixed = True  # text of blanks alone: where it begins cannot be told
            return
        last = floor
        for inner in range(floor, len(self.lines)):
            written = self.lines[inner]
            if written.strip(" ") and _width(written) < width:
                break
            last = inner if len(written) > width else last
        self._move_block(range(line + 1, last + 1), width)
        layout.last = max(layout.last, last)
        self._seen = max(self._seen, last)
        layout.open_end = last == len(self.lines) - 1

    def _move_block(self, lines: range, width: int) -> None:
        new = (self._stack[-1] if self._stack else -STEP) + STEP
        for inner in lines:
            self.layout.inside.add(inner)
            written = self.lines[inner]
            if written.strip(" ") or len(written) > width:
                self.layout.indents[inner] = new + _width(written) - width
