"""Lists everything that a plan asks of a target beyond units, their edges and a timetable."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.ir.plan import Demand, Group, Plan, Unit
from pxc.source import head_of

__all__ = ["asked", "path_of"]


def asked(plan: Plan) -> Iterator[Demand]:
    """The demands of a plan, and a demand for each hook, build, approval and cache in it.

    One for each feature, member and place: hooks of one member are one demand, at the first. A
    target that can say a feature passes it over and reads it off the member.
    """
    hidden = {(d.feature, d.owner) for d in plan.demands if d.feature == "hooks"}
    yield from plan.demands
    seen: set[tuple[str, object]] = {(d.feature, d.span) for d in plan.demands}
    for demand in _of_plan(plan):
        place = demand.feature, demand.span
        if place not in seen and (demand.feature, demand.owner) not in hidden:
            seen.add(place)
            yield demand


def path_of(owner: str, name: str) -> str:
    """The owner of what a member of a group asks; the group's own is `owner`."""
    return f"{owner}/{name}" if owner else name


def _of_plan(plan: Plan) -> Iterator[Demand]:
    for unit in plan.units:
        yield from _of_member(unit, "")
    if plan.group is not None:
        yield from _of_member(plan.group, "")


def _of_member(member: Unit | Group, owner: str) -> Iterator[Demand]:
    if member.hooks:
        yield Demand(head_of(member.hooks[0].span), "hooks", "hooks", owner=owner)
    if member.approval is not None:
        place = member.approval.span
        yield Demand(place, "approval", "isApproved: false", owner=owner)
    if isinstance(member, Unit):
        if member.cache is not None:
            yield Demand(head_of(member.cache.span), "cache", "cache", True, owner=owner)
        return
    for edge in member.edges:
        if edge.is_build:
            path = path_of(owner, edge.downstream)
            yield Demand(head_of(edge.span), "build", "build", owner=path)
    for inner in member.members:
        yield from _of_member(inner, path_of(owner, inner.name))
