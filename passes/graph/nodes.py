"""Turns the operations of a dag into nodes: what each will be, and what it is called."""

from __future__ import annotations

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Template, is_null, replace
from pxc.ir.program import Binding
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.passes.compose_layers import compose, is_unresolved
from pxc.passes.graph.components import Components, dag_ref, named
from pxc.passes.security_context import carry_security
from pxc.source import Span
from pxc.world import World


class GraphNode(Struct):
    """One operation of a dag, composed.

    `is_known` is false when it builds on something that is not here (a hub, a URL, a file), so
    that nothing can be said about its inputs and outputs. `component` is the `dagRef` whose
    runtime it takes as it is. `bindings` are its inputs, outputs and context.
    """

    name: str
    place: Span
    composed: Operation
    is_known: bool
    component: str = ""
    bindings: tuple[Binding, ...] = ()


def graph_nodes(
    dag: Dag, components: Components, world: World, report: Report
) -> dict[str, GraphNode]:
    """The nodes by name, in authored order.

    PXC120 for an operation with nothing to run, PXC429 for one with a schedule, PXC126 for a
    build of a dag, and what `named` and `Components` report. Source: specification of dags,
    section 3.
    """
    entries = named(dag.operations, "operation", report)
    return {name: _node(name, entry, components, world, report) for name, entry in entries.items()}


def _node(
    name: str, entry: Operation, components: Components, world: World, report: Report
) -> GraphNode:
    assert entry.name is not None
    place, ref = entry.name.span, dag_ref(entry)
    base = components.base(ref) if ref is not None else None
    is_known = base is not None if ref is not None else not is_unresolved(entry)
    faults = report if is_known else Report()  # without its base a patch cannot be judged
    before = len(faults)
    composed = compose(entry, world, faults, base)
    run = carry_security(composed.run, faults)
    if run is not composed.run:
        composed = replace(composed, run=run)
    if is_known and composed.run is None and len(faults) == before:
        report.add(
            "PXC120",
            f"the operation `{name}` has nothing to run",
            place,
            help="add `container`, `component`, or `dagRef` with a component of the dag",
        )
        is_known = False
    _check_schedule(name, composed, report)
    check_build(composed, report)
    own = (entry.run, entry.run_fields, entry.run_patch)
    takes = ref is not None and base is not None and all(field is None for field in own)
    return GraphNode(name, place, composed, is_known, str(ref.value) if ref and takes else "")


def _check_schedule(name: str, composed: Operation, report: Report) -> None:
    if composed.schedule is None or is_null(composed.schedule):
        return
    report.add(
        "PXC429",
        f"the operation `{name}` of a dag cannot have a schedule",
        composed.schedule.span,
        help="give the schedule to the dag as a whole",
    )


def check_build(composed: Operation, report: Report) -> None:
    """PXC126 for a build of a dag: there is no container that could take its image."""
    build = composed.build
    if not isinstance(composed.run, Dag) or build is None or is_null(build):
        return
    place = getattr(build, "hub_ref", None)
    span = place.span if isinstance(place, Lit | Template) else build.span
    report.add(
        "PXC126",
        "a dag has no container that could take the image of a `build`",
        span,
        help="give the `build` to the operations that need it",
    )
