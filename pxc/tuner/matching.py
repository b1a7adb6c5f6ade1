"""Turns a query and a run into whether the query finds it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any as Anything

from pxc.grammar.query_fields import FIELDS
from pxc.ir.join import All, Any, Match, Query
from pxc.ir.node import Lit
from pxc.tuner.documents import RunDocument
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.runs import field_of, moment_of

__all__ = ["finds", "mentions"]

_MONTH = timedelta(days=30)
_AMOUNT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z]*)", re.I)
_CPU = {"": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_MEMORY = {"": 1.0} | {
    f"{letter}{suffix}": base ** (power + 1)
    for suffix, base in (("", 1000.0), ("i", 1024.0))
    for power, letter in enumerate("kmgtpe")
}


def finds(query: Query, run: RunDocument, now: datetime) -> bool:
    """Whether a run is one that the query asks for.

    What a run has not is `nil`: no other condition holds for it, so a negated one does.
    """
    if isinstance(query, All):
        return all(finds(part, run, now) for part in query.parts)
    if isinstance(query, Any):
        return any(finds(part, run, now) for part in query.parts)
    return query.operator == "any" or _holds(query, run, now) is not query.negated


def mentions(query: Query, field: str) -> bool:
    """Whether a condition of the query is about a field."""
    if isinstance(query, Match):
        return query.field.partition(".")[0] == field
    return any(mentions(part, field) for part in query.parts)


def _holds(match: Match, run: RunDocument, now: datetime) -> bool:
    found = field_of(run, match.field)
    if found is None or match.operator == "nil":
        return found is None and match.operator == "nil"
    wanted = [_text(value) for value in match.values]
    kind = FIELDS.get(match.field.partition(".")[0], "value")
    values = found if isinstance(found, list) else [found]
    return any(_compares(kind, match, value, wanted, now) for value in values)


def _compares(kind: str, match: Match, value: Anything, wanted: list[str], now: datetime) -> bool:
    if kind == "moment":
        return _at_moment(match, value, wanted, now)
    if match.operator in ("contains", "starts", "ends"):
        return _has(match.operator, str(value).casefold(), wanted[0].casefold())
    if match.operator in ("==", "in"):
        return any(_is_same(kind, value, text) for text in wanted)
    left, right = _amount(kind, value), _amount(kind, wanted[0])
    if left is None or right is None:
        return False
    return _ordered(match.operator, left, right)


def _has(operator: str, value: str, part: str) -> bool:
    if operator == "contains":
        return part in value
    return value.startswith(part) if operator == "starts" else value.endswith(part)


def _ordered(operator: str, left: Anything, right: Anything) -> bool:
    if operator in ("<", "<="):
        return bool(left < right or (operator == "<=" and left == right))
    return bool(left > right or (operator == ">=" and left == right))


def _is_same(kind: str, value: Anything, text: str) -> bool:
    """Whether a value is what a text says: numbers by value, booleans in any case of letters."""
    if isinstance(value, bool):
        return text.lower() == ("true" if value else "false")
    if isinstance(value, int | float) or kind in ("number", "cpu", "memory"):
        left, right = _amount(kind, value), _amount(kind, text)
        return left is not None and left == right
    return str(value) == text


def _amount(kind: str, value: Anything) -> float | None:
    """A number, for cpu and memory with its unit."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip()
    if kind not in ("cpu", "memory"):
        try:
            return float(text)
        except ValueError:
            return None
    match = _AMOUNT.fullmatch(text)
    unit = (_CPU if kind == "cpu" else _MEMORY).get(match[2].lower()) if match else None
    return float(match[1]) * unit if match and unit is not None else None


def _at_moment(match: Match, value: Anything, wanted: list[str], now: datetime) -> bool:
    found = moment_of(value)
    if found is None:
        return False
    if match.operator == "==":
        if wanted[0].strip() == "last_month":
            return found >= now - _MONTH
        text = wanted[0].strip()
        start = _moment(text)
        width = {0: timedelta(days=1), 1: timedelta(minutes=1)}.get(text.count(":"))
        return start <= found < start + (width or timedelta(seconds=1))
    ends = [now - _MONTH if text.strip() == "last_month" else _moment(text) for text in wanted]
    if match.operator == "range":
        return ends[0] <= found <= ends[1]
    return _ordered(match.operator, found, ends[0])


def _moment(text: str) -> datetime:
    found = moment_of(text)
    if found is None:
        raise MistakeError(f"--query: `{text[:40]}` is not a date")
    return found


def _text(value: Anything) -> str:
    if not isinstance(value, Lit):
        raise MistakeError("--query has a value that is not known")
    return str(value.value).strip()
