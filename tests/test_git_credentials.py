"""Credentials of a connection open a repository: over HTTP for a password, over ssh for a key."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from tests.kubernetes_oracle import judge
from tests.test_git_step import git

CATALOG = """
connections:
- {name: code, kind: git, schema: {url: URL, revision: v1}, secret: {name: token}}
- {name: repo, kind: ssh, schema: {url: "git@h:PATH", revision: v1},
   secret: {name: key, mountPath: KEYS, defaultMode: "0444"}}
"""


class Guarded(SimpleHTTPRequestHandler):
    """Serves the files of a repository to those who know the password."""

    asked: list[str]
    opens: str

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "")
        self.asked.append(self.path)
        if given == "Basic " + base64.b64encode(self.opens.encode()).decode():
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="code"')
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository whose tag v1 is not its last commit."""
    root = tmp_path_factory.mktemp("guarded")
    work = root / "work"
    work.mkdir()
    git("init", "-q", "-b", "main", at=work)
    for number in ("1", "2"):
        (work / "a.txt").write_text(number)
        git("add", ".", at=work)
        git("commit", "-qm", number, at=work)
        git("tag", f"v{number}", at=work)
    git("clone", "-q", "--bare", str(work), str(root / "bare.git"), at=root)
    git("update-server-info", at=root / "bare.git")
    return root / "bare.git"


@pytest.fixture
def server(bare: Path) -> Iterator[tuple[str, type[Guarded]]]:
    handler = type("Handler", (Guarded,), {"asked": [], "opens": ""})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(bare.parent)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/bare.git", handler
    server.shutdown()
    server.server_close()


def checked_out(
    connection: str, place: Path, env: dict[str, str], **said: str
) -> subprocess.CompletedProcess[str]:
    """Run the emitted step in a local shell, with what the cluster would give it."""
    text = CATALOG
    for name, value in said.items():
        text = text.replace(name.upper(), value)
    catalog = place / "catalog.yaml"
    catalog.write_text(text)
    source = (
        f"name: a\nrun: {{kind: job, init: [{{connection: {connection}, path: {place}/in}}],"
        + (" container: {image: a}}\n")
    )
    files = (SourceText("f.yaml", source.encode()),)
    made = compile_request(Request(files=files, catalog=(catalog,)))
    assert made.files, [d.message for d in made.report]
    [job] = judge(made.files[0].text)
    [step] = job["spec"]["template"]["spec"]["initContainers"]
    told = {e["name"]: e["value"] for e in step["env"]}
    command = [*step["command"], *step.get("args", ())]
    assert not any("$(" in word or "$$" in word for word in command)
    return subprocess.run(
        command,
        env=told | {"PATH": os.environ["PATH"], "HOME": str(place)} | env,
        cwd=place, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


SECRETS = [
    # what is in the secret, what the server wants, whether it opens
    ("user:pa:ss word'", "user:pa:ss word'", True),
    ("tok-en", "oauth2:tok-en", True),
    ("user:wrong", "user:right", False),
    ("$HOME:`id`", "$HOME:`id`", True),
]


@pytest.mark.parametrize(("secret", "wanted", "opens"), SECRETS)
def test_a_password_is_given_to_the_server_alone(
    secret: str, wanted: str, opens: bool, server: tuple[str, type[Guarded]], tmp_path: Path
) -> None:
    url, handler = server
    handler.opens = wanted
    env = {"POLYAXON_GIT_CREDENTIALS": secret}
    ran = checked_out("code", tmp_path, env, url=url, path="x", keys="/k")
    assert (ran.returncode == 0) == opens, ran.stderr
    assert handler.asked
    if opens:
        assert (tmp_path / "in/code/a.txt").read_text() == "1"
        config = (tmp_path / "in/code/.git/config").read_text()
        assert secret not in config + ran.stdout + ran.stderr


def test_without_credentials_nobody_is_asked(
    server: tuple[str, type[Guarded]], tmp_path: Path
) -> None:
    url, handler = server
    handler.opens = "a:b"
    ran = checked_out("code", tmp_path, {}, url=url, path="x", keys="/k")
    assert ran.returncode != 0


@pytest.mark.parametrize("name", ["id_rsa", "deploy-key"])
def test_a_key_opens_by_ssh(name: str, bare: Path, tmp_path: Path) -> None:
    """In the place of ssh stands what tells its arguments and runs the command here."""
    keys, programs = tmp_path / "keys", tmp_path / "bin"
    keys.mkdir()
    programs.mkdir()
    (keys / name).write_text("secret\n")
    (keys / name).chmod(0o444)
    ssh = programs / "ssh"
    ssh.write_text(
        '#!/bin/sh\nkey=$2\nstat -c %a "$key" > "$HOME/mode"\ncat "$key" > "$HOME/read"\n'
        'printf "%s\\n" "$@" > "$HOME/said"\nfor last; do :; done\neval "$last"\n'
    )
    ssh.chmod(0o755)
    env = {"PATH": f"{programs}:{os.environ['PATH']}"}
    if name != "id_rsa":
        env["POLYAXON_SSH_PRIVATE_KEY"] = name
    ran = checked_out("repo", tmp_path, env, url="u", path=str(bare), keys=str(keys))
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "in/repo/a.txt").read_text() == "1"
    assert (tmp_path / "read").read_text() == "secret\n"
    mode = (tmp_path / "mode").read_text().strip()
    assert mode in ("400", "600")  # ssh takes no key that others may read
    said = (tmp_path / "said").read_text()
    assert "git@h" in said
    assert "IdentitiesOnly=yes" in said


def test_a_key_that_is_not_there_is_told(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    said = {"url": "u", "path": str(bare), "keys": str(tmp_path / "keys")}
    ran = checked_out("repo", tmp_path, {}, **said)
    assert ran.returncode == 64
    assert "there is no ssh key" in ran.stderr
