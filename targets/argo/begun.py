"""Makes a member that waits for another to begin start as that one does.

Argo starts a task when others have ended, never when they have begun. What is wanted with events
such as `run_status_running` is that two run beside each other: a TensorBoard and the training that
it shows. So the second task takes over what the first one waits for.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.node import replace
from pxc.ir.plan import Edge, Group, Start, Unit
from pxc.targets._begun import BEGUN, first_beside, is_begun
from pxc.targets.argo.build import Build
from pxc.targets.argo.depends import may_skip
from pxc.targets.argo.features import feature_of
from pxc.targets.argo.tags import parts, tag

__all__ = ["beside", "start_beside"]


_NEVER = "false"


def beside(group: Group, build: Build) -> tuple[Group, dict[str, str]]:
    """The group without edges from members that need only have begun, and whom each starts beside.

    A member that waits for more than that one keeps its edges, and so does one that takes what the
    other leaves. PXC702 tells of each.
    """
    into: dict[str, list[Edge]] = {}
    for edge in group.edges:
        into.setdefault(edge.downstream, []).append(edge)
    found = {
        name: edges[0] for name, edges in into.items() if len(edges) == 1 and is_begun(edges[0])
    }
    if not found:
        return group, {}
    for edge in found.values():
        _tell(edge, build)
    first = {name: first_beside(name, found) for name in found}
    members = {member.name: member for member in group.members}
    changed = tuple(
        _skipped_with(member, members[first[member.name]]) if member.name in first else member
        for member in group.members
    )
    edges = tuple(edge for edge in group.edges if edge.downstream not in found)
    return replace(group, members=changed, edges=edges), first


def start_beside(first: dict[str, str], tasks: dict[str, dict[str, Any] | None]) -> None:
    """Give each task what holds back the one that it starts beside; both by names of members."""
    for name, other in first.items():
        task, known = tasks.get(name), tasks.get(other)
        if task is None or known is None:
            continue
        when = [each["when"] for each in (known, task) if "when" in each]
        rest = {key: text for key, text in task.items() if key not in ("name", "when")}
        held = {"depends": known["depends"]} if "depends" in known else {}
        whole = {"name": task["name"]} | held | ({"when": _both(when)} if when else {}) | rest
        task.clear()
        task.update(whole)


def _skipped_with(member: Unit | Group, other: Unit | Group) -> Unit | Group:
    """A member that is skipped when the one is that it starts beside."""
    if not may_skip(other.start):
        return member
    start = member.start if member.start is not None else Start(member.span)
    return replace(member, start=replace(start, skip_on_upstream_skip=True))


def _both(when: list[str]) -> str:
    if len(when) == 1 or _NEVER in when:
        return _NEVER if _NEVER in when else when[0]
    return tag("=" + " && ".join(f"({parts(each)[1].removeprefix('=')})" for each in when))


def _tell(edge: Edge, build: Build) -> None:
    row = feature_of("dag.begun")
    kind = next(kind for kind in edge.events if kind in BEGUN)
    build.report.add(
        "PXC702",
        f"`{edge.downstream}` starts together with `{edge.upstream}`, not with its `{kind}`",
        edge.span,
        help=row.reason if row is not None else None,
    )
