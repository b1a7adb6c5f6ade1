"""Turns dependencies, references and events of a dag's operations into edges, and checks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.io import Join, Param
from pxc.ir.node import Lit, Map, Seq
from pxc.ir.spec import Event, Hook, Operation
from pxc.passes.graph.added_edge import added_edge
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.param_refs import upstream_of
from pxc.source import Span

_SHOWN = 12
_STEPS = 1_000_000


class Edge(Struct, frozen=True):
    """One place that makes an operation wait for `upstream`."""

    upstream: str
    span: Span


def edges_of(operation: Operation) -> Iterator[Edge]:
    """The edges of a composed operation: `dependencies`, then `ref`s of params, then of events.

    Source: specification of dags, section 2; a reference in braces counts too.
    """
    for item in _items(operation.dependencies):
        if isinstance(item, Lit) and isinstance(item.value, str):
            yield Edge(item.value, item.span)
    for param in params_of(operation.params):
        yield from _edge(param.ref)
    for event in _items(operation.events):
        if isinstance(event, Event):
            yield from _edge(event.ref)


def params_of(params: Any) -> Iterator[Param]:
    """The params of a map that could be read."""
    if isinstance(params, Map):
        yield from (value for _, value in params.entries if isinstance(value, Param))


def check_edges(nodes: Mapping[str, GraphNode], report: Report, *, is_open: bool) -> bool:
    """PXC421 for an edge from nowhere, PXC420 for each cycle; whether there is no cycle.

    PXC445 for a join, PXC422 for a hook, build or tuner that reads from an operation without an
    edge. `is_open` tells that there are operations without a name, one of which may be meant.
    """
    edges = {name: tuple(edges_of(node.composed)) for name, node in nodes.items()}
    for name, wanted in edges.items():
        for edge in wanted:
            if edge.upstream not in nodes and not is_open:
                _report_unknown(name, edge, nodes, report)
    known = {n: {e.upstream: e for e in w if e.upstream in nodes} for n, w in edges.items()}
    is_acyclic = _check_cycles(known, report)
    _check_readers(nodes, known, report, is_open=is_open)
    return is_acyclic


def _items(field: Any) -> tuple[Any, ...]:
    return field.items if isinstance(field, Seq) else ()


def _edge(ref: Any) -> Iterator[Edge]:
    upstream = upstream_of(ref) if ref is not None else None
    if upstream is not None:
        yield Edge(upstream, ref.span)


def _report_unknown(name: str, edge: Edge, nodes: Mapping[str, GraphNode], report: Report) -> None:
    bare = edge.upstream.removeprefix("ops.")
    others = [other for other in nodes if other != name]
    near = bare if bare in others else nearest(edge.upstream, others)
    meant = f"did you mean `{near}`? " if near else ""
    report.add(
        "PXC421",
        f"`{name}` waits for `{edge.upstream}`, but the dag has no such operation",
        edge.span,
        help=f"{meant}operations: {allowed(others)}"
        if others
        else "there is no other: leave it out",
    )


def _check_cycles(edges: Mapping[str, Mapping[str, Edge]], report: Report) -> bool:
    """Report cycles that share no operation, each from the one written first; whether none is."""
    from graphlib import CycleError, TopologicalSorter  # only a dag needs it

    graph: dict[str, list[str]] = {name: list(upstreams) for name, upstreams in edges.items()}
    order = {name: i for i, name in enumerate(graph)}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as found:
            cycle = found.args[1][:0:-1]
        else:
            return len(graph) == len(edges)
        at = cycle.index(min(cycle, key=order.__getitem__))
        _report_cycle([*cycle[at:], *cycle[:at]], edges, report)
        for name in cycle:
            del graph[name]
        graph = {n: [u for u in ups if u in graph] for n, ups in graph.items()}


def _report_cycle(
    cycle: list[str], edges: Mapping[str, Mapping[str, Edge]], report: Report
) -> None:
    steps = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    path = [cycle[0], *(upstream for _, upstream in steps)]
    if len(path) > _SHOWN:
        path = [*path[: _SHOWN - 2], "...", path[-1]]
    notes = tuple(
        Note(f"`{name}` waits for `{upstream}` here", edges[name][upstream].span)
        for name, upstream in steps[1:_SHOWN]
    )
    report.add(
        "PXC420",
        "the operation waits for itself: " + " -> ".join(path)
        if len(cycle) == 1
        else "the operations wait for each other: " + " -> ".join(path),
        edges[steps[0][0]][steps[0][1]].span,
        notes=notes,
        help="an arrow points to what must end first; take one of them out",
    )


def _check_readers(
    nodes: Mapping[str, GraphNode],
    edges: Mapping[str, Mapping[str, Edge]],
    report: Report,
    *,
    is_open: bool,
) -> None:
    """Hold what reads from another operation, and makes no edge, to the edges there are."""
    budget = [_STEPS]
    for name, node in nodes.items():
        for code, what, ref in _readers(node.composed):
            upstream = upstream_of(ref)
            if upstream is None:
                continue
            if upstream not in nodes:
                if not is_open:
                    _report_unknown(name, Edge(upstream, ref.span), nodes, report)
            elif upstream != name and not _is_before(upstream, name, edges, budget):
                _report_reader(code, what, node, Edge(upstream, ref.span), edges, budget, report)


def _report_reader(
    code: str,
    what: str,
    node: GraphNode,
    edge: Edge,
    edges: Mapping[str, Mapping[str, Edge]],
    budget: list[int],
    report: Report,
) -> None:
    """Say that an edge is missing, with the edit that adds it where that makes no cycle."""
    name, upstream = node.name, edge.upstream
    is_behind = _is_before(name, upstream, edges, budget)
    report.add(
        code,
        f"the {what} reads from `{upstream}`, but `{name}` does not wait for it",
        edge.span,
        help=f"`{upstream}` runs after `{name}`, so there is nothing to read yet"
        if is_behind
        else f"add `dependencies: [{upstream}]`: a {what} makes no edge of its own",
        fix=None if is_behind else added_edge(node, upstream),
    )


def _readers(operation: Operation) -> Iterator[tuple[str, str, Any]]:
    """The references that make no edge, with the code and the name of what reads."""
    for join in _items(operation.joins):
        if isinstance(join, Join) and join.ref is not None:
            yield "PXC445", "join", join.ref
    tuner = getattr(operation.matrix, "tuner", None)
    hooks = [h for h in _items(operation.hooks) if isinstance(h, Hook)]
    for what, one in (*(("hook", h) for h in hooks), ("build", operation.build), ("tuner", tuner)):
        for param in params_of(getattr(one, "params", None)):
            if param.ref is not None:
                yield "PXC422", what, param.ref


def _is_before(
    upstream: str, name: str, edges: Mapping[str, Mapping[str, Edge]], budget: list[int]
) -> bool:
    """Whether an operation ends before another starts; true when it takes too long to know."""
    seen = {name}
    waiting = [name]
    while waiting:
        for above in edges[waiting.pop()]:
            budget[0] -= 1
            if above == upstream or budget[0] < 0:
                return True
            if above not in seen:
                seen.add(above)
                waiting.append(above)
    return False
