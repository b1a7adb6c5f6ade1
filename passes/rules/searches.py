"""Rules about searches over hyper-parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.matrix import EarlyStopping, Matrix, Metric, Space
from pxc.ir.node import Lit, Map, Seq, is_null, plain
from pxc.ir.program import Program
from pxc.lint.rule_options import rule_option
from pxc.passes.rules.authored import authored, items, text_of
from pxc.source import head_of
from pxc.world import World

_DRAWN = frozenset({"random", "hyperband", "bayes", "tpe", "hyperopt"})


def _searches(program: Program, world: World) -> Iterator[Matrix]:
    for node in authored(program, world):
        if isinstance(node, Matrix):
            yield node


def explosion(program: Program, world: World, report: Report) -> None:
    """PXC402: a grid of very many runs that neither `numRuns` nor `concurrency` bounds."""
    for search in _searches(program, world):
        if search.kind != "grid" or search.num_runs is not None or search.concurrency is not None:
            continue
        sizes = [s for s in map(_size, _spaces(search).values()) if s]
        runs = 1
        for size in sizes:
            runs *= size
        many = rule_option(world.options.rule_options, "PXC402", "runs")
        if runs > many and isinstance(search.params, Map):
            shown = " x ".join(map(str, sizes))
            report.add(
                "PXC402",
                f"the grid has {runs:,} runs ({shown}), and all may start at once",
                search.params.span if len(search.params.entries) == 1
                else search.params.entries[0][0].span,
                help="bound it with `numRuns` or `concurrency`, or use `kind: random`",
            )  # fmt: skip


def no_seed(program: Program, world: World, report: Report) -> None:
    """PXC406: a search that draws at random and says not from which seed."""
    for search in _searches(program, world):
        if search.kind in _DRAWN and search.seed is None:
            place = search.params if isinstance(search.params, Map) else None
            key = place.entries[0][0] if place is not None and place.entries else search
            report.add(
                "PXC406",
                f"the {search.kind} search has no `seed`, so it cannot be repeated",
                key.span,
                help="add `seed: 42`",
            )


def duplicate_values(program: Program, world: World, report: Report) -> None:
    """PXC408: a choice that holds a value twice, so that equal runs are made."""
    for search in _searches(program, world):
        for name, space in _spaces(search).items():
            if not isinstance(space.kind, Lit) or space.kind.value != "choice":
                continue
            seen: dict[tuple[type, str], Any] = {}
            for item in items(space.value):
                if not isinstance(item, Lit):
                    continue
                first = seen.setdefault((type(item.value), str(item.value)), item)
                if first is not item:
                    report.add(
                        "PXC408",
                        f"`{item.value}` is among the choices of `{name}` twice",
                        item.span,
                        notes=(Note("the first one", first.span),),
                        help="delete one: equal values make equal runs",
                    )


def concurrency(program: Program, world: World, report: Report) -> None:
    """PXC409: more runs at once than the search has runs."""
    for search in _searches(program, world):
        limit = _whole(search.concurrency)
        runs = _runs(search)
        if limit is not None and runs is not None and limit > runs:
            assert search.concurrency is not None
            have = "1 run" if runs == 1 else f"{runs:,} runs"
            report.add(
                "PXC409",
                f"`concurrency` is {limit:,}, but the search has {have}",
                search.concurrency.span,
                help=f"it limits nothing: write at most {runs}, or delete it",
            )


def ignored_fields(program: Program, world: World, report: Report) -> None:
    """PXC410: fields of a search that Polyaxon reads and does not use."""
    for node in authored(program, world):
        if isinstance(node, Matrix) and _whole(node.seed) == 0:
            assert node.seed is not None
            report.add(
                "PXC410",
                "Polyaxon takes a `seed` of 0 for no seed",
                node.seed.span,
                help="write another number, such as `seed: 42`",
            )
        elif isinstance(node, EarlyStopping):
            _check_stopping(node, report)


def _check_stopping(stopping: EarlyStopping, report: Report) -> None:
    if stopping.policy is not None and not is_null(stopping.policy):
        report.add(
            "PXC410",
            "Polyaxon's open scheduler never evaluates early stopping that has a `policy`",
            head_of(stopping.policy.span),
            help="delete the `policy`: then the first run that reaches `value` stops the others",
        )
    percent = stopping.percent.value if isinstance(stopping.percent, Lit) else None
    if isinstance(percent, int | float) and not isinstance(percent, bool) and percent > 100:
        assert stopping.percent is not None
        report.add(
            "PXC410",
            f"{percent:g} percent of the runs can never fail",
            stopping.percent.span,
            help="write a number from 1 to 99",
        )


def no_optimization(program: Program, world: World, report: Report) -> None:
    """PXC411: a metric that does not say whether more or less of it is better."""
    for search in _searches(program, world):
        metric = search.metric
        unset = isinstance(metric, Metric) and (
            metric.optimization is None or is_null(metric.optimization)
        )
        if unset and isinstance(metric, Metric) and metric.name is not None:
            name = text_of(metric.name) or "metric"
            report.add(
                "PXC411",
                f"nothing says whether `{name}` is to be large or small",
                metric.name.span,
                help="add `optimization: minimize`, as Polyaxon takes it here, or `maximize`",
            )


def _whole(node: Any) -> int | None:
    value = node.value if isinstance(node, Lit) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _runs(search: Matrix) -> int | None:
    """How many runs a search has at most; None when that is not written there."""
    most = _whole(search.num_runs)
    if search.kind == "mapping":
        return len(search.values.items) or None if isinstance(search.values, Seq) else None
    if search.kind not in ("grid", "random"):
        return None
    sizes = [_size(space) for space in _spaces(search).values()]
    runs = 1
    for size in sizes:
        if not size:
            return most
        runs = min(runs * size, 10**15)
    if not sizes:
        return most
    return runs if most is None else min(runs, most)


def _spaces(search: Matrix) -> dict[str, Space]:
    if not isinstance(search.params, Map):
        return {}
    return {str(plain(k)): s for k, s in search.params.entries if isinstance(s, Space)}


def _size(space: Space) -> int | None:
    """How many values a discrete space has; None when that is not written there."""
    kind = space.kind.value if isinstance(space.kind, Lit) else None
    if kind in ("choice", "pchoice"):
        return len(space.value.items) if isinstance(space.value, Seq) else None
    names = ("start", "stop", "step" if kind == "range" else "num")
    given = _numbers(space.value, names)
    if given is None:
        return None
    start, stop, last = given
    if kind == "range" and last > 0 and stop > start:
        return max(1, int(-((start - stop) // last)))
    return int(last) if kind in ("linspace", "logspace", "geomspace") and last > 0 else None


def _numbers(value: Any, names: tuple[str, ...]) -> list[float] | None:
    """The three numbers of a space in any of its spellings: map, list, `a:b:c`."""
    if isinstance(value, Map):
        given = [plain(value.get(name)) for name in names]
    elif isinstance(value, Seq):
        given = plain(value)[:3]
    elif isinstance(value, Lit) and isinstance(value.value, str):
        given = value.value.split(":")[:3]
    else:
        return None
    try:
        numbers = [float(v) for v in given if not isinstance(v, bool)]
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if len(numbers) == 3 and all(abs(n) < 1e15 for n in numbers) else None
