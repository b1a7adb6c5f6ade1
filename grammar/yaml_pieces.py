"""Turns an offset in YAML text into the piece of it that a diagnostic points at or quotes."""

from __future__ import annotations

import re

from pxc.diagnostics import Fix
from pxc.source import Source, Span


def line_bounds(text: str, at: int) -> tuple[int, int]:
    """Where the line of an offset starts and ends, without its line end."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return start, end - (end > start and text[end - 1] == "\r")


def written_line(source: Source, at: int) -> Span:
    """The line of an offset without the blanks around it."""
    start, end = line_bounds(source.text, at)
    line = source.text[start:end]
    start += len(line) - len(line.lstrip())
    return Span(source, start, start + len(line.strip()))


def rest_of_line(source: Source, start: int) -> Span:
    """From an offset to the end of its line, without a comment or blanks."""
    line = source.text[start : line_bounds(source.text, start)[1]]
    return Span(source, start, start + len(re.split(r"\s#", line, maxsplit=1)[0].rstrip()))


def token(source: Source, at: int) -> Span:
    """From an offset to the next blank or bracket; nothing at the end of the text."""
    if at >= len(source.text):
        return Span(source, at, at)
    return Span(
        source, at, at + 1 + len(re.split(r"[\s,\[\]{}]", source.text[at + 1 : at + 200])[0])
    )


def last_written(source: Source, at: int) -> Span:
    """The last character before an offset that is not blank."""
    end = len(source.text[:at].rstrip())
    return Span(source, max(end - 1, 0), end)


def what_stands(source: Source, at: int) -> str:
    """What stands at an offset, in words for `expected ..., found ...`."""
    found = token(source, at).text
    if found.strip():
        return f"`{shorten(found, 40)}`"
    return "the end of the line" if source.text[at:].strip() else "the end of the file"


def shorten(text: str, most: int = 60) -> str:
    """One line of a text, cut where it is too long for a message."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "…"


def quote(text: str) -> str:
    """A text between the quotes that need the least escaping."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def quoting(span: Span) -> Fix | None:
    """The fix that quotes a piece of one line, where nothing is quoted already."""
    text = span.text
    if not text or "\n" in text or text[0] in "'\"":
        return None
    return Fix("quote it", ((span, quote(text)),))
