"""`pxc lint`: turns files and folders into diagnostics."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pxc.cli import CLEAN
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.inputs import read_given, report_missing, root_of
from pxc.cli.options import (
    STDIN,
    catalog_option,
    check_stdin_filename,
    color_option,
    format_option,
    stdin_option,
)  # fmt: skip
from pxc.cli.terminal import say
from pxc.diagnostics import Report, Severity
from pxc.discovery import Found, Kind, discover
from pxc.driver import Request, lint_request
from pxc.render import FOR_PEOPLE, Summary, sentence

__all__ = ["lint_command"]

_UNREADABLE = frozenset({"PXC001", "PXC009", "PXC015", "PXC016", "PXC017", "PXC018", "PXC021"})
"""What is worth saying about a file that may not be a Polyaxonfile: nobody could tell."""


@click.command(
    "lint",
    epilog="""\b
Examples:
  pxc lint
  pxc lint polyaxonfile.yaml pipelines/
  pxc lint --format json --fail-on warning > findings.json
  pxc lint --stdin-filename pipelines/train.yaml - < buffer""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@format_option
@click.option(
    "--min-severity", type=click.Choice(("info", "warning", "error")), default="info",
    show_default=True, help="Report nothing milder than this.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice(("error", "warning")), default="error", show_default=True,
    help="Exit with 1 when something this bad is reported.",
)  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found in the files.")
@catalog_option
@color_option
@stdin_option
@click.option("-v", "--verbose", is_flag=True, help="Say which files were passed over and why.")
def lint_command(
    paths: tuple[str, ...],
    format_: str,
    min_severity: str,
    fail_on: str,
    exit_zero: bool,
    catalogs: tuple[str, ...],
    color: str,
    stdin_filename: str | None,
    verbose: bool,
) -> int:
    """Check Polyaxonfiles without compiling them.

    A PATH is a file, '-' for standard input, or a folder (default: the current one), where
    Polyaxonfiles are told by their names (polyaxonfile.yaml, *.polyaxon.yaml, *.plx.yaml, ...) or
    by their content. What git ignores is left out. A named file that is no Polyaxonfile is passed
    over. Diagnostics go to standard output, everything else to standard error.
    """
    check_stdin_filename(stdin_filename, paths)
    unread = Report()
    places = [Path(p) for p in paths if p != STDIN] if paths else [Path()]
    found = discover(places, lambda path: report_missing(path, unread))
    reports = [unread]
    linted = 0
    if STDIN in paths:
        linted += 1
        reports.append(_lint(STDIN, catalogs, stdin_filename))
    for file in found:
        report = _lint_found(file, catalogs)
        if report is not None:
            linted += 1
            reports.append(report)
        elif verbose:
            say(f"passed over `{file.name}`: {file.kind.value}\n", sys.stderr)

    least = Severity[min_severity.upper()]
    shown = [d for d in merged(reports) if d.severity >= least]
    summary = printed(shown, linted, format_, color, sys.stdout)
    if format_ in FOR_PEOPLE:
        _conclude(summary, nothing_missing=not len(unread), verbose=verbose)
    code = exit_code(shown, Severity[fail_on.upper()])
    return CLEAN if code == 1 and exit_zero else code


def _lint(path: str, catalogs: tuple[str, ...], stdin_filename: str | None = None) -> Report:
    report = Report()
    given = read_given(path, report, stdin_filename)
    if given is None:
        return report
    request = Request(
        files=(given,),
        root=root_of(path, stdin_filename),
        catalog=tuple(Path(c) for c in catalogs),
    )
    return lint_request(request).report


def _lint_found(file: Found, catalogs: tuple[str, ...]) -> Report | None:
    """The report of a Polyaxonfile; of another file only when it cannot be read; else None."""
    if file.kind is Kind.POLYAXON:
        return _lint(str(file.path), catalogs)
    if file.kind is not Kind.OTHER or file.path.suffix not in (".yaml", ".yml", ".json"):
        return None
    report = _lint(str(file.path), ())
    unreadable = any(d.code.id in _UNREADABLE for d in report)
    return report if unreadable else None


def _conclude(summary: Summary, *, nothing_missing: bool, verbose: bool) -> None:
    """The last line: always after findings, else only for somebody who watches."""
    if summary.errors or summary.warnings or summary.infos:
        say(f"{sentence(summary)}\n", sys.stderr)
    elif not summary.files and nothing_missing:
        say("no Polyaxonfiles found\n", sys.stderr)
    elif verbose or sys.stderr.isatty():
        say(f"{sentence(summary)}\n", sys.stderr)
