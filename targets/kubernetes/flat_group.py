"""Turns a group with groups inside of it into one list of units, each with those it waits for."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from msgspec import Struct

from pxc.ir.node import Lit
from pxc.ir.plan import Group, Start, Unit

__all__ = ["FlatUnit", "flat_units", "is_skipped", "run_at_once", "skipped_members"]

Member = Unit | Group


class FlatUnit(Struct):
    """A unit under its name in the whole group, with the places in the list of its upstreams.

    The upstreams are the fewest that say all: who waits for `b` waits for what `b` waits for.
    """

    name: str
    unit: Unit
    upstreams: tuple[int, ...]


def flat_units(group: Group) -> list[FlatUnit]:
    """The units in an order in which each comes after those it waits for.

    A member waits for the last units of its upstreams. One that is skipped, because its condition
    is known to be false, passes on what it waited for. Where a group runs fewer members at once
    than its edges allow, each is made to wait for one before it, in as many lanes.
    """
    flat: list[FlatUnit] = []
    _lay(group, "", frozenset(), flat)
    above: list[int] = []
    for unit in flat:
        known = [above[u] for u in unit.upstreams]
        unit.upstreams = tuple(
            u for u in unit.upstreams if not any(mask >> u & 1 for mask in known)
        )
        above.append(_with(above, unit.upstreams))
    return flat


def run_at_once(flat: list[FlatUnit]) -> bool:
    """Whether any two of the units may run at the same time."""
    above: list[int] = []
    for unit in flat:
        above.append(_with(above, unit.upstreams))
    return any(mask.bit_count() < at for at, mask in enumerate(above))


def _with(above: list[int], upstreams: tuple[int, ...]) -> int:
    """The places of everything before a unit, as the bits of a number."""
    mask = 0
    for upstream in upstreams:
        mask |= above[upstream] | 1 << upstream
    return mask


def _lay(group: Group, prefix: str, before: frozenset[int], flat: list[FlatUnit]) -> frozenset[int]:
    """Add the units of a group; gives the places of those that nothing of the group waits for."""
    skipped = skipped_members(group)
    upstreams = _upstreams(group)
    order = _ordered(group, upstreams)
    _limit(order, upstreams, group.concurrency, skipped)
    last: dict[str, frozenset[int]] = {}
    for member in order:
        above = upstreams[member.name]
        waits = frozenset[int]().union(*(last[u] for u in above)) if above else before
        name = f"{prefix}{member.name}"
        if member.name in skipped:
            last[member.name] = waits
        elif isinstance(member, Unit):
            last[member.name] = frozenset((len(flat),))
            flat.append(FlatUnit(name, member, tuple(sorted(waits))))
        else:
            last[member.name] = _lay(member, f"{name}-", waits, flat)
    inner = {u for above in upstreams.values() for u in above}
    ends = [last[name] for name in last if name not in inner]
    return frozenset[int]().union(*ends) if ends else before


def skipped_members(group: Group) -> frozenset[str]:
    """The members that are known not to run: by a false condition, or by that of an upstream."""
    upstreams = _upstreams(group)
    found: set[str] = set()
    for member in _ordered(group, upstreams):
        start = member.start
        follows = start is not None and start.skip_on_upstream_skip
        if is_skipped(start) or (follows and any(u in found for u in upstreams[member.name])):
            found.add(member.name)
    return frozenset(found)


def is_skipped(start: Start | None) -> bool:
    """Whether a condition is known to be false."""
    return start is not None and isinstance(start.condition, Lit)


def _upstreams(group: Group) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {member.name: [] for member in group.members}
    for edge in group.edges:
        if edge.upstream in found and edge.downstream in found:
            found[edge.downstream].append(edge.upstream)
    return found


def _ordered(group: Group, upstreams: dict[str, list[str]]) -> list[Member]:
    """The members so that each comes after its upstreams, else as they are written."""
    at = {member.name: i for i, member in enumerate(group.members)}
    left = {name: len(set(above)) for name, above in upstreams.items()}
    below: dict[str, set[str]] = {name: set() for name in at}
    for name, above in upstreams.items():
        for upstream in above:
            below[upstream].add(name)
    ready = [at[name] for name, count in left.items() if count == 0]
    heapify(ready)
    found: list[Member] = []
    while ready:
        member = group.members[heappop(ready)]
        found.append(member)
        for name in below[member.name]:
            left[name] -= 1
            if left[name] == 0:
                heappush(ready, at[name])
    return found


def _limit(
    order: list[Member],
    upstreams: dict[str, list[str]],
    most: int | None,
    skipped: frozenset[str],
) -> None:
    """Add edges so that at most so many members run at once: each goes into one of so many lanes,
    behind the last of its lane.

    A lane whose last member comes before it anyway needs no further edge; else the lane is taken
    that has the shortest way behind it.
    """
    running = [member for member in order if member.name not in skipped]
    if most is None or most >= len(running):
        return
    place = {member.name: at for at, member in enumerate(order)}
    above: dict[str, int] = {}
    depth: dict[str, int] = {}
    lanes: list[str] = []
    for member in order:
        name = member.name
        mask = 0
        for u in upstreams[name]:
            mask |= above[u] | 1 << place[u]
        if name not in skipped:
            free = [i for i, last in enumerate(lanes) if mask >> place[last] & 1]
            if free:
                lane = max(free, key=lambda i: depth[lanes[i]])
                lanes[lane] = name
            elif len(lanes) < most:
                lanes.append(name)
            else:
                lane = min(range(most), key=lambda i: (depth[lanes[i]], i))
                upstreams[name].append(lanes[lane])
                mask |= above[lanes[lane]] | 1 << place[lanes[lane]]
                lanes[lane] = name
        above[name] = mask
        depth[name] = 1 + max((depth[u] for u in upstreams[name]), default=0)
