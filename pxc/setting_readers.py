"""Readers of the values of pxc.yaml: each takes a key and plain data, and raises SettingFault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pxc.lint.settings_values import SettingFault

__all__ = ["Reader", "fields", "one_of", "seconds", "text", "texts", "truth"]

Reader = Callable[[str, Any], Any]


def text(key: str, value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise SettingFault(key, f"`{key}` must be text")
    return value


def truth(key: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise SettingFault(key, f"`{key}` must be true or false")
    return value


def seconds(key: str, value: Any) -> int:
    """A number of seconds."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingFault(key, f"`{key}` must be a number of seconds, 1 or more")
    return value


def one_of(choices: tuple[str, ...]) -> Reader:
    """A reader of one of some words."""

    def read(key: str, value: Any) -> str:
        if value not in choices:
            raise SettingFault(key, f"`{key}` is one of {', '.join(choices)}")
        return str(value)

    return read


def texts(key: str, value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise SettingFault(key, f"`{key}` must be a list of names")
    return tuple(value)


def fields(key: str, value: Any, readers: dict[str, tuple[str, Reader]]) -> dict[str, Any]:
    """The fields of a map that are given."""
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must be a map")
    found = {}
    for name, item in value.items():
        if name not in readers:
            raise SettingFault.unknown(f"setting of {key}", name, readers)
        field, read = readers[name]
        if item is not None:
            found[field] = read(str(name), item)
    return found
