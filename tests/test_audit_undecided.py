"""Files on which nothing is decided have their line in the audit log, too, in the same chain."""

from __future__ import annotations

import json
import os
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pxc.access.audit import broken_at
from tests.command_line import Ran, run

RULES = """\
{kind: Organization, name: acme, members: [{user: ana, role: owner}]}
---
{kind: Project, name: p}
---
{kind: Grant, name: g, to: ["user:ana"], allow: [{use: ["secret:db", "accelerator:**"]}]}
"""
JOB = "kind: component\nrun: {kind: job, container: {image: 'a:1', command: [a] MORE}}\n"
SECRET = ", env: [{name: A, valueFrom: {secretKeyRef: {name: %s, key: k}}}]"

FILES = {
    "allowed.yaml": (JOB.replace("MORE", SECRET % "db"), "allowed", [], 0),
    "denied.yaml": (JOB.replace("MORE", SECRET % "other"), "denied", ["PXC801"], 1),
    "syntax.yaml": ("kind: component\nrun: [swordfish\n", "error", ["PXC001"], 1),
    "typed.yaml": (
        "kind: component\ninputs: [{name: n, type: int, value: swordfish}]\n"
        + JOB.replace("MORE", "").partition("\n")[2],
        "error",
        ["PXC202"],
        1,
    ),
    "missing.yaml": (None, "error", ["PXC021"], 2),
}
"""What a file holds, what becomes of it alone, by which findings, and the exit status."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "org.yaml").write_text(RULES)
    for name, (text, *_) in FILES.items():
        if text is not None:
            (tmp_path / name).write_text(text)
    return tmp_path


def compiled(*files: str, options: tuple[str, ...] = ("--catalog", "org.yaml")) -> Ran:
    return run(
        "compile", *files, *options, "--project", "p", "--as-user", "ana", "--today", "2027-01-15",
        "--audit-log", "audit.jsonl",
    )  # fmt: skip


def entries(here: Path) -> list[dict[str, Any]]:
    lines = (here / "audit.jsonl").read_text().splitlines()
    assert broken_at(lines) is None
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", FILES)
def test_what_becomes_of_a_file(name: str, here: Path) -> None:
    _, outcome, codes, status = FILES[name]
    ran = compiled(name)
    assert (ran.code, bool(ran.out)) == (status, status == 0)
    [entry] = entries(here)
    assert entry["outcome"] == outcome
    assert [each["code"] for each in entry["errors"]] == codes
    assert entry["allowed"] is {"allowed": True, "denied": False}.get(outcome)
    assert [source["name"] for source in entry["sources"]] == [name]
    assert bool(entry["sources"][0]["sha256"]) is (name != "missing.yaml")
    assert (entry["subject"], entry["strength"]) == ("user:ana", "asserted")
    assert "swordfish" not in (here / "audit.jsonl").read_text()


@pytest.mark.parametrize(("first", "second"), [*product(FILES, FILES)])
def test_each_file_has_one_line(first: str, second: str, here: Path) -> None:
    """A file that cannot be read ends the command before any is compiled."""
    ran = compiled(first, second)
    found = entries(here)
    assert [e["sources"][0]["name"] for e in found] == [first, second]
    wanted = [FILES[first][1], FILES[second][1]]
    assert [e["outcome"] for e in found] == (
        ["error", "error"] if "missing.yaml" in (first, second) else wanted
    )
    assert bool(ran.out) is (wanted == ["allowed", "allowed"])


AROUND = {
    # what is around a good file: options, further files, the outcome, codes, fault, status
    "no rules": (("--catalog", "open.yaml"), {"open.yaml": "connections: []"}, "no-rules", [], "", 0),
    "no catalog": ((), {}, "no-rules", [], "", 0),
    "mode off": (
        (), {"pxc.yaml": "catalog: org.yaml\nacl: {mode: 'off'}\n"}, "off", [], "", 0,
    ),
    "mode warn": ((), {"pxc.yaml": "catalog: org.yaml\nacl: {mode: warn}\n"}, "allowed", [], "", 0),
    "rules that cannot be read": (
        ("--catalog", "wrong.yaml"), {"wrong.yaml": RULES + "---\n{kind: Grant, name: [\n"},
        "error", ["PXC001"], "", 1,
    ),
    "rules with a slip": (
        ("--catalog", "wrong.yaml"), {"wrong.yaml": RULES.replace("to: [", "too: [")},
        "error", ["PXC810", "PXC810"], "", 1,
    ),
    "no such organization": (
        (), {"pxc.yaml": "catalog: org.yaml\norganization: other\n"}, "error", ["PXC810"], "", 1,
    ),
    "no such commit": (
        ("--catalog", "org.yaml", "--catalog-ref", "nowhere"), {}, "error", [],
        "wrong use: the rules of `nowhere`: ", 2,
    ),
    "a pxc.yaml at fault": ((), {"pxc.yaml": "acl: {mode: maybe}\n"}, "error", [], "wrong use: ", 2),
    "an identity that is less sure": (
        (), {"pxc.yaml": "catalog: org.yaml\nidentity: {require: verified, oidc: {issuers:"
             " ['https://x'], audience: pxc, jwks: k.json}}\n"}, "error", ["PXC830"], "", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_what_is_around_a_file(name: str, here: Path) -> None:
    options, files, outcome, codes, fault, status = AROUND[name]
    subprocess.run(["git", "init", "-q", here], check=True)
    for path, text in files.items():
        (here / path).write_text(text)
    ran = compiled("allowed.yaml", options=options)
    assert ran.code == status, ran.err
    [entry] = entries(here)
    assert entry["outcome"] == outcome
    assert [each["code"] for each in entry["errors"]] == codes
    assert (entry.get("fault") or "").startswith(fault)
    assert bool(entry.get("fault")) is bool(fault)
    shown = run("acl", "log", "audit.jsonl")
    assert shown.code == 0
    assert f"  {outcome}  " in shown.out
    decided = outcome in ("allowed", "denied")
    told = "1 decision, none" if decided else "0 decisions, 1 without one, none"
    assert told in shown.out
    assert run("acl", "log", "audit.jsonl", "--id", entry["id"]).code == 0


def test_what_a_quota_forbids_is_allowed_and_not_written(here: Path) -> None:
    (here / "org.yaml").write_text(
        RULES + "---\n{kind: Quota, name: q, for: {project: p}, limits: {nvidia.com/gpu: 1}}\n"
    )
    (here / "gpu.yaml").write_text(
        JOB.replace("MORE", ", resources: {limits: {nvidia.com/gpu: 2}}")
    )
    ran = compiled("gpu.yaml")
    assert (ran.code, ran.out) == (1, "")
    [entry] = entries(here)
    assert (entry["outcome"], [e["code"] for e in entry["errors"]]) == ("allowed", ["PXC820"])
    assert "(PXC820 gpu.yaml:" in run("acl", "log", "audit.jsonl").out


def test_a_fault_of_ours(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a target has written beyond the claims ends with 70, after the file before was decided."""
    import pxc.passes.plan_claims as module

    whole = module.claims_of

    def forgetful(*args: Any) -> Any:
        hidden = args[0].source == "second.yaml"
        return tuple(c for c in whole(*args) if not (hidden and c.kind == "secret"))

    (here / "second.yaml").write_text(FILES["allowed.yaml"][0] or "")
    monkeypatch.setattr(module, "claims_of", forgetful)
    ran = compiled("allowed.yaml", "second.yaml", "denied.yaml")
    assert (ran.code, ran.out) == (70, "")
    found = entries(here)
    assert [e["outcome"] for e in found] == ["allowed", "error", "error"]
    assert [e["sources"][0]["name"] for e in found] == [
        "allowed.yaml",
        "second.yaml",
        "denied.yaml",
    ]
    assert found[1]["fault"].startswith("fault of pxc: BeyondClaims in pxc.driver.access:")
    assert [e["project"] for e in found] == ["p", "p", ""]
    assert found[1]["rules"] == found[0]["rules"] != found[2]["rules"]
    assert str(here) not in (here / "audit.jsonl").read_text()


