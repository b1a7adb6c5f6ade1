"""Turns a plan into one Python file with a DAG of Airflow."""

from __future__ import annotations

from pxc.contracts import Made, OutFile
from pxc.diagnostics import Report
from pxc.ir.node import Template
from pxc.ir.plan import Group, Plan, Unit
from pxc.source import head_of
from pxc.targets._names import dns_label
from pxc.targets.airflow.approval import APPROVAL
from pxc.targets.airflow.around import surrounded
from pxc.targets.airflow.build import Build
from pxc.targets.airflow.computing import computed, expression_of
from pxc.targets.airflow.dag_file import dag_file
from pxc.targets.airflow.features import tell
from pxc.targets.airflow.flow import Flow, flow_of
from pxc.targets.airflow.naming import Naming
from pxc.targets.airflow.pod_operator import pod_draft
from pxc.targets.airflow.scope import Asked, Scope
from pxc.world import World

__all__ = ["emit"]

_FILE_LIMIT = 200


def emit(plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
    """One file `<name>.py`; none when anything was refused.

    Faults: PXC701, PXC702 for what Airflow has no word for, PXC703 for run-time values.
    """
    for demand in plan.demands:
        tell(
            demand.feature,
            demand.what,
            demand.span,
            report,
            optional=demand.optional,
            instead=demand.instead,
        )
    if world.options.runtime.polyaxon:
        tell("polyaxon.profile", "the runtime profile `polyaxon`", head_of(plan.span), report)
    if report.has_errors:
        return ()
    build = Build(plan, world, report, Asked())
    flow = None
    group = surrounded(plan, world.options.airflow.release, report)
    if group is not None:
        flow = flow_of(group)
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


def _drafts(flow: Flow, path: str, around: Scope | None, build: Build) -> None:
    """The pods of a group and of the groups inside of it."""
    group, report = flow.group, build.report
    if group.stopping:
        tell("dag.earlyStopping", "earlyStopping", group.stopping[0].span, report)
    if around is not None and group.concurrency:
        tell("dag.concurrency", "`concurrency` of an inner dag", head_of(group.span), report)
    if around is not None and group.limits is not None and group.limits.timeout is not None:
        tell("dag.termination.timeout", "termination.timeout", group.limits.span, report)
    if group.limits is not None and group.limits.ttl is not None:
        tell("dag.termination.ttl", "termination.ttl", group.limits.span, report)
    _tell_loops(group, report)
    for edge in group.edges:
        if edge.events:
            tell("events", "events", edge.span, report)
    ids = {each.name: f"{path}{each.name}" for each in group.members}
    naming = Naming(flow, path.removesuffix("."), {})
    scope = Scope(group, ids, around, build.asked, naming.status)
    for member in group.members:
        start = member.start
        if start is not None and isinstance(start.condition, Template):
            _condition(start.condition, member, ids[member.name], scope, build)
        if isinstance(member, Group):
            inner = flow.inner[member.name]
            if flow.is_spread(member.name):
                _drafts(inner, path, None, build)
            else:
                _drafts(inner, f"{ids[member.name]}.", scope, build)
        elif member.kind != APPROVAL:
            _draft(member, ids[member.name], scope, build)


def _condition(
    template: Template, member: Unit | Group, task_id: str, scope: Scope, build: Build
) -> None:
    expr = expression_of(template, build.report)
    inputs = member.inputs
    made = expr and computed(expr, scope, inputs, build.report, truth=True)
    if made:
        name = build.functions.add(f"{member.name}_condition", made)
        build.conditions[task_id] = (name, made.given)


def _draft(unit: Unit, task_id: str, scope: Scope, build: Build) -> None:
    place = head_of(unit.runtime.span if unit.runtime is not None else unit.span)
    if not tell(f"run.{unit.kind}", f"run.kind: {unit.kind}", place, build.report):
        return
    _tell_loops(unit, build.report)
    if unit.cache is not None:
        tell("cache", "cache", head_of(unit.cache.span), build.report)
    limits = unit.limits
    if limits.ttl is not None:
        tell("dag.termination.ttl", "termination.ttl", limits.span, build.report)
    if unit.runtime is None:
        build.drafts[task_id] = pod_draft(unit, task_id, scope, build)
        return
    from pxc.targets.airflow.resource import resource_draft

    made = resource_draft(unit, task_id, scope, build)
    if made is not None:
        build.drafts[task_id] = made


def _tell_loops(member: Unit | Group, report: Report) -> None:
    if member.sweep is not None:
        tell("matrix.all", "matrix", member.sweep.span, report)
    if member.search is not None:
        tell("search.all", "matrix", member.search.span, report)
