"""Pictures of plans: what stands in them, where it stands, and that any text may stand there."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.graph import FORMATS, draw
from pxc.graph.layout import GAP, laid_out
from pxc.graph.mermaid import mermaid
from pxc.graph.picture import Box, Line, Picture, count, folded, in_words
from pxc.graph.svg import svg
from tests.command_line import run, write
from tests.reading import compiled
from tests.test_expand_dag import dag
from tests.test_golden import CASES, run_case

PIPELINE = """
- {name: load, outputs: [{name: rows}], container: {image: "registry.example/etl:3"}}
- name: train
  params: {rows: {ref: ops.load, value: outputs.rows}}
  component: {inputs: [{name: rows}], outputs: [{name: loss, type: float}], run: {kind: job, container: {image: t, args: ["{{ rows }}"], resources: {limits: {nvidia.com/gpu: 2}}}}}
- name: tune
  dependencies: [load]
  matrix: {kind: grid, concurrency: 2, params: {x: {kind: choice, value: [1, 2, 3]}}}
  termination: {maxRetries: 1}
  container: {image: i, args: ["{{ x }}"]}
- name: deploy
  params: {loss: {ref: ops.train, value: outputs.loss}}
  conditions: "{{ loss < 0.1 }}"
  isApproved: false
  component: {inputs: [{name: loss, type: float}], run: {kind: job, container: {image: d}}}
- {name: tell, dependencies: [deploy, tune], trigger: one_failed, container: {image: n}}
- name: inner
  component: {run: {kind: dag, concurrency: 1, operations: [{name: a, container: {image: i}}, {name: b, dependencies: [a], container: {image: i}}]}}
"""


def plan(operations: str, more: str = "") -> Any:
    outcome = compiled(dag(operations, more))
    assert outcome.plan is not None, [d.message for d in outcome.report]
    return outcome.plan


def texts(drawn: str) -> list[str]:
    root = ElementTree.fromstring(drawn)
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_what_stands_in_a_picture() -> None:
    assert texts(draw(plan(PIPELINE), "svg")) == [
        "pipe",
        "load", "etl:3", "train", "t", "gpu: 2",
        "tune", "i", "grid: 3 runs, 2 at once", "up to 1 retry",
        "approval", "deploy", "d", "if train.loss < 0.1", "tell", "n",
        "inner", "1 operation at once", "a", "i", "b", "i",
        "rows", "loss", "one failed", "one failed",
    ]  # fmt: skip


def test_a_picture_in_words() -> None:
    drawn = ElementTree.fromstring(draw(plan(PIPELINE), "svg"))
    assert drawn.attrib["role"] == "img"
    [title, told] = [drawn[0].text, drawn[1].text]
    assert title == "pipe"
    assert told is not None
    assert "deploy, d, if train.loss < 0.1, after approval." in told
    assert "tell, n, after deploy (one failed) and tune (one failed)." in told
    assert "In inner: b, i, after a." in told


def test_mermaid() -> None:
    lines = draw(plan(PIPELINE), "mermaid").splitlines()
    assert lines[0] == "flowchart TD"
    assert '  n1["train<br>t<br>gpu: 2"]' in lines
    assert '  n3{{"approval"}}' in lines
    assert '  n0 -->|"rows"| n1' in lines
    assert '  n4 -.->|"one failed"| n5' in lines
    assert lines.count("  end") == 1


def test_a_schedule_and_a_hook_are_drawn() -> None:
    text = (
        'version: 1.1\nkind: operation\nname: once\nschedule: {kind: cron, cron: "0 2 * * *"}\n'
        "component: {run: {kind: service, container: {image: a}}}\n"
    )
    made = compiled(text)
    assert texts(draw(made.plan, "svg")) == [
        "once", "starts at 0 2 * * * (UTC)", "once", "service", "a",
    ]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_every_golden_can_be_drawn(case: Path) -> None:
    found = run_case(case, "argo").plan
    if found is None:
        return
    ElementTree.fromstring(draw(found, "svg"))
    assert draw(found, "mermaid")
    if program := shutil.which("dot"):
        line = [program, "-Tplain"]
        subprocess.run(line, input=draw(found, "dot"), text=True, check=True, capture_output=True)


@st.composite
def dags(draw_: st.DrawFn) -> tuple[list[tuple[float, float]], list[tuple[int, int]], list[Any]]:
    count_ = draw_(st.integers(1, 12))
    size = st.tuples(st.integers(20, 200), st.integers(20, 90))
    sizes = draw_(st.lists(size, min_size=count_, max_size=count_))
    pairs = [(a, b) for b in range(count_) for a in range(b)]
    lines = draw_(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []
    label = st.one_of(st.none(), st.just((40.0, 12.0)))
    labels = draw_(st.lists(label, min_size=len(lines), max_size=len(lines)))
    return [(float(a), float(b)) for a, b in sizes], lines, labels


@given(dags())
def test_nothing_lies_on_anything_and_lines_lead_down(found: Any) -> None:
    sizes, lines, labels = found
    made = laid_out(sizes, lines, labels)
    boxes = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(made.places, sizes, strict=True)]
    boxes += [
        (r.label[0] - 20, r.label[1] - 6, r.label[0] + 20, r.label[1] + 6)
        for r in made.routes
        if r.label
    ]
    for at, one in enumerate(boxes):
        assert -0.01 <= one[0] <= one[2] <= made.width + 0.01
        assert -0.01 <= one[1] <= one[3] <= made.height + 0.01
        for other in boxes[at + 1 :]:
            apart = one[2] + GAP <= other[0] + 0.01 or other[2] + GAP <= one[0] + 0.01
            assert apart or one[3] <= other[1] or other[3] <= one[1]
    for route in made.routes:
        for (_, _, low), (_, high, _) in pairwise(route.points):
            assert low < high


@given(dags())
def test_a_line_crosses_no_box(found: Any) -> None:
    """In each layer that it passes a line is upright, and its place is no box's."""
    sizes, lines, labels = found
    made = laid_out(sizes, lines, labels)
    for route in made.routes:
        for x, high, low in route.points:
            assert high <= low
            for (left, top), (width, height) in zip(made.places, sizes, strict=True):
                beside = x <= left or x >= left + width
                assert beside or low <= top or high >= top + height


