"""Turns the text of a YAML file into its comments, knowing quotes and block scalars."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["comments"]

_BLOCK = re.compile(r"(?:^|[\s:\-?,\[{])[|>](?:[1-9][+-]?|[+-][1-9]?)?[ \t]*(?:#.*)?$")


def comments(text: str) -> Iterator[tuple[int, int]]:
    """The start and end of every comment, from its `#` to the end of its line.

    A `#` inside quotes, in a block scalar or in the middle of a word starts none. Quoted text may
    go on over lines; a block scalar ends where the indentation of its parent comes back.
    """
    quote = ""
    block: int | None = None
    start = 0
    for line in text.splitlines(keepends=True):
        body = line.rstrip("\r\n")
        indent = len(body) - len(body.lstrip(" "))
        if block is not None and (not body.strip() or indent > block):
            start += len(line)
            continue
        block = None
        quote, at = _scan(body, quote)
        if at is not None:
            yield start + at, start + len(body)
        code = body if at is None else body[:at]
        if not quote and _BLOCK.search(code):
            block = _parent_indent(code, indent)
        start += len(line)


def _scan(line: str, quote: str) -> tuple[str, int | None]:
    """The quote that is open at the end of a line, and where its comment starts."""
    at = 0
    while at < len(line):
        character = line[at]
        if quote:
            if quote == '"' and character == "\\":
                at += 1
            elif character == quote:
                if quote == "'" and line[at + 1 : at + 2] == "'":
                    at += 1
                else:
                    quote = ""
        elif character == "#" and (at == 0 or line[at - 1] in " \t"):
            return "", at
        elif character in "'\"" and _starts_scalar(line, at):
            quote = character
        at += 1
    return quote, None


def _starts_scalar(line: str, at: int) -> bool:
    """Whether a quote at this place opens a scalar: inside of a plain one it is a character."""
    before = line[:at].rstrip(" \t")
    if not before or before[-1] in "[{,":
        return True
    return len(before) < at and (before[-1] in ":-?" or (before[-1].isalnum() and _tagged(before)))


def _tagged(before: str) -> bool:
    """Whether the last word before a quote is a tag or an anchor."""
    return before.split()[-1][0] in "!&"


def _parent_indent(code: str, indent: int) -> int:
    """The indentation that ends a block scalar: the column of the key, or dash, it belongs to."""
    column = indent
    rest = code[indent:]
    while rest.startswith("- "):
        inner = rest[1:].lstrip(" ")
        if inner[:1] in ("|", ">"):
            break
        column += len(rest) - len(inner)
        rest = inner
    return column
