"""Turns a group into a dag template with a task for each member."""

from __future__ import annotations

from functools import partial
from typing import Any

from pxc.ir.node import Lit, Template, replace
from pxc.ir.plan import Edge, Group, Limits, Start, Unit
from pxc.targets._joined import gathered_from
from pxc.targets.argo.approval import hold_back
from pxc.targets.argo.begun import beside, start_beside
from pxc.targets.argo.build import Build, Called, Leaf
from pxc.targets.argo.dag_outputs import add_dag_outputs, kept_outputs
from pxc.targets.argo.dag_stopping import ending_of
from pxc.targets.argo.depends import Upstream, check_events, depends, is_late, may_skip
from pxc.targets.argo.expr_lang import expr_of_template
from pxc.targets.argo.features import feature_of, tell
from pxc.targets.argo.group_loop import group_loop
from pxc.targets.argo.hooks import Follower, follow
from pxc.targets.argo.join import Joined, join_tasks
from pxc.targets.argo.leaf import (
    ends_with_whole,
    has_own_ttl,
    leaf_template,
    retry_strategy,
)
from pxc.targets.argo.loop import loop_template
from pxc.targets.argo.needs import RUN, Needs
from pxc.targets.argo.scope import Scope
from pxc.targets.argo.search_limits import can_search
from pxc.targets.argo.tags import tag
from pxc.targets.argo.task_names import task_names
from pxc.targets.argo.twins import likeness, twin_of
from pxc.targets.argo.verdict import hidden_failures, verdict_tasks

__all__ = ["group_template", "unit_template"]

Member = Unit | Group


def unit_template(
    unit: Unit, wanted: str, build: Build, asked: frozenset[str] | None = None
) -> Called | None:
    """The template of a unit, or of the loop over its runs; None when it was refused.

    `asked` are the outputs of these runs that joins look at.
    """
    if unit.search is not None:
        from pxc.targets.argo.search import search_template

        return search_template(unit, wanted, build, asked)
    if unit.sweep is not None:
        return loop_template(unit, wanted, build, asked)
    leaf = _leaf(unit, build.template_name(wanted), build)
    if leaf is None:
        return None
    build.templates.append(leaf.template)
    return Called(leaf.template["name"], leaf.needs, leaf)


def _leaf(unit: Unit, name: str, build: Build) -> Leaf | None:
    """The template of a unit, out of that of an earlier one where they differ in words alone."""
    key, told = likeness(unit), len(build.report)
    first = None if key is None else build.firsts.get(key)
    if first is not None:
        leaf = twin_of(first, unit, name)
        build.leaves.append(leaf)
        return leaf
    made = leaf_template(unit, name, build)
    if key is not None and made is not None and len(build.report) == told and not made.needs.values:
        build.firsts[key] = made
    return made


def dag_template(
    group: Group, wanted: str, build: Build, *, is_entry: bool, told: list[str] | None = None
) -> Called:
    """The template of a group, after which those of its members are added.

    Names of templates of inner groups begin with those of the groups around them. `told` are the
    outputs of its members that are its own.
    """
    group, first = beside(group, build)
    needs = Needs(group.inputs)
    names = task_names(member.name for member in group.members)
    template: dict[str, Any] = {"name": build.template_name(wanted)}
    build.templates.append(template)
    scope = Scope(group, names, None if is_entry else needs, build)
    tasks: list[dict[str, Any]] = []
    ending = ending_of(group, scope, build, is_entry=is_entry)
    asked, hidden = gathered_from(group), dict.fromkeys(hidden_failures(group))
    prefix = "" if is_entry else f"{wanted}-"
    edges: dict[str, list[Edge]] = {}
    for edge in group.edges:
        edges.setdefault(edge.downstream, []).append(edge)
    for each in group.members:
        member = replace(each, inputs=scope.declare(each.inputs))
        title = f"{prefix}{names[member.name]}"
        called = _called(member, title, build, asked.get(member.name))
        if called is None:
            continue
        into = edges.get(member.name, [])
        clauses = ending.clauses.get(member.name, [])
        *before, task = _tasks(member, called, title, into, clauses, scope, build)
        tasks += before
        if member.approval is not None:
            tasks.append(hold_back(task, scope.taken, build))
        tasks.append(task)
        waits = bool(edges.get(first.get(member.name, member.name)))
        follower = Follower(member, task, may_skip(member.start), waits)
        after = follow(follower, prefix, scope, partial(_called, build=build), build)
        if any(each["depends"].endswith(".Omitted") for each in after):
            hidden[member.name] = None
        tasks += after
    if first:
        by_task = {task["name"]: task for task in tasks}
        start_beside(first, {name: by_task.get(task) for name, task in names.items()})
    skipping = [(names[name], may_skip(scope.members[name].start)) for name in hidden]
    tasks += verdict_tasks(skipping, scope.taken, build)
    parameters = [*([RUN] if needs.runs else ()), *needs.values]
    if parameters and not is_entry:
        template["inputs"] = {"parameters": [{"name": each} for each in parameters]}
    add_dag_outputs(template, group, told or [], scope, build)
    if group.concurrency is not None:
        template["parallelism"] = group.concurrency
    template |= _limits(group, build, is_entry=is_entry)
    if ending.fails_fast:
        template["failFast"] = True
    template["dag"] = {"failFast": False, "tasks": tasks}
    return Called(template["name"], needs)


