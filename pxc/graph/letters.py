"""Says how wide a text is at most in the usual faces without serifs, without having any of them."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

__all__ = ["width_of"]

_NARROW, _SLIM, _WIDE = frozenset("ijl.,:;'|! "), frozenset('ftrI()[]{}-/\\"`'), frozenset("mwMW@%")


def width_of(text: str, size: float) -> float:
    """The width of a text in letters of a size, with room for faces wider than Helvetica."""
    return sum(map(_letter, text)) * size


def _letter(letter: str) -> float:
    if letter in _NARROW:
        return 0.33
    if letter in _SLIM:
        return 0.42
    if letter in _WIDE:
        return 0.95
    if letter.isascii():
        return 0.7 if letter.isupper() else 0.6
    if combining(letter):
        return 0.0
    return 1.05 if east_asian_width(letter) in "WF" else 0.8
