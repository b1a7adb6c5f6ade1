"""Starts the controllers and the scheduler of Kubernetes, and a kubelet, on an API server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.engines import api_server, place
from tests.engines.api_server import TOKEN, ApiServer
from tests.engines.kubelet import Kubelet

CONTROLLERS = (
    "job-controller", "cronjob-controller", "deployment-controller", "replicaset-controller",
    "garbage-collector-controller", "namespace-controller", "ttl-after-finished-controller",
    "persistentvolume-binder-controller",
)  # fmt: skip


@cache
def missing() -> list[str]:
    """What running pods lacks here: programs, or the right to make namespaces and mounts."""
    engines = ("kube-controller-manager", "kube-scheduler")
    lacking = api_server.missing() + place.missing(*engines, "unshare", "nsenter")
    if os.geteuid() != 0:
        return [*lacking, "root"]
    overlay = "mount -t tmpfs t /mnt && cd /mnt && mkdir u w m && " + (
        "mount -t overlay o -o lowerdir=/,upperdir=u,workdir=w m"
    )
    if shutil.which("unshare"):
        line = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", overlay]
        if subprocess.run(line, capture_output=True, check=False).returncode != 0:
            lacking.append("mount namespaces")
    return lacking


@contextmanager
def running(folder: Path) -> Iterator[tuple[ApiServer, Kubelet]]:
    """A whole cluster of one node in a folder, stopped at the end."""
    with api_server.running(folder) as server:
        settings = folder / "kubeconfig"
        settings.write_text(json.dumps(kubeconfig(server)))
        common = [
            f"--kubeconfig={settings}", "--leader-elect=false", "--bind-address=127.0.0.1",
            "--secure-port=0", "--kube-api-qps=200", "--kube-api-burst=400",
        ]  # fmt: skip
        binaries = place.CACHE / "bin"
        manager = [
            str(binaries / "kube-controller-manager"), *common,
            f"--controllers={','.join(CONTROLLERS)}", "--pvclaimbinder-sync-period=2s",
        ]  # fmt: skip
        scheduler = [str(binaries / "kube-scheduler"), *common]
        processes = api_server.start([manager, scheduler], folder)
        kubelet = Kubelet(server, folder / "kubelet")
        try:
            _await_namespace(server)
            kubelet.start()
            yield server, kubelet
        finally:
            kubelet.stop()
            api_server.stop(processes)


def _await_namespace(server: ApiServer) -> None:
    deadline = time.monotonic() + 60
    while server.send("GET", "/api/v1/namespaces/default").status != 200:
        if time.monotonic() > deadline:
            raise RuntimeError("the default namespace was not made")
        time.sleep(0.1)


def kubeconfig(server: ApiServer, token: str = TOKEN) -> dict[str, object]:
    """What a program is given to find the server and to be let in, as who has the token."""
    link = {"server": server.url, "insecure-skip-tls-verify": True}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": link}],
        "users": [{"name": "test", "user": {"token": token}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "test"}}],
        "current-context": "here",
    }
