"""Starts Argo's controller on a running cluster and says what a workflow has come to.

Pods get `argoexec` where Argo's image of it has it; everything else of Argo is as its release is.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engines import api_server, place, roles
from tests.engines.api_server import ApiServer, Refused
from tests.engines.cluster import Cluster
from tests.engines.container_run import stamp
from tests.engines.control_plane import kubeconfig
from tests.engines.environment import Object
from tests.engines.kubelet import Kubelet

CONTROLLER, EXECUTOR, RETRY = "workflow-controller", "argoexec", "argoretry"
LINTS = ("argolint-3.6", "argolint")
VERSION = "argoproj.io/v1alpha1"
KINDS = (
    "ClusterWorkflowTemplate", "CronWorkflow", "Workflow", "WorkflowArtifactGCTask",
    "WorkflowEventBinding", "WorkflowTaskResult", "WorkflowTaskSet", "WorkflowTemplate",
)  # fmt: skip
_NAMESPACE = roles.CONTROLLER[0]
_SETTINGS = {
    "metricsConfig": "enabled: false\n",
    "telemetryConfig": "enabled: false\n",
    "executor": "env: [{name: RESOURCE_STATE_CHECK_INTERVAL, value: 500ms}]\n",
}
_ENVIRONMENT = {"LEADER_ELECTION_DISABLE": "true", "DEFAULT_REQUEUE_TIME": "100ms"}
"""A workflow is looked at ten times a second where a cluster of many would do so every ten seconds."""


@contextmanager
def running(server: ApiServer, kubelet: Kubelet, folder: Path) -> Iterator[None]:
    """The controller, minding all workflows of the cluster with the rights that Argo gives it."""
    server.know([{"apiVersion": VERSION, "kind": kind} for kind in KINDS])
    _make(server, "Namespace", {"name": _NAMESPACE}, {})
    _make(server, "ServiceAccount", {"name": roles.CONTROLLER[1], "namespace": _NAMESPACE}, {})
    roles.install_controller(server)
    token = roles.token_of(server, *roles.CONTROLLER)
    (folder / "kubeconfig").write_text(json.dumps(kubeconfig(server, token)))
    name = f"{CONTROLLER}-configmap"
    _make(server, "ConfigMap", {"name": name, "namespace": _NAMESPACE}, {"data": _SETTINGS})
    kubelet.programs.append((place.CACHE / "bin" / EXECUTOR, f"/usr/local/bin/{EXECUTOR}", True))
    command = [
        str(place.CACHE / "bin" / CONTROLLER), f"--kubeconfig={folder / 'kubeconfig'}",
        f"--namespace={_NAMESPACE}", f"--configmap={name}", f"--executor-image={EXECUTOR}:here",
        "--qps=200", "--burst=400", "--loglevel=error",  # that of `argoexec` in pods too
    ]  # fmt: skip
    processes = api_server.start([command], folder, os.environ | _ENVIRONMENT)
    try:
        yield
    finally:
        api_server.stop(processes)


def _make(server: ApiServer, kind: str, about: Object, rest: Object) -> None:
    body = {"apiVersion": "v1", "kind": kind, "metadata": about} | rest
    server.ask("POST", server.path("v1", kind, about.get("namespace")), body)


def nodes(workflow: Object) -> dict[str, Object]:
    """The nodes of a workflow by the names of tasks that lead to them, joined by dots.

    Of a task that was tried several times there is the node that holds the tries.
    """
    found = _all_nodes(workflow)
    tries = {
        child
        for node in found.values()
        if node["type"] == "Retry"
        for child in node.get("children", ())
    }
    return {path: node for path, node in found.items() if path and node["id"] not in tries}


def _all_nodes(workflow: Object) -> dict[str, Object]:
    root = workflow.get("metadata", {}).get("name", "")
    every = workflow.get("status", {}).get("nodes", {}).values()
    return {node["name"].removeprefix(root).lstrip("."): node for node in every}


def phases(workflow: Object) -> dict[str, str]:
    """What the nodes of a workflow have come to, by their paths."""
    return {path: node.get("phase", "") for path, node in nodes(workflow).items()}


def outputs(node: Object) -> dict[str, str]:
    """The output parameters of a node."""
    return {
        parameter["name"]: parameter.get("value", "")
        for parameter in node.get("outputs", {}).get("parameters", ())
    }


def ended(cluster: Cluster, name: str, timeout: float = 120) -> Object:
    """A workflow once it has ended, however."""
    return once(cluster, name, lambda workflow: workflow["status"].get("finishedAt"), timeout)


def once(cluster: Cluster, name: str, true: Callable[[Object], Any], timeout: float = 60) -> Object:
    """A workflow once something is true of it; AssertionError tells what it came to if never."""
    deadline = time.monotonic() + timeout
    found: Object = {}
    while time.monotonic() < deadline:
        found = cluster.get("Workflow", name) or {}
        if found.get("status") and true(found):
            return found
        time.sleep(0.2)
    about = {
        path: (node.get("phase"), node.get("message")) for path, node in _all_nodes(found).items()
    }
    raise AssertionError(f"workflow {name}: {found.get('status', {}).get('phase')} {about}")


def resume(cluster: Cluster, name: str) -> None:
    """Lets a suspended workflow go on, as `argo resume` does: by writing into it."""
    found = cluster.get("Workflow", name)
    assert found is not None
    changed: Object = {"spec": {"suspend": None}, "status": {"nodes": {}}}
    for key, node in found.get("status", {}).get("nodes", {}).items():
        if node["type"] == "Suspend" and node["phase"] == "Running":
            now = stamp(time.time())
            changed["status"]["nodes"][key] = {"phase": "Succeeded", "finishedAt": now}
    path = cluster.server.path(VERSION, "Workflow", cluster.namespace, name)
    cluster.server.ask("PATCH", path, changed, content="application/merge-patch+json")


def terminate(cluster: Cluster, name: str) -> None:
    """Ends a workflow and all of its pods, as `argo terminate` does: by writing into it."""
    path = cluster.server.path(VERSION, "Workflow", cluster.namespace, name)
    change = {"spec": {"shutdown": "Terminate"}}
    cluster.server.ask("PATCH", path, change, content="application/merge-patch+json")


def retry(cluster: Cluster, name: str) -> None:
    """Lets a workflow that has failed go on, by Argo's own code for `argo retry`."""
    found = cluster.get("Workflow", name)
    line = [str(place.CACHE / "bin" / RETRY)]
    done = subprocess.run(line, input=json.dumps(found), capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    for pod in answer["pods"] or ():
        with contextlib.suppress(Refused):  # it is gone
            cluster.server.ask("DELETE", cluster.server.path("v1", "Pod", cluster.namespace, pod))
    path = cluster.server.path(VERSION, "Workflow", cluster.namespace, name)
    cluster.server.ask("PUT", path, answer["workflow"])


def lint(program: str, files: Sequence[Path]) -> dict[Path, list[str]]:
    """What `argo lint` of a release has against each of the files, read alone."""
    if not files:
        return {}
    line = [str(place.CACHE / "bin" / program), *map(str, files)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=True)
    return {Path(file): findings for file, findings in json.loads(done.stdout).items()}
