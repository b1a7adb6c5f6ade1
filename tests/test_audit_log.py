"""The audit log: what a line tells, what breaks the chain, and what is never written into it."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from tests.command_line import run

CATALOG = """\
{kind: Organization, name: acme, members: [{user: ana, role: owner}]}
---
{kind: Project, name: p}
---
{kind: Grant, name: g, to: ["user:ana"], allow: [{use: ["secret:db"]}]}
"""
FILE = """\
kind: component
inputs: [{name: word, type: str, value: hunter2}]
run:
  kind: job
  container:
    image: python:3.12-slim
    env: [{name: A, valueFrom: {secretKeyRef: {name: NAME, key: k}}}, {name: B, value: "{{ word }} swordfish"}]
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "org.yaml").write_text(CATALOG)
    for name in ("db", "other"):
        (tmp_path / f"{name}.yaml").write_text(FILE.replace("NAME", name))
    return tmp_path


def compiled(*files, log="audit.jsonl", today="2027-01-15"):
    return run(
        "compile", *files, "--catalog", "org.yaml", "--project", "p", "--as-user", "ana",
        "--today", today, "--audit-log", log,
    )  # fmt: skip


def entries(here):
    return [json.loads(line) for line in (here / "audit.jsonl").read_text().splitlines()]


def test_what_a_line_tells(here):
    assert compiled("db.yaml").code == 0
    assert compiled("other.yaml").code == 1
    allowed, denied = entries(here)
    assert (allowed["allowed"], denied["allowed"]) == (True, False)
    assert allowed["subject"] == "user:ana"
    assert (allowed["strength"], allowed["from"]) == ("asserted", "--as-user")
    assert allowed["sources"][0]["name"] == "db.yaml"
    (secret,) = [c for c in allowed["claims"] if c["what"].startswith("secret:")]
    assert (secret["by"], secret["rule"], secret["place"][:8]) == ("grant", "g", "db.yaml:")
    (secret,) = [c for c in denied["claims"] if c["what"].startswith("secret:")]
    assert (secret["allowed"], secret["reason"]) == (False, "access-denied")
    assert allowed["catalog"] == denied["catalog"]
    assert (here / "audit.jsonl").stat().st_mode & 0o077 == 0


def test_no_values_are_written(here):
    compiled("db.yaml")
    text = (here / "audit.jsonl").read_text()
    assert "hunter2" not in text
    assert "swordfish" not in text


def test_the_same_decision_has_the_same_id(here):
    compiled("db.yaml", "other.yaml")
    compiled("db.yaml")
    compiled("db.yaml", today="2027-01-16")
    one, other, again, later = entries(here)
    assert one["id"] == again["id"] == later["id"]
    assert one["today"] != later["today"]
    assert one["id"] != other["id"]
    ran = run("acl", "log", "audit.jsonl")
    assert ran.code == 0
    assert ran.out.splitlines()[-2:] == [
        f"the last hash is {later['hash']}",
        "4 decisions, none changed or left out",
    ]
    ran = run("acl", "log", "audit.jsonl", "--id", one["id"])
    assert json.loads(ran.out) == later
    assert run("acl", "log", "audit.jsonl", "--id", "0").code == 1


def swap(lines):
    return [lines[1], lines[0], *lines[2:]]


CHANGED = {
    "a word": lambda lines: [lines[0].replace("user:ana", "user:bob"), *lines[1:]],
    "left out": lambda lines: [lines[0], *lines[2:]],
    "the first left out": lambda lines: lines[1:],
    "the other way round": swap,
    "twice": lambda lines: [lines[0], lines[0], *lines[1:]],
    "something else": lambda lines: [*lines, "hello"],
    "a list": lambda lines: [*lines, "[]"],
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_log_that_was_changed_is_told(here, name):
    for file in ("db.yaml", "other.yaml", "db.yaml"):
        compiled(file)
    path = here / "audit.jsonl"
    path.write_text("\n".join([*CHANGED[name](path.read_text().splitlines()), ""]))
    ran = run("acl", "log", "audit.jsonl")
    assert ran.code == 1
    assert "was changed: line" in ran.err


@pytest.mark.parametrize("cut", [lambda t: t[:-1], lambda t: t[:-20] + "\n", lambda t: t + "{}\n"])
def test_a_log_that_does_not_end_right_is_not_continued(here, cut):
    compiled("db.yaml")
    path = here / "audit.jsonl"
    path.write_text(cut(path.read_text()))
    before = path.read_bytes()
    ran = compiled("db.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot continue" in ran.err
    assert path.read_bytes() == before


def test_what_cannot_be_logged_is_not_done(here):
    ran = compiled("db.yaml", log="nowhere/audit.jsonl")
    assert (ran.code, ran.out) == (2, "")


def test_a_log_of_the_first_kind_goes_on(here):
    """Lines that were written before outcomes were are read, shown and continued."""
    compiled("db.yaml")
    [first] = entries(here)
    said = {k: v for k, v in first.items() if k not in ("outcome", "errors", "hash")}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    said["hash"] = sha256(text.encode()).hexdigest()
    line = json.dumps(said, sort_keys=True, separators=(",", ":"))
    (here / "audit.jsonl").write_text(f"{line}\n")
    assert compiled("other.yaml").code == 1
    ran = run("acl", "log", "audit.jsonl")
    assert ran.code == 0
    assert ["  allowed  " in ran.out, "  denied  " in ran.out] == [True, True]
