"""The one way a reader of values says that a value does not fit, and how values are shown."""

from __future__ import annotations

import json
from typing import Any

_SHOWN = 48
_LONGEST_NUMBER = 4000  # bits; the interpreter refuses to print much longer ones


class Misfit(Exception):
    """Raised by the readers of single types, caught by `coerce`: a value does not fit.

    `expected` is what the type takes, with its article; `path` leads from the whole value to the
    part that does not fit.
    """

    def __init__(self, message: str, expected: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.help = help
        self.path: tuple[str | int, ...] = ()


def misfit(value: Any, expected: str, help: str | None = None) -> Misfit:
    """The usual sentence: the value is not what is expected."""
    return Misfit(f"{shown(value)} is not {expected}", expected, help)


def shown(value: Any) -> str:
    """A value for a message: short, on one line, in backticks where it is text."""
    match value:
        case None:
            return "`null`"
        case bool():
            return "`true`" if value else "`false`"
        case int() if value.bit_length() > _LONGEST_NUMBER:
            return "a very long number"
        case list() | tuple() if len(value) > 4:
            return f"a list of {len(value)} items"
        case dict() if len(value) > 3:
            return f"a map with {len(value)} keys"
    text = value if isinstance(value, str) else json_text(value)
    if text is None:
        return "this value"
    line = " ".join(text.split())
    if not line:
        return "an empty text"
    return f"`{line[:_SHOWN]}…`" if len(line) > _SHOWN else f"`{line}`"


def json_text(value: Any) -> str | None:
    """Compact JSON of plain data, None when JSON has no way to write it."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return None
