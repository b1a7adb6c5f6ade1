"""Turns sizes of boxes and the lines between them into places, in layers from top to bottom.

Boxes are put into layers behind all that they wait for; a line over several layers gets a point in
each of them, one with a label room for it in a layer of its own. The order in a layer is that with
the fewest crossings that sweeps up and down find; the places are as near to those of the
neighbours as the order allows. The same input gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

__all__ = ["Layout", "Route", "laid_out"]

GAP, _LAYER_GAP, _LABEL_GAP = 28.0, 40.0, 24.0
_SWEEPS = 12
_POINTS = 20_000
"""How many points lines may have in layers that they cross; further lines are drawn straight."""


class Route(Struct, frozen=True):
    """A line from the bottom of a box to the top of another.

    Each point is a place across and two heights: between these the line is upright. `label` is the
    middle of its label, where it has one.
    """

    points: tuple[tuple[float, float, float], ...]
    label: tuple[float, float] | None = None


class Layout(Struct, frozen=True):
    """Where boxes begin (left, top), how lines go, and the size of it all."""

    places: tuple[tuple[float, float], ...]
    routes: tuple[Route, ...]
    width: float
    height: float


class _Item(Struct):
    """A box, or the point of a line in a layer that it crosses."""

    layer: int
    width: float
    height: float
    x: float = 0.0
    above: list[int] = []
    below: list[int] = []
    is_point: bool = False


def laid_out(
    sizes: Sequence[tuple[float, float]],
    lines: Sequence[tuple[int, int]],
    labels: Sequence[tuple[float, float] | None],
) -> Layout:
    """Places for boxes of these sizes; `lines` make no cycle, `labels` are the sizes of theirs."""
    layers_of = _layers(len(sizes), lines)
    step = 2 if any(labels) else 1
    items = [_Item(layer * step, *size) for layer, size in zip(layers_of, sizes, strict=True)]
    chains = _chains(items, lines, labels)
    layers = _ordered(items)
    _place(items, layers)
    return _drawn(items, layers, chains, labels, len(sizes))


def _layers(count: int, lines: Sequence[tuple[int, int]]) -> list[int]:
    """For each box the length of the longest way to it; what waits for nothing is near the next."""
    above: list[list[int]] = [[] for _ in range(count)]
    below: list[list[int]] = [[] for _ in range(count)]
    for upstream, downstream in lines:
        above[downstream].append(upstream)
        below[upstream].append(downstream)
    found = [0] * count
    missing = [len(each) for each in above]
    ready = [at for at in range(count) if not missing[at]]
    for at in ready:
        for other in below[at]:
            found[other] = max(found[other], found[at] + 1)
            missing[other] -= 1
            if not missing[other]:
                ready.append(other)
    for at in range(count):
        if not above[at] and below[at]:
            found[at] = min(found[other] for other in below[at]) - 1
    return found


def _chains(
    items: list[_Item],
    lines: Sequence[tuple[int, int]],
    labels: Sequence[tuple[float, float] | None],
) -> list[list[int]]:
    """For each line the items it leads through; points in between are added to the items."""
    chains = []
    left = _POINTS
    for (upstream, downstream), label in zip(lines, labels, strict=True):
        first, last = items[upstream].layer, items[downstream].layer
        between: list[int] = []
        crossed = range(first + 1, last)
        left -= len(crossed)
        for layer in crossed if left >= 0 else crossed[: 1 if label else 0]:
            size = label if label and layer == first + 1 else (0.0, 0.0)
            between.append(len(items))
            items.append(_Item(layer, *size, is_point=True))
        chain = [upstream, *between, downstream]
        for one, other in pairwise(chain):
            if items[one].layer + 1 == items[other].layer:
                items[one].below.append(other)
                items[other].above.append(one)
        chains.append(chain)
    return chains


def _ordered(items: list[_Item]) -> list[list[int]]:
    """The items of each layer in the order with the fewest crossings that was found."""
    layers: list[list[int]] = [[] for _ in range(1 + max((i.layer for i in items), default=-1))]
    for at, item in enumerate(items):
        layers[item.layer].append(at)
    best, fewest = [list(layer) for layer in layers], _crossings(items, layers)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        position = _positions(layers)
        for layer in layers[1:] if down else layers[-2::-1]:
            middles = {}
            for at in layer:
                beside = items[at].above if down else items[at].below
                places = [position[other] for other in beside] or [position[at]]
                middles[at] = sum(places) / len(places)
            layer.sort(key=middles.__getitem__)
            position.update((at, place) for place, at in enumerate(layer))
        crossings = _crossings(items, layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return best


def _positions(layers: list[list[int]]) -> dict[int, int]:
    return {at: place for layer in layers for place, at in enumerate(layer)}


def _crossings(items: list[_Item], layers: list[list[int]]) -> int:
    """How often lines between neighbouring layers cross, counted by a tree of sums."""
    position = _positions(layers)
    total = 0
    for upper, lower in pairwise(layers):
        ends = [
            place for at in upper for place in sorted(position[other] for other in items[at].below)
        ]
        tree = [0] * (len(lower) + 1)
        for seen, end in enumerate(ends):
            before, index = 0, end + 1
            while index:
                before += tree[index]
                index &= index - 1
            total += seen - before
            index = end + 1
            while index <= len(lower):
                tree[index] += 1
                index += index & -index
    return total


def _place(items: list[_Item], layers: list[list[int]]) -> None:
    """Gives every item its middle: as near to its neighbours as order and widths allow."""
    for layer in layers:
        _spread(items, layer, dict.fromkeys(layer, 0.0))
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for layer in layers[1:] if down else layers[-2::-1]:
            wished = {}
            for at in layer:
                beside = items[at].above if down else items[at].below
                wished[at] = _middle(items, at, beside)
            _spread(items, layer, wished)


def _middle(items: list[_Item], at: int, beside: list[int]) -> float:
    """The middle of the neighbours; points of one line hold together, so that it is straight."""
    if not beside:
        return items[at].x
    weights = [8 if items[at].is_point and items[other].is_point else 1 for other in beside]
    places = (items[other].x * weight for other, weight in zip(beside, weights, strict=True))
    return sum(places) / sum(weights)


def _spread(items: list[_Item], layer: list[int], wished: dict[int, float]) -> None:
    """The least squares from the wishes under the distances that widths ask for.

    What must keep a distance is moved together until nothing stands too near (pool adjacent
    violators).
    """
    offset, pools = 0.0, []
    for place, at in enumerate(layer):
        if place:
            offset += (items[layer[place - 1]].width + items[at].width) / 2 + GAP
        pools.append((wished[at] - offset, 1, [(at, offset)]))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            middle, size, members = pools.pop()
            before, count, others = pools.pop()
            mean = (before * count + middle * size) / (count + size)
            pools.append((mean, count + size, others + members))
    for middle, _, members in pools:
        for at, beyond in members:
            items[at].x = middle + beyond


def _drawn(
    items: list[_Item], layers: list[list[int]], chains: list[list[int]],
    labels: Sequence[tuple[float, float] | None], boxes: int,
) -> Layout:  # fmt: skip
    left = min((item.x - item.width / 2 for item in items), default=0.0)
    for item in items:
        item.x -= left
    width = max((item.x + item.width / 2 for item in items), default=0.0)
    heights = [max(items[at].height for at in layer) for layer in layers]
    gap = _LABEL_GAP if any(labels) else _LAYER_GAP
    tops, height = [], 0.0
    for own in heights:
        tops.append(height)
        height += own + gap
    places = tuple(
        (item.x - item.width / 2, tops[item.layer] + (heights[item.layer] - item.height) / 2)
        for item in items[:boxes]
    )
    routes = []
    for chain, label in zip(chains, labels, strict=True):
        points = []
        for at in chain:
            item = items[at]
            top, bottom = tops[item.layer], tops[item.layer] + heights[item.layer]
            if at == chain[0]:
                top = places[at][1] + item.height
            elif at == chain[-1]:
                bottom = places[at][1]
            points.append((item.x, top, bottom))
        first = items[chain[1]]
        middle = (first.x, tops[first.layer] + heights[first.layer] / 2) if label else None
        routes.append(Route(tuple(points), middle))
    return Layout(places, tuple(routes), width, max(height - gap, 0.0))
