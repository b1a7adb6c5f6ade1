"""Says what the runs of a search or a loop must leave, so that joins can gather it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.join import Join, Match, Query
from pxc.ir.plan import Group
from pxc.ir.sweep import Sweep, cells
from pxc.targets._data import text_of

__all__ = ["CELL", "HISTORY", "RESULTS", "gathered_from", "items_of", "matches_of"]

HISTORY = "history"
"""The output parameter of a search with all of its runs."""

RESULTS = "results"
"""The output parameter of a loop with what each run left that succeeded."""

CELL = "pxc-cell"
"""The output parameter of a run with its number."""

_OUTPUTS = frozenset({"outputs", "out", "metrics"})


def gathered_from(group: Group) -> dict[str, frozenset[str]]:
    """For each member that a join gathers from, the outputs of its runs that are looked at."""
    found: dict[str, set[str]] = {}
    for member in group.members:
        for join in member.joins:
            found.setdefault(join.member, set()).update(_outputs(join))
    return {name: frozenset(outputs) for name, outputs in found.items()}


def _outputs(join: Join) -> Iterator[str]:
    yield from (each.key for each in join.fields if each.section == "outputs" and each.key)
    fields = [match.field for match in matches_of(join.query)] + [o.field for o in join.order]
    for name in fields:
        section, _, key = name.partition(".")
        if section in _OUTPUTS and key:
            yield key


def matches_of(query: Query) -> Iterator[Match]:
    """The conditions of a query."""
    if isinstance(query, Match):
        yield query
        return
    for part in query.parts:
        yield from matches_of(part)


def items_of(sweep: Sweep) -> list[dict[str, Any]]:
    """The runs of a sweep as `pxc-tuner` knows them."""
    names = [axis.name for axis in sweep.axes]
    found = []
    for index, cell in enumerate(cells(sweep)):
        params = dict(zip(names, cell, strict=True))
        text = {name: text_of(value) for name, value in params.items()}
        found.append({"index": index, "iteration": 0, "params": params, "text": text})
    return found
