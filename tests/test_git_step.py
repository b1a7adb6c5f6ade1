"""The git step: what its script does in a real shell with a real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from pxc.options import Images
from pxc.targets._git import GIT_SCRIPT
from tests.emitting import JOB, emit, pod_of, refusals


def git(*args: str, at: Path) -> str:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(at),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "protocol.file.allow",
        "GIT_CONFIG_VALUE_0": "always",
    }
    ran = subprocess.run(
        ["git", *args], cwd=at, env=env, check=True, capture_output=True, timeout=60
    )
    return ran.stdout.decode().strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A bare repository: main with three commits, branch dev, tag v1, a submodule."""
    root = tmp_path_factory.mktemp("git")
    work, part = root / "work", root / "part"
    for place in (work, part):
        place.mkdir()
        git("init", "-q", "-b", "main", at=place)
    (part / "p.txt").write_text("part")
    git("add", ".", at=part)
    git("commit", "-qm", "part", at=part)
    heads = {}
    for number in ("1", "2", "3"):
        (work / "a.txt").write_text(number)
        git("add", ".", at=work)
        git("commit", "-qm", number, at=work)
        heads[number] = git("rev-parse", "HEAD", at=work)
        if number == "1":
            git("tag", "-a", "v1", "-m", "one", at=work)
    git("checkout", "-qb", "dev/x", heads["1"], at=work)
    (work / "a.txt").write_text("dev")
    git("commit", "-qam", "dev", at=work)
    git("checkout", "-qb", "parts", "main", at=work)
    git("submodule", "--quiet", "add", part.as_uri(), "sub", at=work)
    git("commit", "-qm", "sub", at=work)
    git("checkout", "-q", "main", at=work)
    git("clone", "-q", "--bare", str(work), str(root / "bare"), at=root)
    git("config", "uploadpack.allowAnySHA1InWant", "true", at=root / "bare")
    git("config", "uploadpack.allowFilter", "true", at=root / "bare")
    return {"url": (root / "bare").as_uri(), "two": heads["2"], "three": heads["3"]}


def check_out(
    place: Path, url: str, revision: str = "", flags: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the emitted container's own command, arguments and variables in a local shell."""
    written = {"git": url, "to": str(place / "repo"), "flags": list(flags)}
    if revision:
        written["revision"] = revision
    text = JOB + yaml.safe_dump({"init": [written]})
    container = pod_of(emit(text)[0])["initContainers"][0]
    env = {e["name"]: e["value"] for e in container["env"]} | {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "protocol.file.allow",
        "GIT_CONFIG_VALUE_0": "always",
    }
    command = [*container["command"], *container.get("args", ())]
    assert container["image"] == Images().git
    return subprocess.run(command, env=env, cwd=place, capture_output=True, text=True, timeout=60)


CHECKOUTS = [
    ("", (), "3"),
    ("HEAD", (), "3"),
    ("dev/x", (), "dev"),
    ("v1", (), "1"),
    ("refs/tags/v1", (), "1"),
    ("two", (), "2"),
    ("two[:8]", (), "2"),
    ("", ("--depth=1",), "3"),
    ("dev/x", ("--depth=1",), "dev"),
    ("v1", ("--depth=1", "--no-tags"), "1"),
    ("two", ("--depth 1",), "2"),
    ("two", ("--single-branch", "--branch=dev/x"), "2"),
    ("two", ("--filter=blob:none",), "2"),
    ("dev/x", ("--filter=blob:none", "-c http.sslVerify=false"), "dev"),
    ("parts", ("--recursive",), "3"),
]


@pytest.mark.parametrize(("revision", "flags", "meant"), CHECKOUTS)
def test_git_checks_out(
    tmp_path: Path, repository: dict[str, str], revision: str, flags: tuple[str, ...], meant: str
) -> None:
    named = {"two": repository["two"], "two[:8]": repository["two"][:8]}
    ran = check_out(tmp_path, repository["url"], named.get(revision, revision), flags)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "repo/a.txt").read_text() == meant
    assert (tmp_path / "repo/sub/p.txt").exists() == (revision == "parts")
    if flags[:1] == ("--depth=1",):
        assert git("rev-list", "--count", "HEAD", at=tmp_path / "repo") == "1"


