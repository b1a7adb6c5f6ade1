"""Says how a DAG ends early: with its first failure, or by a metric, for what follows that."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pxc.diagnostics import Report
from pxc.ir.expr import Expr
from pxc.ir.node import Hole, Template, replace
from pxc.ir.plan import Group, Start, Unit
from pxc.ir.stopping import FAILURE, Stopping
from pxc.source import head_of
from pxc.targets._dag_metric import followers, sources_of
from pxc.targets.airflow.events import both
from pxc.targets.airflow.features import ROWS, tell
from pxc.targets.airflow.flow import WHOLE, Flow
from pxc.targets.airflow.python_expr import unreached

__all__ = ["fails_fast", "with_endings"]


def with_endings(group: Group, report: Report) -> Group:
    """A group, and those inside of it, where what follows a metric runs only until its rule holds.

    PXC701 for a metric that no operation has, PXC702 for a policy and for what goes on beside.
    """
    rest: list[Stopping] = []
    clauses: dict[str, list[Expr]] = {}
    for rule in group.stopping:
        if rule.kind == FAILURE and rule.policy is None:
            rest.append(rule)
        elif rule.policy is not None:
            tell("search.policy", "`policy` of `earlyStopping`", head_of(rule.span), report)
        else:
            for source in sources_of(rule, group, "Airflow", ROWS, report):
                clause = unreached(rule, source.name)
                for name in followers(group, source.name):
                    clauses.setdefault(name, []).append(clause)
    members: list[Unit | Group] = []
    for member in group.members:
        if isinstance(member, Group):
            member = with_endings(member, report)
        if member.name in clauses:
            member = replace(member, start=_until(member, clauses[member.name]))
        members.append(member)
    return replace(group, members=tuple(members), stopping=tuple(rest))


def _until(member: Unit | Group, clauses: list[Expr]) -> Start:
    """When a member starts whose turn may come too late."""
    start = member.start or Start(member.span)
    condition = start.condition
    for clause in reversed(clauses):
        hole = Template(member.span, "{{ ... }}", (Hole(member.span, clause),))
        condition = both(hole, condition)
    return replace(start, condition=condition)


def fails_fast(flow: Flow, report: Report) -> bool:
    """Whether the first failure ends the DAG; PXC701 for each rule that it cannot be held to.

    Airflow ends the whole DAG, fails what runs and skips the rest, where every task waits for the
    success of all before it.
    """
    outermost = [flow] if flow.group.kind != WHOLE else list(flow.inner.values())
    found = [_is_held(each, flow, report) for each in outermost]
    for each in outermost:
        for inner in _inside(each):
            _is_held(inner, None, report)
    return any(found)


def _inside(flow: Flow) -> Iterator[Flow]:
    for inner in flow.inner.values():
        yield inner
        yield from _inside(inner)


def _is_held(flow: Flow, whole: Flow | None, report: Report) -> bool:
    """Whether a rule of one dag ends it; `whole` are all tasks, where it is the outermost."""
    found = False
    for rule in flow.group.stopping:
        said, place = f"earlyStopping: {{kind: {rule.kind}}}", head_of(rule.span)
        if rule.kind != FAILURE or rule.policy is not None:  # of a hook
            tell("dag.metric", said, place, report)
            continue
        why = _obstacle(rule, flow.group, whole)
        if why is not None:
            text = f"`{said}` of a dag cannot be held to: {why[0]}"
            report.add("PXC701", text, place, help=why[1])
        found = found or (why is None and _needed(rule, flow.group) < _count(flow.group))
    return found


def _count(group: Group) -> int:
    """How many operations an author wrote: what builds an image is none, nor is a hook."""
    built = {edge.upstream for edge in group.edges if edge.is_build}
    return len([member for member in group.members if member.name not in built])


def _needed(rule: Stopping, group: Group) -> int:
    """How many operations must have failed; one that asks for none asks for one."""
    return max(1, math.ceil((rule.percent or 0) * _count(group) / 100))


def _obstacle(rule: Stopping, group: Group, whole: Flow | None) -> tuple[str, str] | None:
    """Why a rule of failures cannot be held to, and what to do then; None where it can."""
    needed, count = _needed(rule, group), _count(group)
    if needed >= count:
        return None  # when all of them have failed nothing is left to be ended
    if needed > 1:
        return (
            f"{needed} of its {count} operations must have failed, and Airflow ends a dag with the"
            " first or not at all",
            f"write `percent: {math.floor(100 / count)}`, which one failure meets, or leave it out",
        )
    if whole is None:
        return "Airflow ends the outermost dag alone", "give the rule to the outermost dag"
    other = next((name for name, rule in _rules(whole) if rule != "all_success"), None)
    if other is not None:
        return (
            f"`{other}` may start also after what has not succeeded, and then Airflow ends no dag"
            " early",
            "leave the rule out, or the hooks, triggers and loops that do not wait for success",
        )
    return None


def _rules(flow: Flow) -> Iterator[tuple[str, str]]:
    """The rules of all tasks of a dag, with the member that each is of."""
    for member in flow.group.members:
        name = member.name
        is_other = name in flow.gates or name in flow.hooks
        is_loop = member.sweep is not None or member.search is not None
        yield name, "all_done" if is_other or is_loop else flow.rules[name]
    for name, inner in flow.inner.items():
        yield name, inner.end
        yield from _rules(inner)
