"""Says which outputs of a run its engine keeps for the runs after it."""

from __future__ import annotations

from collections.abc import Iterable

from pxc.ir.plan import Unit

__all__ = ["told_outputs"]

_FILES = frozenset(("path", "artifacts", "dir", "file", "dockerfile", "event", "model", "dataset"))
"""Types whose value may be a file of any size: nobody gets them who does not ask."""


def told_outputs(unit: Unit, asked: Iterable[str]) -> list[str]:
    """The names of the outputs that a unit declares, then of others that are asked for."""
    wanted = set(asked)
    declared = [o.name for o in unit.outputs if o.type not in _FILES or o.name in wanted]
    return [*declared, *sorted(wanted.difference(declared))]
