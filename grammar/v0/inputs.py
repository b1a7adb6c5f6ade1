"""Turns params, declared inputs and outputs of version 0 into those of version 1.1."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.v0.language import IO
from pxc.grammar.v0.section import Section, opened
from pxc.grammar.v0.tree import Pair, around, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map, Seq

__all__ = ["declared", "given_params", "inferred_type", "input_of"]

_TYPES = {
    "gcs_path": "gcs", "s3_path": "s3", "azure_path": "wasb", "dict_of_dicts": "Dict[str, dict]",
}  # fmt: skip
"""Types that have another name in version 1.1."""


def given_params(document: Section) -> Pair | None:
    """`params`, or `declarations` as they were called; PXC118 where a file has both."""
    name = document.only_one("params", "declarations")
    return document.entry(name) if name else None


def declared(entry: Pair | None, report: Report) -> tuple[Map, ...]:
    """The entries of `inputs` or `outputs`."""
    if entry is None:
        return ()
    found = (_declaration(item, report) for item in entry[1].items)
    return tuple(item for item in found if item is not None)


def _declaration(node: Any, report: Report) -> Map | None:
    io = opened(node, IO, report)
    if io is None:
        return None
    io.need("name")
    names = {
        "name": "name", "description": "description", "type": "type", "default": "value",
        "is_optional": "isOptional", "is_list": "isList", "is_flag": "isFlag",
    }  # fmt: skip
    entries = []
    for old, entry in io.fields():
        if old == "options":
            options = mapped(entry[1].span, [renamed("options", entry)])
            entries.append(pair("validation", options, entry[0].span))
        elif old == "type" and entry[1].value in _TYPES:
            entries.append(renamed("type", entry, made(entry[1].span, _TYPES[entry[1].value])))
        else:
            entries.append(renamed(names[old], entry))
    return mapped(io.span, entries)


def input_of(entry: Pair, *, value: bool = True) -> Map:
    """An input that a param of a file without declarations stands for, its type inferred."""
    key, node = entry
    name = key.value if isinstance(key, Lit) else key.text
    kind = inferred_type(node)
    return mapped(
        around(entry),
        [
            renamed("name", entry, made(key.span, str(name))),
            pair("type", made(node.span, kind)) if kind else None,
            pair("value", node) if value else None,
        ],
    )


def inferred_type(node: Any) -> str | None:
    """The type of a value that was given without one; None when it may be any."""
    if isinstance(node, Seq):
        kinds = {inferred_type(item) for item in node.items}
        if kinds == {"int", "float"}:
            kinds = {"float"}
        (kind,) = kinds if len(kinds) == 1 else (None,)
        return f"List[{kind}]" if kind in ("int", "float", "bool", "str") else "list"
    if isinstance(node, Map):
        return "dict"
    value = node.value if isinstance(node, Lit) else None
    names = {bool: "bool", int: "int", float: "float", str: "str"}
    return names.get(type(value))
