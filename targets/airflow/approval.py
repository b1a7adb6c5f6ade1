"""Makes members of a group of the approvals that its members wait for, and tasks of these.

Who must be asked is asked when the upstreams have ended, and never for what is skipped: the task
that asks takes over when its member starts. Who rejects a member fails that task.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.node import replace
from pxc.ir.plan import Edge, Group, Limits, Start, Unit
from pxc.targets.airflow.jinja import rendered
from pxc.targets.airflow.trigger_rules import HEARD, SUCCEEDED

__all__ = ["APPROVAL", "approval_arguments", "with_approvals"]

APPROVAL = "approval"
"""The kind of a unit that is somebody's answer, and how its name ends."""

Member = Unit | Group


def with_approvals(group: Group) -> Group:
    """A group with a member before each of those that somebody must agree to."""
    members: list[Member] = []
    asking = {member.name for member in group.members if member.approval is not None}
    edges = [
        replace(edge, downstream=_asks(edge.downstream)) if edge.downstream in asking else edge
        for edge in group.edges
    ]
    for member in group.members:
        if isinstance(member, Group):
            member = with_approvals(member)
        if member.approval is not None:
            place, name = member.approval.span, _asks(member.name)
            members.append(
                Unit(place, name, APPROVAL, (), Limits(place), inputs=member.inputs,
                     start=member.start, description=member.description)
            )  # fmt: skip
            edges.append(Edge(place, name, member.name))
            member = replace(member, approval=None, start=_start(member))
        members.append(member)
    return replace(group, members=tuple(members), edges=tuple(edges))


def approval_arguments(unit: Unit) -> list[tuple[str, Any]]:
    """What the operator is given that asks."""
    name = unit.name.removesuffix(f".{APPROVAL}")
    found: list[tuple[str, Any]] = [("subject", rendered(f"Shall {name} run?"))]
    if unit.description:
        found.append(("body", rendered(unit.description)))
    return [*found, ("fail_on_reject", True)]


def _asks(name: str) -> str:
    return f"{name}.{APPROVAL}"


def _start(member: Member) -> Start:
    """A member is skipped when the approval was; a hook is called when it is there."""
    place = member.start.span if member.start is not None else member.span
    if member.start is not None and member.start.trigger in HEARD:
        return Start(place, SUCCEEDED)
    return Start(place, skip_on_upstream_skip=True)
