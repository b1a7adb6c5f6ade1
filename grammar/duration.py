"""Turns the text of a duration (`PT1H`, `1:00:00`, `3600`, `1h30m`) into seconds, or into a fault.

The two languages, that of schedules and that of the Kubernetes API, are written down in
`duration.lark`; correct text goes through one regular expression each. Source: specification of
schedules, section 4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pxc.grammar.embedded_fault import Fault, stop_of

if TYPE_CHECKING:
    from decimal import Decimal

LONGEST = 64
"""More characters than any duration needs."""

LARGEST_DAYS = 999_999_999
"""The longest duration that the real system holds."""

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_ISO = (
    rf"P(?=[0-9T])(?:({_NUMBER})Y)?(?:({_NUMBER})M)?(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?=[0-9])(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)
_CLOCK = r"([0-9]+):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]+)?))?"
_INTERVAL = re.compile(
    rf"([+-]?)(?:([0-9]+(?:\.[0-9]*)?)|{_ISO}|{_CLOCK}"
    rf"|([0-9]+) ?(?i:d(?:ays?)?)(?:(?:, ?| ){_CLOCK})?)"
)
_LENGTHS = (
    1, 365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1, 3600, 60, 1, 86400, 3600, 60, 1,
)  # fmt: skip
"""Seconds of what each group of `_INTERVAL` counts; years and months as the real system does."""

_PART = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)"
_KUBERNETES = re.compile(rf"[+-]?(?:0|(?:{_PART})+)")
_UNITS = {"ns": -9, "us": -6, "\u00b5s": -6, "\u03bcs": -6, "ms": -3, "s": 0}

_WORDS = {
    "s": "S", "sec": "S", "second": "S", "m": "M", "min": "M", "minute": "M", "h": "H", "hr": "H",
    "hour": "H", "d": "D", "day": "D", "w": "W", "week": "W",
}  # fmt: skip
_FREQUENCIES = {
    "secondly": "PT1S", "minutely": "PT1M", "hourly": "PT1H", "daily": "P1D", "weekly": "P1W",
    "monthly": "P1M", "yearly": "P1Y",
}  # fmt: skip
_FORMS = "write seconds (`3600`), ISO 8601 (`PT1H`, `P1DT12H`) or a clock (`1:00:00`)"
_CRON = "a cron expression belongs in `schedule: {kind: cron, cron: ...}`"
_KUBERNETES_FORMS = "write numbers with units `h`, `m`, `s`, `ms`: `1h30m`, `90s`"


def parse_interval(text: str) -> Decimal | Fault:
    """The seconds of an interval of a schedule, or what is wrong with the text.

    A year is 365 days, a month 30. An interval is more than 0.
    """
    match = _INTERVAL.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return _interval_fault(text)
    from decimal import Decimal

    sign, *groups = match.groups()
    seconds = sum(
        (Decimal(n) * length for n, length in zip(groups, _LENGTHS, strict=True) if n), Decimal(0)
    )
    if sign == "-" or not seconds:
        return Fault(0, len(text), "an interval is more than 0", None)
    if seconds > LARGEST_DAYS * 86400:
        return Fault(0, len(text), f"an interval has at most {LARGEST_DAYS} days", None)
    return seconds


def parse_kubernetes_duration(text: str) -> Decimal | Fault:
    """The seconds of a duration of the Kubernetes API, or what is wrong with the text."""
    if len(text) > LONGEST or not _KUBERNETES.fullmatch(text):
        return _kubernetes_fault(text)
    from decimal import Decimal

    seconds = Decimal(0)
    for number, unit in re.findall(_PART, text):
        if unit in _UNITS:
            seconds += Decimal(number).scaleb(_UNITS[unit])
        else:
            seconds += Decimal(number) * (3600 if unit == "h" else 60)
    return -seconds if text.startswith("-") else seconds


def _interval_fault(text: str) -> Fault:
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"a duration has at most {LONGEST} characters")
    if not text.strip():
        return Fault(0, len(text), "it is empty", _FORMS)
    if text.lstrip().startswith("@") or len(text.split()) == 5:
        return Fault(0, len(text), "it is a cron expression, not a duration", _CRON)
    meant = _meant(text)
    stop = stop_of("duration", "interval", text)
    at = stop.position
    if text != text.strip():
        start = 0 if text[0].isspace() else len(text.rstrip())
        end = len(text) - len(text.lstrip()) if start == 0 else len(text)
        return Fault(start, end, "a duration has no blanks around it", _FORMS, meant)
    if meant:
        return Fault(0, len(text), f"`{text}` is not a duration", _FORMS, meant)
    if at == len(text):
        return Fault(at, at, _missing(text, stop.expected), _FORMS)
    if stop.expected & {"CLOCK_SIXTIETH", "CLOCK_SECOND"}:
        word = re.match(r"[^:]+", text[at:])
        end = at + len(word[0]) if word else at + 1
        return Fault(at, end, f"`{text[at:end]}` is not 00 to 59", _FORMS)
    start = at
    while start and text[start - 1].isdecimal():
        start -= 1
    unit = re.match(r"[0-9.,]*\s?[^\W\d_]*", text[start:])
    end = max(start + len(unit[0]) if unit else 0, at + 1)
    piece = text[start:end]
    message = f"`{piece}` is not a duration" if piece == text else f"`{piece}` does not belong here"
    return Fault(start, end, message, _FORMS)


def _missing(text: str, expected: frozenset[str]) -> str:
    if text[-1] in "PT":
        return f"a number and its unit are missing after `{text[-1]}`"
    return "minutes are missing" if "CLOCK_SIXTIETH" in expected else "the end is missing"


def _meant(text: str) -> tuple[str, ...]:
    """Correct spellings of what people write instead: `1h30m`, `90 min`, `pt1h`, `daily`."""
    folded = "".join(text.split()).lower()
    if folded in _FREQUENCIES:
        return (_FREQUENCIES[folded],)
    if _INTERVAL.fullmatch(folded.upper()):
        return (folded.upper(),)
    part = r"([0-9]+(?:\.[0-9]+)?)([a-z]+?)s?(?=[0-9]|\Z)"
    if not re.fullmatch(rf"(?:{part})+", folded):
        return ()
    found = {_WORDS.get(unit or "s"): number for number, unit in re.findall(part, folded)}
    if None in found:
        return ()
    days = "".join(f"{found[u]}{u}" for u in "WD" if u in found)
    time = "".join(f"{found[u]}{u}" for u in "HMS" if u in found)
    return (f"P{days}{'T' if time else ''}{time}",)


def _kubernetes_fault(text: str) -> Fault:
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"a duration has at most {LONGEST} characters")
    if not text:
        return Fault(0, 0, "it is empty", _KUBERNETES_FORMS)
    at = stop_of("duration", "kubernetes", text).position
    if re.fullmatch(r"[+-]?[0-9.]*[0-9][0-9.]*", text):
        meant = (f"{text}s",) if _KUBERNETES.fullmatch(f"{text}s") else ()
        return Fault(len(text), len(text), "a unit is missing", _KUBERNETES_FORMS, meant)
    if text[at : at + 1].isalpha():
        while at and text[at - 1].isalpha():
            at -= 1
        while at and text[at - 1] in "0123456789.":
            at -= 1
    number = re.match(r"[0-9.]+", text[at:])
    start = at + len(number[0]) if number else at
    word = re.match(r"[^\W\d_]+", text[start:])
    end = start + len(word[0]) if word else min(start + 1, len(text))
    if start == len(text):
        return Fault(start, start, "a unit is missing", _KUBERNETES_FORMS)
    what = f"`{text[start:end]}` is not a unit" if number and word else (
        f"`{text[start:end]}` does not belong here"
    )  # fmt: skip
    return Fault(start, end, what, _KUBERNETES_FORMS)
