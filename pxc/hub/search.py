"""Ranks components by how well they answer a few words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

__all__ = ["WEIGHTS", "Page", "near_word", "ranked", "words_of"]

WEIGHTS = {
    "name": 8,
    "title": 5,
    "keywords": 5,
    "tags": 5,
    "description": 3,
    "versions": 3,
    "inputs": 2,
    "explained": 1,
}
"""What a word counts where it is found; the beginning of a word counts half."""

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 3
_PLURAL = "s"


class Page(Struct, frozen=True):
    """A component as it is searched: its name and its texts by the other fields of `WEIGHTS`."""

    name: str
    texts: Mapping[str, str]


def ranked(pages: Iterable[Page], query: str) -> list[Page]:
    """The pages that have every word of a query, the best first; those of one rank by name.

    Where no page has every word, those that have most of them.
    """
    asked = words_of(query)
    scored = [(page, *_score(page, asked)) for page in pages]
    most = max((found for _, found, _ in scored), default=0)
    best = [(page, score) for page, found, score in scored if found == most and found]
    return [page for page, _ in sorted(best, key=lambda each: (-each[1], each[0].name))]


def near_word(pages: Iterable[Page], query: str) -> str | None:
    """A word of the pages that is like one of a query, which none of them has."""
    from pxc.diagnostics import nearest

    known = {
        word
        for page in pages
        for text in (page.name, *page.texts.values())
        for word in words_of(text)
    }
    near = (nearest(word, known) for word in words_of(query) if word not in known)
    return next((word for word in near if word is not None), None)


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, without the `s` of a plural."""
    found = (word.lower() for word in _WORD.findall(text))
    return [w.removesuffix(_PLURAL) if len(w) > _SHORTEST else w for w in found]


def _score(page: Page, asked: list[str]) -> tuple[int, int]:
    """How many of the words a page has, and twice what they count together."""
    said = {"name": page.name, **page.texts}
    texts = {field: words_of(said.get(field, "")) for field in WEIGHTS}
    found, score = 0, 0
    for word in asked:
        counts = [_count(word, words, WEIGHTS[field]) for field, words in texts.items()]
        found += any(counts)
        score += sum(counts)
    return found, score


def _count(word: str, words: list[str], weight: int) -> int:
    if word in words:
        return 2 * weight
    begun = len(word) >= _SHORTEST and any(each.startswith(word) for each in words)
    return weight if begun else 0
