"""Finds the place of a call, and of each of its arguments, in the text of a Python file."""

from __future__ import annotations

import ast
import linecache
from typing import NamedTuple

from pxc.author.calls import Call

__all__ = ["PLACES", "Place", "Places", "Site", "argument_place"]


class Place(NamedTuple):
    """A half-open piece of a file, lines and columns counted from 1, columns in characters."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Site(NamedTuple):
    """A call as it is written: its place, and its expression where the text is at hand."""

    place: Place
    call: ast.Call | None


class _Text:
    """One Python file: its lines, and its calls by where they end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines = linecache.getlines(name)
        self.read = linecache.cache.get(name)
        self.tree = _parsed("".join(self.lines))
        nodes = ast.walk(self.tree) if self.tree is not None else ()
        self.calls = {
            (node.end_lineno, node.end_col_offset): node
            for node in nodes
            if isinstance(node, ast.Call)
        }

    def place(self, line: int, column: int, end_line: int, end_column: int) -> Place:
        """A piece whose columns are counted in bytes from 0, as Python does."""
        start = self._characters(line, column) + 1
        return Place(self.name, line, start, end_line, self._characters(end_line, end_column) + 1)

    def _characters(self, line: int, column: int) -> int:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if text.isascii():
            return column
        return len(text.encode("utf-8", "replace")[:column].decode("utf-8", "replace"))


class Places:
    """Reads each file once, at the first question about it."""

    def __init__(self) -> None:
        self._texts: dict[str, _Text] = {}
        self._sites: dict[Call, Site] = {}

    def text(self, file: str) -> str:
        """The text of a file; empty where it is not at hand."""
        return "".join(self._text(file).lines)

    def site(self, call: Call) -> Site:
        """Where a call stands."""
        found = self._sites.get(call)
        if found is None:
            found = self._sites[call] = self._find(call)
        return found

    def of(self, file: str, node: ast.expr | ast.keyword) -> Place:
        """The place of an expression of a file."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._text(file).place(node.lineno, node.col_offset, end_line, end)

    def name_of(self, file: str, keyword: ast.keyword) -> Place:
        """The place of the name of a keyword argument."""
        end = keyword.col_offset + len((keyword.arg or "").encode())
        line = keyword.lineno
        return self._text(file).place(line, keyword.col_offset, line, end)

    def assigned(self, file: str, name: str) -> ast.expr | None:
        """The last expression that the top of a file gives a name."""
        tree = self._text(file).tree
        found: ast.expr | None = None
        for statement in tree.body if tree is not None else ():
            if isinstance(statement, ast.Assign):
                targets: list[ast.expr] = statement.targets
            elif isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            else:
                continue
            if any(isinstance(each, ast.Name) and each.id == name for each in targets):
                found = statement.value
        return found

    def refresh(self) -> None:
        """Forget the files that have changed since they were read."""
        for name, text in tuple(self._texts.items()):
            linecache.checkcache(name)
            if linecache.cache.get(name) is not text.read or text.read is None:
                del self._texts[name]
                self._sites = {c: s for c, s in self._sites.items() if s.place.file != name}

    def _text(self, file: str) -> _Text:
        found = self._texts.get(file)
        if found is None:
            found = self._texts[file] = _Text(file)
        return found

    def _find(self, call: Call) -> Site:
        code = call.code
        text = self._text(code.co_filename)
        positions = list(code.co_positions())
        at = call.at // 2
        line, end_line, column, end = positions[at] if 0 <= at < len(positions) else (None,) * 4
        if line is None:
            line = code.co_firstlineno
        if end_line is None or column is None or end is None:
            return Site(Place(text.name, line, 1, line, 1), None)
        node = text.calls.get((end_line, end))
        if node is None:
            return Site(text.place(line, column, end_line, end), None)
        return Site(text.place(node.lineno, node.col_offset, end_line, end), node)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


PLACES = Places()
"""The files of this process."""


def argument_place(call: Call | None, argument: object) -> Place | None:
    """The place of an argument of a call, of the call where that is not written out."""
    if call is None:
        return None
    PLACES.refresh()
    site = PLACES.site(call)
    file = site.place.file
    if site.call is not None and isinstance(argument, int) and argument < len(site.call.args):
        return PLACES.of(file, site.call.args[argument])
    for keyword in site.call.keywords if site.call is not None else ():
        if keyword.arg == argument and argument is not None:
            return PLACES.name_of(file, keyword)
    return site.place
