"""Which components answer a few words, and in which order."""

from __future__ import annotations

import pytest

from pxc.hub.search import Page, near_word, ranked

PAGES = [
    Page("notebook", {"title": "Notebook", "tags": "notebook workspace", "description": "JupyterLab in a pod"}),
    Page("spark", {"title": "Spark", "description": "Runs a program in executors", "inputs": "gpus image",
                   "explained": "how many GPUs an executor has"}),
    Page("ray", {"title": "Ray", "description": "A program on a cluster of Ray with GPUs", "inputs": "image"}),
    Page("kaniko", {"title": "Kaniko", "description": "Builds an image", "tags": "build"}),
    Page("vision/train", {"title": "Train", "description": "Trains a detector", "inputs": "gpu"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("notebook", ["notebook"]),
        ("Notebooks", ["notebook"]),
        ("spark gpu", ["spark"]),
        ("gpu", ["ray", "spark", "vision/train"]),
        ("image", ["kaniko", "ray", "spark"]),
        ("build image", ["kaniko"]),
        ("detect", ["vision/train"]),
        ("vision", ["vision/train"]),
        ("cluster of kubernetes", ["ray"]),
        ("nothing", []),
        ("", []),
        ("!?", []),
    ],
)
def test_the_best_answer_comes_first(query: str, names: list[str]) -> None:
    assert [page.name for page in ranked(PAGES, query)] == names


def test_the_order_of_pages_says_nothing() -> None:
    for query in ("gpu", "image program", "a"):
        assert ranked(PAGES, query) == ranked(PAGES[::-1], query)


def test_a_word_that_nobody_has_is_answered_with_one_like_it() -> None:
    assert near_word(PAGES, "sparc") == "spark"
    assert near_word(PAGES, "quantum") is None
