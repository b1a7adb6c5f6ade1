"""Turns a dag that is only linted into a program of each of its operations, for the rules."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.diagnostics import Report
from pxc.ir.node import Node, replace, walk
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.passes.binder import Binder
from pxc.passes.graph.components import Components, Size
from pxc.passes.graph.nodes import GraphNode, graph_nodes
from pxc.world import World

__all__ = ["dag_programs", "inner_runs", "run_nodes"]


def dag_programs(program: Program, world: World) -> tuple[Program, ...]:
    """The operations of a dag that are known, composed and bound, those of inner dags in theirs.

    What is at fault in them is told where the dag is checked, so nothing is told here.
    """
    return _programs(program, Size(), world)


def inner_runs(program: Program) -> Iterator[Program]:
    """Every operation of a dag, at any depth, that is not a dag itself."""
    for operation in program.operations:
        yield from inner_runs(operation)
        if operation.composed is not None and not isinstance(operation.composed.run, Dag):
            yield operation


def run_nodes(program: Program) -> Iterator[Node]:
    """Every node of the runtime of one operation, as it is composed."""
    if program.composed is not None and program.composed.run is not None:
        yield from walk(program.composed.run)


def _programs(program: Program, size: Size, world: World) -> tuple[Program, ...]:
    composed, quiet = program.composed, Report()
    if composed is None or not isinstance(composed.run, Dag):
        return ()
    nodes = graph_nodes(composed.run, Components(composed.run, size, world, quiet), world, quiet)
    return tuple(_program(n, program, size, world) for n in nodes.values() if n.is_known)


def _program(node: GraphNode, around: Program, size: Size, world: World) -> Program:
    composed = node.composed
    binder = Binder(composed, Report(), strict=False, partial=True, node=node.place)
    found = Program(
        composed.span,
        composed,
        composed=composed,
        bindings=binder.bindings(),
        origin=around.origin,
        partial=True,
    )
    return replace(found, operations=_programs(found, size, world))
