"""Turns a plan into the Kubernetes objects of its units, in one file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pxc.contracts import OutFile
from pxc.diagnostics import Report
from pxc.ir.asked import asked
from pxc.ir.plan import Group, Plan, Timetable, Unit
from pxc.options import Options
from pxc.source import Span, head_of
from pxc.targets._data import Values
from pxc.targets._metadata import Metadata
from pxc.targets._names import dns_label, run_name
from pxc.targets._objects import Written, as_text, written
from pxc.targets._pod import PodParts
from pxc.targets.kubernetes.features import feature_of, met_by_option, tell, tell_demand
from pxc.targets.kubernetes.job import job_spec
from pxc.targets.kubernetes.unit_parts import INSTANCE, config_maps, run_uuid, unit_parts
from pxc.world import World

__all__ = ["emit"]

# Names leave room for what controllers add: `-xxxxx` to the pods of a Job, eleven characters to
# the Jobs of a CronJob, a template hash and `-xxxxx` to the pods of a Deployment. A generated name
# is cut at 58 characters by the API server.
_JOB_LIMIT = 57
_CRON_JOB_LIMIT = 52
_SERVICE_LIMIT = 46


def emit(plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
    """One file `<name>.yaml` with every object; none when anything was refused.

    Faults: PXC701, PXC702 for what Kubernetes has no field for, PXC703 for run-time values,
    PXC710 for two objects of one name, PXC104, PXC116, PXC118, PXC208 for values it refuses.
    """
    _tell_demands(plan, world.options, report)
    if plan.group is not None or any(u.search or u.sweep or u.joins for u in plan.units):
        from pxc.targets.kubernetes.searches import tell_searches

        tell_searches(plan, report)
    if world.options.runtime.polyaxon:
        _tell_of_the_server(plan, report)
    if world.options.earlier is not None:
        _tell_of_earlier(plan, world.options, report)
    found = (
        _of_units(plan, plan.units, world, report)
        if plan.group is None
        else _of_group(plan, plan.group, world, report)
    )
    return () if found is None else written(plan.name, found, report)


def _of_units(
    plan: Plan, units: Iterable[Unit], world: World, report: Report
) -> list[tuple[Written, Span]] | None:
    if report.has_errors:
        return None
    return [(each, unit.span) for unit in units for each in _made(plan, unit, world, report)]


def _of_group(
    plan: Plan, group: Group, world: World, report: Report
) -> list[tuple[Written, Span]] | None:
    """The objects of units that stand alone, or of one set of all."""
    from pxc.targets.kubernetes.group import lay_out, set_objects, units_alone

    flat = lay_out(group, report)
    if report.has_errors:
        return None
    units = units_alone(group, flat)
    if units or not flat:
        return _of_units(plan, units, world, report)
    made = set_objects(plan, group, flat, world, report)
    return [(as_text(data), group.span) for data in made]


def _made(plan: Plan, unit: Unit, world: World, report: Report) -> Iterable[Written]:
    """The objects of one unit, once for every cell where it has a sweep."""

    def objects(unit: Unit, indexed: bool) -> list[dict[str, Any]]:
        return _objects(plan, unit, world, report, indexed=indexed)

    if unit.sweep is not None and world.options.runtime.polyaxon:
        tell("polyaxon.matrix", "`matrix` under the profile `polyaxon`", unit.sweep.span, report)
        return ()
    if unit.sweep is not None:
        from pxc.targets.kubernetes.matrix import sweep_texts

        return sweep_texts(plan, unit, objects, world, report)
    return map(as_text, objects(unit, False))


def _tell_demands(plan: Plan, options: Options, report: Report) -> None:
    for demand in asked(plan):
        if met_by_option(demand.feature, options):
            continue
        tell_demand(demand, report)


def _tell_of_the_server(plan: Plan, report: Report) -> None:
    row = feature_of("polyaxon.run")
    assert row is not None
    report.add(
        "PXC702",
        "nothing creates the run on Polyaxon's server",
        head_of(plan.span),
        help=row.reason,
    )


def _tell_of_earlier(plan: Plan, options: Options, report: Report) -> None:
    from pxc.targets._earlier import KUBERNETES, POLYAXON, check_earlier, check_name

    form = POLYAXON if options.runtime.polyaxon else KUBERNETES
    earlier = check_earlier(plan, form, report)
    services = any(unit.kind == "service" for unit in plan.units)
    if earlier is not None and options.name_policy == "pinned" and not services:
        check_name(plan, earlier, "Job" if plan.units else "pipeline", report)


def _objects(
    plan: Plan, unit: Unit, world: World, report: Report, *, indexed: bool = False
) -> list[dict[str, Any]]:
    """The objects of one unit; `indexed` tells that each pod of its Job is a run of its own."""
    kind = f"run.{unit.kind}"
    place = head_of(unit.runtime.span if unit.runtime is not None else unit.span)
    if not tell(kind, f"run.kind: {unit.kind}", place, report):
        return []
    if unit.runtime is not None:
        from pxc.targets.kubernetes.distributed import distributed_objects

        return distributed_objects(plan, unit, world.options, report)
    is_service = unit.kind == "service"
    uuid = run_uuid(plan, unit, world.options) if is_service else None
    parts = unit_parts(plan, unit, world, report, uuid=uuid, indexed=indexed)
    pod, metadata, values = parts.pod, parts.metadata, parts.values
    if world.options.queue_as == "none":
        _tell_queue(plan, unit, report)
    if is_service:
        found = _service(unit, pod, metadata, values, plan, world.options)
    elif plan.timetable is not None:
        found = [_cron_job(unit, pod, metadata, values, plan.timetable, world)]
    else:
        found = [_job(unit, pod, metadata, values, world.options)]
    metadata.check(report)
    if unit.queue is not None:
        from pxc.targets.kubernetes.queue import join_objects

        join_objects(found, unit, world.options, report)
    return [*config_maps(pod, metadata), *found]


def _job(
    unit: Unit, pod: PodParts, metadata: Metadata, values: Values, options: Options
) -> dict[str, Any]:
    spec = job_spec(unit, pod, metadata.of_pod(), values)
    content = unit.identity, _canonical(spec["template"])
    name = run_name(unit.name, _JOB_LIMIT, options, *content)
    generate = options.name_policy == "generate"
    if not generate:
        metadata.own[INSTANCE] = name
        spec["template"]["metadata"] = metadata.of_pod()
    about = metadata.of_object(name, generate=generate)
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": about, "spec": spec}


def _canonical(template: dict[str, Any]) -> str:
    """The pod template as text for the hash.

    A Job's template can never change, so each template needs a name of its own, also when two
    releases of the compiler write the same operation differently.
    """
    import json

    return json.dumps(template, sort_keys=True)


def _cron_job(
    unit: Unit,
    pod: PodParts,
    metadata: Metadata,
    values: Values,
    timetable: Timetable,
    world: World,
) -> dict[str, Any]:
    from pxc.targets.kubernetes.cron_job import cron_job_spec

    name = dns_label(unit.name, _CRON_JOB_LIMIT)
    metadata.own[INSTANCE] = name
    job = job_spec(unit, pod, metadata.of_pod(), values)
    spec = cron_job_spec(timetable, job, metadata.of_job(), world, values.report)
    about = metadata.of_object(name)
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": about, "spec": spec}


def _service(
    unit: Unit, pod: PodParts, metadata: Metadata, values: Values, plan: Plan, options: Options
) -> list[dict[str, Any]]:
    from pxc.targets.kubernetes.service import service_objects

    if plan.timetable is not None:
        span = plan.timetable.span
        tell("service.schedule", "`schedule` of a service", span, values.report)
    name = dns_label(unit.name, _SERVICE_LIMIT, letter_first=True)
    metadata.own[INSTANCE] = name
    return service_objects(unit, pod, name, metadata, values, options)


def _tell_queue(plan: Plan, unit: Unit, report: Report) -> None:
    """A queue that no demand of the plan tells of."""
    if unit.queue and not any(demand.feature == "queue" for demand in plan.demands):
        tell("queue", "queue", unit.span, report)
