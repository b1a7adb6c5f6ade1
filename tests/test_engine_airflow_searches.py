"""What real releases of Airflow make of searches and of loops that may end early; the tuner is ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engines import dag_files
from tests.plan_interpreter import FAILED, FAILS, NEVER, SKIPPED, SUCCEEDED, Fate, Script, interpret
from tests.search_interpreter import Does, Params
from tests.test_engine_airflow import dag_file
from tests.test_search_interpreter import (
    BAD,
    EPOCHS,
    GOOD,
    GRID,
    LEAST,
    SOURCE,
    SPACE,
    bowl,
    breaks,
    member,
    tried,
)  # fmt: skip

LOSS = "abs(float(a[0]) - 0.3) * int(a[1]) / int(a[2])"
SEARCHES: list[tuple[str, Does]] = [
    (f"kind: hyperband, maxIterations: 4, eta: 2, {EPOCHS}, {LEAST}, {SPACE}", breaks),
    (f"kind: hyperband, maxIterations: 9, concurrency: 3, {EPOCHS}, {LEAST}, {SPACE}, earlyStopping: ["
     + GOOD % (0.02, "minimize") + "]", breaks),
    (f"kind: hyperband, maxIterations: 9, {EPOCHS}, {LEAST}, {SPACE}, earlyStopping: ["
     + BAD % 30 + "]", breaks),
    (f"kind: tpe, numRuns: 6, maxIterations: 3, {LEAST}, {SPACE}", bowl),
    (f"kind: bayes, numInitialRuns: 3, maxIterations: 2, {LEAST}, {SPACE}", bowl),
    (f"kind: iterative, maxIterations: 2, {SPACE}", bowl),
    ("kind: tpe, numRuns: 4, maxIterations: 3, seed: 1, params: {n: {kind: choice, value: [1, 2, 4,"
     f" 5, 6]}}}}, {LEAST}", bowl),
    (f"{GRID}, concurrency: 4, earlyStopping: [{GOOD % (0.05, 'minimize')}]", breaks),
    (f"{GRID}, concurrency: 9, earlyStopping: [{BAD % 15}]", breaks),
]  # fmt: skip
"""Searches, and what their runs do; the one of five cells finds nothing more in its second round."""


@pytest.fixture(params=dag_files.RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    why = dag_files.missing(request.param)
    if why:
        pytest.skip(why)
    return str(request.param)


def source(number: int, matrix: str) -> str:
    text = SOURCE % matrix
    if "lr:" not in matrix:
        text = text.replace("{name: lr, type: float}", "{name: lr, type: float, value: 0.5}")
    return text.replace("name: s\n", f"name: s{number}\n", 1)


DAG = """
kind: component
name: around
run:
  kind: dag
  operations:
    - name: first
      component: {run: {kind: job, container: {image: i, command: [c]}}}
    - name: never
      conditions: "{{ false }}"
      component: {run: {kind: job, container: {image: i, command: [c]}}}
    - name: tune
      dependencies: [first]
      matrix: {kind: tpe, numRuns: 2, maxIterations: 2, METRIC, SPACE}
      component:
        inputs: [{name: lr, type: float}, {name: n, type: int}]
        outputs: [{name: loss, type: float}]
        run: {kind: job, container: {image: i, command: [c], args: ["{{ lr }}", "{{ n }}", "1"]}}
    - name: skips
      dependencies: [never]
      skipOnUpstreamSkip: true
      matrix: {kind: tpe, numRuns: 2, maxIterations: 1, METRIC, SPACE}
      component:
        inputs: [{name: lr, type: float}, {name: n, type: int}]
        outputs: [{name: loss, type: float}]
        run: {kind: job, container: {image: i, command: [c], args: ["{{ lr }}", "{{ n }}", "1"]}}
    - name: good
      dependencies: [tune, skips]
      component: {run: {kind: job, container: {image: i, command: [c]}}}
    - name: bad
      dependencies: [tune]
      trigger: all_failed
      component: {run: {kind: job, container: {image: i, command: [c]}}}
    - name: either
      dependencies: [tune, first]
      trigger: one_failed
      component: {run: {kind: job, container: {image: i, command: [c]}}}
    - name: anyway
      dependencies: [tune]
      trigger: all_done
      component: {run: {kind: job, container: {image: i, command: [c]}}}
