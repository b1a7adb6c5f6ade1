"""The page of the gallery is made of the goldens, and every one of them is on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code_pages import blocks_of
from tests.command_line import run
from tests.conftest import ROOT
from tests.gallery import CASES, GOLDEN, PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.gallery`"


def test_every_pipeline_is_shown() -> None:
    assert sorted(CASES) == sorted(GOLDEN.glob("gallery-*"))
    assert len(CASES) >= 10


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_command_of_the_page(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = next(block for block in blocks_of(page()) if block.language == "sh").text
    words = command.replace("gallery-release", case.name).split()
    if not (case / "catalog").exists():
        words = words[: words.index("--catalog")]
    monkeypatch.chdir(ROOT)
    ended = run(*words[1:])
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("apiVersion: argoproj.io/v1alpha1\n")
