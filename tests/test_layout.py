"""Keeps the layout true: the links, the packages of the build, and who may be imported."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("grammar", "passes", "targets")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]


def packages() -> set[str]:
    """Every package of the tree by the name it is imported under, links not followed."""
    found = set()
    for top in ("pxc", *ROOMS):
        prefix = "pxc" if top == "pxc" else f"pxc.{top}"
        for init in (ROOT / top).rglob("__init__.py"):
            relative = init.parent.relative_to(ROOT / top)
            if top == "pxc" and relative.parts and relative.parts[0] in ROOMS:
                continue
            found.add(".".join((prefix, *relative.parts)))
    return found


def test_every_package_is_in_the_build() -> None:
    assert set(SETTINGS["setuptools"]["packages"]) == packages()


@pytest.mark.parametrize("room", ROOMS)
def test_link(room: str) -> None:
    link = ROOT / "pxc" / room
    if link.is_symlink():
        assert link.resolve() == ROOT / room


def test_imports_from_another_directory(tmp_path: Path) -> None:
    code = "import pxc.driver, pxc.grammar.build, pxc.passes, pxc.targets; print(pxc.__version__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_wheel_holds_every_module_and_only_pxc(tmp_path: Path) -> None:
    # A copy: setuptools builds in the tree, and what an earlier build left there would come along.
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("pxc", *ROOMS):
        shutil.copytree(ROOT / name, tree / name, symlinks=True)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    done = subprocess.run(
        [*build, str(tmp_path), str(tree)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {n for n in names if ".dist-info/" not in n}
    assert all(n.startswith("pxc/") for n in inside), sorted(inside)[:5]
    for top in ("pxc", *ROOMS):
        prefix = "pxc/" if top == "pxc" else f"pxc/{top}/"
        for path in (ROOT / top).rglob("*"):
            relative = path.relative_to(ROOT / top)
            linked = top == "pxc" and relative.parts[0] in ROOMS
            if linked or path.suffix not in {".py", ".lark", ".json", ".md", ".typed", ".yaml"}:
                continue
            assert prefix + relative.as_posix() in names
