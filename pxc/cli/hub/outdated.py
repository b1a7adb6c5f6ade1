"""The command that tells which entries of pxc.lock are not what their registries have today."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import text_or_json, today_option
from pxc.cli.hub.asking import hub_options, tell_fault
from pxc.cli.hub.entries import entries_of, lock_read, short_digest
from pxc.cli.hub.locking import opened, tell
from pxc.cli.hub.tables import as_json, as_table
from pxc.cli.terminal import say, write_product
from pxc.hub.outdated import standing
from pxc.hub.registry import RegistryFault

if TYPE_CHECKING:
    from pxc.hub.outdated import Standing

__all__ = ["command"]

_HEADS = ("component", "locked", "now", "wanted", "newest", "what")


@click.command(
    "outdated",
    epilog="""\b
Examples:
  pxc hub outdated
  pxc hub outdated vision/train --format json
  pxc hub outdated --check""",
)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option("--every", is_flag=True, help="Show what is as it was locked, too.")
@click.option("--check", is_flag=True, help="Exit with 1 where anything is shown.")
@today_option
@text_or_json
@hub_options
def command(
    refs: tuple[str, ...],
    every: bool,
    check: bool,
    today: str,
    format_: str,
    color: str,
    **where: Any,
) -> int:
    """List what is locked and moved, gone, or out of use by now, and newer versions.

    'wanted' is what 'pxc hub update' would take: of a range the newest version in it. Nothing is
    changed: a version beyond a range, or without one, is named in the file.
    """
    workspace = opened(**where)
    lock = lock_read(workspace)
    if lock is None:
        return tell(workspace.report, color, keeps="")
    found: list[Standing] = []
    faults: dict[str, RegistryFault] = {}
    for entry in entries_of(workspace.hub, lock, refs):
        try:
            one = standing(workspace.hub, entry, today)
        except RegistryFault as fault:
            faults[entry.ref] = fault
            continue
        if one is not None and (every or one.is_outdated):
            found.append(one)
    if format_ == "json":
        write_product(as_json({"version": 1, "components": [_document(one) for one in found]}))
    elif found:
        say(as_table(_HEADS, map(_row, found)), sys.stdout)
    elif not faults:
        say("everything is as it was locked, and the newest there is\n", sys.stderr)
    for ref, told in faults.items():
        tell_fault(ref, told)
    return FINDINGS if faults or (check and found) else CLEAN


def _row(one: Standing) -> tuple[str, ...]:
    return (
        one.entry.ref,
        short_digest(one.entry.digest),
        short_digest(one.now),
        one.wanted,
        one.newest,
        ", ".join(one.words),
    )


def _document(one: Standing) -> dict[str, Any]:
    return {
        "ref": one.entry.ref,
        "locked": one.entry.digest,
        "resolved": one.entry.resolved,
        "now": one.now,
        "wanted": one.wanted,
        "newest": one.newest,
        "what": list(one.words),
    }
