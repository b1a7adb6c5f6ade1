"""Draws rows that no run had yet: the same ones that a random matrix is compiled to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.draws import Generator, draw_rows
from pxc.tuner.space import Space, identity

__all__ = ["fresh_rows", "generator_of"]


def fresh_rows(space: Space, seed: int, seen: set[str]) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of the seed without those in `seen`, to which each one given is added.

    It ends where the space has no more.
    """
    for row in draw_rows(space.axes, seed):
        key = identity(row)
        if key not in seen:
            seen.add(key)
            yield row


def generator_of(seed: int, count: int) -> Generator:
    """Random numbers for the call that follows `count` runs."""
    first = Generator(seed)
    second = Generator(first.bits() ^ count)
    second.bits()
    return second
