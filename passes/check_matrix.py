"""Reports search spaces that cannot be searched."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.matrix import Matrix, Space
from pxc.ir.node import Invalid, Lit, Map, Seq, Template, is_null, plain
from pxc.ir.program import Program
from pxc.source import Span
from pxc.world import World

_POSITIONS: dict[str, tuple[str, ...]] = {
    "range": ("start", "stop", "step"),
    "linspace": ("start", "stop", "num"),
    "logspace": ("start", "stop", "num", "base"),
    "geomspace": ("start", "stop", "num"),
    "daterange": ("start", "stop", "step"),
    "datetimerange": ("start", "stop", "step"),
    "uniform": ("low", "high", "size"),
    "loguniform": ("low", "high", "size"),
    "quniform": ("low", "high", "q", "size"),
    "qloguniform": ("low", "high", "q", "size"),
    "normal": ("loc", "scale", "size"),
    "lognormal": ("loc", "scale", "size"),
    "qnormal": ("loc", "scale", "q", "size"),
    "qlognormal": ("loc", "scale", "q", "size"),
}
_OPTIONAL = frozenset({"base", "size"})
_ORDERED = frozenset({"range", "linspace", "logspace", "geomspace"})
_DATES = frozenset({"daterange", "datetimerange"})
_DISTRIBUTIONS = frozenset({
    "pchoice", "uniform", "quniform", "loguniform", "qloguniform", "normal", "qnormal",
    "lognormal", "qlognormal",
})  # fmt: skip


def check_matrix(program: Program, world: World, report: Report) -> Program:
    """Check every space of `matrix.params`: its form, its order, and that the search can use it.

    Reports PXC401 for a bad space and PXC403 for a distribution in a grid.
    Source: specification of matrices, sections 1 and 2.
    """
    matrix: Any = program.composed.matrix if program.composed is not None else None
    if not isinstance(matrix, Matrix) or not isinstance(matrix.params, Map):
        return program
    for key, space in matrix.params.entries:
        if isinstance(space, Space) and isinstance(space.kind, Lit):
            _check_space(str(plain(key)), space, matrix.kind, report)
    return program


def _check_space(name: str, space: Space, search: str, report: Report) -> None:
    assert isinstance(space.kind, Lit)
    kind = str(space.kind.value)
    bad = kind in _DISTRIBUTIONS and (
        search == "grid" or (search == "bayes" and kind not in ("uniform",))
    )
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
        _check_numbers(name, kind, value, report)


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
                   value.span)  # fmt: skip


def _check_numbers(name: str, kind: str, value: Any, report: Report) -> None:
    """A space of numbers: a map, or a list as `a:b:c` is read too."""
    positions = _POSITIONS[kind]
    needed = [p for p in positions if p not in _OPTIONAL]
    form = f'[{", ".join(needed)}], a map of these, or "{":".join(needed)}"'
    given = _given(positions, value)
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
        if str(plain(given["start"])) >= str(plain(given["stop"])):
            report.add("PXC401", f"the {kind} of `{name}` starts at or after its stop", value.span)
        return
    numbers = {k: _number(plain(v)) for k, v in given.items()}
    for key, number in numbers.items():
        if number is None:
            report.add("PXC401", f"`{key}` of `{name}` must be a number, not `{plain(given[key])}`",
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
    elif kind in _ORDERED and numbers["start"] >= numbers["stop"]:
        report.add("PXC401", f"the {kind} of `{name}` starts at or after its stop",
                   _reach(given["start"].span, given["stop"].span),
                   help="start must be less than stop")  # fmt: skip


def _reach(first: Span, second: Span) -> Span:
    """From the earlier of two places to the end of the later."""
    return Span(first.source, min(first.start, second.start), max(first.end, second.end))


def _given(positions: tuple[str, ...], value: Any) -> dict[str, Any] | None:
    """Position -> node, from a map or a list; None for anything else."""
    if isinstance(value, Map):
        return {str(plain(k)): v for k, v in value.entries}
    if isinstance(value, Seq):
        return dict(zip(positions, value.items, strict=False))
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
