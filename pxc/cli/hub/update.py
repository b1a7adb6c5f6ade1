"""The command that moves what pxc.lock fixes to what tags mean today."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.hub.entries import entries_of, lock_read, short_digest
from pxc.cli.hub.lock import say_changes, say_computed
from pxc.cli.hub.locking import lock_options, opened, relock, save, tell
from pxc.cli.principals import Asking
from pxc.cli.terminal import say
from pxc.hub.lock import LOCK_FILE

if TYPE_CHECKING:
    from pxc.driver.locking import Relocked

__all__ = ["command"]


@click.command(
    "update",
    epilog="""\b
Examples:
  pxc hub update vision/train:2
  pxc hub update vision/train --dry-run
  pxc hub update --all""",
)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option("--all", "every", is_flag=True, help="Move everything that is locked.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would move.")
@lock_options
def command(
    refs: tuple[str, ...], every: bool, dry_run: bool, color: str, asking: Asking, **where: Any
) -> int:
    """Move entries of pxc.lock to the bytes that their tags mean today.

    REF without a tag means every version of the component that is locked. A reference with a digest
    never moves. What is new in a component is shown; nothing is written where anything fails.
    """
    if bool(refs) == every:
        raise click.UsageError("Name each REF to move, or --all.")
    workspace = opened(asking, **where)
    lock = lock_read(workspace)
    if lock is None:
        return tell(workspace.report, color)
    wanted = {each.ref for each in entries_of(workspace.hub, lock, refs)}
    made = relock(workspace, is_moved=lambda placed: placed.entry in wanted)
    code = tell(workspace.report, color)
    if made is None or code:
        return code or FINDINGS
    say_computed(made)
    _say_moved(made)
    if dry_run:
        say(f"{LOCK_FILE} stays as it is (--dry-run)\n", sys.stderr)
        return CLEAN
    say_changes(made, written=save(workspace.root, made.after))
    return CLEAN


def _say_moved(made: Relocked) -> None:
    for old, new in made.moved:
        since = f"  (locked on {old.resolved})" if old.resolved else ""
        digests = f"{short_digest(old.digest)} -> {short_digest(new.digest)}"
        say(f"{new.ref}  {digests}{since}\n", sys.stdout)
    if not made.moved:
        say("every tag that was asked for means what is locked\n", sys.stderr)