def group_template(
    group: Group,
    wanted: str,
    build: Build,
    *,
    is_entry: bool,
    asked: frozenset[str] | None = None,
) -> Called | None:
    """The template of a group, or of the loop over its runs; None when that was refused.

    `asked` are the outputs of these runs that joins look at.
    """
    if group.sweep is None and group.search is None:
        return dag_template(group, wanted, build, is_entry=is_entry)
    if group.search is not None and not can_search(group, group.search, build):
        return None
    template: dict[str, Any] = {"name": build.template_name(wanted)}
    build.templates.append(template)
    inner = replace(group, sweep=None, search=None)
    told = kept_outputs(group, asked)
    called = dag_template(inner, f"{wanted}-run", build, is_entry=False, told=told)
    if group.search is None:
        return group_loop(group, wanted, called, template, build, asked)
    from pxc.targets.argo.search import group_search

    return group_search(group, wanted, called, template, build, asked)


def _called(
    member: Member, wanted: str, build: Build, asked: frozenset[str] | None = None
) -> Called | None:
    if isinstance(member, Group):
        return group_template(member, wanted, build, is_entry=False, asked=asked)
    return unit_template(member, wanted, build, asked)


def _tasks(
    member: Member,
    called: Called,
    title: str,
    edges: list[Edge],
    clauses: list[str],
    scope: Scope,
    build: Build,
) -> list[dict[str, Any]]:
    """The task of a member, after those that gather for it; it is run where `clauses` hold."""
    task: dict[str, Any] = {"name": scope.names[member.name]}
    upstreams = [_upstream(edge, scope) for edge in edges if edge.upstream in scope.members]
    text = depends(member.start, upstreams)
    joined = join_tasks(member, title, text, scope, build) if member.joins else Joined()
    for each in joined.tasks:
        text = f"({text})" if " || " in text else text
        text = " && ".join(part for part in (text, f"{each['name']}.Succeeded") if part)
    if text:
        task["depends"] = text
    for edge in edges:
        check_events(edge, build.report)
    if is_late(member.start, upstreams):
        _tell_late(member, upstreams, build)
    when = _when(member, upstreams, joined, clauses, scope, build)
    if when:
        task["when"] = when
    task["template"] = called.name
    arguments = _arguments(member, called.needs, joined, scope)
    if arguments:
        task["arguments"] = {"parameters": arguments}
    if called.leaf is not None:
        called.leaf.tasks.append(task)
    return [*joined.tasks, task]


def _arguments(member: Member, needs: Needs, joined: Joined, scope: Scope) -> list[dict[str, str]]:
    found = []
    if needs.runs:
        found.append({"name": RUN, "value": scope.run_of(member.name)})
    for name, expr in needs.values.items():
        text = scope.text(expr, member.inputs, lists=joined.values)
        if text is not None:
            found.append({"name": name, "value": text})
    return found


def _when(
    member: Member,
    upstreams: list[Upstream],
    joined: Joined,
    clauses: list[str],
    scope: Scope,
    build: Build,
) -> str:
    """What must hold when all upstreams have ended, `clauses` too, or the task is skipped."""
    start = member.start or Start(member.span)
    if isinstance(start.condition, Lit):
        return "false"
    clauses = list(clauses)
    if start.skip_on_upstream_skip:
        skipping = [upstream.task for upstream in upstreams if upstream.may_skip]
        clauses += [f"tasks['{task}'].status != 'Skipped'" for task in skipping]
    if isinstance(start.condition, Template):
        names = scope.names_for(member.inputs, joined.values)
        found = expr_of_template(start.condition, names, build.report, "condition")
        if found is not None:
            clauses.append(f"({found})" if clauses else found)
    return tag(f"={' && '.join(clauses)}") if clauses else ""


def _tell_late(member: Member, upstreams: list[Upstream], build: Build) -> None:
    start, row = member.start, feature_of("dag.one")
    waits = start is not None and start.trigger.startswith("one_")
    what = f"trigger: {start.trigger}" if start is not None and waits else "events"
    build.report.add(
        "PXC702",
        f"by `{what}` Argo starts `{member.name}` when the last of its upstreams has ended",
        start.span if start is not None and waits else upstreams[0].edge.span,
        help=row.reason if row is not None else None,
    )


def _upstream(edge: Edge, scope: Scope) -> Upstream:
    member = scope.members[edge.upstream]
    return Upstream(
        scope.names[edge.upstream],
        edge,
        is_daemon=isinstance(member, Unit) and member.kind == "service",
        may_skip=may_skip(member.start),
    )


def _limits(group: Group, build: Build, *, is_entry: bool) -> dict[str, Any]:
    limits = group.limits or Limits(group.span)
    if is_entry:
        return retry_strategy(limits, build)
    if limits.timeout is not None and not ends_with_whole(limits.timeout, build):
        tell("dag.termination.timeout", "`termination.timeout` of a dag", limits.span, build.report)
    if has_own_ttl(limits, build):
        tell("dag.termination.ttl", "`termination.ttl` of a dag", limits.span, build.report)
    return retry_strategy(limits, build)
