"""Runs a pod that Airflow has built as processes of this machine, and lets its operator read it.

The containers run one after the other, as init containers do, beside native sidecars; then the
sidecar that Airflow brings stands, and what the operator executes in it is executed there. Nothing but the exchange with an API
server is replaced: the operator's own code asks, and reads what comes back.
"""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from types import SimpleNamespace

from kubernetes.client import ApiClient

from tests.engines import volumes
from tests.engines.container import Container
from tests.engines.environment import expand, variables
from tests.engines.s3 import PATH as TOOLS

SIDECAR = "airflow-xcom-sidecar"
CLAIMS = {"kept": "kept-volume"}
"""Claims that a pod may name, with their volumes, which are folders of the node."""


def left_by(operator, pod: dict, folder: Path, node: Path) -> tuple[int, object]:
    """The exit code of the main container, and what the operator reads in the end."""
    pod = {**pod, "metadata": {**pod["metadata"], "name": "pod", "namespace": "ml"}}
    sources = volumes.make(pod, folder / "volumes", node, read)
    main = next(c for c in pod["spec"]["containers"] if c["name"] == operator.base_container_name)
    sidecar = next(c for c in pod["spec"]["containers"] if c["name"] == SIDECAR)
    code, natives = 0, []
    for spec in (*pod["spec"].get("initContainers", ()), main):
        container = started(spec, pod, sources, folder)
        if spec.get("restartPolicy") == "Always":
            natives.append(container)
            while not container.execute(spec["startupProbe"]["exec"]["command"], 5):
                time.sleep(0.1)
        else:
            code = container.process.wait(120)
        if code:
            break
    for container in natives:
        container.signal(signal.SIGTERM)
        container.process.wait(120)
    beside = started(sidecar, pod, sources, folder)
    while not beside.execute(["test", "-d", "/airflow/xcom"], 5):
        time.sleep(0.1)
    try:
        return code, extracted(operator, pod, beside)
    finally:
        beside.process.kill()


def read(kind: str, name: str) -> dict | None:
    """A claim, or its volume."""
    if kind == "PersistentVolumeClaim" and name in CLAIMS:
        return {"spec": {"volumeName": CLAIMS[name]}}
    if kind == "PersistentVolume" and name in CLAIMS.values():
        return {"spec": {"hostPath": {"path": f"/{name}"}}}
    return None


def started(spec: dict, pod: dict, sources: dict, folder: Path) -> Container:
    env = {"PATH": TOOLS} | variables(spec, pod, read)
    parts = [*spec.get("command", ()), *spec.get("args", ())]
    spec = {"terminationMessagePath": "/dev/termination-log", **spec}
    home = folder / "containers" / spec["name"]
    home.mkdir(parents=True)
    return Container(
        spec,
        [expand(part, env) for part in parts],
        env,
        volumes.mounts(spec, sources, env),
        "pod",
        home,
        home / "log",
    )


def extracted(operator, pod: dict, sidecar: Container) -> object:
    """What the operator's own `extract_xcom` makes of the files that the sidecar sees."""
    from airflow.providers.cncf.kubernetes.utils import pod_manager

    class Exchange:
        """One command in the sidecar, as the client of a websocket tells of it."""

        def __init__(self, command: list[str]) -> None:
            done = sidecar.run(command, 60)
            assert done is not None
            self.output, self.errors = done.stdout.decode(), done.stderr.decode()

        def read_all(self) -> str:
            return self.output

        def peek_stderr(self) -> bool:
            return bool(self.errors)

        def read_stderr(self) -> str:
            return self.errors

        def is_open(self) -> bool:
            return False

        def run_forever(self) -> None:
            """It has run."""

        def close(self) -> None:
            """It has ended."""

    def stream(api, name, namespace, *, container, command, _preload_content=True, **_):
        assert (name, namespace, container) == ("pod", "ml", SIDECAR)
        if command == ["/bin/sh"]:  # what ends the sidecar is typed into a shell
            return Exchange(["true"])
        exchange = Exchange(command)
        return exchange.output if _preload_content else exchange

    pod_manager.kubernetes_stream = stream
    pod_manager.PodManager.container_is_running = lambda *_: True
    type(operator).extract_xcom.__globals__["stream"] = stream
    client = SimpleNamespace(connect_get_namespaced_pod_exec=None)
    operator.__dict__["client"] = client
    operator.__dict__["pod_manager"] = pod_manager.PodManager(kube_client=client)
    told = SimpleNamespace(data=json.dumps(pod))
    return operator.extract_xcom(ApiClient().deserialize(told, "V1Pod"))
