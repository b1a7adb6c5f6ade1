"""Turns a cron expression into the one that the schedulers of a cluster read."""

from __future__ import annotations

import re

from pxc.diagnostics import Report
from pxc.ir.plan import CRON_MACROS, Timetable

__all__ = ["cron_expression", "in_numbers", "refuse_schedule"]

_MONTH_NUMBERS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DAY_NUMBERS = {
    name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
}
_MONTHS, _DAYS = frozenset(_MONTH_NUMBERS), frozenset(_DAY_NUMBERS)
_FIELDS = (
    ("minute", 0, 59, frozenset[str]()),
    ("hour", 0, 23, frozenset[str]()),
    ("day of the month", 1, 31, frozenset[str]()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


def refuse_schedule(message: str, help: str, timetable: Timetable, report: Report) -> None:
    """PXC701 for a schedule."""
    report.add("PXC701", message, timetable.span, help=help)


def cron_expression(timetable: Timetable, reader: str, report: Report) -> str:
    """The expression with the numbers and names that Kubernetes and Argo read.

    PXC701 for what they cannot read; `reader` is what reads it: `a CronJob`.
    """
    text = " ".join((timetable.cron or "").split())
    text = CRON_MACROS.get(text.lower(), text)
    fields = text.split(" ")
    if len(fields) != 5:
        refuse_schedule(
            f"`{text}` has {len(fields)} fields; {reader} takes five",
            "minute, hour, day of the month, month, day of the week",
            timetable,
            report,
        )
        return text
    found = []
    for field, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        parts = [_part(part, low, high, names) for part in field.lower().split(",")]
        if None in parts:
            refuse_schedule(
                f"{reader} cannot read `{field}` as {name}",
                f"write `*`, numbers from {low} to {high}, ranges, lists and steps",
                timetable,
                report,
            )
        found.append(",".join(part or "" for part in parts))
    return " ".join(found)


def in_numbers(expression: str) -> str:
    """The same expression without names of months and days, which Argo's schema does not take."""
    numbers = _MONTH_NUMBERS | _DAY_NUMBERS
    return re.sub("[a-z]{3}", lambda found: str(numbers.get(found[0], found[0])), expression)


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
