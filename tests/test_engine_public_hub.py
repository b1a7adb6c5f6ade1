"""Components that ship, run by real engines: a clone on Kubernetes, a hook and a tuner on Argo."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.tuner.step import unpacked
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.s3 import RCLONE
from tests.reading import found
from tests.test_engine_search import tuner
from tests.test_public_hub_programs import Heard, heard

__all__ = ["heard", "tuner"]


@pytest.fixture
def python(running_cluster: Any, tmp_path: Path) -> None:
    """Containers find `python`, which any user may run."""
    _, kubelet = running_cluster
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\nexec /usr/bin/python3 "$@"\n', "utf-8")
    program.chmod(0o755)
    kubelet.programs.append((program, "/usr/local/bin/python", True))


@pytest.fixture
def rclone(running_cluster: Any) -> None:
    """Containers find `rclone`, which any user may run."""
    if RCLONE is None:
        pytest.skip("SKIPPED: no rclone here")
    _, kubelet = running_cluster
    kubelet.programs.append((Path(RCLONE), "/usr/local/bin/rclone", True))


def compiled(text: str, target: str, catalog: str, folder: Path) -> Outcome:
    """An operation with connections."""
    path = folder / "connections.yaml"
    path.write_text(dedent(catalog or "connections: []\n"))
    request = Request(
        files=(SourceText("f.yaml", dedent(text).encode()),), target=target, catalog=(path,)
    )
    outcome = compile_request(request)
    assert outcome.files, found(outcome.report)
    return outcome


@pytest.fixture
def repository() -> Iterator[Path]:
    """A repository that any user may read."""
    with TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "a.txt").write_text("a")
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", name]
        for line in ("init -q", "add a.txt", "commit -q -m a", "tag v1"):
            subprocess.run([*git, *line.split()], check=True)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 1000, 1000)
        yield folder


def test_a_clone_is_kept_with_its_commit(
    cluster: Cluster, repository: Path, rclone: None, tmp_path: Path
) -> None:
    runs = cluster.claim("runs")
    runs.chmod(0o777)  # a cluster does that by `fsGroup`
    operation = f"""
        kind: operation
        name: clone
        hubRef: git-clone:latest
        params: {{url: "file://{repository}", revision: v1}}
        """
    store = "artifactsStore: {name: runs, kind: volume_claim, schema: {volumeClaim: runs, mountPath: /runs}}"
    outcome = compiled(operation, "kubernetes", store, tmp_path)
    cluster.apply(outcome.files[0].text)
    cluster.wait("Job", "clone", "Complete", timeout=90)
    [kept], [text] = runs.glob("*/outputs/commit"), runs.glob("*/outputs/code/*/a.txt")
    head = ["git", "-c", "safe.directory=*", "-C", str(repository), "rev-parse", "HEAD"]
    told = subprocess.run(head, capture_output=True, text=True, check=True).stdout
    assert (kept.read_text(), text.read_text()) == (told, "a")


def test_a_channel_is_told_by_a_hook(
    argo: Cluster, python: None, heard: Heard, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{heard.server_port}/hook"
    argo.secret("team", {"SLACK_URL": address, "WEBHOOK_URL": address})
    operation = """
        kind: operation
        name: train
        hooks:
          - {hubRef: "slack:latest", connection: team, trigger: failed}
          - hubRef: webhook:latest
            connection: team
            trigger: succeeded
            params: {message: {value: "{{ name }} came to {{ outputs.note }}"}}
        component:
          outputs: [{name: note, type: str}]
          run: {kind: job, container: {image: any, command: [sh, -c, 'printf %s "$0" > "$PXC_OUTPUTS_DIR/note"', '"0.9" $$(HOME)']}}
        """
    catalog = "kind: Connection\nname: team\nspec: {kind: slack, secret: {name: team}}\n"
    outcome = compiled(operation, "argo", catalog, tmp_path)
    [made] = [d for f in outcome.files for d in argo.apply(f.text) if d["kind"] == "Workflow"]
    done = engine.ended(argo, made["metadata"]["name"], 120)
    assert done["status"]["phase"] == "Succeeded"
    [(_, told)] = heard.requests
    assert told["message"] == 'train came to "0.9" $(HOME)'
    assert (told["name"], told["status"]) == ("train", "succeeded")


SEARCH = """
    kind: operation
    name: search
    matrix:
      kind: iterative
      seed: 1
      maxIterations: 3
      params: {units: {kind: choice, value: [16, 32, 64, 128]}}
      tuner:
        hubRef: tuner:latest
        params: {metric: {value: loss}, batch: {value: 2}, startup: {value: 1}}
    component:
      inputs: [{name: units, type: int}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf %s "$0" > "$PXC_OUTPUTS_DIR/loss"', "{{ units }}"]}}
    """


def test_a_search_asks_the_tuner(argo: Cluster, tuner: None, tmp_path: Path) -> None:
    """Four values are four runs: the third answer is none, which ends the search."""
    [file] = compiled(SEARCH, "argo", "", tmp_path).files
    # Only root sees where pxc lies on a machine that tests.
    text = file.text.replace("65534", "0").replace("runAsNonRoot: true", "runAsNonRoot: false")
    [made] = [d for d in argo.apply(text) if d["kind"] == "Workflow"]
    done = engine.ended(argo, made["metadata"]["name"], 240)
    assert done["status"]["phase"] == "Succeeded"
    outputs = map(engine.outputs, engine.nodes(done).values())
    states = [unpacked(each["state"]) for each in outputs if each.get("state")]
    records = max((state.records for state in states), key=len)
    assert sorted(record.params["units"] for record in records) == [16, 32, 64, 128]
    assert [record.iteration for record in records] == [0, 0, 1, 1]
