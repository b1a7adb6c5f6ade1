"""Searches in the target argo: the values of their runs, and what cannot be run."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from pxc import __version__
from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from pxc.tuner.documents import SearchDocument
from pxc.tuner.reading import read_document
from tests.conftest import ROOT
from tests.kubernetes_oracle import judge
from tests.no_hub import NO_HUB

METRIC = "metric: {name: loss, optimization: minimize}"


def compiled(
    matrix: str, args: str = "", inputs: str = "", tracking: bool = True
) -> tuple[str, list[str]]:
    text = (
        f"kind: operation\nname: s\nmatrix: {{{matrix}}}\ncomponent:\n  inputs: [{inputs}]\n"
        f"  run: {{kind: job, container: {{image: 'i:1', command: [c], args: [{args}]}}}}\n"
    )
    options: dict[str, Any] = {"runtime": Runtime(tracking=tracking), "hub": NO_HUB}
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", text.encode()),), target="argo",
                options=Options(**options))
    )  # fmt: skip
    told = [f"{d.code.id} {d.message}" for d in outcome.report]
    return "".join(file.text for file in outcome.files), told


def templates(matrix: str, args: str = "", inputs: str = "") -> dict[str, dict[str, Any]]:
    text, told = compiled(matrix, args, inputs)
    assert told == []
    judge(text)
    [workflow] = list(yaml.safe_load_all(text))
    return {t["name"]: t for t in workflow["spec"]["templates"]}


def given(kind: str, value: str, arg: str, declared: str = "{name: x}") -> str:
    """What a run is given for an argument."""
    space = f"params: {{x: {{kind: {kind}, value: {value}}}}}"
    found = templates(f"kind: tpe, numRuns: 2, seed: 1, {METRIC}, {space}", arg, declared)
    [task] = found["s-cell"]["dag"]["tasks"]
    [_, argument] = task["arguments"]["parameters"]
    text: str = argument["value"]
    return text


TEXT = 'jsonpath(inputs.parameters.cell, "$.text[\\"x\\"]")'
VALUES = [
    ("choice", "[1, 2.5, a]", "'{{ x }}'", "{name: x}", TEXT),
    ("choice", "[1, 2]", "'--x={{ x }}'", "{name: x, type: int}", TEXT),
    ("uniform", "[0, 1]", "'{{ params.x.as_arg }}'", "{name: x}", f'"--x=" + {TEXT}'),
    ("uniform", "[0, 1]", "'{{ params.x.as_arg }}'", "{name: x, argFormat: 'a{{ x }}b'}",
     f'"a" + {TEXT} + "b"'),
    ("choice", "[a, b]", "'{{ params.x.as_arg }}'", "{name: x}", f'"--x=" + {TEXT}'),
    ("choice", "[true, false]", "'a {{ x }}'", "{name: x, type: bool}",
     f'({TEXT} == "true" ? "True" : {TEXT} == "false" ? "False" : {TEXT})'),
    ("choice", "[true, false]", "'{{ x }}'", "{name: x, type: bool}", TEXT),
    ("choice", "[true, false]", "'{{ x }}'", "{name: x, type: bool, isFlag: true}",
     f'({TEXT} == "true" ? "--x" : {TEXT} == "false" ? "" : {TEXT})'),
    ("choice", "[[1, a], [2, b]]", "'{{ params.x.as_str }}'", "{name: x}", TEXT),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "arg", "declared", "expected"), VALUES)
def test_values(kind: str, value: str, arg: str, declared: str, expected: str) -> None:
    assert given(kind, value, arg, declared) == f"{{{{={expected}}}}}"


def test_the_tuner_reads_the_search() -> None:
    found = templates(
        f"kind: hyperband, maxIterations: 9, seed: 5, {METRIC}, resource: {{name: n, type: int}},"
        " concurrency: 2, params: {x: {kind: qnormal, value: [0, 1, 0.5]},"
        " y: {kind: pchoice, value: [[a, 0.5], [b, 0.5]]}}",
        "'{{ x }}', '{{ n }}'",
        "{name: x, type: float}, {name: n, type: int}",
    )
    ask, first = found["s-ask"], found["s"]
    arguments = ask["container"]["args"]
    assert ask["container"]["image"] == Options().runtime.images.tuner
    document = arguments[arguments.index("--search") + 1]
    search = read_document("--search", document, SearchDocument)
    assert (search.kind, search.seed, search.max_iterations) == ("hyperband", 5, 9)
    assert search.resource is not None
    assert [axis.name for axis in search.axes] == ["x", "y"]
    assert first["parallelism"] == 2
    assert {p["name"]: p.get("value") for p in first["inputs"]["parameters"]} == {
        "run": "{{workflow.uid}}", "state": "", "results": "[]",
    }  # fmt: skip
    assert "--keep=loss" in arguments


def test_a_parameter_of_ours_gives_way() -> None:
    """An input may be called as the state is."""
    found = templates(
        f"kind: tpe, numRuns: 2, seed: 1, {METRIC}, params: {{state: {{kind: choice, value: [a]}},"
        " cell: {kind: choice, value: [b]}}",
        "'{{ state }}', '{{ cell }}'",
        "{name: state}, {name: cell}",
    )
    [task] = found["s-cell"]["dag"]["tasks"]
    assert [p["name"] for p in task["arguments"]["parameters"]] == ["run", "state", "cell"]


REFUSED = [
    (f"kind: tpe, numRuns: 2, seed: 1, {METRIC}, params: {{x: {{kind: choice, value: [1, 2]}}}}, tuner: {{hubRef: bayes-tuner}}",
     "'{{ x }}'", True,
     "PXC701 `matrix: {kind: tpe}` cannot be run: the component of its tuner, `bayes-tuner`, is not"
     " known"),
    ("kind: tpe, numRuns: 2, seed: 1, " + METRIC + ", params: {x: {kind: choice, value: [[1], 2]}}",
     "'{{ x }} a', '{{ x }}'", True,
     "PXC703 `matrix.x` may be a list or a map by itself, and the search chooses it as it runs"),
    ("kind: tpe, numRuns: 2, seed: 1, " + METRIC + ", params: {x: {kind: uniform, value: [0, 1]}}",
     "'{{ x }}'", False,
     "PXC701 `matrix: {kind: tpe}` cannot be run: `loss` is no output of its runs"),
    ("kind: bayes, numInitialRuns: 2, maxIterations: 84, seed: 1, " + METRIC
     + ", params: {x: {kind: uniform, value: [0, 1]}}", "'{{ x }}'", True,
     "PXC701 `matrix: {kind: bayes}` cannot be run: it has 86 rounds, and Argo nests at most 100"
     " templates"),
]  # fmt: skip


@pytest.mark.parametrize(("matrix", "args", "tracking", "said"), REFUSED)
def test_refused(matrix: str, args: str, tracking: bool, said: str) -> None:
    text, told = compiled(matrix, args, "{name: x}", tracking)
    assert text == ""
    assert told == [said]


def test_the_tuner_is_of_this_release() -> None:
    assert Options().runtime.images.tuner == f"pxc-tuner:{__version__}"


def test_a_value_alone_and_in_a_text() -> None:
    """`true` alone is `True` inside of a text: two parameters of one value."""
    found = templates(
        f"kind: tpe, numRuns: 2, seed: 1, {METRIC}, params: {{x: {{kind: choice, value: [true,"
        " false]}}",
        "'{{ x }}', 'deep={{ x }}', '--deep={{ x }}'",
        "{name: x, type: bool}",
    )
    assert found["s-run"]["container"]["args"] == [
        "{{inputs.parameters.x}}", "deep={{inputs.parameters.x-text}}",
        "--deep={{inputs.parameters.x-text}}",
    ]  # fmt: skip
    [task] = found["s-cell"]["dag"]["tasks"]
    given = {p["name"]: p["value"] for p in task["arguments"]["parameters"]}
    assert given["x"] == f"{{{{={TEXT}}}}}"
    assert given["x-text"] == (
        f'{{{{=({TEXT} == "true" ? "True" : {TEXT} == "false" ? "False" : {TEXT})}}}}'
    )


def test_the_same_file_gives_the_same_bytes() -> None:
    matrix = (
        f"kind: tpe, numRuns: 2, seed: 1, {METRIC}, params: {{x: {{kind: choice, value: [1]}}}}"
    )
    assert compiled(matrix, "'{{ x }}'") == compiled(matrix, "'{{ x }}'")
    assert json.dumps(templates(matrix, "'{{ x }}'")) == json.dumps(templates(matrix, "'{{ x }}'"))


AROUND = (
    "kind: operation\nname: s\nmatrix: {kind: tpe, numRuns: 2, seed: 1, metric: {name: loss,"
    " optimization: minimize}, params: {x: {kind: choice, value: [1, 2]}}}\ncomponent:\n"
    "  inputs: [{name: x, type: int}]\n  run:\n    kind: dag\n    operations: [%s]\n"
)
LEAVES = (
    "component: {outputs: [{name: loss, type: float}], run: {kind: job, container: {image: 'i:1',"
    " command: [c]}}}"
)
NO_METRIC = "PXC701 `matrix: {kind: tpe}` cannot be said in the argo target"
DAGS = [
    (f"{{name: a, {LEAVES}}}, {{name: b, container: {{image: 'i:1', command: [c]}}}}", []),
    ("{name: b, container: {image: 'i:1', command: [c]}}", [NO_METRIC]),
    (f"{{name: a, {LEAVES}}}, {{name: b, {LEAVES}}}", [NO_METRIC]),
    (f"{{name: a, matrix: {{kind: mapping, values: [{{z: 1}}]}}, {LEAVES}}}", [NO_METRIC]),
    (f"{{name: c, {LEAVES.replace('loss', 'go')}}}, {{name: a, params: {{go: {{ref: ops.c, value:"
     f" outputs.go}}}}, conditions: '{{{{ go }}}}', {LEAVES}}}", [NO_METRIC]),
]  # fmt: skip


@pytest.mark.parametrize(("operations", "told"), DAGS)
def test_a_search_around_a_dag(operations: str, told: list[str]) -> None:
    """Its metric is that of the one operation which declares it, and which every run has."""
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", (AROUND % operations).encode()),), target="argo")
    )
    assert [f"{d.code.id} {d.message}" for d in outcome.report] == told
    assert bool(outcome.files) == (not told)


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize(
    ("resume", "steps"), [("true", ["resume", "results"]), ("false", ["results"])]
)
def test_what_later_rungs_go_on_from(resume: str, steps: list[str], around: bool) -> None:
    """Their runs begin with what was kept under their identity, those of a dag too."""
    matrix = (
        f"{{kind: hyperband, maxIterations: 9, seed: 1, resume: {resume}, {METRIC}, resource: {{name:"
        " y, type: int}, params: {x: {kind: choice, value: [1, 2]}}}"
    )
    run = "run: {kind: job, container: {image: 'i:1', command: [c]}}"
    leaves = f"outputs: [{{name: loss, type: float}}], {run}"
    if around:
        run = f"run: {{kind: dag, operations: [{{name: a, component: {{{leaves}}}}}]}}"
    source = (
        f"kind: operation\nname: s\nmatrix: {matrix}\ncomponent: {{inputs: [{{name: x}}, {{name: y,"
        f" type: int}}], {run if around else leaves}}}\n"
    )
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", source.encode()),), target="argo",
                catalog=(ROOT / "tests/connections.yaml",))
    )  # fmt: skip
    assert outcome.files, [d.message for d in outcome.report]
    [workflow] = yaml.safe_load_all(outcome.files[0].text)
    found = [t["initContainers"] for t in workflow["spec"]["templates"] if "initContainers" in t]
    assert [[c["name"] for c in each] for each in found] == [steps]
