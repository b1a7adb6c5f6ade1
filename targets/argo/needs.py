"""Turns the run-time values in a template into its input parameters, and names them."""

from __future__ import annotations

from collections.abc import Iterable

from pxc.ir.expr import Expr, Filter, RunTimeRef
from pxc.ir.node import Hole
from pxc.ir.plan import Input
from pxc.ir.unparse import unparse
from pxc.targets.argo.expr_lang import references
from pxc.targets.argo.expr_values import Typed, member
from pxc.targets.argo.task_names import parameter_name

__all__ = ["RUN", "Needs", "path_of"]

RUN = "run"
"""The parameter with the identity of the run; the others take other names."""


class Needs:
    """The input parameters of one template besides `run`, each with what its caller gives it.

    A value is read where the caller stands: `ops.a.outputs.x` is an output of a task beside.
    """

    def __init__(self, inputs: tuple[Input, ...] = ()) -> None:
        self.values: dict[str, Expr] = {}
        self.runs = False
        self._names: dict[str, str] = {}
        self._wanted: dict[str, str] = {}
        self._types: dict[str, str] = {}
        for each in inputs:
            expr = _only(each)
            if expr is not None:
                text = unparse(expr)
                self._wanted.setdefault(text, each.name)
                self._types[text] = self._types.get(text) or each.type

    def run(self) -> str:
        """The reference to the identity of the run."""
        self.runs = True
        return f"inputs.parameters.{RUN}"

    def name(self, expr: Expr) -> str:
        """The parameter that holds a value."""
        text = unparse(expr)
        found = self._names.get(text)
        if found is None:
            plain = expr.target if isinstance(expr, Filter) else expr
            wanted = self._wanted.get(unparse(plain)) or _made_up(expr, len(self.values))
            found = parameter_name(wanted, (RUN, *self.values))
            self._names[text] = found
            self.values[found] = expr
        return found

    def input_of(self, name: str) -> str | None:
        """The input of the unit that a parameter holds as it is; None for what is computed."""
        return self._wanted.get(unparse(self.values[name]))

    def ask(self, expr: Expr) -> str:
        """The reference to the parameter that holds a value."""
        return f"inputs.parameters.{self.name(expr)}"

    def type(self, expr: Expr) -> str:
        """The declared type of a value, empty when there is none."""
        return self.type_of(unparse(expr))

    def type_of(self, text: str) -> str:
        """The declared type of what is written so."""
        return self._types.get(text, "")

    def typed(self, expr: Expr) -> Typed:
        """The parameter that holds a value, for an expression that computes with it."""
        return Typed(member(self.name(expr), "inputs.parameters"), self.type(expr))


def path_of(expr: Expr) -> str:
    """The dotted path of a reference; empty for anything else."""
    return expr.path if isinstance(expr, RunTimeRef) else ""


def _only(given: Input) -> Expr | None:
    """The expression of a value that is one and nothing else."""
    [*parts] = given.value.parts
    hole = parts[0] if len(parts) == 1 else None
    if not isinstance(hole, Hole):
        return None
    expr = hole.expr
    return expr if isinstance(expr, Expr) else None


def _made_up(expr: Expr, number: int) -> str:
    """`train-loss` for `ops.train.outputs.loss`."""
    left_out = ("ops", "dag", "outputs", "globals", "matrix", "joins", "search")
    path = next((ref.path for ref in references(expr)), "")
    words: Iterable[str] = (w for w in path.split(".") if w not in left_out)
    return "-".join(words) or f"value-{number + 1}"
