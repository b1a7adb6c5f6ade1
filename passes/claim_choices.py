"""Finds every value of what waits for the run, where these are few and known: cells and options."""

from __future__ import annotations

from itertools import product
from typing import Any

from pxc.access.known import Choices
from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Lit, Template
from pxc.ir.plan import Group, Unit
from pxc.ir.sweep import DISTRIBUTIONS, Sweep, cells
from pxc.world import Language

__all__ = ["Values", "cell_values", "choices_in", "text_of_value"]

Values = dict[str, tuple[str, ...]]
"""All that a run-time reference can be, by its path."""

_MOST_CELLS = 256


def cell_values(member: Unit | Group) -> Values:
    """What each name of a matrix can be; none for a name whose values are drawn from numbers."""
    table = member.sweep or member.search
    if table is None:
        return {}
    rows = table.rows if isinstance(table, Sweep) else ()
    found: Values = {}
    for at, axis in enumerate(table.axes):
        values = [row[at] for row in rows] if rows else axis.values
        if axis.kind not in DISTRIBUTIONS and values:
            found[f"matrix.{axis.name}"] = tuple(dict.fromkeys(map(text_of_value, values)))
    return found


def text_of_value(value: Any) -> str:
    """A value as it stands in a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def choices_in(unit: Unit, values: Values, language: Language) -> Choices:
    """What tells the values of templates of a unit.

    A template of references alone is every combination of their values; one that computes with
    values of the cell is what it comes to in each cell, where these are few.
    """
    sweep = unit.sweep
    few = sweep is not None and sweep.count <= _MOST_CELLS

    def choices(template: Template) -> tuple[str, ...] | None:
        combined = _combined(template, values)
        if combined is not None or sweep is None or not few:
            return combined
        fill = language.cell_filler(sweep)
        found: dict[str, None] = {}
        for cell in cells(sweep):
            faults = Report()
            filled = fill(template, cell, faults)
            if not isinstance(filled, Lit) or faults.has_errors:
                return None
            found[text_of_value(filled.value)] = None
        return tuple(found)

    return choices


def _combined(template: Template, values: Values) -> tuple[str, ...] | None:
    if template.statements:
        return None
    columns: list[tuple[str, ...]] = []
    size = 1
    for part in template.parts:
        if isinstance(part, str):
            columns.append((part,))
            continue
        told = values.get(part.expr.path) if isinstance(part.expr, RunTimeRef) else None
        if told is None:
            return None
        size *= len(told)
        if size > _MOST_CELLS:
            return None
        columns.append(told)
    return tuple(dict.fromkeys("".join(each) for each in product(*columns)))
