"""Runs the programs that stand in components that ship, as their containers would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.public_hub import Shipped

HARD = "he said \"no\", $(id) `id` {{ x }} \\ 'é'\nand more"


class Heard(HTTPServer):
    """A server that keeps what it is sent, and answers with a status."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[dict[str, str], Any]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Heard

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def heard() -> Iterator[Heard]:
    with Heard() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ran(name: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A component's program with the variables that its inputs become."""
    tree = Shipped(name, "latest").tree()
    given = {io["toEnv"]: str(io["value"]) for io in tree["inputs"] if "toEnv" in io}
    container = tree["run"]["container"]
    program = [sys.executable if w == "python" else w for w in container["command"]]
    return subprocess.run(
        [*program, *container["args"]],
        env={"PATH": os.environ["PATH"], **given, **environment},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_slack_is_told(heard: Heard) -> None:
    url = f"http://127.0.0.1:{heard.server_port}/services/T/B/secret"
    run = {"RUN_NAME": "train", "RUN_STATUS": "failed", "RUN_UUID": "8aac", "MENTION": "<!here>"}
    assert ran("slack", {**run, "SLACK_URL": url}).returncode == 0
    assert ran("slack", {"MESSAGE": HARD, "SLACK_URL": url}).returncode == 0
    (_, told), (_, said) = heard.requests
    assert told["text"] == "train has failed"
    section, context = told["blocks"]
    assert section["text"]["text"] == ":x: train has failed <!here>"
    assert context["elements"][0]["text"] == "8aac"
    assert said["text"] == said["blocks"][0]["text"]["text"] == HARD


def test_a_webhook_is_called(heard: Heard) -> None:
    url = f"http://127.0.0.1:{heard.server_port}/runs"
    run = {"RUN_NAME": "train", "RUN_STATUS": "succeeded", "RUN_UUID": "8aac", "MESSAGE": HARD}
    assert ran("webhook", {**run, "WEBHOOK_URL": url, "WEBHOOK_TOKEN": "t"}).returncode == 0
    assert ran("webhook", {"WEBHOOK_URL": url}).returncode == 0
    (head, body), (other, bare) = heard.requests
    assert head["Authorization"] == "Bearer t"
    assert "Authorization" not in other
    assert body == {"name": "train", "uuid": "8aac", "status": "succeeded", "message": HARD}
    assert bare["message"] == "a run has ended"


@pytest.mark.parametrize(("name", "variable"), [("slack", "SLACK_URL"), ("webhook", "WEBHOOK_URL")])
def test_a_refusal_fails_the_run_and_keeps_the_address(
    name: str, variable: str, heard: Heard
) -> None:
    heard.status = 403
    done = ran(name, {variable: f"http://127.0.0.1:{heard.server_port}/secret"})
    assert done.returncode != 0
    assert "403" in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_the_commit_of_a_clone_is_told(tmp_path: Path) -> None:
    code, outputs = tmp_path / "code" / "my repo", tmp_path / "outputs"
    outputs.mkdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(code)]
    subprocess.run(["git", "init", "-q", str(code)], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "a"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    where = {"CODE": str(tmp_path / "code"), "PXC_OUTPUTS_DIR": str(outputs)}
    assert ran("git-clone", where).returncode == 0
    assert (outputs / "commit").read_text() == head.stdout
