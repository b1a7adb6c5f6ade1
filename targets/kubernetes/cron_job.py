"""Turns a timetable into the schedule of a batch/v1 CronJob."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Report
from pxc.ir.plan import CRON_MACROS, Timetable
from pxc.targets.kubernetes.features import tell

if TYPE_CHECKING:
    from decimal import Decimal

    from pxc.world import Language, World

__all__ = ["cron_job_spec"]

_MONTHS = frozenset(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
)
_DAYS = frozenset(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
_FIELDS = (
    ("minute", 0, 59, frozenset[str]()),
    ("hour", 0, 23, frozenset[str]()),
    ("day of the month", 1, 31, frozenset[str]()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


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


def _refuse(message: str, help: str, timetable: Timetable, report: Report) -> None:
    report.add("PXC701", message, timetable.span, help=help)


def _schedule(timetable: Timetable, world: World, report: Report) -> str:
    what = f"schedule.kind: {timetable.kind}"
    if not tell(f"schedule.{timetable.kind}", what, timetable.span, report):
        return ""
    if timetable.kind == "cron":
        return _cron(timetable, report)
    return _interval(timetable, world.language, report)


def _cron(timetable: Timetable, report: Report) -> str:
    """The expression with the numbers and names that Kubernetes reads."""
    text = " ".join((timetable.cron or "").split())
    text = CRON_MACROS.get(text.lower(), text)
    fields = text.split(" ")
    if len(fields) != 5:
        _refuse(
            f"`{text}` has {len(fields)} fields; a CronJob takes five",
            "minute, hour, day of the month, month, day of the week",
            timetable,
            report,
        )
        return text
    found = []
    for field, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        parts = [_part(part, low, high, names) for part in field.lower().split(",")]
        if None in parts:
            _refuse(
                f"a CronJob cannot read `{field}` as {name}",
                f"write `*`, numbers from {low} to {high}, ranges, lists and steps",
                timetable,
                report,
            )
        found.append(",".join(part or "" for part in parts))
    return " ".join(found)


def _part(part: str, low: int, high: int, names: frozenset[str]) -> str | None:
    """One item of a list as Kubernetes takes it; None when it does not."""
    body, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and step.isascii() and int(step[:4]) > 0):
        return None
    if body in ("*", "?"):
        return part
    ends = body.split("-")
    if len(ends) > 2 or not all(_is_number(end, low, high, names) for end in ends):
        return None
    if names is not _DAYS or "7" not in ends:
        return part
    if slash:
        return None
    if len(ends) == 1:  # Sunday, which Kubernetes knows as 0 alone
        return "0"
    return "0" if ends[0] == "7" else f"{ends[0]}-6,0"


def _is_number(text: str, low: int, high: int, names: frozenset[str]) -> bool:
    if text in names:
        return True
    top = 7 if names is _DAYS else high
    return text.isascii() and text.isdecimal() and len(text) < 4 and low <= int(text) <= top


def _interval(timetable: Timetable, language: Language, report: Report) -> str:
    """An interval that divides the hour, the day or the week evenly, as a cron expression."""
    text = (timetable.frequency or "").strip()
    seconds = language.interval_seconds(text)
    if isinstance(seconds, str):
        why, found = f"cannot be read: {seconds}", None
    else:
        why, found = "does not divide an hour or a day evenly", _even(seconds)
    if found is None:
        _refuse(
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
