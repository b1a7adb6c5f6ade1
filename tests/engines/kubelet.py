"""A kubelet without a container engine: runs the pods of one node as processes of this machine.

It registers a node with pretended resources, watches the pods that the scheduler binds to it, runs
each with `pod.py`, and reports their statuses, so that the real controllers complete, fail and retry.

What it does as a real one: volumes (emptyDir, configMap, secret, projected, downwardAPI, hostPath
below the node's own folder, claims), subPath and subPathExpr, env and envFrom, `$(NAME)`, working
directory, user, read-only root, init containers, native sidecars, restart policies, deadlines, hooks,
probes, grace periods, exit codes, termination messages, host names of pods, the account's token
(of a pod that names an account: then it may do what that may; of others: they may do everything),
`kubectl exec` (without input) and `kubectl logs`.

What it does not: images (each is this machine, so a container needs a `command` or `args`), limits of
CPU and memory, networks of pods (all share the machine's ports), services' addresses.
"""

from __future__ import annotations

import ipaddress
import json
import subprocess
import threading
import time
from collections.abc import Sequence
from http.client import HTTPException
from http.server import HTTPServer
from pathlib import Path

from tests.engines import kubelet_server
from tests.engines.api_server import TOKEN, ApiServer, Refused
from tests.engines.environment import Object
from tests.engines.pod import PodRun
from tests.engines.roles import token_of
from tests.engines.volumes import Mount

NODE = "machine"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
CAPACITY = {
    "cpu": "32", "memory": "128Gi", "ephemeral-storage": "500Gi", "pods": "500",
    "nvidia.com/gpu": "8",
}  # fmt: skip
_FIRST_ADDRESS = ipaddress.IPv4Address("127.10.0.1")


