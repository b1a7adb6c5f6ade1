"""Keeps the functions of a DAG file that compute values of the run, each written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from pxc.diagnostics import Report
from pxc.ir.expr import Binary, Const, Expr, RunTimeRef
from pxc.ir.node import Hole, Invalid, Template
from pxc.ir.plan import Input
from pxc.targets.airflow.python_expr import Computed, Given, computed_by
from pxc.targets.airflow.python_text import WIDTH
from pxc.targets.airflow.scope import Scope
from pxc.targets.airflow.variables import function_name

__all__ = ["Functions", "computed", "declared_types", "expression_of"]


class Functions(Struct):
    """What a file computes: functions by their names, and those that its templates call."""

    bodies: dict[str, Computed] = field(default_factory=dict)
    macros: set[str] = field(default_factory=set)

    def add(self, wanted: str, made: Computed) -> str:
        """The name of a function that does this; the one that is there already, if there is."""
        for name, known in self.bodies.items():
            if known.lines == made.lines and list(known.given) == list(made.given):
                return name
        name = function_name(wanted, self.bodies)
        self.bodies[name] = made
        return name

    def macro(self, wanted: str, made: Computed) -> str:
        """The expression of Jinja that calls such a function."""
        name = self.add(wanted, made)
        self.macros.add(name)
        return f"{name}({', '.join(made.given.values())})"

    def text(self) -> list[str]:
        """The definitions, one after the other."""
        found = []
        for name, made in self.bodies.items():
            lines = "\n".join(map(_line, made.lines))
            found.append(f"def {name}({', '.join(made.given)}):\n{lines}\n")
        return found


def _line(text: str) -> str:
    """A line of a body; a formatter leaves one alone that has no room for it."""
    line = f"    {text}"
    return line if len(line) <= WIDTH else f"{line}  # fmt: skip"


def computed(
    expr: Expr, scope: Scope, inputs: Sequence[Input], report: Report, *, truth: bool = False
) -> Computed | None:
    """The function that computes a value for a task with these inputs; None after PXC703."""
    return computed_by(expr, _types(scope, inputs), report, truth=truth)


def declared_types(inputs: Sequence[Input]) -> dict[str, str]:
    """The types of inputs that are nothing but a value of the run, by the path of that."""
    declared: dict[str, str] = {}
    for each in inputs:
        parts = each.value.parts if isinstance(each.value, Template) else ()  # known in a cell
        hole = parts[0] if len(parts) == 1 else None
        if isinstance(hole, Hole) and isinstance(hole.expr, RunTimeRef) and each.type:
            declared.setdefault(hole.expr.path, each.type)
    return declared


def _types(scope: Scope, inputs: Sequence[Input]) -> Callable[[RunTimeRef], Given | None]:
    declared = declared_types(inputs)

    def given(ref: RunTimeRef) -> Given | None:
        read = scope.read(ref)
        return None if read is None else Given(read, declared.get(ref.path) or scope.type(ref.path))

    return given


def expression_of(template: Template, report: Report) -> Expr | None:
    """A template as one expression; None after PXC703, or where it is faulty."""
    found: Expr | None = None
    for part in template.parts if not template.statements else ():
        expr = part.expr if isinstance(part, Hole) else Const(template.span, part)
        if isinstance(expr, Invalid):
            return None
        found = expr if found is None else Binary(template.span, "~", found, expr)
    if found is None:
        report.add(
            "PXC703",
            "Airflow has no statements",
            template.span,
            help="compute the value in the container, as an output",
        )
    return found
