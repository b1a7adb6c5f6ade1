"""Keeps what Airflow renders apart from text that an author wrote.

Airflow renders every text of a template field with Jinja. Our own expressions travel as marks, so
that whatever else looks like Jinja can be written so that it comes out of the rendering unchanged.
"""

from __future__ import annotations

import re
from typing import Any

from pxc.targets.airflow.python_text import Call

__all__ = ["expression", "has_expression", "rendered"]

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # no text holds these: Unicode keeps them for programs
_MARK = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_TOUCHED = re.compile(r"\{[{%#]|\r|\n\Z")
"""What Jinja reads as its own, or does not give back: other line ends, and a last one."""

_OPENING = re.compile(r"\{+(?=[%#\r]|\Z)|\{{2,}|\r")


def expression(text: str) -> str:
    """A mark that becomes `{{ text }}`."""
    return f"{_OPEN}{text}{_CLOSE}"


def has_expression(value: Any) -> bool:
    """Whether there is an expression of ours in a tree."""
    if isinstance(value, str):
        return _OPEN in value
    if isinstance(value, dict):
        return any(map(has_expression, value.values()))
    return isinstance(value, list) and any(map(has_expression, value))


def rendered(value: Any) -> Any:
    """Data as it stands in a template field: each text comes out of Airflow as it was meant.

    A text without expressions that Jinja would touch is `literal(...)`; beside expressions, what
    Jinja would read is an expression, too.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {key: rendered(child) for key, child in value.items()}
    if isinstance(value, list):
        return [rendered(child) for child in value]
    return value


def _text(text: str) -> Any:
    if _OPEN not in text:
        return Call("literal", (text,)) if _TOUCHED.search(text) else text
    found = ""
    for at, part in enumerate(_MARK.split(text)):
        found += f"{{{{ {part} }}}}" if at % 2 else _OPENING.sub(_quoted, part)
    if text.endswith("\n"):
        found += "{{ '' }}"  # Jinja takes the last line end of a template away
    return found


def _quoted(found: re.Match[str]) -> str:
    text = found.group()
    return r"{{ '\r' }}" if text == "\r" else f"{{{{ '{text}' }}}}"