class Kubelet:
    """One node of a cluster; `pods` are the runs by the pods' uid.

    `programs` are files that every container finds beside what the machine has.
    """

    def __init__(self, server: ApiServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.node = folder / "node"
        self.pods: dict[str, PodRun] = {}
        self.programs: list[Mount] = []
        self._asked: HTTPServer | None = None
        self._stopping = False

    def start(self) -> None:
        """Registers the node and begins to watch."""
        self.node.mkdir(parents=True)
        labels = {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux"}
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": NODE, "labels": labels | {"kubernetes.io/arch": "amd64"}},
        }
        self.server.ask("POST", "/api/v1/nodes", node)
        self._asked = kubelet_server.start(self.server.authority, self._execute, self._log)
        port = self._asked.server_port
        status = {
            "capacity": CAPACITY,
            "allocatable": CAPACITY,
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        }
        self._patch(f"/api/v1/nodes/{NODE}/status", {"status": status})
        threading.Thread(target=self._watch, name="kubelet", daemon=True).start()

    def stop(self) -> None:
        """Ends all pods at once."""
        self._stopping = True
        if self._asked is not None:
            self._asked.shutdown()
        for run in list(self.pods.values()):
            run.stop(0)
        for run in list(self.pods.values()):
            run.join(timeout=10)

    def _watch(self) -> None:
        version = ""
        where: Object = {"fieldSelector": f"spec.nodeName={NODE}"}
        while not self._stopping:
            try:
                if not version:
                    found = self.server.ask("GET", "/api/v1/pods", **where)
                    version = found["metadata"]["resourceVersion"]
                    for pod in found["items"]:
                        self._see("ADDED", pod)
                stream = self.server.send(
                    "GET", "/api/v1/pods", timeout=None, watch="true", resourceVersion=version, **where
                )  # fmt: skip
                while line := stream.readline():
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        version = ""
                        break
                    version = event["object"]["metadata"]["resourceVersion"]
                    self._see(event["type"], event["object"])
            except (OSError, HTTPException, Refused):
                version = ""
                time.sleep(0.2)

    def _see(self, kind: str, pod: Object) -> None:
        about = pod["metadata"]
        run = self.pods.get(about["uid"])
        if kind == "DELETED":
            if run is not None:
                run.stop(0)
        elif run is None:
            if pod.get("status", {}).get("phase") in (None, "Pending"):
                self._run(pod)
        elif "deletionTimestamp" in about and not run.stop(
            about.get("deletionGracePeriodSeconds", 30)
        ):
            self._delete(pod)

    def _run(self, pod: Object) -> None:
        about, spec = pod["metadata"], pod["spec"]
        namespace = about["namespace"]
        address = str(_FIRST_ADDRESS + len(self.pods))
        hosts = self._name_host(namespace, address, about["name"], spec)
        mounts = [(hosts, "/etc/hosts", True), *self.programs]
        if spec.get("automountServiceAccountToken") is not False:
            name = spec.get("serviceAccountName", "")
            mounts.append((self._account(namespace, name), ACCOUNT, True))
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            container.setdefault("terminationMessagePath", "/dev/termination-log")

        def read(kind: str, name: str) -> Object | None:
            try:
                return self.server.ask("GET", self.server.path("v1", kind, namespace, name))
            except Refused:
                return None

        def report(status: Object) -> None:
            path = f"/api/v1/namespaces/{namespace}/pods/{about['name']}"
            self._patch(f"{path}/status", {"metadata": {"uid": about["uid"]}, "status": status})

        folder = self.folder / "pods" / about["uid"]
        env = {
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(self.server.port),
        }
        run = PodRun(
            pod, address, folder, self.node, env, mounts, read, report, lambda: self._delete(pod)
        )
        self.pods[about["uid"]] = run
        if "deletionTimestamp" in about:
            run.stop(0)
        run.start()

    def _find(self, namespace: str, name: str) -> PodRun | None:
        """The youngest pod of a name."""
        for run in reversed(list(self.pods.values())):
            about = run.pod["metadata"]
            if (about["namespace"], about["name"]) == (namespace, name):
                return run
        return None

    def _execute(
        self, namespace: str, name: str, container: str, command: Sequence[str]
    ) -> subprocess.CompletedProcess[bytes] | None:
        run = self._find(namespace, name)
        return run.execute(container, command) if run else None

    def _log(self, namespace: str, name: str, container: str) -> str | None:
        run = self._find(namespace, name)
        return run.log(container) if run else None

    def _name_host(self, namespace: str, address: str, name: str, spec: Object) -> Path:
        """Makes a pod known by name to the pods of its namespace, as a headless service does."""
        host = spec.get("hostname") or name
        domain = f"{host}.{spec['subdomain']}" if "subdomain" in spec else host
        full = f"{domain}.{namespace}.svc"
        path = self.folder / "hosts" / namespace
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text("127.0.0.1 localhost\n")
        with path.open("a") as file:  # pods are reading it, so nothing is written twice
            file.write(f"{address} {full}.cluster.local {full} {domain} {host}\n")
        return path

    def _account(self, namespace: str, name: str) -> Path:
        """What a pod needs to speak to the API server; one without an account is an administrator."""
        folder = self.folder / "accounts" / namespace / (name or "*")
        if folder.exists():
            return folder  # pods are reading it
        folder.mkdir(parents=True)
        (folder / "token").write_text(token_of(self.server, namespace, name) if name else TOKEN)
        (folder / "namespace").write_text(namespace)
        (folder / "ca.crt").write_bytes(self.server.authority.read_bytes())
        return folder

    def _patch(self, path: str, body: Object) -> None:
        content = "application/strategic-merge-patch+json"
        try:
            self.server.ask("PATCH", path, body, content=content)
        except Refused as refused:
            if refused.status not in (404, 409):  # gone, or another pod has its name by now
                raise
        except OSError:
            if not self._stopping:
                raise

    def _delete(self, pod: Object) -> None:
        about = pod["metadata"]
        path = f"/api/v1/namespaces/{about['namespace']}/pods/{about['name']}"
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": about["uid"]}}
        try:
            self.server.ask("DELETE", path, options)
        except Refused as refused:
            if refused.status not in (404, 409):
                raise
        except OSError:
            if not self._stopping:
                raise
