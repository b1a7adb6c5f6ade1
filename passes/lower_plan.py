"""Lowers the composed operation to the Plan: units a target can emit, and demands it must meet."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.plan import Event, Group, Plan, Timetable, Unit
from pxc.ir.program import Program
from pxc.ir.spec import Operation, Schedule
from pxc.passes.conditions import check_filled_in, conditions_hold
from pxc.passes.demands import section_demands
from pxc.passes.lowering import Lowering, known, truth, whole
from pxc.passes.run_name import run_name
from pxc.world import World


def lower_plan(program: Program, world: World, report: Report) -> Plan:
    """The plan of an evaluated program.

    In: `composed` whose templates hold only run-time references, and so the programs inside. Out:
    at most one unit or one group, the timetable, and a demand for everything the author asked that
    neither carries. A run whose image is built first is a group of the two. PXC104 for a missing
    container, PXC131 for a template that nobody filled in, PXC317 for conditions that are no
    boolean.
    """
    from pxc.passes.lower_members import carried_sections, lower_member  # a linter lowers nothing
    from pxc.passes.lower_named import lower_named

    composed = program.composed
    assert composed is not None
    assert composed.run is not None
    name = run_name(program)
    demands = list(section_demands(composed, carried=carried_sections(program)))
    check_filled_in(composed.template, report)
    runs = conditions_hold(composed, demands, report)
    lowering = Lowering(program, world, report, demands)
    found = lower_member(name, (), lowering) if runs else None
    if found is not None and program.earlier is not None:
        from pxc.passes.lower_earlier import begun_from

        found = begun_from(found, program.earlier, lowering)
    if found is not None and program.build is not None:
        from pxc.passes.lower_groups import with_build_alone

        found = with_build_alone(found, program.build, lowering)
    return Plan(
        composed.span,
        name,
        (found,) if isinstance(found, Unit) else (),
        group=found if isinstance(found, Group) else None,
        timetable=_timetable(composed.schedule, report),
        events=_events(composed, world),
        demands=tuple({(d.feature, d.span, d.owner): d for d in lowering.demands}.values()),
        owner=world.options.owner,
        project=world.options.project,
        source=program.origin,
        params=program.asked_params,
        named=lower_named(program),
    )


def _events(composed: Operation, world: World) -> tuple[Event, ...]:
    if composed.events is None:
        return ()
    from pxc.passes.lower_events import lower_events

    return lower_events(composed, world)


def _timetable(schedule: Any, report: Report) -> Timetable | None:
    if not isinstance(schedule, Schedule):
        return None
    return Timetable(
        schedule.span,
        schedule.kind,
        cron=known(schedule.cron, "schedule.cron", report),
        frequency=known(schedule.frequency, "schedule.frequency", report),
        start_at=_moment(schedule.start_at, "schedule.startAt", report),
        end_at=_moment(schedule.end_at, "schedule.endAt", report),
        max_runs=whole(schedule.max_runs, "schedule.maxRuns", report),
        depends_on_past=truth(schedule.depends_on_past, "schedule.dependsOnPast", report) is True,
    )


def _moment(node: Any, what: str, report: Report) -> str | None:
    """A time in UTC, as RFC 3339 writes it."""
    text: str | None = known(node, what, report)
    if text is None:
        return None
    from pxc.passes.schedule_times import moment_of

    moment = moment_of(node)
    return text if moment is None else moment.isoformat().replace("+00:00", "Z")
