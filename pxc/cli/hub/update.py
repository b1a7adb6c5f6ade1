"""The command that moves what pxc.lock fixes to what tags mean today."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import today_option
from pxc.cli.hub.asking import hub_options
from pxc.cli.hub.difference import change_lines, changes_between
from pxc.cli.hub.entries import entries_of, lock_read, short_digest
from pxc.cli.hub.images import images_option, say_images, say_unpinned, with_images
from pxc.cli.hub.lock import say_changes, say_computed
from pxc.cli.hub.locking import Opened, opened, relock, save, tell
from pxc.cli.hub.ranges import check_ranges, ranges_of
from pxc.cli.terminal import say
from pxc.diagnostics import Report
from pxc.driver.catalogs import locked_catalog
from pxc.driver.components import component_of
from pxc.hub.lock import LOCK_FILE
from pxc.request import SourceText

if TYPE_CHECKING:
    from pxc.driver.locking import Relocked

__all__ = ["command"]


@click.command(
    "update",
    epilog="""\b
Examples:
  pxc hub update vision/train:2
  pxc hub update vision/train --dry-run
  pxc hub update 'vision/train:^2'
  pxc hub update --all
  pxc hub update --catalog-commit""",
)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option("--all", "every", is_flag=True, help="Move everything that is locked.")
@click.option(
    "--catalog-commit", "moves_catalog", is_flag=True,
    help="Move the commit of a catalog in a repository of git to what its ref means today.",
)  # fmt: skip
@images_option
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would move.")
@today_option
@hub_options
def command(
    refs: tuple[str, ...],
    every: bool,
    moves_catalog: bool,
    images: bool,
    dry_run: bool,
    color: str,
    today: str,
    **where: Any,
) -> int:
    """Move entries of pxc.lock to the bytes that their tags mean today.

    REF without a tag means every version of the component that is locked. A reference with a digest
    never moves. One without a tag may mean a range of versions: that of 'versions' in pxc.yaml, or
    the one that is named here, as ORG/NAME:~1.4 or ORG/NAME:^2; then the newest in it is taken, and
    pxc.lock keeps the range. ORG/NAME:latest ends that. What is new in a component is shown;
    nothing is written where anything fails. With --images the registries of their images are asked
    for the digests that these have now.
    """
    if (refs and every) or not (refs or every or moves_catalog):
        raise click.UsageError("Name each REF to move, or --all, or --catalog-commit.")
    workspace = opened(**where, moves_catalog=moves_catalog)
    lock = lock_read(workspace)
    if lock is None:
        return tell(workspace.report, color)
    if moves_catalog and getattr(locked_catalog(workspace.request.catalog), "commit", "") == "":
        raise click.UsageError("--catalog-commit: the catalog is not in a repository of git.")
    ranges, plain = ranges_of(workspace.hub, refs)
    moved = entries_of(workspace.hub, lock, plain) if plain or every else ()
    wanted = {each.ref for each in moved}
    made = relock(workspace, is_moved=lambda entry: entry in wanted, ranges=ranges)
    if images and made is not None:
        new = (each.ref for each in made.new)
        made = with_images(made, workspace, renewed=wanted | set(new))
    code = tell(workspace.report, color)
    if made is None or code:
        return code or FINDINGS
    check_ranges(made, ranges)
    say_computed(made)
    say_images(made)
    say_unpinned(made)
    if moves_catalog:
        _say_commit(made)
    if refs or every:
        _say_moved(made, workspace)
    if dry_run:
        say(f"{LOCK_FILE} stays as it is (--dry-run)\n", sys.stderr)
        return CLEAN
    say_changes(made, written=save(workspace.root, made.after))
    return CLEAN


def _say_commit(made: Relocked) -> None:
    """What commit the catalog is read at from now on, and which it was until now."""
    before, now = made.before.catalog, made.after.catalog
    if now is None or (before is not None and before.commit == now.commit):
        say("the ref of the catalog means what is locked\n", sys.stderr)
        return
    former = before.commit[:12] if before is not None and before.source == now.source else "-"
    say(f"catalog {now.source}  {former or '-'} -> {now.commit[:12]}\n", sys.stdout)


def _say_moved(made: Relocked, workspace: Opened) -> None:
    """An entry a line, and below it what it means for whoever runs it."""
    for old, new in made.moved:
        since = f"  (locked on {old.resolved})" if old.resolved else ""
        digests = f"{short_digest(old.digest)} -> {short_digest(new.digest)}"
        say(f"{new.ref}  {digests}{since}\n", sys.stdout)
        say("".join(f"  {line}" for line in _changes(new.ref, made, workspace)), sys.stdout)
    for former, chosen in made.rechosen:
        said = f"{former.tag} -> {chosen.tag}  ({chosen.range})"
        say(f"{chosen.component}  {said}\n", sys.stdout)
        found = _changes(f"{chosen.component}:{chosen.tag}", made, workspace)
        say("".join(f"  {line}" for line in found), sys.stdout)
    if not made.moved and not made.rechosen and made.before.ranges == made.after.ranges:
        say("every tag that was asked for means what is locked\n", sys.stderr)


def _changes(ref: str, made: Relocked, workspace: Opened) -> list[str]:
    before, after = made.replaced.get(ref, (None, b""))
    if before is None:
        return ["what was locked is nowhere any more: there is nothing to compare\n"]
    sides = [
        component_of(
            SourceText(f"<{ref}>", data), workspace.request.options, workspace.root, Report()
        )
        for data in (before, after)
    ]
    one, other = sides
    if one is None or other is None:
        return ["one of them cannot be read: there is nothing to compare\n"]
    return change_lines(changes_between(one, other)) or ["nothing that anybody would notice\n"]