def test_git_starts_again_after_half_a_checkout(tmp_path: Path, repository: dict[str, str]) -> None:
    for revision in ("v1", "dev/x", ""):
        ran = check_out(tmp_path, repository["url"], revision)
        assert ran.returncode == 0, ran.stderr
        (tmp_path / "repo/.left").write_text("over")
    assert (tmp_path / "repo/a.txt").read_text() == "3"


@pytest.mark.parametrize(
    ("url", "revision"),
    [
        ("$(touch HIT)", ""),
        ("'; touch HIT; '", "`touch HIT`"),
        ("--upload-pack=touch HIT", ""),
        ("ext::sh -c 'touch HIT'", ""),
        ("URL", "$(touch HIT)"),
        ("URL", "x; touch HIT"),
        ("URL", "nowhere"),
    ],
)
def test_git_never_runs_what_is_written(
    tmp_path: Path, repository: dict[str, str], url: str, revision: str
) -> None:
    ran = check_out(tmp_path, url.replace("URL", repository["url"]), revision)
    assert ran.returncode != 0
    assert not list(tmp_path.rglob("HIT"))


def test_the_git_script_has_nothing_that_the_kubelet_expands() -> None:
    assert "$(" not in GIT_SCRIPT
    assert "$$" not in GIT_SCRIPT


def test_git_takes_run_time_values() -> None:
    text = (
        JOB + "init: [{git: 'https://h/{{ globals.namespace }}', revision: '{{ globals.uuid }}'}]"
    )
    env = pod_of(emit(text)[0])["initContainers"][0]["env"]
    assert [e["name"] for e in env[:2]] == ["PXC_NAMESPACE", "PXC_RUN_UUID"]
    assert env[2] == {"name": "PXC_GIT_URL", "value": "https://h/$(PXC_NAMESPACE)"}


PROGRAMS = ("--upload-pack=touch HIT", "--upload-pack touch", "--u touch", "-u touch", "-utouch", "-qu x",
            "--depth=1 --upl=x")  # fmt: skip


@pytest.mark.parametrize("flag", PROGRAMS)
def test_no_flag_starts_a_program(flag: str) -> None:
    [said] = refusals(f"{JOB}init: [{{git: 'https://h/r', flags: ['{flag}']}}]")
    assert said == f"PXC116 git starts a program of the author's for `{flag}`"


@pytest.mark.parametrize(
    "flag",
    [
        "--branch={{ globals.uuid }}",
        "-b {{ globals.uuid }}",
        "-b x{{ globals.uuid }}",
        "--depth=1 --branch {{ globals.uuid }}",
    ],
)
def test_a_flag_takes_a_value_of_the_run(flag: str) -> None:
    found = pod_of(emit(f"{JOB}init: [{{git: 'https://h/r', flags: ['{flag}']}}]")[0])
    assert found["initContainers"][0]["args"][-1].endswith("$(PXC_RUN_UUID)")


@pytest.mark.parametrize(
    "flag",
    [
        "{{ globals.uuid }}",
        "--{{ globals.uuid }}",
        "-c {{ globals.uuid }}",
        "-c core.sshCommand={{ globals.uuid }}",
        "--template={{ globals.uuid }}",
        "-b x {{ globals.uuid }}",
        "--branch{{ globals.uuid }}",
    ],
)
def test_a_value_of_the_run_is_no_option(flag: str) -> None:
    [said] = refusals(f"{JOB}init: [{{git: 'https://h/r', flags: ['{flag}']}}]")
    assert said == "PXC703 a git flag that only the run knows could be any option"
