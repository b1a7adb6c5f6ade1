"""Who signed a commit compiles its files: by pinned keys, and whatever the repository says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.command_line import run

pytestmark = pytest.mark.skipif(
    not (shutil.which("git") and shutil.which("ssh-keygen")), reason="needs git and ssh-keygen"
)

FILES = {
    "pxc.yaml": """\
project: p
identity: {require: verified, commits: {allowedSigners: keys/allowed_signers}}
""",
    "catalog/org.yaml": """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Project, name: p, teams: [vision]}
---
{kind: Grant, name: g, to: ["team:vision"], allow: [{use: ["**"]}]}
""",
    "parts/part.yaml": """\
kind: component
run: {kind: job, container: {image: "python:3.12-slim"}}
""",
    "train.yaml": "{kind: operation, pathRef: parts/part.yaml}\n",
}
COMMIT = ("--identity-commit", "HEAD")


class Repository:
    """A repository whose commits are signed by keys of their own."""

    def __init__(self, top, *words):
        self.top = top
        self.keys = top.parent / f"{top.name}-keys"
        self.keys.mkdir()
        self.git("init", "--quiet", "-b", "main", *words)
        self.git("config", "user.name", "ana")
        self.git("config", "user.email", "ana@example.com")
        self.git("config", "gpg.format", "ssh")
        for name, text in FILES.items():
            self.write(name, text)
        self.write("keys/allowed_signers", f"ana {self.key('ana')}\n")

    def write(self, name, text):
        (self.top / name).parent.mkdir(parents=True, exist_ok=True)
        (self.top / name).write_text(text)

    def git(self, *words):
        env = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        return subprocess.run(
            ["git", *words], cwd=self.top, env=env, check=True, capture_output=True, text=True
        ).stdout.strip()

    def key(self, name):
        path = self.keys / name
        if not path.exists():
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
            subprocess.run(command, check=True)
        return path.with_suffix(".pub").read_text().strip()

    def commit(self, signer="ana"):
        self.git("add", "--all")
        if signer is None:
            self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        else:
            self.key(signer)
            self.git(
                "-c", f"user.signingKey={self.keys / signer}",
                "commit", "--quiet", "--allow-empty", "-S", "-m", "a change",
            )  # fmt: skip
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    top = tmp_path / "work"
    top.mkdir()
    monkeypatch.chdir(top)
    for name in ("PXC_USER", "PXC_IDENTITY_TOKEN", "PXC_IDENTITY_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    return Repository(top)


def compiled(*words, file="train.yaml"):
    """The errors of a compilation: none, or their codes and messages."""
    ran = run("compile", file, *words, "--format", "json")
    found = json.loads(ran.err)["diagnostics"]
    errors = [(d["code"], d["message"]) for d in found if d["severity"] == "error"]
    assert bool(ran.out) is (ran.code == 0)
    return errors


def refused(reason, *words, code="PXC830"):
    found = compiled(*(words or COMMIT))
    assert [each for each, _ in found] == [code]
    assert reason in found[0][1]


def test_who_signed_a_commit_compiles_its_files(repository, monkeypatch):
    repository.commit()
    assert compiled(*COMMIT) == []
    assert [code for code, _ in compiled()] == ["PXC830"]
    monkeypatch.setenv("PXC_IDENTITY_COMMIT", "main")
    assert compiled() == []
    assert [code for code, _ in compiled("--as-user", "ana")] == ["PXC830"]


def test_a_repository_of_longer_digests(repository, tmp_path, monkeypatch):
    top = tmp_path / "longer"
    top.mkdir()
    monkeypatch.chdir(top)
    other = Repository(top, "--object-format=sha256")
    assert len(other.commit()) == 64
    assert compiled(*COMMIT) == []
    other.write("train.yaml", FILES["parts/part.yaml"])
    refused("`train.yaml`")


def test_the_name_of_the_key_is_the_user(repository):
    repository.write("keys/allowed_signers", f"zed@example.com {repository.key('ana')}\n")
    short = repository.commit()[:12]
    found = compiled(*COMMIT)
    assert [code for code, _ in found] == ["PXC812"]
    assert "zed@example.com" in found[0][1]
    ran = run("compile", "train.yaml", *COMMIT, "--audit-log", "../log.jsonl")
    assert ran.code == 1
    line = (repository.top.parent / "log.jsonl").read_text()
    assert f"commit {short}" in line
    assert "verified" in line


ALLOWED = [
    ("bo {key}", "bo", None),
    ('ana namespaces="git" {key}', "ana", None),
    ('ana namespaces="file" {key}', "ana", "wrong"),
    ('ana valid-before="20200101" {key}', "ana", ""),
    ('ana valid-after="20990101" {key}', "ana", ""),
    ("* {key}", "ana", "one name"),
    ("ana,bo {key}", "ana", "one name"),
    ("", "ana", "no pinned key"),
    ("nonsense", "ana", ""),
]


@pytest.mark.parametrize(("line", "signer", "reason"), ALLOWED)
def test_allowed_signers_are_read_as_openssh_does(repository, line, signer, reason):
    text = line.format(key=repository.key(signer))
    repository.write("keys/allowed_signers", f"{text}\n")
    repository.commit(signer)
    if reason is None:
        assert {code for code, _ in compiled(*COMMIT)} <= {"PXC812"}
    else:
        refused(reason)


def test_a_key_that_has_ended_since_signs_no_more(repository, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2019-06-01T00:00:00Z")
    repository.write(
        "keys/allowed_signers", f'ana valid-before="20200101" {repository.key("ana")}\n'
    )
    repository.commit()
    assert repository.git("log", "-1", "--format=%cd", "--date=short") == "2019-06-01"
    refused("no longer")


def test_a_commit_that_nobody_known_signed(repository):
    repository.commit(None)
    refused("it is not signed")
    repository.commit("other")
    refused("no pinned key")
    refused("believed", "--identity-commit", "nowhere")
    refused("believed", "--identity-commit", "--all")
    refused("believed", "--identity-commit", "HEAD:train.yaml")


def test_a_tag_is_the_commit_that_it_names(repository):
    repository.commit(None)
    signing = f"user.signingKey={repository.keys / 'ana'}"
    repository.git("-c", signing, "tag", "-s", "-m", "a tag", "v1")
    refused("it is not signed", "--identity-commit", "v1")
    repository.commit()
    repository.git("tag", "-m", "a tag", "v2")
    assert compiled("--identity-commit", "v2") == []


def test_what_differs_from_the_commit_is_named(repository):
    repository.commit()
    for name in ("train.yaml", "pxc.yaml"):
        text = (repository.top / name).read_text()
        repository.write(name, f"{text}# edited\n")
        refused(f"`{name}`")
        repository.write(name, text)
    repository.write("parts/part.yaml", f"{FILES['parts/part.yaml']}# edited\n")
    found = compiled(*COMMIT)
    assert len(found) == 1
    assert "parts/part.yaml" in found[0][1]
    assert "signed commit" in found[0][1]
    repository.write("parts/part.yaml", FILES["parts/part.yaml"])
    repository.write("new.yaml", FILES["parts/part.yaml"])
    assert [code for code, _ in compiled(*COMMIT, file="new.yaml")] == ["PXC830"]
    (repository.top / "link.yaml").symlink_to("train.yaml")
    assert [code for code, _ in compiled(*COMMIT, file="link.yaml")] == ["PXC830"]
    assert compiled(*COMMIT) == []


def test_a_wrong_signature(repository):
    """The commit of another message, with the signature of the first."""
    repository.commit()
    raw = repository.git("cat-file", "commit", "HEAD").replace("a change", "another")
    (repository.keys / "raw").write_text(f"{raw}\n")
    forged = repository.git("hash-object", "-t", "commit", "-w", str(repository.keys / "raw"))
    refused("wrong", "--identity-commit", forged)


def test_replaced_objects_are_not_looked_at(repository):
    signed = repository.commit()
    repository.write("train.yaml", f"{FILES['train.yaml']}# edited\n")
    other = repository.commit(None)
    repository.git("replace", signed, other)
    refused("`train.yaml`", "--identity-commit", signed)
    repository.git("replace", "-d", signed)
    repository.git("replace", other, signed)
    refused("it is not signed", "--identity-commit", other)


def test_a_folder_whose_object_was_overwritten_is_not_believed(repository):
    repository.commit()
    tree = repository.git("rev-parse", "HEAD:parts")
    repository.write("parts/part.yaml", f"{FILES['parts/part.yaml']}# edited\n")
    repository.git("add", "--all")
    other = repository.git("write-tree", "--prefix=parts/")
    objects = repository.top / ".git" / "objects"
    place = objects / tree[:2] / tree[2:]
    place.chmod(0o600)
    shutil.copyfile(objects / other[:2] / other[2:], place)
    refused("believed")


def test_the_repository_runs_nothing(repository):
    script = repository.keys / "script"
    script.write_text(f"#!/bin/sh\ntouch {repository.keys}/ran\necho 'Good \"git\" signature'\n")
    script.chmod(0o755)
    repository.commit("other")
    for key in (
        "gpg.program", "gpg.ssh.program", "gpg.openpgp.program", "gpg.ssh.defaultKeyCommand",
        "core.fsmonitor", "core.pager", "pager.log", "core.sshCommand", "core.editor",
    ):  # fmt: skip
        repository.git("config", key, str(script))
    repository.git("config", "core.hooksPath", str(repository.keys))
    keys = repository.keys / "allowed"
    keys.write_text(f"ana {repository.key('other')}\n")
    repository.git("config", "gpg.ssh.allowedSignersFile", str(keys))
    repository.git("config", "gpg.format", "openpgp")
    refused("no pinned key")
    assert not (repository.keys / "ran").exists()


def test_objects_that_are_not_there_are_not_fetched(repository):
    script = repository.keys / "script"
    script.write_text(f"#!/bin/sh\ntouch {repository.keys}/ran\n")
    script.chmod(0o755)
    repository.commit()
    tree = repository.git("rev-parse", "HEAD:parts")
    for key, value in (
        ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "elsewhere"),
        ("remote.elsewhere.url", f"ext::{script}"), ("remote.elsewhere.promisor", "true"),
        ("protocol.ext.allow", "always"),
    ):  # fmt: skip
        repository.git("config", key, value)
    (repository.top / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    refused("believed")
    refused("believed", "--identity-commit", "1" * 40)
    assert not (repository.keys / "ran").exists()


def test_keys_are_those_of_the_commit_whose_rules_hold(repository):
    base = repository.commit()
    repository.write("keys/allowed_signers", f"ana {repository.key('other')}\n")
    repository.commit("other")
    assert compiled(*COMMIT) == []
    refused("no pinned key", *COMMIT, "--catalog-ref", base)
    repository.commit("ana")
    assert compiled(*COMMIT, "--catalog-ref", base) == []


def test_one_thing_says_who_asks(repository, monkeypatch):
    repository.commit()
    assert run("compile", "train.yaml", *COMMIT, "--as-user", "ana").code == 2
    assert run("compile", "train.yaml", *COMMIT, "--identity-token", "t").code == 2
    monkeypatch.setenv("PXC_IDENTITY_COMMIT", "HEAD")
    monkeypatch.setenv("PXC_IDENTITY_TOKEN", "t")
    assert run("compile", "train.yaml").code == 2


def test_without_pinned_keys_no_commit_is_believed(repository):
    repository.write("pxc.yaml", "project: p\n")
    repository.commit()
    refused("no keys")
