"""Turns a plan into one Python file with a DAG of Airflow."""

from __future__ import annotations

from pxc.contracts import Made, OutFile
from pxc.diagnostics import Report
from pxc.ir.node import Template, replace
from pxc.ir.plan import Group, Plan, Unit
from pxc.source import head_of
from pxc.targets._joined import gathered_from
from pxc.targets._names import dns_label
from pxc.targets._searching import goes_in_rounds
from pxc.targets.airflow.approval import APPROVAL
from pxc.targets.airflow.around import surrounded
from pxc.targets.airflow.assets import refuse_events
from pxc.targets.airflow.build import Build, Draft, ResourceDraft
from pxc.targets.airflow.computing import computed, expression_of
from pxc.targets.airflow.dag_file import dag_file
from pxc.targets.airflow.features import tell, tell_demand
from pxc.targets.airflow.flow import Flow, flow_of
from pxc.targets.airflow.joins import GATHERS, JoinScope, join_arguments, with_joins
from pxc.targets.airflow.mapped import mapped_draft
from pxc.targets.airflow.naming import Naming
from pxc.targets.airflow.pod_operator import pod_draft
from pxc.targets.airflow.scope import Asked, Scope
from pxc.targets.airflow.searches import rounds_draft, tell_of_rules
from pxc.targets.airflow.stopping import fails_fast, with_endings
from pxc.targets.airflow.unrolled import CELL, CELLS, unrolled
from pxc.world import World

__all__ = ["emit"]

_FILE_LIMIT = 200


