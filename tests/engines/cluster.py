"""What a test says to a real cluster whose pods really run; the fixture `cluster` gives one.

    def test_training(cluster: Cluster) -> None:
        cluster.secret("key", {"token": "t"})             # Secret, made before the pods
        cluster.config_map("code", {"main.py": "..."})    # ConfigMap
        data = cluster.claim("data")                      # bound claim; its folder on this machine
        files = cluster.host_path("/datasets")            # what `hostPath: /datasets` is here
        cluster.apply(yaml_text)                          # strict; every object, in order
        job = cluster.wait("Job", "train", "Complete", timeout=60)   # a condition, a phase, "Deleted"
        [pod] = cluster.pods("train")                     # the pods of a job, oldest first
        assert "done" in cluster.logs(pod, "main")        # of all tries of one container
        assert (data / "model").read_text() == "..."
        cluster.get("Job", "train"); cluster.delete("Job", "train"); cluster.events("train-x1")

The API server, controllers and scheduler are those of Kubernetes and run once a session (about ten
seconds); `kubelet.py` tells what its pods can and cannot do. Each test has a namespace of its own:
whatever namespace a manifest names, its objects are put into that of the test. The node has 32 CPUs,
128Gi and 8 `nvidia.com/gpu`, all pretended. Names may also be the beginning of a name that ends in a
hash (`train` finds `train-u2qv6t5ntk`), as long as there is one such object.

A test is skipped, loudly, where an engine is missing (`make engines`) or mounting is not allowed.
"""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import yaml

from tests.engines.api_server import ApiServer, Refused
from tests.engines.environment import Object
from tests.engines.kubelet import Kubelet

VERSIONS = {
    "Job": "batch/v1", "CronJob": "batch/v1", "Deployment": "apps/v1",
    "Workflow": "argoproj.io/v1alpha1",
}  # fmt: skip
"""Where kinds come from that are not of the core; those of an applied manifest are added."""


