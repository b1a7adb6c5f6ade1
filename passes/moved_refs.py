"""Turns a value with references to runs into the same value as another run sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.ir.expr import ExprNode, RunTimeRef
from pxc.ir.node import Node, Template
from pxc.passes.evaluation.residual import is_expr

__all__ = ["moved"]


def moved(value: Any, path_of: Callable[[str], str]) -> Any:
    """A node, an expression or plain data with the path of every reference changed."""
    if isinstance(value, RunTimeRef):
        path = path_of(value.path)
        return value if path == value.path else replace(value, path=path)
    if isinstance(value, Template):
        text = "".join(p if isinstance(p, str) else "{{ ... }}" for p in value.parts)
        return replace(value, parts=moved(value.parts, path_of), text=text or value.text)
    if isinstance(value, tuple):
        return tuple(moved(each, path_of) for each in value)
    if isinstance(value, list):
        return [moved(each, path_of) for each in value]
    if isinstance(value, dict):
        return {key: moved(each, path_of) for key, each in value.items()}
    if is_expr(value) or isinstance(value, Node | ExprNode):
        return _fields(value, path_of)
    return value


def _fields(node: Struct, path_of: Callable[[str], str]) -> Any:
    changed = {}
    for name in node.__struct_fields__:
        before = getattr(node, name)
        if isinstance(before, tuple | Node | ExprNode):
            after = moved(before, path_of)
            if after != before:
                changed[name] = after
    return replace(node, **changed) if changed else node
