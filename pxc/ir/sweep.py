"""Turns a table of parameters into its cells, one after another, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from pxc.ir.node import Node
from pxc.ir.stopping import Stopping

__all__ = ["DISTRIBUTIONS", "Axis", "Sweep", "cells", "space_size"]

DISTRIBUTIONS = frozenset({
    "uniform", "quniform", "loguniform", "qloguniform", "normal", "qnormal", "lognormal",
    "qlognormal",
})  # fmt: skip
"""Kinds of an axis that has `numbers` to draw from and no list of values."""


class Axis(Node, frozen=True):
    """One name that a sweep gives a value in every cell.

    `kind` is `choice` (any list of values), `pchoice` (one with `weights`, the last of which gets
    what is missing to 1) or one of `DISTRIBUTIONS`, whose `numbers` are low and high, or loc and
    scale, and then q. `whole` makes drawn numbers that have no fraction whole numbers. `values` are
    plain data of the declared `type`. `is_flag` and `arg_format` are the declaration's. The axes of
    a mapping are names alone.
    """

    name: str
    kind: str = "choice"
    values: tuple[Any, ...] = ()
    weights: tuple[float, ...] = ()
    numbers: tuple[float, ...] = ()
    whole: bool = False
    type: str = ""
    is_flag: bool = False
    arg_format: str | None = None


class Sweep(Node, frozen=True):
    """One unit, or one group, run once for each cell of a table; `count` is the number of cells.

    `kind` is `grid` (every combination, the last axis fastest), `random` (rows drawn from `seed`,
    no row twice) or `mapping` (the `rows`, a value for each axis). In the unit a value of the cell
    is the run-time reference `matrix.<name>`; `matrix.<name>.as_arg`, `.as_str` and `.flag` are the
    forms of it that the language offers. At most `concurrency` runs go on at once, and the first
    rule of `stopping` that holds ends them all.
    """

    kind: str
    axes: tuple[Axis, ...]
    count: int
    rows: tuple[tuple[Any, ...], ...] = ()
    seed: int | None = None
    concurrency: int | None = None
    stopping: tuple[Stopping, ...] = ()


def cells(sweep: Sweep) -> Iterator[tuple[Any, ...]]:
    """The cells in order: a value for each axis.

    A grid and a mapping take no memory for it; a random sweep remembers what it has drawn.
    """
    if sweep.kind == "mapping":
        return iter(sweep.rows)
    if sweep.kind == "grid":
        return islice(product(*(axis.values for axis in sweep.axes)), sweep.count)
    from pxc.ir.draws import draw_rows

    return islice(draw_rows(sweep.axes, sweep.seed or 0), sweep.count)


def space_size(axes: tuple[Axis, ...]) -> int | None:
    """How many cells a grid of these axes has; None when one of them is a distribution."""
    size = 1
    for axis in axes:
        if axis.kind in DISTRIBUTIONS:
            return None
        size *= len(axis.values)
    return size
