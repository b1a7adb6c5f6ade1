"""The commands of `pxc hub` on registries that are folders: answers, exit codes, what is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.command_line import run, write

TRAIN = """\
version: 1.1
kind: component
name: train
description: Trains a model
inputs: [{name: lr, type: float, description: the learning rate, value: 0.1}]
run: {kind: job, container: {image: "registry.acme.io/train:3", args: ["{{ lr }}"]}}
"""
ABOUT = """\
title: Trainer
owner: team:vision
tags:
  "1": {stage: deprecated, created: 2026-01-02, replacedBy: "vision/train:2"}
  "2": {stage: production, created: 2026-03-04, description: with warm starts}
"""
SETTINGS = """\
hub:
  registries:
    lab: {kind: dir, url: hub, orgs: [vision]}
    old: {kind: dir, url: gone}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a registry of its own, and one whose folder is gone."""
    files = {
        "hub/vision/train/hub.yaml": ABOUT,
        "pxc.yaml": SETTINGS,
        "hub/solo/latest.yaml": TRAIN,
    }
    files |= {f"hub/vision/train/{tag}.yaml": TRAIN for tag in ("1", "2", "10")}
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_components_are_listed_by_the_shortest_name_that_means_them(workspace: Path) -> None:
    ran = run("hub", "ls", "lab//", "--today", "2026-03-14")
    assert ran.out.splitlines() == [
        "name          newest  stage       owner        signed  age   title",
        "lab//solo     latest  -           -            no      -     -",
        "vision/train  2       production  team:vision  no      10 d  Trainer",
    ]
    assert (ran.code, ran.err) == (0, "")


def test_versions_come_newest_first(workspace: Path) -> None:
    ran = run("hub", "ls", "vision/train", "--today", "2026-03-14")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["tag", "2", "1", "10"]
    (found,) = json.loads(run("hub", "ls", "vision/", "--format", "json").out)["components"]
    assert (found["name"], found["tags"]) == ("vision/train", ["2", "1", "10"])
    assert found["versions"][1]["replacedBy"] == "vision/train:2"


def test_a_registry_that_gives_no_answer_is_told_and_the_others_are_listed(workspace: Path) -> None:
    ran = run("hub", "ls")
    assert "vision/train" in ran.out
    assert "tensorboard" in ran.out
    assert "cannot ask the registry `old`: there is no folder `gone`" in ran.err
    assert ran.code == 1


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("labb//", "There is no registry 'labb'. Did you mean 'lab//'?"),
        ("vision/trian", "has no component 'vision/trian'. Did you mean 'vision/train'?"),
        ("data/train", "No registry has the organization of 'data/train'."),
        ("../etc", "'../etc' is no reference"),
    ],
)
def test_what_is_not_there_is_wrong_use(what: str, said: str, workspace: Path) -> None:
    ran = run("hub", "ls", what)
    assert ran.code == 2
    assert said in ran.err


def test_a_difference_that_breaks_fails_when_it_is_asked_to(workspace: Path) -> None:
    wider = TRAIN.replace("train:3", "train:4").replace("value: 0.1", "value: 0.2")
    write(
        workspace,
        {"train.yaml": wider, "other.yaml": TRAIN.replace("{{ lr }}", "x").replace("lr", "rate")},
    )
    ran = run("hub", "diff", "vision/train:2", "train.yaml", "--exit-code")
    assert ran.out.splitlines() == [
        "notice    the input `lr` is by default `0.2`, not `0.1`",
        "notice    `run.container.image` is `registry.acme.io/train:4`, not `registry.acme.io/train:3`",
    ]
    assert ran.code == 0
    ran = run("hub", "diff", "vision/train:2", "./other.yaml", "--exit-code", "--format", "json")
    found = json.loads(ran.out)
    assert [(c["weight"], c["kind"], c["subject"]) for c in found["changes"][:1]] == [
        ("breaking", "input-removed", "lr")
    ]
    assert (ran.code, found["claimsAreKnown"]) == (1, True)
    assert run("hub", "diff", "vision/train:2", "other.yaml").code == 0
    assert run("hub", "diff", "vision/train:2", "vision/train:2").out == "nothing differs\n"


def test_what_cannot_be_compared_is_told_at_its_place(workspace: Path) -> None:
    write(workspace, {"bad.yaml": "kind: component\nruns: {}\n"})
    ran = run("hub", "diff", "vision/train:3", "bad.yaml")
    assert "`vision/train` in the registry `lab` has no `3`" in ran.err
    assert "bad.yaml:2:1" in ran.err
    assert ran.code == 1


def test_a_component_is_shown_as_a_manual_shows_a_command(workspace: Path) -> None:
    ran = run("hub", "show", "vision/train:2")
    assert (ran.code, ran.err) == (0, "")
    digest = f"sha256:{hashlib.sha256(TRAIN.encode()).hexdigest()}"
    assert (
        ran.out
        == f"""\
