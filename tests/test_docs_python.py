"""Runs the Python of the documents as a notebook would: cell by cell, each with what it shows.

A block `python` is a cell; `raises=PXCnnn` tells the code of the error that ends it. A block
`text output` after it is what the cell prints, then the value of its last expression, and the error;
`...` stands for any lines, or for the beginning of one.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.code_pages import Block, blocks_of
from tests.conftest import ROOT
from tests.console import matches

PAGES = ("python.md", "python-api.md")


class Notebook:
    """Cells that share their names, in a folder with the examples."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._count = 0

    def shows(self, block: Block) -> str:
        """What a cell prints and gives."""
        self._count += 1
        name = f"<cell {self._count} of {self._page}>"
        linecache.cache[name] = len(block.text), None, block.text.splitlines(keepends=True), name
        tree = ast.parse(block.text)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        codes = [word.removeprefix("raises=") for word in block.words if "raises=" in word]
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            if codes:
                with pytest.raises(Exception, match=codes[0]) as raised:
                    self._run(tree, last, name)
                print(str(raised.value).lstrip())
            else:
                self._run(tree, last, name)
        return shown.getvalue()

    def _run(self, tree: ast.Module, last: ast.stmt | None, name: str) -> None:
        exec(compile(tree, name, "exec"), self._names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), self._names)
            if value is not None:
                print(repr(value))


@pytest.mark.parametrize("page", PAGES)
def test_the_cells_of_a_page_show_what_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    notebook = Notebook(page)
    shown = ""
    cells = 0
    for block in blocks_of((ROOT / "docs" / page).read_text("utf-8")):
        if block.language == "python":
            shown = notebook.shows(block)
            cells += 1
        elif block.words[:2] == ["text", "output"]:
            said = block.text.splitlines()
            lines = shown.splitlines()
            if said[0].startswith("...") and said[0] != "...":
                assert lines[0].endswith(said[0][3:]), shown
                said[0] = lines[0]
            assert matches(said, shown), shown
    assert cells >= 5
