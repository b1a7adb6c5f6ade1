"""Turns a plan into the most that its runs can take at one moment, without looking at a cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct, field

from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search
from pxc.ir.sweep import Sweep
from pxc.passes.attached_members import attached_to
from pxc.passes.claim_choices import cell_values, choices_in
from pxc.passes.pod_demand import pod_demand, replicas_of
from pxc.source import Span, head_of
from pxc.world import Language

__all__ = ["RUNS", "Need", "heaviest", "peak_of", "run_of"]

RUNS = "runs"
"""What a need has besides resources: how many runs go on at once."""

_MOST_MEMBERS = 100
"""Of more members at once the sum is taken, which is never too little."""


class Need(Struct):
    """How much of each resource, and the place that says so; `exact` where no less would do."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    exact: bool = True


Keep = Callable[[Unit], bool]


def run_of(unit: Unit, language: Language) -> Need:
    """What one run of a unit takes: all of its pods together."""
    need = Need({RUNS: Decimal(1)}, {RUNS: head_of(unit.span)})
    choices = choices_in(unit, cell_values(unit), language)
    for role in unit.roles:
        count = replicas_of(unit, role)
        for name, taken in pod_demand(role.pod, language.quantity, choices).items():
            need.amounts[name] = need.amounts.get(name, Decimal(0)) + taken.amount * count
            need.spans.setdefault(name, taken.spans[-1])
            need.exact = need.exact and not taken.unknown
    return need


def peak_of(member: Unit | Group, keep: Keep, language: Language) -> Need:
    """The most that a member takes at once, of those units alone that are kept.

    The runs of a matrix go on together, as many as its concurrency lets; members of a dag that none
    of the others waits for do. What follows a member runs when it has ended, and what
    its search asks between its rounds.
    """
    if isinstance(member, Unit):
        need = run_of(member, language) if keep(member) else Need()
    else:
        need = _of_group(member, keep, language)
    need = _times(need, _at_once(member.sweep or member.search))
    after = [peak_of(other, keep, language) for other in attached_to(member)]
    return _larger(need, _sum(after)) if after else need


def _of_group(group: Group, keep: Keep, language: Language) -> Need:
    needs = [peak_of(member, keep, language) for member in group.members]
    names = [member.name for member in group.members]
    edges = [(names.index(e.upstream), names.index(e.downstream)) for e in group.edges
             if e.upstream in names and e.downstream in names]  # fmt: skip
    whole = _sum(needs)
    few = len(needs) <= _MOST_MEMBERS
    bound = group.concurrency
    for name in whole.amounts:
        weights = [need.amounts.get(name, Decimal(0)) for need in needs]
        most = heaviest(weights, edges) if few else sum(weights, Decimal(0))
        if bound is not None and bound < len(weights):
            most = min(most, sum(sorted(weights, reverse=True)[:bound], Decimal(0)))
        whole.amounts[name] = most
    whole.exact = whole.exact and few and (bound is None or bound >= len(needs))
    return whole


def heaviest(weights: list[Decimal], edges: list[tuple[int, int]]) -> Decimal:
    """The most that members weigh of which none waits for another, even by way of others.

    It is what is left of the whole weight after as much as possible was paired along the order
    (Dilworth's theorem with weights), which a flow finds.
    """
    count = len(weights)
    after: list[set[int]] = [set() for _ in range(count)]
    direct: list[list[int]] = [[] for _ in range(count)]
    for upstream, downstream in edges:
        direct[upstream].append(downstream)
    for at in range(count):
        waiting = list(direct[at])
        while waiting:
            found = waiting.pop()
            if found not in after[at]:
                after[at].add(found)
                waiting += direct[found]
    return sum(weights, Decimal(0)) - _most_flow(weights, after)


def _most_flow(weights: list[Decimal], after: list[set[int]]) -> Decimal:
    """The most that flows from members to those that wait for them, each as wide as it weighs."""
    count = len(weights)
    source, sink = 2 * count, 2 * count + 1
    whole = sum(weights, Decimal(0))
    room: list[dict[int, Decimal]] = [{} for _ in range(2 * count + 2)]
    for at, weight in enumerate(weights):
        room[source][at], room[at][source] = weight, Decimal(0)
        room[count + at][sink], room[sink][count + at] = weight, Decimal(0)
        for waiting in sorted(after[at]):
            room[at][count + waiting], room[count + waiting][at] = (whole, Decimal(0))
    flow = Decimal(0)
    while True:
        came = _way(room, source, sink)
        if sink not in came:
            return flow
        path = [sink]
        while path[-1] != source:
            path.append(came[path[-1]])
        steps = list(zip(path[1:], path, strict=False))
        amount = min(room[one][other] for one, other in steps)
        for one, other in steps:
            room[one][other] -= amount
            room[other][one] += amount
        flow += amount


def _way(room: list[dict[int, Decimal]], source: int, sink: int) -> dict[int, int]:
    """Where each place with room on the way to it is come to from, by the shortest ways."""
    came: dict[int, int] = {}
    waiting = deque([source])
    while waiting and sink not in came:
        one = waiting.popleft()
        for other, left in room[one].items():
            if left > 0 and other != source and other not in came:
                came[other] = one
                waiting.append(other)
    return came


def _at_once(table: Sweep | Search | None) -> int:
    """How many runs of a matrix go on together."""
    if table is None:
        return 1
    if isinstance(table, Sweep):
        most = table.count
    elif table.kind == "hyperband":
        from pxc.ir.brackets import DEFAULT_ETA, brackets

        found = brackets(table.max_iterations, table.eta or DEFAULT_ETA)
        most = max((rung.runs for bracket in found for rung in bracket.rungs), default=1)
    else:
        most = max(table.num_runs or 1, table.num_initial_runs or 1)
    return max(1, most if table.concurrency is None else min(most, table.concurrency))


def _times(need: Need, count: int) -> Need:
    return Need({name: n * count for name, n in need.amounts.items()}, need.spans, need.exact)


def _sum(needs: list[Need]) -> Need:
    found = Need()
    for need in needs:
        for name, amount in need.amounts.items():
            found.amounts[name] = found.amounts.get(name, Decimal(0)) + amount
            found.spans.setdefault(name, need.spans[name])
        found.exact = found.exact and need.exact
    return found


def _larger(one: Need, other: Need) -> Need:
    found = Need(dict(one.amounts), dict(one.spans), one.exact and other.exact)
    for name, amount in other.amounts.items():
        if amount > found.amounts.get(name, Decimal(0)):
            found.amounts[name], found.spans[name] = amount, other.spans[name]
    return found