def test_a_diamond_is_symmetric() -> None:
    sizes, lines = [(60.0, 30.0)] * 4, [(0, 1), (0, 2), (1, 3), (2, 3)]
    made = laid_out(sizes, lines, [None] * 4)
    left, right = made.places[1][0], made.places[2][0]
    assert made.places[0][0] == made.places[3][0] == (left + right) / 2


def test_crossings_are_undone() -> None:
    sizes, lines = [(60.0, 30.0)] * 6, [(0, 5), (1, 4), (2, 3)]
    made = laid_out(sizes, lines, [None] * 3)
    assert all(made.places[a][0] == made.places[b][0] for a, b in lines)


def test_many_long_lines_take_no_room_each() -> None:
    """Every operation waits for all before it: points in every layer would be tens of millions."""
    lines = [(a, b) for b in range(600) for a in range(b)]
    made = laid_out([(10.0, 10.0)] * 600, lines, [None] * len(lines))
    assert len(made.routes) == len(lines)
    assert sum(len(route.points) - 2 for route in made.routes) <= 20_000


HOSTILE = (
    '<script>alert("1")</script>',
    "a & b",
    "]] end",
    '"',
    "é ü 漢字",
    "x" * 300,
    "{{ x }}",
    "`",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_stays_text(name: str) -> None:
    picture = Picture(name, (Box(name, lines=(name,)), Box("b")), (Line(0, 1, name),), name)
    assert texts(svg(picture)).count(name) == 5
    shown = mermaid(picture).split("\n", 3)[3]
    labels = re.findall(r'"([^"]*)"', shown)
    assert len(labels) == 3
    assert not re.search(r'[<>"`\\{}]', "".join(labels).replace("<br>", ""))


def nested(depth: int) -> Picture:
    inside = nested(depth - 1) if depth else None
    boxes = tuple(Box(f"b{i}", "group" if inside else "run", inside=inside) for i in range(4))
    return Picture("p", boxes)


def test_groups_close_until_a_page_shows_them() -> None:
    picture = nested(3)
    assert count(picture) == 4 + 16 + 64 + 256
    closed = folded(picture, 60)
    assert count(closed) == 20
    assert "84 operations inside" in in_words(folded(picture, 5))
    assert len(re.findall(r"^ *n\w+\[", mermaid(picture), re.M)) == 16


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.yaml": dag(PIPELINE), "b.yaml": "kind: job\nrun: {kind: jb}\n"})
    return tmp_path


BEGINS = {"mermaid": "flowchart TD", "dot": 'digraph "pipe" {', "svg": "<svg "}


@pytest.mark.parametrize("format_", FORMATS)
def test_the_command(here: Path, format_: str) -> None:
    ended = run("graph", "a.yaml", "--format", format_)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(BEGINS[format_])
    again = run("graph", "a.yaml", "--format", format_, "-o", "out")
    assert (again.code, again.out) == (0, "")
    assert (here / "out").read_text() == ended.out


def test_the_same_file_is_drawn_the_same() -> None:
    for format_ in FORMATS:
        assert draw(plan(PIPELINE), format_) == draw(plan(PIPELINE), format_)


def test_the_command_tells_errors(here: Path) -> None:
    ended = run("graph", "b.yaml")
    assert (ended.code, ended.out) == (1, "")
    assert "error[PXC" in ended.err
