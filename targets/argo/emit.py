"""Turns a plan into an object of Argo Workflows and the ConfigMaps beside it, in one file."""

from __future__ import annotations

from typing import Any

from pxc.contracts import OutFile
from pxc.diagnostics import Note, Report
from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.plan import Group, Plan, Unit
from pxc.options import Options
from pxc.source import head_of
from pxc.targets._data import refuse_computed
from pxc.targets._endless import never_ends
from pxc.targets._metadata import Metadata
from pxc.targets._objects import as_text, config_map, written
from pxc.targets.argo.build import Build
from pxc.targets.argo.dag_template import group_template, unit_template
from pxc.targets.argo.display import display_names
from pxc.targets.argo.events import refuse_events
from pxc.targets.argo.features import tell, tell_demand
from pxc.targets.argo.gang_dag import write_manifests
from pxc.targets.argo.leaf import finish_leaf
from pxc.targets.argo.operations import check_namespaces
from pxc.targets.argo.run_time import refuse
from pxc.targets.argo.scope import WORKFLOW_RUN
from pxc.targets.argo.share import share
from pxc.targets.argo.size import check_counts, check_size
from pxc.targets.argo.split import split
from pxc.targets.argo.surround import surrounded
from pxc.targets.argo.tags import finished, tag
from pxc.targets.argo.task_names import task_names
from pxc.targets.argo.workflow import part_objects, timeout_of, workflow_objects
from pxc.world import World

__all__ = ["emit"]

_SHOWN = 4


def emit(plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
    """One file `<name>.yaml` with every object; none when anything was refused.

    Faults: PXC701, PXC702 for what Argo has no field for, PXC703 for run-time values, PXC710 for
    two objects of one name, PXC104, PXC116, PXC208 for values it refuses.
    """
    [unit] = plan.units or [None]
    if unit is not None and never_ends(unit) and unit.sweep is None:
        from pxc.targets.kubernetes.emit import emit as emit_objects

        return emit_objects(plan, world, report)  # what stands alone and never ends
    for demand in plan.demands:
        if demand.feature == "events" and not demand.owner:
            continue  # each is told by itself
        tell_demand(demand, report)
    if world.options.runtime.polyaxon:
        tell("polyaxon.profile", "the runtime profile `polyaxon`", head_of(plan.span), report)
    if world.options.earlier is not None:
        _tell_of_earlier(plan, world.options, report)
    subject = plan.group if plan.group is not None else next(iter(plan.units), None)
    if subject is None or report.has_errors:
        return ()
    build = Build(plan, world, report)
    refuse_events(build)
    if plan.group is not None:
        check_namespaces(plan.group, build)
    subject = surrounded(subject)
    found = _objects(subject, build)
    if report.has_errors:
        return ()
    return written(plan.name, [(as_text(each), subject.span) for each in found], report)


def _tell_of_earlier(plan: Plan, options: Options, report: Report) -> None:
    from pxc.targets._earlier import ARGO, check_earlier, check_name

    earlier = check_earlier(plan, ARGO, report)
    if earlier is None:
        return
    if options.argo.kind != "workflow":
        report.add(
            "PXC701",
            "what is submitted again and again begins from no earlier run",
            earlier.span,
            help="compile it `--as workflow`",
        )
    elif options.name_policy == "pinned":
        check_name(plan, earlier, "Workflow", report)


def _objects(subject: Unit | Group, build: Build) -> list[dict[str, Any]]:
    """ConfigMaps, then what mounts them; nothing when a template was refused."""
    wanted = task_names([subject.name])[subject.name]
    called = (
        group_template(subject, wanted, build, is_entry=True)
        if isinstance(subject, Group)
        else unit_template(subject, wanted, build)
    )
    if called is None:
        return []
    for each in build.leaves:
        finish_leaf(each, build)
    _tell_commands(build)
    share(build)
    display_names(build)
    write_manifests(build)
    if build.report.has_errors:
        return []
    entry: dict[str, Any] = next(t for t in build.templates if t["name"] == called.name)
    for each in entry.get("inputs", {}).get("parameters", ()):
        if each["name"] in called.needs.values:
            _refuse_later(called.needs.values[each["name"]], build.report)
        each.setdefault("value", subject.own_uuid or tag(WORKFLOW_RUN))
    split(entry, timeout_of(subject), subject.span, build)
    check_counts(build.templates, subject.span, build.world.options.argo.version, build.report)
    build.templates[:] = finished(build.templates)
    objects, metadata = workflow_objects(subject, called.name, build)
    parts = part_objects(subject, metadata, build)
    for found in (*parts, *objects):
        check_size(found, subject.span, build.report)
    return [*_config_maps(build, metadata), *parts, *objects]


def _refuse_later(expr: Expr, report: Report) -> None:
    """PXC703 for a value that nobody beside or around the run can give."""
    if isinstance(expr, RunTimeRef):
        refuse(expr, report)
    else:
        refuse_computed(expr.span, report)


def _config_maps(build: Build, metadata: Metadata) -> list[dict[str, Any]]:
    return [config_map(name, data, metadata) for name, data in build.config_maps.items()]


def _tell_commands(build: Build) -> None:
    """PXC704 for containers whose command Argo has to look up, all at once."""
    (span, first), *others = build.without_command.items() or [(build.plan.span, "")]
    if not first:
        return
    notes = tuple(Note(f"and the container of `{name}`", place) for place, name in others)
    hidden = len(notes) - _SHOWN
    what = f"the container of `{first}` has" if not others else f"{len(others) + 1} containers have"
    build.report.add(
        "PXC704",
        f"{what} no `command`, so Argo looks it up in the registry of the image",
        span,
        notes=notes[:_SHOWN],
        help="write the entrypoint of the image as `command`: Argo's controller and executor may"
        " have no access to the registry" + (f" ({hidden} more containers)" if hidden > 0 else ""),
    )
