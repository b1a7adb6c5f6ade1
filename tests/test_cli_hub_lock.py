"""The commands on pxc.lock: what they write, and that nothing else of a workspace changes."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from pxc.hub.lock import read_lock
from pxc.hub.registry import digest_of
from tests.command_line import write
from tests.console import run

BASE = 'kind: component\nrun: {kind: job, container: {image: "base:1.0"}}\n'
TRAINER = (
    "kind: component\nhooks: [{hubRef: acme/base:1, trigger: failed}]\n"
    'run: {kind: job, container: {image: "trainer:1.0"}}\n'
)
DAY = "--today 2026-11-20"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "PXC_NO_CACHE", "PXC_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace whose two files name components, one of which names another."""
    return workspace(
        tmp_path / "ws",
        {
            "pxc.yaml": "hub: {registries: {lab: {kind: dir, url: hub, orgs: [acme]}}}\n",
            "hub/acme/base/1.yaml": BASE,
            "hub/acme/trainer/2.yaml": TRAINER,
            "train.yaml": "kind: operation\nhubRef: acme/trainer:2\n",
            "more/base.yaml": "kind: operation\nname: b\nhubRef: acme/base:1\n",
        },
    )


def workspace(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def lock(root: Path) -> str:
    return (root / "pxc.lock").read_text()


def test_everything_that_is_named_is_locked_with_what_it_names(root: Path) -> None:
    code, shown = run(f"pxc hub lock {DAY}", root)
    assert code == 0
    assert shown.endswith("pxc.lock fixes 2 components\n")
    assert (
        lock(root)
        == f"""\
# Written by `pxc hub lock`. To move a version: pxc hub update REF
version = 1

[[component]]
ref = "lab//acme/base:1"
digest = "{digest_of(BASE.encode())}"
size = {len(BASE)}
registry = "hub"
resolved = 2026-11-20
via = [
    "hub/acme/trainer/2.yaml:2",
    "more/base.yaml:3",
]

[[component]]
ref = "lab//acme/trainer:2"
digest = "{digest_of(TRAINER.encode())}"
size = {len(TRAINER)}
registry = "hub"
resolved = 2026-11-20
requires = [
    "lab//acme/base:1",
]
via = [
    "train.yaml:2",
]
"""
    )


def test_a_second_run_changes_no_byte_from_whatever_folder_and_day(root: Path) -> None:
    run(f"pxc hub lock {DAY}", root)
    before = lock(root)
    assert run("pxc hub lock --today 2030-01-01", root / "more")[0] == 0
    assert lock(root) == before
    assert run("pxc hub lock --check", root) == (0, "pxc.lock is as it should be\n")


def test_what_nothing_names_any_more_is_left_out_and_new_is_added(root: Path) -> None:
    run(f"pxc hub lock {DAY}", root)
    (root / "train.yaml").write_text("kind: operation\nhubRef: tensorboard:single-run\n")
    (root / "hub/acme/trainer/2.yaml").unlink()
    assert run("pxc hub lock --check", root) == (1, "pxc.lock would change\n")
    shown = run("pxc hub lock --today 2026-12-01", root)[1]
    assert "+ public//tensorboard:single-run" in shown
    assert "- lab//acme/trainer:2" in shown
    days = {each.ref: each.resolved for each in read_lock(lock(root)).components}
    assert days == {
        "lab//acme/base:1": "2026-11-20",
        "public//tensorboard:single-run": "2026-12-01",
    }


def test_with_a_path_only_the_entries_of_that_file_are_made(root: Path) -> None:
    run("pxc hub lock more", root)
    assert [each.ref for each in read_lock(lock(root)).components] == ["lab//acme/base:1"]
    run("pxc hub lock train.yaml", root)
    base, trainer = read_lock(lock(root)).components
    assert (base.via, trainer.via) == (("more/base.yaml:3",), ("train.yaml:2",))
    code, shown = run("pxc hub lock ../elsewhere.yaml", root)
    assert code == 2
    assert "is outside of the workspace" in shown


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("broken.yaml", "kind: operation\nhubRef: [\n", "error[PXC001]"),
        ("x.yaml", "kind: operation\nhubRef: acme/unknown:1\n", "error[PXC213]"),
        ("pxc.lock", "version = 1\n<<<<<<< ours\n", "error[PXC244]"),
    ],
)
def test_where_anything_fails_no_file_changes(
    name: str, text: str, message: str, root: Path
) -> None:
    run(f"pxc hub lock {DAY}", root)
    (root / name).write_text(text)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    code, shown = run("pxc hub lock --today 2027-01-01", root)
    assert code == 1
    assert message in shown
    assert shown.endswith("pxc.lock stays as it is\n")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_an_unnamed_lock_is_not_written(root: Path) -> None:
    for name in ("train.yaml", "more/base.yaml", "hub/acme/trainer/2.yaml"):
        (root / name).unlink()
    code, shown = run("pxc hub lock", root)
    assert (code, shown) == (0, "no component of a hub is named: there is nothing to lock\n")
    assert not (root / "pxc.lock").exists()


