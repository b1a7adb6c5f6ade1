"""Turns IR into plain JSON data with a stable order: for `--dump-after`, goldens and digests."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from msgspec import Struct

from pxc.ir.expr import Expr
from pxc.ir.node import Hole, Invalid, Lit, Map, Seq, Template
from pxc.ir.unparse import unparse


def dump(node: Any) -> Any:
    """A node as JSON data: no places, nothing unset; a template as `{"template": [...]}`.

    A model carries its class under `"is"`, so that a reader knows a `GitStep` from a
    `ContainerStep`; a hole is `{"run": "globals.uuid"}`-like with the expression's text.
    """
    kind = node.__class__
    if kind in _BARE:
        return node
    if kind is Lit:
        return node.value
    if isinstance(node, Template):
        return {"template": [_part(p) for p in node.parts] or node.text}
    if isinstance(node, Seq):
        return [dump(i) for i in node.items]
    if isinstance(node, Map):
        return {str(_key(k)): dump(v) for k, v in node.entries}
    if isinstance(node, Invalid):
        return {"is": "Invalid"}
    if isinstance(node, Expr):
        return {"expression": unparse(node)}
    if isinstance(node, tuple | list):
        return [dump(i) for i in node]
    if isinstance(node, Struct):
        return _told(node)
    return node


def _told(node: Struct) -> dict[str, Any]:
    """The fields that say something: what is empty or as when nobody sets it is left out.

    So a field that a later release adds does not change the digest of what never used it.
    """
    found: dict[str, Any] = {"is": type(node).__name__}
    for name, unset in _fields(type(node)):
        value = getattr(node, name)
        if value is not None and value is not unset and value != () and value != "":
            found[name] = dump(value)
    return found


_BARE = frozenset((type(None), str, bool, int, float))


@cache
def _fields(model: type[Struct]) -> tuple[tuple[str, bool | None], ...]:
    """The fields but the place, with what a truth value is when nobody sets it."""
    names = model.__struct_fields__[-len(model.__struct_defaults__) or None :]
    pairs = zip(names, model.__struct_defaults__, strict=False)
    unset = {name: value for name, value in pairs if isinstance(value, bool)}
    return tuple((n, unset.get(n)) for n in model.__struct_fields__ if n != "span")


def _part(part: str | Hole) -> Any:
    if isinstance(part, str):
        return part
    if isinstance(part.expr, Invalid):
        return {"is": "Invalid"}
    return {"expression": unparse(part.expr)}


def _key(key: Any) -> Any:
    return key.value if isinstance(key, Lit) else getattr(key, "text", key)


def dump_text(node: Any) -> str:
    """The dump as JSON text, two spaces deep, with a final newline."""
    return json.dumps(dump(node), indent=2, ensure_ascii=False, default=str) + "\n"
