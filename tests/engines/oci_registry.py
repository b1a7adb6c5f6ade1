"""Starts registries of artifacts on this machine: the CNCF's, open, or for those who log in, and one
that serves the API of referrers, which the CNCF's does not."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.engines import place

USER, PASSWORD = "ana", "s3cret"
IDENTITY = "identity-of-ana"
_HASHED = "$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK"


def missing() -> list[str]:
    """What a test against a real registry lacks here."""
    return place.missing("oci-registry", "oras")


@contextmanager
def running(folder: Path, *, auth: str = "") -> Iterator[str]:
    """The host and port of a registry whose files are in a folder.

    `auth` is empty, `basic`, or `token`: then a server beside it gives tokens to those it knows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    config: dict[str, Any] = {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "files")},
                    "delete": {"enabled": True}, "cache": {}},
        "http": {"addr": f"127.0.0.1:{port}", "secret": "tests"},
    }  # fmt: skip
    with _authority(folder, auth) as said:
        config |= {"auth": said} if said else {}
        (folder / "config.yaml").write_text(yaml.safe_dump(config))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [place.program("oci-registry") or "", "serve", str(folder / "config.yaml")],
                stdout=log, stderr=log, env={"OTEL_TRACES_EXPORTER": "none", "HOME": str(folder)},
            )  # fmt: skip
        try:
            _await(port, process, folder / "log")
            yield f"127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def lacks_referrers() -> list[str]:
    """What a test against a registry with the API of referrers lacks here."""
    return place.missing("oci-referrers", "oras")


@contextmanager
def running_with_referrers(folder: Path) -> Iterator[str]:
    """The host and port of a registry that knows referrers; it keeps everything in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [place.program("oci-referrers") or "", f"127.0.0.1:{port}"], stdout=log, stderr=log
        )
    try:
        _await(port, process, folder / "log")
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def log_in(folder: Path, host: str, password: str = PASSWORD) -> None:
    """Write what `docker login` writes."""
    folder.mkdir(parents=True, exist_ok=True)
    known = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": known}}}))


def log_in_by_identity(folder: Path, host: str, token: str = IDENTITY) -> None:
    """Write what `docker login` writes where a server of tokens gave an identity token."""
    folder.mkdir(parents=True, exist_ok=True)
    nobody = base64.b64encode(b"00000000-0000-0000-0000-000000000000:").decode()
    entry = {"auth": nobody, "identitytoken": token}
    (folder / "config.json").write_text(json.dumps({"auths": {host: entry}}))


@contextmanager
def _authority(folder: Path, auth: str) -> Iterator[dict[str, Any]]:
    if auth == "basic":
        (folder / "htpasswd").write_text(f"{USER}:{_HASHED}\n")
        yield {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}
    elif auth == "token":
        from tests.hub_servers import certificate

        pem = certificate(folder)
        bound = type("Bound", (_Tokens,), {"pem": pem})
        server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        realm = f"http://127.0.0.1:{server.server_address[1]}/token"
        try:
            yield {"token": {"realm": realm, "service": "tests", "issuer": "tests",
                             "rootcertbundle": str(pem)}}  # fmt: skip
        finally:
            server.shutdown()
            server.server_close()
    else:
        yield {}


class _Tokens(BaseHTTPRequestHandler):
    """Gives who knows the password, or has the identity token, a token for what is asked."""

    pem: Path

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        said = {name: values[0] for name, values in form.items()}
        if (said["grant_type"], said["refresh_token"]) != ("refresh_token", IDENTITY):
            self.send_response(401)
            self.end_headers()
            return
        self._give(said.get("scope", ""), "access_token")

    def do_GET(self) -> None:
        known = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        given = self.headers.get("Authorization")
        if given not in (None, known):
            self.send_response(401)
            self.end_headers()
            return
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        self._give(query.get("scope", "") if given else "", "token")

    def _give(self, scope: str, name_of_token: str) -> None:
        import jwt

        access = []
        if scope:
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        now = int(time.time())
        claims = {"iss": "tests", "aud": "tests", "sub": USER, "iat": now, "nbf": now - 5,
                  "exp": now + 300, "jti": "1", "access": access}  # fmt: skip
        text = self.pem.read_text()
        chain = text.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END")[0]
        key = text[text.index("-----BEGIN PRIVATE KEY-----") :]
        token = jwt.encode(claims, key, "RS256", headers={"x5c": [chain.replace("\n", "")]})
        body = json.dumps({name_of_token: token}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the registry does not start")
