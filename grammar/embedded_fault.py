"""Turns a text that an embedded language refuses into the place where it goes wrong.

The small languages inside of YAML scalars (queries, search spaces, references, durations) are each
defined by a `.lark` file. Their modules accept correct text without it; Lark is loaded when a text
has failed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from lark import Lark


class Fault(Struct, frozen=True):
    """Why a text is not of a language.

    The piece `[position, end)` does not fit; it is empty where something is missing. `suggestions`
    are correct texts that may have been meant, the likeliest first; they stand for the whole text.
    """

    position: int
    end: int
    message: str
    help: str | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def suggestion(self) -> str | None:
        """The likeliest correct text, if the text is near to one."""
        return self.suggestions[0] if self.suggestions else None


class Stop(Struct, frozen=True):
    """Where a grammar could not go on, and the terminals it would have taken there."""

    position: int
    expected: frozenset[str]


@cache
def grammar(language: str, start: str) -> Lark:
    """The parser of `LANGUAGE.lark` beside this file, from the rule `start`."""
    from lark import Lark

    written = Path(__file__).with_name(f"{language}.lark").read_text("utf-8")
    return Lark(written, start=start, parser="lalr", lexer="contextual")


def stop_of(language: str, start: str, text: str) -> Stop:
    """Where the grammar stops in a text that it does not take."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        grammar(language, start).parse(text)
    except UnexpectedCharacters as error:
        return Stop(error.pos_in_stream or 0, frozenset(error.allowed or ()))
    except UnexpectedToken as error:
        at = len(text) if error.token.type == "$END" else error.pos_in_stream or 0
        return Stop(at, frozenset(error.accepts or error.expected))
    raise AssertionError(f"{language}.lark takes {text!r}, the quick reader does not")
