"""Turns the reports of several files into one list, its printed form and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import click
from msgspec import Struct

from pxc.cli import CLEAN, FINDINGS, OUR_FAULT, WRONG_USE
from pxc.cli.terminal import say, wants_color, write_product
from pxc.diagnostics import Diagnostic, Severity
from pxc.render import FOR_PEOPLE, Summary, renderer, summarize

__all__ = ["Printing", "check_statistics", "exit_code", "merged", "printed"]


def merged(reports: Iterable[Iterable[Diagnostic]]) -> list[Diagnostic]:
    """All diagnostics, sorted; one that several reports share, such as a preset's, is kept once."""
    found: dict[tuple[str, int, int, str, str], Diagnostic] = {}
    for report in reports:
        for diagnostic in report:
            found.setdefault(diagnostic.order(), diagnostic)
    return [found[order] for order in sorted(found)]


def printed(
    found: Sequence[Diagnostic], files: int, format_: str, color: str, stream: TextIO
) -> Summary:
    """Write all diagnostics to a stream in a format, and say how many there were."""
    return Printing(format_, color, stream).findings(found, files)


class Printing(Struct, frozen=True):
    """Writes findings to a stream; `everything` shows a person also what makes a list long."""

    format_: str
    color: str
    stream: Any
    everything: bool = True

    def findings(self, found: Sequence[Diagnostic], files: int) -> Summary:
        """Write diagnostics, and say how many there were. What is not shown is told."""
        summary = summarize(found, files)
        hidden: dict[str, int] = {}
        if self.format_ in FOR_PEOPLE and not self.everything:
            from pxc.render.shorten import fewer_of_a_file, fewer_of_a_kind

            if self.format_ == "text":
                found = fewer_of_a_kind(found)
            found, hidden = fewer_of_a_file(found)
        if self.format_ == "text":
            if found:
                from pxc.render.text import render_text

                color = wants_color(self.color, self.stream)
                say(render_text(found, color=color), self.stream)
        else:
            write = say if self.format_ in FOR_PEOPLE else write_product
            write(renderer(self.format_)(found, summary), self.stream)
        for name, count in hidden.items():
            say(f"{count} more in `{name}`: --show-all shows them\n", sys.stderr)
        return summary

    def statistics(self, found: Sequence[Diagnostic], files: int) -> Summary:
        """Write how often each code is among diagnostics."""
        from pxc.render.statistics import render_statistics, render_statistics_json

        summary = summarize(found, files)
        if self.format_ == "json":
            write_product(render_statistics_json(found, summary), self.stream)
        else:
            say(render_statistics(found), self.stream)
        return summary


def check_statistics(format_: str) -> None:
    """Refuse a format that has no form for counts."""
    if format_ not in (*FOR_PEOPLE, "json"):
        raise click.UsageError(f"--statistics has no format '{format_}'; it has text and json.")


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
