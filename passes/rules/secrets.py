"""Rules about secrets that stand in the file for everybody to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Map, piece_of, written
from pxc.ir.program import Program
from pxc.ir.run import DockerfileInit, FileInit, GitInit
from pxc.passes.rules.authored import authored, containers, items, objects, operations, texts
from pxc.source import Span
from pxc.world import World

_URL = r"[A-Za-z][\w+.-]{1,20}://([^\s/:@'\"{}$<>]{0,80}:[^\s/@'\"{}$<>]{1,200})@[\w\[]"
_KNOWN = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{40,}"
    r"|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bAIza[\w-]{35}"
    r"|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
)
_MARKS = ("AKIA", "ASIA", "gh", "glpat-", "xox", "hf_", "AIza", "sk-", "-----BEGIN")
_SECRET_NAME = (
    r"(?:^|[_-])(?:password|passwd|secret|token|(?:api|access|secret|private|auth)[_-]?key"
    r"|credentials?)$"
)
_ARGUMENT = r"^(--?[\w-]+)(?:=(.*))?$"
_STAND_INS = ("example", "changeme", "change-me", "placeholder", "your", "xxx", "dummy", "todo",
              "redacted", "fake", "sample")  # fmt: skip

_HELP = "keep it in a secret, and name it with `secretKeyRef`, `envFrom` or a connection"


def url_credentials(program: Program, world: World, report: Report) -> None:
    """PXC603: a user's password inside a URL."""
    for text in _places(program, world):
        if "://" not in text.value or "@" not in text.value:
            continue
        for found in re.finditer(_URL, written(text)):
            report.add(
                "PXC603",
                "a URL holds a password",
                piece_of(text, found.start(1), found.end(1)),
                help="use a connection with a secret: whoever reads the file reads the password",
            )


def secret_literals(program: Program, world: World, report: Report) -> None:
    """PXC601: a key of a known form, or a key-like value under a name for secrets."""
    for text in _places(program, world):
        raw = written(text)
        if not any(mark in raw for mark in _MARKS):
            continue
        found = re.search(_KNOWN, raw)
        if found is not None:
            _add(piece_of(text, found.start(), found.end()), report)
    for name, value in _named(program, world):
        secret = value.value
        if (
            re.search(_SECRET_NAME, name, re.I)
            and _is_key_like(secret)
            and not re.search(_KNOWN, secret)
            and not re.search(_URL, secret)
        ):
            _add(_inside(value, secret), report)


def _add(span: Span, report: Report) -> None:
    report.add("PXC601", "a secret stands in the file", span, help=_HELP)


def _places(program: Program, world: World) -> Iterator[Lit[str]]:
    """The texts in which a secret may stand: environment, arguments, URLs, files, steps."""
    for container in containers(program, world):
        for field in ("command", "args"):
            yield from texts(container.get(field))
    for _, value in _environment(program, world):
        yield value
    for node in authored(program, world):
        if isinstance(node, GitInit):
            yield from texts(node.url)
        elif isinstance(node, FileInit):
            yield from texts(node.content)
        elif isinstance(node, DockerfileInit):
            yield from texts(node.run)


def _environment(program: Program, world: World) -> Iterator[tuple[str, Lit[str]]]:
    """Every environment variable with a literal text."""
    for entry in objects(program, world, "V1EnvVar"):
        name, value = entry.get("name"), entry.get("value")
        if isinstance(name, Lit) and isinstance(value, Lit) and isinstance(value.value, str):
            yield str(name.value), value
    maps: list[Any] = [operation.env for operation in operations(program, world)]
    maps += [n.env for n in authored(program, world) if isinstance(n, DockerfileInit)]
    for env in maps:
        if isinstance(env, Map):
            for key, value in env.entries:
                if isinstance(key, Lit) and isinstance(value, Lit) and isinstance(value.value, str):
                    yield str(key.value), value


def _named(program: Program, world: World) -> Iterator[tuple[str, Lit[str]]]:
    """Values with the name they are given under: variables, `--name=value`, `--name`, `value`."""
    yield from _environment(program, world)
    for container in containers(program, world):
        words = [*items(container.get("command")), *items(container.get("args"))]
        option = ""
        for word in words:
            text = word.value if isinstance(word, Lit) and isinstance(word.value, str) else ""
            found = re.match(_ARGUMENT, text) if text.startswith("-") else None
            if found is not None and found[2] is not None:
                yield found[1], Lit(_inside(word, found[2]), found[2])
            elif option and text and found is None:
                yield option, word
            option = found[1] if found is not None and found[2] is None else ""


def _inside(word: Lit[str], part: str) -> Span:
    """The place of the end of a word."""
    at = word.span.text.find(part)
    if at < 0:
        return word.span
    return Span(word.span.source, word.span.start + at, word.span.start + at + len(part))


def _is_key_like(text: str) -> bool:
    """Whether a value looks drawn, not named: long, without blanks, letters and digits mixed."""
    low = text.lower()
    return (
        8 <= len(text) <= 400
        and not any(c in text for c in " \t\n{}$<>()")
        and not text.startswith(("/", "./", "~"))
        and any(c.isdigit() for c in text)
        and any(c.isalpha() for c in text)
        and not any(word in low for word in _STAND_INS)
    )
