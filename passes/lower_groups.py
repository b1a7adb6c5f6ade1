"""Lowers dags, and runs whose image is built first, to groups of a plan."""

from __future__ import annotations

from pxc.ir.join import Join
from pxc.ir.node import plain, replace
from pxc.ir.plan import Edge, Group, Limits, Start, Unit
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.passes.conditions import check_conditions
from pxc.passes.demands import stopping_demands
from pxc.passes.graph.edges import check_edges, edges_of
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.graph.starts import built_first, edges_into, start_of
from pxc.passes.later_values import inputs_of
from pxc.passes.lower_cache import counting_build
from pxc.passes.lower_joins import Siblings, lower_joins
from pxc.passes.lower_members import lower_inside, owned
from pxc.passes.lower_unit import lower_limits
from pxc.passes.lowering import Lowering, namespace_of, text_of, whole
from pxc.passes.stopping_rules import stopping_rules
from pxc.source import head_of

__all__ = ["lower_group", "with_build_alone"]


def lower_group(
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
        found = lower_inside(program, lowering, own, in_dag=True)
        if found is None:
            continue
        start, into = start_of(inner, report), edges_into(title, inner)
        if program.build is not None:
            built = lower_inside(program.build, lowering)
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


def with_build_alone(member: Unit | Group, build: Program, lowering: Lowering) -> Group | None:
    """A run and what builds its image before it, as a group under the run's own name."""
    lowering.demands[:] = owned(member.name, lowering.demands)
    built = lower_inside(build, lowering)
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
        earlier=member.earlier,
    )


def _build_edge(upstream: str, downstream: str, program: Program) -> Edge:
    assert program.composed is not None
    build = program.composed.build
    span = head_of(program.composed.span if build is None else build.span)
    return Edge(span, upstream, downstream, is_build=True)
