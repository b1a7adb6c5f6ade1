"""Finds the name with hyphens that a subtraction spells."""

from __future__ import annotations

from pxc.ir.expr import Attribute, Binary, Const, Expr, Index, Name


def hyphenated(node: Binary) -> tuple[Expr | None, str] | None:
    """What `a.b-c-d.e` would look up if the hyphens were part of a name: (`a`, `b-c-d`)."""
    if node.span.text != "".join(node.span.text.split()):
        return None
    first, words = node.left, [_head(node.right)]
    while isinstance(first, Binary) and first.op == "-":
        words.insert(0, _head(first.right))
        first = first.left
    owner = first.object if isinstance(first, Attribute) else None
    if not isinstance(first, Attribute | Name) or None in words:
        return None
    return owner, "-".join([first.name, *(word for word in words if word)])


def _head(node: Expr) -> str | None:
    while isinstance(node, Attribute | Index):
        node = node.object
    if isinstance(node, Const) and isinstance(node.value, int):
        return node.span.text
    return node.name if isinstance(node, Name) else None
