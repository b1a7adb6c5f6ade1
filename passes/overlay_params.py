"""Turns `-P name=value` pairs into params of an operation, over those it has."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.io import Param
from pxc.ir.node import Lit, Map, Table, replace
from pxc.ir.spec import Operation
from pxc.source import Span
from pxc.world import Language


def overlay_params(
    operation: Operation,
    params: tuple[tuple[Lit[str], Lit[str]], ...],
    language: Language,
    report: Report,
) -> Operation:
    """The operation with each value laid over the param of its name.

    What a param says besides its value (`toEnv`, `connection`, ...) is kept; a `ref` is not, for
    the value replaces it. Values are text, or templates. PXC225 for a name given twice.
    Source: specification of patches, section 3.
    """
    if not params:
        return operation
    first: dict[str, Span] = {}
    old = operation.params if isinstance(operation.params, Map) else None
    entries: list[tuple[Any, Any]] = list(old.entries) if old is not None else []
    places = {key.value: i for i, (key, _) in enumerate(entries) if isinstance(key, Lit)}
    for name, text in params:
        if name.value in first:
            report.add(
                "PXC225",
                f"the param `{name.value}` is given twice",
                name.span,
                notes=(Note("it is given here first", first[name.value]),),
                help="give each param one `-P`",
            )
            continue
        first[name.value] = name.span
        value = language.parse_value(text.value, text.span)
        at = places.get(name.value)
        if at is None:
            places[name.value] = len(entries)
            entries.append((name, Param(name.span, value, short=True)))
        else:
            entries[at] = (entries[at][0], _laid(entries[at][1], value, name.span))
    span = old.span if old is not None else params[0][0].span
    return replace(operation, params=Table(span, tuple(entries)))


def _laid(param: Any, value: Any, span: Span) -> Param:
    if isinstance(param, Param):
        return replace(param, span=span, value=value, ref=None)
    return Param(span, value, short=True)
