"""Composes, binds and connects the operations of a dag, and of those inside of it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.passes.binder import Binder
from pxc.passes.compose_layers import with_named_presets
from pxc.passes.expand_matrix import expand_matrix
from pxc.passes.graph.asked_inputs import asked_inputs
from pxc.passes.graph.components import Components, Size
from pxc.passes.graph.dag_values import DagValues
from pxc.passes.graph.nodes import GraphNode, graph_nodes
from pxc.passes.graph.push_down import Pushed, pushed_down
from pxc.passes.io_types.declare import Declarations
from pxc.passes.io_types.settle import is_true
from pxc.passes.resolve_connections import resolve_connections
from pxc.passes.security_context import carry_security
from pxc.world import World


def expanded(program: Program, dag: Dag, size: Size, world: World, report: Report) -> Program:
    """A program with one of each operation of its dag: see `expand_dag`."""
    assert program.composed is not None
    nodes = graph_nodes(dag, Components(dag, size, world, report), world, report)
    asked = asked_inputs(nodes)
    values = DagValues(program, world, report)
    pushed = pushed_down(program.composed, values, world, report)
    around = _Around(program, values, pushed, size, Declarations())
    known = [n for n in nodes.values() if _is_known(n, report)]
    found = tuple(_program(n, asked(n.name), around, world, report) for n in known)
    return replace(program, operations=found)


def _is_known(node: GraphNode, report: Report) -> bool:
    """Whether it is known what an operation runs; PXC120 for what a patch brought in unresolved."""
    if node.is_known and node.composed.run is not None:
        return True
    report.add(
        "PXC120",
        f"what the operation `{node.name}` runs is not known",
        node.place,
        help="a reference that a preset or a `runPatch` brings into a dag is not followed:"
        " write the operation into the dag itself",
    )
    return False


class _Around(Struct, frozen=True):
    """What the operations of one dag share."""

    program: Program
    values: DagValues
    pushed: Pushed
    size: Size
    declarations: Declarations


def _program(
    node: GraphNode, asked: frozenset[str], around: _Around, world: World, report: Report
) -> Program:
    """The program of one operation, with those inside of it when it is a dag."""
    composed = with_named_presets(node.composed, world, report)
    composed = around.pushed.beneath(composed)
    run: Any = carry_security(composed.run, report)
    params = around.values.given(composed.params)
    if run is not composed.run or params is not composed.params:
        composed = replace(composed, run=run, params=params)
    binder = Binder(
        composed,
        report,
        strict=world.options.strict_params or is_true(composed.strict_params),
        partial=False,
        node=node.place,
        asked=asked,
        declarations=around.declarations,
    )
    program = Program(
        composed.span,
        composed,
        composed=composed,
        bindings=binder.bindings(),
        origin=around.program.origin,
    )
    program = expand_matrix(resolve_connections(program, world, report), world, report)
    if isinstance(composed.run, Dag):
        return expanded(program, composed.run, around.size, world, report)
    return program
