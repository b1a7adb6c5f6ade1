"""A bucket on this machine: rclone serves a directory as S3 on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["KEYS", "PATH", "RCLONE", "serve"]

PATH = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
"""Where programs are: first those that stand beside the interpreter, whoever started it."""

RCLONE = shutil.which("rclone", path=PATH)

KEYS = {"AWS_ACCESS_KEY_ID": "AKPXCTESTS", "AWS_SECRET_ACCESS_KEY": "SKPXCTESTS"}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serve(root: Path) -> Iterator[dict[str, str]]:
    """The variables by which a client reaches the buckets, each a directory of `root`."""
    port = _free_port()
    assert RCLONE is not None
    auth = ",".join(KEYS.values())
    command = [RCLONE, "--config", "", "serve", "s3", "--addr", f"127.0.0.1:{port}"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RCLONE_", "AWS_"))}
    server = subprocess.Popen(
        [*command, "--auth-key", auth, str(root)], env=clean, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, server)
        yield {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    finally:
        server.kill()  # it has nothing to save, and an open connection would hold its end
        server.wait()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, "the S3 server ended"
        time.sleep(0.05)
    raise TimeoutError("the S3 server does not answer")
