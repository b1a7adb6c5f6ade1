"""Turns a schedule into the moments at which it starts runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pxc.ir.node import Invalid, Lit, Template, children
from pxc.ir.plan import CRON_MACROS
from pxc.ir.spec import Schedule
from pxc.passes.io_types.misfit import Misfit
from pxc.passes.io_types.times import date_time

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from pxc.world import Language

_MOST_COMPARED = 400


def five_fields(cron: str) -> str:
    """A cron expression with its macro written out."""
    return CRON_MACROS.get(cron.strip().lower(), cron)


def is_known(schedule: Schedule) -> bool:
    """Whether nothing of a schedule waits for params or for the run."""
    return not any(isinstance(node, Template | Invalid) for node in children(schedule))


def moment_of(node: Any) -> datetime | None:
    """The moment a scalar names, in UTC, also where it has no offset; None when it names none."""
    if not isinstance(node, Lit) or not isinstance(node.value, str):
        return None
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(date_time(node.value.strip()))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (Misfit, OverflowError):  # an offset may lead out of the years that there are
        return None


def seconds_of(node: Any, language: Language) -> Decimal | None:
    """The seconds of an interval; None when it is no literal or cannot be read."""
    if not isinstance(node, Lit) or not isinstance(node.value, str):
        return None
    found = language.interval_seconds(node.value)
    return None if isinstance(found, str) else found


def cron_times(cron: str, after: datetime) -> Iterator[datetime]:
    """The moments of a cron expression, each later than `after`, which is in UTC.

    Raises `cronsim.CronSimError` for what is none.
    """
    from cronsim import CronSim

    try:
        yield from CronSim(five_fields(cron), after)
    except OverflowError:  # the last year there is
        return


def next_runs(schedule: Schedule, language: Language, after: datetime) -> Iterator[datetime]:
    """The moments at which a checked schedule, made at `after`, starts runs; all in UTC.

    The first run is at `startAt`, when that is to come. An interval without `startAt` is counted
    from `after`. Source: specification of schedules, section 4.
    """
    from itertools import islice

    start, end = moment_of(schedule.start_at), moment_of(schedule.end_at)
    for moment in islice(_moments(schedule, language, after, start), _count(schedule.max_runs)):
        if end is not None and moment >= end:
            return
        yield moment


def smallest_gap(schedule: Schedule, language: Language) -> Decimal | None:
    """The fewest seconds between two runs, as far as some hundred runs of a cron tell."""
    if schedule.kind == "interval":
        return seconds_of(schedule.frequency, language)
    cron = schedule.cron.value if isinstance(schedule.cron, Lit) else None
    if schedule.kind != "cron" or not isinstance(cron, str):
        return None
    from itertools import pairwise

    times = sampled_times(cron)
    return min((b - a for a, b in pairwise(times)), default=None)


def sampled_times(cron: str) -> list[Decimal]:
    """The first some hundred moments of a cron expression since 2024, in seconds from the first."""
    from datetime import UTC, datetime
    from decimal import Decimal
    from itertools import islice, takewhile

    until = datetime(2033, 1, 1, tzinfo=UTC)
    early = takewhile(lambda m: m <= until, cron_times(cron, datetime(2024, 1, 1, tzinfo=UTC)))
    moments = list(islice(early, _MOST_COMPARED + 1))
    return [Decimal(int((m - moments[0]).total_seconds())) for m in moments]


def _count(node: Any) -> int | None:
    """How many runs there may be; None for any number."""
    value = node.value if isinstance(node, Lit) else None
    return value if isinstance(value, int) and value > 0 else None


def _moments(
    schedule: Schedule, language: Language, after: datetime, start: datetime | None
) -> Iterator[datetime]:
    if schedule.kind == "interval":
        seconds = seconds_of(schedule.frequency, language)
        if seconds is not None:
            yield from _steps(seconds, after, start)
        return
    if start is not None and start >= after:
        yield start
        after = start
    if schedule.kind == "cron" and isinstance(schedule.cron, Lit):
        yield from cron_times(str(schedule.cron.value), after)


def _steps(seconds: Decimal, after: datetime, start: datetime | None) -> Iterator[datetime]:
    """The start and each further step from it, as far as there are dates, none before `after`."""
    from datetime import timedelta

    step = timedelta(microseconds=max(1, int(seconds * 1_000_000)))
    try:
        moment = after + step if start is None else start
        if moment < after:
            moment += -((moment - after) // step) * step
        while True:
            yield moment
            moment += step
    except OverflowError:
        return
