"""Reports values of a matrix that do not fit the inputs they are for."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.io import IO
from pxc.ir.matrix import Matrix, Space
from pxc.ir.node import Lit, Map, Seq, plain
from pxc.ir.spec import Operation
from pxc.passes.io_types.settle import IOFacts, facts_of, settle_value
from pxc.passes.io_types.types import NUMBERS

_DATES = frozenset({"daterange", "datetimerange"})
_TAKES_NUMBERS = NUMBERS | {"any", "str"}


def check_matrix_values(operation: Operation, matrix: Matrix, report: Report) -> None:
    """Hold every row of a mapping and every choice to the input of its name.

    In: a composed operation and its matrix. PXC206 for a value of another type, and for a space of
    numbers whose input takes none; PXC214 for one that a validation refuses. Values with
    expressions in them are passed over. Source: specification of matrices, section 3.
    """
    inputs = operation.inputs.items if isinstance(operation.inputs, Seq) else ()
    facts = {f.name: f for f in (facts_of(i) for i in inputs if isinstance(i, IO))}
    if isinstance(matrix.values, Seq):
        for row in matrix.values.items:
            for key, value in row.entries if isinstance(row, Map) else ():
                _check_value(facts.get(str(plain(key))), value, report)
    spaces = matrix.params.entries if isinstance(matrix.params, Map) else ()
    for key, space in spaces:
        asked = facts.get(str(plain(key)))
        if asked is not None and isinstance(space, Space) and isinstance(space.kind, Lit):
            _check_space(asked, space.kind, space.value, report)


def _check_space(facts: IOFacts, kind: Lit[Any], value: Any, report: Report) -> None:
    if kind.value in ("choice", "pchoice"):
        for item in value.items if isinstance(value, Seq) else ():
            if kind.value == "choice":
                _check_value(facts, item, report)
            elif isinstance(item, Seq) and item.items:
                _check_value(facts, item.items[0], report)
    elif kind.value not in _DATES:
        _check_numbers(facts, kind, report)


def _check_numbers(facts: IOFacts, kind: Lit[Any], report: Report) -> None:
    if facts.type is None or facts.type.bare.name in _TAKES_NUMBERS:
        return
    report.add(
        "PXC206",
        f"`{facts.name}` is of type `{facts.type}`, but a `{kind.value}` gives numbers",
        kind.span,
        notes=(Note("its type is declared here", facts.type_span),) if facts.type_span else (),
        help="use `kind: choice`, or declare the input as `int` or `float`",
    )


def _check_value(facts: IOFacts | None, value: Any, report: Report) -> None:
    if facts is not None:
        settle_value(facts, value, report, "PXC206")
