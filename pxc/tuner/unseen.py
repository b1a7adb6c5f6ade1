"""Draws rows that no run had yet: the same ones that a random matrix is compiled to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pxc.ir.draws import Generator, draw_rows
from pxc.tuner.space import Space, identity

__all__ = ["fresh_rows", "generator_of", "new_rows"]

_PATIENCE = 100
"""How often a row that was there already is drawn again."""


def fresh_rows(space: Space, seed: int, seen: set[str]) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of the seed without those in `seen`, to which each one given is added.

    It ends where the space has no more.
    """
    for row in draw_rows(space.axes, seed):
        key = identity(row)
        if key not in seen:
            seen.add(key)
            yield row


def new_rows(
    space: Space, seed: int, seen: set[str], batch: int, draw: Callable[[], tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Up to `batch` rows of `draw` that are not in `seen`, which grows, then others by chance."""
    rows: list[tuple[Any, ...]] = []
    for _ in range(batch + _PATIENCE):
        if len(rows) == batch:
            return rows
        row = draw()
        key = identity(row)
        if key not in seen:
            seen.add(key)
            rows.append(row)
    rest = fresh_rows(space, seed, seen)
    return rows + [row for _, row in zip(range(batch - len(rows)), rest, strict=False)]


def generator_of(seed: int, count: int) -> Generator:
    """Random numbers for the call that follows `count` runs."""
    first = Generator(seed)
    second = Generator(first.bits() ^ count)
    second.bits()
    return second
