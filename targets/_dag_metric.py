"""Finds what a rule of early stopping by a metric ends in a dag: what follows its operation."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.plan import Group, Unit
from pxc.ir.stopping import Stopping
from pxc.source import head_of
from pxc.targets._features import Features

__all__ = ["followers", "sources_of"]


def sources_of(
    rule: Stopping, group: Group, engine: str, features: Features, report: Report
) -> list[Unit]:
    """The members with the metric of a rule; what follows one of them does not run once it holds.

    PXC701 where there is none, PXC702 where others run beside: `engine` is who lets them.
    """
    found = [
        member
        for member in group.members
        if isinstance(member, Unit)
        and member.sweep is None
        and member.search is None
        and any(output.name == rule.metric for output in member.outputs)
    ]
    span = head_of(rule.span)
    if not found:
        what = f"earlyStopping: {{kind: {rule.kind}, metric: {rule.metric}}}"
        features.tell("dag.metric", what, span, report)
        return []
    for source in found:
        behind = followers(group, source.name)
        others = (m.name for m in group.members if m.name not in behind and m.name != source.name)
        if any(source.name not in followers(group, name) for name in others):
            said = f"by `{rule.kind}` {engine} skips what follows `{found[0].name}`, not what runs"
            row = features.row("dag.branches")
            report.add(
                "PXC702", f"{said} beside", span, help=row.reason if row is not None else None
            )
            break
    return found


def followers(group: Group, name: str) -> set[str]:
    """The members that start after another one has ended, at whatever distance."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        upstream = waiting.pop()
        for edge in group.edges:
            if edge.upstream == upstream and edge.downstream not in found:
                found.add(edge.downstream)
                waiting.append(edge.downstream)
    return found
