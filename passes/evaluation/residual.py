"""Builds the expressions that are left for the run once everything known is folded."""

from __future__ import annotations

from typing import Any, TypeGuard

from msgspec.structs import replace

from pxc.ir.expr import (
    Attribute,
    Binary,
    Const,
    DictExpr,
    Expr,
    ExprNode,
    Index,
    ListExpr,
    Name,
    RunTimeRef,
)  # fmt: skip
from pxc.passes.evaluation.budget import Budget
from pxc.passes.evaluation.operators import concat
from pxc.source import Span


def is_expr(value: Any) -> TypeGuard[Expr]:
    """Whether a value is only known at run time."""
    return isinstance(value, ExprNode)


def has_expr(value: Any) -> bool:
    """Whether data has an `Expr` in it."""
    if isinstance(value, dict):
        return any(has_expr(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_expr(item) for item in value)
    return isinstance(value, ExprNode)


def may_be_undefined(value: Any) -> bool:
    """Whether a residual looks up what may be missing: a lenient name, a part of a run's value."""
    inside = False
    while isinstance(value, Attribute | Index):
        value, inside = value.object, True
    return isinstance(value, Name) or (inside and isinstance(value, RunTimeRef))


_TEXT_REFS = frozenset({"globals.uuid", "globals.namespace"})
"""What only the run knows and is text all the same, never an empty one."""


def is_text(value: Any) -> bool:
    """Whether a value is text, also one of which the run knows a part."""
    if isinstance(value, Const):
        value = value.value
    if isinstance(value, Binary):
        return value.op == "~"
    return isinstance(value, str) or (isinstance(value, RunTimeRef) and value.path in _TEXT_REFS)


def is_true(value: Any) -> bool:
    """Whether a residual counts as true whatever the run says: text that cannot be empty."""
    if isinstance(value, Binary) and value.op == "~":
        return is_true(value.left) or is_true(value.right)
    if isinstance(value, Const):
        return isinstance(value.value, str) and bool(value.value)
    return isinstance(value, RunTimeRef) and value.path in _TEXT_REFS


def const_of(value: Any, span: Span) -> Expr:
    """A value as an expression."""
    return value if is_expr(value) else Const(span, value)


def consts_of(values: list[Any], nodes: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Values as expressions, at the places of the nodes they come from."""
    return tuple(const_of(value, node.span) for value, node in zip(values, nodes, strict=True))


def as_expr(value: Any, span: Span) -> Any:
    """Data with values of the run inside, as the expression that builds it."""
    if isinstance(value, dict) and has_expr(value):
        pairs = ((Const(span, k), const_of(as_expr(v, span), span)) for k, v in value.items())
        return DictExpr(span, tuple(pairs))
    if isinstance(value, list | tuple) and has_expr(value):
        items = tuple(const_of(as_expr(item, span), span) for item in value)
        return ListExpr(span, items, isinstance(value, tuple))
    return value


def as_data(expr: ListExpr | DictExpr) -> Any:
    """The list or map that an expression builds, its entries still expressions where unknown."""
    if isinstance(expr, ListExpr):
        items = [item.value if isinstance(item, Const) else item for item in expr.items]
        return tuple(items) if expr.is_tuple else items
    made = {}
    for key, value in expr.items:
        if not isinstance(key, Const):
            return None
        made[key.value] = value.value if isinstance(value, Const) else value
    return made


def respan(expr: Any, span: Span) -> Any:
    """An expression taken from the scope, at the place where it is used."""
    changed: dict[str, Any] = {"span": span}
    for field in expr.__struct_fields__:
        value = getattr(expr, field)
        if is_expr(value):
            changed[field] = respan(value, span)
        elif isinstance(value, tuple) and field in ("items", "rest", "args", "kwargs"):
            changed[field] = _respan_all(value, span)
    return replace(expr, **changed)


def _respan_all(values: tuple[Any, ...], span: Span) -> tuple[Any, ...]:
    def one(value: Any) -> Any:
        if is_expr(value):
            return respan(value, span)
        return _respan_all(value, span) if isinstance(value, tuple) else value

    return tuple(one(value) for value in values)


def join_text(left: Expr, right: Expr, budget: Budget, span: Span) -> Expr:
    """`left ~ right`, with known text next to known text joined now."""
    if isinstance(right, Binary) and right.op == "~":
        return join_text(join_text(left, right.left, budget, span), right.right, budget, span)
    if isinstance(right, Const):
        if isinstance(left, Const):
            return Const(span, concat(left.value, right.value, budget, span))
        if isinstance(left, Binary) and left.op == "~" and isinstance(left.right, Const):
            text = concat(left.right.value, right.value, budget, span)
            return Binary(span, "~", left.left, Const(left.right.span, text))
    return Binary(span, "~", left, right)
