"""The page of the gallery is made of the goldens, and every one of them is on it."""

from __future__ import annotations

from tests.gallery import CASES, GOLDEN, PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.gallery`"


def test_every_pipeline_is_shown() -> None:
    assert sorted(CASES) == sorted(GOLDEN.glob("gallery-*"))
    assert len(CASES) >= 10
