"""Airflow's own operator of Spark makes applications in a real API server, and minds how they end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from pxc.targets._resources import ending_of
from tests.engines import dag_files
from tests.engines.cluster import Cluster
from tests.engines.status_player import playing
from tests.hub import hub
from tests.test_engine_airflow import release
from tests.test_engine_airflow_cluster import config_of
from tests.test_engine_airflow_kinds import comparable

__all__ = ["release"]

NASTY = "{{ '{{' }} .Values.x }} ${{ '{#' }}a[@]} {{ '{%' }} 100% $HOME $(X) \\\\ é"
"""Text that Jinja, a shell and Kubernetes each would like to read, as it stands in YAML quotes."""

IMAGE = "container: {image: spark:3.5}"
DRIVER = (
    f'driver: {{container: {{image: "spark:3.5", env: [{{name: TEXT, value: "{NASTY}"}}],'
    " resources: {limits: {cpu: 2, memory: 4Gi}}}}"
)
ROLES = (
    "kind: spark, type: Python, sparkVersion: 3.5.3, mainApplicationFile: local:///main.yaml,"
    f' sparkConf: {{spark.app.note: "{NASTY}", spark.app.lines: "a\\r\\nb\\n"}}, {DRIVER}, executor: {{replicas: 2, {IMAGE}}}'
)
SPARK = f"run: {{{ROLES}, arguments: [conf.yaml, a.json]}}"
OF_X = f'run: {{{ROLES}, arguments: ["{{{{ x }}}}", "{NASTY}"]}}'
IN_X = "inputs: [{name: x, type: int}]"
JOB = f"run: {{kind: job, {IMAGE}}}"
DAG = f"""
kind: component
name: sparks
termination: {{timeout: 200}}
run:
  kind: dag
  operations:
    - {{name: ask, component: {{outputs: [{{name: n, type: int}}], {JOB}}}}}
    - name: etl
      hooks: [{{hubRef: tell, trigger: succeeded}}]
      component: {{termination: {{maxRetries: 2}}, {SPARK}}}
    - {{name: breaks, component: {{{SPARK}}}}}
    - {{name: late, component: {{termination: {{timeout: 3}}, {SPARK}}}}}
    - {{name: killed, component: {{{SPARK}}}}}
    - {{name: again, component: {{{SPARK}}}}}
    - {{name: marked, component: {{{SPARK}}}}}
    - name: runs
      params: {{x: {{ref: ops.ask, value: outputs.n}}}}
      conditions: "{{{{ x > 1 }}}}"
      component: {{{IN_X}, {OF_X}}}
    - name: stays
      params: {{x: {{ref: ops.ask, value: outputs.n}}}}
      conditions: "{{{{ x > 7 }}}}"
      component: {{{IN_X}, {OF_X}}}
    - name: cells
      matrix: {{kind: grid, params: {{x: {{kind: choice, value: [1, 2, 3]}}}}}}
      component: {{{IN_X}, {OF_X}}}
    - name: rounds
      matrix:
        kind: mapping
        concurrency: 1
        values: [{{x: 1}}, {{x: 2}}, {{x: 3}}]
        earlyStopping: [{{kind: failure_early_stopping, percent: 30}}]
      component: {{{IN_X}, {OF_X}}}
    - {{name: then, dependencies: [breaks], trigger: all_failed, component: {{{JOB}}}}}
    - {{name: never, dependencies: [breaks], component: {{{SPARK}}}}}
    - {{name: last, dependencies: [etl, runs], component: {{{SPARK}}}}}
