"""Turns a dag with a matrix into a dag of dags, one for each cell, whose values are filled in.

Airflow maps tasks; it maps a group of them only where no task inside of it is mapped and none is
held back by a rule of its own. So the dag is written once for each cell.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.plan import Edge, Group, Start
from pxc.ir.sweep import Sweep, cells
from pxc.source import head_of
from pxc.targets._cells import Cells
from pxc.targets._rewritten import rewritten
from pxc.targets.airflow.features import tell
from pxc.world import Language

__all__ = ["CELL", "CELLS", "unrolled"]

CELL, CELLS = "cell", "cells"
"""The kinds of the group of one cell, and of the group that holds them: nothing refers to it."""

_MOST_TASKS = 1_000
_OWN, _HELD = "matrix.", "held.matrix."


def unrolled(group: Group, language: Language, report: Report) -> Group:
    """The group, and those inside of it, without a matrix around; PXC701 for too many tasks."""
    members = tuple(
        unrolled(member, language, report) if isinstance(member, Group) else member
        for member in group.members
    )
    group = replace(group, members=members)
    sweep = group.sweep
    if sweep is None:
        return group
    if sweep.stopping:
        place = head_of(sweep.stopping[0].span)
        tell("matrix.dagRules", "`earlyStopping` of a matrix around a dag", place, report)
        return replace(group, sweep=None)
    size = sum(1 for _ in group.units()) * sweep.count
    if size > _MOST_TASKS:
        report.add(
            "PXC701",
            f"the matrix around `{group.name}` makes {size:,} tasks; a DAG file says each of them,"
            f" and no more than {_MOST_TASKS:,}",
            sweep.span,
            help="bound it with `numRuns`, or give the matrix to the operations of the dag",
        )
        return replace(group, sweep=None)
    return _holding(group, sweep, language, report)


def _holding(group: Group, sweep: Sweep, language: Language, report: Report) -> Group:
    bare = replace(group, sweep=None, kind=CELL, hooks=(), approval=None, joins=(), start=None)
    waiting = _renamed(bare, 0)
    filler = Cells(sweep, language, report)
    axes = [axis.name for axis in sweep.axes]
    copies, edges = [], []
    for number, cell in enumerate(cells(sweep)):
        made: Group = _back(filler.tree(waiting, cell))
        told = json.dumps(dict(zip(axes, cell, strict=True)), ensure_ascii=False)
        start = None
        if sweep.concurrency is not None and number >= sweep.concurrency:
            start = Start(group.span, "all_done")
            edges.append(Edge(group.span, str(number - sweep.concurrency), str(number)))
        copies.append(replace(made, name=str(number), description=told, start=start))
    return replace(
        group, members=tuple(copies), edges=tuple(edges), sweep=None, kind=CELLS, concurrency=None
    )


def _renamed(group: Group, depth: int) -> Group:
    """The group with values of the cell as a unit has its own, and those of units set aside."""
    outer = f"{'dag.' * (depth + 1)}{_OWN}"
    members = tuple(
        _renamed(member, depth + 1) if isinstance(member, Group) else _tree(member, outer)
        for member in group.members
    )
    rest: Group = _tree(replace(group, members=()), f"{'dag.' * depth}{_OWN}")
    return replace(rest, members=members)


def _tree(node: Any, outer: str) -> Any:
    return _mapped(node, ((_OWN, _HELD), (outer, _OWN)) if outer != _OWN else ())


def _back(group: Group) -> Group:
    found: Group = _mapped(group, ((_HELD, _OWN),))
    return found


def _mapped(node: Any, pairs: tuple[tuple[str, str], ...]) -> Any:
    """A tree whose references begin otherwise; the same object where nothing changes."""

    def moved(ref: RunTimeRef) -> RunTimeRef:
        for before, after in pairs:
            if ref.path.startswith(before):
                return RunTimeRef(ref.span, after + ref.path.removeprefix(before))
        return ref

    return rewritten(node, RunTimeRef, moved)
