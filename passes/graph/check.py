"""Checks a dag and those inside of it: names, edges, cycles, and params across edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Seq, Template, is_null, replace
from pxc.ir.program import Binding, Connection, Program
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.passes.binder import Binder
from pxc.passes.check_matrix import check_matrix
from pxc.passes.check_mounts import check_pod_mounts
from pxc.passes.graph.asked_inputs import asked_inputs
from pxc.passes.graph.attached import check_attached, references_of
from pxc.passes.graph.components import Components, Size
from pxc.passes.graph.edges import check_edges
from pxc.passes.graph.expressions import Expressions, Given
from pxc.passes.graph.nodes import GraphNode, check_build, graph_nodes
from pxc.passes.graph.references import Enclosing, check_references
from pxc.passes.graph.triggers import check_triggers
from pxc.passes.io_types.declare import Declarations
from pxc.passes.io_types.settle import is_true
from pxc.passes.resolve_connections import resolve_connections
from pxc.source import head_of
from pxc.world import World


def check_dags(
    program: Program, composed: Operation, dag: Dag, world: World, report: Report
) -> None:
    """Check the dag that a program runs, and every dag inside of it: see `check_graph`."""
    check_build(composed, report)
    enclosing = Enclosing(
        {b.name: b for b in program.bindings}, _is_open(composed), program.partial
    )
    shared = _Shared(Size(), Expressions(world, report), program.connections)
    _check_dag(dag, enclosing, shared, world, report)


class _Shared(Struct, frozen=True):
    """What all dags of a file share, and what those around a dag give to all that is in them.

    `volumes` are None where further ones may come. `asks` tells that a dag asks for connections,
    which all in it have then, too.
    """

    size: Size
    expressions: Expressions
    connections: tuple[Connection, ...] = ()
    volumes: tuple[Any, ...] | None = ()
    asks: bool = False

    def inside(self, dag: Dag) -> _Shared:
        """What the operations of a dag are given."""
        own = dag.volumes.items if isinstance(dag.volumes, Seq) else ()
        is_open = isinstance(dag.volumes, Template) or dag.connections is not None
        known = None if self.volumes is None or is_open else (*self.volumes, *own)
        return replace(self, volumes=known, asks=self.asks or dag.connections is not None)

    def beside(self, composed: Operation, bindings: tuple[Binding, ...], world: World) -> _Shared:
        """The same with the connections of an operation, which is a dag."""
        program = Program(
            composed.span, composed, composed=composed, bindings=bindings, partial=True
        )
        own = resolve_connections(program, world, Report()).connections
        names = {connection.name for connection in own}
        outer = (each for each in self.connections if each.name not in names)
        return replace(self, connections=(*own, *outer))


def _check_dag(
    dag: Dag, enclosing: Enclosing, shared: _Shared, world: World, report: Report
) -> None:
    items = dag.operations.items if isinstance(dag.operations, Seq) else ()
    if not items and (dag.operations is None or isinstance(dag.operations, Seq | Lit)):
        report.add(
            "PXC104",
            "the dag has no operations",
            head_of(dag.span if dag.operations is None else dag.operations.span),
            help="add `operations: [{name: ..., container: ...}]`",
        )
        return
    shared = shared.inside(dag)
    components = Components(dag, shared.size, world, report)
    nodes = graph_nodes(dag, components, world, report)
    if check_edges(nodes, report, is_open=len(nodes) < len(items)):
        check_triggers(nodes, report)
    _bind(nodes, world, report)
    check_references(nodes, enclosing, report)
    check_attached(nodes, enclosing, report)
    given = Given(shared.connections, shared.asks)
    shared.expressions.check(nodes, dag, given, enclosing.values)
    _check_mounts(nodes, shared.volumes, report)
    _check_inner(nodes, components, shared, world, report)
    unused = _unused(components, world, report)
    shared.expressions.check(unused, dag, given, is_open=True)


def _check_mounts(
    nodes: Mapping[str, GraphNode], volumes: tuple[Any, ...] | None, report: Report
) -> None:
    """Hold the mounts of every node to its volumes and to those of the dags around it."""
    if volumes is None:
        return
    for node in nodes.values():
        if node.is_known and not _has_presets(node.composed):
            check_pod_mounts(node.composed, node.bindings, volumes, report)


def _unused(components: Components, world: World, report: Report) -> dict[str, GraphNode]:
    """The components that nothing names, bound as if each was a file of its own."""
    found: dict[str, GraphNode] = {}
    for name, entry in components.entries.items():
        composed = components.composed(name)
        if name in components.used or composed is None or composed.run is None:
            continue
        place = entry.name.span if entry.name is not None else entry.span
        binder = Binder(composed, report, strict=False, partial=True, node=place)
        found[name] = GraphNode(name, place, composed, True, bindings=binder.bindings())
    return found


def _bind(nodes: Mapping[str, GraphNode], world: World, report: Report) -> None:
    """Hold the params of every node to its inputs; of an unknown one keep the references."""
    asked, declarations = asked_inputs(nodes), Declarations()
    for node in nodes.values():
        composed = node.composed
        if not node.is_known:
            node.bindings = references_of(composed.params, report)
            continue
        binder = Binder(
            composed,
            report,
            strict=world.options.strict_params or is_true(composed.strict_params),
            partial=_has_presets(composed),
            node=node.place,
            asked=asked(node.name),
            declarations=declarations,
        )
        node.bindings = binder.bindings()
        check_matrix(Program(composed.span, composed, composed=composed), world, report)


def _check_inner(
    nodes: Mapping[str, GraphNode],
    components: Components,
    shared: _Shared,
    world: World,
    report: Report,
) -> None:
    """Check the dags that nodes are; one that several nodes share only once."""
    given: dict[str, dict[str, Binding]] = {name: {} for name in components.entries}
    opened = set(components.entries)
    for node in nodes.values():
        values = {b.name: b for b in node.bindings}
        if node.component:
            given[node.component] |= values
            if not _is_open(node.composed):
                opened.discard(node.component)
        elif node.is_known and isinstance(node.composed.run, Dag):
            _check_dag(
                node.composed.run,
                Enclosing(values, _is_open(node.composed)),
                shared.beside(node.composed, node.bindings, world),
                world,
                report,
            )
    for name, known in given.items():
        component = components.composed(name)
        if component is not None and isinstance(component.run, Dag):
            around = shared.beside(component, tuple(known.values()), world)
            _check_dag(component.run, Enclosing(known, name in opened), around, world, report)


def _is_open(composed: Operation) -> bool:
    """Whether params may come from what is not read here."""
    params = composed.params
    return isinstance(params, Template) or _has_presets(composed)


def _has_presets(composed: Operation) -> bool:
    return composed.presets is not None and not is_null(composed.presets)
