"""Rules about dags: edges that say nothing new, single operations, conditions that are false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.node import Lit, Template, is_null
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Hook, Operation
from pxc.passes.evaluation import Scope, evaluate_template
from pxc.passes.free_names import free_names
from pxc.passes.graph.edges import Edge, edges_of
from pxc.passes.rules.authored import authored, items, text_of
from pxc.world import World

_STEPS = 200_000
_FALSE = frozenset({"false", "no", "off", "0", ""})


def redundant_edges(program: Program, world: World, report: Report) -> None:
    """PXC423: a dependency on what another dependency waits for already.

    Only where everything between starts after all that it waits for have succeeded: another
    trigger, or an event, lets the edges mean different things.
    """
    left = _STEPS
    for dag in _dags(program, world):
        nodes = _operations(dag)
        edges = {name: _edges(operation) for name, operation in nodes.items()}
        for name, operation in nodes.items():
            if not _waits_for_success(operation):
                continue
            for given in _given(operation, edges[name]):
                through, steps = _path(name, given.upstream, nodes, edges, left)
                left -= steps
                if left < 0:
                    return
                if through:
                    report.add(
                        "PXC423",
                        f"`{name}` waits for `{given.upstream}` anyway, through `{through}`",
                        given.span,
                        notes=(Note("by this edge", edges[name][through].span),),
                        help="delete it: it makes no difference",
                    )


def single_operations(program: Program, world: World, report: Report) -> None:
    """PXC427: a dag with one operation."""
    for dag in _dags(program, world):
        found = items(dag.operations)
        if len(found) == 1 and isinstance(found[0], Operation):
            name = found[0].name
            report.add(
                "PXC427",
                "the dag has one operation",
                name.span if isinstance(name, Lit) else found[0].span,
                help="run the operation itself: nothing is left to order",
            )


def false_conditions(program: Program, world: World, report: Report) -> None:
    """PXC424: conditions that are false whatever the values are."""
    for node in authored(program, world):
        if isinstance(node, Operation | Hook) and _is_false(node.conditions):
            assert node.conditions is not None
            what = "hook never runs" if isinstance(node, Hook) else "operation is always skipped"
            report.add(
                "PXC424",
                f"the conditions are always false, so the {what}",
                node.conditions.span,
                help="compare a value, as in `{{ accuracy > 0.9 }}`, or delete it",
            )


def _is_false(conditions: Any) -> bool:
    value = conditions
    if isinstance(value, Template):
        if value.statements or free_names(value) or any(isinstance(p, str) for p in value.parts):
            return False
        value = evaluate_template(value, Scope({}, {}), Report())
    if not isinstance(value, Lit) or value.value is None:
        return False
    return str(value.value).strip().lower() in _FALSE


def _dags(program: Program, world: World) -> Iterator[Dag]:
    for node in authored(program, world):
        if isinstance(node, Dag):
            yield node


def _operations(dag: Dag) -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    for one in items(dag.operations):
        name = text_of(one.name) if isinstance(one, Operation) else None
        if name is not None:
            found.setdefault(name, one)
    return found


def _edges(operation: Operation) -> dict[str, Edge]:
    found: dict[str, Edge] = {}
    for edge in edges_of(operation):
        found.setdefault(edge.upstream, edge)
    return found


def _given(operation: Operation, edges: Mapping[str, Edge]) -> Iterator[Edge]:
    """The dependencies as written; of two that are equal only the first is an edge."""
    for item in items(operation.dependencies):
        edge = edges.get(text_of(item) or "")
        if edge is not None and edge.span == item.span:
            yield edge


def _waits_for_success(operation: Operation) -> bool:
    trigger = operation.trigger
    is_default = trigger is None or is_null(trigger) or text_of(trigger) == "all_succeeded"
    return is_default and not items(operation.events) and operation.skip_on_upstream_skip is None


def _path(
    name: str,
    upstream: str,
    nodes: Mapping[str, Operation],
    edges: Mapping[str, Mapping[str, Edge]],
    most: int,
) -> tuple[str, int]:
    """The other edge of an operation through which an upstream is reached, and the steps taken."""
    steps = 0
    for first in edges[name]:
        if first in (upstream, name) or first not in nodes:
            continue
        seen, waiting = {name, first}, [first]
        while waiting and steps <= most:
            at = waiting.pop()
            if not _waits_for_success(nodes[at]):
                continue
            for above in edges[at]:
                steps += 1
                if above == upstream:
                    return first, steps
                if above in nodes and above not in seen:
                    seen.add(above)
                    waiting.append(above)
    return "", steps
