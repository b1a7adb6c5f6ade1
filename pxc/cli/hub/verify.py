"""The command that holds what is at hand, and what registries have, to pxc.lock."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pxc.cli.acl.rules import text_or_json
from pxc.cli.hub.asking import hub_options
from pxc.cli.hub.entries import entries_of, lock_read, short_digest
from pxc.cli.hub.locking import offline_option, opened, tell
from pxc.cli.hub.tables import as_json, as_table
from pxc.cli.terminal import say, write_product
from pxc.hub.copies import checked

if TYPE_CHECKING:
    from pxc.hub.copies import Checked

__all__ = ["command"]

_HEADS = ("component", "locked", "cache", "vendor/pxc", "registry")


@click.command(
    "verify",
    epilog="""\b
Examples:
  pxc hub verify
  pxc hub verify vision/train:2 --offline""",
)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@offline_option
@text_or_json
@hub_options
def command(
    refs: tuple[str, ...],
    offline: bool,
    format_: str,
    color: str,
    **where: Any,
) -> int:
    """Hold the cache, the copies in vendor/pxc and the registries to the digests of pxc.lock.

    Each is read anew. What is changed in the cache is deleted; a changed copy, and a registry that
    has not the locked bytes any more, are errors.
    """
    workspace = opened(offline=offline, **where)
    lock, hub = lock_read(workspace), workspace.hub
    entries = [] if lock is None else entries_of(hub, lock, refs)
    found = [
        checked(hub, workspace.root, entry, workspace.report, ask=not offline) for entry in entries
    ]
    if format_ == "json":
        write_product(as_json({"version": 1, "components": [_document(one) for one in found]}))
    elif found:
        say(as_table(_HEADS, map(_row, found)), sys.stdout)
    return tell(workspace.report, color, keeps="")


def _row(one: Checked) -> tuple[str, ...]:
    return one.entry.ref, short_digest(one.entry.digest), one.cache, one.vendor, one.registry


def _document(one: Checked) -> dict[str, Any]:
    return {
        "ref": one.entry.ref,
        "digest": one.entry.digest,
        "cache": one.cache,
        "vendor": one.vendor,
        "registry": one.registry,
    }
