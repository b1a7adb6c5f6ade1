"""Tasks of a real Airflow create resources in a real API server, wait for their end and delete them."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.engines import dag_files
from tests.engines.api_server import TOKEN, ApiServer, Refused
from tests.engines.cluster import Cluster
from tests.engines.s3 import PATH, RCLONE
from tests.test_engine_airflow import release

__all__ = ["release"]

IMAGE = "container: {image: i}"
_T = "2030-01-01T00:00:00Z"
KINDS = {
    "PyTorchJob": (
        "operator",
        "kubeflow.org/v1",
        {"conditions": [{"type": "Failed", "status": "True", "reason": "r", "message": "m"}]},
    ),
    "Job": (
        "indexed",
        "batch/v1",
        {
            "startTime": _T,
            "completionTime": _T,
            "conditions": [
                {"type": kind, "status": "True", "lastTransitionTime": _T}
                for kind in ("SuccessCriteriaMet", "Complete")
            ],
            "ready": 0,
            "succeeded": 2,
            "completedIndexes": "0-1",
        },
    ),
}
"""What runs a kind, its API, and how it ends here."""


def text_of(distributed: str) -> str:
    text = f"kind: component\nname: {distributed}\nrun: {{kind: pytorchjob, worker: {{replicas: 2, {IMAGE}}}}}"
    request = Request(
        files=(SourceText("x.yaml", text.encode()),),
        target="airflow",
        options=Options(distributed=distributed, runtime=Runtime(tracking=False)),
    )
    [file] = compile_request(request).files
    return file.text


def end_all(server: ApiServer, ended: list[dict[str, Any]]) -> None:
    for kind, (_, api, status) in KINDS.items():
        for each in server.ask("GET", server.path(api, kind, "default"))["items"]:
            name = each["metadata"]["name"]
            if name not in [known["metadata"]["name"] for known in ended]:
                path = f"{server.path(api, kind, 'default', name)}/status"
                change = {"status": status}
                server.ask("PATCH", path, change, content="application/merge-patch+json")
                ended.append({**each, "kind": kind})


@contextmanager
def controller(server: ApiServer, ended: list[dict[str, Any]]) -> Iterator[None]:
    """Ends whatever is created."""
    stop = threading.Event()

    def act() -> None:
        while not stop.wait(0.3):
            with suppress(Refused):  # right after a definition the server has yet to begin
                end_all(server, ended)

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def config_of(server: ApiServer) -> str:
    config = {
        "clusters": [{"name": "c", "cluster": {"server": server.url,
                                               "insecure-skip-tls-verify": True}}],
        "users": [{"name": "u", "user": {"token": TOKEN}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }  # fmt: skip
    return json.dumps(config)


def test_a_task_runs_a_resource_of_a_cluster(api_server: ApiServer, tmp_path: Path) -> None:
    why = dag_files.missing("3.3")
    if why:
        pytest.skip(why)
    api_server.know([{"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob"}])
    files = {f"{name}.py": text_of(name) for name, _, _ in KINDS.values()}
    scenes = [{"dag_id": name} for name, _, _ in KINDS.values()]
    ended: list[dict[str, Any]] = []
    with controller(api_server, ended):
        found, played = dag_files.play("3.3", files, scenes, tmp_path, config_of(api_server))
    assert found["errors"] == {}
    assert [each["state"] for each in played] == ["failed", "success"]
    assert [each["kind"] for each in ended] == ["PyTorchJob", "Job"]
    left = [
        api_server.ask("GET", api_server.path(api, kind, "default"))["items"]
        for kind, (_, api, _) in KINDS.items()
    ]
    assert left == [[], []]
    services = api_server.ask("GET", api_server.path("v1", "Service", "default"))["items"]
    owners = [each["metadata"]["ownerReferences"] for each in services
              if each["metadata"]["name"].startswith("indexed-")]  # fmt: skip
    assert [(o["kind"], o["uid"]) for [o] in owners] == [("Job", ended[1]["metadata"]["uid"])]


NASTY = (
    'it\'s "x": # $HOME $(PXC_RUN_UUID) $$ \\n \\ {{ a }} {%b%} - `d` %s é \U0001f600\tand\nmore: y'
)
CODED = base64.b64encode(f"{NASTY}\n".encode()).decode()
LEAVING = f"""
kind: component
name: leaving
run:
  kind: dag
  operations:
    - name: train
      component:
        outputs: [{{name: said, type: str}}, {{name: world, type: int}}, {{name: never, type: str}}]
        run:
          kind: pytorchjob
          worker:
            replicas: 2
            container:
              image: i
              command: [sh, -c, 'cd "$PXC_OUTPUTS_DIR"; echo {CODED} | base64 -d > said; echo $WORLD_SIZE > world']
    - name: cells
      matrix: {{kind: mapping, concurrency: 2, values: [{{x: 1}}, {{x: 2}}, {{x: 3}}]}}
      component:
        inputs: [{{name: x, type: int, toEnv: X}}]
        outputs: [{{name: y, type: int}}]
        run:
          kind: pytorchjob
          worker:
            replicas: 1
            container:
              image: i
              env: [{{name: LITERAL, value: "{{{{ '{{{{' }}}} a }}}} {{{{ x }}}}"}}, {{name: WORD, value: "{{{{ '{{#' }}}}"}}]
              command: [sh, -c, 'cd "$PXC_OUTPUTS_DIR"; echo $(($X * $0)) > y; printf %s "$WORD$LITERAL" > text', "{{{{ x }}}}"]
    - name: breaks
      component:
        outputs: [{{name: why, type: str}}]
        run:
          kind: pytorchjob
          worker:
            replicas: 1
            container: {{image: i, command: [sh, -c, 'echo so >"$PXC_OUTPUTS_DIR/why"; exit 3']}}
    - name: seek
      matrix:
        kind: bayes
        seed: 1
        numInitialRuns: 2
        maxIterations: 1
        metric: {{name: loss, optimization: minimize}}
        params: {{x: {{kind: uniform, value: [0, 1]}}}}
      component:
        inputs: [{{name: x, type: float}}]
        outputs: [{{name: loss, type: float}}]
        run:
          kind: pytorchjob
          worker:
            replicas: 1
            container: {{image: i, command: [sh, -c, 'echo $0 > "$PXC_OUTPUTS_DIR/loss"', "{{{{ x }}}}"]}}
    - name: table
      matrix:
        kind: mapping
        concurrency: 1
        values: [{{x: 1}}, {{x: 2}}, {{x: 3}}]
        earlyStopping: [{{kind: metric_early_stopping, metric: y, value: 2, optimization: maximize}}]
      component:
        inputs: [{{name: x, type: int}}]
        outputs: [{{name: y, type: int}}]
        run:
          kind: pytorchjob
          worker:
            replicas: 1
            container: {{image: i, command: [sh, -c, 'echo $0 > "$PXC_OUTPUTS_DIR/y"', "{{{{ x }}}}"]}}
    - name: report
      params: {{said: {{ref: ops.train, value: outputs.said}}, world: {{ref: ops.train, value: outputs.world}}}}
      conditions: "{{{{ world == 2 }}}}"
      component:
        inputs: [{{name: said, type: str}}, {{name: world, type: int}}]
        run: {{kind: job, container: {{image: i, args: ["{{{{ said }}}}"]}}}}
    - name: gather
      dependencies: [cells]
      joins: [{{ref: ops.cells, query: "status: succeeded", params: {{ys: {{value: outputs.y}}}}}}]
      component:
        inputs: [{{name: ys, type: "List[int]"}}]
        run: {{kind: job, container: {{image: i, args: ["{{{{ ys }}}}"]}}}}
    - name: tell
      dependencies: [breaks]
      trigger: one_failed
      params: {{why: {{ref: ops.breaks, value: outputs.why}}}}
      component:
        inputs: [{{name: why, type: str}}]
        run: {{kind: job, container: {{image: i, args: ["{{{{ why }}}}"]}}}}
