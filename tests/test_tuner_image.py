"""The steps of the Dockerfile of `pxc-tuner` make a program that runs, from what they copy alone.

There is no daemon to build images with: the steps are carried out in a folder. The libraries come
from this environment, so that the test downloads none.
"""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

from msgspec import Struct, field

from tests.conftest import ROOT

FILE = ROOT / "docker/pxc-tuner/Dockerfile"
SEARCH = {
    "version": 1, "kind": "tpe", "seed": 1, "numRuns": 2, "maxIterations": 2, "metric": {"name": "loss"},
    "numInitialRuns": 1, "axes": [{"name": "lr", "kind": "uniform", "numbers": [0, 1]}],
}  # fmt: skip
HISTORY = {
    "version": 1,
    "records": [{"index": 0, "params": {"lr": 0.5}, "status": "succeeded", "metric": 0.5}],
}


class Stage(Struct):
    """The file system of one stage, as a folder, and what it says of the containers."""

    root: Path
    folder: str = "/"
    variables: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    user: str = ""

    def place(self, path: str) -> Path:
        return self.root / (Path(self.folder) / path).as_posix().lstrip("/")


def instructions() -> list[tuple[str, str]]:
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and line[0] != "#"]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def built(folder: Path) -> Stage:
    """The last stage, once the steps of all were carried out; a step of another kind is an error."""
    stages: dict[str, Stage] = {}
    stage = Stage(folder)
    for word, rest in instructions():
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            assert image == "python:3.12-slim"
            stage = stages[name] = Stage(folder / (name or "last"))
        elif word == "WORKDIR":
            stage.folder = rest
            stage.place("").mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            copy(stage, stages, rest.split())
        elif word == "RUN":
            run(stage, rest)
        elif word == "ENV":
            stage.variables |= dict(pair.split("=", 1) for pair in rest.split())
        elif word == "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        else:
            assert word == "USER"
            stage.user = rest
    return stage


def copy(stage: Stage, stages: dict[str, Stage], names: list[str]) -> None:
    sources = [ROOT / name for name in names[:-1]]
    if names[0].startswith("--from="):
        of = stages[names[0].removeprefix("--from=")]
        sources = [of.place(name) for name in names[1:-1]]
    target = stage.place(names[-1])
    for source in sources:
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)


def run(stage: Stage, line: str) -> None:
    """A line of a shell in the root of the stage, where it installs no libraries."""
    said = line.replace("/opt/", f"{stage.root}/opt/").replace("python ", f"{sys.executable} ", 1)
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        ["sh", "-c", said], cwd=stage.place(""), env=environment | {"PIP_NO_DEPS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_image_holds_the_program(tmp_path: Path) -> None:
    stage = built(tmp_path)
    assert stage.user.split(":")[0].isdigit()
    assert int(stage.user.split(":")[0]) > 0
    path = stage.variables["PATH"].replace("/opt/", f"{stage.root}/opt/")
    [name] = stage.entrypoint
    program = shutil.which(name, path=path.partition(":")[0])
    assert program is not None
    python = str(Path(program).parent / "python")
    libraries = {"PATH": path, "PYTHONPATH": os.pathsep.join(site.getsitepackages())}
    where = subprocess.check_output(
        [python, "-c", "import pxc; print(pxc.__file__)"], cwd=stage.place(""), env=libraries
    )
    assert where.decode().startswith(str(stage.root))
    # The line that names the interpreter is that of the stage where it was installed.
    done = subprocess.run(
        [python, program, "suggest", "--search", json.dumps(SEARCH), "--history",
         json.dumps(HISTORY)],
        cwd=stage.place(""), env=libraries, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["count"] == 2
    assert all(0 <= item["params"]["lr"] <= 1 for item in found["items"])


def test_the_image_holds_the_sources_that_the_build_asks_for() -> None:
    copied = {name for word, rest in instructions() if word == "COPY" for name in rest.split()[:-1]}
    assert {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "pxc",
        "grammar",
        "passes",
        "targets",
    } <= copied