"""

ALONE = f"kind: component\nname: alone\ntermination: {{maxRetries: 2}}\n{SPARK}"
"""A run of its own, which both targets know."""


BY_HAND = {
    "killed": 'mode="poke", execution_timeout=timedelta(seconds=4)',
    "again": "retries=1, retry_delay=timedelta(seconds=0)",
}
"""What no Polyaxonfile says: a task that holds its worker and is killed, and one that is cleared."""


def states(*words: str) -> list[dict[str, Any]]:
    return [{"applicationState": {"state": each}, "driverInfo": {}} for each in words]


ENDS, FAILS = states("SUBMITTED", "COMPLETED"), states("RUNNING", "FAILED")
SCRIPTS = {
    "etl": [states("", "SUBMITTED", "RUNNING", "FAILING", "PENDING_RERUN", "RUNNING", "COMPLETED")],
    "breaks": [states("SUBMISSION_FAILED", "FAILED")],
    "late": [states("RUNNING")],
    "killed": [states("RUNNING")],
    "again": [FAILS, ENDS],
    "marked": [states("RUNNING")],
    "runs": [ENDS],
    "cells": [ENDS, FAILS, ENDS],
    "rounds": [ENDS, FAILS, ENDS],
    "last": [ENDS],
    "alone": [ENDS],
}
"""What applications tell of themselves, by their operation, one after the other."""

CAME_TO = {
    "etl": ["success"],
    "etl-tell": ["success"],
    "breaks": ["failed"],
    "late": ["failed"],
    "killed": ["failed"],
    "again": ["success"],
    "marked": ["failed"],
    "runs": ["success"],
    "stays": ["skipped"],
    "rounds.trials_1": ["success"],
    "rounds.trials_2": ["failed"],
    "rounds.trials_3": ["upstream_failed"],
    "then": ["success"],
    "never": ["upstream_failed"],
    "last": ["success"],
}


def compiled(text: str, target: str, cluster: Cluster, folder: Path) -> str:
    options = Options(namespace=cluster.namespace, runtime=Runtime(tracking=False))
    files = (SourceText("sparks.yaml", text.encode()),)
    request = Request(files=files, target=target, catalog=(folder,), options=options, verify=True)
    outcome = compile_request(request)
    assert outcome.files, [each.message for each in outcome.report]
    return outcome.files[0].text


def kept(found: dict[str, Any]) -> dict[str, Any]:
    """What was sent to a server: what it keeps without its own remarks."""
    own = ("name", "labels")
    about = {key: found["metadata"][key] for key in own}
    return {key: found[key] for key in ("apiVersion", "kind", "spec")} | {"metadata": about}


def test_applications_are_made_and_end(release: str, cluster: Cluster, tmp_path: Path) -> None:
    catalog = hub(tmp_path / "catalog", {"tell": f"kind: component\nname: tell\n{JOB}\n"})
    text = compiled(DAG, "airflow", cluster, catalog)
    for name, arguments in BY_HAND.items():
        text = text.replace(f'task_id="{name}",', f'task_id="{name}", {arguments},')
    files = {"sparks.py": text, "alone.py": compiled(ALONE, "airflow", cluster, catalog)}
    scenes = [
        {
            "dag_id": "sparks",
            "script": {"ask": {"outputs": {"n": "5"}}, "marked": {"marked": True}},
        },
        {"dag_id": "alone"},
    ]
    with playing(cluster, {"SparkApplication": "sparkoperator.k8s.io/v1beta2"}, SCRIPTS) as made:
        found, [played, other] = dag_files.play(
            release, files, scenes, tmp_path, config_of(cluster.server)
        )
    assert (found["errors"], other["state"]) == ({}, "success")
    assert {name: played["tasks"][name] for name in CAME_TO} == CAME_TO
    assert sorted(played["tasks"]["cells"]) == ["failed", "success", "success"]
    path = cluster.server.path(
        "sparkoperator.k8s.io/v1beta2", "SparkApplication", cluster.namespace
    )
    [left] = cluster.server.ask("GET", path)["items"]  # nothing of Airflow looks between two looks
    assert left["metadata"]["labels"]["pxc.dev/operation"] == "marked"
    cluster.server.ask("DELETE", f"{path}/{left['metadata']['name']}")
    objects = [kept(each) for each in made.values()]
    by_name = {name: [] for name in SCRIPTS}
    for each in objects:
        by_name[each["metadata"]["labels"]["pxc.dev/operation"]].append(each)
    assert [len(each) for each in by_name.values()] == [1, 1, 1, 1, 2, 1, 1, 3, 2, 1, 1]
    runs = {each["metadata"]["labels"]["pxc.dev/run-uuid"] for each in objects}
    assert len(runs) == len(objects) - 1
    first, second = sorted(each["metadata"]["name"] for each in by_name["again"])
    assert (first[-2:], second) == ("-1", f"{first[:-2]}-2")
    [late] = by_name["late"]
    assert late["spec"]["driver"]["template"]["spec"]["activeDeadlineSeconds"] == 3
    [of_n] = by_name["runs"]
    assert of_n["spec"]["arguments"][0] == "5"
    assert sorted(each["spec"]["arguments"][0] for each in by_name["cells"]) == ["1", "2", "3"]
    note = "{{ .Values.x }} ${#a[@]} {% 100% $HOME $(X) \\ é"
    told = {"spark.app.note": note, "spark.app.lines": "a\r\nb\n"}
    assert [each["spec"]["sparkConf"] for each in objects] == [told] * len(objects)
    cluster.apply(compiled(ALONE, "kubernetes", cluster, catalog))
    [applied] = cluster.server.ask("GET", path)["items"]
    [alone] = by_name["alone"]
    assert comparable([alone]) == comparable([kept(applied)])


def test_the_operator_knows_how_an_application_tells_its_end() -> None:
    ending = ending_of({"kind": "SparkApplication", "spec": {}})
    assert ending.succeeded == (("status.applicationState.state", ("COMPLETED",)),)
    assert ending.failed == (("status.applicationState.state", ("FAILED",)),)
