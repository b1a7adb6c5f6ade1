"""Turns diagnostics into frames for a person: message, place, marked source, notes, help."""

from collections.abc import Iterable, Iterator

from pxc.diagnostics import Diagnostic, Note, Severity
from pxc.render.excerpt import Excerpt, excerpt, visible
from pxc.source import Span

__all__ = ["WIDTH", "render_text"]

WIDTH = 160
"""Columns of source shown around a span."""

_BOLD = "1"
_BLUE = "1;34"
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


def render_text(
    diagnostics: Iterable[Diagnostic], *, color: bool = False, width: int = WIDTH
) -> str:
    """One frame a diagnostic, in the given order, with an empty line after each.

    Control characters of messages and sources are shown as escapes; the only ones in the result
    are line ends and, with `color`, the renderer's own.
    """
    return "".join(_Frame(d, color, width).text() + "\n\n" for d in diagnostics)


class _Frame:
    """The lines of one diagnostic, set on one gutter."""

    def __init__(self, diagnostic: Diagnostic, color: bool, width: int) -> None:
        self._diagnostic = diagnostic
        self._color = color
        self._main = _shown(diagnostic.span, width)
        self._placed = [
            (note, note.span, shown)
            for note in diagnostic.notes
            if note.span is not None and (shown := _shown(note.span, width))
        ]
        excerpts = [shown for _, _, shown in self._placed]
        if self._main:
            excerpts.append(self._main)
        self._gutter = " " * max((len(str(e.number)) for e in excerpts), default=1)

    def text(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        found = self._diagnostic
        colour = _COLOURS[found.severity]
        head = self._ink(f"{found.severity.name.lower()}[{found.code.id}]", colour)
        yield f"{head} {found.code.slug}: {self._ink(visible(found.message), _BOLD)}"
        yield self._arrow("-->", found.span, self._main)
        if self._main:
            yield self._bar()
            yield from self._marked(self._main, "^", found.label, colour)
        yield from self._notes(found.span)
        for note in found.notes:
            if not self._is_placed(note):
                yield from self._remark("note", note.message)
        if found.help:
            yield from self._remark("help", found.help)
        if found.fix:
            yield from self._remark(
                "fix (safe)" if found.fix.safe else "fix (unsafe)", found.fix.message
            )
        yield f"{self._gutter} {self._ink('=', _BLUE)} pxc rule {found.code.id}"

    def _notes(self, previous: Span) -> Iterator[str]:
        for note, span, shown in self._placed:
            if span.source is not previous.source:
                yield self._arrow(":::", span, shown)
            yield self._bar()
            yield from self._marked(shown, "-", note.message, _BLUE)
            previous = span

    def _is_placed(self, note: Note) -> bool:
        return any(note is placed for placed, _, _ in self._placed)

    def _arrow(self, arrow: str, span: Span, shown: Excerpt | None) -> str:
        name = visible(span.source.name)
        place = "{}:{}:{}".format(name, *span.source.place(span.start)) if shown else name
        return f"{self._gutter}{self._ink(arrow, _BLUE)} {place}"

    def _bar(self) -> str:
        return f"{self._gutter} {self._ink('|', _BLUE)}"

    def _marked(self, shown: Excerpt, mark: str, label: str, colour: str) -> Iterator[str]:
        number = str(shown.number).rjust(len(self._gutter))
        yield f"{self._ink(f'{number} |', _BLUE)} {shown.text}".rstrip()
        marks = mark * shown.marks + ("..." if shown.continues else "")
        said = f"{marks} {visible(label)}" if label else marks
        yield f"{self._bar()} {' ' * shown.indent}{self._ink(said, colour)}"

    def _remark(self, kind: str, message: str) -> Iterator[str]:
        first, *more = message.split("\n")
        yield f"{self._gutter} {self._ink('=', _BLUE)} {self._ink(kind, _BOLD)}: {visible(first)}"
        for line in more:
            yield f"{self._gutter}   {' ' * len(kind)}  {visible(line)}".rstrip()

    def _ink(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._color else text


def _shown(span: Span, width: int) -> Excerpt | None:
    """The excerpt of a span; None for a source without text, such as a file that is missing."""
    return excerpt(span, width) if span.source.text else None
