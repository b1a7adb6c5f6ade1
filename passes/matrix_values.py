"""Holds every value of a matrix to the input that it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Note, Report
from pxc.ir.matrix import Matrix, Space
from pxc.ir.node import Lit, Map, Seq, plain
from pxc.ir.spec import Operation
from pxc.passes.io_types.declare import declare
from pxc.passes.io_types.settle import IOFacts, settle_value
from pxc.passes.io_types.types import NUMBERS, TEXTS
from pxc.source import Span

if TYPE_CHECKING:
    from fractions import Fraction

_WHOLE = frozenset({
    "int", "PositiveInt", "NonNegativeInt", "NegativeInt", "NonPositiveInt", "StrictInt",
    "ByteSize",
})  # fmt: skip
_TAKES_NUMBERS = NUMBERS | {"any", "str"}
_TAKES_DATES = TEXTS | {"any"}
_CONTINUOUS = frozenset({"uniform", "loguniform", "normal", "lognormal"})
_STEPS = {
    "range": "step", "quniform": "q", "qloguniform": "q", "qnormal": "q", "qlognormal": "q",
}  # fmt: skip
_POSITIONS = {
    "range": ("start", "stop", "step"),
    "linspace": ("start", "stop", "num"),
    "geomspace": ("start", "stop", "num"),
    "quniform": ("low", "high", "q"),
    "qloguniform": ("low", "high", "q"),
    "qnormal": ("loc", "scale", "q"),
    "qlognormal": ("loc", "scale", "q"),
}
_ENDS = {"range": ("start",), "linspace": ("start", "stop"), "geomspace": ("start", "stop")}
"""The bounds that are values themselves; the stop of a range is not."""


def check_matrix_values(operation: Operation, matrix: Matrix, report: Report) -> None:
    """PXC206 and PXC214 for each value of a mapping's rows and of the spaces that does not fit.

    In: a matrix whose spaces are sound. Source: specification of matrices, section 3; unlike the
    real system every row and every choice is held to its input.
    """
    inputs = {
        d.name: d.facts
        for d in declare(operation, Report())
        if d.section == "inputs" and (d.facts.type is not None or d.io.type is None)
    }
    for row in matrix.values.items if isinstance(matrix.values, Seq) else ():
        for key, value in row.entries if isinstance(row, Map) else ():
            facts = inputs.get(str(plain(key)))
            if facts is not None:
                settle_value(facts, value, report, "PXC206")
    for key, space in matrix.params.entries if isinstance(matrix.params, Map) else ():
        facts = inputs.get(str(plain(key)))
        if facts is not None and isinstance(space, Space) and isinstance(space.kind, Lit):
            _check_space(facts, str(space.kind.value), space, report)


def _check_space(facts: IOFacts, kind: str, space: Space, report: Report) -> None:
    if kind in ("choice", "pchoice"):
        for item in space.value.items if isinstance(space.value, Seq) else ():
            if kind == "pchoice":
                if not isinstance(item, Seq) or len(item.items) != 2:
                    return
                item = item.items[0]
            settle_value(facts, item, report, "PXC206")
        return
    assert isinstance(space.kind, Lit)
    name = facts.type.bare.name if facts.type is not None else "any"
    dates = kind in ("daterange", "datetimerange")
    if name not in (_TAKES_DATES if dates else _TAKES_NUMBERS):
        what = "dates" if dates else "numbers"
        _misfit(facts, f"a `{kind}` gives {what}", space.kind.span, None, report)
        return
    if dates:
        return
    if name in _WHOLE and kind in _CONTINUOUS:
        help = f"use `q{kind}` with a whole `q`, or declare the input as `float`"
        _misfit(facts, f"a `{kind}` gives fractions", space.kind.span, help, report)
        return
    given = _numbers(kind, space.value)
    if name in _WHOLE and _has_fractions(kind, given):
        first = _exact(given.get("start"))
        start = first is not None and first.denominator != 1
        place = given.get("start" if start else _STEPS.get(kind, ""), space.value)
        help = "choose whole numbers, or declare the input as `float`"
        _misfit(facts, f"this `{kind}` gives fractions", place.span, help, report)
        return
    for end in _ENDS.get(kind, ()):
        if end in given:
            settle_value(facts, given[end], report, "PXC206")


def _misfit(facts: IOFacts, what: str, span: Span, help: str | None, report: Report) -> None:
    notes: tuple[Note, ...] = ()
    if facts.type_span is not None:
        notes = (Note(f"`{facts.name}` is declared `{facts.type}` here", facts.type_span),)
    message = f"`{facts.name}` is of type `{facts.type}`, but {what}"
    report.add("PXC206", message, span, notes=notes, help=help)


def _numbers(kind: str, value: Any) -> dict[str, Lit[Any]]:
    """The numbers of a space by their names; empty when one is not known, or none."""
    names = _POSITIONS.get(kind, ())
    if isinstance(value, Map):
        found = {str(plain(k)): v for k, v in value.entries}
    elif isinstance(value, Seq):
        found = dict(zip(names, value.items, strict=False))
    else:
        return {}
    given = {name: found[name] for name in names if name in found}
    sound = len(given) == len(names) and all(_exact(v) is not None for v in given.values())
    return given if sound else {}


def _exact(node: Any) -> Fraction | None:
    from fractions import Fraction  # only numbers that are counted by steps need it

    value = node.value if isinstance(node, Lit) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not abs(value) < 1e15:
        return None
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _has_fractions(kind: str, given: dict[str, Lit[Any]]) -> bool:
    """Whether some value of a space is surely no whole number."""
    numbers = {name: n for name, node in given.items() if (n := _exact(node)) is not None}
    if not numbers:
        return False
    if kind == "range":
        first = numbers["start"]
        more = first + numbers["step"] < numbers["stop"]
        return first.denominator != 1 or (more and numbers["step"].denominator != 1)
    if kind == "linspace" and numbers["num"] > 1:
        step = (numbers["stop"] - numbers["start"]) / (numbers["num"] - 1)
        return numbers["start"].denominator != 1 or step.denominator != 1
    return kind in _STEPS and numbers["q"].denominator != 1
