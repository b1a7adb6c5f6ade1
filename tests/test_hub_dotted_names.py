"""A name with dots is one wherever a name is: in files, folders, locks, rules, and each registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.hub.lock import read_lock
from tests.console import run
from tests.hub_servers import no_credentials
from tests.test_hub_rights import JOB

SETTINGS = "hub: {registries: {lab: {kind: dir, url: hub, orgs: [acme.ml]}}}\n"
ORGANIZATION = """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: data, members: [{user: dee}, {user: eve}]}
---
{kind: Project, name: lab, teams: [data]}
---
kind: Grant
name: trains
to: [user:dee]
allow:
- {use: ["component:lab//acme.ml/train.*:**"]}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose registry has an organization and a component with dots."""
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    for name in ("CI", "PXC_NO_CACHE", "PXC_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "ws"
    (root / "hub/acme.ml/train.v2").mkdir(parents=True)
    (root / "hub/acme.ml/train.v2/1.0.yaml").write_text(JOB.format("train"))
    (root / "pxc.yaml").write_text(SETTINGS)
    (root / "op.yaml").write_text("kind: operation\nhubRef: acme.ml/train.v2:1.0\n")
    return root


def test_it_is_found_listed_locked_and_copied(root: Path) -> None:
    assert "acme.ml/train.v2" in run("pxc hub ls", root)[1]
    code, shown = run("pxc hub lock --today 2026-11-20", root)
    assert code == 0, shown
    (entry,) = read_lock((root / "pxc.lock").read_text()).components
    assert entry.ref == "lab//acme.ml/train.v2:1.0"
    assert run("pxc hub vendor", root)[0] == 0
    assert (root / "vendor/pxc/lab/acme.ml/train.v2/1.0.yaml").is_file()
    code, shown = run("pxc compile op.yaml --locked --offline", root)
    assert code == 0, shown


@pytest.mark.parametrize("ref", ["acme.ml/train.v2:1.0", "lab//acme.ml/train.v2:1.0"])
def test_it_is_run_by_its_name(ref: str, root: Path) -> None:
    code, shown = run(f"pxc compile --hub {ref}", root)
    assert code == 0, shown
    assert "name: train-v2\n" in shown


def test_a_catalog_and_hooks_have_it(root: Path) -> None:
    (root / "catalog/components").mkdir(parents=True)
    (root / "catalog/components/tell.all.yaml").write_text(JOB.format("tell"))
    (root / "pxc.yaml").write_text(f"catalog: catalog\n{SETTINGS}")
    assert run("pxc compile --hub tell.all", root)[0] == 0
    (root / "hooked.yaml").write_text(
        JOB.format("x") + "hooks: [{hubRef: tell.all}, {hubRef: 'acme.ml/train.v2:1.0'}]\n"
    )
    for target in ("argo", "airflow"):
        code, shown = run(f"pxc compile hooked.yaml --target {target}", root)
        assert code == 0, shown


def test_patterns_of_rules_have_it(root: Path) -> None:
    (root / "catalog").mkdir()
    (root / "catalog/organization.yaml").write_text(ORGANIZATION)
    (root / "pxc.yaml").write_text(f"catalog: catalog\nproject: lab\n{SETTINGS}")
    for who, shown in (("dee", True), ("eve", False)):
        assert ("train.v2" in run(f"pxc hub ls acme.ml/ --as-user {who}", root)[1]) is shown
        assert (run(f"pxc hub pull acme.ml/train.v2:1.0 --as-user {who}", root)[0] == 0) is shown


@pytest.mark.parametrize("name", ["train.yaml", "train.json", "train.py", "a..b", "a.", "B.c"])
def test_what_no_registry_takes(name: str, root: Path) -> None:
    (root / "c.yaml").write_text(JOB.format("train"))
    code, shown = run(f"pxc hub push c.yaml acme.ml/{name}:1 --dry-run", root)
    assert code == 2
    assert "is no reference" in shown or "a name is of small letters" in shown


def test_a_number_is_a_name_on_the_command_line(root: Path) -> None:
    (root / "hub/1.5").mkdir()
    (root / "hub/1.5/latest.yaml").write_text(JOB.format("five"))
    code, shown = run("pxc compile --hub lab//1.5", root)
    assert code == 0, shown
    assert "component `1.5` is not in the registry" in run("pxc compile --hub 1.5", root)[1]
