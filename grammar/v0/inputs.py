"""Turns params, declared inputs and outputs of version 0 into those of version 1.1."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.v0.language import IO
from pxc.grammar.v0.section import Section, opened
from pxc.grammar.v0.tree import Pair, around, key_of, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map, Seq

__all__ = [
    "declared", "given_params", "inferred_type", "input_of", "param", "reference", "told_twice",
]  # fmt: skip

_TYPES = {
    "gcs_path": "gcs", "s3_path": "s3", "azure_path": "wasb", "dict_of_dicts": "Dict[str, dict]",
}  # fmt: skip
"""Types that have another name in version 1.1."""

_SCIENTIFIC = r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+"
"""A number that YAML 1.1 takes for text; version 0 read it again, as Python does."""

_LONG = {"value", "ref", "toInit", "toEnv", "contextOnly", "connection", "to_init", "to_env"}
"""Keys that make a map the long form of a param; a value with one of them goes under `value`."""


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


def input_of(entry: Pair, report: Report) -> Map:
    """An input that a param of a file without declarations stands for, its type inferred.

    PXC940 for a value that another run has: then the input has none, and must be given one.
    """
    key, node = entry
    fields = [renamed("name", entry, made(key.span, key_of(entry)))]
    if reference(node) is None:
        kind = inferred_type(node)
        if kind is not None:
            fields.append(pair("type", made(node.span, kind)))
        fields.append(pair("value", node))
    else:
        _by_number(node, report)
    return mapped(around(entry), fields)


def param(entry: Pair, report: Report) -> Pair | None:
    """A param of an operation; one that another operation gives refers to it.

    None after PXC940 for one that a run gives that is named by its number.
    """
    found = reference(entry[1])
    if found is None:
        node = entry[1]
        long = isinstance(node, Map) and any(key_of(field) in _LONG for field in node)
        return (entry[0], mapped(node.span, [pair("value", node)])) if long else entry
    kind, name, value = found
    if kind != "ops":
        _by_number(entry[1], report)
        return None
    place = entry[1].span
    fields = [pair("ref", made(place, f"ops.{name}")), pair("value", made(place, value))]
    return (entry[0], mapped(place, fields))


def reference(node: Any) -> tuple[str, str, str] | None:
    """What `{{ ops.NAME.outputs.X }}` names: `ops`, the name, and `outputs.X`; also of runs."""
    text = node.value if isinstance(node, Lit) and isinstance(node.value, str) else ""
    found = re.fullmatch(r"\s*\{\{\s*(ops|experiments|jobs)\.([^.\s]+)\.([^\s}]+)\s*\}\}\s*", text)
    return (found[1], found[2], found[3]) if found else None


def _by_number(node: Any, report: Report) -> None:
    report.add(
        "PXC940",
        f"`{node.value.strip().strip('{}').strip()}` names a run by its number in version 0",
        node.span,
        help="give the param by the uuid of that run: `{ref: runs.UUID, value: outputs.NAME}`",
    )


def told_twice(entry: Pair, report: Report) -> None:
    """PXC225: a param that the matrix varies, and that was given a value, which won."""
    report.add(
        "PXC225",
        f"`{key_of(entry)}` is given by the params and by the matrix",
        entry[0].span,
        help="remove one of them; the matrix is read",
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
    if isinstance(value, str) and re.fullmatch(_SCIENTIFIC, value):
        return "float"
    names = {bool: "bool", int: "int", float: "float", str: "str"}
    return names.get(type(value))
