"""Parts of large workflows: what is split, what is handed to a part, and what stays whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
import yaml

from benchmarks.pipelines import pipeline
from pxc.driver import Outcome
from pxc.options import ArgoOptions
from pxc.targets.argo import size
from pxc.targets.argo.size import Budget
from tests.argo_runs import dag, outcome_of
from tests.argo_runs import unit as operation
from tests.conftest import ROOT

Object = dict[str, Any]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "_BUDGET", Budget(large=2_000, most=20_000, runs=10, part=5))


def documents(outcome: Outcome) -> list[Object]:
    return [each for file in outcome.files for each in yaml.safe_load_all(file.text)]


def templates(document: Object) -> dict[str, Object]:
    return {each["name"]: each for each in document["spec"]["templates"]}


def entry(document: Object) -> Object:
    return templates(document)[document["spec"]["entrypoint"]]


def tasks(document: Object) -> dict[str, Object]:
    return {each["name"]: each for each in entry(document)["dag"]["tasks"]}


def told(outcome: Outcome) -> list[str]:
    return [f"{each.code.id} {each.message}" for each in outcome.report]


def grid(runs: int, more: str = "", name: str = "learning_rate") -> str:
    return (
        f"kind: operation\nname: g\nmatrix: {{kind: grid, {more} params: {{{name}: {{kind: range, "
        f"value: '0:{runs}:1'}}}}}}\ncomponent:\n  inputs: [{{name: {name}, type: int}}]\n"
        f"  run: {{kind: job, container: {{image: 'i:1', command: [c], args: ['{{{{ {name} }}}}']}}}}\n"
    )


def weight(outcome: Outcome) -> int:
    return sum(len(json.dumps(each, separators=(",", ":"))) for each in documents(outcome))


@pytest.mark.parametrize("runs", [1_000, 4_000])
def test_what_a_cell_adds(runs: int) -> None:
    """In a loop and in one with parts a run adds 64 bytes and its parameters at the most."""
    added = weight(outcome_of(grid(runs + 500))) - weight(outcome_of(grid(runs)))
    own = len('"learning_rate":"4000"')
    assert added <= 500 * (64 + own)


def calls(text: str) -> int:
    """How many functions are called while a file is compiled."""
    found = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        outcome_of(text)
    finally:
        sys.setprofile(before)
    return found


def test_the_work_grows_with_the_dag_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "_BUDGET", Budget(large=40_000))
    calls(pipeline(10, width=5))
    once, twice, more = (calls(pipeline(n, width=5)) for n in (200, 400, 800))
    assert more - twice < 2.2 * (twice - once)


@pytest.mark.parametrize(
    ("concurrency", "at_once", "in_each"), [(1, 1, 1), (3, 1, 3), (5, 1, 5), (7, 2, 3), (20, 4, 5)]
)
def test_concurrency_over_all_parts(
    concurrency: int, at_once: int, in_each: int, small: None
) -> None:
    *parts, workflow = documents(outcome_of(grid(23, f"concurrency: {concurrency},")))
    assert len(parts) == 5
    assert entry(workflow)["parallelism"] == at_once
    assert {entry(part)["parallelism"] for part in parts} == {in_each}
    assert at_once * in_each <= concurrency


def test_every_run_is_in_one_part(small: None) -> None:
    outcome = outcome_of(grid(23, "concurrency: 3,"))
    *parts, workflow = documents(outcome)
    items = [item for part in parts for item in tasks(part)["run"]["withItems"]]
    assert [item["index"] for item in items] == [str(n) for n in range(23)]
    assert {part["kind"] for part in parts} == {"WorkflowTemplate"}
    called = [task["arguments"]["parameters"][0]["value"] for task in tasks(workflow).values()]
    assert called == [part["metadata"]["name"] for part in parts]
    [warning] = told(outcome)
    assert warning.startswith("PXC705 the run is too large for one workflow")
    assert warning.endswith("starts 5 others")


def test_a_part_is_named_by_what_is_in_it(small: None) -> None:
    """A change of the last runs leaves the parts before them as they are."""
    names = [
        [each["metadata"]["name"] for each in documents(outcome_of(grid(runs)))[:-1]]
        for runs in (23, 24)
    ]
    assert names[0][:4] == names[1][:4]
    assert names[0][4] != names[1][4]


TAKES = """
kind: component
name: takes
schedule: {{kind: cron, cron: "0 4 * * *"}}
run:
  kind: dag
  operations:
  - name: load
    component:
      outputs: [{{name: rows, type: int}}]
      run: {{kind: job, container: {{image: i, command: [load]}}}}
{0}
"""
TAKER = """\
  - name: use{0}
    params: {{rows: {{ref: ops.load, value: outputs.rows}}}}
    conditions: "{{{{ rows > {0} }}}}"
    component:
      inputs: [{{name: rows, type: int}}]
      run:
        kind: job
        container:
          image: i
          command: [use{0}, "{{{{ rows }}}}", "{{{{ globals.created_at }}}}", "{{{{ globals.uuid }}}}"]
