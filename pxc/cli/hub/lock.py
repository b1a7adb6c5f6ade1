"""The command that fixes the components of a workspace in pxc.lock."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import today_option
from pxc.cli.hub.asking import hub_options, reference_of
from pxc.cli.hub.images import images_option, say_images, with_images
from pxc.cli.hub.locking import (
    offline_option,
    opened,
    relock,
    save,
    tell,
    would_change,
)
from pxc.cli.terminal import say
from pxc.hub.lock import LOCK_FILE

if TYPE_CHECKING:
    from pxc.driver.locking import Relocked

__all__ = ["command", "say_changes", "say_computed"]


@click.command(
    "lock",
    epilog="""\b
Examples:
  pxc hub lock
  pxc hub lock pipelines/train.yaml
  pxc hub lock --hub tensorboard:single-run
  pxc hub lock --images
  pxc hub lock --check""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 where pxc.lock would change."
)
@click.option(
    "--hub",
    "hubs",
    multiple=True,
    metavar="REF",
    help="Fix this component, too, which is only run by its name; may be repeated. The entry stays"
    " until it is deleted.",
)
@images_option
@offline_option
@today_option
@hub_options
def command(
    paths: tuple[str, ...],
    hubs: tuple[str, ...],
    check: bool,
    images: bool,
    offline: bool,
    color: str,
    today: str,
    **where: Any,
) -> int:
    """Fix every component that the workspace names, and those that these name, in pxc.lock.

    Entries that are there stay: 'pxc hub update' moves them. Without a PATH all Polyaxonfiles of
    the workspace and its catalog are read, and what nothing names any more is left out; with a PATH
    only the entries of these files are made. With --images what is compiled from a component has
    its images by digests.
    """
    for ref in hubs:
        reference_of(ref)
    workspace = opened(offline=offline, **where)
    made = relock(workspace, paths, given=hubs)
    if images and made is not None:
        made = with_images(made, workspace)
    code = tell(workspace.report, color)
    if made is None or code:
        return code or FINDINGS
    say_computed(made)
    if check:
        differs = would_change(workspace.root, made.after)
        state = "would change" if differs else "is as it should be"
        say(f"{LOCK_FILE} {state}\n", sys.stderr)
        return FINDINGS if differs else CLEAN
    say_images(made)
    say_changes(made, written=save(workspace.root, made.after))
    return CLEAN


def say_computed(made: Relocked) -> None:
    """Tell of references that nobody can lock."""
    for place, reason in made.left:
        say(f"{place}: {reason}, so what it names is not locked\n", sys.stderr)


def say_changes(made: Relocked, *, written: bool) -> None:
    """Say what has come and gone, an entry a line."""
    for entry in made.new:
        say(f"+ {entry.ref}  {entry.digest}\n", sys.stdout)
    for entry in made.gone:
        say(f"- {entry.ref}  {entry.digest}\n", sys.stdout)
    count = len(made.after.components)
    noun = "1 component" if count == 1 else f"{count} components"
    if not count and not written:
        say("no component of a hub is named: there is nothing to lock\n", sys.stderr)
    else:
        say(f"{LOCK_FILE} {'fixes' if written else 'already fixes'} {noun}\n", sys.stderr)
