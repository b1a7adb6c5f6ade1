"""The pipelines of the gallery on a real Argo: each comes to what the plan's interpreter says.

Images are this machine; the programs are those of the files, and what they leave is looked at. The
pods have the rights that the page of the target tells, and no others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Outcome
from tests.argo_runs import differences, scheduled
from tests.conftest import ROOT
from tests.engines import argo as engine
from tests.engines import place
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.engines.roles import documented_role
from tests.gallery import CASES
from tests.plan_interpreter import FAILS, Script
from tests.test_golden import run_case

SCRIPTS: dict[str, dict[str, Script]] = {
    "release": {"train": Script(outputs={"r2": 1.0})},
    "nightly": {"fresh": Script(outputs={"rows": 1200})},
    "approval": {"train": Script(outputs={"accuracy": 0.93})},
    "folds": {"mean": Script(outputs={"accuracy": 0.92})},
    "cleanup": {"train": FAILS},
}
CLAIMS = {"release": "datasets", "board": "runs"}
LOGS = {
    # gallery: operation, and what it says
    "release": ("deploy", "deployed --score=1\n"),
    "nightly": ("train", "--rows=1200\n"),
    "folds": ("register", "registered 0.9199999999999999\n"),
    "image": ("train-build", "--destination=registry.example.com/vision/default:{uid}-train-build"
              " --context=git://git.example.com/vision.git\n"),
    "board": ("report", "3,0.6\n"),
    "teams": ("publish", "published\n"),
    "approval": ("deploy", "live\n"),
    "cleanup": ("alert", "the training has failed\n"),
}  # fmt: skip


@pytest.fixture(scope="module")
def programs(running_argo: None, running_cluster: Any, tmp_path_factory: Any) -> None:
    """Containers find `pxc-tuner` of this very tree, and `python` with the tracking client."""
    client = place.CACHE / "tracking-2" / "bin" / "python"
    if not client.exists():
        pytest.skip("NO TRACKING CLIENT: run `make engines`")
    folder = tmp_path_factory.mktemp("programs")
    lines = {
        "pxc-tuner": f"PYTHONPATH={ROOT} exec {sys.executable} -m pxc.tuner",
        "python": f"exec {client}",
    }
    server, kubelet = running_cluster
    for name, line in lines.items():
        (folder / name).write_text(f'#!/bin/sh\n{line} "$@"\n', "utf-8")
        (folder / name).chmod(0o755)
        kubelet.programs.append((folder / name, f"/usr/local/bin/{name}", True))
    server.ask(
        "PATCH", "/api/v1/nodes/machine", {"metadata": {"labels": {"pool": "gpu"}}},
        content="application/merge-patch+json",
    )  # fmt: skip


def started(cluster: Cluster, outcome: Outcome) -> str:
    """The name of the workflow that a pipeline is; one with a schedule starts at once."""
    documents = [each for file in outcome.files for each in yaml.safe_load_all(file.text)]
    for each in documents:
        spec = each["spec"]
        spec.get("workflowSpec", spec)["serviceAccountName"] = "runner"
        if "schedules" in spec:
            spec["schedules"] = ["@every 3s"]
    cluster.apply(documented_role("pods"))
    [made] = cluster.apply(yaml.safe_dump_all(documents, width=10**6))
    name: str = made["metadata"]["name"]
    return scheduled(cluster, name)[0] if made["kind"] == "CronWorkflow" else name


def log_of(cluster: Cluster, name: str, operation: str) -> str:
    """What the last try of an operation wrote."""
    named = {
        pod["metadata"]["annotations"]["workflows.argoproj.io/node-name"].partition("(")[0]: pod
        for pod in cluster.pods(name)
    }
    pod = named[f"{name}.{operation}"]
    return cluster.logs(pod)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.removeprefix("gallery-"))
def test_a_pipeline_of_the_gallery(argo: Cluster, programs: None, case: Path) -> None:
    title = case.name.removeprefix("gallery-")
    if title in CLAIMS:
        argo.claim(CLAIMS[title])
    outcome = run_case(case, "argo")
    name = started(argo, outcome)
    if title == "approval":
        waits = engine.once(
            argo, name, lambda w: engine.phases(w).get("deploy-approval") == "Running"
        )
        assert "deploy" not in engine.phases(waits)
        engine.resume(argo, name)
    done = engine.ended(argo, name, 200)
    assert differences(done, outcome, SCRIPTS.get(title, {})) == {}
    if title in LOGS:
        operation, said = LOGS[title]
        assert log_of(argo, name, operation) == said.format(uid=done["metadata"]["uid"])
    if title in LEFT:
        LEFT[title](argo, done)


def _hooks(cluster: Cluster, done: Object) -> None:
    nodes = engine.nodes(done)
    said = {
        path.rpartition(".")[2]: engine.outputs(node).get("sent") for path, node in nodes.items()
    }
    assert said["train-slack"] == "ready for approval at 0.93"
    assert said["deploy-slack"] == "deploy has succeeded"


def _best_of_grid(cluster: Cluster, done: Object) -> None:
    assert engine.outputs(engine.nodes(done)["final"])["chosen"] == "lr 0.01 depth 2"


def _best_of_search(cluster: Cluster, done: Object) -> None:
    from pxc.tuner.step import unpacked

    records = unpacked(engine.outputs(engine.nodes(done)["search"])["state"]).records
    assert [(r.bracket, r.rung) for r in records].count((0, 0)) == 4
    best = min(records, key=lambda r: r.metric or 0.0)
    said = log_of(cluster, done["metadata"]["name"], "final").split()
    assert said[1] == "--epochs=100"
    assert float(said[0].removeprefix("--lr=")) == best.params["lr"]


LEFT: dict[str, Callable[[Cluster, Object], None]] = {
    "approval": _hooks, "grid": _best_of_grid, "hyperband": _best_of_search,
}  # fmt: skip


def test_every_pipeline_has_something_to_look_at() -> None:
    names = {case.name.removeprefix("gallery-") for case in CASES}
    assert names == set(LOGS) | set(LEFT)
    assert len(names) >= 10
