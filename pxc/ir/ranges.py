"""Turns the numbers of a search space into its values: ranges, and evenly parted lines.

Values are those of numpy's `arange`, `linspace`, `logspace` and `geomspace`, bit by bit but where a
power is taken: those are rounded correctly here. Source: specification of matrices, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

__all__ = ["MAY_BE_MISSING", "POSITIONS", "RANGES", "WHOLE", "range_size"]

POSITIONS: dict[str, tuple[str, ...]] = {
    "range": ("start", "stop", "step"),
    "linspace": ("start", "stop", "num"),
    "logspace": ("start", "stop", "num", "base"),
    "geomspace": ("start", "stop", "num"),
    "daterange": ("start", "stop", "step"),
    "datetimerange": ("start", "stop", "step"),
    "uniform": ("low", "high", "size"),
    "loguniform": ("low", "high", "size"),
    "quniform": ("low", "high", "q", "size"),
    "qloguniform": ("low", "high", "q", "size"),
    "normal": ("loc", "scale", "size"),
    "lognormal": ("loc", "scale", "size"),
    "qnormal": ("loc", "scale", "q", "size"),
    "qlognormal": ("loc", "scale", "q", "size"),
}
"""The numbers of a space in the order of a list."""

MAY_BE_MISSING = frozenset({"base", "size"})
"""The numbers of a space that have a default."""

WHOLE = frozenset({"num", "size"})
"""The numbers of a space that are whole."""


def _steps(start: float, stop: float, step: float) -> int:
    return max(0, math.ceil((stop - start) / step))


def _arange(start: float, stop: float, step: float) -> Iterator[float]:
    delta = (start + step) - start
    for at in range(_steps(start, stop, step)):
        yield start + at * delta


def _linspace(start: float, stop: float, num: float) -> Iterator[float]:
    count = int(num)
    step = (stop - start) / (count - 1) if count > 1 else 0.0
    for at in range(count):
        yield stop if at == count - 1 and count > 1 else at * step + start


def _logspace(start: float, stop: float, num: float, base: float = 10.0) -> Iterator[float]:
    for power in _linspace(start, stop, num):
        yield _power(base, power)


def _geomspace(start: float, stop: float, num: float) -> Iterator[float]:
    from decimal import Context, Decimal

    exact, count = Context(prec=40), int(num)
    ratio = exact.divide(Decimal(stop), Decimal(start))
    for at in range(count):
        if at == 0 or count == 1:
            yield start
        elif at == count - 1:
            yield stop
        else:
            part = exact.power(ratio, exact.divide(Decimal(at), Decimal(count - 1)))
            yield float(exact.multiply(Decimal(start), part))


def _power(base: float, power: float) -> float:
    from decimal import Context, Decimal, Overflow

    try:
        return float(Context(prec=40).power(Decimal(base), Decimal(power)))
    except Overflow:
        return math.inf


RANGES: dict[str, Any] = {
    "range": _arange, "linspace": _linspace, "logspace": _logspace, "geomspace": _geomspace,
}  # fmt: skip
"""What gives the values of each kind from its numbers."""


def range_size(kind: str, numbers: list[float]) -> int:
    """How many values a sound space of numbers has."""
    start, stop, last = numbers[:3]
    return _steps(start, stop, last) if kind == "range" else int(last)
