"""Turns a matrix as a Polyaxonfile has it into the search that `pxc-tuner` knows."""

from __future__ import annotations

import math
from typing import Any

from pxc.ir.ranges import POSITIONS, RANGES, range_size
from pxc.ir.sweep import DISTRIBUTIONS
from pxc.tuner.documents import AxisDocument
from pxc.tuner.mistakes import MistakeError

__all__ = ["axes_of"]

_MOST = 100_000
"""The values of one axis, as many as pxc takes."""


def axes_of(matrix: Any) -> list[AxisDocument]:
    """The axes of a matrix, in the order of its params, with the values that pxc gives them.

    MistakeError for what is no matrix with spaces, and for a space of dates, whose values are texts
    that only pxc knows.
    """
    params = matrix.get("params") if isinstance(matrix, dict) else None
    if not isinstance(params, dict) or not params:
        raise MistakeError("--matrix has no `params`")
    return [_axis(str(name), space) for name, space in params.items()]


def _axis(name: str, space: Any) -> AxisDocument:
    kind = space.get("kind") if isinstance(space, dict) else None
    value = space.get("value") if isinstance(space, dict) else None
    if kind == "choice" and isinstance(value, list) and value:
        return AxisDocument(name, values=value)
    if kind == "pchoice" and isinstance(value, list) and value and all(map(_is_pair, value)):
        kept = [pair for at, pair in enumerate(value) if at == len(value) - 1 or pair[1] > 0]
        return AxisDocument(
            name, "pchoice", values=[pair[0] for pair in kept], weights=[pair[1] for pair in kept]
        )
    if kind in RANGES:
        return AxisDocument(name, values=_range(name, kind, _numbers(name, kind, value)))
    if kind in DISTRIBUTIONS:
        numbers = _numbers(name, kind, value)
        return AxisDocument(name, kind, numbers=numbers[: 3 if kind[0] == "q" else 2])
    raise MistakeError(f"--matrix: `{name}` is a space that this tuner does not know: `{kind}`")


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and _is_number(pair[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _numbers(name: str, kind: str, value: Any) -> list[float]:
    """The numbers of a space by position, from a list, a map, or a text with `:`."""
    positions = POSITIONS[kind]
    if isinstance(value, str):
        value = [_read(name, part) for part in value.split(":")]
    if isinstance(value, dict):
        value = [value[key] for key in positions if key in value]
    least = 3 if kind in RANGES or kind[0] == "q" else 2
    if not isinstance(value, list) or len(value) < least or not all(map(_is_number, value)):
        wanted = ", ".join(f"`{each}`" for each in positions[:least])
        raise MistakeError(f"--matrix: `{name}`, a `{kind}`, needs the numbers {wanted}")
    return [float(number) for number in value]


def _read(name: str, part: str) -> float:
    try:
        return float(part)
    except ValueError:
        raise MistakeError(f"--matrix: `{name}` has `{part[:40]}`, which is no number") from None


def _range(name: str, kind: str, numbers: list[float]) -> list[float]:
    try:
        count = range_size(kind, numbers)
        if 0 < count <= _MOST:
            return list(RANGES[kind](*numbers))
    except (ArithmeticError, ValueError):
        pass
    raise MistakeError(f"--matrix: `{name}` has no values, or more than {_MOST:,}")
