"""The command that deletes components from the cache that nobody asked for lately."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from pxc.cli import CLEAN
from pxc.cli.terminal import say
from pxc.hub.store import user_store

__all__ = ["command"]

_DAY = 24 * 60 * 60


@click.command(
    "prune",
    epilog="""\b
Examples:
  pxc hub prune
  pxc hub prune --days 7
  pxc hub prune --days 0""",
)
@click.option(
    "--days", type=click.IntRange(min=0), default=90, show_default=True,
    help="Keep what was asked for in so many days; 0 keeps nothing.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Delete nothing; say how much would be.")
def command(days: int, dry_run: bool) -> int:
    """Delete components from the cache that nobody asked for lately.

    They are fetched again when they are named. What is in vendor/pxc stays. The clones of
    repositories and the indexes of web servers that nobody asked for go, too.
    """
    store = user_store(os.environ, sys.platform)
    if store is None:
        say("there is no cache\n", sys.stderr)
        return CLEAN
    before = time.time() - days * _DAY if days else float("inf")
    old = [blob for blob in store.blobs() if blob.used < before]
    gone = old if dry_run else store.prune(before)
    size = sum(blob.size for blob in gone)
    verb = "would be deleted" if dry_run else "deleted"
    noun = "1 component" if len(gone) == 1 else f"{len(gone):,} components"
    say(f"{noun} ({size:,} bytes) {verb} from {store.folder}\n", sys.stderr)
    _forget(store.folder.parent, before, dry_run=dry_run)
    return CLEAN


def _forget(home: Path, before: float, *, dry_run: bool) -> None:
    """Delete what registries elsewhere have left, and tell of it where there is any."""
    from pxc.hub.fetched import fetched, forget

    old = [kept for kept in fetched(home) if kept.used < before]
    gone = old if dry_run else [kept for kept in old if forget(kept)]
    if gone:
        size = sum(kept.size for kept in gone)
        verb = "would be deleted" if dry_run else "deleted"
        noun = "1 clone or index" if len(gone) == 1 else f"{len(gone):,} clones and indexes"
        say(f"{noun} ({size:,} bytes) {verb} from {home}\n", sys.stderr)
