"""Laws of laying out groups: order is kept, limits hold, nothing is said twice."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.ir.node import KObject, Lit
from pxc.ir.plan import Edge, Group, Limits, Start, Unit
from pxc.ir.pod import Pod, Role
from pxc.source import Source, Span
from pxc.targets.kubernetes.flat_group import FlatUnit, flat_units, run_at_once

SPAN = Span(Source("plan", ""), 0, 0)
POD = Pod(SPAN, KObject(SPAN, ()))


def unit(name: str, *, skipped: bool = False) -> Unit:
    start = Start(SPAN, condition=Lit(SPAN, False)) if skipped else None
    return Unit(SPAN, name, "job", (Role(SPAN, "main", POD),), Limits(SPAN), start=start)


def group(members: list[Any], edges: set[tuple[int, int]], most: int | None, name: str) -> Group:
    """Edges are pairs of places, the first one the upstream."""
    names = [member.name for member in members]
    lines = tuple(Edge(SPAN, names[a], names[b]) for a, b in sorted(edges))
    return Group(SPAN, name, "dag", tuple(members), lines, concurrency=most)


@st.composite
def groups(draw: Any, name: str = "g", depth: int = 2) -> Group:
    """A group of up to six members, some of them groups, in any order of writing."""
    count = draw(st.integers(1, 6 if depth == 2 else 3))
    members = []
    for i in range(count):
        inner = depth > 0 and draw(st.integers(0, 4)) == 0
        found = (
            draw(groups(f"m{i}", depth - 1))
            if inner
            else unit(f"m{i}", skipped=draw(st.integers(0, 5)) == 0)
        )
        members.append(found)
    ranks = draw(st.permutations(range(count)))
    pairs = [(a, b) for a in range(count) for b in range(count) if ranks[a] < ranks[b]]
    edges = draw(st.sets(st.sampled_from(pairs), max_size=8)) if pairs else set()
    return group(members, edges, draw(st.sampled_from([None, 1, 2, 3])), name)


def behind(flat: list[FlatUnit]) -> list[set[int]]:
    """Everything that each unit waits for, directly or not."""
    found: list[set[int]] = []
    for each in flat:
        found.append({a for u in each.upstreams for a in (*found[u], u)})
    return found


def places(found: Group, prefix: str = "") -> dict[str, set[str]]:
    """The names of the running units inside of each member, at any depth."""
    inside: dict[str, set[str]] = {}
    for member in found.members:
        name = f"{prefix}{member.name}"
        if isinstance(member, Group):
            inner = places(member, f"{name}-")
            inside |= inner
            inside[name] = set().union(*(inner[f"{name}-{m.name}"] for m in member.members))
        else:
            inside[name] = set() if member.start is not None else {name}
    return inside


def each_group(found: Group, prefix: str = "") -> list[tuple[str, Group]]:
    inner = [
        pair
        for m in found.members
        if isinstance(m, Group)
        for pair in each_group(m, f"{prefix}{m.name}-")
    ]
    return [(prefix, found), *inner]


@settings(max_examples=150, deadline=None)
@given(groups())
def test_laws(found: Group) -> None:
    flat = flat_units(found)
    names = [each.name for each in flat]
    above = behind(flat)
    inside = places(found)
    assert len(set(names)) == len(names)
    assert set(names) == set().union(*inside.values())
    at = {name: i for i, name in enumerate(names)}
    for i, each in enumerate(flat):
        assert all(u < i for u in each.upstreams)  # each stands behind those it waits for
        assert not any(u in above[v] for u in each.upstreams for v in each.upstreams)
    for prefix, inner in each_group(found):
        for edge in inner.edges:  # edges hold for everything inside of both ends
            for late in inside[f"{prefix}{edge.downstream}"]:
                for early in inside[f"{prefix}{edge.upstream}"]:
                    assert at[early] in above[at[late]]
        if inner.concurrency is not None:
            running = [inside[f"{prefix}{m.name}"] for m in inner.members]
            for some in combinations([r for r in running if r], inner.concurrency + 1):
                assert not _may_all_run(some, at, above)
    assert run_at_once(flat) == any(len(done) < i for i, done in enumerate(above))


def _may_all_run(members: Any, at: dict[str, int], above: list[set[int]]) -> bool:
    """Whether one unit of each member could run at the same moment."""
    chosen: list[int] = []

    def try_next(left: tuple[set[str], ...]) -> bool:
        if not left:
            return True
        for name in left[0]:
            place = at[name]
            if all(place not in above[c] and c not in above[place] for c in chosen):
                chosen.append(place)
                if try_next(left[1:]):
                    return True
                chosen.pop()
        return False

    return try_next(tuple(members))
