"""Turns two versions of a component into what differs between them, and what that means."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from pxc.hub.difference.body import body_changes
from pxc.hub.difference.change import BREAKING, NOTICE, WEIGHTS, WIDENING, Change
from pxc.hub.difference.claims import asked_for, claim_changes, phrase
from pxc.hub.difference.interface import input_changes, output_changes
from pxc.hub.difference.tree import tree_of

if TYPE_CHECKING:
    from pxc.access.claims import Claim
    from pxc.ir.spec import Operation

__all__ = [
    "BREAKING",
    "NOTICE",
    "WEIGHTS",
    "WIDENING",
    "Change",
    "asked_for",
    "difference",
    "phrase",
]


def difference(
    before: Operation,
    after: Operation,
    claims: tuple[Iterable[Claim], Iterable[Claim]] | None = None,
) -> tuple[Change, ...]:
    """What differs between two components, what matters most first.

    `claims` are what the runs of each would use; None where that is not known. What a claim tells
    is not told a second time.
    """
    old, new = tree_of(before), tree_of(after)
    widened = tuple(claim_changes(*claims)) if claims is not None else ()
    claimed = frozenset(change.subject.rpartition(":")[2] for change in widened)
    found = chain(
        input_changes(*(_named(each, "inputs") for each in (old, new))),
        output_changes(*(_named(each, "outputs") for each in (old, new))),
        widened,
        body_changes(old, new, claimed),
    )
    return tuple(sorted(found, key=lambda change: WEIGHTS.index(change.weight)))


def _named(tree: dict[str, Any], section: str) -> dict[str, Any]:
    """The inputs or outputs by their names; none where two have one name, which is a fault."""
    found = tree.get(section)
    return found if isinstance(found, dict) else {}