def test_references_are_found_wherever_they_stand(root: Path) -> None:
    workspace(
        root,
        {
            "hub/acme/a/1.yaml": BASE, "hub/acme/b/1.yaml": BASE, "hub/acme/c/1.yaml": BASE,
            "hub/acme/d/1.yaml": BASE, "hub/acme/e/1.yaml": BASE, "hub/acme/own/1.yaml": BASE,
            "catalog/components/acme/own/1.yaml": BASE,
            "catalog/presets/told.yaml": "isPreset: true\nhooks: [{hubRef: acme/d:1}]\n",
            "pieces/plain.yml": "kind: operation\nhubRef: acme/e:1\n",
            "dag.yaml": """\
kind: component
build: {hubRef: acme/a:1}
run:
  kind: dag
  operations:
    - {name: x, hubRef: acme/b:1}
    - {name: y, hubRef: acme/own:1}
    - {name: z, pathRef: pieces/plain.yml}
  components:
    - {name: inner, hooks: [{hubRef: acme/c:1}], run: {kind: job, container: {image: x}}}
""",
        },
    )  # fmt: skip
    code, shown = run("pxc hub lock", root)
    assert code == 0, shown
    names = {each.ref.split("/")[-1] for each in read_lock(lock(root)).components}
    assert names == {"a:1", "b:1", "c:1", "d:1", "e:1", "base:1", "trainer:2"}


def test_a_reference_that_is_computed_is_told_and_not_guessed(root: Path) -> None:
    (root / "train.yaml").write_text('kind: component\nhooks: [{hubRef: "{{ x }}:1"}]\nrun: {}\n')
    shown = run("pxc hub lock", root)[1]
    assert "train.yaml:2: `{{ x }}:1` is computed, so what it names is not locked\n" in shown


def test_why_tells_places_and_what_leads_there(root: Path) -> None:
    run("pxc hub lock", root)
    assert run("pxc hub why acme/base", root) == (0, """\
lab//acme/base:1
  hub/acme/trainer/2.yaml:2
  more/base.yaml:3
  lab//acme/trainer:2
    train.yaml:2
""")  # fmt: skip
    code, shown = run("pxc hub why acme/trainr", root)
    assert code == 2
    assert "Did you mean 'acme/trainer'?" in shown


def test_update_moves_what_is_asked_for_and_says_what_it_means(root: Path) -> None:
    run(f"pxc hub lock {DAY}", root)
    newer = BASE + "inputs: [{name: lr, type: float}]\n"
    (root / "hub/acme/base/1.yaml").write_text(newer)
    (root / "hub/acme/trainer/2.yaml").write_text(TRAINER + "tags: [x]\n")
    before = lock(root)
    assert run("pxc hub lock", root)[1] == "pxc.lock already fixes 2 components\n"
    code, shown = run("pxc hub update acme/base --dry-run", root)
    assert (code, lock(root)) == (0, before)
    assert "breaking  new input `lr` (float) is required" in shown
    run("pxc hub update acme/base --today 2027-01-01", root)
    base, trainer = read_lock(lock(root)).components
    assert (base.digest, base.resolved) == (digest_of(newer.encode()), "2027-01-01")
    assert (trainer.digest, trainer.resolved) == (digest_of(TRAINER.encode()), "2026-11-20")
    assert run("pxc hub update", root)[0] == 2


def test_outdated_lists_what_moved_and_what_is_newer(root: Path) -> None:
    run(f"pxc hub lock {DAY}", root)
    assert run("pxc hub outdated --check", root)[0] == 0
    workspace(root, {"hub/acme/base/1.yaml": BASE + "\n", "hub/acme/trainer/3.yaml": TRAINER})
    code, shown = run("pxc hub outdated --check --format json", root)
    assert code == 1
    found = {each["ref"]: each["what"] for each in json.loads(shown)["components"]}
    assert found == {
        "lab//acme/base:1": ["its tag was moved"],
        "lab//acme/trainer:2": ["there is a newer one"],
    }


def test_vendor_has_exactly_what_is_locked(root: Path) -> None:
    run("pxc hub lock", root)
    assert run("pxc hub vendor --check", root)[0] == 1
    assert run("pxc hub vendor", root) == (0, "vendor/pxc has 2 of 2 locked\n")
    copies = root / "vendor/pxc/lab/acme"
    assert (copies / "base/1.yaml").read_text() == BASE
    assert (copies / "trainer/2.yaml").read_text() == TRAINER
    workspace(root, {"vendor/pxc/lab/acme/old/1.yaml": BASE, "vendor/pxc/README": "ours"})
    assert run("pxc hub vendor --check", root)[0] == 1
    run("pxc hub vendor", root)
    assert not (copies / "old").exists()
    assert (root / "vendor/pxc/README").is_file()
    assert run("pxc hub vendor --check", root) == (0, "vendor/pxc is as it should be\n")
    assert "4 files" in run("pxc lint -v .", root)[1]


