"""Turns a text and an offset in it into a place a person can find: file, line, column."""

from bisect import bisect_right
from functools import cached_property

from msgspec import Struct


class Authored(Struct, frozen=True):
    """What a program handed over: its document, as `pxc.author.document` writes it.

    `modules` are the names and texts of further files of the program that places may be in.
    """

    document: bytes
    modules: tuple[tuple[str, str], ...] = ()


class Source:
    """One text and the name it is shown under.

    `name` is what diagnostics print (a path as the user wrote it, `-` or `-P lr`);
    `text` has no byte order mark. Two sources are the same only when they are the same object.
    `via` tells whose text it is: `user`, `preset:NAME` for one of the catalog, `component:REF`.
    `rewritten` is true once what was read of it was brought to another version: from then on a
    place in it is no longer the text that a fix would have to change.
    `authored` is what a program handed over, whose places are in this text; None for a text that is
    the document itself. A program is never edited by a fix.
    """

    def __init__(
        self, name: str, text: str, via: str = "user", authored: Authored | None = None
    ) -> None:
        self.name = name
        self.text = text
        self.via = via
        self.rewritten = False
        self.authored = authored

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1, columns in characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int | None:
        """The offset of a line and a column, both from 1; None where the text has no such place.

        A column may stand right after the last character of its line.
        """
        starts = self._line_starts
        if not 1 <= line <= len(starts) or column < 1:
            return None
        at = starts[line - 1] + column - 1
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return at if at <= end else None

    def line(self, number: int) -> str:
        """The text of a line counted from 1, without its line end."""
        starts = self._line_starts
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].removesuffix("\r")


class Span(Struct, frozen=True, gc=False):
    """A half-open piece `[start, end)` of a source, in characters."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.place(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.place(self.start)[1]

    @property
    def text(self) -> str:
        """The source text the span covers."""
        return self.source.text[self.start : self.end]

    def __str__(self) -> str:
        line, column = self.source.place(self.start)
        return f"{self.source.name}:{line}:{column}"


def whole(source: Source) -> Span:
    """The span of a whole source, for faults that have no narrower place."""
    return Span(source, 0, len(source.text))


def head_of(span: Span) -> Span:
    """The first line of a span, so that a whole section is not underlined."""
    end = span.source.text.find("\n", span.start, span.end)
    return span if end < 0 else Span(span.source, span.start, end)
