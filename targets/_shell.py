"""Turns texts into words of a POSIX shell that mean exactly these texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["expanded_word", "is_variable", "kubelet_pieces", "quoted"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch


def is_variable(name: str) -> bool:
    """Whether a shell can hold a variable of this name."""
    return _VARIABLE(name) is not None


def quoted(text: str) -> str:
    """A text as one word, in single quotes: no character has a meaning there."""
    return "'" + text.replace("'", "'\\''") + "'"


def kubelet_pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """The pieces of a text as the kubelet reads them: text, or the name in `$(NAME)` with its text.

    `$$` is one dollar sign. Source: Kubernetes' third_party/forked/golang/expansion.
    """
    at = plain = 0
    while (at := text.find("$", at)) >= 0:
        follower = text[at + 1 : at + 2]
        end = text.find(")", at + 2) if follower == "(" else -1
        if follower == "$":
            yield text[plain : at + 1], None
            at = plain = at + 2
        elif end >= 0:
            yield text[plain:at], None
            yield text[at : end + 1], text[at + 2 : end]
            at = plain = end + 1
        else:
            at += 2
    yield text[plain:], None


def expanded_word(text: str, variable: Callable[[str], str | None]) -> str:
    """A text as the kubelet expands it, as one word of a shell.

    `variable` says, for a name in `$(NAME)`, the shell variable that holds it; None leaves the text
    as it stands, which is what the kubelet does with a name that it does not know.
    """
    word, constant = "", ""
    for piece, name in kubelet_pieces(text):
        held = variable(name) if name is not None else None
        if held is None:
            constant += piece
            continue
        word += (quoted(constant) if constant else "") + f'"${{{held}}}"'
        constant = ""
    return word + quoted(constant) if constant or not word else word
