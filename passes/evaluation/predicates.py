"""Turns a value and a test's name (`x is even`) into true or false."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pxc.passes.evaluation.budget import Budget
from pxc.passes.evaluation.faults import Undefined, failed, kind, unknown
from pxc.passes.evaluation.operators import compare, text_of
from pxc.source import Span

Predicate = Callable[..., bool]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "none": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "true": lambda v: v is True,
    "false": lambda v: v is False,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "float": lambda v: isinstance(v, float),
    "number": lambda v: isinstance(v, int | float),
    "string": lambda v: isinstance(v, str),
    "mapping": lambda v: isinstance(v, dict),
    "sequence": lambda v: isinstance(v, str | list | tuple | dict),
    "iterable": lambda v: isinstance(v, str | list | tuple | dict),
}

_COMPARISONS = {
    "eq": "==", "equalto": "==", "==": "==", "ne": "!=", "!=": "!=",
    "lt": "<", "lessthan": "<", "<": "<", "le": "<=", "<=": "<=",
    "gt": ">", "greaterthan": ">", ">": ">", "ge": ">=", ">=": ">=", "in": "in",
}  # fmt: skip

_REMAINDERS = {"even": 0, "odd": 1}
_CASES: dict[str, Callable[[str], bool]] = {"lower": str.islower, "upper": str.isupper}

TESTS = frozenset(
    ("defined", "undefined", "divisibleby", "sameas", *_TYPES, *_COMPARISONS, *_REMAINDERS, *_CASES)
)
"""The names of all tests; those that are operators only serve `select` and its kin."""


def check_test(name: str, count: int, span: Span) -> None:
    """Whether there is such a test with so many arguments. Raises EvaluationFault."""
    if name not in TESTS:
        raise unknown("test", name, span, (t for t in TESTS if t.isalpha()))
    wanted = 1 if name in _COMPARISONS or name in ("divisibleby", "sameas") else 0
    if count != wanted:
        takes = "one argument" if wanted else "no argument"
        raise failed(span, f"the test `{name}` takes {takes}")


def run_test(name: str, value: Any, args: tuple[Any, ...], budget: Budget, span: Span) -> bool:
    """Whether `value is name(args)`; the value may be Undefined. Raises EvaluationFault."""
    check_test(name, len(args), span)
    if name in ("defined", "undefined"):
        return isinstance(value, Undefined) == (name == "undefined")
    if isinstance(value, Undefined):
        raise value.fault
    if name in _TYPES:
        return _TYPES[name](value)
    if name in _COMPARISONS:
        return compare(_COMPARISONS[name], value, args[0], budget, span)
    if name in _CASES:
        return _CASES[name](text_of(value, budget, span))
    if name == "sameas":
        return _same(value, args[0])
    if not isinstance(value, int | float):
        raise failed(span, f"the test `{name}` needs a number, not {kind(value)}")
    if name in _REMAINDERS:
        return value % 2 == _REMAINDERS[name]
    divisor = args[0]
    if not isinstance(divisor, int | float):
        raise failed(span, f"the test `{name}` needs a number, not {kind(divisor)}")
    if divisor == 0:
        raise failed(span, "nothing is divisible by zero")
    return value % divisor == 0


def _same(value: Any, other: Any) -> bool:
    """One object, or two equal scalars of one type: which objects Python shares is its secret."""
    if value is other:
        return True
    scalar = isinstance(value, str | int | float)
    return scalar and type(value) is type(other) and bool(value == other)