"""


def test_what_is_handed_to_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of tasks outside, what they decide, and what a run knows of the workflow."""
    monkeypatch.setattr(size, "_BUDGET", Budget(large=4_500))
    outcome = outcome_of(TAKES.format("".join(map(TAKER.format, range(6)))))
    *parts, workflow = documents(outcome)
    assert workflow["kind"] == "CronWorkflow"
    spec = {"spec": workflow["spec"]["workflowSpec"]}
    assert list(tasks(spec))[:2] == ["load", "part-1"]
    part = tasks(spec)["part-1"]
    assert part["depends"] == "load.Succeeded"
    given = {each["name"]: each["value"] for each in part["arguments"]["parameters"]}
    assert given["value"] == "{{tasks.load.outputs.parameters.rows}}"
    assert given["workflow-uid"] == "{{workflow.uid}}"
    assert given["workflow-created"] == "{{workflow.creationTimestamp.RFC3339}}"
    one = tasks(parts[0])["use0"]
    assert one["when"] == "{{=int(inputs.parameters['value']) > 0}}"
    taken = {each["name"]: each["value"] for each in one["arguments"]["parameters"]}
    assert taken["run"] == "{{workflow.parameters.workflow-uid}}-use0"
    assert taken["rows"] == "{{inputs.parameters.value}}"
    text = json.dumps(parts)
    assert "workflow.creationTimestamp" not in text
    assert "{{workflow.uid}}" not in text


def test_what_is_left_of_a_timeout(small: None) -> None:
    """All parts know how long they may run together; nothing is said of it without a timeout."""
    text = dag(*(operation(f"n{at}") for at in range(12)))
    timed = text.replace("run:", "termination: {timeout: 60}\nrun:", 1)
    *parts, workflow = documents(outcome_of(timed))
    assert workflow["spec"]["arguments"] == {"parameters": [{"name": "seconds", "value": "60"}]}
    for part in parts:
        assert part["spec"]["arguments"] == {"parameters": [{"name": "seconds"}]}
        assert "activeDeadlineSeconds" not in part["spec"]
    [manifest] = [
        each["resource"]["manifest"] for each in templates(workflow).values() if "resource" in each
    ]
    assert "activeDeadlineSeconds: {{=int(" in manifest
    untimed = outcome_of(text).files[0].text
    assert ("seconds" in untimed, "activeDeadlineSeconds" in untimed) == (False, False)


def test_as_a_template(small: None) -> None:
    options = ArgoOptions(kind="template", service_account="runner")
    *parts, kept = documents(outcome_of(grid(23), argo=options))
    assert kept["metadata"]["name"] == "g"
    assert {part["spec"]["serviceAccountName"] for part in parts} == {"runner"}


