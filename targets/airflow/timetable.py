"""Turns a timetable into the schedule of a DAG."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from pxc.ir.plan import Timetable
from pxc.targets._cron import cron_expression, in_numbers, refuse_schedule
from pxc.targets.airflow.build import Build
from pxc.targets.airflow.features import feature_of, tell
from pxc.targets.airflow.python_text import Call, Code

__all__ = ["schedule_arguments"]

_READER = "Airflow"
_MOST_RUNS = 10_000
_LONG_AGO = "2020-01-01T00:00:00Z"
"""A DAG with a schedule needs a first moment; runs before now are not caught up."""


def schedule_arguments(timetable: Timetable | None, build: Build) -> list[tuple[str, Any]]:
    """`schedule` and what goes with it: said in full, for the defaults of releases differ.

    Times are UTC, as Polyaxon's scheduler reads them. PXC701 for what Airflow cannot say.
    """
    if timetable is None:
        return [("schedule", None), ("catchup", False)]
    build.used.add("pendulum")
    found = [("schedule", _schedule(timetable, build))]
    found.append(("start_date", _moment(timetable.start_at or _LONG_AGO, timetable, build)))
    if timetable.kind != "datetime":
        found += _end(timetable, build)
    found.append(("catchup", False))
    if timetable.depends_on_past:
        found.append(("max_active_runs", 1))
    return found


def _schedule(timetable: Timetable, build: Build) -> Any:
    if timetable.kind == "datetime":
        return "@once"
    if timetable.kind == "cron":
        build.used.add("CronTriggerTimetable")
        expression = in_numbers(cron_expression(timetable, _READER, build.report))
        return Call("CronTriggerTimetable", (expression,), (("timezone", "UTC"),))
    build.used |= {"DeltaTriggerTimetable", "timedelta"}
    return Call("DeltaTriggerTimetable", (_frequency(timetable, build),))


def _frequency(timetable: Timetable, build: Build) -> Code:
    text = (timetable.frequency or "").strip()
    seconds = build.world.language.interval_seconds(text)
    if isinstance(seconds, str) or seconds <= 0:
        why = seconds if isinstance(seconds, str) else "it is not positive"
        refuse_schedule(
            f"{_READER} cannot read `{text}` as an interval: {why}",
            "write a number of seconds",
            timetable,
            build.report,
        )
        return Code("timedelta(0)")
    return Code(f"timedelta(seconds={seconds.normalize():f})")


def _end(timetable: Timetable, build: Build) -> list[tuple[str, Any]]:
    """The last moment, as written or as the number of runs makes it."""
    ends = [_read(timetable.end_at, timetable, build)] if timetable.end_at else []
    if timetable.max_runs:
        known = timetable.start_at and timetable.max_runs <= _MOST_RUNS
        if not known:
            tell("schedule.maxRuns.open", "schedule.maxRuns", timetable.span, build.report)
        ends += [_last(timetable, build)] if known else []
    found = [end for end in ends if end is not None]
    return [("end_date", _code(min(found)))] if found else []


def _last(timetable: Timetable, build: Build) -> datetime | None:
    """The moment of the last of so many runs; None after reporting what cannot be read."""
    start = _read(timetable.start_at or "", timetable, build)
    more = (timetable.max_runs or 1) - 1
    if build.report.has_errors or start is None:
        return None
    build.report.add(
        "PXC702",
        f"the moment of run {more + 1} is the end of the schedule, for Airflow counts no runs",
        timetable.span,
        help=row.says if (row := feature_of("schedule.maxRuns")) is not None else None,
    )
    if timetable.kind == "interval":
        seconds = build.world.language.interval_seconds((timetable.frequency or "").strip())
        return (
            None if isinstance(seconds, str) else start + timedelta(seconds=float(seconds)) * more
        )
    from cronsim import CronSim

    expression = in_numbers(cron_expression(timetable, _READER, build.report))
    # the first run may be at the very start, and CronSim tells what comes after a moment
    return next(islice(CronSim(expression, start - timedelta(minutes=1)), more, None), None)


def _moment(text: str, timetable: Timetable, build: Build) -> Code:
    found = _read(text, timetable, build)
    return Code("None") if found is None else _code(found)


def _read(text: str, timetable: Timetable, build: Build) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        refuse_schedule(
            f"{_READER} cannot read `{text}` as a moment",
            "write it as 2030-01-31T12:30:00Z",
            timetable,
            build.report,
        )
        return None


def _code(found: datetime) -> Code:
    parts = [found.year, found.month, found.day, found.hour, found.minute]
    parts += [found.second] if found.second or found.microsecond else []
    parts += [found.microsecond] if found.microsecond else []
    return Code(f'pendulum.datetime({", ".join(map(str, parts))}, tz="UTC")')
