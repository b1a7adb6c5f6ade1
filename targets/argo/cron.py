"""Turns a timetable into the fields of a CronWorkflow around the workflow that it starts."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Timetable
from pxc.targets._cron import cron_expression, in_numbers, refuse_schedule
from pxc.targets.argo.build import Build

__all__ = ["cron_spec"]

_ENDED = "cronworkflow.succeeded + cronworkflow.failed"
_READER = "a CronWorkflow"


def cron_spec(timetable: Timetable, build: Build) -> dict[str, Any]:
    """`spec` of the CronWorkflow but for what it starts; PXC701 for what it cannot say.

    Times are UTC, as Polyaxon's scheduler reads them. The first and the last moment are conditions
    of each run, their number is counted when they have ended.
    """
    found: dict[str, Any] = {"schedules": [_schedule(timetable, build)], "timezone": "Etc/UTC"}
    if timetable.depends_on_past:
        found["concurrencyPolicy"] = "Forbid"
    start, end, most = timetable.start_at, timetable.end_at, timetable.max_runs or None
    clauses = []
    if start:
        clauses.append(f"now() >= date('{start}')")
    if timetable.kind == "datetime":
        # A cron expression has no year: without an end it would start again the year after.
        clauses.append(f"now() < date('{start}') + duration('24h')")
        most = 1
    elif end:
        clauses.append(f"now() < date('{end}')")
    if clauses:
        found["when"] = f"{{{{={' && '.join(clauses)}}}}}"
    if most is not None:
        found["stopStrategy"] = {"expression": f"{_ENDED} >= {most}"}
    return found


def _schedule(timetable: Timetable, build: Build) -> str:
    if timetable.kind == "cron":
        return in_numbers(cron_expression(timetable, _READER, build.report))
    if timetable.kind == "datetime":
        return _once(timetable, build)
    text = (timetable.frequency or "").strip()
    seconds = build.world.language.interval_seconds(text)
    if isinstance(seconds, str) or seconds < 1 or seconds % 1:
        why = seconds if isinstance(seconds, str) else "it is no whole number of seconds"
        refuse_schedule(
            f"{_READER} cannot read `{text}` as an interval: {why}",
            "write a number of seconds, one or more",
            timetable,
            build.report,
        )
        return ""
    return f"@every {int(seconds)}s"


def _once(timetable: Timetable, build: Build) -> str:
    """The expression that is met at the minute of a moment, each year."""
    date, _, time = (timetable.start_at or "").partition("T")
    _, *day = date.split("-")
    clock = time.split(":")
    if len(day) != 2 or len(clock) != 3 or not time.endswith("Z"):
        refuse_schedule(
            f"{_READER} cannot read `{timetable.start_at}` as a moment",
            "write `startAt` as 2030-01-31T12:30:00Z",
            timetable,
            build.report,
        )
        return ""
    minute = int(clock[1])
    if clock[2].rstrip("Z").strip("0."):  # never before the moment
        minute += 1
    if minute == 60:
        refuse_schedule(
            f"{_READER} starts at full minutes, and `{timetable.start_at}` is in the last one of an"
            " hour",
            "write a time without seconds",
            timetable,
            build.report,
        )
    return f"{minute} {int(clock[0])} {int(day[1])} {int(day[0])} *"
