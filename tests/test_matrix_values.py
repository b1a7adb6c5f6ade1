"""Values of a matrix: every row, every choice and every range is held to its input."""

from __future__ import annotations

import pytest

from pxc.driver import Outcome
from tests.reading import compiled, found, linted


def search(matrix: str, *inputs: str) -> str:
    declared = ", ".join(f"{{name: {i}, toEnv: {i[0].upper()}}}" for i in inputs)
    return (
        f"kind: operation\nmatrix: {{{matrix}}}\ncomponent:\n"
        f"  inputs: [{declared}]\n  run: {{kind: job, container: {{image: 'a:1'}}}}\n"
    )


def rows(values: str) -> str:
    return f"kind: mapping, values: [{values}]"


def grid(space: str) -> str:
    return f"kind: grid, params: {{x: {{{space}}}}}"


def drawn(space: str) -> str:
    return f"kind: random, seed: 1, numRuns: 3, params: {{x: {{{space}}}}}"


INT, FLOAT, STR = "x, type: int", "x, type: float", "x, type: str"

FAULTS = [
    (rows("{x: 1}, {x: a}, {x: 2}, {x: 0.5}"), INT, ["PXC206 a", "PXC206 0.5"]),
    (rows("{x: [1, b]}"), "x, type: 'List[int]'", ["PXC206 b"]),
    (rows("{x: 1}, {x: -1}"), "x, type: int, validation: {gt: 0}", ["PXC214 -1"]),
    (grid("kind: choice, value: [1, a, 2.5]"), INT, ["PXC206 a", "PXC206 2.5"]),
    (drawn("kind: pchoice, value: [[1, 0.5], [a, 0.5]]"), INT, ["PXC206 a"]),
    (grid("kind: range, value: [0, 1, 0.25]"), INT, ["PXC206 0.25"]),
    (grid("kind: range, value: {start: 0.5, stop: 3, step: 1}"), INT, ["PXC206 0.5"]),
    (grid("kind: linspace, value: '0:1:5'"), INT, ["PXC206 '0:1:5'"]),
    (grid("kind: linspace, value: '0:1:5'"), "x, type: bool", ["PXC206 linspace"]),
    (grid("kind: range, value: [1, 5, 1]"), "x, type: 'List[int]'", ["PXC206 range"]),
    (
        grid("kind: daterange, value: ['2020-01-01', '2020-02-01', 7]"),
        INT,
        ["PXC206 daterange"],
    ),
    (drawn("kind: uniform, value: [0, 10]"), INT, ["PXC206 uniform"]),
    (drawn("kind: quniform, value: [0, 10, 0.5]"), INT, ["PXC206 0.5"]),
    (
        grid("kind: linspace, value: [0, 1, 3]"),
        "x, type: float, validation: {gt: 0}",
        ["PXC214 0"],
    ),
]

SOUND = [
    (grid("kind: range, value: [1, 5, 1]"), STR),
    (rows("{x: 1}, {x: '2'}, {x: 3.0}"), INT),
    (rows("{x: 1}, {x: true}"), "x, type: any"),
    (rows("{x: '{{ globals.uuid }}'}"), STR),
    (grid("kind: choice, value: [a, 1]"), STR),
    (grid("kind: choice, value: '{{ globals.name }}'"), INT),
    (grid("kind: range, value: [0, 10, 2]"), INT),
    (grid("kind: range, value: [0, 1, 1.5]"), INT),
    (grid("kind: linspace, value: [0, 10, 11]"), INT),
    (grid("kind: logspace, value: [0, 3, 4]"), INT),
    (grid("kind: geomspace, value: [1, 1000, 4]"), INT),
    (grid("kind: range, value: [0.1, 1, 0.1]"), FLOAT),
    (grid("kind: range, value: [1, 3, 1]"), "x, type: metric"),
    (grid("kind: range, value: [1, 3, 1]"), "x"),
    (grid("kind: daterange, value: ['2020-01-01', '2020-02-01', 7]"), "x, type: date"),
    (drawn("kind: quniform, value: [0, 10, 2]"), INT),
    (drawn("kind: uniform, value: [0, 1]"), "x, type: float, validation: {gt: 0}"),
]


def marked(outcome: Outcome) -> list[str]:
    return [f"{d.code.id} {d.span.text}" for d in outcome.report]


@pytest.mark.parametrize(("matrix", "input", "expected"), FAULTS)
def test_values_that_do_not_fit(matrix: str, input: str, expected: list[str]) -> None:
    assert marked(linted(search(matrix, input))) == expected
    assert marked(compiled(search(matrix, input))) == expected


@pytest.mark.parametrize(("matrix", "input"), SOUND)
def test_values_that_fit(matrix: str, input: str) -> None:
    assert found(linted(search(matrix, input)).report) == []


def test_each_row_that_lacks_a_required_input_is_told() -> None:
    text = search(rows("{x: 1, y: 1}, {x: 2}, {y: 3}, {y: 1, x: 1}"), INT, "y, type: int")
    assert marked(linted(text)) == ["PXC204 {x: 2}", "PXC204 {y: 3}"]
    optional = search(rows("{x: 1, y: 1}, {x: 2}"), INT, "y, type: int, value: 1")
    assert marked(linted(optional)) == []
