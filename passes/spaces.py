"""Turns the space of a hyper-parameter into the axis of a sweep: its values, or what they are drawn
from. Source: specification of matrices, section 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.matrix import Space
from pxc.ir.node import Lit, Map, Seq, plain
from pxc.ir.ranges import POSITIONS, RANGES, range_size
from pxc.ir.sweep import DISTRIBUTIONS, Axis
from pxc.passes.io_types.settle import node_of
from pxc.passes.io_types.times import date_time
from pxc.world import Language

__all__ = ["MOST_VALUES", "given_positions", "number_of", "size_of", "value_nodes",
           "without_values"]  # fmt: skip

MOST_VALUES = 100_000
"""The values of one axis; more runs than this no engine takes."""


def given_positions(positions: tuple[str, ...], value: Any) -> dict[str, Any] | None:
    """Position -> node, from a map or a list; None for anything else."""
    if isinstance(value, Map):
        return {str(plain(k)): v for k, v in value.entries}
    if isinstance(value, Seq):
        return dict(zip(positions, value.items, strict=False))
    return None


def number_of(value: Any) -> float | None:
    """A plain value as a number, text read as one; None when it is none."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def without_values(name: str, space: Space) -> Axis:
    """The axis of a sound space with its weights or numbers, and without its values."""
    assert isinstance(space.kind, Lit)
    kind = str(space.kind.value)
    if kind == "pchoice":
        return Axis(space.span, name, kind, weights=tuple(_weights(space.value)))
    if kind not in DISTRIBUTIONS:
        return Axis(space.span, name)
    numbers = _numbers(kind, space)
    return Axis(
        space.span, name, kind, numbers=tuple(numbers[:3] if kind[0] == "q" else numbers[:2])
    )


def value_nodes(space: Space, language: Language) -> Iterator[Any]:
    """The values of a sound space that is no distribution, each with its place."""
    assert isinstance(space.kind, Lit)
    kind, value = str(space.kind.value), space.value
    if kind == "choice":
        yield from value.items
    elif kind == "pchoice":
        for item in _pairs(value):
            yield item.items[0]
    elif kind in ("daterange", "datetimerange"):
        for text in _dates(kind, space, language):
            yield Lit(value.span, text)
    else:
        for number in RANGES[kind](*_numbers(kind, space)):
            yield node_of(number, value.span)


def size_of(space: Space) -> int:
    """How many values a sound space of numbers has; 0 for every other kind."""
    kind = space.kind.value if isinstance(space.kind, Lit) else ""
    return range_size(kind, _numbers(kind, space)) if kind in RANGES else 0


def _pairs(value: Seq) -> list[Seq]:
    """The choices that can be drawn; the last one has what is missing to 1."""
    last = len(value.items) - 1
    return [p for at, p in enumerate(value.items) if at == last or plain(p)[1] > 0]


def _weights(value: Seq) -> list[float]:
    return [float(plain(pair)[1]) for pair in _pairs(value)]


def _numbers(kind: str, space: Space) -> list[float]:
    given = given_positions(POSITIONS[kind], space.value) or {}
    found = [number_of(plain(given[key])) for key in POSITIONS[kind] if key in given]
    return [number for number in found if number is not None]


def _dates(kind: str, space: Space, language: Language) -> Iterator[str]:
    from datetime import date, datetime, timedelta

    given = given_positions(POSITIONS[kind], space.value) or {}
    start, stop, step = (plain(given[key]) for key in POSITIONS[kind])
    if kind == "daterange":
        first, last = date.fromisoformat(str(start)), date.fromisoformat(str(stop))
        for at in range(0, (last - first).days, int(step)):
            yield (first + timedelta(days=at)).isoformat()
        return
    seconds = language.interval_seconds(str(step))
    assert not isinstance(seconds, str)
    moment, end = (datetime.fromisoformat(date_time(str(text))) for text in (start, stop))
    if (moment.tzinfo is None) != (end.tzinfo is None):
        end = end.replace(tzinfo=moment.tzinfo)
    while moment < end:
        yield moment.isoformat()
        moment += timedelta(seconds=float(seconds))
