"""Turns a timetable into the schedule of a batch/v1 CronJob."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Report
from pxc.ir.plan import Timetable
from pxc.targets._cron import cron_expression, refuse_schedule
from pxc.targets.kubernetes.features import tell

if TYPE_CHECKING:
    from decimal import Decimal

    from pxc.world import Language, World

__all__ = ["cron_job_spec"]


def cron_job_spec(
    timetable: Timetable,
    job: dict[str, Any],
    metadata: dict[str, Any],
    world: World,
    report: Report,
) -> dict[str, Any]:
    """`spec` of the CronJob; PXC701 for what a CronJob has no field for.

    Times are UTC, as Polyaxon's scheduler reads them; without the field they would be those of
    the cluster's controllers.
    """
    for name, value in (
        ("startAt", timetable.start_at),
        ("endAt", timetable.end_at),
        ("maxRuns", timetable.max_runs or None),
    ):
        if value is not None and timetable.kind != "datetime":
            tell(f"schedule.{name}", f"schedule.{name}", timetable.span, report)
    spec: dict[str, Any] = {
        "schedule": _schedule(timetable, world, report),
        "timeZone": "Etc/UTC",
    }
    if timetable.depends_on_past:
        spec["concurrencyPolicy"] = "Forbid"
    spec["jobTemplate"] = {"metadata": metadata, "spec": job}
    return spec


def _schedule(timetable: Timetable, world: World, report: Report) -> str:
    what = f"schedule.kind: {timetable.kind}"
    if not tell(f"schedule.{timetable.kind}", what, timetable.span, report):
        return ""
    if timetable.kind == "cron":
        return cron_expression(timetable, "a CronJob", report)
    return _interval(timetable, world.language, report)


def _interval(timetable: Timetable, language: Language, report: Report) -> str:
    """An interval that divides the hour, the day or the week evenly, as a cron expression."""
    text = (timetable.frequency or "").strip()
    seconds = language.interval_seconds(text)
    if isinstance(seconds, str):
        why, found = f"cannot be read: {seconds}", None
    else:
        why, found = "does not divide an hour or a day evenly", _even(seconds)
    if found is None:
        refuse_schedule(
            f"an interval of `{text}` cannot be said in the kubernetes target: it {why}",
            "a CronJob starts by the clock: write minutes that divide 60, hours that divide 24,"
            " one day, one week, or a cron schedule",
            timetable,
            report,
        )
    return found or ""


def _even(seconds: Decimal) -> str | None:
    """The cron expression whose runs are always so many seconds apart."""
    minutes, rest = divmod(seconds, 60)
    if rest or not minutes:
        return None
    if minutes < 60:
        step = "*" if minutes == 1 else f"*/{minutes}"
        return f"{step} * * * *" if 60 % minutes == 0 else None
    hours, rest = divmod(minutes, 60)
    if rest:
        return None
    if hours in (24, 168):
        return "0 0 * * *" if hours == 24 else "0 0 * * 0"
    if hours > 24 or 24 % hours:
        return None
    return "0 * * * *" if hours == 1 else f"0 */{hours} * * *"
