"""Kubeflow jobs run as their authors say under the real training operator, on a real cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options
from tests.engines import kubeflow, place
from tests.engines.api_server import ApiServer
from tests.engines.cluster import Cluster
from tests.engines.kubelet import Kubelet
from tests.engines.s3 import PATH

VOLUME = (
    "artifactsStore: {name: store, kind: volume_claim,"
    " schema: {volumeClaim: kept, mountPath: /kept}, secret: {name: keys}}\n"
)


@pytest.fixture(scope="module")
def operator(
    running_cluster: tuple[ApiServer, Kubelet], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    if place.missing(kubeflow.PROGRAM):
        pytest.skip("NO TRAINING OPERATOR: run `make engines`")
    with kubeflow.running(running_cluster[0], tmp_path_factory.mktemp("kubeflow")):
        yield


def manifest(run: dict[str, Any], tmp_path: Path, more: str = "", **options: Any) -> str:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(VOLUME)
    text = f"kind: component\nname: train\n{more}run: {json.dumps(run)}\n"
    request = Request(
        files=(SourceText("f.yaml", text.encode()),),
        catalog=(catalog,),
        options=Options(**options),
    )
    outcome = compile_request(request)
    assert [d.message for d in outcome.report if d.code.id != "PXC122"] == []
    return outcome.files[0].text


MEET = """
import os, socket, sys, time
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
deadline = time.monotonic() + 60
if rank == 0:
    # what it says it is called itself may be localhost
    with socket.create_server((socket.gethostbyname(os.environ["HOSTNAME"]), port)) as server:
        met = {server.accept()[0].recv(9).decode() for _ in range(world - 1)}
    with open(os.environ["PXC_OUTPUTS_DIR"] + "/met", "w") as file:
        print(*sorted(met), file=file)
while rank and time.monotonic() < deadline:
    try:
        with socket.create_connection((host, port)) as there:
            there.send(str(rank).encode())
            break
    except OSError:
        time.sleep(0.1)
else:
    assert not rank, "nobody was met"
"""


TOLD = """
import json, os
wanted = ("TF_CONFIG", "PADDLE_NNODES", "POLYAXON_NO_OP")
with open(os.environ["PXC_OUTPUTS_DIR"] + "/told", "w") as file:
    json.dump({name: os.environ.get(name) for name in wanted}, file)
"""


def role(program: str, replicas: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "replicas": replicas,
        "container": {"image": "any", "command": ["python3", "-c", program]},
        **more,
    }


def left(made: dict[str, Any], kept: Path, name: str) -> str:
    """An output of a run, in the store."""
    return (kept / made["metadata"]["labels"]["pxc.dev/run-uuid"] / "outputs" / name).read_text()


def ended(text: str, cluster: Cluster, condition: str) -> dict[str, Any]:
    """The job of a manifest, once its operator says that it has ended so."""
    cluster.secret("keys", {"PATH": PATH})  # an image is this machine: where it has rclone
    [made] = [d for d in cluster.apply(text) if d["kind"].endswith("Job")]
    return cluster.wait(made["kind"], "train", condition, timeout=120)


@pytest.mark.parametrize("kind", ["pytorchjob", "xgbjob"])
def test_processes_meet_and_leave_what_they_found(
    kind: str, operator: None, cluster: Cluster, tmp_path: Path
) -> None:
    """The operator's variables reach the container, and the store has what the master wrote."""
    kept = cluster.claim("kept")
    run = {"kind": kind, "master": role(MEET), "worker": role(MEET, 2)}
    text = manifest(run, tmp_path, "outputs: [{name: met, type: str}]\n")
    assert left(ended(text, cluster, "Succeeded"), kept, "met") == "1 2\n"


@pytest.mark.parametrize(
    ("run", "variable", "piece"),
    [
        ({"kind": "tfjob", "chief": role(TOLD), "worker": role("", 2), "ps": role("")}, "TF_CONFIG",
         '"worker":["train-'),
        ({"kind": "paddlejob", "master": role(TOLD), "worker": role("", 2)}, "PADDLE_NNODES", "3"),
    ],
)  # fmt: skip
def test_the_operator_tells_each_container_of_the_others(
    run: dict[str, Any], variable: str, piece: str, operator: None, cluster: Cluster, tmp_path: Path
) -> None:
    """It finds the main container by its name; one role tells of the run."""
    kept = cluster.claim("kept")
    text = manifest(run, tmp_path, "outputs: [{name: told, type: str}]\n")
    told = json.loads(left(ended(text, cluster, "Succeeded"), kept, "told"))
    assert piece in told[variable]
    assert told["POLYAXON_NO_OP"] is None


HANGS = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the first process has no handler else
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("program", "more"),
    [("import sys; sys.exit(3)", "termination: {maxRetries: 0}\n"),
     (HANGS, "termination: {timeout: 2}\n")],
    ids=["fails", "hangs"],
)  # fmt: skip
def test_limits_are_held(
    program: str, more: str, operator: None, cluster: Cluster, tmp_path: Path
) -> None:
    never = {"environment": {"restartPolicy": "Never"}}
    run = {"kind": "pytorchjob", "master": role(program, **never), "worker": role(program, **never)}
    cluster.claim("kept")
    ended(manifest(run, tmp_path, more), cluster, "Failed")
