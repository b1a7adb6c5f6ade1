"""Turns a migrated tree into JSON, its numbers as their author spelled them."""

from __future__ import annotations

import json
import re
from typing import Any

from pxc.ir.node import Lit, Map, Seq
from pxc.source import Source

__all__ = ["write_json"]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def write_json(tree: Map, source: Source) -> str:
    """The text of a tree as JSON with an indentation of two."""
    return _value(tree, source, "") + "\n"


def _value(node: Any, source: Source, indent: str) -> str:
    inner = indent + "  "
    if isinstance(node, Map) and node.entries:
        pairs = (f"{inner}{_key(k)}: {_value(v, source, inner)}" for k, v in node.entries)
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if isinstance(node, Seq) and node.items:
        items = [_value(item, source, inner) for item in node.items]
        if all(isinstance(item, Lit) for item in node.items) and sum(map(len, items)) < 80:
            return f"[{', '.join(items)}]"
        return "[\n" + ",\n".join(inner + item for item in items) + f"\n{indent}]"
    if isinstance(node, Lit):
        return _scalar(node, source)
    return "{}" if isinstance(node, Map) else "[]"


def _key(key: Any) -> str:
    value = key.value
    return json.dumps(value if isinstance(value, str) else json.dumps(value), ensure_ascii=False)


def _scalar(node: Lit[Any], source: Source) -> str:
    text = node.span.text if node.plain and node.span.source is source else ""
    if isinstance(node.value, int | float) and _NUMBER.fullmatch(text):
        if json.loads(text) == node.value:
            return text
    elif isinstance(node.value, float):
        text = repr(node.value)
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    return json.dumps(node.value, ensure_ascii=False)
