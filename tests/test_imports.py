"""What each command imports: the cold start that a hook feels is mostly imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import environment, write

COMPONENT = """\
version: 1.1
kind: component
inputs: [{name: lr, type: float, value: 0.1}]
run: {kind: job, container: {image: "a:1", args: ["{{ lr }}"]}}
"""

NEVER = frozenset({"fractions", "kubernetes", "jsonschema", "jinja2", "ruamel", "lark",
                   "importlib.metadata", "asyncio", "urllib.request", "ssl", "tempfile", "dataclasses",
                   "_hashlib", "pxc.api", "pxc.author", "pxc.grammar.python", "pxc.hub", "pxc.passes.attached", "pxc.passes.lower_groups"})  # fmt: skip
"""What no command of this table may import: costly, and of no use to a small correct file."""

WATCHED = frozenset({"click", "msgspec", "yaml", "subprocess", "unicodedata", "pxc.driver",
                     "pxc.grammar", "pxc.passes", "pxc.targets"})  # fmt: skip
"""What some commands need; the table says which."""

READING = {"click", "msgspec", "yaml", "pxc.driver", "pxc.grammar", "pxc.passes"}

IMPORTS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "import pxc": ((), set()),
    "--version": (("--version",), {"click"}),
    "--help": (("--help",), {"click"}),
    "wrong command": (("lnt",), {"click"}),
    "schema": (("schema",), {"click"}),
    "completion": (("completion", "zsh"), {"click"}),
    "rule": (("rule",), {"click", "msgspec"}),
    "rule CODE": (("rule", "PXC302"), {"click", "msgspec"}),
    "lint --help": (("lint", "--help"), {"click", "msgspec"}),
    "lint": (("lint", "a.yaml"), READING),
    "lint FOLDER": (("lint", "."), READING),
    "schedule": (("schedule", "a.yaml"), READING),
    "graph": (("graph", "a.yaml"), READING),
    "graph --format svg": (("graph", "a.yaml", "--format", "svg"), READING | {"unicodedata"}),
    "fmt": (("fmt", "--check", "a.yaml"), READING - {"pxc.passes"}),
    "compile": (("compile", "a.yaml"), READING | {"pxc.targets"}),
    "compile -o": (("compile", "a.yaml", "-o", "b.txt"), READING | {"pxc.targets"}),
}

PROBE = """
import sys
arguments = sys.argv[1:]
if arguments:
    from pxc.cli import main
    try:
        main(arguments)
    except SystemExit:
        pass
else:
    import pxc
sys.stdout = sys.__stdout__
print("\\nIMPORTED", *sorted(sys.modules))
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=folder, capture_output=True, text=True, env=environment(), check=True,
    )  # fmt: skip
    last = ended.stdout.splitlines()[-1].split()
    assert last[0] == "IMPORTED", ended.stdout
    return set(last[1:])


@pytest.mark.parametrize("name", IMPORTS)
def test_a_command_imports_what_the_table_says(name: str, tmp_path: Path) -> None:
    arguments, expected = IMPORTS[name]
    write(tmp_path, {"a.yaml": COMPONENT})
    modules = imported(tmp_path, *arguments)
    assert modules & WATCHED == expected
    assert modules & NEVER == set()


def test_the_probe_sees_what_is_imported(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": COMPONENT.replace("{{ lr }}", "日本"), "b.yaml": "kind: [\n"})
    assert "unicodedata" not in imported(tmp_path, "lint", "a.yaml")
    write(tmp_path, {"c.yaml": COMPONENT.replace("container", "日本")})
    assert "unicodedata" in imported(tmp_path, "lint", "c.yaml")
