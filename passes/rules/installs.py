"""Rules about programs and scripts that are not part of an image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Template, piece_of, written
from pxc.ir.program import Program
from pxc.passes.rules.authored import containers, items
from pxc.source import Span
from pxc.world import World

_INSTALL = r"\bpip(?:3(?:\.\d+)?)?[ \t]+install\b([^\n;&|#]*)"
_PACKAGE = r"[A-Za-z0-9][\w.-]*(?:\[[\w,. -]+\])?(?:[<>!~=]=?[^\s\"']*)?"
_TAKES_VALUE = frozenset({
    "-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f",
    "--find-links", "-t", "--target", "-e", "--editable", "--prefix", "--root", "--trusted-host",
    "--timeout", "--retries", "--proxy", "--cache-dir",
})  # fmt: skip
_WORD = r"\"[^\"]*\"|'[^']*'|\{\{.*?\}\}|\S+"
_TOOLS = frozenset(("pip", "setuptools", "wheel", "uv"))
_LONGEST_SCRIPT = 20


def unpinned_installs(program: Program, world: World, report: Report) -> None:
    """PXC518: packages installed when the run starts, in whatever version there is that day."""
    for container in containers(program, world):
        listed: list[Any] = []
        for field in ("command", "args"):
            value = container.get(field)
            for text in items(value) or (value,):
                if isinstance(text, Lit | Template):
                    listed.append(text)
                    _add(next(_in_text(text), None), report)
        _add(next(_in_words(listed), None), report)


def _add(package: tuple[str, Span] | None, report: Report) -> None:
    if package is not None:
        name, place = package
        report.add(
            "PXC518",
            f"`{name}` is installed anew in each run, in no certain version",
            place,
            help="put it into the image, or pin it: `name==1.2.3`",
        )


def _in_text(text: Lit[Any] | Template) -> Iterator[tuple[str, Span]]:
    raw = written(text)
    if "pip" not in raw:
        return
    for found in re.finditer(_INSTALL, raw):
        start = found.start(1)
        pieces = [
            (m[0].strip("\"'"), start + m.start() + (m[0][0] in "\"'"))
            for m in re.finditer(_WORD, found[1])
        ]
        for at, word in _unpinned(pieces):
            yield word, piece_of(text, at, at + len(word))


def _in_words(words: list[Any]) -> Iterator[tuple[str, Span]]:
    """The packages of `[pip, install, name]`, a word each."""
    texts = [w.value if isinstance(w, Lit) and isinstance(w.value, str) else "" for w in words]
    for i in range(len(texts) - 1):
        if re.fullmatch(r"(?:.*/)?pip[\d.]*", texts[i]) and texts[i + 1] == "install":
            pieces = list(zip(texts[i + 2 :], range(i + 2, len(texts)), strict=True))
            yield from ((written(words[at]), words[at].span) for at, _ in _unpinned(pieces))


def _unpinned(pieces: list[tuple[str, int]]) -> Iterator[tuple[int, str]]:
    """The names of packages among the words of an installation, with their places."""
    skip = False
    for word, at in pieces:
        if skip or word.startswith("-"):
            skip = not skip and word in _TAKES_VALUE
            continue
        if "==" in word or not re.fullmatch(_PACKAGE, word) or re.search(r"\.(whl|gz|zip)$", word):
            continue
        if re.split(r"[^\w.-]", word)[0].lower() not in _TOOLS:
            yield at, word


def long_scripts(program: Program, world: World, report: Report) -> None:
    """PXC913: a script that has outgrown the YAML file it stands in."""
    for container in containers(program, world):
        for field in ("command", "args"):
            value = container.get(field)
            for text in items(value) or (value,):
                if isinstance(text, Lit | Template):
                    _check_length(text, report)


def _check_length(text: Lit[Any] | Template, report: Report) -> None:
    span = text.span
    lines = sum(1 for line in span.text.split("\n")[1:] if line.strip())
    if lines > _LONGEST_SCRIPT:
        end = span.source.text.find("\n", span.start)
        report.add(
            "PXC913",
            f"a script of {lines} lines stands in the file",
            Span(span.source, span.start, min(end, span.end)),
            help="keep it as a file: in the image, in a repository of `init`, or beside this file",
        )
