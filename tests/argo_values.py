"""Values that a run leaves, as outputs of several types, and expressions over them for Argo."""

from __future__ import annotations

import json
from typing import Any

from pxc.diagnostics import Report
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.grammar.expression import parse_expression
from pxc.ir.expr import Const, Expr, ExprNode, RunTimeRef
from pxc.passes.evaluation import Budget, EvaluationFault, Scope, evaluate
from pxc.passes.evaluation.operators import text_of
from pxc.source import Source, Span, whole
from pxc.targets.argo.expr_lang import Form, Typed, expr_of

VALUES: dict[str, tuple[str, Any]] = {
    "n": ("int", 3),
    "m": ("int", -7),
    "zero": ("int", 0),
    "f": ("float", 0.93),
    "g": ("float", 2.0),
    "h": ("metric", -2.5),
    "big": ("float", 1e22),
    "small": ("float", 1e-7),
    "on": ("bool", True),
    "off": ("bool", False),
    "s": ("str", "Añb c"),
    "empty": ("str", ""),
    "digits": ("str", " 12_3 "),
    "decimal": ("str", "1.5e3"),
    "braces": ("str", "{{ inputs.parameters.n }} }} {{"),
    "u": ("", "ready"),
    "ints": ("List[int]", [3, 1, 2]),
    "floats": ("List[float]", [0.5, 2.0]),
    "texts": ("List[str]", ["a", "B", "c"]),
    "bools": ("List[bool]", [True, False]),
    "nothing": ("List[int]", []),
    "list": ("list", ["a", 1, True]),
    "rows": ("list", [{"k": "x"}, {"k": "y"}]),
    "d": ("dict", {"name": "x", "k": 3, "on": True, "inner": {"a": [1, 2]}, "lr": 0.1}),
    "weights": ("Dict[str, float]", {"a": 0.5, "b": 2.0}),
}
"""The declared type and the value of each output."""


def written(value: Any) -> str:
    """A value as a program writes it into the file of an output."""
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, float) else json.dumps(value)


def parameters(values: dict[str, tuple[str, Any]] = VALUES) -> dict[str, str]:
    """The variables of a template whose parameters hold the values."""
    return {f"inputs.parameters.{name}": written(value) for name, (_, value) in values.items()}


def names(ref: RunTimeRef) -> Typed | None:
    """The parameter that holds an output."""
    name = ref.path.rpartition(".")[2]
    return Typed(f"inputs.parameters.{name}", VALUES[name][0]) if name in VALUES else None


def parsed(text: str) -> Expr:
    """The tree of an expression."""
    source, report = Source("expression", text), Report()
    expr = parse_expression(text, lambda start, end: Span(source, start, end), report)
    assert expr is not None, [d.message for d in report]
    return expr


def residual(text: str) -> ExprNode:
    """What is left of an expression for the run."""
    span = whole(Source("expression", text))
    scope = Scope({name: RunTimeRef(span, f"ops.a.outputs.{name}") for name in VALUES})
    found = evaluate(parsed(text), scope, Budget())
    return found if isinstance(found, ExprNode) else Const(span, found)


def said(text: str, form: Form = "text") -> tuple[str | None, list[str]]:
    """The text of expr-lang for an expression, and what was reported."""
    expr, report = residual(text), Report()
    found = expr_of(expr, names, report, expr.span, form)
    reported = list(report)
    assert len(reported) == (found is None)
    assert all(d.code.id == "PXC703" and d.help for d in reported)
    return found, [d.message for d in reported]


def in_python(
    text: str, form: Form = "text", values: dict[str, tuple[str, Any]] = VALUES
) -> str | None:
    """What an expression gives when its values are known; None for a fault."""
    scope = Scope({name: value for name, (_, value) in values.items()})
    try:
        value = evaluate(parsed(text), scope, Budget())
    except EvaluationFault:
        return None
    if form == "text":
        return text_of(value, Budget(), whole(Source("expression", text)))
    return written(value)


def compiled_for_argo(text: str, params: tuple[tuple[str, str], ...] = ()) -> Outcome:
    """The outcome of compiling a file for Argo."""
    files = (SourceText("file.yaml", text.encode()),)
    return compile_request(Request(files=files, params=params, target="argo"))
