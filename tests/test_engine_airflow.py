"""What real releases of Airflow make of the DAG files that pxc writes."""

from __future__ import annotations

import difflib
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.ir.plan import Group, Plan, Unit
from pxc.options import AirflowOptions, Options, Runtime
from tests.engines import dag_files
from tests.plan_interpreter import FAILED, FAILS, NEVER, SKIPPED, SUCCEEDED, Fate, Script, interpret
from tests.test_golden import CASES, run_case

QUIET = Options(runtime=Runtime(tracking=False))
TRIGGERS = (
    "all_succeeded", "all_failed", "all_done", "one_succeeded", "one_failed", "one_done",
)  # fmt: skip
STATES = {
    SUCCEEDED: {"success"},
    FAILED: {"failed"},
    SKIPPED: {"skipped"},
    NEVER: {"upstream_failed", "skipped"},
}
"""What the fate of an operation looks like in Airflow, which knows no operation that never was."""


@pytest.fixture(params=dag_files.RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    why = dag_files.missing(request.param)
    if why:
        pytest.skip(why)
    return str(request.param)


def dag_file(text: str, name: str, release: str = "both", params: tuple[str, ...] = ()) -> Outcome:
    request = Request(
        files=(SourceText(f"{name}.yaml", text.encode()),), target="airflow", verify=True,
        options=replace(QUIET, airflow=AirflowOptions(release=release, params=params)),
    )  # fmt: skip
    outcome = compile_request(request)
    assert not outcome.report.has_errors, [d.message for d in outcome.report]
    return outcome


def edges_of(plan: Plan) -> dict[str, set[str]]:
    """What each operation waits for, by their paths; only operations of the outermost dag."""
    found: dict[str, set[str]] = {unit.name: set() for unit in plan.units}
    if plan.group is not None:
        found = {m.name: set() for m in plan.group.members}
        for edge in plan.group.edges:
            found[edge.downstream].add(edge.upstream)
    return found


def misled(graph: dict[str, list[str]], plan: Plan) -> list[str]:
    """Operations whose tasks are missing, or wait for other operations than the plan says."""
    found = []
    cell = 1 if plan.group is not None and plan.group.sweep is not None else 0

    def operation_of(task: str) -> str:
        """The first word of an id, behind the group of a cell where the dag has a matrix."""
        return [*task.split("."), ""][cell]

    edges = edges_of(plan)
    for operation, ups in edges.items():
        own = {task for task in graph if operation_of(task) == operation}
        waits = {operation_of(up) for task in own for up in graph[task]} & edges.keys()
        waits.discard(operation)
        if not own or waits != ups:
            found.append(f"{operation}: {sorted(waits)}, not {sorted(ups)}")
    return found


def test_goldens_load(release: str, tmp_path: Path) -> None:
    outcomes = {c.name: run_case(c, "airflow") for c in CASES if not c.name.startswith("wrong-")}
    made = {name: outcome for name, outcome in outcomes.items() if outcome.files}
    files = {f"{name}.py": outcome.files[0].text for name, outcome in made.items()}
    for name, text in files.items():  # one folder of Airflow holds each id once
        files[name] = text.replace('dag_id="', f'dag_id="{name[:-3]}.', 1)
    found, _ = dag_files.play(release, files, (), tmp_path)
    assert found["errors"] == {}
    assert len(found["graphs"]) == len(files) >= 25
    wrong = {}
    for name, outcome in made.items():
        [graph] = [g for dag_id, g in found["graphs"].items() if dag_id.startswith(f"{name}.")]
        assert outcome.plan is not None
        wrong[name] = misled(graph, outcome.plan)
    assert {name: told for name, told in wrong.items() if told} == {}


def pipeline(seed: int) -> str:
    """A dag of random operations, some of them dags, whose triggers are of all kinds."""
    draw = random.Random(seed)
    return f"kind: component\nname: p{seed}\nrun:\n" + dag(draw, 2, 6 + seed % 3, 1)


def dag(draw: random.Random, indent: int, size: int, depth: int) -> str:
    pad = " " * indent
    text = f"{pad}kind: dag\n{pad}operations:\n"
    for at in range(size):
        ups = draw.sample(range(at), min(at, draw.choice((0, 1, 1, 2, 3))))
        text += f"{pad}- name: o{at}\n"
        if ups:
            text += f"{pad}  dependencies: [{', '.join(f'o{up}' for up in sorted(ups))}]\n"
            text += f"{pad}  trigger: {draw.choice(TRIGGERS)}\n"
        if draw.random() < 0.2:
            text += f"{pad}  conditions: '{{{{ false }}}}'\n"
        if draw.random() < 0.3:
            text += f"{pad}  skipOnUpstreamSkip: true\n"
        text += f"{pad}  component:\n{pad}    run:\n"
        if depth and draw.random() < 0.25:
            text += dag(draw, indent + 6, 3, depth - 1)
        else:
            text += f"{pad}      {{kind: job, container: {{image: i, command: [c]}}}}\n"
    return text


def units_of(group: Group, path: str = "") -> list[str]:
    found = []
    for member in group.members:
        own = f"{path}{member.name}"
        found += [own] if isinstance(member, Unit) else units_of(member, f"{own}/")
    return found


CONDITIONED = """
kind: component
name: conditioned
run:
  kind: dag
  operations:
  - name: train
    component:
      outputs: [{name: acc, type: float}, {name: rows, type: int}, {name: ok, type: bool}, {name: note}]
      run: {kind: job, container: {image: i}}
  - {name: never, trigger: all_failed, dependencies: [train], container: {image: i}}
  - name: deploy
    params:
      acc: {ref: ops.train, value: outputs.acc}
      rows: {ref: ops.train, value: outputs.rows}
      note: {ref: ops.train, value: outputs.note}
    conditions: "{{ acc > 0.9 and rows / 2 >= 10 }}"
    component:
      inputs: [{name: acc, type: float}, {name: rows, type: int}, {name: note}]
      run:
        kind: job
        container:
          image: i
          args: ["--rows={{ rows * 2 }}", "{{ 'hi' if acc > 0.95 else 'lo' }}", "{{ note }}", "{{ note | upper }}"]
  - name: check
    dependencies: [never]
    trigger: all_done
    skipOnUpstreamSkip: true
    params: {ok: {ref: ops.train, value: outputs.ok}}
    conditions: "{{ not ok }}"
    component:
      inputs: [{name: ok, type: bool}]
      run:
        kind: dag
        operations:
        - {name: start, container: {image: i}}
        - {name: end, dependencies: [start], trigger: one_failed, container: {image: i}}
  - {name: last, dependencies: [deploy, check], trigger: all_done, container: {image: i}}
"""
OUTPUTS: tuple[dict[str, Any], ...] = (
    {"acc": 0.97, "rows": 20, "ok": False}, {"acc": 0.91, "rows": 20, "ok": True},
    {"acc": 0.5, "rows": 90, "ok": False},
)  # fmt: skip


ASKING = """
kind: component
name: asking
inputs:
- {name: lr, type: float, value: 0.1, description: how fast it learns}
- {name: model-name, type: str, value: small, options: [small, large]}
- {name: big, type: bool, value: false}
run:
  kind: dag
  operations:
  - name: train
    params:
      lr: {ref: dag, value: inputs.lr}
      name: {ref: dag, value: inputs.model-name}
      big: {ref: dag, value: inputs.big}
    conditions: "{{ not big }}"
    component:
      inputs: [{name: lr, type: float}, {name: name}, {name: big, type: bool}]
      run: {kind: job, container: {image: i, args: ["--lr={{ lr }}", "{{ name }}", "{{ lr * 2 }}"]}}
"""
ANSWERS: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({}, ["--lr=0.1", "small", "0.2"]),
    ({"lr": 0.5, "model-name": "large"}, ["--lr=0.5", "large", "1.0"]),
    ({"big": True}, []),
)
"""What a run is started with, and the arguments that its pod then has."""


