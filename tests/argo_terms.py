"""Says which part of a plan each node of a workflow is: what Argo calls it, and what is Argo's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pxc.ir.plan import Group, Plan, Unit
from tests.engines import argo as engine
from tests.engines.environment import Object
from tests.plan_interpreter import FAILED, NEVER, SKIPPED, SUCCEEDED, Fate

STATES = {
    "Succeeded": SUCCEEDED, "Failed": FAILED, "Error": FAILED, "Skipped": SKIPPED,
    "Omitted": NEVER,
}  # fmt: skip
_CELL = re.compile(r"\.run(?:-\d+)?\(\d+:(?:[^()]*,)?index:(\d+)[^()]*\)")
_PARTS = ("create", "collect", "service", "daskautoscaler")
"""Tasks of one run of several pods, which was tried where the first of them was."""
_HOOK = re.compile(r"[^.]+\.onExit\.")


@dataclass(frozen=True)
class Node:
    """A node under the path of a part of the plan; `is_gate` waited for somebody before it."""

    path: str
    fate: Fate
    why: str
    is_gate: bool = False


def fates(workflow: Object, plan: Plan) -> tuple[dict[str, Fate], dict[str, str]]:
    """What became of every node that is a part of the plan, or may be one, and why, by its path."""
    whole = STATES[workflow["status"]["phase"]]
    found, why = {"": Fate(whole)}, {"": workflow["status"].get("message", "")}
    nodes = list(_nodes(workflow, plan))
    for node in nodes:
        if not node.is_gate and node.path:
            found[node.path], why[node.path] = node.fate, node.why
    for owner in [node.path.rpartition("/")[0] for node in nodes if _is_part(node.path, plan)]:
        found[owner] = replace(found[owner], tries=1)
    for path in [path for path in found if _is_part(path, plan)]:
        del found[path]
    for node in nodes:
        if node.is_gate and node.fate.state == SUCCEEDED and node.path in found:
            found[node.path] = replace(found[node.path], asked=True)
    return found, why


def _nodes(workflow: Object, plan: Plan) -> Iterator[Node]:
    members = dict(_members(plan))
    wrapped = next((m.name for p, m in members.items() if not p and (m.hooks or m.approval)), None)
    gates = {f"{m.name}-approval": m.name for m in members.values() if m.approval is not None}
    joins = {f"{m.name}-join{n}" for m in members.values() for n in _numbers(len(m.joins))}
    searches = tuple(f"{path}/" for path, m in members.items() if m.search is not None)
    for dotted, node in engine.nodes(workflow).items():
        path = _CELL.sub(r".\1", _HOOK.sub("", dotted)).replace(".", "/")
        first, _, rest = path.partition("/")
        if first == wrapped:
            path = rest
        before, _, last = path.rpartition("/")
        if last == "onExit" or last in joins or path.startswith(searches):
            continue
        is_gate = last in gates and node["type"] == "Suspend"
        if is_gate:
            path = f"{before}/{gates[last]}" if before else gates[last]
            path = "" if path == wrapped else path
        tries = len(node.get("children", ())) if node["type"] == "Retry" else node["type"] == "Pod"
        fate = Fate(STATES.get(node["phase"], node["phase"]), int(tries))
        yield Node(path, fate, node.get("message", ""), is_gate)


def _is_part(path: str, plan: Plan) -> bool:
    """Whether a node is one of those of a run of several pods, or of a cell of such runs."""
    before, _, last = path.rpartition("/")
    members = dict(_members(plan))
    owner = members.get(before, members.get(before.rpartition("/")[0]))
    return last in _PARTS and isinstance(owner, Unit) and owner.runtime is not None


def _members(plan: Plan) -> Iterator[tuple[str, Unit | Group]]:
    """Every member with its path; that of what the plan is as a whole is empty."""
    roots: tuple[Unit | Group, ...] = plan.units if plan.group is None else (plan.group,)
    waiting: list[tuple[str, Unit | Group]] = [("", root) for root in roots]
    for path, member in waiting:
        yield path, member
        if isinstance(member, Group):
            inside = f"{path}/" if path else ""
            waiting += [(f"{inside}{each.name}", each) for each in member.members]


def _numbers(count: int) -> list[str]:
    return [""] if count == 1 else [f"-{number}" for number in range(1, count + 1)]
