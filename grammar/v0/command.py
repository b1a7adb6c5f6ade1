"""Turns `run.cmd` into the command and the arguments of a container, as version 0 ran it."""

from __future__ import annotations

import re
from typing import Any

from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, listed, made, pair, renamed
from pxc.ir.node import Lit, Seq

__all__ = ["command"]

_SHELL = ("/bin/bash", "-c")


def command(run: Section) -> tuple[Pair, ...]:
    """`command` and `args` for the commands of a `run` section; none when it has no `cmd`.

    Version 0 gave one line to bash: words joined by single spaces, without the backslashes at
    their ends, and the commands of a list joined by ` && `. Source: the models of release 0.6.
    """
    entry = run.entry("cmd")
    if entry is None:
        return ()
    line = _line(entry[1])
    if line is None:
        return ()
    place = entry[0].span
    shell = listed(place, (made(place, word) for word in _SHELL))
    return (pair("command", shell, place), renamed("args", entry, listed(entry[1].span, (line,))))


def _line(cmd: Seq) -> Lit[Any] | None:
    lines = [(item, squeezed(item.value)) for item in cmd.items]
    kept = [(item, text) for item, text in lines if text]
    if len(kept) == 1:
        return _as_written(*kept[0])
    return made(cmd.span, " && ".join(text for _, text in kept)) if kept else None


def _as_written(node: Lit[Any], text: str) -> Lit[Any]:
    """The author's own text where it is what ran, or is it to bash: lines that go on."""
    lines = str(node.value).strip().split("\n")
    goes_on = all(re.search(r"\s\\$", line) for line in lines[:-1])
    if node.value == text or (len(lines) > 1 and goes_on and _joined(lines) == text):
        return node
    return made(node.span, text)


def _joined(lines: list[str]) -> str:
    return " ".join(line.removesuffix("\\").strip() for line in lines)


def squeezed(text: str) -> str:
    """A command as version 0 gave it to the shell."""
    words = (word.strip("\\") for word in text.split())
    return " ".join(word for word in words if word)
