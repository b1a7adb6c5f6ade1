"""Says which events of an operation start another one, and starts what need only see it begin.

Airflow starts a task when others have ended, never when they have begun. What is wanted with
events such as `run_status_running` is that two run beside each other: a TensorBoard and the
training that it shows. So the second one takes over what the first one waits for.
"""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.expr import Binary, Expr
from pxc.ir.node import Hole, Lit, Scalar, Template, replace
from pxc.ir.plan import Edge, Group, Start, Unit
from pxc.targets._begun import first_beside, is_begun
from pxc.targets.airflow.features import feature_of
from pxc.targets.airflow.trigger_rules import FAILED, NEVER, SKIPPED, SUCCEEDED

__all__ = ["both", "has_events", "told_by", "with_events"]

_PREFIX = "run_status_"
_ENDS = {
    f"{_PREFIX}{SUCCEEDED}": frozenset((SUCCEEDED,)),
    f"{_PREFIX}{FAILED}": frozenset((FAILED,)),
    f"{_PREFIX}{SKIPPED}": frozenset((SKIPPED,)),
    f"{_PREFIX}{NEVER}": frozenset((NEVER,)),
    f"{_PREFIX}done": frozenset((SUCCEEDED, FAILED, SKIPPED, NEVER)),
}

Member = Unit | Group


def told_by(edge: Edge) -> frozenset[str]:
    """What the upstream of an edge must have come to for one of its events to have happened."""
    return frozenset().union(*(_ENDS.get(kind, frozenset()) for kind in edge.events))


def has_events(group: Group) -> bool:
    """Whether an operation of a group, or of one inside of it, waits for an event."""
    inner = (member for member in group.members if isinstance(member, Group))
    return any(edge.events for edge in group.edges) or any(map(has_events, inner))


def with_events(group: Group, report: Report) -> Group:
    """A group whose edges have no events but ends: what waits for a beginning starts beside.

    PXC702 for each of these, and for what waits for several; PXC701 for an event that Airflow does
    not tell.
    """
    into: dict[str, list[Edge]] = {}
    for edge in group.edges:
        into.setdefault(edge.downstream, []).append(edge)
    begun = {n: edges[0] for n, edges in into.items() if len(edges) == 1 and is_begun(edges[0])}
    for edge in group.edges:
        _check(edge, edge.downstream in begun, len(into[edge.downstream]) > 1, report)
    members = {member.name: member for member in group.members}
    found = tuple(
        with_events(each, report) if isinstance(each, Group) else each for each in group.members
    )
    if not begun:
        return replace(group, members=found)
    first = {name: first_beside(name, begun) for name in begun}
    edges = [edge for edge in group.edges if edge.downstream not in begun]
    for name, head in first.items():
        edges += [replace(e, downstream=name, values=()) for e in edges if e.downstream == head]
    beside = tuple(
        replace(each, start=_start(each, members[first[each.name]])) if each.name in first else each
        for each in found
    )
    return replace(group, members=beside, edges=tuple(edges))


def _check(edge: Edge, is_begun: bool, is_one_of_several: bool, report: Report) -> None:
    unknown = [kind for kind in edge.events if kind not in _ENDS]
    if is_begun:
        report.add(
            "PXC702",
            f"`{edge.downstream}` starts together with `{edge.upstream}`, not with its"
            f" `{unknown[0]}`",
            edge.span,
            help=_reason("dag.begun"),
        )
    elif unknown:
        report.add(
            "PXC701",
            f"`{edge.downstream}` waits for `{unknown[0]}` of `{edge.upstream}`, which Airflow does"
            " not tell",
            edge.span,
            help="Airflow starts a task when others have ended: wait for one of "
            + ", ".join(f"`{kind}`" for kind in _ENDS),
        )
    elif edge.events and is_one_of_several:
        report.add(
            "PXC702",
            f"by `events` Airflow starts `{edge.downstream}` when the last of its upstreams has"
            " ended",
            edge.span,
            help=_reason("dag.events"),
        )


def _reason(feature: str) -> str | None:
    row = feature_of(feature)
    return row.reason if row is not None else None


def _start(member: Member, other: Member) -> Start | None:
    """When a member starts that starts beside another: when that one does, if it wants to."""
    own, first = member.start, other.start
    if first is None:
        return None if own is None else Start(own.span, condition=own.condition)
    return replace(first, condition=both(first.condition, own.condition if own else None))


def both(one: Scalar | None, other: Scalar | None) -> Scalar | None:
    """A condition that holds where both do."""
    if one is None or other is None:
        return other if one is None else one
    known = next((each for each in (one, other) if isinstance(each, Lit)), None)
    if known is not None:  # a condition that is known is false
        return known
    left, right = _expr(one), _expr(other)
    if left is None or right is None:
        return other
    span = other.span
    return Template(span, "{{ ... }}", (Hole(span, Binary(span, "and", left, right)),))


def _expr(condition: Scalar) -> Expr | None:
    hole = condition.parts[0] if isinstance(condition, Template) and condition.parts else None
    return hole.expr if isinstance(hole, Hole) and isinstance(hole.expr, Expr) else None
