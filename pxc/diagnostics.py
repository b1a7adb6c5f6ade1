"""Turns a fault into data: a code, a message, a span, notes, help; printers live in pxc.render."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from pxc.codes import CODES, Code, Severity
from pxc.source import Source, Span

__all__ = ["Code", "Diagnostic", "Fix", "Note", "Report", "Severity", "nearest"]


class Note(Struct, frozen=True):
    """A further place, or sentence, that explains a diagnostic."""

    message: str
    span: Span | None = None


class Fix(Struct, frozen=True):
    """Text edits that mend the fault; `safe` when the meaning cannot change."""

    message: str
    edits: tuple[tuple[Span, str], ...]
    safe: bool = True


class Diagnostic(Struct, frozen=True):
    """One mistake, said once.

    `message` says what is wrong (lower case, no full stop, names in backticks); `label` is the
    short text under the carets; `help` says what to do; `span` is the smallest piece of source
    that still means something.
    """

    code: Code
    message: str
    span: Span
    label: str = ""
    notes: tuple[Note, ...] = ()
    help: str | None = None
    fix: Fix | None = None

    @property
    def severity(self) -> Severity:
        """The severity of the code."""
        return self.code.severity

    def order(self) -> tuple[str, int, int, str, str]:
        """The key that sorts diagnostics by place, then by code."""
        return (self.span.source.name, self.span.start, self.span.end, self.code.id, self.message)


class Report:
    """Collects diagnostics while passes run; says whether an error was among them."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Source, int, int, str], Diagnostic] = {}
        self.has_errors = False

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        label: str = "",
        notes: tuple[Note, ...] = (),
        help: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Record a fault under the code with this id; the very same fault is kept once."""
        found = Diagnostic(CODES[code], message, span, label, notes, help, fix)
        key = (code, span.source, span.start, span.end, message)
        if key not in self._seen:
            self._seen[key] = found
            self.has_errors = self.has_errors or found.severity is Severity.ERROR

    def withdraw(self, code: str, span: Span) -> None:
        """Take back what was reported under a code at a place that turned out to be no fault."""
        for key in [k for k in self._seen if k[:4] == (code, span.source, span.start, span.end)]:
            del self._seen[key]

    def sorted(self) -> list[Diagnostic]:
        """Every diagnostic, ordered by file, place and code.

        A warning about the spelling of a value (category 0) is left out where an error stands at
        the same place: it is the same mistake.
        """
        found = sorted(self._seen.values(), key=Diagnostic.order)
        if not self.has_errors:
            return found
        faulty = {_place(d) for d in found if d.severity is Severity.ERROR}

        def echoes(d: Diagnostic) -> bool:
            spelling = d.severity is not Severity.ERROR and d.code.id.startswith("PXC0")
            return spelling and _place(d) in faulty

        return [d for d in found if not echoes(d)]

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.sorted())

    def __len__(self) -> int:
        return len(self._seen)


def _place(diagnostic: Diagnostic) -> tuple[Source, int, int]:
    span = diagnostic.span
    return (span.source, span.start, span.end)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is near enough."""
    names = sorted(known)
    for candidate in names:
        if candidate.lower() == name.lower() and candidate != name:
            return candidate
    from difflib import get_close_matches  # only a mistake needs it

    found = get_close_matches(name, names, n=1, cutoff=0.7)
    return found[0] if found else None


def allowed(names: Iterable[str], limit: int = 24) -> str:
    """Names as `a`, `b`, `c` for a help line, cut after `limit` with the count of the rest."""
    ordered = list(names)
    shown = ", ".join(f"`{n}`" for n in ordered[:limit])
    rest = len(ordered) - limit
    return f"{shown} and {rest} more" if rest > 0 else shown
