"""Turns the params of an operation of version 0 into those of an operation of a dag."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from pxc.diagnostics import Report
from pxc.grammar.template_places import places
from pxc.grammar.v0.tree import Pair, made, mapped, pair
from pxc.ir.node import Lit, Map
from pxc.source import Span

__all__ = ["Reference", "op_params", "reference", "referring"]

_TEXT = re.compile(r"\{\{-?\s*(\S*?)\s*-?\}\}")
_FORM = "write `{{ ops.NAME.outputs.OUTPUT }}` and nothing around it"
_OPS = "ops"
_RUNS = ("experiments", "jobs")
_LONG = ("value", "ref")


class Reference(NamedTuple):
    """An output of another operation: `ops.NAME`, what of it, and where both are written."""

    name: str
    value: str
    span: Span


def op_params(node: Map | None, declared: Collection[str] | None, report: Report) -> list[Pair]:
    """The entries of `params`.

    `declared` are the inputs and outputs of the template, None where they are not known here. What
    a template without any does not declare is for its expressions alone, as it was. PXC959 for a
    text in braces that refers to no output, PXC940 for an output of a run by its id.
    """
    found = []
    for key, value in node.entries if node is not None else ():
        free = declared is not None and isinstance(key, Lit) and key.value not in declared
        param = _param(value, free, report)
        if param is not None:
            found.append((key, param))
    return found


def _param(value: Any, free: bool, report: Report) -> Any | None:
    """One param, long where it must be; None after reporting."""
    only = pair("contextOnly", made(value.span, True)) if free else None
    if isinstance(value, Lit) and isinstance(value.value, str) and "{{" in value.value:
        found = reference(value, report)
        return None if found is None else referring(found, only)
    if free or isinstance(value, Map):
        return mapped(value.span, (pair("value", value), only))
    return value


def referring(found: Reference, only: Pair | None) -> Map:
    """A param whose value an operation before leaves."""
    ref, value = made(found.span, f"ops.{found.name}"), made(found.span, found.value)
    return mapped(found.span, (pair("ref", ref), pair("value", value), only))


def reference(value: Lit[str], report: Report) -> Reference | None:
    """The output that a text in braces names; None after reporting."""
    text = value.value.strip()
    found = _TEXT.fullmatch(text)
    if found is None:
        inside = _TEXT.search(text)
        about = f"`{inside[1]}` has text around it" if inside else "is no reference"
        told = f"a param is the whole output of an operation: {about}"
        _refuse(told if inside else f"`{text}` {about} to an output", value.span, report)
        return None
    at = value.value.index(found[1]) if found[1] else 0
    span = places(value)(at, at + len(found[1])) if found[1] else value.span
    entity, *rest = found[1].split(".")
    if entity in _RUNS and len(rest) in (2, 3) and rest[1] == "outputs":
        report.add(
            "PXC940",
            f"`{found[1]}` names a run by its id of version 0",
            span,
            help="give the value itself, or that of a run: `{ref: runs.UUID, value: outputs.NAME}`",
        )
        return None
    if entity != _OPS or len(rest) not in (2, 3) or rest[1] != "outputs" or not all(rest):
        _refuse(f"`{found[1]}` is no output of an operation", span, report)
        return None
    return Reference(rest[0], ".".join(rest[1:]), span)


def _refuse(message: str, span: Span, report: Report) -> None:
    report.add("PXC959", message, span, help=_FORM)