def emit(plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
    """One file `<name>.py`; none when anything was refused.

    Faults: PXC701, PXC702 for what Airflow has no word for, PXC703 for run-time values.
    """
    for demand in plan.demands:
        if demand.feature == "events" and not demand.owner:
            continue  # each is told by itself
        tell_demand(demand, report)
    if world.options.runtime.polyaxon:
        tell("polyaxon.profile", "the runtime profile `polyaxon`", head_of(plan.span), report)
    if world.options.earlier is not None:
        from pxc.targets.airflow.earlier import named_apart

        plan = named_apart(plan, report)
    if report.has_errors:
        return ()
    build = Build(plan, world, report, Asked(plan.params))
    refuse_events(build)
    flow = None
    group = _group_of(plan, build)
    if report.has_errors:
        return ()
    if group is not None:
        flow = flow_of(group)
        build.fails_fast = fails_fast(flow, report)
        _drafts(flow, "", None, build)
    else:
        scope = Scope(None, {}, None, build.asked)
        for unit in plan.units:
            _draft(unit, unit.name, scope, build)
    if report.has_errors or not build.drafts:
        return ()
    text = dag_file(build, flow)
    if report.has_errors:
        return ()
    path = f"{dns_label(plan.name, _FILE_LIMIT)}.py"
    subject = plan.group if plan.group is not None else plan.units[0]
    return (OutFile(path, text, (Made("DAG", "", plan.name, subject.span),)),)


def _group_of(plan: Plan, build: Build) -> Group | None:
    """What the tasks of the file are made of; None for a run that is one task."""
    if plan.group is not None:
        group = with_joins(with_endings(plan.group, build.report))
        group = unrolled(group, build.world.language, build.report)
        plan = replace(plan, group=group)
    found = surrounded(plan, build.world.options.airflow.release, build.report)
    if found is None and any(map(goes_in_rounds, plan.units)):
        return Group(plan.span, plan.name, "dag", plan.units)
    return found


def _tell_gate(member: Unit | Group, report: Report) -> None:
    """PXC706 for a member whose start no rule of Airflow says."""
    report.add(
        "PXC706",
        f"no trigger rule of Airflow starts `{member.name}` as it should start,"
        " so a task before it decides",
        head_of(member.start.span if member.start is not None else member.span),
        help=f"nothing is to be done: `{member.name}.gate` asks what each operation before came to",
    )


def _drafts(flow: Flow, path: str, around: Scope | None, build: Build) -> None:
    """The pods of a group and of the groups inside of it."""
    group, report = flow.group, build.report
    for member in group.members:
        if member.name in flow.gates and member.name not in flow.hooks:
            _tell_gate(member, report)
    is_inner = around is not None or group.kind == CELL
    if is_inner and group.concurrency:
        tell("dag.concurrency", "`concurrency` of an inner dag", head_of(group.span), report)
    if around is not None and group.limits is not None and group.limits.timeout is not None:
        tell("dag.termination.timeout", "termination.timeout", group.limits.span, report)
    if group.limits is not None and group.limits.ttl is not None:
        tell("dag.termination.ttl", "termination.ttl", group.limits.span, report)
    if group.search is not None:
        tell("search.dag", "`matrix` around a dag", group.search.span, report)
    ids = {each.name: f"{path}{each.name}" for each in group.members}
    naming = Naming(flow, path.removesuffix("."), {})
    scope = Scope(group, ids, around, build.asked, naming.status)
    if group.kind == CELLS and around is not None:
        scope = around
    gathered = gathered_from(group)
    for member in group.members:
        own = JoinScope(scope, member) if member.joins and member.kind != GATHERS else scope
        start = member.start
        if start is not None and isinstance(start.condition, Template):
            _condition(start.condition, member, ids[member.name], own, build)
        if isinstance(member, Group):
            inner = flow.inner[member.name]
            if flow.is_spread(member.name):
                _drafts(inner, path, None, build)
            else:
                _drafts(inner, f"{ids[member.name]}.", own, build)
        elif member.kind == GATHERS:
            _gather(member, ids[member.name], scope, build)
        elif member.kind != APPROVAL:
            _draft(member, ids[member.name], own, build, gathered.get(member.name))


def _condition(
    template: Template, member: Unit | Group, task_id: str, scope: Scope, build: Build
) -> None:
    expr = expression_of(template, build.report)
    inputs = member.inputs
    made = expr and computed(expr, scope, inputs, build.report, truth=True)
    if made:
        name = build.functions.add(f"{member.name}_condition", made)
        build.conditions[task_id] = (name, made.given)


def _gather(task: Unit, task_id: str, scope: Scope, build: Build) -> None:
    arguments = join_arguments(task, task_id, scope, build)
    if arguments is not None:
        build.joins[task_id] = arguments


def _draft(
    unit: Unit, task_id: str, scope: Scope, build: Build, asked: frozenset[str] | None = None
) -> None:
    """The pod of a unit; `asked` are outputs that joins look at, where there are joins."""
    place = head_of(unit.runtime.span if unit.runtime is not None else unit.span)
    if not tell(f"run.{unit.kind}", f"run.kind: {unit.kind}", place, build.report):
        return
    if unit.cache is not None:
        tell("cache", "cache", head_of(unit.cache.span), build.report)
    limits = unit.limits
    if limits.ttl is not None:
        tell("dag.termination.ttl", "termination.ttl", limits.span, build.report)
    if unit.sweep is not None:
        tell(f"matrix.{unit.sweep.kind}", "matrix", unit.sweep.span, build.report)
        if not goes_in_rounds(unit):
            tell_of_rules(unit.sweep.stopping, "matrix", "matrix.rounds", build.report, True)
    if goes_in_rounds(unit):
        rounds = rounds_draft(unit, task_id, scope, asked, build)
        if rounds is not None:
            build.rounds[task_id] = rounds
            build.drafts[task_id] = rounds.draft
        return
    build.asked.outputs.setdefault(task_id, {}).update(dict.fromkeys(sorted(asked or ())))
    draft: Draft | ResourceDraft | None
    if unit.runtime is not None:
        from pxc.targets.airflow.resource import mapped_resource, resource_draft

        of_resource = resource_draft if unit.sweep is None else mapped_resource
        draft = of_resource(unit, task_id, scope, build)
    else:
        of_pod = pod_draft if unit.sweep is None else mapped_draft
        draft = of_pod(unit, task_id, scope, build)
    if draft is not None:
        build.drafts[task_id] = draft
