"""`pxc lint`: turns files and folders into diagnostics."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from pxc.cli import CLEAN
from pxc.cli.baselines import Baselines
from pxc.cli.findings import Printing, check_statistics, exit_code, merged
from pxc.cli.fixing import Fixing, fix_options
from pxc.cli.inputs import from_hub, named_file, read_given, report_missing
from pxc.cli.lint_settings import Choices, Chooser, settings_options, settings_text
from pxc.cli.linting import Linter
from pxc.cli.options import (
    STDIN,
    catalog_option,
    catalog_ref_option,
    check_stdin_filename,
    color_option,
    format_option,
    hub_option,
    stdin_option,
)  # fmt: skip
from pxc.cli.principals import a_day_if_said
from pxc.cli.terminal import say
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Diagnostic, Report, Severity
from pxc.discovery import Kind, discover
from pxc.lint.cache import Cache, cache_home
from pxc.render import FOR_PEOPLE, Summary, sentence
from pxc.request import SourceText

__all__ = ["lint_command"]


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
@hub_option
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
@catalog_ref_option
@click.option(
    "--today", metavar="DAY", callback=a_day_if_said,
    help="Hold rights that end against this day, such as 2027-03-31.  [default: today, in UTC]",
)  # fmt: skip
@color_option
@stdin_option
@click.option("--statistics", is_flag=True, help="Print how often each code is found instead.")
@click.option("--show-all", is_flag=True, help="Shorten no long list of findings in one file.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Lint many files in so many processes [default: one a core].",
)
@click.option(
    "--no-cache", is_flag=True, envvar="PXC_NO_CACHE", help="Neither use nor keep a cache."
)
@click.option(
    "--cache-dir", type=click.Path(), metavar="DIR", envvar="PXC_CACHE_DIR",
    help="Where to keep what is known of files that have not changed.",
)  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Say which files were passed over and why.")
def lint_command(
    paths: tuple[str, ...],
    hubs: tuple[str, ...],
    format_: str,
    min_severity: str,
    fail_on: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    exit_zero: bool,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    today: str,
    color: str,
    stdin_filename: str | None,
    statistics: bool,
    show_all: bool,
    jobs: int | None,
    no_cache: bool,
    cache_dir: str | None,
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
    if hubs and (fix or unsafe_fixes or diff):
        raise click.UsageError("--hub: there is no file to fix.")
    if statistics:
        check_statistics(format_)
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
    places = [named_file(p) for p in paths if p != STDIN] if paths or hubs else [Path()]
    found = discover(places, lambda path: report_missing(path, unread))
    cache = None if no_cache or fixing.asked else _cache(cache_dir)
    workspaces = Workspaces(
        isolated=choices.isolated, catalogs=catalogs, ref=catalog_ref, may_fetch=False
    )
    linter = Linter(chooser, workspaces, cache=cache, jobs=jobs or _cores(), today=today)
    reports: list[Iterable[Diagnostic]] = [unread]
    linted: list[str] = []
    if STDIN in paths:
        linted.append(stdin_filename or STDIN)
        reports.append(_lint_fixing(STDIN, linter, fixing, stdin_filename))
    for component in from_hub(hubs):
        linted.append(component)
        reports.append(_lint_fixing(component, linter, fixing))
    if fixing.asked:
        own = [f for f in found if f.kind is Kind.POLYAXON]
        reports += [_lint_fixing(str(f.path), linter, fixing) for f in own]
        linted += [f.name for f in own]
        found = [f for f in found if f.kind is not Kind.POLYAXON]
    for file, report in zip(found, linter.lint(found), strict=True):
        if report is not None:
            linted.append(file.name)
            reports.append(report)
        elif verbose:
            say(f"passed over `{file.name}`: {file.kind.value}\n", sys.stderr)
    if cache is not None:
        cache.save()
        if verbose:
            say(f"{linter.hits} of {len(found)} files known from {cache.path}\n", sys.stderr)

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
    printing = Printing(format_, color, fixing.stream, everything=show_all)
    write = printing.statistics if statistics else printing.findings
    summary = write(shown, len(linted))
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


def _cores() -> int:
    """How many processes can run at the same time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cache(chosen: str | None) -> Cache | None:
    home = Path(chosen) if chosen else cache_home(os.environ, sys.platform)
    return Cache(home, Path.cwd()) if home is not None else None


def _lint_fixing(
    path: str, linter: Linter, fixing: Fixing, stdin_filename: str | None = None
) -> Report:
    """Lint one file, or standard input, after the fixes that are asked for."""
    from pxc.driver import lint_request  # with the whole compiler, which a cache may spare

    report = Report()
    given = read_given(path, report, stdin_filename)
    if given is None:
        return report

    def lint(text: SourceText) -> Report:
        return lint_request(linter.request(path, text, stdin_filename)).report

    return fixing.apply(path, given, lint) if fixing.asked else lint(given)


def _conclude(summary: Summary, *, nothing_missing: bool, verbose: bool) -> None:
    """The last line: always after findings, else only for somebody who watches."""
    if summary.errors or summary.warnings or summary.infos:
        say(f"{sentence(summary)}\n", sys.stderr)
    elif not summary.files and nothing_missing:
        say("no Polyaxonfiles found\n", sys.stderr)
    elif verbose or sys.stderr.isatty():
        say(f"{sentence(summary)}\n", sys.stderr)
