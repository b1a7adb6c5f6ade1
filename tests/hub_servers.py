"""Starts what registries of components lie on: web servers and repositories of git on this machine."""

from __future__ import annotations

import hashlib
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.test_git_step import git

COMPONENT = """\
kind: component
name: trainer
inputs: [{name: lr, type: float, value: RATE, isOptional: true}]
run: {kind: job, container: {image: "python:3.12-slim", args: ["{{ lr }}"]}}
"""


def component(rate: float = 0.1) -> bytes:
    """A component whose bytes differ by a number."""
    return COMPONENT.replace("RATE", str(rate)).encode()


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class WebServer:
    """A server of the files of a folder, which tells what it was asked.

    `opens` is the Authorization that it wants, `answers` what it does for a path instead. With
    `is_git` it serves the repositories of the folder, by git's own program.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.opens = ""
        self.takes = self.is_git = False
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.answers: dict[str, Callable[[Any], None]] = {}
        self.url = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: WebServer

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True

    def do_GET(self) -> None:
        if self._is_refused():
            return
        if self.server_of.is_git:
            self._git(b"")
            return
        path = self._path()
        if not path.is_file():
            self.answer(404)
            return
        data = path.read_bytes()
        etag = f'"{hashlib.sha1(data).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            self.answer(304, ETag=etag)
        else:
            self.answer(200, data, ETag=etag)

    def do_HEAD(self) -> None:
        if not self._is_refused():
            self.answer(200 if self._path().is_file() else 404)

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_refused():
            return
        path = self._path()
        now = f'"{hashlib.sha1(path.read_bytes()).hexdigest()}"' if path.is_file() else None
        if not self.server_of.takes:
            self.answer(405)
        elif self.headers.get("If-Match", now) != now or (
            self.headers.get("If-None-Match") == "*" and now
        ):
            self.answer(412)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            self.answer(201)

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_refused():
            self._git(data)

    def _git(self, data: bytes) -> None:
        path, _, query = self.path.partition("?")
        told = {
            "GIT_PROJECT_ROOT": str(self.server_of.root), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(data)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_USER": "ana",
            "PATH": os.environ["PATH"],
        }  # fmt: skip
        done = subprocess.run(
            ["git", "http-backend"], env=told, input=data, capture_output=True, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200").split()[0])
        self.answer(status, body, **headers)

    def answer(self, status: int, data: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _is_refused(self) -> bool:
        own = self.server_of
        own.asked.append((self.command, self.path, dict(self.headers.items())))
        if self.path in own.answers:
            own.answers[self.path](self)
            return True
        if own.opens and self.headers.get("Authorization") != own.opens:
            self.answer(401, WWW_Authenticate='Basic realm="hub"')
            return True
        return False

    def _path(self) -> Path:
        return self.server_of.root / self.path.partition("?")[0].lstrip("/")


@contextmanager
def web_server(root: Path, *, certificate: Path | None = None) -> Iterator[WebServer]:
    """A server on a port of this machine, with TLS where it has a certificate."""
    made = WebServer(root)
    bound = type("Bound", (_Handler,), {"server_of": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    made.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path) -> Path:
    """A PEM file with a certificate of this machine, which nobody signed, and its key."""
    path, key = folder / "server.pem", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(path)],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + key.read_text())
    return path


class Repository:
    """A repository of git on this machine, which a work tree is pushed to."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.work = folder / "hub.git", folder / "work"
        folder.mkdir(parents=True, exist_ok=True)
        git("init", "-q", "--bare", "-b", "main", str(self.bare), at=folder)
        git("config", "uploadpack.allowFilter", "true", at=self.bare)
        git("config", "uploadpack.allowAnySHA1InWant", "true", at=self.bare)
        git("init", "-q", "-b", "main", str(self.work), at=folder)

    @property
    def url(self) -> str:
        return self.bare.as_uri()

    def commit(
        self, files: dict[str, bytes | None], *, to: str = "main", force: bool = False
    ) -> str:
        """The commit of files that are written, or removed, and pushed."""
        for name, data in files.items():
            path = self.work / name
            if data is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        git("add", "-A", at=self.work)
        git("commit", "-q", "-m", "one", "--allow-empty", at=self.work)
        if to:
            how = ["--force"] if force else []
            git("push", "-q", *how, str(self.bare), f"HEAD:refs/{_full(to)}", at=self.work)
        return git("rev-parse", "HEAD", at=self.work).strip()


def _full(name: str) -> str:
    return name if "/" in name else f"heads/{name}"


def no_credentials(folder: Path) -> dict[str, str]:
    """An environment in which nobody is known, and caches are of this test alone."""
    (folder / "home").mkdir(exist_ok=True)
    (folder / "netrc").write_text("")
    return {
        "HOME": str(folder / "home"),
        "NETRC": str(folder / "netrc"),
        "PXC_CACHE_DIR": str(folder / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
