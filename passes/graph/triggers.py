"""Turns triggers and edges of a dag into what must have happened before an operation can start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Note, Report
from pxc.ir.node import Lit, Seq, Template
from pxc.passes.graph.edges import edges_of
from pxc.passes.graph.nodes import GraphNode

_ENDINGS = {"all_succeeded": "succeeded", "all_failed": "failed"}
_MOST_FACTS = 1_000_000


class _Clash(Struct, frozen=True):
    """An upstream that would have to end in two ways, and who wants the other one."""

    upstream: str
    wanted: str
    other: str
    by: str


def check_triggers(nodes: Mapping[str, GraphNode], report: Report) -> None:
    """PXC424 for an operation that can never start; PXC410 for a trigger that waits for nothing.

    An operation that ran tells how those before it ended: with `all_succeeded` each of them
    succeeded, with `all_failed` each of them failed. When two of these do not go together the
    operation never starts; those that wait for it are not reported too. Nodes have no cycle.
    Source: specification of dags, sections 5 and 7.
    """
    for node in nodes.values():
        _check_idle(node, report)
    if any(_ending(node) == "failed" for node in nodes.values()):
        _check_clashes(nodes, report)


def _check_idle(node: GraphNode, report: Report) -> None:
    trigger = node.composed.trigger
    if not isinstance(trigger, Lit) or trigger.value is None or not node.is_known:
        return
    deps = node.composed.dependencies
    if any(edges_of(node.composed)) or isinstance(deps, Template):
        return
    report.add(
        "PXC410",
        f"`{node.name}` waits for no operation, so its `trigger` has no effect",
        trigger.span,
        help="add `dependencies`, or delete the trigger",
    )


def _ending(node: GraphNode) -> str | None:
    """How every upstream of an operation that ran has ended; None when that is not known."""
    trigger, events = node.composed.trigger, node.composed.events
    if isinstance(events, Seq) and events.items:
        return None
    if trigger is None or (isinstance(trigger, Lit) and trigger.value is None):
        return "succeeded"
    return _ENDINGS.get(str(trigger.value)) if isinstance(trigger, Lit) else None


def _check_clashes(nodes: Mapping[str, GraphNode], report: Report) -> None:
    from graphlib import TopologicalSorter

    upstreams = {
        name: list(
            dict.fromkeys(e.upstream for e in edges_of(node.composed) if e.upstream in nodes)
        )
        for name, node in nodes.items()
    }
    facts: dict[str, dict[str, tuple[str, str]]] = {}
    never: set[str] = set()
    left = _MOST_FACTS
    for name in TopologicalSorter(upstreams).static_order():
        ending = _ending(nodes[name])
        facts[name] = {}
        if ending is None:
            continue
        if any(u in never for u in upstreams[name]):
            never.add(name)
            continue
        left -= sum(1 + len(facts[u]) for u in upstreams[name])
        if left < 0:
            return
        clash = _gather(name, ending, upstreams[name], facts)
        if clash is not None:
            never.add(name)
            _report(nodes[name], clash, nodes, report)


def _gather(
    name: str, ending: str, upstreams: list[str], facts: dict[str, dict[str, tuple[str, str]]]
) -> _Clash | None:
    """Add what is known once an operation ran; the first two facts that do not go together."""
    known = facts[name]
    for upstream in upstreams:
        found = {**facts[upstream], upstream: (ending, name)}
        for one, (how, by) in found.items():
            if known.setdefault(one, (how, by))[0] != how:
                return _Clash(one, known[one][0], how, by if by != name else known[one][1])
    return None


def _report(node: GraphNode, clash: _Clash, nodes: Mapping[str, GraphNode], report: Report) -> None:
    trigger: Any = node.composed.trigger
    wanting = nodes[clash.by]
    place = wanting.composed.trigger
    notes = (
        Note(
            f"`{clash.by}` runs only when `{clash.upstream}` has {_ending(wanting) or clash.other}",
            place.span if isinstance(place, Lit) else wanting.place,
        ),
    )
    report.add(
        "PXC424",
        f"`{node.name}` can never start: `{clash.upstream}` would have to succeed and to fail",
        trigger.span if isinstance(trigger, Lit) else node.place,
        notes=notes if clash.by != node.name else (),
        help="`trigger: all_done` starts it however those before it ended",
    )
