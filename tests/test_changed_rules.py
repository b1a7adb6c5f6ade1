"""A change is judged by the rules of a commit, and by its own as far as whoever makes it may."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Ran, run
from tests.test_catalog_ref import git, write

RULES = """
kind: Organization
name: acme
members: [{user: boss, role: manager}, {user: ana, role: member}]
---
kind: Project
name: default
---
kind: Grant
name: old
to: ["*"]
allow: [{use: ["serviceAccount:old"]}]
"""
JOB = """
kind: component
name: t
run: {kind: job, environment: {serviceAccountName: NAME}, container: {image: 'a:1'}}
"""
NEW = "{kind: Grant, name: new, to: ['*'], allow: [{use: ['serviceAccount:new']}]}"
DENY = "{kind: Deny, name: none, to: ['*'], deny: ['serviceAccount:old'], because: 'it is old'}"
OFF = "organization: acme\nacl: {mode: off}\n"
DEMOTED = RULES.replace("ana, role: member", "ana, role: manager")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path / "pxc.yaml", "organization: acme\n")
    write(tmp_path / "catalog" / "rules.yaml", RULES)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "base")
    for name in ("old", "new"):
        write(tmp_path / f"{name}.yaml", JOB.replace("NAME", name))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compiled(name: str, user: str, monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setenv("PXC_USER", user)
    return run("compile", f"{name}.yaml", "--catalog-ref", "HEAD")


CHANGES = {
    "nothing": ("old", {}, 0, 0),
    "a use": ("new", {}, 1, 1),
    "a use and its grant": ("new", {"catalog/new.yaml": NEW}, 1, 0),
    "no more rules": ("new", {"catalog/rules.yaml": "{kind: Organization, name: acme}"}, 1, 1),
    "a switch": ("new", {"pxc.yaml": OFF}, 1, 0),
    "rights of one's own": ("new", {"catalog/new.yaml": NEW, "catalog/rules.yaml": DEMOTED}, 1, 0),
    "what forbids its use": ("old", {"catalog/deny.yaml": DENY}, 1, 1),
    "what breaks the rules": ("old", {"catalog/bad.yaml": "kind: Grnat"}, 1, 1),
}
"""What a change does: the file it compiles, the files it edits, how it ends for ana and boss."""


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("user", ["ana", "boss"])
def test_rules_of_a_change(
    change: str, user: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, files, of_ana, of_boss = CHANGES[change]
    for path, text in files.items():
        write(repository / path, text)
    done = compiled(name, user, monkeypatch)
    code = of_ana if user == "ana" else of_boss
    assert done.code == code, done.err
    assert bool(done.out) == (code == 0)
    is_told = name == "new" and code == 0
    assert done.err.count("[PXC831]") == is_told
    assert ("the rules of this change would allow it" in done.err) == (
        code == 1 and of_boss == 0 and user == "ana"
    )


def test_what_is_no_matter_of_rules_is_told_once(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository / "new.yaml", JOB.replace("NAME", "new").replace("kind: job", "kind: jbo"))
    write(repository / "catalog" / "new.yaml", NEW)
    for user in ("ana", "boss"):
        done = compiled("new", user, monkeypatch)
        assert (done.code, done.err.count("error[")) == (1, 1)


def test_nobody_may_edit_rules_without_a_name(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository / "catalog" / "new.yaml", NEW)
    monkeypatch.delenv("PXC_USER", raising=False)
    assert run("compile", "new.yaml", "--catalog-ref", "HEAD").code == 1


def test_what_a_change_gives_is_shown(repository: Path) -> None:
    """Between commits, and between one and the files as they lie there."""
    write(repository / "catalog" / "new.yaml", NEW)
    told = run("acl", "diff", "HEAD")
    assert told.code == 0, told.err
    assert "serviceAccount:new" in told.out
    assert run("acl", "diff", "HEAD..HEAD").out == "nobody gains or loses anything\n"
    git(repository, "add", "catalog")
    git(repository, "commit", "-qm", "more")
    assert run("acl", "diff", "HEAD~1..HEAD").out == told.out
    assert run("acl", "diff", "HEAD~1", "HEAD").out == told.out
    assert run("acl", "diff", "HEAD~1", "catalog").out == told.out
    assert run("acl", "diff", "HEAD").out == "nobody gains or loses anything\n"
    assert run("acl", "diff", "none").code == 2
