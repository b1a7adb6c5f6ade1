"""Serves what an API server asks of a kubelet: `exec` into a container, and its logs.

`exec` speaks SPDY/3.1, as clients in Go do: a stream for the error, then one for each of standard
input, output and error, in that order, so that headers need not be read; what is asked of it here has
no input. Bytes go out when the command has ended.
"""

from __future__ import annotations

import http.server
import json
import ssl
import struct
import subprocess
import threading
import urllib.parse
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Execute = Callable[[str, str, str, Sequence[str]], "subprocess.CompletedProcess[bytes] | None"]
"""(namespace, pod, container, command) -> how it ended; None when the container does not run."""
Log = Callable[[str, str, str], str | None]
"""(namespace, pod, container) -> what it has written; None when there is no such pod."""

PROTOCOL = "v4.channel.k8s.io"
_SYN_STREAM, _SYN_REPLY, _PING = 1, 2, 6
_FIN = 1
_TIMEOUT = 60


def start(certificate: Path, execute: Execute, log: Log) -> http.server.HTTPServer:
    """Listens on a free port of loopback; `server_port` tells which."""

    class Handler(_Handler):
        pass

    Handler.execute, Handler.log = staticmethod(execute), staticmethod(log)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, name="kubelet server", daemon=True).start()
    return server


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    execute: Execute
    log: Log

    def log_message(self, *_: Any) -> None:
        """Nobody reads the log of requests."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        _, what, *where = url.path.split("/")
        place = tuple(where)
        asked = urllib.parse.parse_qs(url.query)
        if what == "exec" and len(place) == 3:
            self._exec(*place, asked)
        elif what == "containerLogs" and len(place) == 3 and (text := self.log(*place)) is not None:
            self._send(200, text)
        else:
            self._send(404, "not served here")

    def _send(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _exec(self, namespace: str, pod: str, container: str, asked: dict[str, list[str]]) -> None:
        flags = [
            asked.get(name, ["false"])[0] in ("true", "1") for name in ("input", "output", "error")
        ]
        self.send_response(101)
        for name, value in (
            ("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", PROTOCOL),
        ):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        streams = self._streams(1 + sum(flags))
        if len(streams) == 1 + sum(flags):
            done = self.execute(namespace, pod, container, asked.get("command", []))
            self._report(streams, flags, done)
            self._drain()

    def _streams(self, count: int) -> list[int]:
        """The numbers of the streams that the client opens, each of them welcomed."""
        packer, numbers = zlib.compressobj(), list[int]()
        while len(numbers) < count and (frame := self._frame()):
            kind, content = frame
            if kind == _SYN_STREAM:
                number = struct.unpack(">I", content[:4])[0]
                numbers.append(number)
                no_headers = packer.compress(bytes(4)) + packer.flush(zlib.Z_SYNC_FLUSH)
                self._control(_SYN_REPLY, struct.pack(">I", number) + no_headers)
        return numbers

    def _frame(self) -> tuple[int, bytes] | None:
        """The next frame: its kind (0 for data) and content; pings are answered. None at the end."""
        while len(head := self.rfile.read(8)) == 8:
            word, size = struct.unpack(">II", head)
            content = self.rfile.read(size & 0xFFFFFF)
            kind = word & 0xFFFF if word >> 31 else 0
            if kind != _PING:
                return kind, content
            self._control(_PING, content)
        return None

    def _control(self, kind: int, content: bytes) -> None:
        self.wfile.write(struct.pack(">HHI", 0x8003, kind, len(content)) + content)

    def _data(self, stream: int, content: bytes) -> None:
        """All of a stream in frames, the last of which closes it."""
        for at in range(0, len(content), 1 << 20):
            part = content[at : at + (1 << 20)]
            self.wfile.write(struct.pack(">II", stream, len(part)) + part)
        self.wfile.write(struct.pack(">II", stream, _FIN << 24))

    def _report(
        self,
        streams: Sequence[int],
        flags: Sequence[bool],
        done: subprocess.CompletedProcess[bytes] | None,
    ) -> None:
        error, *rest = streams
        opened = iter(rest)
        for wanted, content in zip(
            flags, (b"", done.stdout if done else b"", done.stderr if done else b""), strict=True
        ):
            if wanted:
                self._data(next(opened), content)
        self._data(error, json.dumps(_status(done)).encode())

    def _drain(self) -> None:
        """Reads on until the client, which has all by then, ends the connection."""
        self.connection.settimeout(_TIMEOUT)
        try:
            while self._frame():
                pass
        except OSError:
            return


def _status(done: subprocess.CompletedProcess[bytes] | None) -> dict[str, Any]:
    """How a command ended, as the API tells it."""
    if done is None:
        return {"status": "Failure", "message": "container not found", "reason": "InternalError"}
    if done.returncode == 0:
        return {"status": "Success"}
    cause = {"reason": "ExitCode", "message": str(done.returncode)}
    return {
        "status": "Failure",
        "reason": "NonZeroExitCode",
        "message": f"command terminated with non-zero exit code {done.returncode}",
        "details": {"causes": [cause]},
    }
