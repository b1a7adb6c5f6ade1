"""Turns a plan into the most that its runs can take at one moment, without looking at a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from msgspec import Struct, field

from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search
from pxc.ir.sweep import Sweep
from pxc.passes.antichain import heaviest
from pxc.passes.attached_members import proposing
from pxc.passes.claim_choices import cell_values, choices_in
from pxc.passes.pod_demand import pod_demand, replicas_of
from pxc.source import Span, head_of
from pxc.world import Language

__all__ = ["COST", "RUNS", "Need", "at_once", "peak_of", "run_of", "times"]

RUNS = "runs"
"""What a need has besides resources: how many runs go on at once."""

COST = "cost"
"""What a need has where there are prices: what an hour of it costs."""

_MOST_MEMBERS = 200
"""Of more members at once the sum is taken, which is never too little."""


class Need(Struct):
    """How much of each resource, and the place that says so; `rough` where less may do."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    rough: frozenset[str] = frozenset()


Keep = Callable[[Unit], bool]
Prices = Mapping[str, Decimal]

_NO_PRICES: Prices = MappingProxyType({})


def run_of(unit: Unit, language: Language, prices: Prices = _NO_PRICES) -> Need:
    """What one run of a unit takes: all of its pods together, and by prices what that costs."""
    need = Need({RUNS: Decimal(1)}, {RUNS: head_of(unit.span)})
    choices = choices_in(unit, cell_values(unit), language)
    for role in unit.roles:
        count = replicas_of(unit, role)
        for name, taken in pod_demand(role.pod, language.quantity, choices).items():
            need.amounts[name] = need.amounts.get(name, Decimal(0)) + taken.amount * count
            need.spans.setdefault(name, taken.spans[-1])
            if taken.unknown:
                need.rough |= {name}
    priced = need.amounts.keys() & prices.keys()
    if priced:
        cost = sum((prices[name] * need.amounts[name] for name in priced), Decimal(0))
        need.amounts[COST], need.spans[COST] = cost, head_of(unit.span)
        if priced & need.rough:
            need.rough |= {COST}
    return need


def peak_of(
    member: Unit | Group, keep: Keep, language: Language, prices: Prices = _NO_PRICES
) -> Need:
    """The most that a member takes at once, of those units alone that are kept.

    The runs of a matrix go on together, as many as its concurrency lets; members of a dag that none
    of the others waits for do, beside what follows members that have ended. What a search asks runs
    between its rounds.
    """
    need = _without_hooks(member, keep, language, prices)
    after = [peak_of(hook.unit, keep, language, prices) for hook in member.hooks]
    return _larger(need, _sum(after)) if after else need


def _without_hooks(member: Unit | Group, keep: Keep, language: Language, prices: Prices) -> Need:
    if isinstance(member, Unit):
        need = run_of(member, language, prices) if keep(member) else Need()
    else:
        need = _of_group(member, keep, language, prices)
    need = times(need, at_once(member.sweep or member.search))
    asked = proposing(member)
    return need if asked is None else _larger(need, peak_of(asked, keep, language, prices))


def _of_group(group: Group, keep: Keep, language: Language, prices: Prices) -> Need:
    """The most that members take at once, with the hooks of those that have ended beside them."""
    needs = [_without_hooks(member, keep, language, prices) for member in group.members]
    places = {member.name: at for at, member in enumerate(group.members)}
    edges = [(places[e.upstream], places[e.downstream]) for e in group.edges
             if e.upstream in places and e.downstream in places]  # fmt: skip
    hooks = [(at, hook) for at, member in enumerate(group.members) for hook in member.hooks]
    behind = [(at, len(needs) + place) for place, (at, _) in enumerate(hooks)]
    after = [peak_of(hook.unit, keep, language, prices) for _, hook in hooks]
    whole = _sum([*needs, *after])
    for name in whole.amounts:
        weights, more = (_weights(name, found) for found in (needs, after))
        most, is_met = _most([*weights, *more], [*edges, *behind], None)
        if group.concurrency is not None:  # which counts members, not what follows them
            bounded, is_exact = _most(weights, edges, group.concurrency)
            if bounded + sum(more) < most:
                most, is_met = bounded + sum(more), is_exact and not any(more)
        whole.amounts[name] = most
        if not is_met:
            whole.rough |= {name}
    return whole


def _weights(name: str, needs: list[Need]) -> list[Decimal]:
    return [need.amounts.get(name, Decimal(0)) for need in needs]


def _most(
    weights: list[Decimal], edges: list[tuple[int, int]], bound: int | None
) -> tuple[Decimal, bool]:
    """What the heaviest weigh at once, and whether they are met; of very many a bound."""
    if len(weights) <= _MOST_MEMBERS:
        return heaviest(weights, edges, bound)
    largest = sorted(weights, reverse=True)
    return sum(largest[:bound], Decimal(0)), not edges


def at_once(table: Sweep | Search | None) -> int:
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


def times(need: Need, count: int) -> Need:
    """So many of a need at once."""
    return Need({name: n * count for name, n in need.amounts.items()}, need.spans, need.rough)


def _sum(needs: list[Need]) -> Need:
    found = Need()
    for need in needs:
        for name, amount in need.amounts.items():
            found.amounts[name] = found.amounts.get(name, Decimal(0)) + amount
            found.spans.setdefault(name, need.spans[name])
        found.rough |= need.rough
    return found


def _larger(one: Need, other: Need) -> Need:
    found = Need(dict(one.amounts), dict(one.spans), one.rough | other.rough)
    for name, amount in other.amounts.items():
        if amount > found.amounts.get(name, Decimal(0)):
            found.amounts[name], found.spans[name] = amount, other.spans[name]
    return found
