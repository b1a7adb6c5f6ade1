"""Turns what a hook, a build or a tuner says of a component into the operation it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.io import Param
from pxc.ir.matrix import Tuner
from pxc.ir.node import Invalid, Lit, Map, Node, Seq, Table, is_null, replace
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Build, Hook, Operation
from pxc.passes.binder import Binder
from pxc.passes.check_graph import check_graph
from pxc.passes.check_matrix import check_matrix
from pxc.passes.compose_layers import compose, with_named_presets
from pxc.passes.expand_dag import expand_dag
from pxc.passes.expand_matrix import expand_matrix
from pxc.passes.graph.dag_values import DagValues
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.graph.references import Enclosing, check_references
from pxc.passes.resolve_connections import resolve_connections
from pxc.passes.resolve_references import Resolving
from pxc.passes.run_name import run_name
from pxc.passes.security_context import carry_security
from pxc.world import World

__all__ = ["Attached", "declared_inputs", "given", "is_readable"]


class Attached:
    """The components that hooks, builds or tuners of one file name; each is read once."""

    def __init__(self, world: World, report: Report) -> None:
        self.world = world
        self.report = report
        self.resolving = Resolving(world, report, partial=False)
        self.read: dict[str, Operation | None] = {}

    def component(self, ref: Any) -> Operation | None:
        """The component that a `hubRef` names; None where only a hub has it."""
        if not isinstance(ref, Lit) or not isinstance(ref.value, str):
            return None
        if ref.value not in self.read:
            self.read[ref.value] = self.resolving.component_of(ref)
        return self.read[ref.value]

    def program(
        self,
        section: Hook | Build | Tuner,
        name: str,
        component: Operation,
        fields: dict[str, Any],
        around: Program,
        *,
        enclosing: DagValues | None,
    ) -> Program:
        """The program of a component with what a section says of it laid over it.

        `fields` are those of the operation. It is bound and expanded as a file of its own is, with
        the same faults; a missing param is told at the `hubRef`. `enclosing` are the values of the
        dag around, whose operations its params may refer to.
        """
        place = section.hub_ref
        assert place is not None
        world, report = self.world, self.report
        operation = Operation(
            section.span,
            kind="operation",
            name=Lit(place.span, name),
            component=component,
            presets=section.presets,
            queue=section.queue,
            namespace=section.namespace,
            **fields,
        )
        before = report.has_errors
        composed = with_named_presets(compose(operation, world, report), world, report)
        if composed.run is None and not before and not report.has_errors:
            report.add(
                "PXC120",
                f"the component `{getattr(place, 'value', '')}` has nothing to run",
                place.span,
                help="add `run: {kind: job, container: {image: ...}}` to the component",
            )
        run: Any = carry_security(composed.run, report)
        composed = replace(composed, run=run, schedule=None)
        if enclosing is not None:
            composed = replace(composed, params=enclosing.given(composed.params))
        binder = Binder(
            composed,
            report,
            strict=world.options.strict_params,
            partial=False,
            node=place.span,
            in_dag=enclosing is not None,
        )
        program = Program(
            composed.span,
            operation,
            composed=composed,
            bindings=binder.bindings(),
            origin=around.origin,
        )
        return self._expanded(resolve_connections(program, world, report))

    def through(
        self,
        program: Program,
        own: Callable[[Program, DagValues | None, set[str]], Program],
        made: Callable[[Program], Iterable[Program]],
        dag: DagValues | None = None,
        taken: set[str] | None = None,
    ) -> Program:
        """A program and the operations of its dags, inner ones first, each as `own` makes it.

        `own` is given the values of the dag around, None outside of one, and the names that are
        taken there, to which it adds. What it has `made` is held to what the dag has to give.
        """
        taken = {run_name(program)} if taken is None else taken
        if program.operations:
            values = DagValues(program, self.world, self.report)
            names = {run_name(inner) for inner in program.operations}
            inner = tuple(
                self.through(each, own, made, values, names) for each in program.operations
            )
            program = replace(program, operations=inner)
            self._check(program, (one for each in inner for one in made(each)))
        return own(program, dag, taken)

    def _check(self, dag: Program, found: Iterable[Program]) -> None:
        """Hold what programs take from operations of a dag, and from it, to what there is.

        PXC425 and PXC446, as for its operations. Names that the dag lacks were told before.
        """
        nodes = {run_name(each): _node(each) for each in dag.operations}
        enclosing = Enclosing({b.name: b for b in dag.bindings}, is_open=True)
        check_references(nodes, enclosing, self.report, map(_node, found))

    def _expanded(self, program: Program) -> Program:
        world, faults = self.world, Report()
        composed = program.composed
        if composed is None or composed.run is None or isinstance(composed.run, Invalid):
            return program
        check_matrix(program, world, faults)
        if isinstance(composed.run, Dag):
            check_graph(program, world, faults)
        if not faults.has_errors:
            program = expand_dag(expand_matrix(program, world, faults), world, faults)
        for fault in faults:
            self.report.keep(fault)
        return program


def _node(program: Program) -> GraphNode:
    composed = program.composed
    assert composed is not None
    place = composed.span if composed.name is None else composed.name.span
    return GraphNode(run_name(program), place, composed, True, bindings=program.bindings)


def given(params: Any, further: dict[str, Param], place: Node) -> Table:
    """The params of a section with further ones for names that it does not give."""
    entries = params.entries if isinstance(params, Map) else ()
    known = {key.value for key, _ in entries if isinstance(key, Lit)}
    more = ((Lit(place.span, name), param) for name, param in further.items() if name not in known)
    return Table(params.span if entries else place.span, (*entries, *more))


def is_readable(section: Hook | Build | Tuner) -> bool:
    """Whether the params of a section are a map, so that what it gives is known."""
    params = section.params
    return params is None or is_null(params) or isinstance(params, Map)


def declared_inputs(component: Operation) -> set[str]:
    """The inputs that a component, or what it is built on, declares."""
    names: set[str] = set()
    layer: Any = component
    while isinstance(layer, Operation):
        for io in layer.inputs.items if isinstance(layer.inputs, Seq) else ():
            if isinstance(name := getattr(io, "name", None), Lit):
                names.add(str(name.value))
        layer = layer.component
    return names
