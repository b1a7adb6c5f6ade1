"""References without a tag that mean a range of versions: what is chosen, when, and for whom."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from pxc.hub.lock import Chosen, read_lock
from pxc.hub.settings import read_hub
from pxc.lint.settings_values import SettingFault
from tests.console import run

SETTINGS = """\
hub:
  registries: {lab: {kind: dir, url: hub, orgs: [acme], mutableTags: ["2"]}}
  versions: {acme/train: "^2"}
"""
TRAIN = "kind: operation\nhubRef: acme/train\n"
DAY = "--today 2026-11-20"


def component(tag: str, extra: str = "") -> str:
    return f'kind: component\n{extra}run: {{kind: job, container: {{image: "train:{tag}"}}}}\n'


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def publish(root: Path, *tags: str, stages: str = "") -> None:
    put(root, {f"hub/acme/train/{tag}.yaml": component(tag) for tag in tags})
    if stages:
        put(root, {"hub/acme/train/hub.yaml": stages})


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a range, and a registry with versions before, in and behind it."""
    for name in ("CI", "PXC_NO_CACHE", "PXC_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "ws"
    put(root, {"pxc.yaml": SETTINGS, "train.yaml": TRAIN})
    publish(root, "1.9.0", "2.0.0", "2.1.0", "2", "2.2.0-rc.1", "3.0.0", "latest")
    return root


def ranges(root: Path) -> tuple[Chosen, ...]:
    return read_lock((root / "pxc.lock").read_text()).ranges


def entries(root: Path) -> list[str]:
    return [each.ref for each in read_lock((root / "pxc.lock").read_text()).components]


def test_the_lock_pins_what_a_range_means_and_only_an_update_chooses_anew(root: Path) -> None:
    code, shown = run(f"pxc hub lock {DAY}", root)
    assert (code, "+ lab//acme/train:2.1.0" in shown) == (0, True), shown
    text = (root / "pxc.lock").read_text()
    assert '\n[[range]]\ncomponent = "lab//acme/train"\nrange = "^2"\ntag = "2.1.0"\n' in text
    assert entries(root) == ["lab//acme/train:2.1.0"]
    publish(root, "2.1.1", "2.2.0")
    for command in (f"pxc hub lock {DAY}", "pxc hub lock --check"):
        assert run(command, root)[0] == 0
    code, shown = run("pxc compile train.yaml --locked", root)
    assert (code, "image: train:2.1.0" in shown) == (0, True), shown
    assert (root / "pxc.lock").read_text() == text
    code, shown = run(f"pxc hub update acme/train {DAY}", root)
    assert code == 0
    assert "lab//acme/train  2.1.0 -> 2.2.0  (^2)\n" in shown
    assert "`run.container.image` is `train:2.2.0`, not `train:2.1.0`" in shown
    assert ranges(root) == (Chosen(component="lab//acme/train", range="^2", tag="2.2.0"),)
    assert entries(root) == ["lab//acme/train:2.2.0"]
    assert "image: train:2.2.0" in run("pxc compile train.yaml --locked", root)[1]
    assert (
        "every tag that was asked for means what is locked" in run("pxc hub update --all", root)[1]
    )


def test_without_a_choice_a_laptop_takes_the_newest_and_a_build_server_none(root: Path) -> None:
    put(root, {"pxc.lock": "version = 1\n"})
    code, shown = run("pxc compile train.yaml", root)
    assert (code, "image: train:2.1.0" in shown) == (0, True)
    assert "`lab//acme/train:2.1.0` is not in pxc.lock: it is what the tag means today" in shown
    code, shown = run("pxc compile train.yaml --locked", root)
    assert code == 1
    assert "error[PXC232] hub-not-locked: `lab//acme/train:^2` is not in pxc.lock" in shown
    assert run("pxc lint train.yaml", root)[0] == 0


def test_a_choice_of_another_range_is_none(root: Path) -> None:
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    put(root, {"pxc.yaml": SETTINGS.replace("^2", "~2.0")})
    assert (
        "`lab//acme/train:~2.0` is not in pxc.lock"
        in run("pxc compile train.yaml --locked", root)[1]
    )
    assert run("pxc hub lock --check", root)[0] == 1
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    assert ranges(root) == (Chosen(component="lab//acme/train", range="~2.0", tag="2.0.0"),)
    # The version is locked, but not that the range means it.
    put(root, {"pxc.yaml": SETTINGS.replace("^2", "^2.0.0"), "other.yaml": "kind: operation\nhubRef: acme/train:2.1.0\n"})  # fmt: skip
    assert run(f"pxc hub lock other.yaml {DAY}", root)[0] == 0
    code, shown = run("pxc compile train.yaml", root)
    assert code == 0
    assert "`lab//acme/train:^2.0.0` is not in pxc.lock: it is what the range means today" in shown


def test_a_tag_or_a_digest_means_itself(root: Path) -> None:
    put(root, {"train.yaml": "kind: operation\nhubRef: acme/train:latest\n",
               "other.yaml": "kind: operation\nhubRef: acme/train:1.9.0\n"})  # fmt: skip
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    assert (entries(root), ranges(root)) == (
        ["lab//acme/train:1.9.0", "lab//acme/train:latest"],
        (),
    )


@pytest.mark.parametrize(
    ("stages", "tag"),
    [
        ("tags: {2.1.0: {stage: disabled}}\n", "2.0.0"),
        ("tags: {2.1.0: {stage: testing}}\n", "2.0.0"),
        ("tags: {2.1.0: {stage: deprecated}, 2.0.0: {stage: staging}}\n", "2.0.0"),
        ("tags: {2.1.0: {stage: testing}, 2.0.0: {stage: deprecated}}\n", "2.1.0"),
    ],
)
def test_a_version_that_is_not_to_be_used_is_not_chosen(root: Path, stages: str, tag: str) -> None:
    publish(root, stages=stages)
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    assert [each.tag for each in ranges(root)] == [tag]


def test_no_version_in_a_range_is_told_with_what_there_is(root: Path) -> None:
    put(root, {"pxc.yaml": SETTINGS.replace("^2", "^4")})
    for command in ("pxc compile train.yaml", "pxc lint train.yaml", "pxc hub lock"):
        code, shown = run(command, root)
        assert code == 1, command
        assert "error[PXC246] hub-no-version: no version of `lab//acme/train` is in `^4`" in shown
        assert "--> train.yaml:2:9" in shown
        assert "help: tags: `1.9.0`, `2`, `2.0.0`" in shown
    assert not (root / "pxc.lock").exists()


def test_a_range_that_is_named_once_is_kept_until_it_is_ended(root: Path) -> None:
    put(root, {"pxc.yaml": SETTINGS.replace('  versions: {acme/train: "^2"}\n', "")})
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    assert (entries(root), ranges(root)) == (["lab//acme/train:latest"], ())
    code, shown = run(f"pxc hub update acme/train:~2.0 {DAY}", root)
    assert (code, "+ lab//acme/train:2.0.0" in shown) == (0, True), shown
    publish(root, "2.0.5")
    assert run("pxc hub lock --check", root)[0] == 0
    assert "image: train:2.0.0" in run("pxc compile train.yaml --locked", root)[1]
    assert "2.0.0 -> 2.0.5  (~2.0)" in run(f"pxc hub update --all {DAY}", root)[1]
    assert "2.0.5 -> 3.0.0  (^3)" in run(f"pxc hub update acme/train:^3 {DAY}", root)[1]
    assert run(f"pxc hub update acme/train:latest {DAY}", root)[0] == 0
    assert (entries(root), ranges(root)) == (["lab//acme/train:latest"], ())


def test_a_range_that_is_named_beside_that_of_the_settings_narrows_it(root: Path) -> None:
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    code, shown = run(f"pxc hub update acme/train:~2.0 {DAY}", root)
    assert (code, "2.1.0 -> 2.0.0  (^2)" in shown) == (0, True), shown
    code, shown = run(f"pxc hub update acme/train:~3.0 {DAY}", root)
    assert code == 1
    assert "no version of `lab//acme/train` is in `^2` and `~3.0`" in shown
    code, shown = run("pxc hub update acme/train:latest", root)
    assert (code, "'acme/train' is '^2' by 'versions' of pxc.yaml" in shown) == (2, True)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("acme/train:^x", "'^x' is no range such as '~1.4' or '^2'"),
        ("acme/train:1:^2", "'acme/train:1' has a version already"),
        ("nobody/train:^2", "No registry has the organization of 'nobody/train'"),
        ("acme/other:^2", "No file names 'lab//acme/other' without a tag: '^2' chooses nothing"),
    ],
)
def test_what_chooses_nothing_is_wrong_use(root: Path, argument: str, message: str) -> None:
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    before = (root / "pxc.lock").read_text()
    code, shown = run(f"pxc hub update {argument}", root)
    assert (code, message in shown) == (2, True), shown
    assert (root / "pxc.lock").read_text() == before


