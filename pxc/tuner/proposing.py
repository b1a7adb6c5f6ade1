"""Turns a search into the question for a tuner of the author's own, and its answer into runs.

Polyaxon hands such a tuner what was tried and what came of it, as the inputs `configs`, `metrics`
and `iteration`, and takes its output `suggestions`, a list with a map for each of the next runs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from pxc.ir.brackets import DEFAULT_ETA, brackets
from pxc.tuner.documents import AxisDocument, History, Item, Record, SearchDocument
from pxc.tuner.hyperband import Step
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.step import Round, State, observed_runs, started
from pxc.tuner.stopping import stop
from pxc.tuner.suggest import MOST, texts_of

__all__ = ["Question", "ask", "take"]

_MOST_SHOWN = 60


class Question(Struct, frozen=True):
    """What a tuner is asked: what was tried (`configs`), and what came of it (`metrics`).

    With no `more` to be asked the search has ended, by `status`. A `step` is there for hyperband.
    """

    configs: list[dict[str, Any]]
    metrics: list[Any]
    iteration: int
    step: Step | None
    more: bool
    state: State
    status: str
    told: list[str]


def ask(
    search: SearchDocument, state: State, results: list[Any], run: str, keep: Iterable[str]
) -> Question:
    """What to ask after the runs that were `started` have left these `results`.

    As many times as the kind asks: `maxIterations`, for bayes once more, for hyperband a time for
    each rung. Only runs that succeeded are told, with a metric where the search has one, else with
    a map of what is kept of their outputs. MistakeError as `step` raises it.
    """
    records, told = observed_runs(search, state, results, run, keep)
    after, iteration = State(1, tuple(records)), _iteration(records)
    steps = _steps(search)
    known = [r for r in records if r.status == "succeeded"]
    if search.metric is not None:
        known = [r for r in known if r.metric is not None]
    ended = stop(search, History(1, records), None)
    more = not ended.stop and iteration < len(steps)
    status = ""
    if not more:
        last = started(search, records, [], told)
        status, told = (ended.status, [*told, ended.reason]) if ended.stop else (
            last.status, last.told
        )  # fmt: skip
    return Question(
        [r.params for r in known],
        [r.outputs if search.metric is None else r.metric for r in known],
        iteration,
        steps[iteration] if more else None,
        more,
        after,
        status,
        told,
    )


def take(search: SearchDocument, state: State, suggestions: list[Any]) -> Round:
    """The runs that a tuner suggests; with none the search has ended.

    MistakeError for what is no map with a value for each name of the search, and for a value that
    is not one of its space: of a discrete space one that is listed, else a number.
    """
    records = list(state.records)
    iteration = _iteration(records)
    if not suggestions:
        if not records:
            raise MistakeError("--suggestions: the tuner suggests no run to begin with")
        said = "the tuner suggests nothing more: the search has ended"
        return started(search, records, [], [said])
    if len(suggestions) > MOST:
        raise MistakeError(f"--suggestions: {len(suggestions):,} runs are more than {MOST:,}")
    steps = _steps(search)
    if iteration >= len(steps):
        raise MistakeError("--suggestions: all runs of the search were started")
    step, first = steps[iteration], len(records)
    items = []
    for at, row in enumerate(suggestions):
        params = _params(search, at, row)
        items.append(
            Item(
                first + at, iteration, params, texts_of(params),
                None if step is None else step.bracket, None if step is None else step.rung,
            )
        )  # fmt: skip
    return started(search, records, items, [])


def _iteration(records: list[Record]) -> int:
    return max((r.iteration for r in records), default=-1) + 1


def _steps(search: SearchDocument) -> list[Step | None]:
    """A place for each time that a tuner is asked; of hyperband the rung that it is asked for."""
    most = search.max_iterations or 1
    if search.kind == "hyperband":
        try:
            table = brackets(most, DEFAULT_ETA if search.eta is None else search.eta)
        except (ValueError, OverflowError) as fault:
            raise MistakeError(str(fault)) from None
        return [Step(b, rung) for b, each in enumerate(table) for rung in range(len(each.rungs))]
    return [None] * (most + (1 if search.kind == "bayes" else 0))


def _params(search: SearchDocument, at: int, row: Any) -> dict[str, Any]:
    """The values of one suggestion, in the order of the axes."""
    where = f"--suggestions: run {at}"
    if not isinstance(row, dict):
        raise MistakeError(f"{where}: `{_short(row)}` is no map")
    axes = list(search.axes)
    resource = search.resource
    if resource is not None:
        axes.append(AxisDocument(resource.name, "uniform", type=resource.type))
    names = [axis.name for axis in axes]
    for name in names:
        if name not in row:
            raise MistakeError(f"{where} has no value for `{name}`")
    for name in row:
        if name not in names:
            raise MistakeError(f"{where} has `{name}`, which the search does not have")
    return {axis.name: _value(axis, row[axis.name], where) for axis in axes}


def _value(axis: AxisDocument, value: Any, where: str) -> Any:
    """A value as the space of its axis has it."""
    said = f"{where}: `{_short(value)}` as `{axis.name}`"
    if axis.kind in ("choice", "pchoice"):
        for each in axis.values:
            if _is_same(each, value):
                return each
        raise MistakeError(f"{said} is no value of its space")
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise MistakeError(f"{said} is no number")
    if axis.whole or axis.type == "int":
        if value != int(value):
            raise MistakeError(f"{said} is no whole number")
        return int(value)
    return float(value)


def _is_same(known: Any, given: Any) -> bool:
    """Whether two values of JSON are one: `1` is `1.0`, but `true` is not `1`."""
    if isinstance(known, list) and isinstance(given, list):
        return len(known) == len(given) and all(map(_is_same, known, given))
    if isinstance(known, dict) and isinstance(given, dict):
        return known.keys() == given.keys() and all(_is_same(known[k], given[k]) for k in known)
    return isinstance(known, bool) == isinstance(given, bool) and bool(known == given)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."
