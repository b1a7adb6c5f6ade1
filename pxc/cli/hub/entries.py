"""Turns what a command line calls components into entries of pxc.lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from pxc.cli.hub.asking import reference_of
from pxc.cli.hub.locking import Opened
from pxc.diagnostics import nearest
from pxc.driver.locking import lock_of
from pxc.hub.lock import LOCK_FILE, Lock, Locked
from pxc.hub.reference import parse_reference

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["entries_of", "lock_read", "short_digest"]

_SHOWN = len("sha256:") + 12


def lock_read(workspace: Opened) -> Lock | None:
    """The lock of a workspace; None after PXC244. UsageError where there is none."""
    if not workspace.hub.fixed.is_there:
        raise click.UsageError(f"There is no {LOCK_FILE}; 'pxc hub lock' writes it.")
    return lock_of(workspace.hub, workspace.report)


def entries_of(hub: Hub, lock: Lock, refs: Sequence[str]) -> list[Locked]:
    """The entries that references mean, in the order of the lock; all where none is named.

    A reference without a tag means every version. Raises UsageError for one that is not there.
    """
    if not refs:
        return list(lock.components)
    wanted: set[str] = set()
    for text in refs:
        found = _matching(hub, lock, text)
        if not found:
            near = nearest(text, _known(lock))
            hint = f" Did you mean '{near}'?" if near else ""
            raise click.UsageError(f"'{text}' is not in {LOCK_FILE}.{hint}")
        wanted |= found
    return [each for each in lock.components if each.ref in wanted]


def short_digest(digest: str) -> str:
    """As much of a digest as tells two apart."""
    return digest[:_SHOWN]


def _matching(hub: Hub, lock: Lock, text: str) -> set[str]:
    if any(each.ref == text for each in lock.components):
        return {text}
    parsed = reference_of(text)
    placed = hub.placed(parsed)
    if placed is None:
        return set()
    if parsed.tag or parsed.digest:
        exact = {each.ref for each in lock.components if each.ref == placed.entry}
        pinned = {each.ref for each in lock.components if each.ref.startswith(f"{placed.key}@")}
        return exact or pinned
    head = replace(placed, tag="", digest="").key.rpartition(":")[0]
    return {each.ref for each in lock.components if each.ref.startswith(f"{head}:")}


def _known(lock: Lock) -> set[str]:
    """What entries may be called: with and without their registry and their tag."""
    found = set()
    for each in lock.components:
        parsed = parse_reference(each.ref)
        if parsed is not None:
            bare = replace(parsed, registry="", digest="")
            found |= {each.ref, bare.text, bare.component}
    return found