NOTE = "a $(HOME) $$b {{ x }}"


def conditioned(release: str) -> tuple[Outcome, list[tuple[dict[str, Any], dict[str, Script]]]]:
    """A dag whose operations look at what one before them left, and runs of it."""
    scenes: list[tuple[dict[str, Any], dict[str, Script]]] = []
    for outputs in OUTPUTS:
        written = {name: json.dumps(value) for name, value in outputs.items()} | {"note": NOTE}
        failing = "check.start" if outputs["acc"] == 0.5 else ""
        script = {"train": {"outputs": written}, failing: {"failures": 9}}
        plan = {"train": Script(outputs=outputs), failing.replace(".", "/"): FAILS}
        scenes.append((script, plan))
    return dag_file(CONDITIONED, "conditioned", release[0]), scenes


GATED = """
version: 1.1
kind: component
name: gated
run:
  kind: dag
  operations:
    - {name: first, container: {image: any, command: [first]}}
    - {name: check, dependencies: [first], conditions: "no", container: {image: any, command: [check]}}
    - {name: check_1, container: {image: any, command: [check]}}
    - {name: load, dependencies: [check], container: {image: any, command: [load]}}
"""
"""What starts behind an operation that is skipped has a gate; another is called as its cells are."""


def test_runs_come_to_what_the_plan_says(release: str, tmp_path: Path) -> None:
    files, scenes, expected = {}, [], []
    outcome, played_by = conditioned(release)
    files["conditioned.py"] = outcome.files[0].text
    for told, by_name in played_by:
        scenes.append({"dag_id": "conditioned", "script": told})
        assert outcome.plan is not None
        expected.append(interpret(outcome.plan, by_name))
    gated = dag_file(GATED, "gated")
    assert "load.gate" in gated.files[0].text
    assert gated.plan is not None
    files["gated.py"] = gated.files[0].text
    scenes.append({"dag_id": "gated", "script": {"check_1": {"failures": 9}}})
    expected.append(interpret(gated.plan, {"check_1": FAILS}))
    for seed in (*range(9), 45):
        outcome = dag_file(pipeline(seed), f"p{seed}")
        assert outcome.plan is not None
        assert outcome.plan.group is not None
        files[f"p{seed}.py"] = outcome.files[0].text
        draw = random.Random(seed)
        for _ in range(2):
            failing = [u for u in units_of(outcome.plan.group) if draw.random() < 0.35]
            scripts: dict[str, Script] = dict.fromkeys(failing, FAILS)
            told = {name.replace("/", "."): {"failures": 9} for name in failing}
            scenes.append({"dag_id": f"p{seed}", "script": told})
            expected.append(interpret(outcome.plan, scripts))
    files["asking.py"] = (
        dag_file(ASKING, "asking", params=("lr", "model-name", "big")).files[0].text
    )
    asking = [{"dag_id": "asking", "conf": conf} for conf, _ in ANSWERS]
    found, played = dag_files.play(release, files, [*scenes, *asking], tmp_path)
    assert found["errors"] == {}
    for (_, arguments), result in zip(ANSWERS, played[len(scenes) :], strict=True):
        args = [pod["spec"]["containers"][0]["args"] for pod in result["pods"].values()]
        assert args == ([arguments] if arguments else [])
    played = played[: len(scenes)]
    assert len(played) == len(scenes)
    wrong = {
        f"{at} {scene['dag_id']} {sorted(scene['script'])}": differences(fates, result)
        for at, (scene, fates, result) in enumerate(zip(scenes, expected, played, strict=True))
    }
    assert {name: each for name, each in wrong.items() if each} == {}
    [main, *_] = played[0]["pods"]["deploy/-1"]["spec"]["containers"]
    kept = NOTE.replace("$", "$$")  # of which the kubelet makes one again
    assert main["args"] == ["--rows=40", "hi", kept, kept.upper()]


