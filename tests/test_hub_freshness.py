"""What is told, or refused, of references without a version and of entries that have become old."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc import compile_file
from tests.console import run

SETTINGS = """\
hub:
  registries: {{lab: {{kind: dir, url: hub, orgs: [acme]}}}}
  policy: {{{policy}}}
"""
COMPONENT = 'kind: component\nrun: {kind: job, container: {image: "train:1"}}\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CI", "PXC_NO_CACHE", "PXC_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "hub" / "acme" / "train"
    folder.mkdir(parents=True)
    for tag in ("latest", "1.0.0"):
        (folder / f"{tag}.yaml").write_text(COMPONENT)
    return tmp_path


def put(root: Path, policy: str, ref: str = "acme/train", more: str = "") -> None:
    (root / "pxc.yaml").write_text(SETTINGS.format(policy=policy) + more)
    (root / "train.yaml").write_text(f"kind: operation\nhubRef: {ref}\n")


@pytest.mark.parametrize(
    ("policy", "ref", "told"),
    [
        ("latest: deny", "acme/train", "error[PXC248]"),
        ("latest: deny", "acme/train:latest", "error[PXC248]"),
        ("latest: warn", "acme/train", "warning[PXC247]"),
        ("latest: warn", "lab//acme/train:latest", "warning[PXC247]"),
        ("latest: allow", "acme/train", ""),
        ("", "acme/train", ""),
        ("latest: deny", "acme/train:1.0.0", ""),
        ("latest: deny", f"acme/train@sha256:{'0' * 64}", "error[PXC213]"),
        ("latest: deny", "slack", ""),
    ],
)
def test_a_reference_that_names_no_version(root: Path, policy: str, ref: str, told: str) -> None:
    put(root, policy, ref)
    for command in ("compile", "lint"):
        code, shown = run(f"pxc {command} train.yaml", root)
        if told == "error[PXC213]" and command == "lint":
            continue
        assert code == (1 if told.startswith("error") else 0), shown
        assert told in shown
        assert ("PXC247" in shown or "PXC248" in shown) == ("PXC24" in told)
    if "PXC24" in told:
        assert "`acme/train` is named without a version: the tag `latest` moves" in shown
        assert "--> train.yaml:2:9" in shown


def test_a_tag_that_moves_is_taken_as_it_is_locked(root: Path) -> None:
    put(root, "mutable: lock")
    for ref, code in (("acme/train", 1), ("acme/train:edge", 1), ("acme/train:1.0.0", 0)):
        (root / "hub/acme/train/edge.yaml").write_text(COMPONENT)
        put(root, "mutable: lock", ref)
        text = (root / "pxc.yaml").read_text().replace("orgs:", "mutableTags: [edge], orgs:")
        (root / "pxc.yaml").write_text(text)
        got, shown = run("pxc compile train.yaml", root)
        assert (got, "error[PXC232]" in shown) == (code, bool(code)), shown
        assert ("a tag that may move is taken as it is locked alone" in shown) == bool(code)
        assert run("pxc hub show acme/train", root)[0] == 0
        assert run("pxc hub lock", root)[0] == 0
        assert run("pxc compile train.yaml", root)[0] == 0
        (root / "pxc.lock").unlink()


def test_a_lock_does_not_name_a_version_and_a_range_does(root: Path) -> None:
    put(root, "")
    assert run("pxc hub lock", root)[0] == 0
    put(root, "latest: deny")
    assert "error[PXC248]" in run("pxc compile train.yaml", root)[1]
    code, shown = run("pxc hub lock", root)
    assert (code, "error[PXC248]" in shown) == (1, True)
    put(root, "latest: deny", more='  versions: {acme/train: "^1"}\n')
    assert run("pxc hub lock", root)[0] == 0
    assert run("pxc compile train.yaml --locked", root)[0] == 0


def test_an_entry_becomes_old_on_a_day(root: Path) -> None:
    put(root, "maxAgeDays: 30", "acme/train:1.0.0")
    assert run("pxc hub lock --today 2026-01-01", root)[0] == 0
    assert "PXC249" not in run("pxc compile train.yaml --today 2026-01-31", root)[1]
    for command in ("compile", "lint"):
        code, shown = run(f"pxc {command} train.yaml --today 2026-02-01", root)
        assert code == 0
        assert (
            "warning[PXC249] hub-stale: `lab//acme/train:1.0.0` was locked on 2026-01-01, 31 days"
            in shown
        )
        assert "help: to take what is there now, after a look at it, run: pxc hub update" in shown
    shown = run("pxc hub outdated --today 2026-02-01", root)[1]
    assert "it was locked 31 days ago" in shown
    assert run("pxc hub update acme/train --today 2026-02-01", root)[0] == 0
    assert "PXC249" not in run("pxc compile train.yaml --today 2026-02-01", root)[1]


def test_the_day_is_that_of_the_request(root: Path) -> None:
    put(root, "maxAgeDays: 30", "acme/train:1.0.0")
    assert run("pxc hub lock --today 2026-01-01", root)[0] == 0

    def codes(today: str) -> list[str]:
        return [each.code.id for each in compile_file(root / "train.yaml", today=today).report]

    assert "PXC249" in codes("2030-01-01")
    assert "PXC249" not in codes("2026-01-05")
    assert "PXC249" not in codes("")


def test_an_entry_without_a_day_is_old_and_an_update_gives_it_one(root: Path) -> None:
    put(root, "maxAgeDays: 30", "acme/train:1.0.0")
    assert run("pxc hub lock --today 2026-01-01", root)[0] == 0
    path = root / "pxc.lock"
    path.write_text(path.read_text().replace("resolved = 2026-01-01\n", ""))
    shown = run("pxc compile train.yaml --today 2026-01-01", root)[1]
    assert "was locked on a day that is not told; `maxAgeDays` of pxc.yaml is 30" in shown
    assert run("pxc hub update --all --today 2026-01-02", root)[0] == 0
    assert "resolved = 2026-01-02\n" in path.read_text()


def test_without_such_a_policy_an_update_of_the_same_bytes_changes_nothing(root: Path) -> None:
    put(root, "", "acme/train:1.0.0")
    assert run("pxc hub lock --today 2026-01-01", root)[0] == 0
    before = (root / "pxc.lock").read_text()
    assert run("pxc hub update --all --today 2026-02-01", root)[0] == 0
    assert (root / "pxc.lock").read_text() == before
