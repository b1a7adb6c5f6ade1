"""Turns a seed into rows of values, the same ones on every machine and in every Python.

The generator is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
2014). A number of [0, 1) is the upper 53 bits of a step. Logarithms and exponentials are those of
`decimal` with 30 digits, for the last bit of the ones of a C library differs between systems;
normal numbers come by Marsaglia's polar method.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from itertools import accumulate, product
from typing import Any

from pxc.ir.sweep import Axis, space_size

__all__ = ["Generator", "draw_rows", "finisher"]

_MASK = (1 << 64) - 1
_PATIENCE = 100
_EXACT = Context(prec=30)


class Generator:
    """SplitMix64 from a seed of any size."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK

    def bits(self) -> int:
        """The next 64 bits."""
        self.state = state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return state ^ (state >> 31)

    def fraction(self) -> float:
        """A number of [0, 1)."""
        return (self.bits() >> 11) * 2.0**-53

    def below(self, count: int) -> int:
        """A whole number of [0, count)."""
        return (self.bits() * count) >> 64

    def normal(self) -> float:
        """A number of the standard normal distribution."""
        while True:
            x, y = 2 * self.fraction() - 1, 2 * self.fraction() - 1
            square = x * x + y * y
            if 0 < square < 1:
                log = float(_EXACT.ln(Decimal(square)))
                return x * math.sqrt(-2 * log / square)


def draw_rows(axes: tuple[Axis, ...], seed: int) -> Iterator[tuple[Any, ...]]:
    """Rows, none of them twice, until the spaces have no more.

    Where `_PATIENCE` rows in a row were there already, axes with lists of values give the first
    combination, in the order of a grid, that was not drawn yet; others are taken to be exhausted.
    """
    generator = Generator(seed)
    readers = [_reader(axis, generator) for axis in axes]
    size = space_size(axes)
    rest = product(*(axis.values for axis in axes)) if size is not None else None
    seen: set[str] = set()
    while size is None or len(seen) < size:
        row = _new_row(readers, seen) or next((r for r in rest or () if repr(r) not in seen), None)
        if row is None:
            return
        seen.add(repr(row))
        yield row


def _new_row(readers: list[Callable[[], Any]], seen: set[str]) -> tuple[Any, ...] | None:
    for _ in range(_PATIENCE):
        row = tuple([read() for read in readers])
        if repr(row) not in seen:
            return row
    return None


def _reader(axis: Axis, generator: Generator) -> Callable[[], Any]:
    """What draws a value of an axis."""
    values = axis.values
    if axis.kind == "choice":
        return lambda: values[generator.below(len(values))]
    if axis.kind == "pchoice":
        bounds = list(accumulate(axis.weights))
        return lambda: _weighted(values, bounds, generator.fraction())
    return _distribution(axis, generator)


def _weighted(values: tuple[Any, ...], bounds: list[float], at: float) -> Any:
    return next((v for v, bound in zip(values, bounds, strict=True) if at < bound), values[-1])


def finisher(axis: Axis) -> Callable[[float], int | float]:
    """What makes the value of an axis of a raw number: its exponential, steps of `q`, whole."""
    steps: list[Callable[[Any], Any]] = []
    if "log" in axis.kind:
        steps.append(_exp)
    if axis.kind[0] == "q":
        steps.append(_quantiser(axis.numbers[2]))
    if axis.whole:
        steps.append(_whole)

    def finish(number: float) -> int | float:
        for step in steps:
            number = step(number)
        return number

    return finish


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _distribution(axis: Axis, generator: Generator) -> Callable[[], int | float]:
    first, second = axis.numbers[:2]
    finish = finisher(axis)
    if "uniform" in axis.kind:
        width = second - first
        return lambda: finish(first + width * generator.fraction())
    return lambda: finish(first + second * generator.normal())


def _quantiser(q: float) -> Callable[[float], float]:
    def step(number: float) -> float:
        ratio = number / q
        return math.floor(ratio) * q if math.isfinite(ratio) else ratio

    return step


def _exp(power: float) -> float:
    return float(_EXACT.exp(Decimal(power))) if power < 709.78 else math.inf