""".replace("METRIC, SPACE", f"{LEAST}, {SPACE}")
CASES: list[tuple[dict[str, Any], dict[str, Script]]] = [
    ({}, {}),
    ({"tune.trials": {"fails": "True"}}, {"tune": FAILS}),
    ({"first": {"failures": 9}}, {"first": FAILS}),
]
STATES = {
    SUCCEEDED: {"success"},
    FAILED: {"failed", "upstream_failed"},
    SKIPPED: {"skipped"},
    NEVER: {"upstream_failed", "skipped"},
}


GATHER = """
kind: component
name: best
run:
  kind: dag
  operations:
    - name: floor
      component:
        outputs: [{name: least, type: float}]
        run: {kind: job, container: {image: i, command: [c]}}
    - name: tune
      matrix: {kind: tpe, numRuns: 3, maxIterations: 2, METRIC, SPACE}
      component: &train
        inputs: [{name: lr, type: float}, {name: n, type: int, value: 2}]
        outputs: [{name: loss, type: float}]
        run: {kind: job, container: {image: i, command: [c], args: ["{{ lr }}", "{{ n }}", "1"]}}
    - name: sweep
      matrix: {kind: grid, params: {lr: {kind: choice, value: [0.1, 0.2, 0.8]}}}
      component: *train
    - name: ended
      matrix:
        kind: grid
        concurrency: 2
        params: {lr: {kind: choice, value: [0.1, 0.2, 0.8, 0.31, 0.9, 0.7]}}
        earlyStopping: [{kind: metric_early_stopping, metric: loss, value: 0.1, optimization: minimize}]
      component: *train
    - name: report
      dependencies: [ended]
      params:
        tuned: {ref: ops.tune, value: globals.uuid}
        swept: {ref: ops.sweep, value: globals.uuid}
        least: {ref: ops.floor, value: outputs.least}
      joins:
        - query: "pipeline: {{ tuned }}, status: succeeded, metrics.loss: <0.9"
          sort: metrics.loss
          limit: 2
          params: {lrs: {value: inputs.lr}, losses: {value: outputs.loss}, runs: {value: globals.uuid}}
        - query: "pipeline: {{ swept }}, metrics.loss: > {{ least }}"
          sort: -metrics.loss
          params: {others: {value: inputs.lr}, uuids: {value: globals.uuid}}
        - ref: ops.ended
          query: "status: succeeded"
          sort: inputs.lr
          params: {tried: {value: inputs.lr}}
      component:
        inputs:
          - {name: lrs, type: float, isList: true}
          - {name: losses, type: float, isList: true}
          - {name: runs, type: str, isList: true}
          - {name: others, type: float, isList: true}
          - {name: uuids, type: str, isList: true}
          - {name: tried, type: float, isList: true}
          - {name: tuned, type: uuid}
          - {name: swept, type: uuid}
          - {name: least, type: float}
        run:
          kind: job
          container:
            image: i
            command: [c]
            args: ["{{ lrs }}", "{{ losses }}", "{{ runs }}", "{{ others }}", "{{ uuids }}", "{{ tried }}"]
""".replace("METRIC, SPACE", f"{LEAST}, {SPACE}")


SKIPPED = """
kind: component
name: none
run:
  kind: dag
  operations:
    - name: floor
      component:
        outputs: [{name: least, type: float}]
        run: {kind: job, container: {image: i, command: [c]}}
    - name: tune
      params: {least: {ref: ops.floor, value: outputs.least}}
      conditions: "{{ least > 1 }}"
      matrix: {kind: tpe, numRuns: 1, maxIterations: 1, METRIC, SPACE}
      component: &train
        inputs: [{name: lr, type: float}, {name: n, type: int, value: 2}, {name: least, type: float}]
        outputs: [{name: loss, type: float}]
        run: {kind: job, container: {image: i, command: [c], args: ["{{ lr }}", "{{ n }}", "1"]}}
    - name: sweep
      params: {least: {ref: ops.floor, value: outputs.least}}
      conditions: "{{ least > 1 }}"
      matrix: {kind: grid, params: {lr: {kind: choice, value: [0.1, 0.2, 0.8]}}}
      component: *train
    - name: report
      dependencies: [tune, sweep]
      joins:
        - {ref: ops.tune, query: "status: ~running", params: {lrs: {value: inputs.lr}}}
        - {ref: ops.sweep, query: "status: ~running", sort: inputs.lr, params: {others: {value: inputs.lr}}}
      component:
        inputs: [{name: lrs, type: float, isList: true}, {name: others, type: float, isList: true}]
        run: {kind: job, container: {image: i, command: [c], args: ["{{ lrs }}", "{{ others }}"]}}
