"""Turns a group of a plan into the objects of its units: Jobs side by side, or one JobSet."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.plan import Group, Plan, Unit
from pxc.targets.kubernetes.engine_needs import check_engine_needs
from pxc.targets.kubernetes.flat_group import FlatUnit, flat_units, is_skipped
from pxc.targets.kubernetes.job_set import job_set
from pxc.targets.kubernetes.queue import join_set
from pxc.targets.kubernetes.unit_parts import config_maps, unit_parts
from pxc.world import World

__all__ = ["lay_out", "set_objects", "units_alone"]


def lay_out(group: Group, report: Report) -> list[FlatUnit]:
    """The units of a group, each with those it waits for.

    PXC701 where the edges ask for more than order, PXC702 for members whose conditions are known to
    be false: they are left out.
    """
    _tell_skipped(group, report)
    flat = flat_units(group)
    check_engine_needs(group, flat, report)
    return flat


def units_alone(group: Group, flat: list[FlatUnit]) -> tuple[Unit, ...]:
    """The units as runs of their own, where none waits for another; else none of them."""
    if any(each.upstreams for each in flat):
        return ()
    return tuple(_alone(group, each) for each in flat)


def _alone(group: Group, each: FlatUnit) -> Unit:
    """A unit under the name, the tags and, where it has none, the description of its group."""
    return replace(
        each.unit,
        name=f"{group.name}-{each.name}",
        description=each.unit.description or group.description,
        tags=tuple(dict.fromkeys((*group.tags, *each.unit.tags))),
    )


def set_objects(
    plan: Plan, group: Group, flat: list[FlatUnit], world: World, report: Report
) -> list[dict[str, Any]]:
    """The JobSet of units that wait for each other, after the ConfigMaps that they mount.

    PXC701 for a schedule, and what `job_set` reports. A ConfigMap is named by its content, so of
    two with one name one will do.
    """
    if plan.timetable is not None:
        report.add(
            "PXC701",
            "a `schedule` of operations that wait for each other cannot be said in the kubernetes"
            " target",
            plan.timetable.span,
            help="a CronJob starts one job: leave the schedule out and apply the JobSet when it"
            " shall run, or compile for an engine, with `pxc compile -t argo`",
        )
    units = [
        (each, unit_parts(plan, replace(each.unit, name=each.name), world, report)) for each in flat
    ]
    found = job_set(plan, group, units, world.options, report)
    for _, parts in units:
        parts.metadata.check(report)
    join_set(found, [each.unit for each in flat], world.options, report)
    maps = (each for _, parts in units for each in config_maps(parts.pod, parts.metadata))
    return [*{each["metadata"]["name"]: each for each in maps}.values(), found]


def _tell_skipped(group: Group, report: Report, prefix: str = "") -> None:
    for member in group.members:
        start, name = member.start, f"{prefix}{member.name}"
        if start is not None and start.condition is not None and is_skipped(start):
            report.add(
                "PXC702",
                f"the `conditions` of `{name}` are false, so it is left out",
                start.condition.span,
                help="give params that make them true, or leave `conditions` out",
            )
        elif isinstance(member, Group):
            _tell_skipped(member, report, f"{name}-")
