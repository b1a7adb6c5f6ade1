"""Turns plain data, calls and names into Python text that a formatter leaves as it is.

A part stands on one line where that has room, else each of its own parts does, with a comma behind
the last: the style of Black and of `ruff format`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

__all__ = [
    "WIDTH", "Call", "Code", "Entries", "Statement", "behind", "flat", "names", "shown", "string",
]  # fmt: skip

WIDTH = 88
_INDENT = 4

_SPECIAL = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Code(Struct, frozen=True):
    """Text that is Python already and stays on its line: a name, a sum."""

    text: str


class Call(Struct, frozen=True):
    """A call; positional arguments stand before named ones. `is_open` keeps each on its line."""

    name: str
    positional: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()
    is_open: bool = False


class Entries(Struct, frozen=True):
    """A list that has a line for each of its items, however short they are."""

    items: tuple[Any, ...]


class Statement(Struct, frozen=True):
    """A value and what stands before it on its first line, in a block of this indentation.

    `then` is a method of the value that is called at once.
    """

    before: str
    value: Any
    indent: int = 0
    then: Call | None = None

    def text(self) -> str:
        """The lines of the statement."""
        pad = " " * self.indent
        text = f"{pad}{self.before}{shown(self.value, self.indent, len(self.before))}"
        return text if self.then is None else f"{text}.{shown(self.then, self.indent, 2)}"


def behind(upstream: str, target: str, indent: int) -> str:
    """The line, or the lines where it is too long, that puts a task behind another one."""
    pad, line = " " * indent, f"{upstream} >> {target}"
    if indent + _width(line) <= WIDTH:
        return pad + line
    inner = f"{pad}{' ' * _INDENT}"
    return f"{pad}(\n{inner}{upstream}\n{inner}>> {target}\n{pad})"


def shown(value: Any, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """A value as text.

    In: plain data, `Code`, `Call` or `Entries`; the columns of the block it stands in, of what is
    before it on its line, and of what comes behind it. Out: one line, or several whose first has no
    indentation.
    """
    if not _is_open(value):
        line = flat(value)
        if indent + before + _width(line) + after <= WIDTH:
            return line
        if not _parts(value):
            return _split(value, indent) if isinstance(value, str) else line
    opening, parts, closing = _parts(value)
    inner = indent + _INDENT
    lines = [f"{' ' * inner}{lead}{shown(part, inner, len(lead), 1)}," for lead, part in parts]
    return "\n".join((opening, *lines, " " * indent + closing))


def names(value: Any) -> Iterator[str]:
    """The first word of everything that a value calls or names."""
    if isinstance(value, Call | Code):
        text = value.name if isinstance(value, Call) else value.text
        yield text.partition("(")[0].partition(".")[0]
    for _, part in _parts(value)[1] if _parts(value) else ():
        yield from names(part)


def _is_open(value: Any) -> bool:
    """Whether a part of a value has lines of its own."""
    parts = _parts(value)
    if not parts:
        return False
    if isinstance(value, Entries) or (isinstance(value, Call) and value.is_open):
        return True
    return any(_is_open(part) for _, part in parts[1])


def _parts(value: Any) -> Any:
    """What opens a value, its parts with what leads each in, and what closes it; else nothing."""
    if isinstance(value, dict) and value:
        return "{", [(f"{flat(key)}: ", child) for key, child in value.items()], "}"
    if isinstance(value, Entries) and value.items:
        return "[", [("", child) for child in value.items], "]"
    if isinstance(value, list) and value:
        return "[", [("", child) for child in value], "]"
    if isinstance(value, Call) and (value.positional or value.named):
        positional = [("", each) for each in value.positional]
        named = [(f"{name}=", each) for name, each in value.named]
        return f"{value.name}(", [*positional, *named], ")"
    return ()


def flat(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, Code):
        return value.text
    parts = _parts(value)
    if parts:
        opening, children, closing = parts
        text: str = opening + ", ".join(lead + flat(child) for lead, child in children) + closing
        return text
    if isinstance(value, Call):
        return f"{value.name}()"
    if isinstance(value, Entries):
        return "[]"
    if isinstance(value, bool | int | float | list | dict) or value is None:
        return repr(value).replace("inf", "1e999") if isinstance(value, float) else repr(value)
    raise TypeError(f"no Python text for {type(value).__name__}")


def _width(text: str) -> int:
    """The columns of a text: a wide letter takes two."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _split(text: str, indent: int) -> str:
    """A text as a string for each of its lines, in parentheses; one line stays as it is."""
    lines = text.split("\n")
    pieces = [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
    if len(pieces) < 2:
        return string(text)
    inner = " " * (indent + _INDENT)
    if len(inner) + _width(string(text)) <= WIDTH:
        pieces = [text]
    return "\n".join(("(", *(inner + string(piece) for piece in pieces), " " * indent + ")"))


def string(text: str) -> str:
    """A text as a literal: in double quotes, or in single ones where that escapes less."""
    if '"' not in text and "\\" not in text and text.isprintable():
        return f'"{text}"'
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(text, quote)) + quote


def _escaped(text: str, quote: str) -> Iterable[str]:
    for character in text:
        if character == quote:
            yield f"\\{quote}"
        elif character in _SPECIAL:
            yield _SPECIAL[character]
        elif character.isprintable():
            yield character
        else:
            yield character.encode("unicode_escape").decode("ascii")
