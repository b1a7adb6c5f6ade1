"""Finds the names that the expressions of a tree use."""

from __future__ import annotations

from typing import Any

from pxc.ir.expr import ExprNode
from pxc.ir.node import Hole, Invalid, Template, walk


def free_names(node: Any) -> list[str]:
    """The names a tree's expressions use, `x` and the x of `params.x` alike, in order."""
    found: dict[str, None] = {}
    for template in walk(node):
        if isinstance(template, Template):
            if template.statements:
                found |= dict.fromkeys(_words(template.text))
            for part in template.parts:
                if isinstance(part, Hole) and not isinstance(part.expr, Invalid):
                    _expr_names(part.expr, found)
    return list(found)


def _expr_names(expr: Any, found: dict[str, None]) -> None:
    if isinstance(expr, tuple):
        for item in expr:
            _expr_names(item, found)
    elif isinstance(expr, ExprNode):
        for field in expr.__struct_fields__:
            if field == "name":
                found[getattr(expr, field)] = None
            elif field != "span":
                _expr_names(getattr(expr, field), found)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
