"""`pxc lint`: turns files and folders into diagnostics."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pxc.cli import CLEAN
from pxc.cli.baselines import Baselines
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.fixing import Fixing, fix_options
from pxc.cli.inputs import read_given, report_missing, root_of
from pxc.cli.lint_settings import Choices, Chooser, settings_options, settings_text
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
from pxc.driver import Request, SourceText, lint_request
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
  pxc lint --fix train.yaml
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
@fix_options
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found in the files.")
@settings_options
@catalog_option
@color_option
@stdin_option
@click.option("-v", "--verbose", is_flag=True, help="Say which files were passed over and why.")
def lint_command(
    paths: tuple[str, ...],
    format_: str,
    min_severity: str,
    fail_on: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    exit_zero: bool,
    catalogs: tuple[str, ...],
    color: str,
    stdin_filename: str | None,
    verbose: bool,
    **chosen: Any,
) -> int:
    """Check Polyaxonfiles without compiling them.

    A PATH is a file, '-' for standard input, or a folder (default: the current one), where
    Polyaxonfiles are told by their names (polyaxonfile.yaml, *.polyaxon.yaml, *.plx.yaml, ...) or
    by their content. What git ignores is left out. A named file that is no Polyaxonfile is passed
    over. Diagnostics go to standard output, everything else to standard error.
    """
    check_stdin_filename(stdin_filename, paths)
    choices = Choices(**chosen)
    chooser = Chooser(choices)
    settings = chooser.settings_of(_settings_place(paths, stdin_filename))
    if choices.show_config:
        say(settings_text(settings), sys.stdout)
        return CLEAN
    baselines = Baselines(chooser.baseline_of)
    fixing = Fixing(
        fix=fix,
        unsafe=unsafe_fixes,
        diff=diff,
        stdin=STDIN in paths,
        wanted=list if choices.write_baseline else baselines.new,
    )
    unread = Report()
    places = [Path(p) for p in paths if p != STDIN] if paths else [Path()]
    found = discover(places, lambda path: report_missing(path, unread))
    reports = [unread]
    linted: list[str] = []
    if STDIN in paths:
        linted.append(stdin_filename or STDIN)
        reports.append(_lint(STDIN, catalogs, chooser, fixing, stdin_filename))
    for file in found:
        report = _lint_found(file, catalogs, chooser, fixing)
        if report is not None:
            linted.append(file.name)
            reports.append(report)
        elif verbose:
            say(f"passed over `{file.name}`: {file.kind.value}\n", sys.stderr)

    least = Severity[min_severity.upper()]
    every = merged(reports)
    if choices.write_baseline:
        for path, count in baselines.write(every, linted):
            say(f"{_findings(count)} written to {path}\n", sys.stderr)
        return CLEAN
    if choices.prune_baseline:
        for path, count in baselines.prune(every, linted):
            say(f"{_findings(count)} taken out of {path}\n", sys.stderr)
    every = baselines.new(every)
    shown = [d for d in every if d.severity >= least]
    summary = printed(shown, len(linted), format_, color, fixing.stream)
    if format_ in FOR_PEOPLE:
        _conclude(summary, nothing_missing=not len(unread), verbose=verbose)
    code = exit_code(shown, Severity[fail_on.upper()]) or int(fixing.would_change)
    return CLEAN if code == 1 and exit_zero else code


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"


def _settings_place(paths: tuple[str, ...], stdin_filename: str | None) -> Path:
    """The file whose settings speak for the whole command: the first, or one in a folder."""
    first = paths[0] if paths else "."
    if first == STDIN:
        return Path(stdin_filename or STDIN)
    path = Path(first)
    return path / "polyaxonfile.yaml" if path.is_dir() else path


def _lint(
    path: str,
    catalogs: tuple[str, ...],
    chooser: Chooser,
    fixing: Fixing | None = None,
    stdin_filename: str | None = None,
) -> Report:
    report = Report()
    given = read_given(path, report, stdin_filename)
    if given is None:
        return report
    settings = chooser.settings_of(Path(stdin_filename or given.name))

    def lint(text: SourceText) -> Report:
        request = Request(
            files=(text,),
            overlays=() if stdin_filename is None else (text,),
            settings=settings,
            root=root_of(path, stdin_filename),
            catalog=tuple(Path(c) for c in catalogs),
        )
        return lint_request(request).report

    if fixing is not None and fixing.asked:
        return fixing.apply(path, given, lint)
    return lint(given)


def _lint_found(
    file: Found, catalogs: tuple[str, ...], chooser: Chooser, fixing: Fixing
) -> Report | None:
    """The report of a Polyaxonfile; of another file only when it cannot be read; else None."""
    if file.kind is Kind.POLYAXON:
        return _lint(str(file.path), catalogs, chooser, fixing)
    if file.kind is not Kind.OTHER or file.path.suffix not in (".yaml", ".yml", ".json"):
        return None
    report = _lint(str(file.path), (), chooser)
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
