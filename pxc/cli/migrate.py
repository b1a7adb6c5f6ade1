"""`pxc migrate`: turns files of version 0 into files of version 1.1, with all their comments."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path, PurePosixPath

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.deployment import check_deployment, read_deployment
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.fixing import difference
from pxc.cli.inputs import read_given, report_missing
from pxc.cli.migrating import Result, result_of
from pxc.cli.options import (
    STDIN,
    catalog_option,
    check_stdin_filename,
    color_option,
    format_option,
    isolated_option,
    stdin_option,
)
from pxc.cli.output import write_bytes, write_folder
from pxc.cli.terminal import say, write_data, write_product
from pxc.cli.workspaces import Workspaces
from pxc.contracts import OutFile
from pxc.diagnostics import Diagnostic, Report, Severity
from pxc.discovery import Kind, discover
from pxc.render import FOR_PEOPLE

__all__ = ["migrate_command"]


@click.command(
    "migrate",
    epilog="""\b
Examples:
  pxc migrate polyaxonfile.yml
  pxc migrate --diff experiments/
  pxc migrate --write experiments/
  pxc migrate -o v1/ experiments/
  pxc migrate --deployment values.yaml -o v1/ experiments/""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--write", is_flag=True, help="Put each migrated file in the place of the old one.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.option(
    "--check", is_flag=True, help="Write nothing; list the files of version 0, exit 1 for any."
)
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(file_okay=False),
    help="Write the migrated files below this folder, each under its own path.",
)  # fmt: skip
@click.option(
    "--deployment", metavar="FILE", type=click.Path(),
    help="The values of the chart that version 0 was deployed with: what they say of volumes,"
    " buckets, registries, git and notifications becomes a catalog.",
)  # fmt: skip
@catalog_option
@isolated_option
@format_option
@color_option
@stdin_option
@click.option("-v", "--verbose", is_flag=True, help="Say which files were left alone and why.")
def migrate_command(
    paths: tuple[str, ...],
    write: bool,
    diff: bool,
    check: bool,
    output: str | None,
    deployment: str | None,
    catalogs: tuple[str, ...],
    isolated: bool,
    format_: str,
    color: str,
    stdin_filename: str | None,
    verbose: bool,
) -> int:
    """Rewrite Polyaxonfiles of version 0 for version 1.1.

    A PATH is a file, '-' for standard input, or a folder, in which the files of version 0 are
    meant. One file goes to standard output; for several choose --write, --diff or -o DIR. Comments
    and the spelling of values stay. What cannot be carried is told with a code, its place and what
    to do; where that is an error, the rest of the file is written all the same, and the exit code
    is 1. A file that cannot be read is left alone, and so is one of version 1.1.
    """
    check_stdin_filename(stdin_filename, paths)
    _check_one_way(write=write, diff=diff, check=check, output=output)
    other_way = write or diff or check
    check_deployment(deployment, elsewhere=other_way, alone=not paths, output=output is not None)
    to_stdout = not (other_way or output)
    if to_stdout and deployment is None and (len(paths) != 1 or Path(paths[0]).is_dir()):
        raise click.UsageError("Name one file, or choose --write, --diff, --check or -o DIR.")
    report = Report()
    workspaces = Workspaces(isolated=isolated, catalogs=catalogs, may_fetch=False)
    made = None if deployment is None else read_deployment(deployment, report)
    files = _files(paths or (".",), report, verbose=verbose) if paths or not deployment else []
    results = []
    with nullcontext(()) if made is None else made.as_catalog() as catalog:
        for path in files:
            given = read_given(path, report, stdin_filename)
            if given is not None:
                results.append(
                    result_of(
                        path, given, workspaces, stdin_filename=stdin_filename, catalog=catalog
                    )
                )
    if output is not None:
        more = [] if made is None else made.files_for(Path(output))
        _write_below(Path(output), paths, results, more, stdin_filename)
    elif made is not None:
        write_product(made.text)
    for_people = format_ in FOR_PEOPLE
    for result in results:
        if for_people:
            _tell(result, paths, check=check, verbose=verbose)
        if diff:
            write_product(difference(result.given.name, result.given.data, result.data))
        elif to_stdout or (write and result.path == STDIN):
            _print(result)
        elif write and result.changed:
            write_bytes(Path(result.path), result.data)
    found = merged([report, *(result.found for result in results)])
    printed(found, len(results) + (deployment is not None), format_, color, sys.stderr)
    if for_people and (files or not deployment):
        _conclude(results, found, written=write or output is not None)
    waiting = check and any(result.changed for result in results)
    return exit_code(found) or (FINDINGS if waiting else CLEAN)


