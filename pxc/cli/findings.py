"""Turns the reports of several files into one list, its printed form and an exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from pxc.cli import CLEAN, FINDINGS, OUR_FAULT, WRONG_USE
from pxc.cli.terminal import say, wants_color, write_product
from pxc.diagnostics import Diagnostic, Report, Severity
from pxc.render import FOR_PEOPLE, Summary, renderer, summarize

__all__ = ["exit_code", "merged", "printed"]


def merged(reports: Iterable[Report]) -> list[Diagnostic]:
    """All diagnostics, sorted; one that several reports share, such as a preset's, is kept once."""
    found: dict[tuple[str, int, int, str, str], Diagnostic] = {}
    for report in reports:
        for diagnostic in report:
            found.setdefault(diagnostic.order(), diagnostic)
    return [found[order] for order in sorted(found)]


def printed(
    found: Sequence[Diagnostic], files: int, format_: str, color: str, stream: TextIO
) -> Summary:
    """Write diagnostics to a stream in a format, and say how many there were."""
    summary = summarize(found, files)
    if format_ == "text":
        if found:
            from pxc.render.text import render_text

            say(render_text(found, color=wants_color(color, stream)), stream)
    else:
        write = say if format_ in FOR_PEOPLE else write_product
        write(renderer(format_)(found, summary), stream)
    return summary


def exit_code(found: Iterable[Diagnostic], fail_on: Severity = Severity.ERROR) -> int:
    """The exit code of a command that found this.

    A fault of ours outweighs a path that does not exist, which outweighs findings.
    """
    ids = {d.code.id for d in found if d.severity >= fail_on}
    if "PXC000" in ids:
        return OUR_FAULT
    if "PXC021" in ids:
        return WRONG_USE
    return FINDINGS if ids else CLEAN
