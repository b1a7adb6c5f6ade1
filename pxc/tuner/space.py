"""Turns the axes of a search into lines from 0 to 1 that models can learn on, and back to values.

A number goes through the inverse of its distribution, so that equal lengths of its line are equally
likely: a log-uniform axis is even in the logarithm, a normal one in the quantile.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from itertools import pairwise
from statistics import NormalDist
from typing import Any

from msgspec import Struct

from pxc.ir.draws import finisher
from pxc.ir.sweep import DISTRIBUTIONS, Axis, space_size
from pxc.source import Source, Span
from pxc.tuner.documents import AxisDocument
from pxc.tuner.mistakes import MistakeError

__all__ = ["Line", "Space", "identity", "space_of"]

_NOWHERE = Span(Source("", ""), 0, 0)
_LAST = 1 - 2.0**-53
_NORMAL = NormalDist()

_LARGEST_POWER = 709
"""The exponential of more is no number that a computer has."""


class Line(Struct, frozen=True):
    """One axis on [0, 1].

    `count` is the number of its values, None for a distribution. `ordered` says that values near to
    each other on the line are near to each other: numbers that rise or fall, and distributions.
    """

    axis: Axis
    count: int | None
    ordered: bool

    def value(self, at: float) -> Any:
        """The value at a place; places outside of the line are moved to its ends."""
        at = min(max(at, 0.0), _LAST)
        if self.count is not None:
            return self.axis.values[int(at * self.count)]
        first, second = self.axis.numbers[:2]
        if "uniform" in self.axis.kind:
            return finisher(self.axis)(first + (second - first) * at)
        quantile = _NORMAL.inv_cdf(min(max(at, 2.0**-53), _LAST))
        return finisher(self.axis)(first + second * quantile)

    def place(self, value: Any) -> float | None:
        """The place of a value, for steps of `q` that of the middle; None when it is not on it."""
        if self.count is not None:
            wanted = identity([value])
            found = (i for i, v in enumerate(self.axis.values) if identity([v]) == wanted)
            at = next(found, None)
            return None if at is None else (at + 0.5) / self.count
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return self._number_place(float(value))

    def _number_place(self, number: float) -> float | None:
        axis = self.axis
        first, second = axis.numbers[:2]
        if axis.kind[0] == "q":
            number += axis.numbers[2] / 2
        if "log" in axis.kind:
            if number <= 0:
                return None
            number = math.log(number)
        if "uniform" in axis.kind:
            at = (number - first) / (second - first) if second != first else 0.5
        else:
            at = _NORMAL.cdf((number - first) / second) if second else 0.5
        return min(max(at, 0.0), _LAST) if math.isfinite(at) else None


class Space(Struct, frozen=True):
    """All axes of a search. `size` is the number of its cells, None when it has a distribution."""

    lines: tuple[Line, ...]
    size: int | None

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes as sweeps have them."""
        return tuple(line.axis for line in self.lines)

    def places(self, params: dict[str, Any]) -> list[float] | None:
        """Where the params of a run are; None when one of them is missing or not on its line."""
        found = []
        for line in self.lines:
            at = line.place(params.get(line.axis.name))
            if at is None:
                return None
            found.append(at)
        return found

    def params(self, row: Iterable[Any]) -> dict[str, Any]:
        """A row of values under the names of the axes."""
        return {line.axis.name: value for line, value in zip(self.lines, row, strict=True)}

    def row(self, params: dict[str, Any]) -> tuple[Any, ...]:
        """The values of the axes in their order; what is missing is None."""
        return tuple(params.get(line.axis.name) for line in self.lines)


def identity(row: Iterable[Any]) -> str:
    """What is the same for two rows of the same values, whatever wrote them as JSON.

    `1.0` and `1` are one number, `true` is none.
    """
    return json.dumps([_canonical(v) for v in row], sort_keys=True, ensure_ascii=False)


def _canonical(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [_canonical(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _canonical(v) for k, v in value.items()}
    return value


def space_of(documents: list[AxisDocument]) -> Space:
    """The space of a search. MistakeError for axes that contradict themselves."""
    names: set[str] = set()
    lines = []
    for document in documents:
        if document.name in names:
            raise MistakeError(f"the axis `{document.name}` is there twice")
        names.add(document.name)
        fault = _fault(document)
        if fault:
            raise MistakeError(f"the axis `{document.name}` {fault}")
        lines.append(_line(document))
    if not lines:
        raise MistakeError("the search has no axes")
    return Space(tuple(lines), space_size(tuple(line.axis for line in lines)))


def _line(document: AxisDocument) -> Line:
    axis = Axis(
        _NOWHERE,
        document.name,
        document.kind,
        tuple(document.values),
        tuple(document.weights),
        tuple(document.numbers),
        document.whole,
        document.type,
    )
    if document.kind in DISTRIBUTIONS:
        return Line(axis, None, True)
    return Line(axis, len(axis.values), axis.kind == "choice" and _is_monotone(axis.values))


def _is_monotone(values: tuple[Any, ...]) -> bool:
    if len(values) < 2 or any(type(v) not in (int, float) for v in values):
        return False
    pairs = list(pairwise(values))
    return all(a < b for a, b in pairs) or all(a > b for a, b in pairs)


def _fault(document: AxisDocument) -> str | None:
    if document.kind not in DISTRIBUTIONS:
        if not document.values:
            return "has no `values`"
        if document.kind == "pchoice" and len(document.weights) != len(document.values):
            return "needs as many `weights` as `values`"
        return None
    wanted = 3 if document.kind[0] == "q" else 2
    if len(document.numbers) != wanted:
        names = "low and high" if "uniform" in document.kind else "loc and scale"
        return f"needs {wanted} `numbers`: {names}{' and q' if wanted == 3 else ''}"
    if not all(map(math.isfinite, document.numbers)):
        return "has a number that is not finite"
    if wanted == 3 and document.numbers[2] == 0:
        return "has a `q` of 0"
    if "log" in document.kind and _largest(document) > _LARGEST_POWER:
        return "reaches numbers that are too large; its bounds are natural logarithms"
    return None


def _largest(document: AxisDocument) -> float:
    first, second = document.numbers[:2]
    return max(first, second) if "uniform" in document.kind else first + 9 * abs(second)
