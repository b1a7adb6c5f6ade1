"""Finds characters that are no text: Unicode keeps them for programs, or they are half of one."""

from __future__ import annotations

import re

__all__ = ["unfit_character", "unfit_message"]

_UNFIT = "[\ufdd0-\ufdef\ud800-\udfff]"


def unfit_character(text: str) -> str:
    """The first noncharacter (U+FDD0 to U+FDEF) or lone surrogate of a text; empty without one.

    Targets mark their own expressions inside texts by noncharacters, so what an author writes must
    have none: it could become an expression that the engine evaluates. Source: Unicode, 23.7.
    """
    if text.isascii():
        return ""
    found = re.search(_UNFIT, text)
    return found[0] if found else ""


def unfit_message(character: str) -> str:
    """What is wrong with such a character."""
    return f"the character U+{ord(character):04X} cannot stand in a text"
