"""Says whether a condition of a plan holds, with plain Python on the values of a script."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from pxc.ir.expr import Binary, Compare, Conditional, Const, RunTimeRef, Unary
from pxc.ir.node import Hole, Lit, Template

Read = Callable[[str], Any]
"""The value of a run-time reference by its path."""


def holds(condition: Any, read: Read) -> bool:
    """The truth of a condition; one that is missing holds."""
    if condition is None:
        return True
    if isinstance(condition, Lit):
        return bool(condition.value)
    assert isinstance(condition, Template)
    [hole] = condition.parts
    assert isinstance(hole, Hole)
    return bool(_value(hole.expr, read))


def _value(expr: Any, read: Read) -> Any:
    match expr:
        case Const():
            return expr.value
        case RunTimeRef():
            return read(expr.path)
        case Unary():
            value = _value(expr.operand, read)
            return not value if expr.op == "not" else -value if expr.op == "-" else +value
        case Binary(op="and"):
            return _value(expr.left, read) and _value(expr.right, read)
        case Binary(op="or"):
            return _value(expr.left, read) or _value(expr.right, read)
        case Binary():
            return _OPERATORS[expr.op](_value(expr.left, read), _value(expr.right, read))
        case Conditional():
            return _value(expr.then if _value(expr.test, read) else expr.otherwise, read)
        case Compare():
            return _compare(expr, read)
    raise AssertionError(f"not interpreted: {expr}")


def _compare(expr: Compare, read: Read) -> bool:
    left = _value(expr.first, read)
    for op, other in expr.rest:
        right = _value(other, read)
        if not _OPERATORS[op](left, right):
            return False
        left = right
    return True


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
    "in": lambda item, many: item in many, "notin": lambda item, many: item not in many,
}  # fmt: skip
