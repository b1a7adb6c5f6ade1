"""Starts the operator of JobSets, with its admission, on the API server of a running cluster."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import api_server, place
from tests.engines.api_server import ApiServer
from tests.engines.control_plane import kubeconfig
from tests.engines.environment import Object

PROGRAM = "jobset-manager"
_GROUP = "jobset.x-k8s.io"
_PATHS = {"Mutating": "mutate", "Validating": "validate"}


@contextmanager
def running(server: ApiServer, folder: Path) -> Iterator[None]:
    """The operator, asked about every JobSet that is made, as where it is installed."""
    [port] = api_server.free_ports(1)
    authority = _certificate(folder)
    settings = {
        "apiVersion": f"config.{_GROUP}/v1alpha1",
        "kind": "Configuration",
        "leaderElection": {"leaderElect": False},
        "internalCertManagement": {"enable": False},
        "webhook": {"port": port, "host": "127.0.0.1", "certDir": str(folder)},
        "metrics": {"bindAddress": "0"},
        "health": {"healthProbeBindAddress": "0"},
    }
    (folder / "config.yaml").write_text(json.dumps(settings))
    (folder / "kubeconfig").write_text(json.dumps(kubeconfig(server)))
    server.know([{"apiVersion": f"{_GROUP}/v1alpha2", "kind": "JobSet"}])
    command = [
        str(place.CACHE / "bin" / PROGRAM), f"--config={folder / 'config.yaml'}",
        f"--kubeconfig={folder / 'kubeconfig'}",
    ]  # fmt: skip
    processes = api_server.start([command], folder)
    asked = [_admission(kind, port, authority) for kind in _PATHS]
    try:
        for each in asked:
            server.ask("POST", _path(each), each)
        _await_answers(server, folder)
        yield
    finally:
        for each in asked:
            server.send("DELETE", f"{_path(each)}/{each['metadata']['name']}")
        api_server.stop(processes)


def _certificate(folder: Path) -> str:
    """Makes what the operator serves its admission with; the authority as a server wants it."""
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return base64.b64encode((folder / "tls.crt").read_bytes()).decode()


def _admission(kind: str, port: int, authority: str) -> Object:
    path = f"{_PATHS[kind]}-jobset-x-k8s-io-v1alpha2-jobset"
    rule = {
        "apiGroups": [_GROUP],
        "apiVersions": ["v1alpha2"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["jobsets"],
    }
    webhook = {
        "name": f"{_PATHS[kind]}.{_GROUP}",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": f"https://127.0.0.1:{port}/{path}", "caBundle": authority},
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "rules": [rule],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{kind}WebhookConfiguration",
        "metadata": {"name": "jobset"},
        "webhooks": [webhook],
    }


def _path(admission: Object) -> str:
    return f"/apis/{admission['apiVersion']}/{admission['kind'].lower()}s"


def _await_answers(server: ApiServer, folder: Path) -> None:
    """Wait until the operator refuses what only it refuses: an order that cannot be."""
    pod = {"containers": [{"name": "main", "image": "i"}], "restartPolicy": "Never"}
    waits = {"name": "b", "status": "Complete"}
    job = {"name": "a", "dependsOn": [waits], "template": {"spec": {"template": {"spec": pod}}}}
    document = {
        "apiVersion": f"{_GROUP}/v1alpha2",
        "kind": "JobSet",
        "metadata": {"name": "probe"},
        "spec": {"replicatedJobs": [job]},
    }
    path = f"/apis/{_GROUP}/v1alpha2/namespaces/default/jobsets"
    deadline = time.monotonic() + 60
    while True:
        with server.send("POST", path, document, dryRun="All") as answer:
            text = answer.read().decode()
        if "DependsOn" in text or "depend" in text:
            return
        if time.monotonic() > deadline:
            log = (folder / f"{PROGRAM}.log").read_text()[-2000:]
            raise RuntimeError(f"the operator of JobSets does not answer: {text}\n{log}")
        time.sleep(0.2)
