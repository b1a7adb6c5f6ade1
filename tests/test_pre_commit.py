"""Runs the hook with the real pre-commit, which installs pxc from this checkout as users have it.

Installing takes some twenty seconds; it needs the network, and is skipped with words without it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import Ran, write
from tests.conftest import ROOT

pytest.importorskip("pre_commit", reason="pre-commit is not installed")

NO_NETWORK = re.compile(
    r"connection broken|Failed to establish a new connection|Name or service not known"
    r"|Temporary failure in name resolution|Network is unreachable"
)

COMPONENT = """\
version: 1.1
kind: component
run: {kind: job, container: {image: "a:1"}}
"""

CONFIG = """\
repos:
- repo: REPO
  rev: REV
  hooks:
  - id: pxc-lint
  - id: pxc-lint
    alias: strict
    args: [--fail-on, warning]
    stages: [manual]
"""

Hook = Callable[..., Ran]


def call(*words: str | Path, cwd: Path, **changes: str) -> Ran:
    """Run a program with no settings of git or pre-commit but these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    someone = {
        f"GIT_{role}_{what}": "a@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    ended = subprocess.run(
        [str(w) for w in words], cwd=cwd, env={**kept, **someone, **changes},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def git(*words: str, cwd: Path) -> str:
    ended = call("git", *words, cwd=cwd)
    assert ended.code == 0, ended.err
    return ended.out


def pre_commit(*words: str | Path, cwd: Path, **changes: str) -> Ran:
    return call(sys.executable, "-m", "pre_commit", *words, cwd=cwd, **changes)


def committed(folder: Path) -> str:
    """Make a repository of a folder; the id of its only commit."""
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "all", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).strip()


def copy_of_the_checkout(to: Path) -> Path:
    """The files of this checkout that git would commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: pre-commit has nothing to clone")
    for name in git("ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT).split("\0"):
        if name and (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name, follow_symlinks=False)
    return to


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Hook:
    """Writes files into a repository that uses the hook, and runs it over them."""
    top = tmp_path_factory.mktemp("pre-commit")
    repo = copy_of_the_checkout(top / "pxc")
    rev = committed(repo)
    user = write(
        top / "user",
        {".pre-commit-config.yaml": CONFIG.replace("REPO", str(repo)).replace("REV", rev)},
    )
    git("init", "--quiet", cwd=user)
    home = str(top / "home")
    installed = pre_commit("install-hooks", cwd=user, PRE_COMMIT_HOME=home)
    told = installed.out + installed.err
    if installed.code and NO_NETWORK.search(told):
        pytest.skip("no package index can be reached to install the hook")
    assert installed.code == 0, told

    def run(files: dict[str, str], *options: str) -> Ran:
        write(user, files)
        return pre_commit(
            "run", "--color", "never", *options, "--files", *files, cwd=user, PRE_COMMIT_HOME=home
        )  # fmt: skip

    return run


BROKEN = "kind: component\nrun: [\n"

# Each file, its text, and what the hook must say; nothing for a file that passes.
CASES = {
    "clean": ("clean.yaml", COMPONENT, ""),
    "an error": ("train.yml", COMPONENT.replace("container", "contaner"), "PXC102"),
    "cannot be parsed": ("broken.yaml", BROKEN, "PXC001"),
    "cannot be parsed, no word of Polyaxon": ("odd.yaml", "a: [\n", "PXC001"),
    "no Polyaxonfile": ("mkdocs.yml", "site_name: a\nnav: {b: c}\n", ""),
    "Kubernetes": ("k8s.yaml", "apiVersion: v1\nkind: Service\nspec: {}\n---\na: b\n", ""),
    "Helm": ("chart/templates/job.yaml", "{{- if .Values.a }}\nkind: Job\n{{- end }}\n", ""),
    "a warning": ("warned.yaml", COMPONENT.replace("1.1", "1.2"), ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_commit_of_one_file(case: str, hook: Hook) -> None:
    name, text, code = CASES[case]
    ended = hook({name: text})
    assert ended.code == (1 if code else 0), ended.out
    assert ("Failed" if code else "Passed") in ended.out
    assert f"error[{code}]" in ended.out if code else "error[" not in ended.out


def test_arguments_reach_pxc(hook: Hook) -> None:
    warned = {"warned.yaml": COMPONENT.replace("1.1", "1.2")}
    ended = hook(warned, "strict", "--hook-stage", "manual")
    assert ended.code == 1
    assert "warning[PXC111]" in ended.out


def test_many_files_in_parallel(hook: Hook) -> None:
    many = {f"many/{i}.yaml": COMPONENT for i in range(60)}
    assert hook(many).code == 0
    ended = hook({**many, "many/30.yaml": BROKEN, "many/59.yaml": BROKEN})
    assert ended.code == 1
    assert sorted(re.findall(r"--> (\S+?):", ended.out)) == ["many/30.yaml", "many/59.yaml"]


def test_json_is_left_to_other_tools(hook: Hook) -> None:
    ended = hook({"tsconfig.json": "{\n  // a comment\n}\n"})
    assert ended.code == 0
    assert "no files to check" in ended.out


def test_the_manifest_is_one() -> None:
    ended = pre_commit("validate-manifest", ROOT / ".pre-commit-hooks.yaml", cwd=ROOT)
    assert ended.code == 0, ended.out


def test_the_documented_configurations_are_ones(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "pre-commit.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml fragment\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 3
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block)
        ended = pre_commit("validate-config", path, cwd=tmp_path)
        assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_the_local_hook_runs_as_it_is_documented(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "pre-commit.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml fragment\n(.*?)^```", text, re.M | re.S)
    program = tmp_path / "bin" / "pxc"
    write(tmp_path, {"bin/pxc": f'#!/bin/sh\nexec "{sys.executable}" -m pxc "$@"\n'})
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    user = write(tmp_path / "user", {
        ".pre-commit-config.yaml": blocks[0], "good.yaml": COMPONENT, "nav.yaml": "a: 1\n",
    })  # fmt: skip
    git("init", "--quiet", cwd=user)

    def hooked() -> Ran:
        git("add", "--all", cwd=user)
        return pre_commit(
            "run", "--all-files", "--color", "never", cwd=user,
            PATH=path, PYTHONPATH=str(ROOT), PRE_COMMIT_HOME=str(tmp_path / "home"),
        )  # fmt: skip

    ended = hooked()
    assert (ended.code, "Passed" in ended.out) == (0, True), ended.out
    write(user, {"bad.yaml": COMPONENT.replace("container", "contaner")})
    ended = hooked()
    assert ended.code == 1
    assert "error[PXC102]" in ended.out
