"""A matrix becomes a table: its axes, rows and draws, and templates filled cell by cell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from pxc.diagnostics import Report
from pxc.ir.draws import Generator, draw_rows
from pxc.ir.plan import Plan
from pxc.ir.sweep import Axis, Sweep, cells
from pxc.language import PolyaxonLanguage
from pxc.source import Source, Span
from tests.reading import compiled, found, linted

AT = Span(Source("f.yaml", "x"), 0, 1)


def text(matrix: str, inputs: str = "{name: a}", args: str = "'{{ a }}'", more: str = "") -> str:
    return (
        f"kind: operation\nmatrix: {{{matrix}}}\n{more}component:\n  inputs: [{inputs}]\n"
        f"  run: {{kind: job, container: {{image: 'i:1', command: [c], args: [{args}]}}}}\n"
    )


def space(value: str, kind: str = "choice") -> str:
    return f"kind: grid, params: {{a: {{kind: {kind}, value: {value}}}}}"


def plan_of(source: str, **options: Any) -> Plan:
    outcome = compiled(source, **options)
    assert outcome.plan is not None, found(outcome.report)
    plan: Plan = outcome.plan
    return plan


def sweep_of(source: str, **options: Any) -> Sweep:
    sweep = plan_of(source, **options).units[0].sweep
    assert sweep is not None
    return sweep


def values(source: str) -> list[Any]:
    return [cell[0] for cell in cells(sweep_of(source))]


SPACES = [
    ("choice", "[1, a, true, null, [1, 2], {b: c}]", [1, "a", True, None, [1, 2], {"b": "c"}]),
    ("range", "[1, 9, 4]", [1.0, 5.0]),
    ("range", "[1, 10, 4]", [1.0, 5.0, 9.0]),
    ("range", "'0.1:0.5:0.1'", [0.1, 0.2, 0.30000000000000004, 0.4]),
    ("linspace", "{start: 0.1, stop: 0.3, num: 3}", [0.1, 0.2, 0.3]),
    ("linspace", "[5, 9, 1]", [5.0]),
    ("logspace", "[-3, -1, 3]", [0.001, 0.01, 0.1]),
    ("logspace", "[0, 3, 4, 2]", [1.0, 2.0, 4.0, 8.0]),
    ("geomspace", "[1, 1000, 4]", [1.0, 10.0, 100.0, 1000.0]),
    ("daterange", "[2024-02-27, 2024-03-02, 2]", ["2024-02-27", "2024-02-29"]),
    (
        "datetimerange",
        "['2024-01-01T00:00:00', '2024-01-01T02:00:00', 3600]",
        ["2024-01-01T00:00:00", "2024-01-01T01:00:00"],
    ),
]


@pytest.mark.parametrize(("kind", "value", "expected"), SPACES)
def test_the_values_of_a_space(kind: str, value: str, expected: list[Any]) -> None:
    found = values(text(space(value, kind)))
    assert found == expected
    assert [type(v) for v in found] == [type(v) for v in expected]


def test_values_have_the_declared_type() -> None:
    ranged = text(space("[1, 4, 1]", "range"), inputs="{name: a, type: int}")
    assert json.dumps(values(ranged)) == "[1, 2, 3]"
    undeclared = text(space("[1, 3, 1]", "range"))
    assert json.dumps(values(undeclared)) == "[1.0, 2.0]"
    texts = text(space("['1', '2']"), inputs="{name: a, type: int}")
    assert json.dumps(values(texts)) == "[1, 2]"


def test_a_grid_goes_through_its_last_axis_first() -> None:
    matrix = (
        "kind: grid, params: {b: {kind: choice, value: [x, y]}, a: {kind: choice, value: [1, 2]}}"
    )
    inputs, args = "{name: a}, {name: b}", "'{{ a }}{{ b }}'"
    assert list(cells(sweep_of(text(matrix, inputs, args)))) == [
        ("x", 1), ("x", 2), ("y", 1), ("y", 2),
    ]  # fmt: skip
    cut = sweep_of(text(matrix + ", numRuns: 3", inputs, args))
    assert (cut.count, list(cells(cut))[-1]) == (3, ("y", 1))
    assert sweep_of(text(matrix + ", numRuns: 9", inputs, args)).count == 4


def test_the_cells_of_a_large_grid_are_made_one_by_one() -> None:
    axes = tuple(Axis(AT, name, values=tuple(range(1000))) for name in "abcde")
    found = cells(Sweep(AT, "grid", axes, 1000**5))
    assert list(islice(found, 2)) == [(0, 0, 0, 0, 0), (0, 0, 0, 0, 1)]


def test_a_mapping_keeps_its_rows_and_fills_gaps_with_defaults() -> None:
    source = text(
        "kind: mapping, values: [{a: 2, b: '7'}, {b: 8}]",
        "{name: a, type: float, value: 1.5}, {name: b, type: int}",
        "'{{ a }}{{ b }}'",
    )
    assert list(cells(sweep_of(source))) == [(2.0, 7), (1.5, 8)]


def test_a_matrix_may_come_from_params_and_goes_before_them() -> None:
    source = text(
        "kind: grid, numRuns: '{{ n }}', params: {a: {kind: choice, value: '{{ list }}'}}",
        "{name: a, type: int}, {name: list, type: 'list[int]'}, {name: n, type: int}",
        more="params: {list: {value: [5, 6, 7]}, n: {value: 2}, a: {value: 1}}\n",
    )
    assert values(source) == [5, 6]


FAULTY = [
    (text(space("[1, b]"), "{name: a, type: int}"), ["PXC206 2:60 b"]),
    (
        text("kind: mapping, values: [{a: 1}, {b: 1}]", "", "'{{ a }}{{ b }}'"),
        ["PXC204 2:34 {a: 1}", "PXC204 2:42 {b: 1}"],
    ),
    (text("kind: mapping, values: [{a: 1}, {b: 1}]", "", "x"), []),
    (text(space("[0, 10, 0.00001]", "range")), ["PXC401 2:55 [0, 10, 0.00001]"]),
    (text(space("[1]") + ", numRuns: 0"), ["PXC116 2:72 0"]),
    (
        text(
            "kind: random, numRuns: 3, seed: 1, params: {a: {kind: uniform, value: [0, 9]}}",
            "{name: a, type: int}",
        ),
        ["PXC206 2:64 uniform"],
    ),
    (
        text("kind: random, numRuns: 9, seed: 1, params: {a: {kind: quniform, value: [0, 3, 1]}}"),
        ["PXC408 2:33 9"],
    ),
]


@pytest.mark.parametrize(("source", "codes"), FAULTY)
def test_what_cannot_be_a_table_is_told(source: str, codes: list[str]) -> None:
    assert found(compiled(source).report) == codes


@pytest.mark.parametrize("kind", ["hyperband", "bayes", "tpe", "iterative"])
def test_other_searches_need_an_engine(kind: str) -> None:
    more = {
        "hyperband": "maxIterations: 9, eta: 3, metric: {name: l, optimization: minimize}",
        "bayes": "numInitialRuns: 1, maxIterations: 2, metric: {name: l, optimization: minimize}",
        "tpe": "numRuns: 2, metric: {name: l, optimization: minimize}",
        "iterative": "maxIterations: 2",
    }[kind]
    source = text(f"kind: {kind}, {more}, params: {{a: {{kind: uniform, value: [0, 1]}}}}")
    refused = [d for d in compiled(source).report if d.code.id == "PXC701"]
    assert any(f"matrix: {{kind: {kind}}}" in d.message for d in refused)
    assert any("workflow engine" in (d.help or "") for d in refused)


# random


def test_the_generator_is_the_published_one() -> None:
    """The first numbers of SplitMix64 from the seed 1234567, as its authors' code gives them."""
    generator = Generator(1234567)
    assert [generator.bits() for _ in range(5)] == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
        16408922859458223821,
    ]  # fmt: skip


