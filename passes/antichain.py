"""Turns weights and an order into the most that members weigh of which none waits for another."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from fractions import Fraction

__all__ = ["heaviest"]

_Edges = list[tuple[int, int]]


def heaviest(
    weights: list[Decimal], edges: _Edges, most: int | None = None
) -> tuple[Decimal, bool]:
    """The most that members weigh of which none waits for another, even by way of others.

    With `most` no more members than that count. The second answer tells that the first is met by
    some members; else it is a bound, which is never too little.
    """
    exponents = (weight.as_tuple().exponent for weight in weights)
    places = max((-e for e in exponents if isinstance(e, int) and e < 0), default=0)
    whole = [int(Fraction(weight) * 10**places) for weight in weights]
    found, is_met = _of_few(whole, edges, most)
    return Decimal(found).scaleb(-places), is_met


def _of_few(weights: list[int], edges: _Edges, most: int | None) -> tuple[int, bool]:
    """The weight of the heaviest members at once, of at most so many.

    Where the heaviest are too many, each member is charged a price, the same for all: what is
    heaviest then, and the prices of `most` members, is a bound at any price. The lowest one is met
    in most orders; the heaviest members of what was tried on the way tell whether it is.
    """
    many = _members(weights, edges)
    if most is None or len(many) <= most:
        return _weight(weights, many), True
    few: frozenset[int] = frozenset()
    best = _heaviest_of(weights, many, most)
    while True:
        price = Fraction(_weight(weights, many) - _weight(weights, few), len(many) - len(few))
        bound = _weight(weights, few) + price * (most - len(few))
        left = [max(0, w * price.denominator - price.numerator) for w in weights]
        found = _members(left, edges)
        best = max(best, _heaviest_of(weights, found, most))
        value = _weight(weights, found) + price * (most - len(found))
        if value <= bound or len(found) == most:
            return int(value), int(value) == best
        if len(found) > most:
            many = found
        else:
            few = found


def _weight(weights: list[int], members: frozenset[int]) -> int:
    return sum(weights[at] for at in members)


def _heaviest_of(weights: list[int], members: frozenset[int], most: int) -> int:
    return sum(sorted((weights[at] for at in members), reverse=True)[:most])


def _members(weights: list[int], edges: _Edges) -> frozenset[int]:
    """The heaviest members of which none waits for another; none that weighs nothing.

    They are what is left when as much weight as possible is paired along the order (Dilworth's
    theorem with weights): what a smallest cut of that flow does not touch.
    """
    count = len(weights)
    source, sink = 2 * count, 2 * count + 1
    flow = _Flow(2 * count + 2)
    whole = sum(weights) + 1
    for at, weight in enumerate(weights):
        if weight:
            flow.join(source, at, weight)
            flow.join(count + at, sink, weight)
        flow.join(count + at, at, whole)  # who waits for a member waits for what it waits for
    for upstream, downstream in dict.fromkeys(edges):
        flow.join(upstream, count + downstream, whole)
    reached = flow.fill(source, sink)
    return frozenset(
        at for at in range(count)
        if weights[at] and reached[at] >= 0 and reached[count + at] < 0
    )  # fmt: skip


class _Flow:
    """A network of places, with the room that is left on each way; a way's reverse is beside it."""

    def __init__(self, places: int) -> None:
        self.ways: list[list[int]] = [[] for _ in range(places)]
        self.ends: list[int] = []
        self.room: list[int] = []

    def join(self, one: int, other: int, room: int) -> None:
        """A way from one place to another."""
        for begin, end, free in ((one, other, room), (other, one, 0)):
            self.ways[begin].append(len(self.ends))
            self.ends.append(end)
            self.room.append(free)

    def fill(self, source: int, sink: int) -> list[int]:
        """Let as much flow as can; how far each place is from the source then, -1 for cut off."""
        while True:
            far = self._far(source)
            if far[sink] < 0:
                return far
            tried = [0] * len(self.ways)
            while path := self._path(source, sink, far, tried):
                amount = min(self.room[way] for way in path)
                for way in path:
                    self.room[way] -= amount
                    self.room[way ^ 1] += amount

    def _far(self, source: int) -> list[int]:
        far = [-1] * len(self.ways)
        far[source] = 0
        waiting = deque([source])
        while waiting:
            one = waiting.popleft()
            for way in self.ways[one]:
                other = self.ends[way]
                if self.room[way] and far[other] < 0:
                    far[other] = far[one] + 1
                    waiting.append(other)
        return far

    def _path(self, source: int, sink: int, far: list[int], tried: list[int]) -> list[int]:
        """The ways of a shortest path with room; `tried` remembers those that led nowhere."""
        path: list[int] = []
        one = source
        while one != sink:
            if tried[one] == len(self.ways[one]):
                if not path:
                    return []
                one = self.ends[path.pop() ^ 1]
                tried[one] += 1
                continue
            way = self.ways[one][tried[one]]
            other = self.ends[way]
            if self.room[way] and far[other] == far[one] + 1:
                path.append(way)
                one = other
            else:
                tried[one] += 1
        return path
