"""A change does not make the rules it is judged by: pxc.yaml and catalog are those of a commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command_line import Ran, run

PXC = "namespace: trusted\ncatalog: rules\n"
JOB = "version: 1.1\nkind: component\nname: t\nrun: {kind: job, connections: [NAME], container: {image: 'a:1'}}\n"


def connection(name: str) -> str:
    return (
        f"kind: Connection\nname: {name}\nspec: {{kind: volume_claim,"
        f" schema: {{volumeClaim: {name}, mountPath: /{name}}}}}\n"
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(folder: Path, *arguments: str) -> None:
    line = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run([*line, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One whose commit `base` has one connection, and whose work tree has another one besides."""
    write(tmp_path / "pxc.yaml", PXC)
    write(tmp_path / "rules" / "old.yaml", connection("old"))
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "base")
    git(tmp_path, "branch", "base")
    (tmp_path / "rules" / "old.yaml").unlink()
    write(tmp_path / "pxc.yaml", "namespace: taken\ncatalog: mine\n")
    write(tmp_path / "mine" / "both.yaml", f"{connection('new')}---\n{connection('old')}")
    write(tmp_path / "jobs" / "old.yaml", JOB.replace("NAME", "old"))
    write(tmp_path / "jobs" / "new.yaml", JOB.replace("NAME", "new"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compiled(name: str, *more: str) -> Ran:
    return run("compile", f"jobs/{name}.yaml", *more)


def test_the_rules_are_those_of_the_commit(repository: Path) -> None:
    here, there = compiled("new"), compiled("new", "--catalog-ref", "base")
    assert (here.code, there.code) == (0, 1)
    assert "namespace: taken" in here.out
    assert "`new`" in there.err
    assert "PXC" in there.err
    done = compiled("old", "--catalog-ref", "base")
    assert done.code == 0, done.err
    assert "namespace: trusted" in done.out
    assert "claimName: old" in done.out


def test_no_file_of_the_change_makes_another_workspace(repository: Path) -> None:
    write(repository / "jobs" / "pxc.yaml", "namespace: inner\n")
    (repository / "mine").rename(repository / "jobs" / "catalog")
    assert "namespace: inner" in compiled("new").out
    assert compiled("new", "--catalog-ref", "base").code == 1
    assert compiled("old", "--catalog-ref", "base").out.count("namespace: trusted") == 1


def test_nor_does_a_repository_inside_of_it(repository: Path) -> None:
    """What a change brings along as a submodule has rules of its own."""
    git(repository / "jobs", "init", "-q", "-b", "base")
    write(repository / "jobs" / "pxc.yaml", "namespace: inner\n")
    (repository / "mine").rename(repository / "jobs" / "catalog")
    git(repository / "jobs", "add", ".")
    git(repository / "jobs", "commit", "-qm", "own")
    assert compiled("new").code == 0
    assert compiled("new", "--catalog-ref", "base").code == 1


def test_replaced_objects_and_links_change_nothing(repository: Path) -> None:
    blob = subprocess.run(
        ["git", "rev-parse", "base:rules/old.yaml"], capture_output=True, text=True, check=True
    ).stdout.strip()
    other = subprocess.run(
        ["git", "hash-object", "-w", "mine/both.yaml"], capture_output=True, text=True, check=True
    ).stdout.strip()
    git(repository, "replace", blob, other)
    assert compiled("old", "--catalog-ref", "base").code == 0
    (repository / "rules").mkdir(exist_ok=True)
    (repository / "rules" / "link.yaml").symlink_to("../mine/both.yaml")
    write(repository / "pxc.yaml", PXC)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "a link")
    done = compiled("new", "--catalog-ref", "HEAD")
    assert (done.code, done.out) == (2, "")
    assert "`rules/link.yaml@HEAD`: it is no file of the commit" in done.err


def test_faults_of_the_commit_are_told_with_its_name(repository: Path) -> None:
    write(repository / "rules" / "bad.yaml", "kind: Conection\nname: x\n")
    write(repository / "pxc.yaml", PXC)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "bad")
    write(repository / "rules" / "bad.yaml", "")
    done = compiled("new", "--catalog-ref", "HEAD")
    assert "rules/bad.yaml@HEAD:1:7" in done.err
    assert "Connection" in done.err


def test_files_are_linted_by_them_in_several_processes(repository: Path) -> None:
    for at in range(60):
        write(repository / "many" / f"{at}.yaml", JOB.replace("NAME", "new"))
    told = run("lint", "many", "--catalog-ref", "base", "--no-cache", "--jobs", "2")
    assert (told.code, told.err.count("internal-error")) == (1, 0)
    assert run("lint", "many", "--jobs", "2", "--no-cache").code == 0


def test_a_workspace_names_the_commit_of_its_rules(repository: Path) -> None:
    write(repository / "pxc.yaml", "catalog: mine\ntrust: {baseRef: base}\n")
    assert compiled("new").code == 1
    assert "namespace: trusted" in compiled("old").out
    assert compiled("new", "--catalog-ref", ".").code == 0
    write(repository / "pxc.yaml", "trust: {baseRef: gone}\n")
    done = compiled("old")
    assert (done.code, "the rules of `gone`: there is no commit" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("ref", "said"),
    [("none", "there is no commit `none`"), ("--help", "there is no commit"),
     ("base:rules", "there is no commit"), ("", "there is no commit")],
)  # fmt: skip
def test_a_name_of_no_commit_is_refused(repository: Path, ref: str, said: str) -> None:
    done = compiled("old", f"--catalog-ref={ref}")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_commit_without_rules_allows_nothing(repository: Path, tmp_path: Path) -> None:
    git(repository, "rm", "-q", "--cached", "pxc.yaml")
    git(repository, "commit", "-qm", "none")
    done = compiled("old", "--catalog-ref", "HEAD")
    assert (done.code, "no pxc.yaml in `HEAD`" in done.err) == (2, True)
    assert compiled("old", "--catalog-ref", "base", "--isolated").code == 2


def test_outside_of_a_repository_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "f.yaml", JOB)
    done = run("compile", "f.yaml", "--catalog-ref", "main")
    assert (done.code, "not a git repository" in done.err) == (2, True)


def test_what_a_partial_clone_lacks_is_not_fetched(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "taken")
    clone = tmp_path_factory.mktemp("partial") / "clone"
    git(repository, "clone", "-q", "--filter=blob:none", f"file://{repository}", str(clone))
    monkeypatch.chdir(clone)
    ran = compiled("old", "--catalog-ref", "origin/base")
    assert ran.code != 0
    assert "this partial clone lacks files of it" in ran.err
    git(clone, "-c", "advice.detachedHead=false", "checkout", "-q", "origin/base")  # fetches them
    git(clone, "checkout", "-q", "-")
    assert compiled("old", "--catalog-ref", "origin/base").code == 0
