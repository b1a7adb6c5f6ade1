"""Pipelines of version 0 on real engines: an interval, a template and an action of the catalog.

What each operation comes to is compared with what the plan's interpreter says; what its program
writes is looked at. A run that depends on the past waits for the one before.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.argo_runs import differences, outcome_of, ran, scheduled
from tests.engines import argo as engine
from tests.engines import dag_files
from tests.engines.cluster import Cluster
from tests.engines.roles import documented_role
from tests.plan_interpreter import FAILS, Script, interpret
from tests.test_engine_airflow import STATES, release
from tests.test_golden import GOLDEN

__all__ = ["release"]

CASE = GOLDEN / "v0-pipeline"
EVERYTHING = GOLDEN / "v0-pipeline-of-everything"


def compiled(case: Path, target: str, *changes: tuple[str, str]) -> Outcome:
    """A golden, some of its words being others."""
    text = (case / "polyaxonfile.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    catalog = case / "catalog"
    request = Request(
        files=(SourceText("polyaxonfile.yaml", text.encode()),),
        target=target,
        catalog=(catalog,) if catalog.exists() else (),
        options=Options(runtime=Runtime(tracking=False)),
        verify=True,
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    return outcome


def started(cluster: Cluster, outcome: Outcome) -> str:
    """The name of the schedule, whose pods may write what they have come to."""
    server = cluster.server
    labels = {"metadata": {"labels": {"polyaxon": "experiments"}}}
    server.ask(
        "PATCH", "/api/v1/nodes/machine", labels, content="application/merge-patch+json"
    )  # fmt: skip
    for account in ("runner", "my-service"):
        cluster.apply(documented_role("pods").replace("runner", account))
    cluster.secret("s3-secret", {"S3_KEY": "key-of-the-bucket"})
    [document] = [each for file in outcome.files for each in yaml.safe_load_all(file.text)]
    document["spec"]["workflowSpec"]["serviceAccountName"] = "runner"
    [made] = cluster.apply(yaml.safe_dump(document, width=10**6))
    assert made["kind"] == "CronWorkflow"
    name: str = made["metadata"]["name"]
    return name


EVERY = {
    # what operations leave and how they end
    "well": {"load": Script(outputs={"rows": 5, "loss": 0.25})},
    "no rows": {"load": Script(outputs={"rows": 0, "loss": 0.25})},
    "the same loss": {"load": Script(outputs={"rows": 5, "loss": 0.5})},
    "twice": {"load": Script(failures=2, outputs={"rows": 5, "loss": 0.25})},
    "training fails": {"load": Script(outputs={"rows": 5, "loss": 0.25}), "train": FAILS},
    "a check fails": {"load": Script(outputs={"rows": 5, "loss": 0.25}), "check": FAILS},
}

SOON = ("frequency: 120", "frequency: 2")
SAYS = "echo processing {{ bucket }}"
SCENES: dict[str, tuple[list[tuple[str, str]], dict[str, Script]]] = {
    "succeeds": ([(SAYS, f"{SAYS} $S3_KEY")], {}),
    "fails": ([(SAYS, "exit 3")], {"process": FAILS}),
}


@pytest.mark.parametrize("scene", SCENES)
def test_engine_argo_runs_the_pipeline_at_its_interval(argo: Cluster, scene: str) -> None:
    changes, scripts = SCENES[scene]
    outcome = compiled(CASE, "argo", SOON, *changes)
    schedule = started(argo, outcome)
    done = engine.ended(argo, scheduled(argo, schedule)[0], 200)
    assert differences(done, outcome, scripts) == {}
    phases = engine.phases(done)
    assert phases["process-build"] == "Succeeded"
    if scene == "fails":
        assert (phases["process"], phases["train"]) == ("Failed", "Omitted")
        return
    assert (phases["process"], phases["train"]) == ("Succeeded", "Succeeded")
    said = {
        node_of(pod).partition("(")[0]: argo.logs(pod)
        for pod in argo.pods(done["metadata"]["name"])
    }
    assert said == {
        "process-build": "--dockerfile=dockerfiles/Dockerfile"
        " --context=git://git.example.com/processing.git\n",
        "process": "processing s3://bucket-with-data key-of-the-bucket\n",
        "train": "training --lr=0.05\n",
    }


def node_of(pod: dict[str, Any]) -> str:
    """The path of the node that a pod is of."""
    name: str = pod["metadata"]["annotations"]["workflows.argoproj.io/node-name"]
    return name.partition(".")[2]


WEEKLY = 'schedule: {kind: cron, cron: "0 4 * * 1", start_at: "2030-01-01T00:00:00Z", end_at: "2031-01-01T00:00:00Z"}'
NIGHTLY = (WEEKLY, "schedule: {kind: cron, cron: '@daily'}")
LEFT = "echo {rows} > $PXC_OUTPUTS_DIR/rows && echo {loss} > $PXC_OUTPUTS_DIR/loss"


@pytest.mark.parametrize("scene", ["well", "no rows", "training fails"])
def test_engine_argo_runs_all_that_an_operation_may_say(argo: Cluster, scene: str) -> None:
    scripts = EVERY[scene]
    ends = {name: "exit 3" if scripts.get(name) is FAILS else "true" for name in ("check", "train")}
    changes = [
        (WEEKLY, "schedule: {kind: interval, frequency: 2, depends_on_past: true}"),
        ("load {{ source }}", LEFT.format(**scripts["load"].outputs)),
        (
            "check --rows={{ rows }} --limit={{ limit }}",
            f"test {{{{ limit }}}} = 10 && {ends['check']}",
        ),
        ("train --rows={{ rows }}", f"test {{{{ rows }}}} = 5 && {ends['train']}"),
    ]
    outcome = compiled(EVERYTHING, "argo", *changes)
    done = engine.ended(argo, scheduled(argo, started(argo, outcome))[0], 200)
    assert differences(done, outcome, scripts) == {}


@pytest.mark.parametrize("waits", [True, False])
def test_engine_argo_a_run_waits_for_the_one_before(argo: Cluster, waits: bool) -> None:
    long = (SAYS, "sleep 8")
    past = ("depends_on_past: true", f"depends_on_past: {str(waits).lower()}")
    schedule = started(argo, compiled(CASE, "argo", SOON, long, past))
    deadline = time.monotonic() + 60
    names: list[str] = []
    while len(names) < 2 and time.monotonic() < deadline:
        names = scheduled(argo, schedule)
        time.sleep(0.2)
    first, second = (engine.ended(argo, name, 120) for name in names[:2])
    ended, began = first["status"]["finishedAt"], second["status"]["startedAt"]
    assert (began >= ended) is waits


GROUP = """version: 1
kind: pipeline
name: searching
ops:
  - {name: all, template: {name: search}}
  - {name: few, template: {name: search}, concurrency: 1, params: {most: 1}, dependencies: [all]}
  - {name: alarm, template: {name: says}, conditions: {kind: status, op: few, trigger: failed}}
  - {name: fine, template: {name: says}, conditions: {kind: status, op: few, trigger: succeeded}}
  - {name: end, template: {name: says}, dependencies: [all, few], trigger: ALL_DONE}
