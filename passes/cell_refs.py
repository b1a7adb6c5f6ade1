"""Tells the references to values of a matrix, which every cell has its own of, from others."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from pxc.ir.expr import Expr, RunTimeRef

__all__ = ["is_of_cell", "is_of_outer_cell", "of_cell", "uses_cell"]

_OUTER = re.compile(r"(?:dag\.)+matrix\.")


def is_of_cell(value: Any) -> TypeGuard[RunTimeRef]:
    """Whether a value is that of a matrix, which every cell has its own of."""
    return isinstance(value, RunTimeRef) and value.path.startswith("matrix.")


def is_of_outer_cell(value: Any) -> TypeGuard[RunTimeRef]:
    """Whether a value is that of the matrix of a dag around: `dag.matrix.x`, `dag.dag.matrix.x`."""
    return isinstance(value, RunTimeRef) and _OUTER.match(value.path) is not None


def uses_cell(expr: Any) -> bool:
    """Whether an expression has a value of a matrix in it."""
    if isinstance(expr, tuple):
        return any(map(uses_cell, expr))
    if not isinstance(expr, Expr) or is_of_cell(expr):
        return is_of_cell(expr)
    return any(uses_cell(getattr(expr, name)) for name in expr.__struct_fields__)


def of_cell(value: RunTimeRef, form: str) -> RunTimeRef:
    """A form of the value of a matrix: `flag`, `as_str` or `as_arg`."""
    return RunTimeRef(value.span, f"{value.path}.{form}")
