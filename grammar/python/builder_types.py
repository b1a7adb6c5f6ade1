"""Turns the shape of a field into the type that a builder of Python gives it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pxc.grammar.kubernetes_definitions import ANY_SCALAR, ONE_TEXT, reference
from pxc.grammar.shapes import (
    Anything,
    AsText,
    Boolean,
    ByKind,
    Choice,
    Integer,
    Kubernetes,
    Later,
    ListOf,
    MapOf,
    Model,
    Number,
    Special,
    Text,
    Verbatim,
)  # fmt: skip

__all__ = ["kubernetes_type", "type_of"]

_SCALAR = "str | int | float | bool"
_MAP = "Mapping[str, object]"

_SPECIALS = {
    "cmd": "str | Sequence[str]",
    "component": f"Component | Operation | {_MAP}",
    "conditions": "str",
    "connection name": "str",
    "container": f"Container | {_MAP}",
    "duration": "int | float | str",
    "env": "Mapping[str, str]",
    "event ref": "Operation | str",
    "base hub ref": "str",
    "hub ref": "str",
    "mode": "str",
    "mount": f"Mount | str | {_MAP}",
    "param": "object",
    "path pair": "str | Sequence[str]",
    "query": "str",
    "raw map": f"Section | {_MAP}",
    "resources": "Mapping[str, str | int | float]",
    "revision": "str",
    "run": f"Run | {_MAP}",
    "search space": f"Space | {_MAP}",
    "sort": "str",
    "version": "float | str",
}
"""The types of fields that the table of the language cannot tell."""

Names = Callable[[Any], str]
"""The name of the class of a model, a union or a Kubernetes definition."""


def type_of(shape: Any, name: Names) -> str:
    """The type of a shape, without null."""
    match shape:
        case Text():
            return "str"
        case AsText() | Verbatim():
            return _SCALAR if isinstance(shape, AsText) else "str"
        case Integer(template=template):
            return _or_expression("int", template)
        case Number(template=template):
            return _or_expression("float", template)
        case Boolean(template=template):
            return _or_expression("bool", template)
        case Choice(values=values, template=template):
            return _or_expression(_words(values), template)
        case Anything():
            return "object"
        case ListOf():
            return _list(shape, name)
        case MapOf(value=value, template=template):
            return _or_expression(f"Mapping[str, {type_of(value, name)}]", template)
        case Kubernetes(definition=definition, template=template):
            return _or_expression(f"{name(definition)} | {_MAP}", template)
        case Model(template=template) | ByKind(template=template):
            return _or_expression(f"{name(shape)} | {_MAP}", template)
        case Later():
            return f"Component | Operation | {_MAP}"
        case Special(name=special):
            return _SPECIALS[special]
    raise TypeError(f"no type for {shape!r}")


def _list(shape: ListOf, name: Names) -> str:
    item = type_of(shape.item, name)
    whole = f"Sequence[{item}]"
    if shape.split:
        return f"{whole} | str"
    if shape.single:
        return f"{whole} | {item}" if item != "str | Sequence[str]" else f"{whole} | str"
    return _or_expression(whole, shape.template)


def _or_expression(text: str, template: bool) -> str:
    return f"{text} | Expr" if template else text


def _words(values: tuple[str, ...] | list[str]) -> str:
    quoted = ", ".join(json.dumps(word) for word in values)
    return f"Literal[{quoted}]"


def kubernetes_type(field: str, shape: dict[str, Any], name: Names) -> str:
    """The type of a field (`V1Container.args`) of a Kubernetes object, without null."""
    if field in ONE_TEXT:
        return f"Sequence[{_SCALAR} | IO] | str"
    if field in ANY_SCALAR and "items" not in shape:
        return f"{_SCALAR} | IO"
    target = reference(shape)
    if target == "Quantity":
        return "str | int | float"
    if target == "IntOrString":
        return "int | str"
    if target:
        return f"{name(target)} | {_MAP} | Expr"
    if "items" in shape:
        inner = _SCALAR if field in ANY_SCALAR else kubernetes_type("", shape["items"], name)
        inner = inner.removesuffix(" | IO") if inner != "str | IO" else "str"
        return f"Sequence[{inner}] | Expr"
    if "additionalProperties" in shape:
        values = shape["additionalProperties"]
        if values == {"type": "string"}:
            return f"Mapping[str, {_SCALAR}] | Expr"
        inner = (
            kubernetes_type("", values, name) if isinstance(values, dict) and values else "object"
        )
        return f"Mapping[str, {inner}] | Expr"
    if "enum" in shape:
        return f"{_words(shape['enum'])} | Expr"
    if shape.get("format") == "date-time":
        return "str | date"
    plain = {"string": "str", "integer": "int", "boolean": "bool", "number": "float"}
    found = plain.get(shape.get("type", ""), "object")
    return "str | IO" if found == "str" else found if found == "object" else f"{found} | Expr"
