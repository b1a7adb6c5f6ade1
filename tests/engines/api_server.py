"""Starts etcd and a kube-apiserver on loopback and asks it what it thinks of manifests.

No controller acts on the objects; `control_plane.py` adds these. The definitions of custom resources
are installed when a manifest first needs them (`know`).
"""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import time
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engines import crds, place

TOKEN = "engine-test"
Object = dict[str, Any]


def missing() -> list[str]:
    """What a test against the real API server lacks here."""
    # Debian's etcd is too old for this API server, so only one that was built for it counts.
    lacking = [n for n in ("etcd", "kube-apiserver") if not (place.CACHE / "bin" / n).is_file()]
    return lacking + place.missing("kubectl", "openssl")


class Refused(Exception):
    """The server answered with an error status."""

    def __init__(self, status: int, answer: Object) -> None:
        super().__init__(f"{status}: {answer.get('message', answer)}")
        self.status = status


class ApiServer:
    """A running API server; objects are kept by etcd."""

    def __init__(self, port: int, authority: Path) -> None:
        self.port = port
        self.authority = authority
        self.url = f"https://127.0.0.1:{port}"
        self._tls = ssl._create_unverified_context()
        self._kinds: dict[tuple[str, str], Object] = {}
        self._known: set[tuple[str, str]] = set()

    def kubectl(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """One kubectl command against the server; `text` is its standard input."""
        connection = [f"--server={self.url}", "--insecure-skip-tls-verify", f"--token={TOKEN}"]
        return subprocess.run(
            [place.program("kubectl") or "kubectl", *connection, *arguments],
            input=text, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def send(
        self, method: str, path: str, body: Object | None = None, timeout: float | None = 30,
        content: str = "application/json", **query: str,
    ) -> http.client.HTTPResponse:  # fmt: skip
        """One HTTP request; the answer is still to be read."""
        link = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=self._tls, timeout=timeout
        )
        target = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": content}
        link.request(method, target, None if body is None else json.dumps(body), headers)
        return link.getresponse()

    def ask(self, method: str, path: str, body: Object | None = None, **more: Any) -> Object:
        """The answer of the server as an object; Refused when it is an error.

        A server that has no room yet, as for a kind that it has just come to know, is asked again.
        """
        deadline = time.monotonic() + 20
        while True:
            with self.send(method, path, body, **more) as answer:
                text = answer.read()
            if answer.status != 429 or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        found: Object = json.loads(text) if text.startswith(b"{") else {"message": text.decode()}
        if answer.status >= 400:
            raise Refused(answer.status, found)
        return found

    def is_ready(self) -> bool:
        try:
            return self.send("GET", "/readyz", timeout=2).status == 200
        except OSError:
            return False

    def path(self, api_version: str, kind: str, namespace: str | None, name: str = "") -> str:
        """The URL path of an object, or of the objects of a kind."""
        if (api_version, kind) not in self._kinds:
            root = "/api" if "/" not in api_version else "/apis"
            for resource in self.ask("GET", f"{root}/{api_version}")["resources"]:
                if "/" not in resource["name"]:
                    self._kinds[api_version, resource["kind"]] = resource
        resource = self._kinds[api_version, kind]
        scope = f"/namespaces/{namespace or 'default'}" if resource["namespaced"] else ""
        root = "/api" if "/" not in api_version else "/apis"
        return f"{root}/{api_version}{scope}/{resource['name']}{name and '/' + name}"

    def know(self, documents: Iterable[Object]) -> None:
        """Installs the definitions of the custom resources among these documents.

        KeyError when a custom resource is defined nowhere.
        """
        wanted = sorted({_group_and_kind(document) for document in documents})
        installed = []
        for group, kind in wanted:
            if not crds.is_custom(group) or (group, kind) in self._known:
                continue
            definition = crds.definition(group, kind)
            if definition is None:
                raise KeyError(f"no definition of {kind}.{group}")
            self.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
            self._known.add((group, kind))
            installed.append((group, kind, definition))
        for group, kind, definition in installed:
            self._await_served(group, kind, definition)

    def _await_served(self, group: str, kind: str, definition: Object) -> None:
        versions = [v["name"] for v in definition["spec"]["versions"] if v["served"]]
        deadline = time.monotonic() + 60
        while True:
            try:
                for version in versions:
                    self.path(f"{group}/{version}", kind, None)
                return
            except (Refused, KeyError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def _group_and_kind(document: Object) -> tuple[str, str]:
    group, slash, _ = document["apiVersion"].rpartition("/")
    return (group if slash else "", document["kind"])


def start(
    commands: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str] | None = None
) -> list[subprocess.Popen[bytes]]:
    """Runs servers that log into a folder, with the environment of the tests or one of their own."""
    processes = []
    for command in commands:
        with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
            processes.append(
                subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
            )
    return processes


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ends servers at once: nothing that they hold is needed again."""
    for process in reversed(processes):
        process.kill()
        process.wait()


@contextmanager
def running(folder: Path) -> Iterator[ApiServer]:
    """An API server of its own in a folder, stopped at the end."""
    client, peer, port = free_ports(3)
    key = folder / "sa.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f"{TOKEN},admin,1,system:masters\n")
    etcd = f"http://127.0.0.1:{client}"
    binaries = place.CACHE / "bin"
    commands = [
        [
            str(binaries / "etcd"), f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}", "--unsafe-no-fsync",
        ],
        [
            str(binaries / "kube-apiserver"), f"--etcd-servers={etcd}", f"--secure-port={port}",
            "--bind-address=127.0.0.1", f"--cert-dir={folder / 'certs'}",
            f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={folder / 'tokens.csv'}", "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
        ],
    ]  # fmt: skip
    server = ApiServer(port, folder / "certs" / "apiserver.crt")
    processes = start(commands, folder)
    try:
        deadline = time.monotonic() + 90
        while not server.is_ready():
            dead = [c[0] for c, p in zip(commands, processes, strict=True) if p.poll() is not None]
            if dead or time.monotonic() > deadline:
                raise RuntimeError(
                    f"the API server did not start; see the logs in {folder}: {dead}"
                )
            time.sleep(0.2)
        yield server
    finally:
        stop(processes)
        shutil.rmtree(folder / "etcd", ignore_errors=True)  # 60 MB that tell nobody anything


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
