"""Finds the members of a group whose failure Argo would forget, and adds tasks that keep it.

A dag template comes to what its last tasks came to: a task that runs after a failed one and
succeeds hides the failure. A dag of Polyaxon has failed when any of its operations has. A task that
depends on the success of another and never runs keeps it, at no cost: it is skipped after a success
and omitted after a failure, and what is omitted stands for the failure before it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pxc.ir.plan import Group, Unit
from pxc.targets.argo.build import Build
from pxc.targets.argo.task_names import free

__all__ = ["hidden_failures", "is_verdict", "verdict_of", "verdict_tasks"]

_VERDICT = "verdict"


def hidden_failures(group: Group) -> list[str]:
    """The members whose failure would not be seen behind those that run after them."""
    members = {member.name: member for member in group.members}
    below: dict[str, list[str]] = {name: [] for name in members}
    for edge in group.edges:
        if edge.upstream in below and edge.downstream in members and not edge.events:
            below[edge.upstream].append(edge.downstream)
        elif edge.upstream in below and edge.downstream in members:
            below[edge.upstream].append("")
    seen: dict[str, bool] = {}
    for name in _last_first(below):
        followers = below[name]
        seen[name] = not followers or any(
            follower and _needs_success(members[follower].start) and seen[follower]
            for follower in followers
        )
    return [
        name
        for name, member in members.items()
        if not seen[name] and not (isinstance(member, Unit) and member.kind == "service")
    ]


def verdict_tasks(
    hidden: list[tuple[str, bool]], taken: Collection[str], build: Build
) -> list[dict[str, Any]]:
    """The task that fails the dag when one of these tasks has failed; none when there are none.

    A task comes with whether it can be skipped.
    """
    if not hidden:
        return []
    if not build.verdict:
        build.verdict = build.template_name(_VERDICT)
        build.templates.append({"name": build.verdict, "suspend": {}})
    clauses = [
        f"({task}.Succeeded || {task}.Skipped)" if may_skip else f"{task}.Succeeded"
        for task, may_skip in hidden
    ]
    return [
        {
            "name": free(_VERDICT, taken),
            "depends": " && ".join(clauses),
            "when": "false",
            "template": build.verdict,
        }
    ]


def is_verdict(task: dict[str, Any], build: Build) -> bool:
    """Whether a task only keeps the failure of others."""
    return bool(build.verdict) and task["template"] == build.verdict


def verdict_of(verdict: dict[str, Any], names: Collection[str]) -> list[dict[str, Any]]:
    """A verdict over those of its tasks that have these names; none when there are none."""
    clauses = verdict["depends"].split(" && ")
    kept = [each for each in clauses if each.strip("(").partition(".")[0] in names]
    if not kept:
        return []
    depends = " && ".join(kept) if len(kept) > 1 else kept[0].strip("()")
    return [verdict | {"depends": depends}]


def _needs_success(start: Any) -> bool:
    return start is None or start.trigger == "all_succeeded"


def _last_first(below: dict[str, list[str]]) -> list[str]:
    """The names so that each comes after those that run behind it."""
    found: dict[str, None] = {}
    for root in below:
        waiting = [(root, False)]
        while waiting:
            name, is_done = waiting.pop()
            if name in found or not name:
                continue
            if is_done:
                found[name] = None
                continue
            waiting.append((name, True))
            waiting += [(follower, False) for follower in below[name]]
    return list(found)