templates:
  - kind: group
    name: search
    params: {most: 2}
    hptuning: {concurrency: 2, matrix: {lr: {values: [1, 2]}}}
    build: {image: "any:1"}
    run: {cmd: "test {{ lr }} -le {{ most }}"}
  - {kind: job, name: says, build: {image: "any:1"}, run: {cmd: "true"}}
"""


def test_engine_argo_runs_groups_and_what_follows_their_end(argo: Cluster) -> None:
    outcome = outcome_of(GROUP)
    done = ran(argo, outcome)
    assert differences(done, outcome, {"few/1": FAILS}) == {}
    phases = engine.phases(done)
    assert (phases["alarm"], phases["fine"], phases["end"]) == (
        "Succeeded",
        "Omitted",
        "Succeeded",
    )


def test_engine_airflow_runs_the_pipelines(release: str, tmp_path: Path) -> None:
    """Each operation ends as the plan says, in each scene; runs wait for the past, or do not."""
    example, every = compiled(CASE, "airflow"), compiled(EVERYTHING, "airflow", NIGHTLY)
    outcomes = {"retrain": example, "weekly": every}
    often = {
        name: compiled(
            CASE, "airflow", ("name: retrain", f"name: {name}"), ("frequency: 120", "frequency: 1"),
            ("depends_on_past: true", f"depends_on_past: {past}"),
        )
        for name, past in (("waits", "true"), ("goes-on", "false"))
    }  # fmt: skip
    scripts: list[tuple[str, dict[str, Script]]] = [
        ("retrain", {}), ("retrain", {"process": FAILS}), *(("weekly", s) for s in EVERY.values()),
    ]  # fmt: skip
    scenes: list[dict[str, Any]] = [
        {
            "dag_id": name,
            "script": {
                unit: {
                    "failures": min(s.failures, 9),
                    "outputs": {k: str(v) for k, v in s.outputs.items()},
                }
                for unit, s in script.items()
            },
        }
        for name, script in scripts
    ]
    scenes += [{"dag_id": name, "seconds": 3} for name in often]
    files = {f"{name}.py": o.files[0].text for name, o in (outcomes | often).items()}
    found, results = dag_files.play(release, files, scenes, tmp_path)
    assert found["errors"] == {}
    *played, waits, goes_on = results
    for (name, script), result in zip(scripts, played, strict=True):
        plan = outcomes[name].plan
        assert plan is not None
        fates = interpret(plan, script)
        wrong = {
            unit: (fate, result["tasks"].get(unit))
            for unit, fate in fates.items()
            if unit and not {*result["tasks"].get(unit, ("none",))} <= STATES[fate.state]
        }
        assert wrong == {}, (name, script)
        assert result["state"] == {"succeeded": "success", "failed": "failed"}[fates[""].state]
        tries = {unit: fate.tries for unit, fate in fates.items() if unit and fate.tries}
        assert {unit: result["tries"].get(f"{unit}/-1") for unit in tries} == tries
    said = {
        name.removesuffix("/-1"): pod["spec"]["containers"][0]["args"][-1]
        for name, pod in played[0]["pods"].items()
    }
    assert said["process"] == "echo processing s3://bucket-with-data"
    assert said["train"] == "echo training --lr=0.05"
    assert waits["runs"][0] == ["running"]
    assert waits["runs"][1] == ["failed", "running"]
    assert {*waits["tasks"]} == {None, "scheduled"}
    assert len(goes_on["runs"][0]) > 1