NAME
    vision/train:2 - Trains a model

VERSION
    registry lab, stage production, owner team:vision, of 2026-03-04, not signed
    {digest}

INPUTS
    input  type   default  what it is
    lr     float  0.1      the learning rate

IMAGES
    registry.acme.io/train:3

ASKS
    for `registry:registry.acme.io`

RUN
    pxc compile --hub vision/train:2

VERSIONS
    tag  stage       made        description
    2    production  2026-03-04  with warm starts
    1    deprecated  2026-01-02  -
    10   -           -           -
"""
    )


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        (
            "--inputs",
            "input  type   default  what it is\nlr     float  0.1      the learning rate\n",
        ),
        ("--claims", "for `registry:registry.acme.io`\n"),
        ("--yaml", TRAIN),
        ("--graph", "flowchart TD\n"),
    ],
)
def test_a_part_of_it_is_shown_alone(option: str, shown: str, workspace: Path) -> None:
    ran = run("hub", "show", "vision/train:2", option)
    assert ran.out.startswith(shown)
    assert ran.code == 0


def test_programs_read_all_of_it_as_json(workspace: Path) -> None:
    found = json.loads(run("hub", "show", "vision/train:2", "--format", "json").out)
    assert found["ref"] == "vision/train:2"
    assert found["inputs"][0] == {
        "name": "lr", "type": "float", "required": False, "default": 0.1, "hasDefault": True,
        "description": "the learning rate", "rules": {},
    }  # fmt: skip
    assert found["images"] == ["registry.acme.io/train:3"]
    assert {(c["kind"], c["name"]) for c in found["claims"]} >= {("registry", "registry.acme.io")}
    assert found["yaml"] == TRAIN


def test_what_cannot_be_planned_without_inputs_says_so(workspace: Path) -> None:
    ran = run("hub", "show", "git-clone", "--claims")
    assert ran.out.splitlines() == [
        "what is known once it has its inputs:",
        "pxc acl claims --hub git-clone -P NAME=VALUE",
        "without them: a `git` entry needs a `url` or a `connection`",
    ]
    assert (ran.code, ran.err) == (0, "")
    ran = run("hub", "show", "git-clone", "--graph")
    assert (ran.code, ran.out) == (1, "")
    assert "error[PXC104]" in ran.err


def test_the_exact_bytes_are_pulled(workspace: Path) -> None:
    data = b"\xef\xbb\xbf# caf\xc3\xa9\r\n" + TRAIN.encode()
    write(workspace, {"hub/vision/marked/1.yaml": data})
    ran = run("hub", "pull", "vision/marked:1", "-o", "out.yaml")
    assert (workspace / "out.yaml").read_bytes() == data
    assert ran.err == f"wrote out.yaml, sha256:{hashlib.sha256(data).hexdigest()}\n"
    assert run("hub", "pull", "vision/train:2").out == TRAIN
    (workspace / "out.yaml").write_text("kept")
    ran = run("hub", "pull", "vision/trai:1", "-o", "out.yaml")
    assert ran.code == 1
    assert "did you mean `vision/train`?" in ran.err
    assert (workspace / "out.yaml").read_text() == "kept"


def test_components_are_found_by_what_they_are_for(workspace: Path) -> None:
    ran = run("hub", "search", "learning", "rates")
    assert ran.out.splitlines()[1].split()[:2] == ["lab//solo", "latest"]
    assert ran.code == 1, "a registry gave no answer"
    found = json.loads(run("hub", "search", "warm starts", "--format", "json").out)["components"]
    assert [each["name"] for each in found] == ["vision/train"]
    assert run("hub", "search", "notebok").out == "nothing; did you mean `notebook`?\n"


def test_a_registry_to_begin_with_is_found_and_its_component_is_fit_to_be_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("hub", "init", "components", "--org", "vision")
    assert ran.code == 0, ran.err
    assert "wrote pxc.yaml\n" in ran.out
    assert run("hub", "ls", "vision/").out.splitlines()[1].split()[:2] == ["vision/greet", "1"]
    assert run("compile", "--hub", "vision/greet:1", "-P", "whom=world").code == 0
    assert run("lint", "components").code == 0
    example = (tmp_path / "components/vision/greet/_examples/1.yaml").read_text()
    (tmp_path / "op.yaml").write_text(example.replace("greet:1", "greet:2"))
    component = "components/vision/greet/1.yaml"
    assert run("hub", "push", component, "vision/greet:2", "--example", "op.yaml").code == 0


def test_a_registry_is_never_written_over_a_file(workspace: Path) -> None:
    before = (workspace / "pxc.yaml").read_text()
    ran = run("hub", "init", "more")
    assert "Add this to pxc.yaml:\n\nhub:\n" in ran.out
    assert (workspace / "pxc.yaml").read_text() == before
    assert run("hub", "init", "more").code == 2
    assert run("hub", "init", "../more").code == 2
    assert run("hub", "init", "--org", "Acme").code == 2
