"""Reports schedules that cannot be read, never fire, or start runs before the last has ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Note, Report, nearest
from pxc.ir.node import Lit, is_null
from pxc.ir.plan import CRON_MACROS
from pxc.ir.program import Program
from pxc.ir.spec import Schedule
from pxc.passes.schedule_times import five_fields, moment_of, smallest_gap
from pxc.source import Span, head_of
from pxc.world import Language, World

if TYPE_CHECKING:
    from decimal import Decimal

_RANGES = "minute 0-59, hour 0-23, day of month 1-31, month 1-12, day of week 0-7"
_FORMS = "minute, hour, day of month, month, day of week, as in `30 6 * * 1-5`; or one of " + (
    ", ".join(f"`{m}`" for m in CRON_MACROS)
)
_ZONE = re.compile(r"\s*((?:CRON_)?TZ=(\S+))\s")
_LONGEST = 400
_FIELDS = ("minute", "hour", "day of month", "month", "day of week")


def check_schedule(program: Program, world: World, report: Report) -> Program:
    """Check when `schedule` starts runs.

    PXC430 for a cron expression, PXC435 for an interval, PXC436 for a time that cannot be read;
    PXC431 for a time without an offset, PXC432 for runs that overlap, PXC433 for an end before the
    start. What is found does not depend on the day. Source: specification of schedules, section
    4; the real system checks nothing here.
    """
    composed = program.composed
    schedule: Any = composed.schedule if composed is not None else None
    if not isinstance(schedule, Schedule):
        return program
    before = len(report)
    _check_given(schedule, report)
    if isinstance(schedule.cron, Lit) and isinstance(schedule.cron.value, str):
        _check_cron(schedule.cron.value, schedule.cron, report)
    _check_frequency(schedule.frequency, world.language, report)
    _check_bounds(schedule, report)
    if len(report) == before and not report.has_errors:
        _check_overlap(schedule, getattr(composed, "termination", None), world.language, report)
    return program


def _check_given(schedule: Schedule, report: Report) -> None:
    """Report what a kind of schedule needs and an explicit null has taken away."""
    code, name, node = {
        "cron": ("PXC430", "cron", schedule.cron),
        "interval": ("PXC435", "frequency", schedule.frequency),
        "datetime": ("PXC436", "startAt", schedule.start_at),
    }[schedule.kind]
    if node is None or is_null(node):
        report.add(
            code,
            f"the schedule has no `{name}`, so it never starts a run",
            node.span if node is not None else head_of(schedule.span),
            help=f"give `{name}` a value, or delete the schedule",
        )


def _check_cron(text: str, node: Lit[Any], report: Report) -> None:
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    zone = _ZONE.match(text)
    if zone is not None and len(text) <= _LONGEST:
        _report_zone(text, zone, node, report)
        return
    text = five_fields(text)
    fields = text.split()
    if len(text) > _LONGEST:
        message = f"a cron expression has at most {_LONGEST} characters"
        report.add("PXC430", message, node.span, help="write ranges and steps: `0-30/5`")
        return
    if len(fields) != 5:
        report.add(
            "PXC430",
            f"`{text}` has {_count(fields)}, a cron expression has 5"
            if fields
            else "the cron expression is empty",
            node.span,
            help=_meant(fields) or _FORMS,
        )
        return
    try:
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except StopIteration:
        _report_never(text, node, report)
    except CronSimError as fault:
        if _is_no_such_day(fields):
            _report_never(text, node, report)
        else:
            _report_fields(text, fields, str(fault).lower(), node, report)


def _report_fields(text: str, fields: list[str], said: str, node: Lit[Any], report: Report) -> None:
    """Report what cannot be read: the one field that cannot, or the text as a whole."""
    wrong = [i for i in range(5) if not _is_read(["*"] * i + [fields[i]] + ["*"] * (4 - i))]
    if len(wrong) == 1:
        (at,) = wrong
        said = f"`{fields[at]}` is no {_FIELDS[at]}"
    report.add(
        "PXC430",
        f"`{text}` is no cron expression: {said}",
        _field_span(node, fields, wrong[0]) if len(wrong) == 1 else node.span,
        help=_RANGES,
    )


def _is_read(fields: list[str]) -> bool:
    """Whether fields make a cron expression."""
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    try:
        CronSim(" ".join(fields), datetime(2024, 1, 1, tzinfo=UTC))
    except CronSimError:
        return False
    return True


def _is_no_such_day(fields: list[str]) -> bool:
    """Whether each field can be read, and only the day is one that no named month has."""
    return _is_read([*fields[:3], "*", fields[4]]) and _is_read([*fields[:2], "*", *fields[3:]])


def _report_never(text: str, node: Lit[Any], report: Report) -> None:
    report.add(
        "PXC430",
        f"`{text}` never comes: no such month has that day",
        node.span,
        help="February has 29 days at most; 4, 6, 9 and 11 have 30; `L` is a month's last day",
    )


def _report_zone(text: str, zone: re.Match[str], node: Lit[Any], report: Report) -> None:
    rest = text[zone.end() :].strip()
    report.add(
        "PXC430",
        f"a cron expression has no time zone: `{zone[1]}`",
        _within(node, zone[1]),
        help=f"times are UTC: write the hour in UTC; `pxc schedule --zone {zone[2]}` shows when"
        f" `{rest}` comes there",
    )


def _meant(fields: list[str]) -> str:
    """The help for a misspelled macro, and for seconds, which other tools read first."""
    near = nearest(fields[0].lower(), CRON_MACROS) if len(fields) == 1 else None
    if near is not None:
        return f"did you mean `{near}`?"
    if len(fields) not in (6, 7) or not fields[0].isdecimal():
        return ""
    rest = " ".join(fields[1:6]).replace("?", "*")
    return f"there are no seconds and no years: write `{rest}`"


def _count(fields: list[str]) -> str:
    return "1 field" if len(fields) == 1 else f"{len(fields)} fields"


def _field_span(node: Lit[Any], fields: list[str], index: int) -> Span:
    """The place of one field, where the expression stands in the source as it is."""
    raw, at = node.span.text, 0
    for i, field in enumerate(fields):
        at = raw.find(field, at)
        if at < 0:
            return node.span
        if i == index:
            return Span(node.span.source, node.span.start + at, node.span.start + at + len(field))
        at += len(field)
    return node.span


def _within(node: Lit[Any], piece: str) -> Span:
    at = node.span.text.find(piece)
    if at < 0:
        return node.span
    return Span(node.span.source, node.span.start + at, node.span.start + at + len(piece))


def _check_frequency(node: Any, language: Language, report: Report) -> None:
    """An interval that was an expression: what it became is none before it is evaluated."""
    if not isinstance(node, Lit) or node.value is None:
        return
    fault = language.interval_seconds(str(node.value))
    if isinstance(fault, str):
        report.add(
            "PXC435",
            f"`{node.value}` is no interval: {fault}",
            node.span,
            help="write seconds (`3600`), ISO 8601 (`PT1H`, `P1DT12H`) or a clock (`1:00:00`)",
        )


def _check_bounds(schedule: Schedule, report: Report) -> None:
    moments = []
    for name, node in (("startAt", schedule.start_at), ("endAt", schedule.end_at)):
        moment = moment_of(node)
        moments.append(moment)
        if not isinstance(node, Lit) or node.value is None:
            continue
        if moment is None:
            report.add(
                "PXC436",
                f"`{node.value}` is not a time",
                node.span,
                help="write a date `2030-01-31`, or a date and time `2030-01-31T06:00:00Z`",
            )
        elif _has_no_offset(str(node.value)):
            report.add(
                "PXC431",
                f"`{name}` does not say in which time zone it is",
                node.span,
                help=f"times without an offset are read as UTC: write `{moment:%Y-%m-%dT%H:%M:%S}Z`"
                " or another offset, such as `+01:00`",
            )
    start, end = moments
    if start is not None and end is not None and start >= end:
        assert schedule.start_at is not None
        assert schedule.end_at is not None
        report.add(
            "PXC433",
            "the schedule ends before it starts"
            if start > end
            else "the schedule ends as it starts",
            schedule.end_at.span,
            notes=(Note("it starts here", schedule.start_at.span),),
            help="no run starts at or after `endAt`",
        )


def _has_no_offset(text: str) -> bool:
    """Whether a time of day has no zone; a bare date is a day's beginning in UTC."""
    return re.search(r"[Tt ][0-9:.,]+\Z", text.strip()) is not None


def _check_overlap(
    schedule: Schedule, termination: Any, language: Language, report: Report
) -> None:
    timeout = getattr(termination, "timeout", None)
    limit = timeout.value if isinstance(timeout, Lit) else None
    waits, most = schedule.depends_on_past, schedule.max_runs
    if isinstance(limit, bool) or not isinstance(limit, int):
        return
    if not (waits is None or (isinstance(waits, Lit) and not waits.value)):
        return
    if isinstance(most, Lit) and most.value == 1:
        return
    gap = smallest_gap(schedule, language)
    place = schedule.cron or schedule.frequency
    if gap is None or place is None or gap >= limit:
        return
    assert timeout is not None
    report.add(
        "PXC432",
        f"a run may start {_length(gap)} after another, which may take {_length(limit)}",
        place.span,
        notes=(Note("the time that a run may take", timeout.span),),
        help="add `dependsOnPast: true`, so that a run waits for the last one",
    )


def _length(seconds: Decimal | int) -> str:
    """A length of time in its largest whole unit."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" + ("s" if count > 1 else "")
    amount = str(seconds) if isinstance(seconds, int) else f"{seconds:f}"
    return "1 second" if seconds == 1 else f"{amount} seconds"