def differences(fates: dict[str, Fate], result: dict[str, Any]) -> list[str]:
    """Where a run came to something else than the plan."""
    found = []
    state = "failed" if fates[""].state == FAILED else "success"
    if result["state"] != state:
        found.append(f"the run: {result['state']}, not {state}")
    for path, fate in fates.items():
        task = path.replace("/", ".")
        if task in result["tasks"] and not set(result["tasks"][task]) <= STATES[fate.state]:
            found.append(f"{task}: {result['tasks'][task]}, not {fate.state}")
    ran = {cell.rpartition("/")[0] for cell in result["pods"]}
    wanted = {path.replace("/", ".") for path, fate in fates.items() if fate.tries}
    return found + [f"ran, or did not: {name}" for name in sorted(ran ^ wanted)]


PIECES = ("{", "{{", "}}", "{%", "%}", "{#", "#}", "${#A[@]}", "{{ .Values.x }}", "{{1}}", "\r", "\n",
          "\r\n", "a", " ", "'", '"', "\\", "$", "{% raw %}", "{% endraw %}", "é", "train.sh")  # fmt: skip


def some_texts(draw: random.Random, count: int) -> list[str]:
    """Texts of which Jinja would read most as its own."""
    made = ("".join(draw.choices(PIECES, k=draw.randrange(1, 7))) for _ in range(count))
    return [*PIECES, *made]


def texts_as_they_are(texts: list[str]) -> Outcome:
    """A job with texts as its command, arguments and variables, beside a value of the run."""
    constants = [f"{{{{ {json.dumps(text)} }}}}" for text in texts]
    mixed = [f"{text}-{{{{ globals.uuid }}}}-{text}" for text in constants]
    container = {
        "image": "i", "command": constants, "args": mixed,
        "env": [{"name": f"V{at}", "value": text} for at, text in enumerate(constants)],
    }  # fmt: skip
    run = {"kind": "job", "container": container}
    return dag_file(json.dumps({"kind": "component", "name": "texts", "run": run}), "texts")


