"""Turns what a command on pxc.lock is given into a hub, a lock, and what is to be said of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.hub.asking import asked_request
from pxc.cli.inputs import read_given, report_missing
from pxc.cli.output import write_file
from pxc.cli.terminal import say
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Report
from pxc.discovery import Kind, discover
from pxc.driver.hubs import hub_of_request
from pxc.hub.fixed import lock_path
from pxc.hub.lock import LOCK_FILE, Lock
from pxc.hub.lock_writing import lock_text
from pxc.hub.registry import RegistryFault
from pxc.lint.settings_file import WORKSPACE_FILE
from pxc.request import Request, SourceText
from pxc.workspace import display_name

if TYPE_CHECKING:
    from pxc.driver.locking import Relocked
    from pxc.hub.resolver import Hub

__all__ = [
    "Opened",
    "offline_option",
    "opened",
    "relock",
    "save",
    "tell",
    "would_change",
]

F = TypeVar("F", bound=Callable[..., Any])


class Opened(Struct):
    """The workspace of the current folder, its hub as whoever asks may see it, and the faults."""

    root: Path
    request: Request
    hub: Hub
    report: Report


def offline_option(command: F) -> F:
    """`--offline`: no registry elsewhere is asked."""
    return click.option(
        "--offline",
        is_flag=True,
        envvar="PXC_OFFLINE",
        help="Ask no registry elsewhere: take what is in the cache or in vendor/pxc.",
    )(command)


def opened(
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    *,
    offline: bool = False,
    moves_catalog: bool = False,
) -> Opened:
    """The workspace for whoever looks after its lock: what is not locked may be asked for.

    With `moves_catalog` the catalog is what its ref means now, not what is locked.
    """
    workspaces = Workspaces(
        isolated=isolated,
        catalogs=catalogs,
        ref=catalog_ref,
        chosen={"hub_locked": False, "hub_mutable": "warn"},
        moves_catalog=moves_catalog,
    )
    root = workspaces.root_of(WORKSPACE_FILE)
    report = Report()
    request = asked_request(root, workspaces.defaults_of(root), report)
    hub = replace(request.options.hub, locked=False, offline=offline)
    request = replace(request, options=replace(request.options, hub=hub))
    return Opened(root, request, hub_of_request(request, report), report)


def relock(
    workspace: Opened,
    paths: Sequence[str] = (),
    *,
    given: Sequence[str] = (),
    is_moved: Callable[[str], bool] = lambda entry: False,
    ranges: Mapping[str, str] | None = None,
) -> Relocked | None:
    """The lock that a workspace should have; None where something is at fault, which is reported.

    With paths the entries of these files are made anew, and all others stay. `given` are references
    that no file names; see `relocked` for the others.
    """
    from pxc.driver.locking import relocked

    report = workspace.report
    files = [] if report.has_errors else _files(workspace.root, paths, report)
    if report.has_errors:
        return None
    try:
        return relocked(
            workspace.request,
            files,
            workspace.hub,
            workspace.request.today,
            report,
            whole=not paths,
            given=given,
            is_moved=is_moved,
            ranges=ranges,
        )
    except RegistryFault as fault:
        raise click.ClickException(str(fault)) from None


def _files(root: Path, paths: Sequence[str], report: Report) -> list[SourceText]:
    """The Polyaxonfiles below paths, or below the root. UsageError for a path outside of it."""
    top, here = root.resolve(), Path.cwd()
    for path in paths:
        if not Path(path).resolve().is_relative_to(top):
            raise click.UsageError(f"'{path}' is outside of the workspace '{display_name(root)}'.")
    places = [Path(p) for p in paths] or [Path() if top == here else top]
    found = discover(places, lambda path: report_missing(path, report))
    given = (read_given(str(each.path), report) for each in found if each.kind is Kind.POLYAXON)
    return [each for each in given if each is not None]


def save(root: Path, lock: Lock) -> bool:
    """Put a lock in the place of the one before, in one step; whether it differs.

    A workspace without a lock gets none that says nothing. Raises ClickException.
    """
    differs = would_change(root, lock)
    if differs:
        write_file(lock_path(root), lock_text(lock))
    return differs


def would_change(root: Path, lock: Lock) -> bool:
    """Whether a lock is not the one that is there."""
    path = lock_path(root)
    if not path.exists():
        return bool(lock.components or lock.catalog)
    return path.read_bytes() != lock_text(lock).encode()


def tell(report: Report, color: str, *, keeps: str = LOCK_FILE) -> int:
    """Say what was found on standard error, and what stays as it is after errors; the exit code."""
    found = merged([report])
    printed(found, 1, "text", color, sys.stderr)
    if report.has_errors and keeps:
        say(f"{keeps} stays as it is\n", sys.stderr)
    return exit_code(found)
