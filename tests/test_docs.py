"""Runs what the documents show: YAML blocks, command lines, tables of the language, links.

Info strings of YAML blocks: nothing (linted, without a finding), `compile`, `wrong PXCnnn` (one
finding of exactly that code), `-P name=value`; after such a block `preset`, `catalog`, `file=NAME`
give it company and `output` shows what it is compiled to, `...` standing for any lines.
`fragment` marks YAML that is not a Polyaxonfile. `file=NAME` also puts the file where the page's
commands run, beside a copy of `examples/`. Blocks of Python are those of `test_docs_python.py`.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from pxc.passes.evaluation.filters import filters
from pxc.passes.evaluation.predicates import TESTS
from pxc.passes.io_types.coerce import CoercionFault, coerce
from pxc.passes.io_types.parse_type import parse_type
from pxc.passes.io_types.types import IOType
from pxc.pipeline import Phase
from tests.code_pages import Block, Example, accompany, blocks_of, example_of
from tests.conftest import ROOT
from tests.console import commands_of, matches, run

DOCS = sorted(
    path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
    if path.exists()
)


class Shown(Struct):
    """A YAML block of a document with the code it must give and the output it must have."""

    example: Example
    code: str = ""
    output: str | None = None


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def shown_in(path: Path) -> list[Shown]:
    found: list[Shown] = []
    for block in blocks_of(path.read_text("utf-8")):
        if block.language != "yaml" or "fragment" in block.words:
            continue
        role = block.words[1] if len(block.words) > 1 else ""
        if role == "output":
            found[-1].output = block.text
        elif role in ("preset", "catalog") or "=" in role:
            if found:
                accompany(found[-1].example, block)
        else:
            found.append(_shown(block))
    return found


def _shown(block: Block) -> Shown:
    words = block.words[1:]
    code = ""
    if words[:1] == ["wrong"]:
        code, words = words[1], words[2:]
    return Shown(example_of(Block(["yaml", "shown", *words], block.text, block.line)), code)


CASES = [
    pytest.param(shown, id=f"{name_of(path)}:{shown.example.line}")
    for path in DOCS
    for shown in shown_in(path)
]


@pytest.mark.parametrize("shown", CASES)
def test_yaml_blocks(shown: Shown, tmp_path: Path) -> None:
    example = shown.example
    if shown.output is not None:
        example.compile = True
    example.prepare(tmp_path)
    outcome = example.outcome_in(tmp_path)
    assert [d.code.id for d in outcome.report] == ([shown.code] if shown.code else [])
    if shown.output is not None:
        written = "".join(file.text for file in outcome.files)
        assert matches(shown.output.splitlines(), written), written


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_console_blocks(path: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()  # the mark of a workspace
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for block in blocks_of(path.read_text("utf-8")):
        if len(block.words) > 1 and block.words[1].startswith("file="):
            file = tmp_path / block.words[1].removeprefix("file=")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")
        if block.language != "console":
            continue
        for command in commands_of(block.text):
            code, written = run(command.line, tmp_path)
            assert code in (0, 1), f"{command.line}: {code}\n{written}"
            if command.shown and any(line.strip() for line in command.shown):
                assert matches(command.shown, written), f"{command.line}\n{written}"


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_links(path: Path) -> None:
    text = re.sub(r"^( *)```.*?^\1```", "", path.read_text("utf-8"), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{name_of(path)} leads to {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name_of(path)} leads to {link}"


def anchors(path: Path) -> set[str]:
    """The anchors that the headings of a document have."""
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def table(name: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading of a document in docs/."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    section = text.split(f"## {heading}\n", 1)[1]
    rows = re.findall(r"^\|(.+)\|$", section.split("\n## ", 1)[0], re.M)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in rows[2:]]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_filters_and_tests_that_are_documented_are_those_there_are() -> None:
    documented = {row[0]: quoted(row[1]) for row in table("expressions.md", "Filters and tests")}
    tests = documented.pop("tests")
    names = [name for group in documented.values() for name in group]
    assert sorted(names) == sorted(filters())
    assert sorted(tests) == sorted(name for name in TESTS if name.isalpha())


@pytest.mark.parametrize("row", table("types.md", "Types"), ids=lambda row: row[0])
def test_the_table_of_types(row: list[str]) -> None:
    for name in quoted(row[0]):
        type_ = parse_type(name)
        assert isinstance(type_, IOType), name
        for value, wanted in cases_of(row[1]):
            made = coerce(type_, value)
            assert not isinstance(made, CoercionFault), (name, value, made)
            assert wanted is ... or (made == wanted and type(made) is type(wanted)), (name, made)
        for value, _ in cases_of(row[2]):
            assert isinstance(coerce(type_, value), CoercionFault), (name, value)


def cases_of(cell: str) -> list[tuple[Any, Any]]:
    """The values of a cell, written as JSON, each with what it becomes after an arrow, if any."""
    found = []
    for value, wanted in re.findall(r"`([^`]+)`(?: → `([^`]+)`)?", cell):
        found.append((json.loads(value), json.loads(wanted) if wanted else ...))
    return found


def test_the_architecture_shows_the_passes_there_are() -> None:
    from pxc.passes import PIPELINE

    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = next(b for b in blocks_of(text) if "PIPELINE" in b.text)
    assert block.text.split("PIPELINE\n", 1)[1].strip() == order_of(PIPELINE)


def order_of(phases: tuple[Phase, ...]) -> str:
    lines = [f"{p.name:9} {', '.join(step.__name__ for step in p.passes)}" for p in phases]
    return "\n".join(lines)
