"""Turns a search and its history into the runs to start next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

from msgspec import Struct

from pxc.tuner.documents import Item, Record, SearchDocument, Suggestions
from pxc.tuner.hyperband import Planned, Step, next_step, planned, step_after, table_of
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.model import observations
from pxc.tuner.space import Space, identity, space_of
from pxc.tuner.unseen import fresh_rows

__all__ = ["promote", "suggest", "text_of"]

_STARTUP = 10
"""How many runs are drawn by chance before an estimator has enough to learn from."""

MOST = 10_000
"""More runs than anybody starts at once."""

_ENDED = "all runs of the search were started"
_EXHAUSTED = "the space has no more cells"


class _Batch(Struct, frozen=True):
    """What one call of a search gives: how many runs, by which method, and whether more follow."""

    count: int
    method: str
    more: bool


def suggest(
    search: SearchDocument, records: list[Record], batch: int | None, seed: int | None
) -> Suggestions:
    """The next runs: those of the next iteration of the search, or `batch` of them.

    The same search, history and seed give the same answer. A search without a seed has the seed 0.
    MistakeError where the search lacks what its kind needs.
    """
    chosen = seed if seed is not None else search.seed or 0
    if search.kind == "hyperband":
        return _hyperband(search, records, chosen)
    if search.kind == "table":
        return _of_table(search, records, batch)
    space = space_of(search.axes)
    iteration = max((r.iteration for r in records), default=-1) + 1
    wanted = _wanted(search, records, iteration, batch)
    if wanted.count <= 0:
        return Suggestions(1, [], 0, iteration, False, _ENDED)
    if wanted.count > MOST:
        raise MistakeError(f"{wanted.count:,} runs at once are more than {MOST:,}")
    rows = _rows(search, space, records, wanted, chosen)
    plans = [Planned(space.params(row)) for row in rows]
    seen = {identity(space.row(r.params)) for r in records} | {identity(row) for row in rows}
    exhausted = len(rows) < wanted.count or (space.size is not None and len(seen) >= space.size)
    reason = _EXHAUSTED if exhausted else "" if wanted.more else _ENDED
    return _answer(search, records, plans, iteration, wanted.more and not exhausted, None, reason)


def promote(
    search: SearchDocument, records: list[Record], step: Step, seed: int | None
) -> Suggestions:
    """The runs of one rung of hyperband; for a rung above 0 the survivors of the one before."""
    if search.kind != "hyperband":
        raise MistakeError(f"a {search.kind} search has no rungs")
    table = table_of(search)
    chosen = seed if seed is not None else search.seed or 0
    plans = planned(search, _space_of(search), records, step, chosen)
    iteration = sum(len(b.rungs) for b in table[: step.bracket]) + step.rung
    more = step_after(table, step) is not None
    return _answer(search, records, plans, iteration, more, step, "" if more else _ENDED)


def text_of(value: Any) -> str:
    """A value as a command line takes it: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def texts_of(params: dict[str, Any]) -> dict[str, str]:
    """The values of a run, each as a command line takes it."""
    return {name: text_of(value) for name, value in params.items()}


def _hyperband(search: SearchDocument, records: list[Record], seed: int) -> Suggestions:
    table = table_of(search)
    step = next_step(table, records)
    if step is None:
        iteration = max((r.iteration for r in records), default=-1) + 1
        return Suggestions(1, [], 0, iteration, False, _ENDED)
    found = promote(search, records, step, seed)
    later = Step(step.bracket + 1, 0)
    if found.items or later.bracket >= len(table):
        return found
    return Suggestions(1, [], 0, found.iteration, False, _EXHAUSTED)


def _of_table(search: SearchDocument, records: list[Record], batch: int | None) -> Suggestions:
    """The next rows of a table, in order: `numRuns` of them, or all that are left."""
    iteration = max((r.iteration for r in records), default=-1) + 1
    first = max((r.index for r in records), default=-1) + 1
    left = len(search.rows) - first
    count = max(0, min(left, batch or search.num_runs or left))
    rows = list(enumerate(search.rows[first : first + count], first))
    shown = [(r.text if r.text is not None else texts_of(r.params)) for _, r in rows]
    items = [
        Item(index, iteration, row.params, text)
        for (index, row), text in zip(rows, shown, strict=True)
    ]
    more = count < left
    return Suggestions(1, items, count, iteration, more, "" if more else _ENDED)