def test_what_is_wanted_is_told_beside_what_is_the_newest(root: Path) -> None:
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    publish(root, "2.4.0", "3.1.0", "4.0.0-rc.1", stages="tags: {2.4.0: {created: 2026-11-21}}\n")
    shown = run("pxc hub outdated", root)[1]
    head, row = shown.splitlines()
    assert head.split() == ["component", "locked", "now", "wanted", "newest", "what"]
    assert row.split()[0] == "lab//acme/train:2.1.0"
    assert row.split()[3:5] == ["2.4.0", "3.1.0"]
    assert row.endswith("its range has 2.4.0, there is a newer one")
    (told,) = json.loads(run("pxc hub outdated --format json", root)[1])["components"]
    assert (told["wanted"], told["newest"]) == ("2.4.0", "3.1.0")
    assert run("pxc hub update --all", root)[0] == 0
    row = run("pxc hub outdated", root)[1].splitlines()[1]
    assert (row.split()[3:5], row.endswith("there is a newer one")) == (["2.4.0", "3.1.0"], True)


def test_components_that_name_components_have_ranges_too(root: Path) -> None:
    outer = component("x", "hooks: [{hubRef: acme/train, trigger: failed}]\n")
    put(
        root,
        {"hub/acme/outer/1.yaml": outer, "train.yaml": "kind: operation\nhubRef: acme/outer:1\n"},
    )
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    (entry, _) = read_lock((root / "pxc.lock").read_text()).components
    assert entry.requires == ("lab//acme/train:2.1.0",)
    assert run("pxc compile train.yaml -t argo --locked", root)[0] == 0


