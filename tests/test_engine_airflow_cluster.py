"""Tasks of a real Airflow create resources in a real API server, wait for their end and delete them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.world import Options, Runtime
from tests.engines import dag_files
from tests.engines.api_server import TOKEN, ApiServer, Refused

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


def test_a_task_runs_a_resource_of_a_cluster(api_server: ApiServer, tmp_path: Path) -> None:
    why = dag_files.missing("3.3")
    if why:
        pytest.skip(why)
    api_server.know([{"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob"}])
    config = {
        "clusters": [{"name": "c", "cluster": {"server": api_server.url,
                                               "insecure-skip-tls-verify": True}}],
        "users": [{"name": "u", "user": {"token": TOKEN}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }  # fmt: skip
    files = {f"{name}.py": text_of(name) for name, _, _ in KINDS.values()}
    scenes = [{"dag_id": name} for name, _, _ in KINDS.values()]
    ended: list[dict[str, Any]] = []
    with controller(api_server, ended):
        found, played = dag_files.play("3.3", files, scenes, tmp_path, json.dumps(config))
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
