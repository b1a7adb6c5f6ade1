"""Turns a mistake in a call into an error of Python that carries a diagnostic of pxc."""

from __future__ import annotations

from pxc.author.source_places import PLACES, Place
from pxc.codes import CODES
from pxc.diagnostics import Diagnostic
from pxc.source import Source, Span

__all__ = ["AuthorFault"]


class AuthorFault(TypeError):
    """What is wrong with a call of a builder, or with a value: a code, a sentence and a place."""

    def __init__(self, code: str, message: str, place: Place | None, help: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
        self.help = help

    def __str__(self) -> str:
        where = f"{self.place.file}:{self.place.line}:{self.place.column}: " if self.place else ""
        return f"{where}error[{self.code}]: {self.message}" + (
            f" ({self.help})" if self.help else ""
        )

    @property
    def diagnostic(self) -> Diagnostic:
        """The fault as every other finding of pxc."""
        return Diagnostic(CODES[self.code], self.message, self._span(), help=self.help or None)

    def _span(self) -> Span:
        place = self.place
        if place is None:
            return Span(Source("<python>", ""), 0, 0)
        source = Source(place.file, PLACES.text(place.file))
        start = source.offset(place.line, place.column)
        end = source.offset(place.end_line, place.end_column)
        if start is None or end is None or end < start:
            return Span(source, 0, 0)
        return Span(source, start, end)