"""


@pytest.mark.skipif(RCLONE is None, reason="SKIPPED: no rclone here")
def test_what_the_pods_of_a_resource_leave_is_read(
    release: str, cluster: Cluster, tmp_path: Path
) -> None:
    """The pods really run, and so does the one that reads what they left in the store."""
    kept = cluster.claim("kept")
    cluster.secret("keys", {"PATH": PATH})  # an image is this machine: where it has rclone
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        "artifactsStore: {name: store, kind: volume_claim,"
        " schema: {volumeClaim: kept, mountPath: /kept}, secret: {name: keys}}\n"
    )
    request = Request(
        files=(SourceText("leaving.yaml", LEAVING.encode()),),
        target="airflow",
        catalog=(catalog,),
        options=Options(
            distributed="indexed", namespace=cluster.namespace, runtime=Runtime(tracking=False)
        ),
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    files = {"leaving.py": outcome.files[0].text}
    config = config_of(cluster.server)
    found, [played] = dag_files.play(release, files, [{"dag_id": "leaving"}], tmp_path, config)
    assert found["errors"] == {}
    ends = {name: [*set(each)] for name, each in played["tasks"].items()}
    skipped = {"seek.ask_3", "table.trials_3", "table.ask_3", "table.ask_4"}
    assert ends == {key: ["skipped" if key in skipped else "success"] for key in ends} | {
        "breaks": ["failed"],
        "watcher": ["failed"],
    }
    told = {name: pod["spec"]["containers"][0]["args"] for name, pod in played["pods"].items()}
    assert told["report/-1"] == [NASTY.replace("$", "$$")]
    assert told["gather/-1"] == ["[1,4,9]"]
    assert told["tell/-1"] == ["so"]
    results = [told[f"{name}/-1"][-1] for name in ("seek.ask_2", "seek.ask_3", "table.ask_3")]
    first, second, rows = map(json.loads, results)
    losses = [float(each["outputs"]["loss"]) for each in (*first, *second)]
    assert [len(first), len(second), len({*losses})] == [2, 1, 3]
    assert all(0 <= loss <= 1 for loss in losses)
    assert rows == [{"index": 1, "outputs": {"y": "2"}}]
    assert sorted(len([*run.glob("outputs/*")]) for run in kept.iterdir()) == [*[1] * 6, *[2] * 4]
    texts = {path.read_text() for path in kept.glob("*/outputs/text")}
    assert texts == {f"{{#{{{{ a }}}} {x}" for x in (1, 2, 3)}
    assert (
        cluster.server.ask("GET", f"/apis/batch/v1/namespaces/{cluster.namespace}/jobs")["items"]
        == []
    )