def test_copies_are_never_written_through_a_link_out_of_the_workspace(root: Path) -> None:
    run("pxc hub lock", root)
    outside = root.parent / "outside"
    outside.mkdir()
    (root / "vendor").symlink_to(outside)
    code, shown = run("pxc hub vendor", root)
    assert (code, shown) == (2, "Error: 'vendor/pxc' leads out of the workspace\n")
    (root / "vendor").unlink()
    (root / "vendor/pxc").mkdir(parents=True)
    (root / "vendor/pxc/lab").symlink_to(outside)
    assert run("pxc hub vendor", root)[0] == 2
    assert not list(outside.iterdir())


def test_verify_finds_what_was_changed(root: Path) -> None:
    run("pxc hub lock", root)
    run("pxc hub vendor", root)
    code, shown = run("pxc hub verify --format json", root)
    assert code == 0
    assert {each["cache"] + each["vendor"] + each["registry"]
            for each in json.loads(shown)["components"]} == {"samesamesame"}  # fmt: skip
    (root / "vendor/pxc/lab/acme/base/1.yaml").write_text("kind: component\n")
    (root / "hub/acme/trainer/2.yaml").write_text(TRAINER + "\n")
    code, shown = run("pxc hub verify", root)
    assert code == 1
    assert "the copy of `lab//acme/base:1` is not what was locked" in shown
    assert "`lab//acme/trainer:2` is not what was locked" in shown
    assert run("pxc hub verify acme/trainer --offline", root)[0] == 0


def test_prune_deletes_what_nobody_asked_for(root: Path, tmp_path: Path) -> None:
    run("pxc hub lock", root)
    assert run("pxc hub prune", root)[1].startswith("0 components (0 bytes) deleted from ")
    assert "2 components" in run("pxc hub prune --days 0 --dry-run", root)[1]
    assert "2 components" in run("pxc hub prune --days 0", root)[1]
    assert not [path for path in (tmp_path / "cache/blobs").rglob("*") if path.is_file()]


def test_prune_forgets_what_registries_elsewhere_have_left(root: Path, tmp_path: Path) -> None:
    from pxc.hub.registries.git_clone import GitClone

    home, far = tmp_path / "cache", tmp_path / "far"
    subprocess.run(["git", "init", "-q", "-b", "main", str(far)], check=True)
    clone = GitClone(f"file://{far}", "", home)
    assert clone.git("rev-parse", "--is-bare-repository") == b"true\n"
    old = time.time() - 91 * 24 * 60 * 60
    write(home, {"http/ab": "x" * 10, "http/cd": "y" * 20, "http/ab.counter": "7\n"})
    for path in (clone.folder / "config", home / "http/ab"):
        os.utime(path, (old, old))
    clone.git("rev-parse", "--is-bare-repository")
    assert "1 clone or index (10 bytes) would be deleted" in run("pxc hub prune --dry-run", root)[1]
    assert "1 clone or index (10 bytes) deleted" in run("pxc hub prune", root)[1]
    assert clone.folder.is_dir(), "it was used today"
    size = sum(path.stat().st_size for path in clone.folder.rglob("*") if path.is_file()) + 20
    told = run("pxc hub prune --days 0", root)[1]
    assert f"2 clones and indexes ({size:,} bytes) deleted from {home}" in told
    left = [path for name in ("git", "http") for path in (home / name).iterdir()]
    assert left == [home / "http/ab.counter"], "an older index than was seen is still refused"
    assert clone.git("rev-parse", "--is-bare-repository") == b"true\n", "it is made anew"


def test_two_branches_that_lock_different_things_merge(root: Path) -> None:
    """Entries are apart from each other, so git merges what two people have added."""

    def git(*words: str) -> None:
        own = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True)

    for name in ("aa", "zz"):
        workspace(root, {f"hub/acme/{name}/1.yaml": BASE})
    git("init", "-q", "-b", "main")
    run("pxc hub lock", root)
    git("add", "-A")
    git("commit", "-qm", "one")
    for name in ("aa", "zz"):
        git("checkout", "-q", "-b", name, "main")
        workspace(root, {f"{name}.yaml": f"kind: operation\nhubRef: acme/{name}:1\n"})
        run("pxc hub lock", root)
        git("add", "-A")
        git("commit", "-qm", name)
    git("merge", "-q", "-m", "both", "aa")
    merged = lock(root)
    run("pxc hub lock", root)
    assert lock(root) == merged
    assert len(read_lock(merged).components) == 4


def test_what_is_only_run_by_its_name_is_locked_until_its_entry_is_deleted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace(root, {"hub/acme/tool/1.yaml": BASE})
    monkeypatch.setenv("CI", "true")
    shown = run("pxc compile --hub acme/tool:1", root)[1]
    assert "  = help: run: pxc hub lock --hub lab//acme/tool:1\n" in shown
    assert run("pxc hub lock --hub lab//acme/tool:1", root)[0] == 0
    assert run("pxc compile --hub acme/tool:1", root)[0] == 0
    before = lock(root)
    assert run("pxc hub lock", root)[1] == "pxc.lock already fixes 3 components\n"
    assert lock(root) == before
    assert run("pxc hub why acme/tool", root)[1] == "lab//acme/tool:1\n  --hub\n"
