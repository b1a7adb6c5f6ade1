"""A function of a DAG file gives what the expression gives when its values are known, or it fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.passes.evaluation import EvaluationFault
from pxc.targets.airflow.preamble import preamble
from pxc.targets.airflow.python_expr import Computed, Given, computed_by
from tests.argo_values import VALUES, in_python, residual, written
from tests.test_engine_expr import _PARTS, ANY_VALUES, SAME

LINES = [text.strip() for text in SAME.replace("\n", ";").split(";") if text.strip()]

ELSEWHERE = """
d | length > 1; (f | round | int) + 1; 'a' if on else 1; not (n > 2 or on); (n + 1) * 2; -(n + 1)
n - (m - 1); 2 ** (n - 1); (-n) ** 2; (n, m)[0]; s if s else u; (on and off) or on; n if n > 3 else m
"""


def types(ref: RunTimeRef) -> Given | None:
    name = ref.path.rpartition(".")[2]
    return Given(name, VALUES[name][0]) if name in VALUES else None


def translated(text: str, *, truth: bool = False) -> tuple[Computed | None, list[str]]:
    report = Report()
    found = computed_by(residual(text), types, report, truth=truth)
    told = [d.message for d in report]
    assert len(told) == (found is None)
    return found, told


def result_of(made: Computed, values: dict[str, tuple[str, Any]]) -> Any:
    """What the function gives for texts as XCom holds them; None where it fails."""
    lines = "\n".join(f"    {line}" for line in made.lines)
    text = f"{preamble(('is_true', 'json'), 'both')}\n\ndef f({', '.join(made.given)}):\n{lines}\n"
    scope: dict[str, Any] = {}
    exec(compile(text, "f.py", "exec"), scope)
    texts = {name: written(values[read][1]) for name, read in made.given.items()}
    try:
        return scope["f"](**texts)
    except (ValueError, TypeError, ArithmeticError, LookupError):
        return None


def same(text: str, values: dict[str, tuple[str, Any]]) -> bool:
    """Whether an expression is said at all; what is said must be right."""
    made, _ = translated(text)
    if made is None:
        return False
    found, expected = result_of(made, values), in_python(text, "text", values)
    assert found in (expected, None), (text, made.lines)
    if (
        found is None and expected is not None
    ):  # loud where a filter has a value for what does not fit
        assert "| int" in text or "| float" in text or "default" in text, (text, made.lines)
    return True


def test_same_as_the_evaluator() -> None:
    said = [text for text in LINES if same(text, VALUES)]
    assert len(said) > 0.7 * len(LINES)
    assert all(
        same(text.strip(), VALUES)
        for line in ELSEWHERE.split("\n")
        for text in line.split(";")
        if text.strip()
    )


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(*(_PARTS[kind] for kind in "ifbt")), ANY_VALUES)
def test_any_expression(text: str, values: dict[str, Any]) -> None:
    try:
        same(text, {name: (VALUES[name][0], value) for name, value in values.items()})
    except EvaluationFault:  # what is known already cannot be computed
        return


REFUSED = {
    "u > 1": "`>` compares a value without a declared type with a number",
    "s * 2": "`*` needs numbers, and this is text",
    "n.part": "a number has no parts",
    "texts | sort": "Airflow cannot compute",
    "d | tojson": "Airflow cannot compute",
    "n if on": "Airflow cannot compute",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    _, [told] = translated(text)
    assert told.startswith(REFUSED[text])


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("u", "yes", True), ("u", "OFF", False), ("u", "perhaps", None), ("n", 1, True),
        ("n", 7, None), ("on", True, True), ("n > 2", 3, True), ("s == 'x'", "y", False),
    ],
)  # fmt: skip
def test_conditions(text: str, value: Any, expected: bool | None) -> None:
    made, _ = translated(text, truth=True)
    assert made is not None
    name = next(iter(made.given.values()))
    assert result_of(made, {name: (VALUES[name][0], value)}) is expected


@pytest.mark.parametrize("text", ["f", "floats", "d"])
def test_what_no_condition_can_be(text: str) -> None:
    assert translated(text, truth=True)[0] is None


def test_json_of_an_output_is_read() -> None:
    made, _ = translated("d.inner.a[1] + ints[0]")
    assert made is not None
    assert result_of(made, VALUES) == "5"
    assert json.loads(written(VALUES["d"][1]))["k"] == 3