""".replace("METRIC, SPACE", f"{LEAST}, {SPACE}")


def test_searches(release: str, tmp_path: Path) -> None:
    files, scenes = {}, []
    for number, (matrix, does) in enumerate(SEARCHES):
        files[f"s{number}.py"] = dag_file(source(number, matrix), f"s{number}").files[0].text
        script = {"computed": {"loss": LOSS}, "fails": str(does is breaks) + " and a[1] == '3'"}
        scenes.append({"dag_id": f"s{number}", "script": {f"s{number}.trials": script}})
    around = dag_file(DAG, "around")
    assert around.plan is not None
    files["around.py"] = around.files[0].text
    for script, _ in CASES:
        trials = {"computed": {"loss": LOSS}, **script.get("tune.trials", {})}
        scenes.append({"dag_id": "around", "script": script | {"tune.trials": trials}})
    files["best.py"] = dag_file(GATHER, "best").files[0].text
    computed = {"computed": {"loss": LOSS}}
    told = dict.fromkeys(("tune.trials", "ended.trials", "sweep"), computed)
    scenes.append({"dag_id": "best", "script": told | {"floor": {"outputs": {"least": "0.15"}}}})
    files["none.py"] = dag_file(SKIPPED, "none").files[0].text
    told = dict.fromkeys(("tune.trials", "sweep"), computed)
    scenes.append({"dag_id": "none", "script": told | {"floor": {"outputs": {"least": "0.15"}}}})
    scenes.append({"dag_id": "none", "script": told | {"floor": {"outputs": {"least": "1.5"}}}})
    found, played = dag_files.play(release, files, scenes, tmp_path)
    assert found["errors"] == {}
    for number, (matrix, does) in enumerate(SEARCHES):
        follows_the_tuner(f"s{number}", source(number, matrix), matrix, does, played[number])
    for (_, scripts), result in zip(CASES, played[len(SEARCHES) :], strict=False):
        assert differences(interpret(around.plan, scripts), result) == []
    *_, best, skipped, ran = played
    joins_gather(best)
    assert [lists_of(skipped), skipped["state"]] == [[[], []], "success"]
    tuned, swept = lists_of(ran)
    assert (len(tuned), swept) == (1, [0.1, 0.2, 0.8])


def follows_the_tuner(
    name: str, text: str, matrix: str, does: Does, result: dict[str, Any]
) -> None:
    """The runs of each round are those of the tuner, and the run of the DAG ends as the search."""
    unit = member(matrix) if "lr:" in matrix else None
    if unit is None:
        assert result["state"] == "success"
        assert [len(rounds_in(name, result, at)) for at in (1, 2, 3)] == [4, 1, 0]
        return
    rounds, status = tried(unit, does, 100)
    told = [rounds_in(name, result, at + 1) for at in range(len(rounds))]
    assert told == [[list(map(str, values(params))) for params in each] for each in rounds]
    assert rounds_in(name, result, len(rounds) + 1) == []
    assert result["state"] == {"succeeded": "success", "failed": "failed"}[status], matrix
    own = [
        entry["value"]
        for cell, pod in result["pods"].items()
        for entry in pod["spec"]["containers"][0]["env"]
        if entry["name"] == "PXC_RUN_UUID" and "trials" in cell
    ]
    assert len(set(own)) == len(own) == sum(map(len, rounds))


def lists_of(result: dict[str, Any]) -> list[Any]:
    """The lists that the pod behind joins is given."""
    main = result["pods"]["report/-1"]["spec"]["containers"][0]
    return [json.loads(each) for each in main["args"]]


def joins_gather(result: dict[str, Any]) -> None:
    """The lists that reach the pod behind the joins are those of the runs that there were."""
    assert result["state"] == "success"
    runs: dict[str, list[tuple[float, float, str]]] = {"tune": [], "sweep": [], "ended": []}
    for cell, pod in result["pods"].items():
        name = cell.partition(".")[0].partition("/")[0]
        main = pod["spec"]["containers"][0]
        if name in runs and "pxc-tuner" not in main["command"]:
            [uuid] = [e["value"] for e in main["env"] if e["name"] == "PXC_RUN_UUID"]
            lr, n = float(main["args"][0]), int(main["args"][1])
            runs[name].append((abs(lr - 0.3) * n, lr, uuid))
    assert {name: len(each) for name, each in runs.items()} == {"tune": 6, "sweep": 3, "ended": 4}
    tuned = sorted(each for each in runs["tune"] if each[0] < 0.9)[:2]
    swept = sorted((each for each in runs["sweep"] if each[0] > 0.15), reverse=True)
    said = result["pods"]["report/-1"]["spec"]["containers"][0]["args"]
    assert [json.loads(each) for each in said] == [
        [each[1] for each in tuned],
        [each[0] for each in tuned],
        [each[2] for each in tuned],
        [each[1] for each in swept],
        [each[2] for each in swept],
        sorted(each[1] for each in runs["ended"]),
    ]


def values(params: Params) -> list[Any]:
    return [params["lr"], params["n"], params.get("epochs", 1)]


def rounds_in(name: str, result: dict[str, Any], number: int) -> list[list[str]]:
    """The arguments of the runs of a round."""
    task = f"{name}.trials_{number}/"
    pods = {int(c.removeprefix(task)): p for c, p in result["pods"].items() if c.startswith(task)}
    return [pods[at]["spec"]["containers"][0]["args"] for at in sorted(pods)]


def differences(fates: dict[str, Fate], result: dict[str, Any]) -> list[str]:
    found = []
    state = "failed" if fates[""].state == FAILED else "success"
    if result["state"] != state:
        found.append(f"the run: {result['state']}, not {state}")
    for path, fate in fates.items():
        states = result["tasks"].get(path, result["tasks"].get(f"{path}.end", []))
        if not set(states) <= STATES[fate.state] or (path and not states):
            found.append(f"{path}: {states}, not {fate.state}")
    return found
