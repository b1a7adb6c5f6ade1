"""Reports search spaces that cannot be searched, and values that no input takes."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.matrix import Matrix, Space
from pxc.ir.node import Invalid, Lit, Map, Seq, Template, is_null, plain
from pxc.ir.program import Program
from pxc.ir.ranges import MAY_BE_MISSING, POSITIONS, WHOLE
from pxc.ir.sweep import DISTRIBUTIONS
from pxc.passes.evaluate_expressions import hand_over
from pxc.passes.io_types.misfit import Misfit
from pxc.passes.io_types.times import date, date_time
from pxc.passes.spaces import given_positions, number_of
from pxc.source import Span, head_of
from pxc.world import Language, World

_ORDERED = frozenset({"range", "linspace", "logspace", "geomspace"})
_DATES = frozenset({"daterange", "datetimerange"})
_DRAWN = DISTRIBUTIONS | {"pchoice"}


def check_matrix(program: Program, world: World, report: Report) -> Program:
    """Check every space of `matrix.params`: its form, its order, and that the search can use it.

    Reports PXC401 for a bad space, PXC403 for a distribution in a grid, PXC407 for a hyperband
    without a metric, PXC412 for probabilities of less than 1, and PXC206 and PXC214 for values
    that do not fit their inputs. Source: specification of matrices, sections 1 to 3.
    """
    composed = program.composed
    if composed is None or not isinstance(composed.matrix, Matrix):
        return program
    matrix = composed.matrix
    if matrix.kind == "hyperband" and _is_unset(matrix.metric) and _is_unset(matrix.tuner):
        report.add(
            "PXC407",
            "the hyperband search has no `metric`, so it cannot tell which runs are better",
            head_of(matrix.span),
            help="add `metric: {name: loss, optimization: minimize}`",
        )
    faults = Report()
    for key, space in matrix.params.entries if isinstance(matrix.params, Map) else ():
        if isinstance(space, Space) and isinstance(space.kind, Lit):
            check_space(str(plain(key)), space, matrix.kind, world.language, faults)
    if not faults.has_errors:
        from pxc.passes.matrix_values import check_matrix_values  # most files have no matrix

        check_matrix_values(composed, matrix, report)
    hand_over(faults, report, is_open=False)
    return program


def _is_unset(node: Any) -> bool:
    return node is None or is_null(node)


def check_space(name: str, space: Space, search: str, language: Language, report: Report) -> None:
    """Check one space for the kind of search it is in; one that is a template is not known yet."""
    assert isinstance(space.kind, Lit)
    kind = str(space.kind.value)
    bad = kind in _DRAWN and (search == "grid" or (search == "bayes" and kind not in ("uniform",)))
    if bad:
        report.add(
            "PXC403",
            f"`{name}` is a `{kind}`, which a {search} search cannot use",
            space.kind.span,
            help="use `matrix: {kind: random}`, or a discrete space: `choice`, `range`, `linspace`"
            if search == "grid"
            else "use `uniform` or a discrete space",
        )
        return
    value = space.value
    if value is None or isinstance(value, Template | Invalid) or is_null(value):
        return
    if kind == "choice":
        _check_list(name, value, report)
    elif kind == "pchoice":
        _check_weights(name, value, report)
    else:
        _check_numbers(name, kind, value, language, report)


def _check_list(name: str, value: Any, report: Report) -> bool:
    if isinstance(value, Seq) and value.items:
        return True
    report.add("PXC401", f"the choices of `{name}` must be a list with at least one item",
               value.span, help="write `value: [a, b, c]`")  # fmt: skip
    return False


def _check_weights(name: str, value: Any, report: Report) -> None:
    if not _check_list(name, value, report):
        return
    total = 0.0
    for item in value.items:
        pair = plain(item)
        weight = pair[1] if isinstance(pair, list) and len(pair) == 2 else None
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < 1:
            report.add(
                "PXC401",
                f"each choice of `{name}` must be `[value, probability]`",
                item.span,
                help="a probability is a number from 0 up to, but not including, 1",
            )
            return
        total += weight
    if total > 1 + 1e-9:
        report.add("PXC401", f"the probabilities of `{name}` add up to {total:g}, more than 1",
                   value.span, help="make them add up to 1")  # fmt: skip
    elif total < 1 - 1e-3:
        last = value.items[-1]
        more = plain(last)[1] + 1 - total
        report.add("PXC412", f"the probabilities of `{name}` add up to {total:g}, less than 1",
                   value.span, notes=(Note(f"this one gets the rest: {more:g}", last.span),),
                   help="make them add up to 1")  # fmt: skip


def _check_numbers(name: str, kind: str, value: Any, language: Language, report: Report) -> None:
    """A space of numbers: a map, or a list as `a:b:c` is read too."""
    positions = POSITIONS[kind]
    needed = [p for p in positions if p not in MAY_BE_MISSING]
    form = f'[{", ".join(needed)}], a map of these, or "{":".join(needed)}"'
    given = given_positions(positions, value)
    missing = [p for p in needed if p not in given] if given is not None else needed
    unknown = [k for k in given or () if k not in positions]
    if given is None or missing or unknown:
        problem = f"has no `{missing[0]}`" if given and missing and not unknown else (
            f"has no field `{unknown[0]}`" if unknown else "cannot be read"
        )  # fmt: skip
        report.add("PXC401", f"the {kind} of `{name}` {problem}", value.span, help=f"write {form}")
        return
    if isinstance(value, Seq) and len(value.items) > len(positions):
        report.add("PXC401", f"the {kind} of `{name}` has at most {len(positions)} numbers",
                   value.items[len(positions)].span, help=f"write {form}")  # fmt: skip
        return
    if any(isinstance(v, Template | Invalid) for v in given.values()):
        return
    if kind in _DATES:
        _check_dates(name, kind, given, language, report)
        return
    numbers = {k: number_of(plain(v)) for k, v in given.items()}
    for key, number in numbers.items():
        what = "a whole number" if key in WHOLE else "a number"
        if number is None or (key in WHOLE and not number.is_integer()):
            report.add("PXC401", f"`{key}` of `{name}` must be {what}, not `{plain(given[key])}`",
                       given[key].span)  # fmt: skip
            return
    _check_order(name, kind, {k: v for k, v in numbers.items() if v is not None}, given, report)


def _check_order(
    name: str, kind: str, numbers: dict[str, float], given: dict[str, Any], report: Report
) -> None:
    step = next((k for k in ("step", "num", "q") if k in numbers), None)
    if step is not None and numbers[step] == 0:
        report.add("PXC401", f"`{step}` of `{name}` must not be 0", given[step].span)
    elif step in ("step", "num") and numbers[step] < 0:
        report.add("PXC401", f"`{step}` of `{name}` must be more than 0: the space is empty",
                   given[step].span)  # fmt: skip
    elif (key := _not_positive(kind, numbers)) is not None:
        report.add("PXC401", f"`{key}` of `{name}` must be more than 0: a {kind} has no other",
                   given[key].span, help="use `linspace` for numbers of 0 and less"
                   if kind == "geomspace" else None)  # fmt: skip
    elif "scale" in numbers and numbers["scale"] < 0:
        report.add("PXC401", f"`scale` of `{name}` is negative", given["scale"].span,
                   help="the scale is the standard deviation")  # fmt: skip
    elif "low" in numbers and numbers["low"] > numbers["high"]:
        report.add("PXC401", f"`low` of `{name}` is more than its `high`",
                   _reach(given["low"].span, given["high"].span), help="swap them")  # fmt: skip
    elif kind in _ORDERED and numbers["start"] >= numbers["stop"]:
        report.add("PXC401", f"the {kind} of `{name}` starts at or after its stop",
                   _reach(given["start"].span, given["stop"].span),
                   help="start must be less than stop")  # fmt: skip


def _not_positive(kind: str, numbers: dict[str, float]) -> str | None:
    """The number of a geometric space, or the base of a logarithmic one, that has no logarithm."""
    keys = {"geomspace": ("start", "stop"), "logspace": ("base",)}.get(kind, ())
    return next((key for key in keys if numbers.get(key, 1) <= 0), None)


def _check_dates(
    name: str, kind: str, given: dict[str, Any], language: Language, report: Report
) -> None:
    """A space of dates: days that exist, in order, a step of more than 0."""
    read, expected = (date, "a date") if kind == "daterange" else (date_time, "a date and time")
    moments = []
    for key in ("start", "stop"):
        value = plain(given[key])
        try:
            moments.append(read(value))
        except Misfit as misfit:
            report.add("PXC401", f"`{key}` of `{name}` must be {expected}: {misfit.message}",
                       given[key].span, help=misfit.help)  # fmt: skip
            return
    step = plain(given["step"])
    days = kind == "daterange"
    fault = None if days else language.interval_seconds(str(step))
    if isinstance(fault, str) or (days and (type(step) is not int or step < 1)):
        report.add("PXC401", f"`step` of `{name}` must be "
                   + ("a whole number of days" if days else f"a duration: {fault}"),
                   given["step"].span)  # fmt: skip
    elif [len(m) for m in moments] == [len(moments[0])] * 2 and moments[0] >= moments[1]:
        report.add("PXC401", f"the {kind} of `{name}` starts at or after its stop",
                   _reach(given["start"].span, given["stop"].span),
                   help="start must be before stop")  # fmt: skip


def _reach(first: Span, second: Span) -> Span:
    """From the earlier of two places to the end of the later."""
    return Span(first.source, min(first.start, second.start), max(first.end, second.end))
