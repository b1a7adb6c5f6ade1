"""Finds what runs because of a member and is none itself: its hooks and what its search asks."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.ir.plan import Group, Unit

__all__ = ["attached_to"]


def attached_to(member: Unit | Group) -> Iterator[Unit | Group]:
    """What proposes the next runs of a member's search, and what follows the member."""
    proposer = member.search.proposer if member.search is not None else None
    if proposer is not None and proposer.run is not None:
        yield proposer.run
    for hook in member.hooks:
        yield hook.unit