def _check_one_way(*, write: bool, diff: bool, check: bool, output: str | None) -> None:
    given = {"--write": write, "--diff": diff, "--check": check, "-o": output is not None}
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        raise click.UsageError(f"{names[0]} and {names[1]} exclude each other.")


def _files(paths: Sequence[str], report: Report, *, verbose: bool) -> list[str]:
    """Standard input, then the files that are named, and the Polyaxonfiles of folders."""
    places = [Path(p) for p in paths if p != STDIN]
    found = discover(places, lambda path: report_missing(path, report))
    for file in found:
        if verbose and file.kind is not Kind.POLYAXON and not file.given:
            say(f"passed over `{file.name}`: {file.kind.value}\n", sys.stderr)
    own = [file for file in found if file.given or file.kind is Kind.POLYAXON]
    return [STDIN] * (STDIN in paths) + [str(file.path) for file in own]


def _print(result: Result) -> None:
    """The migrated text, or one that is of version 1.1 as it is."""
    if result.changed or not any(d.severity is Severity.ERROR for d in result.found):
        write_data(result.data)


def _write_below(
    folder: Path,
    paths: Sequence[str],
    results: Sequence[Result],
    more: Sequence[OutFile],
    stdin_filename: str | None,
) -> None:
    """Write the migrated files, and more, below a folder, all or none. Raises UsageError."""
    files = [*more]
    files += [
        OutFile(_path_below(result.path, paths, stdin_filename), result.data.decode())
        for result in results
        if result.changed
    ]
    for file in files:
        there = folder / file.path
        if os.path.lexists(there) and (
            not there.is_file() or there.read_bytes() != file.text.encode()
        ):
            raise click.UsageError(
                f"'{there.as_posix()}' is there already, with another text; nothing was written."
            )
    if files:
        write_folder(folder, files)


def _path_below(path: str, paths: Sequence[str], stdin_filename: str | None) -> str:
    """The path of a result: from the folder that was named, else as the file itself was named."""
    if path == STDIN:
        path = "polyaxonfile.yaml" if stdin_filename is None else stdin_filename
    file = Path(path)
    folders = [Path(p) for p in paths or (".",) if p != STDIN and Path(p).is_dir()]
    for folder in folders:
        if file.is_relative_to(folder):
            return PurePosixPath(file.relative_to(folder)).as_posix()
    outside = file.is_absolute() or ".." in file.parts
    return file.name if outside else PurePosixPath(file).as_posix()


def _tell(result: Result, paths: Sequence[str], *, check: bool, verbose: bool) -> None:
    if check and result.changed:
        say(f"would migrate `{result.given.name}`\n", sys.stderr)
    named = result.path in paths
    if result.left_alone and (verbose or (named and not result.found)):
        say(f"left `{result.given.name}` alone: {result.left_alone}\n", sys.stderr)


def _conclude(results: Sequence[Result], found: Sequence[Diagnostic], *, written: bool) -> None:
    """The last line: how many files there were, and how many have something left to do."""
    if not results:
        say("no Polyaxonfiles found\n", sys.stderr)
        return
    changed = [result for result in results if result.changed]
    unclear = sum(any(d.severity is Severity.ERROR for d in r.found) for r in changed)
    verb = "migrated" if written else "to migrate"
    parts = [f"{_count(len(changed))} {verb}"]
    if unclear:
        parts.append(f"{unclear} of them with something that you must decide")
    if len(changed) < len(results):
        parts.append(f"{len(results) - len(changed)} left alone")
    if len(results) > 1 or found:
        say(f"{', '.join(parts)}\n", sys.stderr)


def _count(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
