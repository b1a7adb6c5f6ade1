"""References to runs and to components of a hub: their parts, and where a wrong one goes wrong."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError

from pxc.diagnostics import Severity
from pxc.grammar.embedded_fault import Fault, grammar
from pxc.grammar.reference import LONGEST, RunRef, parse_hub_ref, parse_run_ref
from pxc.hub.reference import HubReference
from tests.reading import linted

HEX = "fcc462d764104eb698d3cca509f34154"
UUID = "fcc462d7-6410-4eb6-98d3-cca509f34154"
DIGEST = "sha256:" + "0a" * 32

RUNS = [
    ("dag", RunRef("dag")),
    ("ops.train-1_b", RunRef("ops", "train-1_b")),
    (f"runs.{HEX}", RunRef("runs", HEX)),
    (f"runs.{UUID.upper()}", RunRef("runs", HEX)),
]

RUN_FAULTS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("", "", "it is empty", ()),
    ("train", "train", "`train` is not a reference", ("ops.train",)),
    ("op.train", "op", "`op` is not a kind of reference", ("ops.train",)),
    (f"run.{HEX}", "run", "`run` is not a kind of reference", (f"runs.{HEX}",)),
    ("ops", "", "the name of an operation is missing", ()),
    ("ops.", "", "the name of an operation is missing", ()),
    ("ops.train.outputs.a", ".outputs.a", "`.outputs.a` does not belong here", ("ops.train",)),
    ("ops.my train", " train", "` train` does not belong here", ()),
    ("runs.last", "last", "`last` is not the UUID of a run", ()),
    (HEX, HEX, "a UUID alone is not a reference", (f"runs.{HEX}",)),
    ("dag.inputs", ".inputs", "`.inputs` does not belong here", ("dag",)),
]

HUBS = [
    ("tensorboard", HubReference("tensorboard")),
    ("myComponent:v1.1", HubReference("myComponent", tag="v1.1")),
    ("acme/trainer:2", HubReference("trainer", "acme", "2")),
    ("corp//trainer", HubReference("trainer", registry="corp")),
    ("acme.ml/trainer.v2:1.0", HubReference("trainer.v2", "acme.ml", "1.0")),
    ("trainer:v1.yaml", HubReference("trainer", tag="v1.yaml")),
    ("corp//acme/trainer:2", HubReference("trainer", "acme", "2", registry="corp")),
    (f"a@{DIGEST}", HubReference("a", digest=DIGEST)),
    (f"o/a:t@{DIGEST}", HubReference("a", "o", "t", DIGEST)),
]

HUB_FAULTS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("", "", "it is empty", ()),
    ("a:", ":", "no tag follows `:`", ("a",)),
    ("a:[tag]", "[", "`[` cannot be part of a tag", ()),
    ("a:b:c", ":", "a reference has one tag", ()),
    ("a:" + "t" * 129, "t", "a tag has at most 128 characters", ()),
    ("a b", " ", "a reference has no blanks", ("ab",)),
    ("a: v1", " ", "a reference has no blanks", ("a:v1",)),
    ("a/b/c", "/", "a reference has at most one `/`, and a `//` after its registry", ()),
    ("a//b/c/d", "/", "a reference has at most one `/`, and a `//` after its registry", ()),
    ("a//", "", "a name is missing", ()),
    ("a/", "", "a name is missing", ()),
    (":v1", ":", "`:` cannot be part of a name", ()),
    ("my.component.", ".", "`.` cannot be part of a name", ()),
    ("my..component", ".", "`.` cannot be part of a name", ()),
    ("a" * 63 + "bc", "bc", "a name has at most 63 characters", ()),
    ("c.json", "c.json", "it is a path, not a component of a hub", ()),
    ("c.YML", "c.YML", "it is a path, not a component of a hub", ()),
    ("c.py:main", "c.py:main", "it is a path, not a component of a hub", ()),
    ("a.yaml/c", "a.yaml/c", "it is a path, not a component of a hub", ()),
    ("a@v1", "@", "`@` comes before a digest `sha256:...`", ("a:v1",)),
    ("a@sha256:abc", "abc", "a digest has 64 hexadecimal digits, it has 3", ()),
    ("a@sha256:xyz", "xyz", "a digest has 64 hexadecimal digits, it has other characters", ()),
    ("https://x.org/c.yaml", "https://x.org/c.yaml", "it is a URL, not a component of a hub", ()),
    ("./c.yaml", "./c.yaml", "it is a path, not a component of a hub", ()),
    ("components/c.yaml", "components/c.yaml", "it is a path, not a component of a hub", ()),
]


@pytest.mark.parametrize(("text", "parts"), RUNS)
def test_a_reference_to_a_run_has_its_parts(text: str, parts: RunRef) -> None:
    assert parse_run_ref(text) == parts


@pytest.mark.parametrize(("text", "parts"), HUBS)
def test_a_reference_to_a_component_has_its_parts(text: str, parts: HubReference) -> None:
    assert parse_hub_ref(text) == parts


@pytest.mark.parametrize(
    ("parse", "text", "piece", "message", "meant"),
    [(parse_run_ref, *row) for row in RUN_FAULTS] + [(parse_hub_ref, *row) for row in HUB_FAULTS],
)
def test_a_faulty_reference_is_told_at_its_place(
    parse: Callable[[str], Any], text: str, piece: str, message: str, meant: tuple[str, ...]
) -> None:
    fault = parse(text)
    assert isinstance(fault, Fault)
    place = text[fault.position : fault.end]
    assert (place, fault.message, fault.suggestions) == (piece, message, meant)


PIECES = st.lists(
    st.sampled_from(["dag", "ops.", "runs.", "a", "A-1", "_", ".", "/", ":", "@", " ", "v1.2",
                     HEX, UUID, f"@{DIGEST}", "sha256:", "é", "://", "//", "{", ".yaml", ".py"]),
    max_size=6,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(("start", "parse"), [("run", parse_run_ref), ("hub", parse_hub_ref)])
@given(text=st.one_of(PIECES, st.text(max_size=20)))
def test_the_expression_and_the_grammar_are_one_language(
    start: str, parse: Callable[[str], Any], text: str
) -> None:
    result = parse(text)
    try:
        grammar("reference", start).parse(text)
    except LarkError:
        assert isinstance(result, Fault)
        assert 0 <= result.position <= result.end <= len(text)
        assert all(not isinstance(parse(s), Fault) for s in result.suggestions)
    else:
        assert not isinstance(result, Fault)


def test_a_long_text_is_refused_before_it_costs_anything() -> None:
    for parse in (parse_run_ref, parse_hub_ref):
        fault = parse("a" * 1_000_000)
        assert isinstance(fault, Fault)
        assert fault.position == LONGEST


def own(text: str) -> list[str]:
    """The errors and what these fields report, as `CODE underlined text`."""
    codes = {"PXC227", "PXC228"}
    return [
        f"{d.code.id} {d.span.text}"
        for d in linted(text).report
        if d.code.id in codes or d.severity is Severity.ERROR
    ]


RUN = "run: {kind: job, container: {image: a}}\n"
FIELDS = [
    ("kind: operation\nhubRef: 'a:'\n", ["PXC227 :"]),
    ("kind: operation\nhubRef: acme/trainer:v1\n", []),
    ("kind: operation\nhubRef: '{{ x }}'\n", ["PXC124 '{{ x }}'"]),
    ("hooks: [{hubRef: a b}]\n" + RUN, ["PXC227  "]),
    ("hooks: [{hubRef: '{{ globals.name }}'}]\n" + RUN, []),
    ("build: {hubRef: ./a.yaml}\n" + RUN, ["PXC227 ./a.yaml"]),
    ("matrix:\n  kind: bayes\n  numInitialRuns: 1\n  maxIterations: 2\n  metric: {name: l}\n"
     "  params: {x: {kind: uniform, value: '0:1'}}\n  tuner: {hubRef: 'a:b:c'}\n"
     "component: {inputs: [{name: x, type: float}], " + RUN.strip() + "}\n", ["PXC227 :"]),
    ("events: [{ref: ops.a, kinds: [run_status_done]}]\n" + RUN, []),
    ("events: [{ref: '{{ ops.a }}', kinds: [run_status_done]}]\n" + RUN, []),
    ("events: [{ref: a, kinds: [run_status_done]}]\n" + RUN, ["PXC228 a"]),
    ("events: [{ref: '{{ ops.a.b }}', kinds: [run_status_done]}]\n" + RUN, ["PXC228 .b"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FIELDS)
def test_fields_that_hold_references(text: str, expected: list[str]) -> None:
    assert own(text) == expected


def test_a_correct_reference_does_not_load_lark() -> None:
    code = (
        "import sys; from pxc.grammar.reference import parse_hub_ref; parse_hub_ref('a/b:c');"
        "assert 'lark' not in sys.modules; parse_hub_ref('a:%'); assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
