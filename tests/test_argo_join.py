"""Joins in the target argo: tasks that gather, and joins that cannot be run."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options
from tests.kubernetes_oracle import judge

DAG = """\
kind: component
name: g
run:
  kind: dag
  operations:
  - name: t
    %s
    matrix: {%s}
    component:
      inputs: [{name: a}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: 'i:1', command: [c], args: ['{{ a }}']}}
  - {name: p, component: {outputs: [{name: n}], run: {kind: job, container: {image: 'i:1', command: [c]}}}}
  - name: r
    dependencies: [t]
    %s
    component:
      inputs: [{name: xs}]
      run: {kind: job, container: {image: 'i:1', command: [c], args: ['{{ xs }}']}}
"""
LOOP = "kind: mapping, values: [{a: 1}, {a: x}]"
SEARCH = (
    "kind: tpe, seed: 1, numRuns: 2, metric: {name: loss, optimization: minimize},"
    " params: {a: {kind: choice, value: [1, 2]}}"
)
TAKEN = "params: {xs: {value: inputs.a}}"


def compiled(join: str, matrix: str = LOOP, more: str = "", of: str = "") -> tuple[str, list[str]]:
    text = DAG % (of, matrix, f"joins: [{{ref: ops.t, {join}}}]{more}")
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", text.encode()),), target="argo", options=Options())
    )
    told = [f"{d.code.id} {d.message}" for d in outcome.report]
    return "".join(file.text for file in outcome.files), told


def templates(join: str, matrix: str = LOOP, more: str = "") -> dict[str, dict[str, Any]]:
    text, told = compiled(join, matrix, more)
    assert told == []
    judge(text)
    [workflow] = list(yaml.safe_load_all(text))
    return {t["name"]: t for t in workflow["spec"]["templates"]}


def option(template: dict[str, Any], name: str) -> str:
    args = template["container"]["args"]
    found: str = args[args.index(name) + 1]
    return found


def test_a_join_of_a_loop() -> None:
    found = templates(f"query: 'status: succeeded, metrics.loss:<0.5', sort: -inputs.a, {TAKEN}")
    tasks = {task["name"]: task for task in found["g"]["dag"]["tasks"]}
    assert list(tasks) == ["t", "p", "r-join", "r"]
    assert tasks["r-join"]["depends"] == "t.Succeeded"
    assert tasks["r"]["depends"] == "t.Succeeded && r-join.Succeeded"
    given = {p["name"]: p["value"] for p in tasks["r"]["arguments"]["parameters"]}
    assert given["xs"] == "{{tasks.r-join.outputs.parameters.xs}}"
    join = found["r-join"]
    assert json.loads(option(join, "--query")) == {
        "all": [
            {"field": "status", "operator": "==", "values": ["succeeded"]},
            {"field": "metrics.loss", "operator": "<", "values": ["0.5"]},
        ]
    }
    assert [item["params"] for item in json.loads(option(join, "--suggestions"))] == [
        {"a": 1},
        {"a": "x"},
    ]
    assert option(join, "--sort") == "-inputs.a"
    assert option(join, "--pick") == "xs=inputs.a"
    [cell] = [p for p in found["t-run"]["outputs"]["parameters"] if p["name"] == "pxc-cell"]
    assert cell["valueFrom"]["default"] == "{{inputs.parameters.index}}"


def test_a_join_of_a_search() -> None:
    found = templates(f"query: 'status: succeeded', limit: 3, offset: 1, {TAKEN}", SEARCH)
    names = [p["name"] for p in found["t"]["outputs"]["parameters"]]
    assert names == ["state", "history"]
    assert (
        option(found["r-join"], "--history") == "{{=replace(inputs.parameters.history, '$', '$$')}}"
    )
    assert (option(found["r-join"], "--limit"), option(found["r-join"], "--offset")) == ("3", "1")


def test_outputs_that_joins_look_at_are_kept() -> None:
    join = "query: 'metrics.acc:>1', sort: outputs.size, params: {xs: {value: outputs.note}}"
    found = templates(join, SEARCH)
    kept = [arg for arg in found["t-ask"]["container"]["args"] if arg.startswith("--keep")]
    assert kept == ["--keep=acc", "--keep=loss", "--keep=note", "--keep=size"]
    names = {p["name"] for p in found["t-run"]["outputs"]["parameters"]}
    assert {"acc", "loss", "note", "size"} <= names


def test_a_value_of_the_run_in_a_query() -> None:
    more = "\n    params: {n: {ref: ops.p, value: outputs.n}}"
    found = templates(f"query: 'metrics.loss:<{{{{ n }}}}', {TAKEN}", more=more)
    tasks = {task["name"]: task for task in found["g"]["dag"]["tasks"]}
    assert tasks["r-join"]["depends"] == "t.Succeeded && p.Succeeded"
    query = option(found["r-join"], "--query")
    assert query.endswith(
        "\"values\":[{{=replace(toJson(inputs.parameters['value']), '$', '$$')}}]}"
    )


REFUSED = [
    ("query: 'kind: job', " + TAKEN, LOOP, "", "", "its runs keep no `kind`"),
    ("query: 'created_at:>2024-01-01', " + TAKEN, LOOP, "", "", "its runs keep no `created_at`"),
    ("query: 'status: a', sort: created_at, " + TAKEN, LOOP, "", "", "its runs keep no `created_at`"),
    ("query: 'status: a', params: {xs: {value: outputs}}", LOOP, "", "",
     "its runs keep no `outputs`"),
    ("query: 'status: a', params: {xs: {value: artifacts.x}}", LOOP, "", "",
     "its runs keep no `artifacts.x`"),
    ("query: 'status: a', params: {xs: {value: globals.name}}", LOOP, "", "",
     "its runs keep no `globals.name`"),
    ("query: 'status: a', " + TAKEN, LOOP, "\n    trigger: all_done", "",
     "by `trigger: all_done` it may start when `t` has failed, and a loop that failed gives no"
     " results"),
]  # fmt: skip


@pytest.mark.parametrize(("join", "matrix", "more", "of", "why"), REFUSED)
def test_refused(join: str, matrix: str, more: str, of: str, why: str) -> None:
    text, told = compiled(join, matrix, more, of)
    assert text == ""
    assert told == [f"PXC701 this join of `r` cannot be run on Argo: {why}"]


def test_runs_that_may_be_skipped() -> None:
    """They are none then, and the join gathers nothing."""
    for matrix, output in ((LOOP, "results"), (SEARCH, "history")):
        text, told = compiled(
            f"query: 'status: a', {TAKEN}", matrix, "", "conditions: '{{ 1 > 2 }}'"
        )
        assert told == []
        judge(text)
        [workflow] = list(yaml.safe_load_all(text))
        made = {t["name"]: t for t in workflow["spec"]["templates"]}
        tasks = {task["name"]: task for task in made["g"]["dag"]["tasks"]}
        assert tasks["r-join"]["depends"] == "t.Succeeded || t.Skipped"
        assert tasks["r"]["depends"] == "(t.Succeeded || t.Skipped) && r-join.Succeeded"
        given = {p["name"]: p["value"] for p in tasks["r-join"]["arguments"]["parameters"]}
        assert given[output] == (
            f"{{{{=tasks.t.status == '' ? '' : (tasks.t?.outputs?.parameters?.{output} ?? '')}}}}"
        )


STARTS = {
    "the default": ("", True),
    "its only upstream": ("\n    trigger: one_succeeded", True),
    "one of two": (
        "\n    trigger: one_succeeded\n    params: {n: {ref: ops.p, value: outputs.n}}",
        False,
    ),
    "whatever happened": ("\n    trigger: all_done", False),
    "the event of its success": (
        "\n    events: [{ref: ops.t, kinds: [run_status_succeeded]}]",
        True,
    ),
    "the event of its failure": ("\n    events: [{ref: ops.t, kinds: [run_status_failed]}]", False),
}


@pytest.mark.parametrize("start", STARTS)
def test_who_may_gather(start: str) -> None:
    """Who starts only after the success of the runs, or when they were skipped."""
    more, expected = STARTS[start]
    text, told = compiled(f"query: 'status: a', {TAKEN}", more=more)
    assert bool(text) == expected, told


BETWEEN = """\
kind: component
name: g
run:
  kind: dag
  operations:
  - {name: t, matrix: {kind: mapping, values: [{a: 1}]}, component: {inputs: [{name: a}], run: {kind: job, container: {image: i, command: [c, "{{ a }}"]}}}}
  - {name: c, conditions: "{{ 1 > 2 }}", container: {image: i, command: [c]}}
  - {name: b, dependencies: [t, c], %s, container: {image: i, command: [c]}}
  - name: r
    dependencies: [b]
    joins: [{ref: ops.t, query: "status: succeeded", params: {xs: {value: inputs.a}}}]
    component: {inputs: [{name: xs}], run: {kind: job, container: {image: i, command: [c, "{{ xs }}"]}}}
"""


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("trigger: all_succeeded", True),
        ("trigger: all_done", False),
        ("skipOnUpstreamSkip: true", False),
        ("conditions: '{{ 2 > 1 }}'", True),
    ],
)
def test_by_way_of_another(start: str, expected: bool) -> None:
    """What lies between the runs and who gathers must not start after their failure either."""
    text = (BETWEEN % start).encode()
    outcome = compile_request(Request(files=(SourceText("f.yaml", text),), target="argo"))
    assert bool(outcome.files) == expected, [d.message for d in outcome.report]
