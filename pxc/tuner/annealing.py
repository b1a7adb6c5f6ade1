"""Suggests rows near the best runs, nearer and nearer the more runs there are.

Source: the algorithm `anneal` of hyperopt.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.draws import Generator
from pxc.tuner.model import Observation
from pxc.tuner.space import Line, Space
from pxc.tuner.unseen import generator_of, new_rows

__all__ = ["annealed_rows"]

_SHRINKS = 0.1
"""By how much each run makes the neighbourhood smaller: 10 runs halve it."""

_STOPS = 0.5
"""How often the best run is the one to start from; else the next one is asked the same."""


def annealed_rows(
    space: Space, seen: set[str], observed: list[Observation], batch: int, seed: int
) -> list[tuple[Any, ...]]:
    """Up to `batch` new rows.

    Nothing starts from a failed run. In a finite space what is not found near a run comes by
    chance.
    """
    generator = generator_of(seed, len(seen))
    known = [(found.cost, found.places) for found in observed if found.cost is not None]
    best = [places for _, places in sorted(known, key=lambda pair: pair[0])]
    width = 1 / (1 + _SHRINKS * len(best))

    def draw() -> tuple[Any, ...]:
        start = zip(space.lines, _start(best, generator), strict=True)
        return tuple(line.value(_near(line, at, width, generator)) for line, at in start)

    return new_rows(space, seed, seen, batch, draw)


def _start(best: list[list[float]], generator: Generator) -> list[float]:
    """The places of one run, of the better ones more often."""
    for places in best[:-1]:
        if generator.fraction() < _STOPS:
            return places
    return best[-1]


def _near(line: Line, at: float, width: float, generator: Generator) -> float:
    """A place not farther than half of the width, which is moved to lie within the line.

    Values without an order have no neighbours: any may come, and the more seldom the less is left.
    """
    if not line.ordered:
        return at if generator.fraction() >= width else _anywhere(line, generator)
    if line.count is not None:  # of values in an order the next ones stay near
        width = min(max(width, 3 / line.count), 1.0)
    low = min(max(at - width / 2, 0.0), 1 - width)
    return low + generator.fraction() * width


def _anywhere(line: Line, generator: Generator) -> float:
    """A place by chance, as likely as the author wants its value."""
    assert line.count is not None
    drawn, weights = generator.fraction(), line.axis.weights
    for index, weight in enumerate(weights[: line.count - 1]):
        drawn -= weight
        if drawn < 0:
            return (index + 0.5) / line.count
    return (line.count - 0.5) / line.count if weights else drawn
