"""Turns the words that somebody says a component is found by into keywords."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["MOST_KEYWORDS", "joined", "keyword_fault", "keywords_of", "split"]

MOST_KEYWORDS = 32
_LONGEST = 64
_COMMA = ","


def keywords_of(said: Any) -> tuple[str, ...]:
    """The keywords of plain data, each once, as they stand there; what is no keyword is none."""
    listed = said if isinstance(said, list | tuple) else ()
    words = (each.strip() for each in listed if isinstance(each, str))
    return tuple(dict.fromkeys(w for w in words if not keyword_fault(w)))[:MOST_KEYWORDS]


def keyword_fault(word: str) -> str:
    """Why a text is no keyword; empty for one that is."""
    if not word or len(word) > _LONGEST or not word.isprintable() or _COMMA in word:
        return f"`{word[:_LONGEST]}` is no keyword: 1 to {_LONGEST} characters, and no comma"
    return ""


def joined(keywords: Iterable[str]) -> str:
    """Keywords as one text."""
    return _COMMA.join(keywords)


def split(text: str) -> tuple[str, ...]:
    """The keywords of one text."""
    return keywords_of(text.split(_COMMA))
