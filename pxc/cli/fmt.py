"""`pxc fmt`: turns Polyaxonfiles into their canonical form, where that changes nothing they say."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from msgspec import Struct

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.fixing import difference
from pxc.cli.inputs import read_given, report_missing
from pxc.cli.options import STDIN, check_stdin_filename, color_option, stdin_option
from pxc.cli.output import write_file
from pxc.cli.terminal import say, write_product
from pxc.diagnostics import Diagnostic, Report, Severity
from pxc.discovery import Found, Kind, discover
from pxc.driver import SourceText
from pxc.language import PolyaxonLanguage

__all__ = ["fmt_command"]

_MISSING = frozenset({"PXC104", "PXC120"})
_MARK = b"\xef\xbb\xbf"


class Result(Struct, frozen=True):
    """A file before and after; `left_alone` says why nothing was done."""

    given: SourceText
    data: bytes
    left_alone: str = ""

    @property
    def changed(self) -> bool:
        """Whether formatting changed the file."""
        return self.given.data != self.data


@click.command(
    "fmt",
    epilog="""\b
Examples:
  pxc fmt
  pxc fmt --check pipelines/
  pxc fmt --diff train.yaml
  pxc fmt - < train.yaml""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--check", is_flag=True, help="Write nothing; list the files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@color_option
@stdin_option
@click.option("-v", "--verbose", is_flag=True, help="Say which files were left alone and why.")
def fmt_command(
    paths: tuple[str, ...],
    check: bool,
    diff: bool,
    color: str,
    stdin_filename: str | None,
    verbose: bool,
) -> int:
    """Format Polyaxonfiles.

    The keys of the root come in one order, indentation is two spaces, quotes are double.
    A PATH is a file, '-' for standard input (the result goes to standard output), or a folder
    (default: the current one). Comments, blank lines and values stay; a file with errors is left
    alone and its errors are shown; JSON is left alone.
    """
    check_stdin_filename(stdin_filename, paths)
    report = Report()
    dry = check or diff
    results = []
    for path in _files(paths, report, verbose=verbose):
        result = _result(path, report, stdin_filename)
        if result is None:
            continue
        results.append(result)
        if diff:
            write_product(difference(result.given.name, result.given.data, result.data))
        elif path == STDIN and not check:
            sys.stdout.flush()
            sys.stdout.buffer.write(result.data)
        elif result.changed and not dry:
            write_file(Path(path), result.data.decode())
        _tell(result, check=check, dry=dry, verbose=verbose)
    errors = [d for d in merged([report]) if d.severity is Severity.ERROR]
    printed(errors, len(results), "text", color, sys.stderr)
    _conclude(results, dry=dry, verbose=verbose)
    would_change = dry and any(r.changed for r in results)
    return exit_code(errors) or (FINDINGS if would_change else CLEAN)


def _files(paths: tuple[str, ...], report: Report, *, verbose: bool) -> list[str]:
    places = [Path(p) for p in paths if p != STDIN] if paths else [Path()]
    found = discover(places, lambda path: report_missing(path, report))
    for file in found:
        if verbose and not _is_ours(file):
            say(f"passed over `{file.name}`: {file.kind.value}\n", sys.stderr)
    return [STDIN] * (STDIN in paths) + [str(file.path) for file in found if _is_ours(file)]


def _is_ours(file: Found) -> bool:
    return file.kind is Kind.POLYAXON


def _result(path: str, report: Report, stdin_filename: str | None) -> Result | None:
    """What formatting makes of one file; None when there is no file to read."""
    given = read_given(path, report, stdin_filename)
    if given is None:
        return None
    if given.name.endswith(".json"):
        return Result(given, given.data, "it is JSON")
    from pxc.grammar.fmt import format_text
    from pxc.grammar.yaml_tree import load_source

    own = Report()
    source = load_source(given.name, given.data, own)
    if source is not None:
        PolyaxonLanguage().read_operation(source, own, preset=False)
    if source is None or any(_hinders(d) for d in own):
        for d in own:
            report.add(
                d.code.id, d.message, d.span, label=d.label, notes=d.notes, help=d.help, fix=d.fix
            )
        return Result(given, given.data, "it has errors")
    formatted = format_text(given.name, source.text)
    mark = _MARK if given.data.startswith(_MARK) else b""
    return Result(given, mark + formatted.text.encode(), formatted.left_alone)


def _hinders(found: Diagnostic) -> bool:
    """Whether a finding keeps a file from being formatted; what is missing has no place in it."""
    return found.severity is Severity.ERROR and found.code.id not in _MISSING


def _tell(result: Result, *, check: bool, dry: bool, verbose: bool) -> None:
    name = result.given.name
    if result.left_alone:
        unusual = result.left_alone.startswith("its ")  # nothing the author could expect
        if verbose or unusual:
            say(f"left `{name}` alone: {result.left_alone}\n", sys.stderr)
    elif result.changed and check:
        say(f"would format `{name}`\n", sys.stderr)
    elif result.changed and not dry and verbose:
        say(f"formatted `{name}`\n", sys.stderr)


def _conclude(results: Sequence[Result], *, dry: bool, verbose: bool) -> None:
    changed = sum(result.changed for result in results)
    if not results:
        say("no Polyaxonfiles found\n", sys.stderr)
    elif changed or verbose:
        verb = "would be formatted" if dry else "formatted"
        noun = "file" if changed == 1 else "files"
        say(f"{changed} {noun} {verb}, {len(results) - changed} left as they were\n", sys.stderr)
