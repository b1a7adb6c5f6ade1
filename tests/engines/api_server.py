"""Starts etcd and a kube-apiserver on loopback and asks it what it thinks of manifests."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOKEN = "engine-test"


def binaries() -> Path:
    """The folder where `make engines` puts what it builds."""
    home = os.environ.get("PXC_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(home or Path.home() / ".cache") / "pxc-engines" / "bin"


def missing() -> list[str]:
    """What a test against the real API server lacks here."""
    lacking = [n for n in ("etcd", "kube-apiserver") if not (binaries() / n).is_file()]
    return lacking + [n for n in ("kubectl", "openssl") if shutil.which(n) is None]


class ApiServer:
    """A running API server; objects are kept by etcd, no controller acts on them."""

    def __init__(self, port: int) -> None:
        self.url = f"https://127.0.0.1:{port}"

    def kubectl(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """One kubectl command against the server; `text` is its standard input."""
        connection = [f"--server={self.url}", "--insecure-skip-tls-verify", f"--token={TOKEN}"]
        return subprocess.run(
            ["kubectl", *connection, *arguments],
            input=text, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def is_ready(self) -> bool:
        context = ssl._create_unverified_context()
        request = urllib.request.Request(
            f"{self.url}/readyz", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        try:
            with urllib.request.urlopen(request, context=context, timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


@contextmanager
def running(folder: Path) -> Iterator[ApiServer]:
    """An API server of its own in a folder, stopped at the end."""
    client, peer, port = _free_ports(3)
    key = folder / "sa.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f"{TOKEN},admin,1,system:masters\n")
    etcd = f"http://127.0.0.1:{client}"
    commands = [
        [
            str(binaries() / "etcd"), f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
        ],
        [
            str(binaries() / "kube-apiserver"), f"--etcd-servers={etcd}", f"--secure-port={port}",
            "--bind-address=127.0.0.1", f"--cert-dir={folder / 'certs'}",
            f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={folder / 'tokens.csv'}", "--authorization-mode=AlwaysAllow",
            "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount",
        ],
    ]  # fmt: skip
    server = ApiServer(port)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            log = (folder / f"{Path(command[0]).name}.log").open("wb")
            processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=folder))
        deadline = time.monotonic() + 90
        while not server.is_ready():
            dead = [c[0] for c, p in zip(commands, processes, strict=False) if p.poll() is not None]
            if dead or time.monotonic() > deadline:
                raise RuntimeError(
                    f"the API server did not start; see the logs in {folder}: {dead}"
                )
            time.sleep(0.2)
        yield server
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(timeout=20)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
