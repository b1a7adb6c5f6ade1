"""Lowers operations to members of a plan: units and groups, with their builds and hooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.join import Join
from pxc.ir.matrix import Matrix
from pxc.ir.node import Lit, Seq, replace
from pxc.ir.plan import Demand, Group, Hook, Unit
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Cache
from pxc.passes.conditions import check_conditions, check_filled_in
from pxc.passes.demands import runtime_demand, section_demands, stopping_demands
from pxc.passes.later_values import condition_of
from pxc.passes.lower_unit import lower_unit
from pxc.passes.lowering import Lowering, known
from pxc.passes.run_name import run_name

__all__ = ["carried_sections", "lower_inside", "lower_member", "owned"]


def carried_sections(program: Program, *, has_joins: bool = False) -> frozenset[str]:
    """The sections of an operation that the plan has as nodes of their own."""
    composed = program.composed
    if composed is None or runtime_demand(composed.run) is not None:
        return frozenset()
    items = composed.hooks.items if isinstance(composed.hooks, Seq) else ()
    found = {
        "matrix": (program.sweep or program.search) is not None,
        "joins": has_joins,
        "hooks": 0 < len(items) == len(program.hooks),
        "build": program.build is not None,
        "cache": isinstance(composed.cache, Cache) and not isinstance(composed.run, Dag),
        "approval": True,
    }
    return frozenset(name for name, is_carried in found.items() if is_carried)


def lower_member(name: str, joins: tuple[Join, ...], lowering: Lowering) -> Unit | Group | None:
    """What an operation becomes, with what surrounds it; None for a runtime that is a demand."""
    found = _run(name, joins, lowering)
    composed = lowering.program.composed
    if found is None or composed is None:
        return None
    search = lowering.program.search
    if search is not None and search.resume:
        found = _going_on(found)
    if lowering.program.tuner is not None:
        found = _proposed(found, lowering.program.tuner, lowering)
    approved: Any = composed.is_approved
    if isinstance(approved, Lit) and approved.value is False:
        found = replace(found, approval=Lit(approved.span, True))
    hooks = tuple(_hooks(lowering))
    return replace(found, hooks=hooks) if hooks else found


def _run(name: str, joins: tuple[Join, ...], lowering: Lowering) -> Unit | Group | None:
    """What runs of an operation."""
    program = lowering.program
    composed = program.composed
    assert composed is not None
    expanded, matrix = program.sweep or program.search, composed.matrix
    if expanded is not None and isinstance(matrix, Matrix) and not expanded.stopping:
        rules = stopping_demands(matrix.early_stopping, "matrix.earlyStopping")
        lowering.demands.extend(rules)
    if isinstance(composed.run, Dag):
        from pxc.passes.lower_groups import lower_group

        return lower_group(name, joins, composed, composed.run, lowering)
    unlowered = runtime_demand(composed.run)
    if unlowered is None:
        return lower_unit(name, joins, composed, lowering)
    lowering.demands.append(unlowered)
    return None


def _going_on(member: Unit | Group) -> Unit | Group:
    """A member of which later runs go on from earlier ones, with what these have kept."""
    if isinstance(member, Group):
        return replace(member, members=tuple(map(_going_on, member.members)))
    roles = tuple(
        replace(role, pod=replace(role.pod, results=replace(role.pod.results, again=True)))
        if role.pod.results is not None
        else role
        for role in member.roles
    )
    return replace(member, roles=roles)


def _proposed(found: Unit | Group, tuner: Program, lowering: Lowering) -> Unit | Group:
    """A member with what proposes the runs of its search."""
    search = found.search
    if search is None or search.proposer is None:
        return found
    proposer = replace(search.proposer, run=lower_inside(tuner, lowering))
    return replace(found, search=replace(search, proposer=proposer))


def _hooks(lowering: Lowering) -> Iterator[Hook]:
    """What follows an operation."""
    report = lowering.report
    for hook in lowering.program.hooks:
        check_conditions(hook.condition, report)
        trigger = known(hook.trigger, "hooks.trigger", report) or "done"
        unit = lower_inside(hook.program, lowering)
        if unit is not None:
            yield Hook(hook.span, trigger, unit, condition_of(hook.condition))


def lower_inside(
    program: Program,
    lowering: Lowering,
    joins: tuple[Join, ...] | str = "joins",
    *,
    in_dag: bool = False,
) -> Unit | Group | None:
    """What a program inside of another becomes, under its own name, which its demands bear."""
    name, report, composed = run_name(program), lowering.report, program.composed
    assert composed is not None
    known = joins if isinstance(joins, tuple) else ()
    carried = carried_sections(program, has_joins=isinstance(joins, tuple))
    demands = list(section_demands(composed, in_dag=in_dag, carried=carried))
    if isinstance(joins, str):
        demands = [replace(d, feature=joins) if d.feature == "joins" else d for d in demands]
    own = Lowering(program, lowering.world, report, demands)
    check_filled_in(composed.template, report)
    found = lower_member(name, known, own)
    lowering.demands.extend(owned(name, own.demands))
    return found


def owned(name: str, demands: list[Demand]) -> Iterator[Demand]:
    """Demands as what is around a member tells them."""
    for demand in demands:
        path = f"{name}/{demand.owner}" if demand.owner else name
        yield replace(demand, owner=path)
