"""The commands of `pxc acl` on Polyaxonfiles: what a run needs, whether somebody may, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import Ran, run, write

FILE = """\
name: train
run:
  kind: job
  connections: [imagenet]
  container:
    image: "a:1"
    envFrom: [{secretRef: {name: s}}]
    resources: {limits: {nvidia.com/gpu: 2}}
"""
CATALOG = """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Project, name: vision/detector, teams: [vision]}
---
{kind: Connection, name: imagenet, spec: {kind: s3, schema: {bucket: "s3://in"}, secret: {name: k}}}
---
kind: Grant
name: vision-data
to: ["team:vision"]
allow: [{use: ["connection:imagenet", "accelerator:nvidia.com/gpu"]}]
"""


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PXC_USER", raising=False)
    write(tmp_path, {"a.yaml": FILE, "catalog/org.yaml": CATALOG,
                     "pxc.yaml": "project: vision/detector\n"})  # fmt: skip


def acl(command: str, *args: str) -> Ran:
    return run("acl", command, "a.yaml", "--today", "2030-01-01", *args)


def test_claims_without_any_catalog() -> None:
    Path("b.yaml").write_text(FILE.replace("  connections: [imagenet]\n", ""))
    ran = run("acl", "claims", "b.yaml", "--isolated")
    assert ran.code == 0, ran.err
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "use secret:s b.yaml:6:34" in lines
    assert "use accelerator:nvidia.com/gpu (2 a pod, 2 a run) b.yaml:7:42" in lines


def test_claims_as_data() -> None:
    ran = acl("claims", "--format", "json")
    assert ran.code == 0, ran.err
    found = {f"{c['kind']}:{c['name']}": c for c in json.loads(ran.out)["claims"]}
    assert found["secret:k"]["via"] == "connection:imagenet"
    assert found["accelerator:nvidia.com/gpu"]["perPod"] == "2"
    assert (found["secret:s"]["line"], found["secret:s"]["column"]) == (7, 34)


def test_claims_of_a_faulty_file() -> None:
    Path("a.yaml").write_text(FILE.replace("kind: job", "kind: jbo"))
    ran = acl("claims")
    assert (ran.code, ran.out) == (1, "")
    assert "error[PXC" in ran.err


def test_check() -> None:
    ran = acl("check", "--as-user", "ana")
    assert ran.code == 1
    assert "access-denied: `ana` may not use secret `s` in project `vision/detector`" in ran.out
    assert ran.out.count("error[") == 1


def test_check_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PXC_USER", "ana")
    assert acl("check").out.count("access-denied") == 1
    monkeypatch.setenv("PXC_USER", "zed")
    assert acl("check").out.count("run-not-permitted") == 1


def test_check_of_what_is_allowed() -> None:
    Path("a.yaml").write_text(FILE.replace("    envFrom: [{secretRef: {name: s}}]\n", ""))
    ran = acl("check", "--as-user", "user:ana")
    assert ran.code == 0, ran.out
    assert run("compile", "a.yaml").code == 1  # nobody is named


def test_check_as_data() -> None:
    ran = acl("check", "--as-user", "ana", "--format", "json")
    (found,) = json.loads(ran.out)["diagnostics"]
    assert (found["code"], found["error"]) == ("PXC801", "CompilationError")


def test_explain() -> None:
    ran = acl("explain", "--as-user", "ana")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == "user:ana (asserted) in project vision/detector on 2030-01-01"
    assert (
        "  allowed  use connection:imagenet: by grant vision-data (catalog/org.yaml:10:7)" in lines
    )
    assert any(line.startswith("  denied   use secret:s: `ana` may not") for line in lines)


def test_explain_one_claim() -> None:
    ran = acl("explain", "--as-user", "ana", "--claim", "connection:imagenet", "--format", "json")
    document = json.loads(ran.out)
    (verdict,) = document["verdicts"]
    assert (verdict["allowed"], verdict["rule"]) == (True, "vision-data")
    assert not document["allowed"]
    assert acl("explain", "--as-user", "ana", "--claim", "secret:nothing").code == 2


def test_the_compilation_error_is_named() -> None:
    ran = run("compile", "a.yaml")
    assert ran.code == 1
    assert ran.err.endswith("CompilationError: 1 access problem; nothing was written\n")


def test_what_is_off_is_told() -> None:
    Path("pxc.yaml").write_text("project: vision/detector\nacl: {mode: off}\n")
    ran = run("compile", "a.yaml", "a.yaml", "-q")
    assert ran.code == 0, ran.err
    assert ran.err == "access control is off (acl: {mode: off}): no rule was looked at\n"
