"""Turns a scalar of a migrated tree into YAML, as its author spelled it where that still holds."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from pxc import yaml_writer
from pxc.grammar.yaml_scalars import resolve
from pxc.ir.node import Lit
from pxc.source import Source

__all__ = ["folded", "is_literal", "key_text", "literal", "scalar_text"]

WIDTH = 96
"""How long a line may be; a text that cannot be broken is longer."""

_WORDS = frozenset(("y", "Y", "n", "N", "=", "<<"))
_PLAIN = re.compile(
    r"(?![-?:](?:\s|$)|[?:,\[\]{}#&*!|>'\"%@`\s]|---(?:\s|$)|\.\.\.(?:\s|$))"
    r"(?:[^\s:#]|:(?![ ]|$)|(?<! )#| +(?![ #]|$))+"
)
_POWER = re.compile(r"([-+]?[0-9]+)(\.[0-9]*)?([eE])([-+]?)([0-9]+)")
_OPTION = re.compile(r"-+[A-Za-z]|&&$|\|\|?$|;$")


def scalar_text(node: Lit[Any], source: Source, *, flow: bool = False) -> str:
    """A value on one line; a text of several lines is written between quotes."""
    spelled = _spelled(node, source, flow=flow)
    return _written(node.value, flow=flow) if spelled is None else spelled


def key_text(node: Lit[Any], source: Source, *, flow: bool = False) -> str:
    """A key on one line, that every reader takes for the same key."""
    text = scalar_text(node, source, flow=flow)
    return text or "null"


def _spelled(node: Lit[Any], source: Source, *, flow: bool) -> str | None:
    """The scalar as it stands in the source, when it says the same to every reader here."""
    span = node.span
    if span.source is not source or span.end - span.start > 4 * WIDTH + 100_000:
        return None
    text = span.text
    if "\n" in text or (not text and flow):
        return None
    if not node.plain:
        return _quoted(node.value) if _says(text, node.value) else None
    value = resolve(text)[0]
    if isinstance(node.value, float) and isinstance(value, str):
        return _with_point(text, node.value)
    if type(value) is not type(node.value) or (value != node.value and value == value):
        return None
    if flow and not text.isascii():
        return None
    return text if _is_safe(text, value, flow=flow) else None


def _with_point(text: str, value: float) -> str | None:
    """A number such as `1e-3`, which YAML 1.1 takes for text, as close to it as all readers see."""
    found = _POWER.fullmatch(text)
    if found is None or float(text) != value:
        return None
    whole, fraction, letter, sign, power = found.groups()
    decimals = fraction if fraction and len(fraction) > 1 else ".0"
    return f"{whole}{decimals}{letter}{sign or '+'}{power}"


def _says(text: str, value: object) -> bool:
    """Whether a text between quotes is this value."""
    if len(text) < 2 or text[0] != text[-1] or not isinstance(value, str):
        return False
    if text[0] == "'":
        return text[1:-1].replace("''", "'") == value
    with suppress(ValueError):
        return text[0] == '"' and json.loads(text) == value
    return False


def _is_safe(text: str, value: object, *, flow: bool) -> bool:
    """Whether readers of YAML 1.1 and of 1.2 see the type that pxc sees in a plain scalar."""
    tag: str = _RESOLVER.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    kind = "null" if value is None else type(value).__name__
    if {tag.rpartition(":")[2], _kind_12(text)} != {kind}:
        return False
    if isinstance(value, str) and text in _WORDS:
        return False
    if text and not _PLAIN.fullmatch(text):
        return False
    return not (flow and set(text) & set(",[]{}?:"))


_RESOLVER = Resolver()
_KINDS_12 = (
    ("null", re.compile(r"(?:null|Null|NULL|~|)")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")),
    ("float", re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")),
)


def _kind_12(text: str) -> str:
    """The type of a plain scalar by the core schema of YAML 1.2."""
    return next((kind for kind, form in _KINDS_12 if form.fullmatch(text)), "str")


def _written(value: Any, *, flow: bool) -> str:
    if isinstance(value, str):
        plain = value.isprintable() and value != "" and _is_text(value)
        return value if plain and _is_safe(value, value, flow=flow) else _quoted(value)
    return yaml_writer.scalar_text(value)


def _is_text(value: str) -> bool:
    """Whether pxc and readers of YAML 1.2 take a plain scalar for this text."""
    seen, code = resolve(value)
    return isinstance(seen, str) and not code and not re.fullmatch(r"[-+]?0o?[0-9]+", value)


def _quoted(text: str) -> str:
    if text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escape(c) for c in escaped)


def _escape(char: str) -> str:
    number = ord(char)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def is_literal(value: object) -> bool:
    """Whether a text of several lines can stand in a literal block as it is."""
    if not isinstance(value, str) or "\n" not in value:
        return False
    lines = value.split("\n")
    first = next((line for line in lines if line), "")
    if not first.strip() or first[0] in " \t" or lines[0] != first:
        return False
    return all(line.replace("\t", " ").isprintable() for line in lines)


def literal(text: str, indent: str) -> list[str]:
    """The lines of a literal block, the sign first; the others are indented."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    sign = ("|-", "|")[ends] if ends < 2 else "|+"
    return [sign, *(indent + line if line else "" for line in body.split("\n")), *[""] * (ends - 1)]


def folded(node: Lit[Any], source: Source, indent: str) -> list[str] | None:
    """The lines of a folded block for a long text of one line; None when it stays on one.

    A line that the author wrote on one line stays so. Breaks are put before options of a command
    where there are any.
    """
    text = node.value
    if not isinstance(text, str) or len(text) <= WIDTH or not text.isprintable():
        return None
    if _spelled(node, source, flow=False) is not None or "  " in text or text != text.strip():
        return None
    if " " not in text:
        return None
    return [">-", *(indent + line for line in _lines(text, max(WIDTH - len(indent), 40)))]


def _lines(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for piece in _pieces(text):
        if lines and len(lines[-1]) + 1 + len(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def _pieces(text: str) -> list[str]:
    """What should stand on one line: an option with its value, an expression."""
    pieces: list[str] = []
    for word in text.split(" "):
        inside = bool(pieces) and pieces[-1].count("{{") > pieces[-1].count("}}")
        new = not pieces or (_OPTION.match(word) is not None and not inside)
        long = bool(pieces) and len(pieces[-1]) > WIDTH // 2 and not inside
        if new or long:
            pieces.append(word)
        else:
            pieces[-1] += f" {word}"
    return pieces