def axis(kind: str, *numbers: float, **more: Any) -> Axis:
    return Axis(AT, "a", kind, numbers=numbers, **more)


KNOWN = [
    (axis("uniform", 0.0, 1.0), [0.3898297483912715, 0.01678829452815611]),
]


def drawn(found: Axis, count: int, seed: int = 7) -> list[Any]:
    return [row[0] for row in islice(draw_rows((found,), seed), count)]


@pytest.mark.parametrize(("found", "expected"), KNOWN)
def test_draws_are_pinned(found: Axis, expected: list[float]) -> None:
    assert drawn(found, 2) == expected


MOMENTS = [
    (axis("uniform", -1.0, 3.0), 1.0, 4 / 12**0.5),
    (axis("normal", 2.0, 0.5), 2.0, 0.5),
    (axis("quniform", 0.0, 10.0, 0.001), 4.9995, 10 / 12**0.5),
    (axis("lognormal", 0.0, 0.25), 1.0317, 0.262),
    (axis("loguniform", 0.0, 1.0), 1.71828, 0.4921),
]


@pytest.mark.parametrize(("found", "mean", "deviation"), MOMENTS)
def test_draws_follow_their_distribution(found: Axis, mean: float, deviation: float) -> None:
    sample = drawn(found, 4000)
    average = sum(sample) / len(sample)
    spread = (sum((x - average) ** 2 for x in sample) / len(sample)) ** 0.5
    assert abs(average - mean) < 4 * deviation / 4000**0.5 + 0.001
    assert abs(spread - deviation) < 0.1 * deviation


