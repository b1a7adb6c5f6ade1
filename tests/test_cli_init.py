"""`pxc init` writes a workspace that works as it is, and never over a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.catalog.files import FileCatalog
from pxc.cli.starting_files import starting_files
from pxc.defaults import read_defaults
from pxc.diagnostics import Report
from pxc.driver.disk import read_settings_yaml
from pxc.language import PolyaxonLanguage
from tests.command_line import run, write
from tests.reading import found


def test_what_it_writes_works(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    ran = run("init", folder)
    assert ran.code == 0
    assert ran.err == ""
    assert f"wrote {folder.as_posix()}/pxc.yaml\n" in ran.out
    done = run("compile", folder / "train.yaml", "-P", "epochs=5")
    assert done.code == 0, done.err
    assert done.err == ""
    assert "demo writes to /scratch" in done.out
    assert 'value: "5"' in done.out
    assert "namespace: demo" in done.out
    assert "activeDeadlineSeconds: 86400" in done.out
    with_gpu = run("compile", folder / "train.yaml", "--preset", "gpu")
    assert 'nvidia.com/gpu: "1"' in with_gpu.out
    assert run("lint", folder).code == 0


@pytest.mark.parametrize(
    ("project", "organization", "user"),
    [
        ("demo", "acme", "ana"),
        ("vision/detector", "acme", "ci.bot"),
        ("9", "123", "null"),
        ("Vision_X/Big.Model", "yes", "1e5"),
    ],
)
def test_rules_are_read_without_a_fault(
    tmp_path: Path, project: str, organization: str, user: str
) -> None:
    ran = run(
        "init", tmp_path, "--project", project, "--organization", organization, "--user", user
    )
    assert ran.code == 0, ran.err
    report = Report()
    defaults = read_defaults(tmp_path, read_settings_yaml)
    made = FileCatalog(defaults.catalog, PolyaxonLanguage(), report)
    assert found(report) == []
    rules = made.rules
    assert rules.declared
    assert rules.organization is not None
    assert rules.organization.name == organization == defaults.options.organization
    assert rules.teams["ml"].members[0].subject == f"user:{user}"
    assert project in rules.projects
    assert defaults.options.project == project
    assert defaults.options.acl.mode == "enforce"
    tested = run("acl", "test", "--mutate", "--catalog", tmp_path / "catalog", "--isolated")
    assert tested.code == 0, tested.out + tested.err
    assert "3 cases, 0 failed; 2 of 2 rules decide one" in tested.out
    assert "/catalog/ @OWNERS" in (tmp_path / ".github/CODEOWNERS").read_text()


def test_the_user_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PXC_USER", "user:bo")
    assert run("init", tmp_path, "--organization", "acme").code == 0
    assert "{user: bo, role: owner}" in (tmp_path / "catalog/organization.yaml").read_text()


def test_its_rules_let_the_user_in_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run("init", tmp_path, "--organization", "acme", "--user", "bo")
    assert f"Try: PXC_USER=bo pxc compile {tmp_path.as_posix()}/train.yaml\n" in ran.out
    for user, more, code in (
        ("bo", (), 0),
        ("bo", ("--preset", "gpu"), 0),
        ("zed", (), 1),
        ("", (), 1),
        ("bo", ("--project", "other"), 1),
        ("bo", ("--namespace", "other"), 0),  # the project's own goes before it
    ):
        monkeypatch.setenv("PXC_USER", user)
        for target in ("kubernetes", "argo", "airflow"):
            done = run("compile", tmp_path / "train.yaml", "-t", target, *more)
            assert done.code == code, (user, more, target, done.err)
            assert ("CompilationError" in done.err) == bool(code)
            assert bool(done.out) != bool(code)


@pytest.mark.parametrize("path", [*starting_files("demo", "acme", "ana")])
def test_never_over_a_file(tmp_path: Path, path: str) -> None:
    write(tmp_path, {path: "mine\n"})
    ran = run("init", tmp_path, "--organization", "acme")
    assert ran.code == 2
    assert path in ran.err
    assert "is there already" in ran.err
    assert (tmp_path / path).read_text() == "mine\n"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / path]


def test_not_over_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "pxc.yaml").symlink_to(tmp_path / "nowhere")
    assert run("init", tmp_path).code == 2
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", ["", "a b", "../x", "/a", "a/"])
def test_a_name_that_cannot_be(tmp_path: Path, name: str) -> None:
    for option in ("--project", "--organization", "--user"):
        ran = run("init", tmp_path, option, name)
        assert ran.code == 2
        assert "use letters" in ran.err
    assert list(tmp_path.iterdir()) == []
