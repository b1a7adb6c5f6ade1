"""Turns a unit of several roles into the call of the operator that runs it as a resource.

Its controller in the cluster starts and restarts the pods, and keeps the deadline. The resource
is the one that the target kubernetes writes, with a name for each try of each run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace as changed

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.node import replace
from pxc.ir.plan import Limits, Unit
from pxc.ir.sweep import cells
from pxc.source import head_of
from pxc.targets._cells import Cells
from pxc.targets._collected import untold
from pxc.targets._data import Place, refuse_computed
from pxc.targets._endless import never_ends
from pxc.targets._names import dns_label
from pxc.targets._outputs import told_outputs
from pxc.targets._resources import ending_of, is_number, refuse_number
from pxc.targets._searching import goes_in_rounds
from pxc.targets.airflow.build import Build, ResourceDraft
from pxc.targets.airflow.differences import differences
from pxc.targets.airflow.features import tell
from pxc.targets.airflow.jinja import expression, has_expression, rendered
from pxc.targets.airflow.mapped import INDEX, MOST_BUILT, PARAMS, can_be_listed, params_of
from pxc.targets.airflow.reader import RUN, reader_of, reading
from pxc.targets.airflow.run_time import AirflowRunTime
from pxc.targets.airflow.scope import RUN_UUID, Scope
from pxc.targets.kubernetes.distributed import LONGEST_NAME, EngineRun, engine_objects

__all__ = ["mapped_resource", "operator_of_resource", "resource_arguments", "resource_draft"]

_HASH = 10
_TRIES = 4
"""The characters of the number of a try, with its dash."""

_BESIDE = frozenset(("Service", "DaskAutoscaler"))
"""What is created with the resource that is waited for."""

_YAML = ("runtimeEnv",)
"""Fields that are YAML within a text, where a value that comes with the run could say anything."""


class _ResourceRunTime(AirflowRunTime):
    """Run-time values of a unit whose pods an operator makes."""

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """Text with a variable or an expression; PXC703 where neither can stand."""
        if is_number(place.field):
            refuse_number(ref.path, place.field, ref.span, report)
            return None
        if place.field.startswith(_YAML):
            report.add(
                "PXC703",
                f"`{ref.path}` is known only when the run exists and cannot stand in"
                f" `{place.field}`",
                ref.span,
                help="give it to the containers by `env`",
            )
            return None
        return super().text(ref, place, report)

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """The call of a function of the file; PXC703 where its result cannot stand."""
        if is_number(place.field) or place.field.startswith(_YAML):
            refuse_computed(expr.span, report)
            return None
        return super().computed(expr, place, report)


def resource_draft(unit: Unit, task_id: str, scope: Scope, build: Build) -> ResourceDraft | None:
    """The resource of a unit and what is created beside it; None after PXC701."""
    if never_ends(unit):
        place = head_of(unit.runtime.span if unit.runtime is not None else unit.span)
        tell("distributed.endless", f"`run.kind: {unit.kind}` that never ends", place, build.report)
        return None
    limits, retries, deadline = _limits(unit, build)
    namespace = unit.namespace or build.world.options.namespace
    made = engine_objects(
        replace(build.plan, source="-"),
        replace(unit, description=None, limits=limits),
        EngineRun(
            _ResourceRunTime(unit, scope, build.functions, namespace), _name(unit), {}, False
        ),
        changed(build.world.options, name_policy="content"),
        build.report,
    )
    if made is None or build.report.has_errors:
        return None
    for member in made.gang.members:
        known = {k: v for k, v in member.metadata.labels.items() if not has_expression(v)}
        changed(member.metadata, labels=known).check(build.report)
    for each in made.objects:
        each["metadata"]["labels"][RUN] = unit.own_uuid or expression(scope.run())
    first, *beside = sorted(made.objects, key=lambda each: each["kind"] in _BESIDE)
    if deadline is not None:
        _end_driver(first, deadline)
    reader = reader_of(made, unit, build)
    return ResourceDraft(unit, task_id, first, beside, retries, deadline, reader)


def _name(unit: Unit) -> str:
    """A name for each try of each task: what an earlier one left may still be on its way out.

    It is made of the task's own identity: a run of a later rung may have that of another one.
    """
    base = dns_label(unit.name, LONGEST_NAME - _HASH - 1 - _TRIES, letter_first=True)
    run, number = expression(f"{RUN_UUID}(ti)[:{_HASH}]"), expression("ti.try_number")
    return f"{base}-{run}-{number}"


def _limits(unit: Unit, build: Build) -> tuple[Limits, int, int | None]:
    """The limits that the resource keeps to itself, and what Airflow keeps: retries, a deadline.

    A resource outlives the task that looks at it where Airflow ends that. So one without a deadline
    gets that of the outermost dag.
    """
    limits, group = unit.limits, build.plan.group
    timeout, retries = limits.timeout, limits.max_retries
    outer = group.limits.timeout if group is not None and group.limits is not None else None
    timeout = outer if timeout is None else timeout
    kept = replace(limits, ttl=None, timeout=timeout, max_retries=retries)
    if unit.kind == "spark":
        return replace(kept, timeout=None), 0, timeout
    if unit.kind == "daskjob":
        return replace(kept, max_retries=None), retries or 0, None
    return kept, 0, None


def _end_driver(application: dict[str, Any], deadline: int) -> None:
    """Let the cluster end the driver of an application, too, at which no task looks any more.

    Its time begins later than that of the application, which the task minds.
    """
    application["spec"]["driver"]["template"]["spec"]["activeDeadlineSeconds"] = deadline


def mapped_resource(unit: Unit, task_id: str, scope: Scope, build: Build) -> ResourceDraft | None:
    """The resources of the cells of a unit; None after PXC701."""
    sweep = unit.sweep
    assert sweep is not None
    if not can_be_listed(sweep, MOST_BUILT, build.report):
        return None
    filler = Cells(sweep, build.world.language, build.report)
    found = []
    in_rounds = goes_in_rounds(unit)
    for number, (cell, params) in enumerate(zip(cells(sweep), params_of(sweep), strict=True)):
        draft = resource_draft(filler.unit(unit, cell), task_id, scope, build)
        if draft is None or build.report.has_errors:
            return None
        told = {INDEX: str(number)} if in_rounds else {}
        about = draft.resource["metadata"]
        about["annotations"] = about.get("annotations", {}) | told | {PARAMS: params}
        found.append(draft)
    return changed(
        found[0],
        unit=replace(found[0].unit, sweep=sweep),
        each=found,
        params=list(params_of(sweep)),
    )


def resource_arguments(
    draft: ResourceDraft, build: Build
) -> tuple[list[tuple[str, Any]], list[dict[str, Any]]]:
    """The arguments of the operator, and those of each cell; of a run alone there are none.

    Every text of the resource is one that Airflow renders. PXC701 for outputs that another task
    reads where nobody can read them.
    """
    outputs = _outputs(draft, build)
    if not draft.each:
        return _arguments(draft, outputs), []
    found = [dict(_arguments(each, outputs)) for each in draft.each]
    changes = differences([each.resource for each in draft.each])
    for own, own_changes in zip(found, changes, strict=True):
        own[_said_as(draft)] = found[0][_said_as(draft)]
        own["changes"] = rendered(own_changes)
    common = [
        (key, value)
        for key, value in found[0].items()
        if all(each.get(key) == value for each in found)
    ]
    known = {key for key, _ in common}
    return common, [{k: each[k] for k in each if k not in known} for each in found]


def operator_of_resource(draft: ResourceDraft, said: Sequence[tuple[str, Any]]) -> str:
    """The operator that runs a resource, of these arguments."""
    if _is_spark(draft):
        return "SparkOperator"
    has_outputs = any(key == "outputs" for key, _ in said)
    return "ResourceOutputsOperator" if has_outputs else "ResourceOperator"


def _is_spark(draft: ResourceDraft) -> bool:
    """Whether Airflow's own operator of Spark makes the resource, which knows how that ends."""
    return draft.unit.kind == "spark"


