"""Turns a diagnostic into lines of plain text, for formats with one field for all that is said."""

from collections.abc import Iterator

from pxc.diagnostics import Diagnostic
from pxc.render.excerpt import visible
from pxc.source import Span

__all__ = ["last_place", "plain_lines"]


def plain_lines(diagnostic: Diagnostic) -> list[str]:
    """The message, then each note with its place, the help and the fix; no control characters."""
    return [visible(line) for line in _lines(diagnostic)]


def last_place(span: Span) -> tuple[int, int]:
    """Line and column of the end of a span, from 1; the column is that after the last character.

    A line break at the end does not lead to the next line, for viewers that mark whole lines.
    """
    return span.source.place(span.start + len(span.text.rstrip("\r\n")))


def _lines(found: Diagnostic) -> Iterator[str]:
    yield from found.message.split("\n")
    if found.label:
        yield from found.label.split("\n")
    for note in found.notes:
        place = f" ({note.span})" if note.span else ""
        yield from f"note: {note.message}{place}".split("\n")
    if found.help:
        yield from f"help: {found.help}".split("\n")
    if found.fix:
        kind = "fix" if found.fix.safe else "unsafe fix"
        yield from f"{kind}: {found.fix.message}".split("\n")
