"""Turns dates, date-times and durations into ISO text and seconds."""

from __future__ import annotations

import re
from typing import Any

from pxc.passes.io_types.misfit import misfit

# Patterns stay text until a date or a duration is read: `re` keeps what it has compiled.
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"
_DATETIME = (
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"\s?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?\Z"
)
_ISO = (
    r"([+-]?)P(?:(\d{1,9}(?:\.\d{1,9})?)W)?(?:(\d{1,9}(?:\.\d{1,9})?)D)?"
    r"(?:T(?:(\d{1,9}(?:\.\d{1,9})?)H)?(?:(\d{1,9}(?:\.\d{1,9})?)M)?"
    r"(?:(\d{1,12}(?:\.\d{1,9})?)S)?)?\Z"
)
_CLOCK = r"([+-]?)(?:(\d{1,9})\s*(?:d|days?)?,?\s+)?(\d{1,9}):([0-5]?\d):([0-5]?\d(?:\.\d{1,9})?)\Z"
_SECONDS = r"[+-]?(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})(?:[eE][+-]?\d{1,3})?\Z"

_LONGEST = 999_999_999 * 86_400.0

_DURATION = "a duration: seconds, `PT30M` or `1:30:00`"


def date(value: Any) -> str:
    """`YYYY-MM-DD`, a day that exists."""
    expected = "a date as `YYYY-MM-DD`"
    if not isinstance(value, str) or not re.match(_DATE, value):
        raise misfit(value, expected)
    from datetime import date as day

    try:
        return day.fromisoformat(value).isoformat()
    except ValueError:
        raise misfit(value, f"{expected} that exists") from None


def date_time(value: Any) -> str:
    """A date, or a date with a time in ISO 8601; the text comes back in ISO's own form."""
    expected = "a date `YYYY-MM-DD` or a date and time `YYYY-MM-DDTHH:MM:SS`"
    if isinstance(value, str) and re.match(_DATE, value):
        return date(value)
    found = re.match(_DATETIME, value) if isinstance(value, str) else None
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
    if re.match(_SECONDS, text, re.A):
        return float(text)
    if (
        (iso := re.match(_ISO, text, re.I | re.A))
        and any(iso.groups()[1:])
        and not text.upper().endswith("T")
    ):
        units = (604_800, 86_400, 3_600, 60, 1)
        parts = zip(iso.groups()[1:], units, strict=True)
        total = sum(float(amount) * unit for amount, unit in parts if amount)
        return -total if iso[1] == "-" else total
    if clock := re.match(_CLOCK, text, re.I | re.A):
        days, hours, minutes, rest = clock.groups()[1:]
        total = (
            int(days or 0) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + float(rest)
        )  # fmt: skip
        return -total if clock[1] == "-" else total
    return None
