"""Lowers operations to members of a plan: units and groups, with their builds and hooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.join import Join
from pxc.ir.matrix import Matrix
from pxc.ir.node import Lit, Seq, plain, replace
from pxc.ir.plan import Demand, Edge, Group, Hook, Limits, Start, Unit
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Cache, Operation
from pxc.passes.conditions import check_conditions, check_filled_in
from pxc.passes.demands import runtime_demand, section_demands, stopping_demands
from pxc.passes.graph.edges import check_edges, edges_of
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.graph.starts import built_first, condition_of, edges_into, inputs_of, start_of
from pxc.passes.lower_cache import counting_build
from pxc.passes.lower_joins import Siblings, lower_joins
from pxc.passes.lower_unit import lower_limits, lower_unit
from pxc.passes.lowering import Lowering, known, namespace_of, text_of, whole
from pxc.passes.run_name import run_name
from pxc.passes.stopping_rules import stopping_rules
from pxc.source import head_of

__all__ = ["carried_sections", "lower_member", "with_build_alone"]


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
        return _group(name, joins, composed, composed.run, lowering)
    unlowered = runtime_demand(composed.run)
    if unlowered is None:
        return lower_unit(name, joins, composed, lowering)
    lowering.demands.append(unlowered)
    return None


def _group(
    name: str, joins: tuple[Join, ...], composed: Operation, dag: Dag, lowering: Lowering
) -> Group | None:
    """The operations of a dag and what leads from one to another."""
    report, world = lowering.report, lowering.world
    members: list[Unit | Group] = []
    edges: list[Edge] = []
    nodes: dict[str, GraphNode] = {}
    has_new_edges = False
    siblings = _siblings(lowering.program)
    for program in lowering.program.operations:
        inner = program.composed
        assert inner is not None
        title = _title(inner)
        assert inner.name is not None
        has_new_edges = has_new_edges or _may_have_new_edges(program, inner)
        nodes[title] = GraphNode(title, inner.name.span, inner, True)
        own = lower_joins(program, title, siblings, world, report)
        check_conditions(inner.conditions, report)
        found = _inside(program, lowering, own, in_dag=True)
        if found is None:
            continue
        start, into = start_of(inner, report), edges_into(title, inner)
        if program.build is not None:
            built = _inside(program.build, lowering)
            if built is None:
                continue
            into = built_first(built.name, into, program.build)
            edges.append(_build_edge(built.name, title, program))
            members.append(built if start is None else replace(built, start=start))
            start = Start(built.span, skip_on_upstream_skip=True)
            found = counting_build(found, built)
        members.append(found if start is None else replace(found, start=start))
        edges.extend(into)
    if has_new_edges and not check_edges(nodes, report, is_open=False):
        return None
    stopping = stopping_rules(dag.early_stopping)
    if stopping is None:
        lowering.demands.extend(stopping_demands(dag.early_stopping, "dag.earlyStopping"))
    return Group(
        dag.span,
        name,
        dag.kind,
        tuple(members),
        tuple(edges),
        concurrency=whole(dag.concurrency, "concurrency", report) or None,
        inputs=inputs_of(lowering.program),
        limits=lower_limits(composed.termination, composed.span, report),
        namespace=namespace_of(composed, lowering),
        description=text_of(composed.description),
        tags=tuple(str(t) for t in plain(composed.tags) or ()),
        stopping=stopping or (),
        sweep=lowering.program.sweep,
        search=lowering.program.search,
        joins=joins,
    )


def _may_have_new_edges(program: Program, composed: Operation) -> bool:
    """Whether an operation may wait for others since the graph was checked.

    What was a template is known only now, and presets are laid over each operation after that.
    """
    return composed.presets is not None or composed.dependencies is not program.main.dependencies


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
    proposer = replace(search.proposer, run=_inside(tuner, lowering))
    return replace(found, search=replace(search, proposer=proposer))


def _title(composed: Operation) -> str:
    return text_of(composed.name) or ""


def _siblings(program: Program) -> Siblings:
    """The operations of a dag as the joins of one of them see them."""
    found = [(p, p.composed) for p in program.operations if p.composed is not None]
    if all(composed.joins is None for _, composed in found):
        return Siblings(frozenset(), {})
    return Siblings(
        frozenset(_title(c) for p, c in found if (p.sweep or p.search) is not None),
        {_title(c): tuple(edge.upstream for edge in edges_of(c)) for _, c in found},
    )


def _hooks(lowering: Lowering) -> Iterator[Hook]:
    """What follows an operation."""
    report = lowering.report
    for hook in lowering.program.hooks:
        check_conditions(hook.condition, report)
        trigger = known(hook.trigger, "hooks.trigger", report) or "done"
        unit = _inside(hook.program, lowering)
        if unit is not None:
            yield Hook(hook.span, trigger, unit, condition_of(hook.condition))


def _inside(
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
    lowering.demands.extend(_owned(name, own.demands))
    return found


def _owned(name: str, demands: list[Demand]) -> Iterator[Demand]:
    """Demands as what is around a member tells them."""
    for demand in demands:
        path = f"{name}/{demand.owner}" if demand.owner else name
        yield replace(demand, owner=path)


def with_build_alone(member: Unit | Group, build: Program, lowering: Lowering) -> Group | None:
    """A run and what builds its image before it, as a group under the run's own name."""
    lowering.demands[:] = _owned(member.name, lowering.demands)
    built = _inside(build, lowering)
    if built is None:
        return None
    edge = _build_edge(built.name, member.name, lowering.program)
    limits = member.limits or Limits(member.span)
    ttl, limits = limits.ttl, replace(limits, ttl=None)
    return Group(
        member.span,
        member.name,
        "dag",
        (built, counting_build(replace(member, limits=limits), built)),
        (edge,),
        limits=Limits(limits.span, ttl=ttl),
        namespace=member.namespace,
        description=member.description,
        tags=member.tags,
    )


def _build_edge(upstream: str, downstream: str, program: Program) -> Edge:
    assert program.composed is not None
    build = program.composed.build
    span = head_of(program.composed.span if build is None else build.span)
    return Edge(span, upstream, downstream, is_build=True)
