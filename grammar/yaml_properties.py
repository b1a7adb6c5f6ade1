"""Turns the place where a YAML node starts into the places of its tag, its anchor, its content."""

from __future__ import annotations

_BLANK = " \t\r\n\x85\u2028\u2029"
_BREAKS = "\r\n\x85\u2028\u2029"
_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_ENDS = _BLANK + ",[]{}"


def after_properties(text: str, at: int) -> int:
    """Where the content starts of a node whose tag and anchor start at `at`."""
    while at < len(text):
        if text[at] in "&!":
            at = _property_end(text, at)
        elif text[at] == "#":
            at = _comment_end(text, at)
        elif text[at] in _BLANK:
            at += 1
        else:
            break
    return at


def written_tag(text: str, at: int) -> tuple[int, int]:
    """The place of the tag among the properties that start at `at`."""
    return _written("!", text, at)


def written_anchor(text: str, at: int) -> tuple[int, int]:
    """The place of the anchor among the properties that start at `at`."""
    return _written("&", text, at)


def _written(sign: str, text: str, at: int) -> tuple[int, int]:
    while text[at] != sign:
        if text[at] in "&!":
            at = _property_end(text, at)
        elif text[at] == "#":
            at = _comment_end(text, at)
        else:
            at += 1
    return at, _property_end(text, at)


def _comment_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in _BREAKS:
        at += 1
    return at


def _property_end(text: str, at: int) -> int:
    if text.startswith("!<", at):
        return text.find(">", at) + 1 or len(text)
    anchor = text[at] == "&"
    at += 1
    while at < len(text) and (text[at] in _NAME if anchor else text[at] not in _ENDS):
        at += 1
    return at
