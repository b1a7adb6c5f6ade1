"""Ranges as text: search spaces and resources, and where a wrong one goes wrong."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError

from pxc.diagnostics import Severity
from pxc.grammar.embedded_fault import Fault, grammar
from pxc.grammar.space import (
    LONGEST,
    ResourceRange,
    is_inverted,
    parse_resource_range,
    parse_space,
)
from tests.reading import linted

SPACES: list[tuple[str, list[int | float]]] = [
    ("1:10:2", [1, 10, 2]), ("0.001:0.1:5", [0.001, 0.1, 5]), (" 0 : 1 ", [0, 1]),
    ("-1:+1:.5", [-1, 1, 0.5]), ("1e-3:1.:4:10", [0.001, 1.0, 4, 10]),
]  # fmt: skip

SPACE_FAULTS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("", "", "it is empty", ()),
    ("1", "", "one number is not a range", ()),
    ("1:b:2", "b", "`b` is not a number", ()),
    ("1: 1x :2", "1x", "`1x` is not a number", ()),
    ("1:10:", ":", "a number is missing beside `:`", ()),
    (":10", ":", "a number is missing beside `:`", ()),
    ("1::2", ":", "a number is missing beside `:`", ()),
    ("1,10,2", ",", "`,` does not part numbers", ("1:10:2",)),
    ("[1, 10, 2]", ",", "`,` does not part numbers", ("1:10:2",)),
    ("1..10", "..", "`..` does not part numbers", ("1:10",)),
    ("uniform", "uniform", "`uniform` is not a number", ()),
]

RANGES: list[tuple[str, str, str | None, str | None]] = [
    ("cpu", "500m..1", "500m", "1"), ("cpu", " .5 .. 1. ", ".5", "1."), ("cpu", "2", "2", None),
    ("cpu", "1..", "1", None), ("cpu", "1...5", "1", ".5"), ("memory", "..4Gi", None, "4Gi"),
    ("memory", "1.5Gi..8G", "1.5Gi", "8G"), ("count", "1..2", "1", "2"), ("count", "0", "0", None),
]  # fmt: skip

RANGE_FAULTS: list[tuple[str, str, str, str, tuple[str, ...]]] = [
    ("cpu", "", "", "it has neither request nor limit", ()),
    ("cpu", "..", "..", "it has neither request nor limit", ()),
    ("cpu", "-1", "-1", "`-1` is negative", ()),
    ("cpu", "1..-2", "-2", "`-2` is negative", ()),
    ("cpu", "1-2", "-", "`-` makes no range", ("1..2",)),
    ("cpu", "500m:1", ":", "`:` makes no range", ("500m..1",)),
    ("cpu", "2 cores", " cores", "a quantity has no blanks", ("2",)),
    ("cpu", "1k", "1k", "`1k` is not an amount of cpu here", ()),
    ("cpu", "1..2..3", "..", "a range has one `..`", ()),
    ("memory", "4GB", "GB", "`GB` is not a unit", ("4G", "4Gi")),
    ("memory", "1Gi..4gb", "gb", "`gb` is not a unit", ("1Gi..4G", "1Gi..4Gi")),
    ("memory", "512m", "m", "`512m` of memory is less than a byte a unit", ("512M", "512Mi")),
    ("memory", "1e9", "1e9", "`1e9` is not an amount of memory here", ()),
    ("count", "1.5", "1.5", "`1.5` is not a whole number", ()),
    ("count", "1Gi", "1Gi", "`1Gi` is not a whole number", ()),
]


@pytest.mark.parametrize(("text", "numbers"), SPACES)
def test_a_space_has_its_numbers(text: str, numbers: list[int | float]) -> None:
    parts = parse_space(text)
    assert not isinstance(parts, Fault)
    assert [p.number for p in parts] == numbers
    assert [text[p.start : p.end] for p in parts] == [p.text for p in parts]


@pytest.mark.parametrize(("text", "piece", "message", "meant"), SPACE_FAULTS)
def test_a_faulty_space_is_told_at_its_place(
    text: str, piece: str, message: str, meant: tuple[str, ...]
) -> None:
    fault = parse_space(text)
    assert isinstance(fault, Fault)
    place = text[fault.position : fault.end]
    assert (place, fault.message, fault.suggestions) == (piece, message, meant)


@pytest.mark.parametrize(("kind", "text", "low", "high"), RANGES)
def test_a_range_has_request_and_limit(
    kind: str, text: str, low: str | None, high: str | None
) -> None:
    result = parse_resource_range(kind, text)
    assert isinstance(result, ResourceRange)
    assert (result.low and result.low.text, result.high and result.high.text) == (low, high)


@pytest.mark.parametrize(("kind", "text", "piece", "message", "meant"), RANGE_FAULTS)
def test_a_faulty_range_is_told_at_its_place(
    kind: str, text: str, piece: str, message: str, meant: tuple[str, ...]
) -> None:
    fault = parse_resource_range(kind, text)
    assert isinstance(fault, Fault)
    place = text[fault.position : fault.end]
    assert (place, fault.message, fault.suggestions) == (piece, message, meant)


@pytest.mark.parametrize(
    ("kind", "text", "inverted"),
    [("cpu", "500m..1", False), ("cpu", "2..1", True), ("memory", "1Gi..1000M", True),
     ("memory", "1024Mi..1Gi", False), ("count", "2..", False), ("count", "10..9", True)],
)  # fmt: skip
def test_a_request_may_not_exceed_its_limit(kind: str, text: str, inverted: bool) -> None:
    result = parse_resource_range(kind, text)
    assert isinstance(result, ResourceRange)
    assert is_inverted(result) is inverted


PIECES = st.lists(
    st.sampled_from([*"0159:.,+-eEmunkKMGi \t", "..", "Gi", "1:2", "x", "\n"]), max_size=8
).map("".join)


def parse(start: str, text: str) -> Any:
    return parse_space(text) if start == "space" else parse_resource_range(start, text)


@pytest.mark.parametrize("start", ["space", "cpu", "memory", "count"])
@given(text=st.one_of(PIECES, st.text(max_size=20)))
def test_the_expression_and_the_grammar_are_one_language(start: str, text: str) -> None:
    result = parse(start, text)
    try:
        grammar("space", start).parse(text)
    except LarkError:
        assert isinstance(result, Fault), text
        assert 0 <= result.position <= result.end <= len(text)
        assert all(not isinstance(parse(start, s), Fault) for s in result.suggestions)
    else:
        assert not isinstance(result, Fault), text


@pytest.mark.parametrize("start", ["space", "cpu", "memory", "count"])
def test_a_long_text_is_refused_before_it_costs_anything(start: str) -> None:
    fault = parse(start, "1:" * 1_000_000)
    assert isinstance(fault, Fault)
    assert fault.position == LONGEST


def own(text: str) -> list[str]:
    """The errors and what these fields report, as `CODE underlined text`."""
    codes = {"PXC401", "PXC412", "PXC510", "PXC524"}
    return [
        f"{d.code.id} {d.span.text}"
        for d in linted(text).report
        if d.code.id in codes or d.severity is Severity.ERROR
    ]


RESOURCES = [
    ("{cpu: 500m..1, memory: 1Gi, gpu: 1, amd.com/gpu: 1..2}", []),
    ("{cpu: 2..1}", ["PXC524 2..1"]),
    ("{memory: '8Gi .. 4Gi'}", ["PXC524 '8Gi .. 4Gi'"]),
    ("{cpu: -1}", ["PXC510 -1"]),
    ("{memory: 4GB}", ["PXC510 GB"]),
    ("{gpu: 1.5}", ["PXC510 1.5"]),
    ("{cpu: '{{ x }}'}", ["PXC124 '{{ x }}'"]),
    ("{cpu: true}", ["PXC105 true"]),
    ("{cpu: .inf}", ["PXC510 .inf"]),
    ("{cpu: 0.00001}", []),
    ("{cpu: 1e-05}", ["PXC510 1e-05"]),
]


@pytest.mark.parametrize(("resources", "expected"), RESOURCES)
def test_resources(resources: str, expected: list[str]) -> None:
    text = f"resources: {resources}\ncontainer: {{image: a}}\nkind: component\nrun: {{kind: job}}\n"
    assert own(text) == expected


HYPER = [
    ("range", "'1:10:2'", []),
    ("uniform", "0.1:0.5", []),
    ("range", "'1:b:2'", ["PXC401 b"]),
    ("range", "'1:10'", ["PXC401 '1:10'"]),
    ("range", "'1:10:2:7'", ["PXC401 7"]),
    ("range", "'10:1:1'", ["PXC401 10:1"]),
    ("range", "'1:10:0'", ["PXC401 0"]),
    ("linspace", "'1,10,2'", ["PXC401 ,"]),
    ("daterange", "'2024-01-01:2024-02-01:1'", ["PXC401 2024-01-01:2024-02-01:1"]),
    ("range", "'{{ a }}:10:1'", []),
    ("range", "[10, 1, -1]", ["PXC401 -1"]),
    ("range", "[1, 10]", ["PXC401 [1, 10]"]),
    ("linspace", "[0, 1, 2.5]", ["PXC401 2.5"]),
    ("linspace", "[0, 1, 0]", ["PXC401 0"]),
    ("linspace", "[-1, 1, 5]", []),
    ("geomspace", "[0, 1, 5]", ["PXC401 0"]),
    ("geomspace", "[-2, -1, 5]", ["PXC401 -2"]),
    ("geomspace", "{start: 1, stop: 100, num: 3}", []),
    ("logspace", "[-5, -1, 5]", []),
    ("logspace", "[-5, -1, 5, 0]", ["PXC401 0"]),
    ("uniform", "[1, 0]", ["PXC401 1, 0"]),
    ("loguniform", "[-9, -1]", []),
    ("quniform", "[0, 1, 0]", ["PXC401 0"]),
    ("normal", "[0, -1]", ["PXC401 -1"]),
    ("normal", "{loc: -3, scale: 1}", []),
    ("normal", "{mean: -3, std: 1}", ["PXC401 {mean: -3, std: 1}"]),
    ("pchoice", "[[1, 0.7], [2, 0.7]]", ["PXC401 [[1, 0.7], [2, 0.7]]"]),
    ("pchoice", "[[1, 1.0]]", ["PXC401 [1, 1.0]"]),
    ("pchoice", "[[1, 0.7], [2, 0.2]]", ["PXC412 [[1, 0.7], [2, 0.2]]"]),
    ("pchoice", "[[1, 0.333], [2, 0.333], [3, 0.334]]", []),
    ("daterange", "['2024-02-30', '2024-03-01', 1]", ["PXC401 '2024-02-30'"]),
    ("daterange", "['2024-03-01', '2024-02-01', 1]", ["PXC401 '2024-03-01', '2024-02-01'"]),
    ("daterange", "['2024-02-01', '2024-03-01', 0]", ["PXC401 0"]),
    ("daterange", "['2024-02-01', '2024-03-01', P1D]", ["PXC401 P1D"]),
    ("datetimerange", "['2024-02-01', '2024-02-01T12:00:00', PT1H]", []),
    ("datetimerange", "['2024-02-01', '2024-02-02', never]", ["PXC401 never"]),
    ("datetimerange", "['2024-02-01', '2024-02-02', 3600]", []),
]


@pytest.mark.parametrize(("kind", "value", "expected"), HYPER)
def test_search_spaces(kind: str, value: str, expected: list[str]) -> None:
    text = (
        f"matrix: {{kind: random, numRuns: 2, params: {{x: {{kind: {kind}, value: {value}}}}}}}\n"
        "component: {inputs: [{name: x, type: any}], run: {kind: job, container: {image: a}}}\n"
    )
    assert own(text) == expected


def test_a_correct_range_does_not_load_lark() -> None:
    code = (
        "import sys; from pxc.grammar.space import parse_space, parse_resource_range as r;"
        "parse_space('0:1:5'); r('cpu', '500m..1'); assert 'lark' not in sys.modules;"
        "parse_space('0:a'); assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
