"""The command that tells why a component is in pxc.lock."""

from __future__ import annotations

import sys
from typing import Any

import click

from pxc.cli import CLEAN
from pxc.cli.hub.asking import hub_options
from pxc.cli.hub.entries import entries_of, lock_read
from pxc.cli.hub.locking import opened, tell
from pxc.cli.terminal import say
from pxc.hub.lock import Lock, Locked

__all__ = ["command"]

_NOWHERE = "nothing names it; `pxc hub lock` leaves it out"


@click.command(
    "why",
    epilog="""\b
Examples:
  pxc hub why vision/base
  pxc hub why tensorboard:single-run""",
)
@click.argument("ref")
@hub_options
def command(ref: str, color: str, **where: Any) -> int:
    """Tell what names a component that pxc.lock has: places in files, and other components."""
    workspace = opened(offline=True, **where)
    lock = lock_read(workspace)
    if lock is None:
        return tell(workspace.report, color, keeps="")
    for entry in entries_of(workspace.hub, lock, (ref,)):
        say("\n".join([entry.ref, *_reasons(lock, entry, (), 1)]) + "\n", sys.stdout)
    return CLEAN


def _reasons(lock: Lock, entry: Locked, above: tuple[str, ...], depth: int) -> list[str]:
    """What names an entry, and below each component what names that."""
    pad = "  " * depth
    lines = [f"{pad}{place}" for place in entry.via]
    for other in lock.components:
        if entry.ref in other.requires:
            known = other.ref in above or other.ref == entry.ref
            lines.append(f"{pad}{other.ref}" + ("  (as above)" if known else ""))
            if not known:
                lines += _reasons(lock, other, (*above, entry.ref), depth + 1)
    return lines or [f"{pad}{_NOWHERE}"]
