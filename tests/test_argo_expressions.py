"""Expressions over values of the run become expr-lang for Argo, or are refused."""

from __future__ import annotations

import pytest

from pxc.targets.argo.expr_lang import Form
from pxc.targets.argo.expr_outputs import output_expr
from tests.argo_values import said

N, F, S, U = (f"inputs.parameters.{name}" for name in "nfsu")
ON = "!!fromJSON(lower(inputs.parameters.on))"

SAID: list[tuple[Form, str, str]] = [
    # what a program wrote stands as it is; a boolean prints as Python does
    ("text", "n", N),
    ("text", "on", f"{ON} ? 'True' : 'False'"),
    ("argument", "on", "inputs.parameters.on"),
    ("argument", "d", "inputs.parameters.d"),
    # parameters are read by their declared type
    ("text", "n + 1", f"string(int({N}) + 1)"),
    ("argument", "f > 0.9", f"string(float({F}) > 0.9)"),
    ("condition", "f > 0.9 and on", f"float({F}) > 0.9 && {ON}"),
    ("condition", "not on or n > 3", f"!({ON}) || int({N}) > 3"),
    ("condition", "u == 'ready'", f"{U} == 'ready'"),
    ("condition", "s in ['a', 'b']", f"{S} in ['a', 'b']"),
    ("condition", "s", f"map([lower(trim({S}))], # in ['1', 'on', 't', 'true', 'y', 'yes'] ? true"
     " : (# in ['0', 'f', 'false', 'n', 'no', 'off'] ? false"
     " : sprig.fail('the condition is neither true nor false') == ''))[0]"),
    # the branches of a choice keep what their programs wrote
    ("text", "f if on else 'none'", f"{ON} ? {F} : 'none'"),
    ("text", "s or 'none'", f"{S} != '' ? {S} : 'none'"),
    ("text", "'--lr=' ~ f", f"'--lr=' + {F}"),
    # no brace that could end a tag, no quote that could end a text
    ("text", "\"it's {{ }} \" ~ s", f"'it\\'s \\u007b\\u007b \\u007d\\u007d ' + {S}"),
    ("text", "{'a': n}.a ~ ''", f"{N} + ''"),
    # Python's own rounding
    ("text", "m // 2", "string(int(floor(int(inputs.parameters.m) / 2)))"),
    ("text", "m % 3", "string((int(inputs.parameters.m) % 3 + 3) % 3)"),
    ("condition", "1 < n < 5", f"map([int({N})], 1 < # && # < 5)[0]"),
    ("text", "texts | join(',')", "join(fromJSON(inputs.parameters.texts), ',')"),
    ("text", "ints | length", "string(len(map(fromJSON(inputs.parameters.ints), int(#))))"),
    ("condition", "d.name == 'x'", "(fromJSON(inputs.parameters.d)['name'] ?? "
     "sprig.fail('there is no `ops.a.outputs.d.name`')) == 'x'"),
    ("condition", "d.other is defined", "'other' in fromJSON(inputs.parameters.d)"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "text", "expected"), SAID, ids=[t for _, t, _ in SAID])
def test_said(form: Form, text: str, expected: str) -> None:
    assert said(text, form) == (expected, [])


REFUSED: dict[str, str] = {
    "d": "a map that the run leaves has no text",
    "ints": "a list that the run leaves has no text",
    "u == 3": "`==` compares a value without a declared type with a number",
    "s == 3": "`==` compares text with a number",
    "u in ['a', 3]": "Argo does not look for a value without a declared type in a list",
    "u and on": "whether a value without a declared type is true depends on its type",
    "f // 2": "Argo has no `//` for numbers with a fraction",
    "f ** 2": "Argo has no `**` for numbers with a fraction",
    "n ** m": "Argo raises to a known power only",
    "n / 0": "this divides by zero",
    "n + s": "`+` needs numbers, and this is text",
    "s * 2": "`*` needs numbers, and this is text",
    "s | capitalize": "Argo has no filter `capitalize` for a value of the run",
    "f | round(2)": "Argo does not round to digits as Python does",
    "texts | sort": "Argo sorts numbers only",
    "'%.2f' | format(f)": "Argo knows `%s` only",
    "s if on": "Argo needs a value for both cases",
    "(n if on else s) == 3": "this is a number or text, and Argo must know which",
    "1 < n < f < 3": "Argo has no longer chain of comparisons",
    "n + 2 ** 70": "Argo has no number `1180591620717411303424`",
    "d == d": "Argo does not compare a map with a map",
    "texts[n:]": "Argo cuts at known places only",
    "ints | map('replace') | join": "`replace` needs two texts",
    "ints | select('gt') | join": "the test `gt` does not take 0 arguments",
    "u is string": "Argo has no test `string` for a value without a declared type",
    "s ~ ('x' * 20000)": "this is too long for Argo",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert said(text) == (None, [REFUSED[text]])


def test_conditions_that_are_neither() -> None:
    assert said("f", "condition") == (None, ["a number is neither true nor false"])
    assert said("texts", "condition") == (None, ["a list is neither true nor false"])


def test_expressions_stay_in_proportion() -> None:
    deep = " or ".join(f"(s ~ {i})" for i in range(60))
    found, _ = said(f"({deep}) == 'x'", "condition")
    assert found is not None
    assert len(found) < 60 * 200
    nested = "n"
    for _ in range(60):
        nested = f"(1 / {nested})"
    found, _ = said(f"{nested} > 0", "condition")
    assert found is not None
    assert len(found) < 60 * 100


def test_outputs() -> None:
    plain = "tasks.train.outputs.parameters.loss"
    assert output_expr("train", "loss", "loss") == plain
    assert output_expr("train", "loss", "loss", tracking=True) == (
        f"{plain} != '' ? {plain} : map([fromJSON(tasks.train.outputs.parameters['pxc-run'])"
        ".outputs?.loss ?? ''], type(#) == 'string' ? # : toJson(#))[0]"
    )