def test_what_is_only_run_by_its_name_keeps_its_range(root: Path) -> None:
    (root / "train.yaml").unlink()
    code, shown = run("pxc compile --hub acme/train --locked", root)
    assert (code, "help: run: pxc hub lock --hub acme/train\n" in shown) == (1, True), shown
    assert run(f"pxc hub lock --hub acme/train {DAY}", root)[0] == 0
    text = (root / "pxc.lock").read_text()
    publish(root, "2.9.0")
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    assert (root / "pxc.lock").read_text() == text
    assert "image: train:2.1.0" in run("pxc compile --hub acme/train --locked", root)[1]
    assert "2.1.0 -> 2.9.0  (^2)" in run(f"pxc hub update acme/train {DAY}", root)[1]
    assert "image: train:2.9.0" in run("pxc compile --hub acme/train --locked", root)[1]
    assert run("pxc hub lock --check", root)[0] == 0


def test_a_version_of_a_range_is_shown(root: Path) -> None:
    assert (
        "acme/train:2.1.0\n\nVERSION\n    registry lab" in run("pxc hub show acme/train", root)[1]
    )
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    publish(root, "2.2.0")
    shown = run("pxc hub show acme/train", root)[1]
    assert "RUN\n    pxc compile --hub acme/train:2.1.0\n" in shown
    assert run("pxc hub pull acme/train -o pulled.yaml", root)[0] == 0
    assert (root / "pulled.yaml").read_text() == component("2.1.0")


def test_no_registry_elsewhere_is_asked_offline(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        root,
        {"pxc.yaml": SETTINGS.replace("dir, url: hub", 'http, url: "https://hub.example.org"')},
    )
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("somebody connects"))
    for command in ("pxc compile train.yaml --offline", "pxc hub lock --offline"):
        code, shown = run(command, root)
        assert (code, "error[PXC238] hub-offline: `lab//acme/train:^2`" in shown) == (1, True), (
            shown
        )
    assert run("pxc lint train.yaml", root)[0] == 0


def test_a_rule_knows_that_a_range_is_a_version(root: Path) -> None:
    assert run("pxc lint train.yaml --select PXC507", root)[0] == 0
    put(root, {"pxc.yaml": SETTINGS.replace("acme/train:", "acme/other:")})
    assert "PXC507" in run("pxc lint train.yaml --select PXC507", root)[1]


ORGANIZATION = """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: old, members: [{user: ana}]}
---
{kind: Project, name: lab, teams: [old]}
---
kind: Grant
name: some
to: ["team:old"]
allow: [{use: ["component:lab//acme/train:2.0.0", "component:lab//acme/train:latest"]}]
---
{kind: Grant, name: all, to: ["user:root"], allow: [{use: ["component:**"]}]}
"""


def test_a_range_gives_nobody_a_version_that_he_may_not_pull(root: Path) -> None:
    put(
        root,
        {"catalog/a.yaml": ORGANIZATION, "pxc.yaml": f"catalog: catalog\nproject: lab\n{SETTINGS}"},
    )
    code, shown = run("pxc compile train.yaml --as-user ana", root)
    assert (code, "image: train:2.0.0" in shown) == (0, True), shown
    assert run(f"pxc hub lock {DAY} --as-user root", root)[0] == 0
    assert [each.tag for each in ranges(root)] == ["2.1.0"]
    code, shown = run("pxc compile train.yaml --as-user ana --locked", root)
    assert code == 1
    assert "train:2.1.0" not in shown.replace("lab//acme/train:2.1.0", "")
    assert "no" in run("pxc acl can ana pull component:acme/train -p lab", root)[1]
    assert "yes" in run("pxc acl can ana pull component:acme/train:2.0.0 -p lab", root)[1]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ([], "`versions` must be a map of components and ranges"),
        ({"a/b:1": "^1"}, "`a/b:1` is no component: write ORG/NAME"),
        ({"a//b//c": "^1"}, "`a//b//c` is no component: write ORG/NAME"),
        ({"a/b": "1.2"}, "`1.2` is no range such as `~1.4` or `^2`"),
        ({"a/b": 2}, "`2` is no range such as `~1.4` or `^2`"),
    ],
)
def test_settings_that_are_no_ranges(said: object, message: str) -> None:
    with pytest.raises(SettingFault) as fault:
        read_hub("hub", {"versions": said})
    assert str(fault.value) == message
