"""Turns the history of a hyperband search into its next rung: survivors with more of the resource.

The tables come from `pxc.ir.brackets`. Source: specification of matrices, section 4.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from msgspec import Struct

from pxc.ir.brackets import DEFAULT_ETA, Bracket, brackets, resource_value
from pxc.tuner.documents import Record, Resource, SearchDocument
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.model import cost_of
from pxc.tuner.space import Space, identity
from pxc.tuner.unseen import fresh_rows

__all__ = ["Planned", "Step", "next_step", "planned", "step_after", "table_of"]


class Step(Struct, frozen=True):
    """A rung of a bracket, both counted from 0."""

    bracket: int
    rung: int


class Planned(Struct, frozen=True):
    """A run of a rung: its params with the resource, and the record it goes on from."""

    params: dict[str, Any]
    origin: Record | None = None


def table_of(search: SearchDocument) -> tuple[Bracket, ...]:
    """The brackets of a search. MistakeError where it lacks what they are computed from."""
    if search.max_iterations is None:
        raise MistakeError("a hyperband search needs `maxIterations`")
    if search.metric is None:
        raise MistakeError("a hyperband search needs a `metric`")
    try:
        return brackets(search.max_iterations, DEFAULT_ETA if search.eta is None else search.eta)
    except (ValueError, OverflowError) as fault:
        raise MistakeError(str(fault)) from None


def step_after(table: tuple[Bracket, ...], step: Step) -> Step | None:
    """The step that follows, in the same bracket or the next; None after the last."""
    if step.rung + 1 < len(table[step.bracket].rungs):
        return Step(step.bracket, step.rung + 1)
    return Step(step.bracket + 1, 0) if step.bracket + 1 < len(table) else None


def next_step(table: tuple[Bracket, ...], records: list[Record]) -> Step | None:
    """The step after the last one that has records; a bracket of failures alone is left."""
    done = [
        Step(r.bracket, r.rung) for r in records if r.bracket is not None and r.rung is not None
    ]
    if not done:
        return Step(0, 0)
    last = max(done, key=lambda s: (s.bracket, s.rung))
    _check(table, last)
    step = step_after(table, last)
    if step is None or step.rung == 0 or _finished(records, last):
        return step
    return Step(last.bracket + 1, 0) if last.bracket + 1 < len(table) else None


def planned(
    search: SearchDocument, space: Space, records: list[Record], step: Step, seed: int
) -> list[Planned]:
    """The runs of a step: new rows at the start of a bracket, else the best of the rung before.

    Of runs that are equally good the earlier ones go on. Fewer than the table says come where runs
    have failed, or where the space has no more.
    """
    table = table_of(search)
    _check(table, step)
    rung = table[step.bracket].rungs[step.rung]
    given = _given(search.resource, rung.resource)
    if step.rung == 0:
        seen = {identity(space.row(r.params)) for r in records}
        rows = islice(fresh_rows(space, seed, seen), rung.runs)
        return [Planned({**space.params(row), **given}) for row in rows]
    before = _finished(records, Step(step.bracket, step.rung - 1))
    ranked = sorted(before, key=lambda r: (cost_of(r, search.metric), r.index))
    return [Planned({**r.params, **given}, r) for r in ranked[: rung.runs]]


def _finished(records: list[Record], step: Step) -> list[Record]:
    """The runs of a step that gave a metric."""
    return [
        record
        for record in records
        if (record.bracket, record.rung) == (step.bracket, step.rung)
        and cost_of(record, None) is not None
    ]


def _check(table: tuple[Bracket, ...], step: Step) -> None:
    if not 0 <= step.bracket < len(table):
        raise MistakeError(f"there is no bracket {step.bracket}: the search has {len(table)}")
    rungs = len(table[step.bracket].rungs)
    if not 0 <= step.rung < rungs:
        raise MistakeError(f"there is no rung {step.rung}: bracket {step.bracket} has {rungs}")


def _given(resource: Resource | None, amount: float) -> dict[str, Any]:
    """The resource as a param; nothing where the search names none."""
    return {} if resource is None else {resource.name: resource_value(amount, resource.type)}
