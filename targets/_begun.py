"""Says which edges want only that their upstream has begun, and what then starts beside it."""

from __future__ import annotations

from collections.abc import Mapping

from pxc.ir.plan import Edge

__all__ = ["BEGUN", "first_beside", "is_begun"]

_STATUSES = ("created", "compiled", "queued", "scheduled", "starting", "running", "processing")
BEGUN = frozenset(f"run_status_{status}" for status in _STATUSES)
"""The kinds of events of a run that goes on."""


def is_begun(edge: Edge) -> bool:
    """Whether the beginning of the upstream is all that is waited for."""
    takes = any(value.partition(".")[0] in ("outputs", "artifacts") for value in edge.values)
    return not takes and any(kind in BEGUN for kind in edge.events)


def first_beside(name: str, begun: Mapping[str, Edge]) -> str:
    """The member at the head of those that start one beside the other."""
    while name in begun:
        name = begun[name].upstream
    return name
