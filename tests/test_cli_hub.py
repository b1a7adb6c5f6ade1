"""The commands of `pxc hub` on registries that are folders: answers, exit codes, what is refused."""

from __future__ import annotations

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
