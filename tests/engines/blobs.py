"""Buckets of Google's and containers of Azure's on this machine: a directory behind both protocols.

As much of them as rclone speaks. A request without the credentials of the test is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

__all__ = ["serve_azure", "serve_google"]

ACCOUNT = "acc"
KEY = base64.b64encode(b"pxc tests").decode()
TOKEN = "token-of-the-tests"


class _Store:
    """Objects as files below a directory, and what a client wrote beside each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.told: dict[str, dict[str, str]] = {}
        self.blocks: dict[str, bytes] = {}

    def read(self, bucket: str, name: str) -> bytes | None:
        path = self.root / bucket / name
        return path.read_bytes() if name and path.is_file() else None

    def write(self, bucket: str, name: str, content: bytes, told: dict[str, str]) -> None:
        path = self.root / bucket / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.told[f"{bucket}/{name}"] = told

    def names(self, bucket: str, prefix: str, delimiter: str) -> tuple[list[str], list[str]]:
        """The objects and the directories at a prefix."""
        files, below = [], set()
        for path in sorted((self.root / bucket).rglob("*")):
            name = path.relative_to(self.root / bucket).as_posix()
            rest = name.removeprefix(prefix)
            if not path.is_file() or not name.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                below.add(prefix + rest.partition(delimiter)[0] + delimiter)
            else:
                files.append(name)
        return files, sorted(below)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: _Store

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def parts(self) -> tuple[str, dict[str, str]]:
        split = urllib.parse.urlsplit(self.path)
        return split.path, dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))


class _Google(_Handler):
    """The JSON API of Cloud Storage, and the server that hands out tokens for a key."""

    def do_GET(self) -> None:
        path, query = self.parts()
        if not self._allowed():
            return
        bucket, _, name = path.removeprefix("/storage/v1/b/").partition("/o")
        name = urllib.parse.unquote(name.removeprefix("/"))
        if not name:
            self._list(bucket, query)
            return
        content = self.store.read(bucket, name)
        if content is None:
            self._json({"error": {"code": 404, "message": "no such object"}}, 404)
        elif query.get("alt") == "media":
            self.answer(200, content, Content_Type="application/octet-stream")
        else:
            self._json(self._about(bucket, name, content))

    def do_POST(self) -> None:
        path, _ = self.parts()
        content = self.body()
        if path == "/token":
            self._json({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})
            return
        if not self._allowed():
            return
        bucket = path.removeprefix("/upload/storage/v1/b/").partition("/")[0]
        mark = b"--" + self.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
        _, about, data, _ = content.split(mark)
        said = json.loads(about.partition(b"\r\n\r\n")[2])
        whole = data.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
        self.store.write(bucket, said["name"], whole, said.get("metadata", {}))
        self._json(self._about(bucket, said["name"], whole))

    def _allowed(self) -> bool:
        allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if not allowed:
            self._json({"error": {"code": 401, "message": "no token"}}, 401)
        return allowed

    def _list(self, bucket: str, query: dict[str, str]) -> None:
        files, below = self.store.names(bucket, query.get("prefix", ""), query.get("delimiter", ""))
        items = [self._about(bucket, n, self.store.read(bucket, n) or b"") for n in files]
        self._json({"kind": "storage#objects", "items": items, "prefixes": below})

    def _about(self, bucket: str, name: str, content: bytes) -> dict[str, Any]:
        port = self.server.server_address[1]
        place = f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(name, safe='')}"
        return {
            "name": name, "bucket": bucket, "size": str(len(content)),
            "md5Hash": base64.b64encode(hashlib.md5(content).digest()).decode(),
            "updated": "2026-01-01T00:00:00Z", "contentType": "application/octet-stream",
            "metadata": self.store.told.get(f"{bucket}/{name}", {}),
            "mediaLink": f"http://127.0.0.1:{port}{place}?alt=media",
        }  # fmt: skip

    def _json(self, data: dict[str, Any], status: int = 200) -> None:
        self.answer(status, json.dumps(data).encode(), Content_Type="application/json")


