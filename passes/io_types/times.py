"""Turns dates, date-times and durations into ISO text and seconds."""

from __future__ import annotations

import re
from typing import Any

from pxc.passes.io_types.misfit import misfit

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DATETIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"\s?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?\Z"
)
_ISO = re.compile(
    r"([+-]?)P(?:(\d{1,9}(?:\.\d{1,9})?)W)?(?:(\d{1,9}(?:\.\d{1,9})?)D)?"
    r"(?:T(?:(\d{1,9}(?:\.\d{1,9})?)H)?(?:(\d{1,9}(?:\.\d{1,9})?)M)?"
    r"(?:(\d{1,12}(?:\.\d{1,9})?)S)?)?\Z",
    re.I | re.A,
)
_CLOCK = re.compile(
    r"([+-]?)(?:(\d{1,9})\s*(?:d|days?)?,?\s+)?(\d{1,9}):([0-5]?\d):([0-5]?\d(?:\.\d{1,9})?)\Z",
    re.I | re.A,
)
_SECONDS = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})(?:[eE][+-]?\d{1,3})?\Z", re.A)

_LONGEST = 999_999_999 * 86_400.0

_DURATION = "a duration: seconds, `PT30M` or `1:30:00`"


def date(value: Any) -> str:
    """`YYYY-MM-DD`, a day that exists."""
    expected = "a date as `YYYY-MM-DD`"
    if not isinstance(value, str) or not _DATE.match(value):
        raise misfit(value, expected)
    from datetime import date as day

    try:
        return day.fromisoformat(value).isoformat()
    except ValueError:
        raise misfit(value, f"{expected} that exists") from None


def date_time(value: Any) -> str:
    """A date, or a date with a time in ISO 8601; the text comes back in ISO's own form."""
    expected = "a date `YYYY-MM-DD` or a date and time `YYYY-MM-DDTHH:MM:SS`"
    if isinstance(value, str) and _DATE.match(value):
        return date(value)
    found = _DATETIME.match(value) if isinstance(value, str) else None
    if found is None:
        raise misfit(value, expected)
    from datetime import datetime

    zone = (found[3] or "").upper().replace("Z", "+00:00")
    clock, _, fraction = found[2].replace(",", ".").partition(".")
    try:
        exact = f"{clock}.{fraction[:6]:0<6}" if fraction else clock
        return datetime.fromisoformat(f"{found[1]}T{exact}{zone}").isoformat()
    except ValueError:
        raise misfit(value, f"{expected} that exists") from None


def duration(value: Any) -> float:
    """Seconds, from a number, an ISO 8601 duration of weeks and below, or `[D days] H:M:S`."""
    seconds = None
    if isinstance(value, str):
        seconds = _seconds(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value) if abs(value) <= _LONGEST else None
    if seconds is None or not abs(seconds) <= _LONGEST:
        months = isinstance(value, str) and re.match(r"[+-]?P[0-9.]+[YM]", value, re.I)
        help = "years and months have no fixed length; use days" if months else None
        raise misfit(value, _DURATION, help)
    return seconds


def _seconds(text: str) -> float | None:
    if _SECONDS.match(text):
        return float(text)
    if (iso := _ISO.match(text)) and any(iso.groups()[1:]) and not text.upper().endswith("T"):
        units = (604_800, 86_400, 3_600, 60, 1)
        parts = zip(iso.groups()[1:], units, strict=True)
        total = sum(float(amount) * unit for amount, unit in parts if amount)
        return -total if iso[1] == "-" else total
    if clock := _CLOCK.match(text):
        days, hours, minutes, rest = clock.groups()[1:]
        total = (
            int(days or 0) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + float(rest)
        )  # fmt: skip
        return -total if clock[1] == "-" else total
    return None