def hold_texts(pod: dict[str, Any], texts: list[str]) -> None:
    """Nothing of an author's text is lost on its way through Airflow's Jinja."""
    [main, *_] = pod["spec"]["containers"]
    assert main["command"] == texts
    run = "$(PXC_RUN_UUID)"
    assert main["args"] == [f"{text}-{run}-{text}" for text in texts]
    values = {entry["name"]: entry.get("value", "") for entry in main["env"]}
    assert [values[f"V{at}"] for at in range(len(texts))] == texts


def test_the_pods_are_those_of_kubernetes(release: str, tmp_path: Path) -> None:
    """What Airflow creates for a job is the pod that the target kubernetes gives its Job."""
    texts = some_texts(random.Random(5), 60)
    files = {"texts.py": texts_as_they_are(texts).files[0].text}
    scenes: list[dict[str, Any]] = [{"dag_id": "texts"}]
    wanted: list[tuple[str, dict[str, Any]]] = []
    for case in CASES:
        job = job_of(case)
        outcome = run_case(case, "airflow") if job is not None else None
        if job is None or outcome is None or not outcome.files or outcome.plan.timetable:
            continue
        if any(unit.own_uuid for unit in outcome.plan.units):
            continue  # a Job has its uuid as text, Airflow in a variable: see test_engine_resume
        dag_id = f"{case.name}.x"
        files[f"{case.name}.py"] = re.sub(
            'dag_id=".*?"', f'dag_id="{dag_id}"', outcome.files[0].text, count=1
        )
        scenes.append({"dag_id": dag_id})
        wanted.append((case.name, comparable(job["spec"]["template"])))
    found, played = dag_files.play(release, files, scenes, tmp_path)
    assert found["errors"] == {}
    [nasty, *played] = played
    hold_texts(nasty["pods"]["texts/-1"], texts)
    assert len(played) == len(wanted) >= 12
    told = {}
    for (name, pod), result in zip(wanted, played, strict=True):
        [made] = result["pods"].values()
        told[name] = [
            line
            for line in difflib.unified_diff(lines_of(pod), lines_of(comparable(made)), n=0)
            if not line.startswith(("---", "+++", "@@"))
        ]
    assert {name: lines for name, lines in told.items() if lines} == {}


def lines_of(pod: dict[str, Any]) -> list[str]:
    return json.dumps(pod, indent=1, sort_keys=True).splitlines()


def job_of(case: Path) -> dict[str, Any] | None:
    """The one Job of a golden that writes no files and no cells."""
    expected = case / "expected.kubernetes.yaml"
    documents = list(yaml.safe_load_all(expected.read_text())) if expected.exists() else []
    [first, *others] = documents or [{"kind": ""}]
    return first if first["kind"] == "Job" and not others else None


def comparable(pod: dict[str, Any]) -> dict[str, Any]:
    """A pod without what tells runs apart, and without what Airflow puts into every pod."""
    spec = dict(pod["spec"])
    spec["containers"] = [c for c in spec["containers"] if c["name"] != "airflow-xcom-sidecar"]
    text = json.dumps(without_nothing(spec)).replace('"xcom"', '"artifacts-context"')
    spec = json.loads(text)
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        container.pop("terminationMessagePolicy", None)
        container["env"] = [e for e in container.get("env", ()) if e["name"] != "PXC_RUN_UUID"]
        mounts = container.get("volumeMounts", ())
        container["volumeMounts"] = [m for m in mounts if m["mountPath"] != "/airflow/xcom"]
    volumes = {json.dumps(volume, sort_keys=True) for volume in spec.pop("volumes", ())}
    spec["volumes"] = sorted(volumes)
    spec.pop("activeDeadlineSeconds", None)  # a Job has it beside its pods
    if not spec.get("hostNetwork"):
        spec.pop("hostNetwork", None)  # the operator always says it
    labels = {
        key: value
        for key, value in pod["metadata"].get("labels", {}).items()
        if "/" in key and not key.startswith(("app.kubernetes.io/instance", "kueue"))
    }
    return {"spec": spec, "labels": labels}


def without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        made = {key: without_nothing(child) for key, child in value.items()}
        return {k: v for k, v in made.items() if v not in ({}, [], None) or k == "emptyDir"}
    return [without_nothing(child) for child in value] if isinstance(value, list) else value