def test_a_dag_of_more_tasks_than_its_definition_allows() -> None:
    """One workflow has room for it: its parts are dags of the same workflow."""
    outcome = outcome_of(pipeline(1_000, width=10))
    [workflow] = documents(outcome)
    assert told(outcome) == []
    assert len(workflow["spec"]["templates"]) <= 200
    dags = [each["dag"]["tasks"] for each in templates(workflow).values() if "dag" in each]
    assert max(map(len, dags)) <= 200
    names = [task["name"] for each in dags for task in each]
    assert sorted(name for name in names if not name.startswith("part-")) == sorted(
        f"n{at}" for at in range(1_000)
    )


def test_what_no_part_makes_short_is_told() -> None:
    rows = [
        operation(
            f"n{row}-{at}", more=f"dependencies: [n{row - 1}-{at}, n{row - 1}-{(at + 1) % 6}]"
        )
        for row in range(1, 40)
        for at in range(6)
    ]
    outcome = outcome_of(dag(*LATTICE[:6], *rows))
    [warning] = told(outcome)
    assert warning.startswith("PXC705 the workflow has a dag of 240 tasks")
    assert told(outcome_of(dag(*LATTICE[:6], *rows), argo=ArgoOptions(version="3.7"))) == []


LATTICE = [
    operation(f"n{row}-{at}", more=f"dependencies: [n{row - 1}-{at}, n{row - 1}-{(at + 1) % 6}]")
    if row
    else operation(f"n{row}-{at}")
    for row in range(20)
    for at in range(6)
]


def test_what_has_no_piece_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for several that others wait for, too, can be in no part without them."""
    monkeypatch.setattr(size, "_BUDGET", Budget(large=18_000, most=900_000))
    outcome = outcome_of(dag(*LATTICE))
    assert len(documents(outcome)) == 1
    [warning] = told(outcome)
    assert warning.startswith("PXC705 the workflow has")


def test_what_has_no_room_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "_BUDGET", Budget(large=16_000, most=18_000))
    with pytest.raises(AssertionError, match="a cluster keeps no more"):
        outcome_of(dag(*LATTICE))


def test_a_dag_that_ends_by_its_first_failure_stays_whole(small: None) -> None:
    """A part would go on when another has failed."""
    rules = "  earlyStopping: [{kind: failure_early_stopping, percent: 1}]\n"
    chains = [operation(f"n{at}") for at in range(12)]
    assert len(documents(outcome_of(dag(*chains)))) > 1
    assert len(documents(outcome_of(dag(*chains, more=rules)))) == 1


def test_a_service_stays_with_those_that_use_it(small: None) -> None:
    service = "{name: db, component: {run: {kind: service, ports: [80], container: {image: i, command: [db]}}}}"
    users = [operation(f"u{at}", more="dependencies: [db]") for at in range(12)]
    *parts, workflow = documents(outcome_of(dag(service, *users)))
    assert parts
    assert "db" in tasks(workflow)


JOIN = """
kind: component
name: pipe
run:
  kind: dag
  operations:
  - name: tune
    matrix: {kind: grid, params: {x: {kind: range, value: "0:23:1"}}}
    component:
      inputs: [{name: x, type: int}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: i, command: [c], args: ["{{ x }}"]}}
  - name: report
    dependencies: [tune]
    joins: [{ref: ops.tune, query: 'status: succeeded', params: {losses: {value: outputs.loss}}}]
    component:
      inputs: [{name: losses, type: "List[float]"}]
      run: {kind: job, container: {image: i, command: [r], args: ["{{ losses }}"]}}
"""


def test_a_join_over_runs_in_parts_is_refused(small: None) -> None:
    with pytest.raises(AssertionError, match="a join gathers from the 23 runs of `tune`"):
        outcome_of(JOIN)


def test_the_same_parts_everywhere() -> None:
    """Whatever the hash seed, the same tasks are in the same parts."""
    script = (
        "from tests.test_argo_parts import *\n"
        "size._BUDGET = Budget(large=10_000, tasks=20)\n"
        "made = [outcome_of(text) for text in (pipeline(300, width=3), pipeline(100), grid(100))]\n"
        "print(''.join(file.text for each in made for file in each.files))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert b"kind: WorkflowTemplate" in said.pop()