class Cluster:
    """One namespace of a running cluster."""

    def __init__(self, server: ApiServer, kubelet: Kubelet, namespace: str) -> None:
        self.server, self.kubelet, self.namespace = server, kubelet, namespace
        self._versions = dict(VERSIONS)
        self._create("v1", "Namespace", namespace, {})

    def apply(self, text: str) -> list[Object]:
        """Creates the objects of a manifest; Refused is what a strict server says against one."""
        documents = [document for document in yaml.safe_load_all(text) if document]
        self.server.know(documents)
        made = []
        for document in documents:
            version, kind = document["apiVersion"], document["kind"]
            self._versions[kind] = version
            document["metadata"]["namespace"] = self.namespace
            path = self.server.path(version, kind, self.namespace)
            made.append(self.server.ask("POST", path, document, fieldValidation="Strict"))
        return made

    def get(self, kind: str, name: str) -> Object | None:
        """An object of this namespace, by its name or the beginning of it."""
        path = self.server.path(self._versions.get(kind, "v1"), kind, self.namespace, name)
        try:
            return self.server.ask("GET", path)
        except Refused as refused:
            if refused.status != 404:
                raise
        found = self.server.ask("GET", path.rpartition("/")[0])["items"]
        alike = [o for o in found if o["metadata"]["name"].startswith(f"{name}-")]
        assert len(alike) <= 1, [o["metadata"]["name"] for o in alike]
        return alike[0] if alike else None

    def wait(self, kind: str, name: str, condition: str, timeout: float = 60) -> Object:
        """The object once it has a condition, is in a phase, or (`Deleted`) was seen last.

        AssertionError when the time is over or it ended otherwise; it tells what the pods say.
        """
        deadline = time.monotonic() + timeout
        found: Object = {}
        while time.monotonic() < deadline:
            now = self.get(kind, name)
            if now is None and condition == "Deleted":
                return found
            found = now or found
            status = found.get("status", {})
            true = {c["type"] for c in status.get("conditions", ()) if c["status"] == "True"}
            if condition in true or condition == status.get("phase"):
                return found
            ended = bool(true & {"Complete", "Failed"}) or status.get("phase") in (
                "Succeeded",
                "Failed",
                "Error",
            )
            if ended and condition != "Deleted":
                break
            time.sleep(0.2)
        raise AssertionError(f"{kind} {name} is not {condition}:\n{self._describe(found)}")

    def pods(self, job: str) -> list[Object]:
        """The pods that a job, or anything else, has made: those whose name begins with its own."""
        found = self.server.ask("GET", f"/api/v1/namespaces/{self.namespace}/pods")["items"]
        mine = [pod for pod in found if pod["metadata"]["name"].startswith(f"{job}-")]
        return sorted(
            mine, key=lambda p: (p["metadata"]["creationTimestamp"], p["metadata"]["name"])
        )

    def logs(self, pod: Object | str, container: str = "main") -> str:
        """What the tries of a container have written; also of a pod that is gone, by the object."""
        if isinstance(pod, str):
            found = self.get("Pod", pod)
            assert found is not None, f"no pod {pod}"
            pod = found
        run = self.kubelet.pods.get(pod["metadata"]["uid"])
        return run.log(container) if run else ""

    def events(self, name: str) -> list[str]:
        """Reason and message of what happened to an object."""
        found = self.server.ask("GET", f"/api/v1/namespaces/{self.namespace}/events")["items"]
        return [
            f"{event['reason']}: {event['message']}"
            for event in found
            if event["involvedObject"]["name"].startswith(name)
        ]

    def delete(self, kind: str, name: str) -> None:
        """Deletes an object and what belongs to it, in the background."""
        found = self.get(kind, name)
        assert found is not None, f"no {kind} {name}"
        version = self._versions.get(kind, "v1")
        path = self.server.path(version, kind, self.namespace, found["metadata"]["name"])
        self.server.ask("DELETE", path, {"propagationPolicy": "Background"})

    def secret(self, name: str, data: dict[str, str]) -> None:
        """A Secret with these texts."""
        coded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        self._create("v1", "Secret", name, {"data": coded})

    def config_map(self, name: str, data: dict[str, str]) -> None:
        """A ConfigMap with these texts."""
        self._create("v1", "ConfigMap", name, {"data": data})

    def claim(self, name: str) -> Path:
        """A claim that is bound to a volume of its own; the folder that pods find in it."""
        where = f"/claims/{self.namespace}/{name}"
        volume = f"{self.namespace}-{name}"
        size = {"storage": "10Gi"}
        both = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
        target = {"kind": "PersistentVolumeClaim", "namespace": self.namespace, "name": name}
        spec = both | {"capacity": size, "hostPath": {"path": where}, "claimRef": target}
        self._create("v1", "PersistentVolume", volume, {"spec": spec})
        asked = both | {"volumeName": volume, "resources": {"requests": size}}
        self._create("v1", "PersistentVolumeClaim", name, {"spec": asked})
        return self.host_path(where)

    def host_path(self, path: str) -> Path:
        """The folder of this machine that pods see as a `hostPath`; it is made."""
        folder = self.kubelet.node / path.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def close(self) -> None:
        """Stops what still runs in the namespace and deletes it."""
        for pod in self.server.ask("GET", f"/api/v1/namespaces/{self.namespace}/pods")["items"]:
            if run := self.kubelet.pods.get(pod["metadata"]["uid"]):
                run.stop(0)
        self.server.ask("DELETE", f"/api/v1/namespaces/{self.namespace}")

    def _create(self, version: str, kind: str, name: str, rest: dict[str, Any]) -> None:
        body = {"apiVersion": version, "kind": kind, "metadata": {"name": name}} | rest
        self.server.ask("POST", self.server.path(version, kind, self.namespace), body)

    def _describe(self, found: Object) -> str:
        lines = [yaml.safe_dump(found.get("status", {}))]
        for pod in self.server.ask("GET", f"/api/v1/namespaces/{self.namespace}/pods")["items"]:
            lines.append(yaml.safe_dump({pod["metadata"]["name"]: pod.get("status", {})}))
            lines += self.events(pod["metadata"]["name"])
            for container in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]):
                lines.append(f"--- {container['name']}\n{self.logs(pod, container['name'])}")
        return "\n".join(lines)
