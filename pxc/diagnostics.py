"""Turns a fault into data: a code, a message, a span, notes, help; printers live in pxc.render."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from pxc.codes import CODES, Code, Severity
from pxc.source import Source, Span

__all__ = [
    "MAX_FINDINGS",
    "Code",
    "Diagnostic",
    "Fix",
    "Note",
    "Report",
    "Severity",
    "cut_code",
    "nearest",
]

MAX_FINDINGS = 1_000
"""How many findings of one code a report keeps: a file may be made to have any number."""

_TOO_MANY = "PXC023"


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


_Key = tuple[str, Source, int, int, str]
"""Code, source, start, end, message."""


class Report:
    """Collects diagnostics while passes run; says whether an error was among them.

    Of each code it keeps the first `MAX_FINDINGS`; at the first that it leaves out it says so, once
    a code, by PXC023.
    """

    def __init__(self) -> None:
        self._seen: dict[_Key, Diagnostic] = {}
        self._counts: dict[str, int] = {}
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
        """Record a fault under the code with this id; the very same fault is kept once.

        One of a text whose tree was brought to another version has no fix: it would edit the old
        text in the words of the new.
        """
        fix = None if span.source.rewritten else fix
        self.keep(Diagnostic(CODES[code], message, span, label, notes, help, fix))

    def keep(self, found: Diagnostic) -> None:
        """Record a fault that another report had; the very same fault is kept once."""
        code, span = found.code.id, found.span
        if found.fix is not None and span.source.authored is not None:
            found = replace(found, fix=None)  # it says YAML, and stands in a program
        key = (code, span.source, span.start, span.end, found.message)
        if key in self._seen:
            return
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MAX_FINDINGS:
            self._seen[key] = found
            self.has_errors = self.has_errors or found.severity is Severity.ERROR
        elif count == MAX_FINDINGS + 1:
            self.add(
                _TOO_MANY,
                f"more than {MAX_FINDINGS:,} findings of `{code}`: from here on they are left out",
                span,
                help="mend, or ignore, what is told; then the rest shows",
            )

    def withdraw(self, code: str, span: Span) -> None:
        """Take back what was reported under a code at a place that turned out to be no fault."""
        for key, _ in self._at(code, span):
            del self._seen[key]
            if self._counts[code] <= MAX_FINDINGS:  # what is cut stays cut
                self._counts[code] -= 1

    def refit(self, code: str, span: Span, fix: Fix) -> None:
        """Give what was reported under a code at a place another fix, now that more is known."""
        for key, found in self._at(code, span):
            self._seen[key] = replace(found, fix=fix)

    def trust(self, code: str, span: Span) -> None:
        """Call the fix of what was reported under a code at a place safe: more is known now."""
        for key, found in self._at(code, span):
            if found.fix is not None:
                self._seen[key] = replace(found, fix=replace(found.fix, safe=True))

    def _at(self, code: str, span: Span) -> list[tuple[_Key, Diagnostic]]:
        place = (code, span.source, span.start, span.end)
        return [(key, found) for key, found in self._seen.items() if key[:4] == place]

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


def cut_code(diagnostic: Diagnostic) -> str | None:
    """The code whose findings are left out, when that is what a diagnostic says."""
    return diagnostic.message.split("`")[1] if diagnostic.code.id == _TOO_MANY else None


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


def is_slip(text: str, name: str) -> bool:
    """Whether one slip of the fingers makes a name into a text.

    That is a letter more, less or another, two in the other order, or the case of letters alone.
    """
    if text.lower() == name.lower():
        return True
    if text == name or abs(len(text) - len(name)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(text, name, strict=False)) if a != b), None)
    if at is None:
        return True
    rest, other = text[at:], name[at:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


def allowed(names: Iterable[str], limit: int = 24) -> str:
    """Names as `a`, `b`, `c` for a help line, cut after `limit` with the count of the rest."""
    ordered = list(names)
    shown = ", ".join(f"`{n}`" for n in ordered[:limit])
    rest = len(ordered) - limit
    return f"{shown} and {rest} more" if rest > 0 else shown
