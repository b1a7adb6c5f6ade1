"""`--hub` in every command that takes a file, and how shells complete it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from pxc.cli.hub.completion import references_from
from tests.command_line import run, write

FLOW = """\
version: 1.1
kind: component
inputs: [{name: lr, type: float, value: 0.1}]
run:
  kind: dag
  operations:
    - {name: first, container: {image: "a.io/a:1"}}
    - {name: second, dependencies: [first], container: {image: "a.io/a:1"}}
"""
RULES = """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Project, name: lab, teams: [vision]}
---
{kind: Grant, name: flows, to: ["team:vision"], allow: [{use: ["component:lab//vision/flow:**"]}]}
"""
SETTINGS = """\
project: lab
hub:
  registries:
    lab: {kind: dir, url: hub, orgs: [vision]}
    far: {kind: http, url: "https://hub.invalid/v1", orgs: [far]}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with components, and a registry that nobody may ask."""

    def refuse(*words: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    files = {"pxc.yaml": SETTINGS, "hub/vision/flow/1.yaml": FLOW, "hub/vision/other/2.yaml": FLOW}
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_picture_is_drawn_of_a_component(workspace: Path) -> None:
    ran = run("graph", "--hub", "vision/flow:1")
    assert ran.code == 0
    assert "second" in ran.out


def test_claims_and_rules_are_asked_for_a_component(workspace: Path) -> None:
    found = json.loads(run("acl", "claims", "--hub", "vision/flow:1", "--format", "json").out)
    assert ("image", "a.io/a:1") in {(c["kind"], c["name"]) for c in found["claims"]}
    write(workspace, {"catalog/rules.yaml": RULES, "pxc.yaml": SETTINGS + "catalog: catalog\n"})
    assert run("acl", "check", "--hub", "vision/flow:1", "--as-user", "ana").code == 0
    ran = run("acl", "explain", "--hub", "vision/flow:1", "--as-user", "ana")
    assert "allowed" in ran.out
    denied = run("acl", "check", "--hub", "vision/other:2", "--as-user", "ana")
    assert denied.code == 1
    assert "component `vision/other` is not in the registry `lab`" in denied.out


def test_a_component_is_linted_as_whoever_names_it_would_be(workspace: Path) -> None:
    ran = run("lint", "--hub", "vision/flow:1")
    assert ran.code == 0
    assert "no Polyaxonfiles found" not in ran.err
    write(
        workspace,
        {"hub/vision/bad/1.yaml": FLOW.replace("dependencies: [first]", "dependencies: [frist]")},
    )
    ran = run("lint", "--hub", "vision/bad:1")
    assert (ran.code, "<lab//vision/bad:1>:8:" in ran.out) == (1, True), ran
    assert run("lint", "--hub", "far/away:1").code == 0, "what is not at hand is no finding"
    assert run("lint", "--hub", "vision/flow:1", "--fix").code == 2


def test_a_linter_knows_what_may_be_pulled_until_a_day(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = "kind: operation\nhubRef: vision/flow:1\nparams: {learning: 0.2}\n"
    ends = RULES.replace("allow:", "until: 2027-01-14, allow:")
    write(workspace, {"polyaxonfile.yaml": operation, "catalog/rules.yaml": ends})
    monkeypatch.setenv("PXC_USER", "ana")
    monkeypatch.delenv("PXC_NO_CACHE", raising=False)
    kept = str(tmp_path_factory.mktemp("kept"))

    def linted(*words: str) -> tuple[bool, bool]:
        ran = run(
            "lint", "polyaxonfile.yaml", "--catalog=catalog", f"--cache-dir={kept}", "-v", *words
        )
        return "`learning`" in ran.out, "1 of 1 files known" in ran.err

    for is_known in (False, True):
        assert linted("--today=2027-01-14") == (True, is_known)
    for is_known in (False, True):
        assert linted("--today=2027-01-15") == (False, is_known)
    assert linted("--today=2027-01-14")[0]
    assert run("lint", "--today=soon").code == 2
    write(workspace, {"catalog/rules.yaml": RULES})
    assert linted("--today=2027-01-14") == (True, False)
    assert linted("--today=2031-01-01") == (True, True), "no rule ends: any day is as good"


def test_a_schedule_needs_a_component_that_has_one(workspace: Path) -> None:
    write(
        workspace,
        {"hub/vision/cron/1.yaml": "kind: component\nrun: {kind: job, container: {image: a:1}}\n"},
    )
    ran = run("schedule", "--hub", "vision/cron:1")
    assert ran.code == 2
    assert "has no schedule" in ran.err


@pytest.mark.parametrize(
    "command", [("graph",), ("schedule",), ("acl", "explain"), ("acl", "check"), ("acl", "claims")]
)
def test_a_command_needs_a_file_or_a_component(command: tuple[str, ...], workspace: Path) -> None:
    assert "Name a FILE, or a component by --hub." in run(*command).err
    two = ("--hub", "vision/flow:1", "--hub", "vision/other:2")
    if command[-1] in ("graph", "schedule", "explain"):
        assert "Name one FILE, or one component by --hub." in run(*command, *two).err


@pytest.mark.parametrize(
    ("begun", "wanted"),
    [
        ("vision/", ["vision/flow", "vision/other"]),
        ("vision/f", ["vision/flow:1"]),
        ("vision/flow:", ["vision/flow:1"]),
        ("tensorboard:s", ["tensorboard:single-run"]),
        ("noteb", ["notebook", "notebook:latest"]),
        ("far", []),
        ("none", []),
    ],
)
def test_shells_complete_what_is_known_without_a_network(
    begun: str, wanted: list[str], workspace: Path
) -> None:
    assert references_from(begun) == wanted


def test_shells_complete_only_what_may_be_seen(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(workspace, {"catalog/rules.yaml": RULES, "pxc.yaml": SETTINGS + "catalog: catalog\n"})
    monkeypatch.setenv("PXC_USER", "ana")
    assert references_from("vision/") == ["vision/flow:1"]
    monkeypatch.setenv("PXC_USER", "nobody")
    assert references_from("vision/") == []
    write(workspace, {"pxc.yaml": "hub: 3\n"})
    assert references_from("vision/") == []


def test_offline_no_command_asks_a_registry_elsewhere(workspace: Path) -> None:
    ran = run("hub", "ls", "--offline")
    assert "vision/flow" in ran.out
    assert "cannot ask the registry `far`: --offline asks no registry elsewhere" in ran.err
    assert ran.code == 1
    for command in (("show", "far/x:1"), ("pull", "far/x:1"), ("diff", "far/x:1", "vision/flow:1")):
        ran = run("hub", *command, "--offline")
        assert (ran.code, "PXC238" in ran.err) == (1, True), ran
    assert run("hub", "search", "flow", "--offline").out.splitlines()[1].startswith("vision/flow")


def test_a_workspace_without_a_hub_has_no_registries(workspace: Path) -> None:
    write(workspace, {"pxc.yaml": "hub: false\n"})
    for command in (("ls",), ("show", "notebook"), ("search", "notebook")):
        ran = run("hub", *command)
        assert (ran.code, "components are those of the catalog" in ran.err) == (2, True), ran
    assert references_from("note") == []
