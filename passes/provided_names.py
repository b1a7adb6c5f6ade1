"""Turns a matrix and joins into the names of inputs that they will fill."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.ir.io import Join
from pxc.ir.matrix import Matrix, Resource
from pxc.ir.node import Invalid, Lit, Map, Seq, Template
from pxc.ir.spec import Operation
from pxc.source import Span


class Provided(Struct, frozen=True):
    """Names that get their values later, with the place that says so.

    `gaps` has, for a name that only some rows of a mapping give, the rows that do not.
    `is_open` tells that further names may come from a part that is a template.
    """

    matrix: dict[str, Span]
    joins: dict[str, Span]
    gaps: dict[str, list[Span]]
    is_open: bool


def provided_names(operation: Operation) -> Provided:
    """What the matrix and the joins of an operation provide.

    Source: specification of inputs, section 6.
    """
    matrix, joins, gaps = dict[str, Span](), dict[str, Span](), dict[str, list[Span]]()
    is_open = isinstance(operation.matrix, Template | Invalid)
    if isinstance(operation.matrix, Matrix):
        search = operation.matrix
        is_open |= _gather(search.params, matrix) | _gather_rows(search.values, matrix, gaps)
        if isinstance(search.resource, Resource) and isinstance(search.resource.name, Lit):
            matrix.setdefault(str(search.resource.name.value), search.resource.name.span)
    if isinstance(operation.joins, Seq):
        for join in operation.joins.items:
            if isinstance(join, Join):
                is_open |= _gather(join.params, joins)
            else:
                is_open = True
    elif isinstance(operation.joins, Template | Invalid):
        is_open = True
    return Provided(matrix, joins, gaps, is_open)


def _gather(params: Any, names: dict[str, Span]) -> bool:
    """Add the keys of a map; whether there may be more."""
    if not isinstance(params, Map):
        return isinstance(params, Template | Invalid)
    for key, _ in params.entries:
        if isinstance(key, Lit):
            names.setdefault(str(key.value), key.span)
    return any(not isinstance(key, Lit) for key, _ in params.entries)


def _gather_rows(rows: Any, names: dict[str, Span], gaps: dict[str, list[Span]]) -> bool:
    """Add the keys of a mapping's rows, and the rows that lack one; whether open."""
    if not isinstance(rows, Seq):
        return isinstance(rows, Template | Invalid)
    is_open = False
    for row in rows.items:
        is_open |= _gather(row, names)
    for row in rows.items:
        if isinstance(row, Map):
            given = {str(key.value) for key, _ in row.entries if isinstance(key, Lit)}
            for name in names:
                if name not in given and not is_open:
                    gaps.setdefault(name, []).append(row.span)
    return is_open
