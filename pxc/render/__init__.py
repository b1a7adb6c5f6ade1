"""Turns diagnostics into counts, and names the formats they can be written in."""

from collections.abc import Iterable

from msgspec import Struct

from pxc.diagnostics import Diagnostic, Severity

__all__ = ["FORMATS", "Summary", "sentence", "summarize"]

FORMATS = ("text", "json")
"""One module of this package each."""


class Summary(Struct, frozen=True):
    """How much was found, and where: `files` were looked at, `files_with_findings` had some."""

    errors: int
    warnings: int
    infos: int
    files: int
    files_with_findings: int


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