def test_a_fault_that_cannot_be_logged_is_still_told(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pxc.cli.compile

    def fails(*_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(pxc.cli.compile, "compile_request", fails)
    (here / "audit.jsonl").write_text("{}\n")
    ran = compiled("allowed.yaml")
    assert (ran.code, ran.out) == (70, "")
    assert "cannot continue" in ran.err
    assert "MemoryError" in ran.err
    assert (here / "audit.jsonl").read_text() == "{}\n"


def test_an_error_that_was_changed_is_found(here: Path) -> None:
    compiled("syntax.yaml")
    compiled("allowed.yaml")
    log = here / "audit.jsonl"
    for before, after in (('"outcome":"error"', '"outcome":"off"'), ("PXC001", "PXC002")):
        log_text = log.read_text()
        assert before in log_text
        log.write_text(log_text.replace(before, after))
        assert run("acl", "log", "audit.jsonl").code == 1
        log.write_text(log_text)
    log.write_text(log.read_text().split("\n", 1)[1])
    assert run("acl", "log", "audit.jsonl").code == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_catalog_that_may_not_be_read(here: Path) -> None:
    """The folder of the rules is closed to whoever compiles: nothing is allowed, and that is told."""
    rules = here / "rules"
    rules.mkdir()
    (here / "org.yaml").rename(rules / "org.yaml")
    assert compiled("allowed.yaml", options=("--catalog", "rules")).code == 0
    (here / "audit.jsonl").unlink()  # what it imports is there from now on
    rules.chmod(0)
    here.chmod(0o777)
    above = {f: f.stat().st_mode for f in here.parents if not f.stat().st_mode & 0o001}
    for folder in above:
        folder.chmod(above[folder] | 0o011)  # may be gone through
    os.seteuid(65534)
    try:
        ran = compiled("allowed.yaml", options=("--catalog", "rules"))
    finally:
        os.seteuid(0)
        rules.chmod(0o700)
        for folder, mode in above.items():
            folder.chmod(mode)
    assert (ran.code, ran.out) == (2, "")
    assert "cannot read `rules`: permission denied" in ran.err
    [entry] = entries(here)
    assert entry["outcome"] == "error"
    assert [each["code"] for each in entry["errors"]] == ["PXC021"]
