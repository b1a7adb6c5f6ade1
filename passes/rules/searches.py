"""Rules about searches over hyper-parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.matrix import Matrix, Space
from pxc.ir.node import Lit, Map, Seq, plain
from pxc.ir.program import Program
from pxc.lint.rule_options import rule_option
from pxc.passes.rules.authored import authored, items
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
