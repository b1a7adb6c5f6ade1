"""What real releases of Airflow make of matrices: mapped tasks, and what their runs come to."""

from __future__ import annotations

import difflib
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from pxc.ir.plan import Group, Unit
from pxc.options import Options, Runtime
from tests.engines import dag_files
from tests.plan_interpreter import FAILED, FAILS, SUCCEEDED, Fate, Script, interpret
from tests.test_engine_airflow import STATES, TRIGGERS, comparable, dag_file, lines_of

BARE = Options(runtime=Runtime(tracking=False), matrix="jobs")


@pytest.fixture(params=dag_files.RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    why = dag_files.missing(request.param)
    if why:
        pytest.skip(why)
    return str(request.param)


HUNDRED = """
kind: operation
name: hundred
matrix:
  kind: grid
  concurrency: 8
  params: {a: {kind: range, value: [0, 10, 1]}, b: {kind: range, value: [0, 10, 1]}}
component:
  inputs: [{name: a, type: int}, {name: b, type: int}]
  outputs: [{name: sum, type: int}]
  termination: {maxRetries: 1}
  run: {kind: job, container: {image: i, command: [sh, -c], args: ["add {{ a }} {{ b }}"]}}
"""
VARIED = {
    "plain": "args: [--x, '{{ x }}'], command: [run]",
    "command": "command: [run, '{{ x }}'], env: [{name: SAME, value: a}]",
    "variable": "command: [run], env: [{name: SAME, value: a}, {name: X, value: '{{ x }}'},"
    " {name: Y, value: 'y-$(X)'}, {name: Z, value: z}]",
    "alone": "command: [run, '$(X)'], env: [{name: X, value: '{{ x }}'}]",
    "image": "command: [run, '{{ x }}'], resources: {limits: {cpu: '{{ n }}'}}",
    "paths": "args: ['{{ globals.run_outputs_path }}/{{ x }}'], command: [run]",
}
VALUES = [
    "a",
    "it's {{ '{{' }} \"b\" {% raw %}{# {% endraw %}",
    "$(SAME) $$(X)",
    "line\nline\n",
    "7",
]


def varied(name: str) -> str:
    """A matrix over texts that an engine may take for its own; its cells differ in one place."""
    values = json.dumps([{"x": x, "n": n} for n, x in enumerate(VALUES, 1)])
    more = "\n    environment: {nodeSelector: {n: '{{ n }}'}}" if name == "image" else ""
    return (
        f"kind: operation\nname: {name}\nmatrix:\n  kind: mapping\n  values: {values}\n"
        "component:\n  inputs: [{name: x, type: str}, {name: n, type: int}]\n  run:\n"
        f"    kind: job{more}\n    container: {{image: 'i:1', {VARIED[name]}}}\n"
    )


def cells_of(text: str, name: str) -> list[dict[str, Any]]:
    """The pods of the cells as the target kubernetes writes them, one Job each."""
    request = Request(files=(SourceText(f"{name}.yaml", text.encode()),), options=BARE)
    outcome = compile_request(request)
    assert not outcome.report.has_errors
    documents = [each for file in outcome.files for each in yaml.safe_load_all(file.text)]
    return [comparable(each["spec"]["template"]) for each in documents if each["kind"] == "Job"]


def pipeline(seed: int) -> str:
    """A dag in which some operations are run many times, with triggers of all kinds."""
    draw = random.Random(seed)
    text = f"kind: component\nname: m{seed}\nrun:\n  kind: dag\n  operations:\n"
    for at in range(6):
        ups = draw.sample(range(at), min(at, draw.choice((0, 1, 2))))
        text += f"  - name: o{at}\n"
        if ups:
            text += f"    dependencies: [{', '.join(f'o{up}' for up in sorted(ups))}]\n"
            text += f"    trigger: {draw.choice(TRIGGERS)}\n"
        text += "    termination: {maxRetries: 1}\n" if draw.random() < 0.3 else ""
        if draw.random() < 0.6:
            text += "    matrix: {kind: mapping, concurrency: 1, values: [{x: 1}, {x: 2}]}\n"
        text += "    component:\n      inputs: [{name: x, type: int, value: 0}]\n"
        text += "      run: {kind: job, container: {image: i, command: [c, '{{ x }}']}}\n"
    return text


DAGS = """
kind: component
name: dags
run:
  kind: dag
  operations:
    - name: first
      component:
        outputs: [{name: y, type: int}]
        run: {kind: job, container: {image: i, command: [c]}}
    - name: many
      params: {y: {ref: ops.first, value: outputs.y}}
      matrix: {kind: grid, concurrency: 1, params: {lr: {kind: choice, value: [0.1, 0.2, 0.3]}}}
      component:
        inputs: [{name: lr, type: float}, {name: y, type: int}]
        run:
          kind: dag
          operations:
            - name: a
              params: {q: {ref: dag, value: inputs.lr}, y: {ref: dag, value: inputs.y}}
              component:
                inputs: [{name: q, type: float}, {name: y, type: int}]
                outputs: [{name: z, type: int}]
                run: {kind: job, container: {image: i, command: [c, "{{ q }}", "{{ y }}"]}}
            - name: b
              params: {z: {ref: ops.a, value: outputs.z}}
              matrix: {kind: mapping, values: [{x: 5}, {x: 6}]}
              component:
                inputs: [{name: x, type: int}, {name: z, type: int}]
                run: {kind: job, container: {image: i, command: [c, "{{ x }}", "{{ z }}"]}}
            - name: alert
              dependencies: [a, b]
              trigger: one_failed
              component: {run: {kind: job, container: {image: i, command: [c]}}}
    - name: after
      dependencies: [many]
      component: {run: {kind: job, container: {image: i, command: [c]}}}
    - name: sorry
      dependencies: [many]
      trigger: all_failed
      component: {run: {kind: job, container: {image: i, command: [c]}}}
"""


def dags_around(result: dict[str, Any]) -> None:
    """The values of the cell, of the dag and of its neighbours reach the pods of each group."""
    said = {
        cell: pod["spec"]["containers"][0]["command"][1:] for cell, pod in result["pods"].items()
    }
    for at, lr in enumerate(("0.1", "0.2", "0.3")):
        assert said[f"many.{at}.a/-1"] == [lr, "7"]
        assert [said[f"many.{at}.b/{cell}"] for cell in (0, 1)] == [["5", "8"], ["6", "8"]]


def tasks_of(group: Group) -> list[str]:
    """The runs of a dag, each as its task and its place in the list."""
    found = []
    for unit in group.members:
        assert isinstance(unit, Unit)
        count = unit.sweep.count if unit.sweep is not None else 0
        found += [f"{unit.name}/{at}" for at in range(count)] or [f"{unit.name}/-1"]
    return found


def path_of(cell: str) -> str:
    return cell.removesuffix("/-1")


def test_runs_of_matrices(release: str, tmp_path: Path) -> None:
    files: dict[str, str] = {}
    scenes: list[dict[str, Any]] = []
    expected: list[dict[str, Fate]] = []
    for seed in range(5):
        outcome = dag_file(pipeline(seed), f"m{seed}")
        assert outcome.plan is not None
        assert outcome.plan.group is not None
        files[f"m{seed}.py"] = outcome.files[0].text
        draw = random.Random(seed)
        for _ in range(2):
            drawn = {
                cell: draw.choice((1, 9))
                for cell in tasks_of(outcome.plan.group)
                if draw.random() < 0.35
            }
            scripts = {path_of(c): FAILS if n == 9 else Script(n) for c, n in drawn.items()}
            script = {cell: {"failures": count} for cell, count in drawn.items()}
            scenes.append({"dag_id": f"m{seed}", "script": script})
            expected.append(interpret(outcome.plan, scripts))
    for name in VARIED:
        files[f"{name}.py"] = dag_file(varied(name), name).files[0].text
        scenes.append({"dag_id": name})
    files["hundred.py"] = dag_file(HUNDRED, "hundred").files[0].text
    failing = {"hundred/7": 9, "hundred/41": 1, "hundred/99": 2}
    left: dict[str, Any] = {cell: {"failures": count} for cell, count in failing.items()}
    scenes.append({"dag_id": "hundred", "script": left})
    dags = dag_file(DAGS, "dags")
    assert dags.plan is not None
    files["dags.py"] = dags.files[0].text
    left = {"first": {"outputs": {"y": "7"}}}
    left |= {f"many.{at}.a": {"outputs": {"z": "8"}} for at in range(3)}
    failed = {"": "", "many/1/a": "many.1.a", "many/2/b/1": "many.2.b/1", "first": "first"}
    for task in failed.values():
        scenes.append(
            {"dag_id": "dags", "script": left | ({task: {"failures": 9}} if task else {})}
        )
    found, played = dag_files.play(release, files, scenes, tmp_path)
    assert found["errors"] == {}
    assert len(played) == len(scenes)
    for path, result in zip(failed, played[-len(failed) :], strict=True):
        fates = interpret(dags.plan, {path: FAILS} if path else {})
        assert dag_differences(fates, result) == [], path
    dags_around(played[-len(failed)])
    played = played[: -len(failed)]
    told = {
        f"{scene['dag_id']} {scene['script']}": differences(fates, result)
        for scene, fates, result in zip(scenes, expected, played, strict=False)
    }
    assert {name: each for name, each in told.items() if each} == {}
    pods_are_those_of_kubernetes(dict(zip(VARIED, played[len(expected) :], strict=False)))
    a_hundred_runs(played[-1])


def differences(fates: dict[str, Fate], result: dict[str, Any]) -> list[str]:
    """Where a run came to something else than the plan."""
    found = []
    state = "failed" if fates[""].state == FAILED else "success"
    if result["state"] != state:
        found.append(f"the run: {result['state']}, not {state}")
    for path, fate in fates.items():
        task, _, cell = path.partition("/")
        states = result["tasks"].get(task, [])
        if cell and states[int(cell)] not in STATES[fate.state]:
            found.append(f"{path}: {states[int(cell)]}, not {fate.state}")
        has_cells = f"{task}/0" in fates
        if task and not cell and not has_cells and not set(states) <= STATES[fate.state]:
            found.append(f"{task}: {states}, not {fate.state}")
    tries = {path_of(cell): count for cell, count in result["tries"].items()}
    wanted = {path: fate.tries for path, fate in fates.items() if fate.tries}
    return found + [f"tries: {tries}, not {wanted}"] * (tries != wanted)


def dag_differences(fates: dict[str, Fate], result: dict[str, Any]) -> list[str]:
    """Where a run of a dag of dags came to something else than the plan."""
    state = "failed" if fates[""].state == FAILED else "success"
    found = [f"the run: {result['state']}"] * (result["state"] != state)
    wanted = set()
    for path, fate in fates.items():
        task = path.replace("/", ".")
        states = set(result["tasks"].get(task, ()))
        known = STATES[fate.state] | ({"success"} if fate.state == FAILED else set())
        if not states <= known or (states == {"success"}) != (
            bool(states) and fate.state == SUCCEEDED
        ):
            found.append(f"{task}: {states}, not {fate.state}")
        if fate.tries:
            wanted.add(task.rpartition(".")[0] if task.rpartition(".")[2].isdigit() else task)
    ran = {cell.rpartition("/")[0] for cell in result["pods"]}
    return found + [f"ran, or did not: {name}" for name in sorted(ran ^ wanted)]


def pods_are_those_of_kubernetes(played: dict[str, dict[str, Any]]) -> None:
    told = {}
    for name, result in played.items():
        wanted = cells_of(varied(name), name)
        assert len(wanted) == len(VALUES)
        for at, pod in enumerate(wanted):
            made = comparable(result["pods"][f"{name}/{at}"])
            for each in (pod, made):
                each["spec"]["containers"][0]["env"].sort(key=lambda e: e["name"])
            told[f"{name}/{at}"] = [
                line
                for line in difflib.unified_diff(lines_of(pod), lines_of(made), n=0)
                if not line.startswith(("---", "+++", "@@"))
            ]
    assert {name: lines for name, lines in told.items() if lines} == {}


def a_hundred_runs(result: dict[str, Any]) -> None:
    states = result["tasks"]["hundred"]
    assert [at for at, state in enumerate(states) if state != "success"] == [7, 99]
    assert len(states) == 100
    assert result["state"] == "failed"
    assert result["tries"]["hundred/41"] == 2
    pods = [result["pods"][f"hundred/{at}"] for at in range(100)]
    said = [pod["spec"]["containers"][0]["args"] for pod in pods]
    assert said == [[f"add {at // 10} {at % 10}"] for at in range(100)]
    runs = [
        entry["value"]
        for pod in pods
        for entry in pod["spec"]["containers"][0]["env"]
        if entry["name"] == "PXC_RUN_UUID"
    ]
    assert len(set(runs)) == 100
