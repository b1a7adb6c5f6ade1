"""Turns diagnostics into counts, and names the formats they can be written in."""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from msgspec import Struct

from pxc.diagnostics import Diagnostic, Severity

__all__ = ["FORMATS", "FOR_PEOPLE", "Summary", "renderer", "sentence", "summarize"]

FORMATS = ("text", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit", "checkstyle",
           "markdown")  # fmt: skip
"""One module of this package each."""

FOR_PEOPLE = frozenset({"text", "concise"})
"""Those that a summary in words may follow, and that take the encoding of the terminal."""


class Summary(Struct, frozen=True):
    """How much was found, and where: `files` were looked at, `files_with_findings` had some."""

    errors: int
    warnings: int
    infos: int
    files: int
    files_with_findings: int


def renderer(format_: str) -> Callable[[Sequence[Diagnostic], Summary], str]:
    """The function `render_FORMAT` of a format's module, which is imported now.

    It takes sorted diagnostics with their summary and gives all that is to be written. Frames of
    text have options of their own: pxc.render.text.
    """
    render: Callable[[Sequence[Diagnostic], Summary], str] = getattr(
        import_module(f"pxc.render.{format_}"), f"render_{format_}"
    )
    return render


def summarize(diagnostics: Iterable[Diagnostic], files: int) -> Summary:
    """Count diagnostics by severity; `files` is the number of files that were looked at."""
    counts = dict.fromkeys(Severity, 0)
    names = set()
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
        names.add(diagnostic.span.source.name)
    return Summary(
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
        files=files,
        files_with_findings=min(len(names), files),
    )


def sentence(summary: Summary) -> str:
    """A summary in words: `3 errors, 1 warning in 2 of 14 files`, or `all clean: 14 files`."""
    found = [
        _counted(number, noun)
        for number, noun in (
            (summary.errors, "error"),
            (summary.warnings, "warning"),
            (summary.infos, "info"),
        )
        if number
    ]
    files = _counted(summary.files, "file")
    if not found:
        return f"all clean: {files}"
    if not summary.files:
        return ", ".join(found)
    if summary.files == 1:
        return f"{', '.join(found)} in 1 file"
    return f"{', '.join(found)} in {summary.files_with_findings} of {files}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
