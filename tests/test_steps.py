"""The scripts of emitted init steps and sidecars, run for real on directories and a local bucket."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from tests.engines import place
from tests.engines.blobs import serve_azure, serve_google
from tests.engines.environment import expand
from tests.engines.s3 import PATH, RCLONE, serve

pytestmark = pytest.mark.skipif(RCLONE is None, reason="SKIPPED: no rclone here")

RUN = "6f3a1c92-1111-4222-8333-444455556666"
"""What the downward API says of the run."""

STORES = {
    "volume": "{name: store, kind: volume_claim, schema: {volumeClaim: c, mountPath: ROOT/bk}}",
    "s3": "{name: store, kind: s3, schema: {bucket: 's3://bk'}, secret: {name: keys}}",
    "gcs": "{name: store, kind: gcs, schema: {bucket: 'gs://bk'}, secret: {name: keys}}",
    "wasb": "{name: store, kind: wasb, schema: {bucket: 'wasbs://bk@acc.blob.core.windows.net'},"
    " secret: {name: keys}}",
}


def objects(text: str, tmp_path: Path, catalog: str) -> list[dict[str, Any]]:
    file = tmp_path / "catalog.yaml"
    file.write_text(catalog)
    outcome = compile_request(
        Request(files=(SourceText("job.yaml", text.encode()),), catalog=(file,), verify=True)
    )
    assert [d.message for d in outcome.report if d.severity == 3] == []
    return list(yaml.safe_load_all(outcome.files[0].text))


def pod(text: str, tmp_path: Path, catalog: str) -> dict[str, Any]:
    spec: dict[str, Any] = objects(text, tmp_path, catalog)[-1]["spec"]["template"]["spec"]
    return spec


def container(spec: dict[str, Any], name: str) -> dict[str, Any]:
    every = [*spec.get("initContainers", ()), *spec["containers"]]
    return next(c for c in every if c["name"] == name)


def command_of(found: dict[str, Any], moved: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The command as the kubelet would start it, with directories of the pod moved here."""
    env = {e["name"]: e.get("value", RUN) for e in found.get("env", ())}

    def here(text: str) -> str:
        text = expand(text, env)
        for pod_path, local in moved.items():
            text = text.replace(pod_path, local)
        return text

    command = [here(part) for part in (*found["command"], *found.get("args", ()))]
    return command, {name: here(value) for name, value in env.items()}


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A server of its own for every test: nothing changes behind its back but what the test does."""
    root = tmp_path / "s3"
    (root / "bk").mkdir(parents=True)
    with serve(root) as variables:
        yield root, variables


def in_text(key: str) -> dict[str, str]:
    return {"GC_KEYFILE_DICT": key}


@pytest.fixture(params=STORES)
def store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """A catalog's store, the directory behind it, and what its secret brings."""
    root = tmp_path / "stores"
    (root / "bk").mkdir(parents=True)
    text = STORES[request.param].replace("ROOT", str(root))
    servers: dict[str, Any] = {
        "s3": serve, "gcs": lambda root: serve_google(root, in_text), "wasb": serve_azure,
        "volume": lambda _: nullcontext({}),
    }  # fmt: skip
    with servers[request.param](root) as variables:
        yield text, root / "bk", variables


