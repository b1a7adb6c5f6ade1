"""Turns a query of runs, or an order of them, into the nodes that the plan carries.

`AND` binds tighter than `OR`; what joins two conditions is read between their places. A run-time
value inside of a query stands for a word.
"""

from __future__ import annotations

import re
from typing import Any as Anything

from pxc.grammar.embedded_fault import Fault
from pxc.grammar.query import Condition, parse_query, parse_sort
from pxc.grammar.query_fields import FIELDS, check_field, check_joined, check_operation
from pxc.ir.join import All, Any, Match, Order, Query
from pxc.ir.node import Hole, Lit, Scalar, Template
from pxc.source import Span

__all__ = ["order_of", "query_of"]

_DEEPEST = 32
_COMPARISON = re.compile(r"(>=|=>|<=|=<|>|<)\s*")
_SIGNS = {"=>": ">=", "=<": "<="}
_BETWEEN = re.compile(r"\(|\)|,|\||AND|OR", re.I)
_HOLE = re.compile("\ue000([0-9]+)\ue001")


def query_of(written: Lit[Anything] | Template) -> Query | str:
    """The tree of a query, or a sentence that says why it is none."""
    text, holes = _flat(written)
    parsed = parse_query(text)
    if isinstance(parsed, Fault):
        return _told(parsed, holes)
    for condition in parsed:
        fault = check_joined(condition) or check_field(condition)
        if fault is None and not _HOLE.search(condition.operation):
            fault = check_operation(condition)
        if fault is not None:
            return _told(fault, holes)
    return _tree(text, parsed, written.span, holes)


def order_of(written: Lit[Anything]) -> tuple[Order, ...] | str:
    """The fields of an order, or a sentence that says why it is none."""
    parsed = parse_sort(str(written.value))
    if isinstance(parsed, Fault):
        return parsed.message
    return tuple(Order(written.span, each.field, each.descending) for each in parsed)


def _flat(written: Lit[Anything] | Template) -> tuple[str, list[Hole]]:
    """The text of a query with a word of its own for each run-time value."""
    if isinstance(written, Lit):
        return str(written.value), []
    holes: list[Hole] = []
    text = ""
    for part in written.parts:
        if isinstance(part, Hole):
            text += f"\ue000{len(holes)}\ue001"
            holes.append(part)
        else:
            text += part
    return text, holes


def _told(fault: Fault, holes: list[Hole]) -> str:
    """The message of a fault, with the words that stand for run-time values as braces."""
    return _HOLE.sub("{{ ... }}", fault.message) if holes else fault.message


def _tree(
    text: str, conditions: tuple[Condition, ...], span: Span, holes: list[Hole]
) -> Query | str:
    """The conditions of a correct query as they are joined."""
    groups: list[list[list[Query]]] = [[[]]]  # open parentheses > alternatives > what holds at once
    at = 0
    for condition in conditions:
        if not _join(text[at : condition.field_at], groups, span):
            return f"it is nested more than {_DEEPEST} deep"
        groups[-1][-1].append(_match(condition, span, holes))
        at = condition.operation_at + len(condition.operation)
    _join(text[at:], groups, span)
    return _one(groups.pop(), span)


def _join(between: str, groups: list[list[list[Query]]], span: Span) -> bool:
    """Read what stands between two conditions; whether it is not nested too deep."""
    for sign in _BETWEEN.findall(between):
        if sign == "(":
            groups.append([[]])
        elif sign == ")":
            closed = _one(groups.pop(), span)
            groups[-1][-1].append(closed)
        elif sign.lower() in ("|", "or"):
            groups[-1].append([])
    return len(groups) <= _DEEPEST


def _one(alternatives: list[list[Query]], span: Span) -> Query:
    found = [parts[0] if len(parts) == 1 else All(span, tuple(parts)) for parts in alternatives]
    return found[0] if len(found) == 1 else Any(span, tuple(found))


def _match(condition: Condition, span: Span, holes: list[Hole]) -> Match:
    text = condition.operation.strip()
    negated = text.startswith("~")
    text = text.removeprefix("~").strip()
    operator, values = _operation(condition.field.partition(".")[0], text)
    scalars = tuple(_scalar(value.strip(), span, holes) for value in values)
    return Match(span, condition.field, operator, scalars, negated)


def _operation(field: str, text: str) -> tuple[str, list[str]]:
    """The operator and the texts it is given."""
    kind = FIELDS.get(field)
    if text in ("nil", "_any_"):
        return text.strip("_"), []
    sign = _COMPARISON.match(text)
    if sign is not None:
        return _SIGNS.get(sign[1], sign[1]), [text[sign.end() :]]
    if kind == "moment" and ".." in text:
        return "range", text.split("..", 1)
    if kind == "search" and "|" not in text and text.strip("%") != text:
        starts, ends = text.startswith("%"), text.endswith("%")
        return "contains" if starts and ends else "ends" if starts else "starts", [text.strip("%")]
    if "|" in text:
        return "in", text.split("|")
    return "==", [text]


def _scalar(text: str, span: Span, holes: list[Hole]) -> Scalar:
    """A value as it is compared: text, or a template where a run-time value is in it."""
    pieces = _HOLE.split(text)
    if len(pieces) == 1:
        return Lit(span, text)
    parts: list[str | Hole] = []
    for at, piece in enumerate(pieces):
        if at % 2:
            parts.append(holes[int(piece)])
        elif piece:
            parts.append(piece)
    shown = _HOLE.sub("{{ ... }}", text)
    return Template(span, shown, tuple(parts))
