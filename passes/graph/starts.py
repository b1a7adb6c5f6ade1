"""Turns dependencies, params, events, triggers and conditions of an operation into plan edges."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import Seq, Template, plain, replace
from pxc.ir.plan import Edge, Start
from pxc.ir.program import Program
from pxc.ir.spec import Event, Operation
from pxc.passes.graph.edges import edges_of, params_of
from pxc.passes.later_values import condition_of
from pxc.passes.lowering import known, truth
from pxc.passes.param_refs import upstream_of
from pxc.source import Span

__all__ = ["built_first", "edges_into", "start_of"]

_DEFAULT_TRIGGER = "all_succeeded"


def edges_into(name: str, composed: Operation) -> tuple[Edge, ...]:
    """The edges that lead to an operation, one for each upstream, in the order they are written.

    Source: specification of dags, sections 2 and 7.
    """
    places: dict[str, Span] = {}
    for edge in edges_of(composed):
        places.setdefault(edge.upstream, edge.span)
    if not places:
        return ()
    values: dict[str, list[str]] = {}
    for param in params_of(composed.params):
        upstream = upstream_of(param.ref) if param.ref is not None else None
        if upstream is not None:
            text = param.value.text if isinstance(param.value, Template) else plain(param.value)
            values.setdefault(upstream, []).append(str(text).strip("{} "))
    events: dict[str, list[str]] = {}
    for event in composed.events.items if isinstance(composed.events, Seq) else ():
        upstream = upstream_of(event.ref) if isinstance(event, Event) else None
        if upstream is not None:
            events.setdefault(upstream, []).extend(str(k) for k in plain(event.kinds) or ())
    return tuple(
        Edge(
            place,
            upstream,
            name,
            tuple(dict.fromkeys(values.get(upstream, ()))),
            tuple(dict.fromkeys(events.get(upstream, ()))),
        )
        for upstream, place in places.items()
    )


def built_first(build: str, into: tuple[Edge, ...], program: Program) -> tuple[Edge, ...]:
    """The edges into an operation whose image is built first: all lead to the build.

    So neither is started without the other; the operation waits for its build alone.
    """
    composed = program.composed
    own = edges_into(build, composed) if composed is not None else ()
    known = {edge.upstream: edge for edge in into}
    found = {edge.upstream: replace(edge, downstream=build) for edge in into}
    for edge in own:
        before = known.get(edge.upstream, edge)
        values = tuple(dict.fromkeys((*before.values, *edge.values)))
        found[edge.upstream] = replace(before, downstream=build, values=values)
    return tuple(found.values())


def start_of(composed: Operation, report: Report) -> Start | None:
    """When an operation starts; None for one that starts as soon as its upstreams succeeded.

    PXC703 for a trigger that only the run knows. A condition that is known and true is none.
    """
    trigger = known(composed.trigger, "trigger", report) or _DEFAULT_TRIGGER
    skips = truth(composed.skip_on_upstream_skip, "skipOnUpstreamSkip", report) is True
    condition = condition_of(composed.conditions)
    if trigger == _DEFAULT_TRIGGER and not skips and condition is None:
        return None
    places = (composed.trigger, condition, composed.skip_on_upstream_skip)
    place = next(p for p in places if p is not None)
    return Start(place.span, trigger, condition, skips)