class _Azure(_Handler):
    """The Blob service, for requests that are signed with the account's key."""

    def do_GET(self) -> None:
        bucket, name, query = self._asked()
        if query.get("comp") == "list":
            self._list(bucket, query)
            return
        content = self.store.read(bucket, name)
        if content is None:
            self.answer(404, x_ms_error_code="BlobNotFound")
        else:
            self.answer(200, content, **self._about(bucket, name, content))

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        bucket, name, query = self._asked()
        content, key = self.body(), f"{bucket}/{name}"
        if query.get("comp") == "block":
            self.store.blocks[key] = self.store.blocks.get(key, b"") + content
        else:
            if query.get("comp") == "blocklist":
                content = self.store.blocks.pop(key, b"")
            told = {k: v for k, v in self.headers.items() if k.lower().startswith("x-ms-meta-")}
            self.store.write(bucket, name, content, told)
        self.answer(201, ETag='"1"', Last_Modified=formatdate(0, usegmt=True))

    def _asked(self) -> tuple[str, str, dict[str, str]]:
        path, query = self.parts()
        bucket, _, name = urllib.parse.unquote(path).lstrip("/").partition("/")
        signed = self.headers.get("Authorization", "").startswith(f"SharedKey {ACCOUNT}:")
        return (bucket, name, query) if signed else ("", "", {})

    def _list(self, bucket: str, query: dict[str, str]) -> None:
        files, below = self.store.names(bucket, query.get("prefix", ""), query.get("delimiter", ""))
        told = "".join(
            f"<Blob><Name>{escape(name)}</Name><Properties><Content-Length>"
            f"{len(self.store.read(bucket, name) or b'')}</Content-Length><Last-Modified>"
            f"{formatdate(0, usegmt=True)}</Last-Modified><Etag>1</Etag>"
            f"<BlobType>BlockBlob</BlobType></Properties></Blob>"
            for name in files
        ) + "".join(f"<BlobPrefix><Name>{escape(name)}</Name></BlobPrefix>" for name in below)
        text = (
            '<?xml version="1.0" encoding="utf-8"?><EnumerationResults>'
            f"<Blobs>{told}</Blobs><NextMarker /></EnumerationResults>"
        )
        self.answer(200, text.encode(), Content_Type="application/xml")

    def _about(self, bucket: str, name: str, content: bytes) -> dict[str, str]:
        return {
            "ETag": '"1"', "Last_Modified": formatdate(0, usegmt=True),
            "x_ms_blob_type": "BlockBlob", "Content_Type": "application/octet-stream",
            "Content_Length": str(len(content)), **self.store.told.get(f"{bucket}/{name}", {}),
        }  # fmt: skip


@contextmanager
def _served(handler: type[_Handler], root: Path) -> Iterator[str]:
    """The address of a server for the directories of `root`."""
    bound = type("Bound", (handler,), {"store": _Store(root)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def serve_azure(root: Path, *, joined: bool = False) -> Iterator[dict[str, str]]:
    """What a Secret of a storage account brings, and where this machine has its service.

    With `joined` it is one text, which holds the place, too.
    """
    with _served(_Azure, root) as address:
        whole = (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={address}"
        )
        apart = {"AZURE_ACCOUNT_KEY": KEY, "RCLONE_CONFIG_STORE_ENDPOINT": address}
        yield {"AZURE_CONNECTION_STRING": whole} if joined else apart


@contextmanager
def serve_google(root: Path, keyed: Callable[[str], dict[str, str]]) -> Iterator[dict[str, str]]:
    """What a Secret with the key of a service account brings; `keyed` says it from the key's text."""
    made = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True)
    with _served(_Google, root) as address:
        key = {
            "type": "service_account", "client_email": "a@b", "private_key_id": "1",
            "private_key": made.stdout, "token_uri": f"{address}/token",
        }  # fmt: skip
        where = {"RCLONE_CONFIG_STORE_ENDPOINT": f"{address}/storage/v1/"}
        yield keyed(json.dumps(key)) | where