def _space_of(search: SearchDocument) -> Space:
    name = None if search.resource is None else search.resource.name
    if any(axis.name == name for axis in search.axes):
        raise MistakeError(f"the resource `{name}` is an axis, too")
    return space_of(search.axes)


def _wanted(
    search: SearchDocument, records: list[Record], iteration: int, batch: int | None
) -> _Batch:
    """What the next call gives. Source: specification of matrices, section 4."""
    if search.kind == "bayes":
        return _bayes(search, records, iteration, batch)
    if search.kind == "random":
        if search.num_runs is None:
            raise MistakeError("a random search needs `numRuns`")
        left = search.num_runs - len(records)
        count = min(left, batch or left)
        return _Batch(count, "rand", left > count)
    most = search.max_iterations or 1
    if search.kind == "iterative":
        method = "rand"
    else:
        method = search.algorithm if search.kind == "hyperopt" else "tpe"
        if search.metric is None and method != "rand":
            raise MistakeError(f"a {search.kind} search needs a `metric`")
        if search.num_runs is None:
            raise MistakeError(f"a {search.kind} search needs `numRuns`")
    if iteration >= most:
        return _Batch(0, method, False)
    return _Batch(batch or search.num_runs or 1, method, iteration + 1 < most)


def _bayes(
    search: SearchDocument, records: list[Record], iteration: int, batch: int | None
) -> _Batch:
    """Random runs first, then one for each iteration."""
    if search.metric is None:
        raise MistakeError("a bayes search needs a `metric`")
    if search.num_initial_runs is None:
        raise MistakeError("a bayes search needs `numInitialRuns`")
    if search.max_iterations is None:
        raise MistakeError("a bayes search needs `maxIterations`")
    left = search.num_initial_runs - len(records)
    if left > 0:
        return _Batch(min(left, batch or left), "rand", True)
    tried = len(records) - search.num_initial_runs
    rest = search.max_iterations - tried
    count = min(rest, batch or 1)
    return _Batch(count, "bayes", rest > count)


def _rows(
    search: SearchDocument, space: Space, records: list[Record], wanted: _Batch, seed: int
) -> list[tuple[Any, ...]]:
    seen = {identity(space.row(r.params)) for r in records}
    observed = observations(space, records, search.metric)
    known = sum(1 for o in observed if o.cost is not None)
    if wanted.method == "bayes" and known:
        from pxc.tuner.gaussian import gaussian_rows

        return gaussian_rows(space, seen, observed, wanted.count, seed, search.utility_function)
    if wanted.method == "anneal" and known >= (search.num_initial_runs or 1):
        from pxc.tuner.annealing import annealed_rows

        return annealed_rows(space, seen, observed, wanted.count, seed)
    startup = search.num_initial_runs or _STARTUP
    if wanted.method == "tpe" and known >= startup:
        from pxc.tuner.parzen import parzen_rows

        return parzen_rows(space, seen, observed, wanted.count, seed)
    return list(islice(fresh_rows(space, seed, seen), wanted.count))


def _answer(
    search: SearchDocument,
    records: list[Record],
    plans: Iterable[Planned],
    iteration: int,
    more: bool,
    step: Step | None,
    reason: str,
) -> Suggestions:
    first = max((r.index for r in records), default=-1) + 1
    items = [
        Item(
            index,
            iteration,
            plan.params,
            texts_of(plan.params),
            None if step is None else step.bracket,
            None if step is None else step.rung,
            None if plan.origin is None else plan.origin.index,
            plan.origin.uuid if plan.origin is not None and search.resume else "",
        )
        for index, plan in enumerate(plans, first)
    ]
    return Suggestions(1, items, len(items), iteration, more, reason)