def _said_as(draft: ResourceDraft) -> str:
    return "template_spec" if _is_spark(draft) else "resource"


def _arguments(draft: ResourceDraft, outputs: list[str]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [(_said_as(draft), rendered(draft.resource))]
    if not _is_spark(draft):
        ending = ending_of(draft.resource)
        for key, signs in (("succeeded", ending.succeeded), ("failed", ending.failed)):
            found.append((key, {path: list(words) for path, words in signs}))
    if draft.beside:
        found.append(("beside", rendered(draft.beside)))
    if outputs:
        assert draft.reader is not None
        found += [("reader", rendered(reading(draft.reader, outputs))), ("outputs", outputs)]
    if draft.deadline is not None:
        found.append(("deadline", draft.deadline))
    if draft.unit.description:
        found.append(("doc_md", draft.unit.description))
    if draft.retries:
        found.append(("retries", draft.retries))
    return found


def _outputs(draft: ResourceDraft, build: Build) -> list[str]:
    """The names of the outputs that a run leaves for others; PXC701 for those that it cannot."""
    asked, unit = build.asked.outputs.get(draft.task_id, {}), draft.unit
    if draft.reader is not None:
        return told_outputs(unit, asked)
    if asked:
        place = head_of(unit.runtime.span if unit.runtime is not None else unit.span)
        what = f"`outputs.{next(iter(asked))}` of `{unit.name}`"
        tell(untold(unit), what, place, build.report)
    return []
