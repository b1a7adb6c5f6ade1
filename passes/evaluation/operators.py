"""Turns operators on plain data into values: Jinja's, which are Python's, of bounded size."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from pxc.passes.evaluation.budget import Budget, too_large
from pxc.passes.evaluation.faults import (
    OPERATION_ERRORS,
    EvaluationFault,
    check_characters,
    failed,
    kind,
    unsafe,
)
from pxc.source import Span

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow,
}  # fmt: skip

_COMPARISON: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
    "in": lambda a, b: a in b, "notin": lambda a, b: a not in b,
}  # fmt: skip


def text_of(value: Any, budget: Budget, span: Span) -> str:
    """A value as Jinja prints it: `True`, `0.1`, `None`, lists and maps as Python writes them."""
    if isinstance(value, str):
        return value
    budget.measure(value, span)
    try:
        return str(value)
    except ValueError:
        raise too_large("the number has too many digits", span) from None


def concat(left: Any, right: Any, budget: Budget, span: Span) -> str:
    """`left ~ right`."""
    a, b = text_of(left, budget, span), text_of(right, budget, span)
    budget.text(len(a) + len(b), span)
    return a + b


def binary(op: str, left: Any, right: Any, budget: Budget, span: Span) -> Any:
    """An arithmetic operator on two values. Raises EvaluationFault (PXC314, PXC315)."""
    if op == "~":
        return concat(left, right, budget, span)
    if op == "%" and isinstance(left, str):
        return percent(left, right, budget, span)
    _BOUNDS.get(op, _unbounded)(left, right, budget, span)
    try:
        result = _ARITHMETIC[op](left, right)
    except ZeroDivisionError:
        raise failed(span, f"`{op}` divides by zero") from None
    except OPERATION_ERRORS:
        raise _misfit(op, left, right, span) from None
    if isinstance(result, complex):
        raise failed(span, "the result is not a real number")
    return result


def unary(op: str, value: Any, span: Span) -> Any:
    """`-value`, `+value`, `not value`. Raises EvaluationFault (PXC314)."""
    if op == "not":
        return not value
    try:
        return -value if op == "-" else +value
    except OPERATION_ERRORS:
        raise failed(span, f"`{op}` needs a number, not {kind(value)}") from None


def compare(op: str, left: Any, right: Any, budget: Budget, span: Span) -> bool:
    """A comparison, `in` or `notin`. Raises EvaluationFault (PXC314)."""
    if isinstance(left, list | tuple | dict) or isinstance(right, list | tuple | dict | str):
        budget.measure(left, span)
        budget.measure(right, span)
    try:
        return bool(_COMPARISON[op](left, right))
    except OPERATION_ERRORS:
        if op in ("in", "notin"):
            help = "the right side of `in` is a list, a map or, for text, text"
            raise failed(span, f"{kind(right)} cannot contain {kind(left)}", help) from None
        raise failed(span, f"`{op}` cannot compare {kind(left)} with {kind(right)}",
                     _number_help(left, right)) from None  # fmt: skip


def _misfit(op: str, left: Any, right: Any, span: Span) -> EvaluationFault:
    if op == "+" and (isinstance(left, str) or isinstance(right, str)):
        return failed(span, f"`+` cannot join {kind(left)} and {kind(right)}",
                      "write `~` to join them as text, or make a number with `| int`")  # fmt: skip
    return failed(span, f"`{op}` does not work on {kind(left)} and {kind(right)}",
                  _number_help(left, right))  # fmt: skip


def _number_help(left: Any, right: Any) -> str | None:
    kinds = {kind(left), kind(right)}
    if kinds == {"text", "a number"}:
        return "make the text a number with `| int` or `| float`"
    return None


# Bounds: what a result will need, known before it is made.


def _unbounded(left: Any, right: Any, budget: Budget, span: Span) -> None:
    pass


def _bound_sum(left: Any, right: Any, budget: Budget, span: Span) -> None:
    if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        budget.text(budget.measure(left, span) + budget.measure(right, span), span)
    elif isinstance(left, int) and isinstance(right, int):
        budget.bits(max(left.bit_length(), right.bit_length()), span)


def _bound_product(left: Any, right: Any, budget: Budget, span: Span) -> None:
    if isinstance(right, str | list | tuple):
        left, right = right, left
    if not isinstance(right, int):
        return
    if isinstance(left, str | list | tuple):
        budget.text(budget.measure(left, span) * max(right, 0), span)
    elif isinstance(left, int):
        budget.bits(left.bit_length() + right.bit_length(), span)


def _bound_power(left: Any, right: Any, budget: Budget, span: Span) -> None:
    if isinstance(left, int) and isinstance(right, int):
        budget.bits(left.bit_length() * max(right, 0) if abs(left) > 1 else 1, span)


_BOUNDS: dict[str, Callable[[Any, Any, Budget, Span], None]] = {
    "+": _bound_sum, "-": _bound_sum, "*": _bound_product, "**": _bound_power,
}  # fmt: skip


# `%` on text

_WIDTHS = re.compile(r"[#0 +\-]*(\*|[0-9]*)(?:\.(\*|[0-9]*))?")


def percent(pattern: str, values: Any, budget: Budget, span: Span) -> str:
    """`pattern % values`, Python's own formatting, with its size bounded beforehand.

    Raises EvaluationFault (PXC024, PXC314, PXC315, PXC607).
    """
    longest = budget.measure(values, span)
    total = len(pattern)
    at = pattern.find("%")
    while at >= 0:
        match = _WIDTHS.match(pattern, _after_key(pattern, at + 1))
        assert match is not None  # every part of it may be empty
        for digits in match.groups(default=""):
            if digits == "*":
                raise unsafe(span, "a width that comes from a value is not part of templates",
                             "write the width as a number")  # fmt: skip
            total += int(digits[:9] or 0)
        total += longest
        budget.room(total, span)
        at = pattern.find("%", match.end() + (pattern[match.end() : match.end() + 1] == "%"))
    try:
        result: str = pattern % values
    except OPERATION_ERRORS as error:
        raise failed(span, f"the values do not fit the format `{pattern[:40]}`: {error}") from None
    budget.text(len(result), span)
    check_characters(result, span)  # `%c` makes any
    return result


def _after_key(pattern: str, at: int) -> int:
    """The offset after the `(key)` of a directive, whose parentheses may nest."""
    if pattern[at : at + 1] != "(":
        return at
    depth = 0
    for end in range(at, len(pattern)):
        depth += (pattern[end] == "(") - (pattern[end] == ")")
        if depth == 0:
            return end + 1
    return len(pattern)
