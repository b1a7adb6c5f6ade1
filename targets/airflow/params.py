"""Turns an input that Airflow asks for into a Param of the DAG."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import AskedParam
from pxc.targets.airflow.python_text import Call

__all__ = ["param"]

_TYPES = {"int": "integer", "float": "number", "bool": "boolean", "str": "string"}


def param(asked: AskedParam) -> Call:
    """The call of a Param: its default, and its type and values as JSON Schema says them."""
    given = (asked.default,) if asked.has_default else ()
    kind: Any = _TYPES.get(asked.type)
    if kind is not None and asked.has_default and asked.default is None:
        kind = ["null", kind]
    named: list[tuple[str, Any]] = [("type", kind)] if kind is not None else []
    if asked.options:
        named.append(("enum", list(asked.options)))
    if asked.description:
        named.append(("description", asked.description))
    return Call("Param", given, tuple(named))