def test_weights_are_held() -> None:
    weighted = Axis(AT, "a", "pchoice", tuple(range(2)), (0.9, 0.1))
    other = axis("uniform", 0.0, 1.0)
    rows = islice(draw_rows((weighted, other), 3), 5000)
    counts = Counter(row[0] for row in rows)
    assert 430 < counts[1] < 570


def test_no_row_is_drawn_twice_and_a_small_space_is_exhausted() -> None:
    rare = Axis(AT, "a", "pchoice", (1, 2, 3), (0.999999, 0.0000005, 0.0000005))
    assert sorted(drawn(rare, 9)) == [1, 2, 3]
    first, second = (Axis(AT, n, values=tuple(range(20))) for n in "ab")
    rows = list(draw_rows((first, second), 1))
    assert len(rows) == len(set(rows)) == 400


def test_a_seed_of_the_file_goes_before_that_of_the_options() -> None:
    body = "kind: random, numRuns: 3, {}params: {{a: {{kind: uniform, value: [0, 1]}}}}"
    plain, seeded = text(body.format("")), text(body.format("seed: 5, "))
    assert sweep_of(plain).seed == 0
    assert sweep_of(plain, seed=5).seed == 5
    assert values(seeded) == [c[0] for c in cells(sweep_of(plain, seed=5))]
    assert values(plain) != values(seeded)


def test_draws_are_those_of_another_process() -> None:
    code = (
        "from pxc.ir.draws import Generator, draw_rows\n"
        "g = Generator(3)\nprint([g.normal() for _ in range(3)])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    generator = Generator(3)
    assert told.strip() == str([generator.normal() for _ in range(3)])


# cells


CELLS = [
    ("'{{ a }}'", "type: float", "[0.1, 2]", ["0.1", "2.0"]),
    ("'--a={{ a * 2 }}'", "type: int", "[1, 2]", ["--a=2", "--a=4"]),
    ("'{{ params.a.as_arg }}'", "type: float", "[0.1, 1]", ["--a=0.1", "--a=1.0"]),
    ("'{{ a }}'", "type: bool, isFlag: true", "[true, false]", ["--a", ""]),
    ("'{{ params.a.as_str }}'", "type: bool", "[true, false]", ["true", "false"]),
    ("'{{ params.a.as_arg }}'", "type: str, argFormat: 'A={{ a }}'", "[x]", ["A=x"]),
    ("'{{ a.b | default(9) }}'", "type: dict", "[{b: 1}, {c: 2}]", ["1", "9"]),
    ('\'{{ "big" if a > 1 else "small" }}\'', "type: int", "[1, 2]", ["small", "big"]),
    ("'{{ a | join(\"-\") }}'", "type: 'list[int]'", "[[1, 2], [3]]", ["1-2", "3"]),
]


@pytest.mark.parametrize(("argument", "type", "choices", "expected"), CELLS)
def test_a_template_is_filled_cell_by_cell(
    argument: str, type: str, choices: str, expected: list[Any]
) -> None:
    """As it is filled when a param gives the value, which is what a run of the matrix is."""
    source = text(space(choices), f"{{name: a, {type}}}", argument)
    unit = plan_of(source).units[0]
    assert unit.sweep is not None
    args: Any = unit.pod.main.get("args")
    fill = PolyaxonLanguage().cell_filler(unit.sweep)
    report = Report()
    filled = [fill(args.items[0], cell, report).value for cell in cells(unit.sweep)]
    assert not len(report)
    assert filled == expected
    for value, wanted in zip(json.loads(json.dumps(values(source))), expected, strict=True):
        alone = source.replace(
            source.splitlines()[1], f"params: {{a: {{value: {json.dumps(value)}}}}}"
        )
        given: Any = plan_of(alone).units[0].pod.main.get("args")
        assert given.items[0].value == wanted


def test_a_fault_in_a_cell_names_its_values() -> None:
    outcome = compiled(text(space("[1, 0]"), "{name: a, type: int}", "'{{ 6 // a }}'"))
    [fault] = [d for d in outcome.report if d.severity.name == "ERROR"]
    assert fault.code.id == "PXC314"
    assert fault.span.text == "6 // a"
    assert [note.message for note in fault.notes] == ["in the run with a=0"]


def test_lint_does_not_need_the_values() -> None:
    source = text(
        "kind: grid, params: {a: {kind: choice, value: '{{ list }}'}}", "{name: a}, {name: list}"
    )
    assert found(linted(source).report) == []