def run(
    found: dict[str, Any], moved: dict[str, str], variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    command, env = command_of(found, moved)
    whole = {"PATH": PATH, "HOME": "/tmp"} | env | variables
    return subprocess.run(command, env=whole, capture_output=True, text=True, timeout=120)


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


ENTRIES = [
    ("{artifacts: {files: [d/a.csv]}}", {"d/a.csv": "1"}),
    ("{artifacts: {files: [[d/a.csv, in/b.csv]]}}", {"in/b.csv": "1"}),
    ("{artifacts: {dirs: [d]}}", {"d/a.csv": "1", "d/e/f.csv": "2"}),
    ("{artifacts: {dirs: [[d, x]], workers: 3}}", {"x/a.csv": "1", "x/e/f.csv": "2"}),
    ("{paths: [d/e, [top, t]]}", {"d/e/f.csv": "2", "t": "0"}),
    ("{paths: top}", {"top": "0"}),
    ("{connection: store}", {"d/a.csv": "1", "d/e/f.csv": "2", "top": "0", "d/with space": "3"}),
]


@pytest.mark.parametrize(("entry", "expected"), ENTRIES, ids=[e[0] for e in ENTRIES])
def test_files_arrive(
    entry: str, expected: dict[str, str], store: tuple[str, Path, dict[str, str]], tmp_path: Path
) -> None:
    declared, root, variables = store
    for name, text in {"top": "0", "d/a.csv": "1", "d/e/f.csv": "2"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    if "with space" in str(expected):
        (root / "d" / "with space").write_text("3")
    text = (
        f"kind: component\nname: j\nrun: {{kind: job, init: [{entry}], container: {{image: a}}}}\n"
    )
    spec = pod(text, tmp_path, f"artifactsStore: {declared}\n")
    local = tmp_path / "context"
    done = run(container(spec, "files-1"), {"/plx-context/artifacts": str(local)}, variables)
    assert done.returncode == 0, done.stderr
    assert tree(local) == expected


@pytest.mark.parametrize(
    ("kind", "form"),
    [("wasb", "connection string"), ("gcs", "GC_KEY_PATH"), ("gcs", "GOOGLE_APPLICATION_CREDENTIALS")],
)  # fmt: skip
def test_credentials_in_other_forms(kind: str, form: str, tmp_path: Path) -> None:
    """A secret may bring all in one text, or a file that a variable names."""
    root, local = tmp_path / "stores", tmp_path / "context"
    (root / "bk").mkdir(parents=True)
    (root / "bk" / "top").write_text("0")

    def in_file(key: str) -> dict[str, str]:
        (tmp_path / "key.json").write_text(key)
        return {form: str(tmp_path / "key.json")}

    started = serve_google(root, in_file) if kind == "gcs" else serve_azure(root, joined=True)
    text = (
        "kind: component\nname: j\nrun: {kind: job, init: [{paths: top}], container: {image: a}}\n"
    )
    spec = pod(text, tmp_path, f"artifactsStore: {STORES[kind]}\n")
    with started as variables:
        done = run(container(spec, "files-1"), {"/plx-context/artifacts": str(local)}, variables)
    assert done.returncode == 0, done.stderr
    assert tree(local) == {"top": "0"}


FAULTS = [
    ("{artifacts: {files: [nope]}}", "there is no "),
    ("{artifacts: {dirs: [nope]}}", "there is no "),
    ("{paths: [nope]}", "there is no "),
    ("{artifacts: {files: [d]}}", "is a directory, not a file"),
    ("{artifacts: {dirs: [top]}}", "is a file, not a directory"),
]


@pytest.mark.parametrize(("entry", "message"), FAULTS, ids=[f[0] for f in FAULTS])
def test_missing_files_fail(
    entry: str, message: str, store: tuple[str, Path, dict[str, str]], tmp_path: Path
) -> None:
    declared, root, variables = store
    (root / "d").mkdir(parents=True, exist_ok=True)
    (root / "d" / "x").write_text("1")
    (root / "top").write_text("1")
    text = (
        f"kind: component\nname: j\nrun: {{kind: job, init: [{entry}], container: {{image: a}}}}\n"
    )
    spec = pod(text, tmp_path, f"artifactsStore: {declared}\n")
    moved = {"/plx-context/artifacts": str(tmp_path / "context")}
    done = run(container(spec, "files-1"), moved, variables)
    assert done.returncode == 65
    assert message in done.stderr


def test_events_of_other_runs_arrive_and_are_shown(
    store: tuple[str, Path, dict[str, str]], tmp_path: Path
) -> None:
    """A run without events is passed over; the script hands everything on as it was written."""
    declared, root, variables = store
    for name in ("r1/outputs/tensorboard/events.1", "r1/outputs/other", "r3/outputs/other"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("1")
    board = "{uuids: [r1, r2, r3], port: 7007, plugins: ['a b'], pathPrefix: \"/it's $HOME\"}"
    text = (
        f"kind: component\nname: j\nrun:\n  kind: job\n  init: [{{tensorboard: {board}}}]\n"
        "  container: {image: a}\n"
    )
    found = objects(text, tmp_path, f"artifactsStore: {declared}\n")
    local = tmp_path / "context"
    spec = found[-1]["spec"]["template"]["spec"]
    done = run(container(spec, "files-1"), {"/plx-context/artifacts": str(local)}, variables)
    assert done.returncode == 0, done.stderr
    assert tree(local) == {"tensorboard/r1/events.1": "1"}

    script = tmp_path / "start_tensorboard"
    script.write_text(found[0]["data"]["start_tensorboard"])
    for name in ("pip", "tensorboard"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text('#!/bin/sh\nprintf "%s|" "${0##*/}" "$@"\n')
        program.chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    told = subprocess.run(["sh", script], env={"PATH": path}, capture_output=True, text=True)
    assert told.stdout.split("|")[:-1] == [
        "pip", "install", "a b", "tensorboard", "--logdir=/plx-context/artifacts/tensorboard",
        "--host=0.0.0.0", "--port=7007", "--path_prefix=/it's $HOME",
    ]  # fmt: skip


RESULTS = "kind: component\nname: j\ntermination: {maxRetries: 1}\nrun: {kind: job, container: {image: a}}\n"


def test_results_are_kept_after_the_signal(
    store: tuple[str, Path, dict[str, str]], tmp_path: Path
) -> None:
    """What the main container writes until its end is in the store after the sidecar's end."""
    declared, root, variables = store
    spec = pod(RESULTS, tmp_path, f"artifactsStore: {declared}\n")
    local = tmp_path / "context"
    command, env = command_of(container(spec, "results"), {"/plx-context/artifacts": str(local)})
    outputs = local / RUN / "outputs"
    outputs.mkdir(parents=True)
    whole = {"PATH": PATH, "HOME": "/tmp"} | env | variables
    [_, _, stands] = container(spec, "results")["startupProbe"]["exec"]["command"]
    Path(stands).unlink(missing_ok=True)
    sidecar = subprocess.Popen(command, env=whole, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not Path(stands).exists() and time.monotonic() < deadline:
        time.sleep(0.01)  # the kubelet, too, asks again and again
    (outputs / "model.bin").write_text("weights")
    (outputs / "deep").mkdir()
    (outputs / "deep" / "x").write_text("1")
    sidecar.send_signal(signal.SIGTERM)
    out, _ = sidecar.communicate(timeout=120)
    assert sidecar.returncode == 0, out
    kept = {"outputs/model.bin": "weights", "outputs/deep/x": "1"}
    assert tree(root / RUN) == kept
    shutil.rmtree(local)
    resume = container(spec, "resume")
    done = run(resume, {"/plx-context/artifacts": str(local)}, variables)
    assert done.returncode == 0, done.stderr
    assert tree(local / RUN) == kept


def test_a_first_try_has_nothing_to_resume(
    store: tuple[str, Path, dict[str, str]], tmp_path: Path
) -> None:
    declared, _, variables = store
    spec = pod(RESULTS, tmp_path, f"artifactsStore: {declared}\n")
    moved = {"/plx-context/artifacts": str(tmp_path / "context")}
    done = run(container(spec, "resume"), moved, variables)
    assert done.returncode == 0, done.stderr


def test_results_upload_while_the_run_goes_on(
    bucket: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    root, variables = bucket
    spec = pod(RESULTS, tmp_path, f"artifactsStore: {STORES['s3']}\n")
    found = container(spec, "results")
    found["args"][-1] = "0.2"
    local = tmp_path / "context"
    (local / RUN).mkdir(parents=True)
    (local / RUN / "early").write_text("1")
    command, env = command_of(found, {"/plx-context/artifacts": str(local)})
    whole = {"PATH": PATH, "HOME": "/tmp"} | env | variables
    sidecar = subprocess.Popen(command, env=whole, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    kept = root / "bk" / RUN / "early"
    while not kept.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kept.exists()
    sidecar.kill()
    sidecar.communicate()


def test_a_file_that_the_run_completes(tmp_path: Path) -> None:
    text = (
        "kind: component\nname: j\nrun:\n  kind: job\n  init:\n"
        "  - {file: {filename: id.sh, chmod: '+x', content: 'echo {{ globals.uuid }} $x $$ $(PXC_RUN_UUID)'}}\n"
        "  container: {image: a}\n"
    )
    spec = pod(text, tmp_path, "connections: []\n")
    moved = {"/plx-context/artifacts": str(tmp_path / "c")}
    done = run(container(spec, "file-1"), moved, {})
    assert done.returncode == 0, done.stderr
    written = tmp_path / "c" / "id.sh"
    assert written.read_text() == f"echo {RUN} $x $$ $(PXC_RUN_UUID)"
    assert written.stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("chmod", "mode"),
    [
        ("+x", 0o755),
        ("0600", 0o600),
        ("755", 0o755),
        ("u+x", 0o744),
        ("go-r", 0o600),
        ("a=rw", 0o666),
    ],
)
def test_modes(chmod: str, mode: int, tmp_path: Path) -> None:
    """The mode in the manifest is what `chmod` makes of a new file."""
    text = (
        "kind: component\nname: j\nrun:\n  kind: job\n"
        f"  init: [{{file: {{filename: f, chmod: '{chmod}', content: x}}}}]\n"
        "  container: {image: a}\n"
    )
    config, job = objects(text, tmp_path, "connections: []\n")
    assert config["data"] == {"f": "x"}
    volume = next(v for v in job["spec"]["template"]["spec"]["volumes"] if "configMap" in v)
    assert volume["configMap"]["items"] == [{"key": "f", "path": "f", "mode": mode}]
    file = tmp_path / "f"
    file.write_text("")
    file.chmod(0o644)
    subprocess.run(["chmod", chmod, str(file)], check=True, umask=0o022)
    assert file.stat().st_mode & 0o777 == mode


TRACKED = """\
from polyaxon import tracking
tracking.init()
tracking.log_metrics(loss=0.5, step=1)
tracking.log_metrics(loss=0.05, step=2)
tracking.log_outputs(accuracy=0.93)
open(tracking.get_outputs_path() + "/model.txt", "w").write("weights")
"""


CLIENTS = sorted(place.CACHE.glob("tracking-*/ready"))


def test_tracking_clients_are_here() -> None:
    if not CLIENTS:
        pytest.skip("SKIPPED: no tracking clients, `make engines` installs them")


@pytest.mark.parametrize("ready", CLIENTS, ids=lambda ready: ready.parent.name)
def test_the_tracking_client_writes_into_the_run(ready: Path, tmp_path: Path) -> None:
    """A script with the real client finds, by the emitted variables, the run's own directory."""
    spec = pod(
        "kind: component\nname: j\nrun: {kind: job, container: {image: a, command: [python]}}\n",
        tmp_path,
        "connections: []\n",
    )
    main = container(spec, "main")
    mounts = {m["mountPath"]: m for m in main["volumeMounts"]}
    assert mounts["/plx-context/offline/runs"]["name"] == mounts["/plx-context/artifacts"]["name"]
    (tmp_path / "offline").mkdir()
    _, env = command_of(main | {"command": []}, {"/plx-context/offline": str(tmp_path / "offline")})
    whole = {"PATH": PATH, "HOME": str(tmp_path)} | env
    python = str(ready.parent / "bin" / "python")
    done = subprocess.run(
        [python, "-c", TRACKED], env=whole, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    written = tree(tmp_path / "offline" / "runs" / RUN)
    assert written["outputs/model.txt"] == "weights"
    assert json.loads(written["run.plx.json"])["outputs"] == {"accuracy": 0.93, "loss": 0.05}


HOSTILE = [
    "$(touch HIT)", "`touch HIT`", "'; touch HIT; '", '"; touch HIT; "', "-x", "--config=HIT",
    "a b", "a\tb", "*", "${HIT}", ":s3,env_auth:HIT", "..",
]  # fmt: skip
"""Paths that a run is given by another run: text, whatever a shell or rclone would make of them."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_path_is_only_a_path(
    name: str, store: tuple[str, Path, dict[str, str]], tmp_path: Path
) -> None:
    """What stands where the run completes a path is never run and leads nowhere else."""
    declared, root, variables = store
    (root.parent / "other").mkdir(exist_ok=True)
    (root.parent / "other" / "secret").write_text("1")
    text = (
        "kind: component\nname: j\nrun: {kind: job, init: [{paths: ['{{ globals.uuid }}']}],"
        " container: {image: a}}\n"
    )
    spec = pod(text, tmp_path, f"artifactsStore: {declared}\n")
    found = container(spec, "files-1")
    local = tmp_path / "context"
    given = f"{name}/other/secret" if name == ".." else name
    where = {e["name"]: RUN for e in found["env"] if e["name"] == "PXC_RUN_UUID"}
    assert where
    found = found | {"args": [a.replace("$(PXC_RUN_UUID)", given) for a in found["args"]]}
    before = tree(tmp_path)
    done = run(found, {"/plx-context/artifacts": str(local)}, variables)
    assert done.returncode != 0, "there is no such path"
    assert not list(tmp_path.rglob("*HIT*"))
    assert "secret" not in str(tree(local))
    assert tree(tmp_path) == before


def test_a_file_is_only_a_file(tmp_path: Path) -> None:
    """Its content, its name and its directory are data in the container that writes it."""
    text = """
kind: component
name: j
run:
  kind: job
  init:
  - path: "{{ globals.run_artifacts_path }}/$(touch HIT)"
    file: {filename: "'; touch HIT; '$x", content: "`touch HIT` {{ globals.uuid }} %s \\\\n"}
  container: {image: a}
"""
    spec = pod(text, tmp_path, "connections: []\n")
    local = tmp_path / "context"
    local.mkdir()
    done = run(container(spec, "file-1"), {"/plx-context/artifacts": str(local)}, {})
    assert done.returncode == 0, done.stderr
    [(name, content)] = tree(local).items()
    assert name == f"{RUN}/$(touch HIT)/'; touch HIT; '$x"
    assert content == f"`touch HIT` {RUN} %s \\n"
    assert not list(tmp_path.rglob("HIT"))
