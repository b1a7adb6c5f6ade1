"""Turns a tree into the same tree with some nodes changed; what has none of them stays itself."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.ir.node import Lit
from pxc.source import Span

__all__ = ["rewritten"]


def rewritten(node: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    """A node, or a tuple of nodes, with `change` of each node of a kind in its place.

    What is below such a node is for `change` to look at.
    """
    if isinstance(node, kind):
        return change(node)
    if isinstance(node, Lit | Span):
        return node
    if isinstance(node, tuple):
        items = tuple([rewritten(item, kind, change) for item in node])
        return node if all(map(is_, items, node)) else items
    if not isinstance(node, Struct):
        return node
    changed = {}
    for name in node.__struct_fields__:
        before = getattr(node, name)
        if isinstance(before, tuple | Struct):
            after = rewritten(before, kind, change)
            if after is not before:
                changed[name] = after
    return replace(node, **changed) if changed else node
