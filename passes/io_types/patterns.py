"""Matches texts against users' regular expressions in time that grows only with their lengths.

Python's own matcher backtracks, so a short hostile pattern can hold it for years, and it has no
time limit. RE2 walks an automaton instead; what would need backtracking it refuses by name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msgspec import Struct

_MOST_MEMORY = 8 << 20


class PatternFault(Struct, frozen=True):
    """Why a text cannot serve as a pattern."""

    message: str


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Any | PatternFault:
    """The compiled pattern (`re2` has the methods of `re`), or why it is none."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as fault:
        told = fault.args[0] if fault.args else ""
        reason = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        return PatternFault(f"`{pattern}` is no regular expression that RE2 knows: {reason}")
    except UnicodeEncodeError:
        return PatternFault("the pattern has characters that are no text")


def matches_whole(pattern: str, text: str) -> bool:
    """Whether the whole of a text matches a sound pattern."""
    compiled = compile_pattern(pattern)
    assert not isinstance(compiled, PatternFault)
    try:
        return compiled.fullmatch(text) is not None
    except UnicodeEncodeError:
        return False
