"""Finds what runs because of a member and is none itself: its hooks and what its search asks."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.ir.plan import Group, Unit

__all__ = ["attached_to", "proposing"]


def attached_to(member: Unit | Group) -> Iterator[Unit | Group]:
    """What proposes the next runs of a member's search, and what follows the member."""
    asked = proposing(member)
    if asked is not None:
        yield asked
    for hook in member.hooks:
        yield hook.unit


def proposing(member: Unit | Group) -> Unit | Group | None:
    """What proposes the next runs of a member's search, where it has a component of its own."""
    proposer = member.search.proposer if member.search is not None else None
    return None if proposer is None else proposer.run
