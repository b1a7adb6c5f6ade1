"""Turns texts that differ from one template to the next into parameters of one template.

A column is one place of a template, with the text that each of its copies has there. What all
copies say stays; what differs becomes a parameter: word by word where the words line up, else as
the whole text between two tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pxc.targets.argo.tags import parts, tag
from pxc.targets.argo.task_names import parameter_name

__all__ = ["Columns", "Path"]

Path = tuple[str | int, ...]

_WORDS = re.compile(r"([\s=:,;/\"'()\[\]]+)")
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9_]*")
_FLAG = re.compile(r"--?([a-zA-Z][-a-zA-Z0-9_]*)[=\s]\s*[\"']?$")
_LONGEST = 40


class Columns:
    """The parameters of one template: `values` has what each copy gives, by parameter."""

    def __init__(self, template: dict[str, Any], taken: Iterable[str]) -> None:
        self.template = template
        self.values: dict[str, Sequence[str]] = {}
        self._taken = list(taken)
        self._known: dict[tuple[str, ...], str] = {}
        self._suggested: dict[tuple[str, ...], str] = {}

    def suggest(self, name: str, texts: Sequence[str]) -> None:
        """Say how a parameter with these values would be called."""
        self._suggested.setdefault(tuple(texts), name)

    def put(self, columns: Iterable[tuple[Path, Sequence[str]]]) -> None:
        """Write columns into the template: what their texts share, and tags for what differs.

        All texts of a column have the same tags in the same order. What is the value of a variable
        somewhere is called as that variable.
        """
        found = list(columns)
        for path, texts in found:
            if path[1] == "env":
                self.suggest(_wanted(self.template, path, ""), texts)
        for path, texts in found:
            self._put(path, texts)

    def _put(self, path: Path, texts: Sequence[str]) -> None:
        split = [parts(text) for text in texts]
        found = ""
        for at, first in enumerate(split[0]):
            if at % 2:
                found += tag(first)
                continue
            literals = [each[at] for each in split]
            if any(text != first for text in literals):
                found = self._joined(path, found, literals)
            else:
                found += first
        _set(self.template, path, found)

    def _joined(self, path: Path, before: str, literals: list[str]) -> str:
        """The text so far with these literals after it."""
        words = [_WORDS.split(text) for text in literals]
        if len({len(each) for each in words}) > 1:
            return self._tagged(path, before, literals)
        found = before
        for at, first in enumerate(words[0]):
            column = [each[at] for each in words]
            if all(word == first for word in column):
                found += first
            elif found.endswith("{"):  # a brace must not touch a tag
                return self._tagged(path, before, literals)
            else:
                found = self._tagged(path, found, column)
        return found

    def _tagged(self, path: Path, before: str, column: list[str]) -> str:
        key = tuple(column)
        name = self._known.get(key)
        if name is None:
            wanted = self._suggested.get(key) or _wanted(self.template, path, before)
            name = parameter_name(wanted, (*self._taken, *self.values))
            self._known[key] = name
            self.values[name] = key
        return before + tag(f"inputs.parameters.{name}")


def _set(template: Any, path: Path, text: str) -> None:
    for key in path[:-1]:
        template = template[key]
    template[path[-1]] = text


def _wanted(template: dict[str, Any], path: Path, before: str) -> str:
    """A name for what stands there: that of its flag, its variable, or its field."""
    flag = _FLAG.search(before)
    if flag is not None:
        return flag[1][:_LONGEST]
    owner: Any = template
    for key in path[:-1]:
        owner = owner[key]
    last = path[-1]
    if isinstance(owner, dict):
        name = owner.get("name") if last == "value" else last
        return _slug(str(name)) if name else "value"
    assert isinstance(last, int)
    if last and not before:
        previous = str(owner[last - 1])
        if previous.startswith("-") and _NAME.fullmatch(previous.lstrip("-")):
            return previous.lstrip("-")[:_LONGEST]
    return f"{path[-2]}-{last}"


def _slug(name: str) -> str:
    found = re.sub(r"[^a-zA-Z0-9]+", "-", name).strip("-").lower()
    return found[:_LONGEST] or "value"
