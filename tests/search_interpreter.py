"""Says which runs a search or a loop makes in which round, when each run does as a function tells.

It follows the specification of matrices alone, with arithmetic of its own, and knows neither a target
nor `pxc-tuner`. Searches that learn are foretold as far as they draw by chance. What the runs of a
round have come to is looked at when all of them have ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from pxc.ir.draws import draw_rows
from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search
from pxc.ir.stopping import FAILURE, Stopping
from pxc.ir.sweep import Sweep, cells

Params = dict[str, Any]
Does = Callable[[Params], float | None]
"""The metric of a run with these params; None for one that fails."""

Proposer = Callable[[int, list[tuple[Params, float]]], list[Params]]
"""The params of the runs of a round, by its number and what was tried before."""

BY_CHANCE = {"tpe": 10, "anneal": 1}
"""So many runs are drawn before an algorithm learns."""


def rounds_of(member: Unit | Group, does: Does) -> tuple[list[list[Params]], bool]:
    """The params of the runs of each round, and whether the whole has succeeded."""
    if member.sweep is not None:
        return _ended(_batches(member.sweep), member.sweep.stopping, does, member.sweep.count)
    assert member.search is not None
    kind = _hyperband if member.search.kind == "hyperband" else _drawn
    return _ended(kind(member.search, does), member.search.stopping, does, None)


def proposed(
    proposer: Proposer, does: Callable[[Params], float], most: int, good: float | None = None
) -> list[list[Params]]:
    """The rounds of a search that a tuner proposes, at most so many; one as `good` ends it."""
    tried: list[tuple[Params, float]] = []
    found: list[list[Params]] = []
    while len(found) < most and (rows := proposer(len(found), tried)):
        found.append(rows)
        tried += [(row, does(row)) for row in rows]
        if good is not None and min(value for _, value in tried) <= good:
            break
    return found


def _ended(
    rounds: Iterator[list[Params]], rules: tuple[Stopping, ...], does: Does, count: int | None
) -> tuple[list[list[Params]], bool]:
    found: list[list[Params]] = []
    for each in rounds:
        found.append(each)
        values = [does(params) for one in found for params in one]
        for rule in rules:
            if rule.policy is None and (ended := _holds(rule, values, count)) is not None:
                return found, ended
    return found, None not in [does(params) for one in found for params in one]


def _holds(rule: Stopping, values: list[float | None], count: int | None) -> bool | None:
    """How all has ended by a rule; None where it goes on."""
    if rule.kind == FAILURE:
        failed = values.count(None)
        share = 100 * failed / (count or len(values))
        return False if failed and share >= (rule.percent or 0) else None
    wanted = rule.value or 0.0
    sign = 1.0 if rule.optimization == "maximize" else -1.0
    told = [sign * value for value in values if value is not None]
    return True if told and max(told) >= sign * wanted else None


def _batches(sweep: Sweep) -> Iterator[list[Params]]:
    """As many runs as may go on at once; more where there were more than 84 batches."""
    names = [axis.name for axis in sweep.axes]
    table = [dict(zip(names, cell, strict=True)) for cell in cells(sweep)]
    size = max(sweep.concurrency or len(table), math.ceil(len(table) / 84))
    for at in range(0, len(table), size):
        yield table[at : at + size]


def _rows(search: Search) -> Iterator[Params]:
    names = [axis.name for axis in search.axes]
    for row in draw_rows(search.axes, search.seed or 0):
        yield dict(zip(names, row, strict=True))


def _drawn(search: Search, does: Does) -> Iterator[list[Params]]:
    """Rounds of a search that draws by chance, as long as it does."""
    rows = _rows(search)
    if search.kind == "bayes":
        yield [row for row, _ in zip(rows, range(search.num_initial_runs or 0), strict=False)]
        return
    told = 0
    algorithm = (search.algorithm or "tpe") if search.kind == "hyperopt" else search.kind
    for _ in range(search.max_iterations):
        if told >= BY_CHANCE.get(algorithm, math.inf):
            return
        batch = [row for _, row in zip(range(search.num_runs or 1), rows, strict=False)]
        told += sum(1 for params in batch if does(params) is not None)
        if not batch:
            return
        yield batch


def _hyperband(search: Search, does: Does) -> Iterator[list[Params]]:
    """The rungs of each bracket: the best of one go on to the next, with more of the resource."""
    budget, eta = search.max_iterations, search.eta or 3.0
    assert search.resource is not None
    assert search.objective is not None
    sign = -1.0 if search.objective.optimization == "maximize" else 1.0
    name, whole = search.resource.name, search.resource.type == "int"
    rows = _rows(search)
    most = math.floor(math.log(budget) / math.log(eta) + 1e-9)
    for bracket in range(most, -1, -1):
        count = math.ceil((most + 1) * eta**bracket / (bracket + 1) - 1e-9)
        kept = [row for _, row in zip(range(count), rows, strict=False)]
        for rung in range(bracket + 1):
            amount = budget * eta ** (rung - bracket)
            given = int(amount + 1e-9) if whole else amount
            runs = [params | {name: given} for params in kept]
            yield runs
            values = [does(run) for run in runs]
            costs = [math.inf if value is None else sign * value for value in values]
            ranked = sorted(range(len(runs)), key=costs.__getitem__)
            most_kept = math.floor(count * eta**-rung / eta + 1e-9)
            kept = [kept[at] for at in ranked[:most_kept] if values[at] is not None]
            if not kept:
                break
