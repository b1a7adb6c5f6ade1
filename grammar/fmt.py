"""Turns the text of a Polyaxonfile into its canonical form: order, indentation, quotes."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.grammar.fmt_layout import Layout, laid_out, layout_of
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Lit, Map, Seq
from pxc.source import Source

__all__ = ["KEY_ORDER", "Formatted", "first_out_of_order", "format_text", "with_keys_in_order"]

KEY_ORDER = (
    "version", "kind", "name", "description", "tags", "isPreset", "patchStrategy", "presets",
    "queue", "namespace", "isApproved", "cost", "strictParams", "cache", "schedule", "events",
    "dependencies", "trigger", "conditions", "skipOnUpstreamSkip", "mount", "inputs", "outputs",
    "joins", "params", "matrix", "termination", "plugins", "build", "hooks", "template",
    "environment", "connections", "volumes", "init", "sidecars", "container", "cmd", "env",
    "resources", "ports", "runPatch", "run", "hubRef", "dagRef", "urlRef", "pathRef", "component",
)  # fmt: skip
"""What the file is, how and when it is run, what goes in and out, and last what runs."""

_RANKS = {name: rank for rank, name in enumerate(KEY_ORDER)}
_RANKS |= {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name): r for name, r in _RANKS.items()}
_FIRST_KEYS = ("version", "kind", "name")
_ODD_BREAKS = re.compile("[\x85\u2028\u2029]|\r(?!\n)")


class Formatted(Struct, frozen=True):
    """A text in canonical form, or as it was with the reason why it was left alone."""

    text: str
    left_alone: str = ""


def format_text(name: str, text: str) -> Formatted:
    """The canonical form of a text that is correct YAML, in the line ends it begins with.

    The result holds the same keys and values, in another order at the root alone, and formatting
    it again changes nothing; a text of which that cannot be had is left alone.
    """
    before = read_yaml(Source(name, text), Report())
    if before is None:
        return Formatted(text, "it cannot be read")
    if text.lstrip().startswith("{"):
        return Formatted(text, "it is JSON, or one map in braces")
    if _ODD_BREAKS.search(text):
        return Formatted(text, "it has line ends that are not LF or CRLF")
    line_end = "\r\n" if re.match(r"[^\n]*\r\n", text) else "\n"
    formatted = _formatted(text.replace("\r\n", "\n"))
    if _formatted(formatted) != formatted:
        return Formatted(text, "its layout has no stable form")
    formatted = formatted.replace("\n", line_end)
    after = read_yaml(Source(name, formatted), Report())
    if after is None or not _same(before, after):
        return Formatted(text, "its meaning would change")
    return Formatted(formatted)


def first_out_of_order(text: str) -> tuple[tuple[str, int], str] | None:
    """The first key of the root, with its line from 0, that belongs before the key named with it.

    The text is known to be YAML with a map at its root.
    """
    highest, last = -1, ""
    for key in layout_of(text).roots:
        rank = _RANKS.get(key.name, len(_RANKS))
        if rank < highest:
            return (key.name, key.line), last
        highest, last = rank, key.name
    return None


def with_keys_in_order(name: str, text: str) -> str | None:
    """The text with the keys of its root in order and all else as it is; None if they cannot move.

    They cannot where order has a meaning, as in `format_text`.
    """
    before = read_yaml(Source(name, text), Report())
    crlf = "\r\n" in text
    plain = text.replace("\r\n", "\n") if crlf else text
    layout = layout_of(plain)
    if before is None or layout.aliases or layout.keeps or layout.open_end or "\r" in plain:
        return None
    ordered = _ordered(plain, layout)
    if first_out_of_order(ordered) is not None:
        return None
    ordered = ordered.replace("\n", "\r\n") if crlf else ordered
    after = read_yaml(Source(name, ordered), Report())
    return ordered if after is not None and _same(before, after) else None


def _formatted(text: str) -> str:
    text = laid_out(text, layout_of(text)).lstrip("\n")
    layout = layout_of(text)
    if not (layout.aliases or layout.keeps or layout.open_end):
        text = _ordered(text, layout)
    elif layout.keeps or layout.open_end:
        return text
    return text.rstrip("\n") + "\n"


def _ordered(text: str, layout: Layout) -> str:
    """The text with its root keys in order; comments and blank lines above a key go with it."""
    lines = text.split("\n")
    keys = layout.roots
    names = [key.name for key in keys]
    order = sorted(range(len(keys)), key=lambda i: _RANKS.get(names[i], len(_RANKS)))
    if order == list(range(len(keys))):
        return text
    if any(key.line == other.line for key, other in pairwise(keys)):
        return text
    starts = [_head_end(lines, names[0], keys[0].line)]
    starts += [_chunk_start(lines, layout, key.line) for key in keys[1:]]
    end = _body_end(lines, layout)
    starts.append(end)
    chunks = [lines[a:b] for a, b in pairwise(starts)]
    head = lines[: starts[0]]
    body = [line for i in order for line in chunks[i]]
    if not any(line.strip() for line in head):
        head = []
        while body and not body[0].strip():
            body.pop(0)
    return "\n".join([*head, *body, *lines[end:]])


def _head_end(lines: list[str], first: str, key: int) -> int:
    """Where the head of the file ends: its comments, but for one right above a key of its own."""
    if first in _FIRST_KEYS:
        return key
    start = key
    while start and lines[start - 1].startswith("#"):
        start -= 1
    return start if start and not lines[start - 1].strip() else key


def _chunk_start(lines: list[str], layout: Layout, key: int) -> int:
    """Where the lines of a root key begin: behind what is indented like the section before."""
    start = key
    while start - 1 not in layout.indents and (
        not lines[start - 1].strip() or lines[start - 1].startswith("#")
    ):
        start -= 1
    return start


def _body_end(lines: list[str], layout: Layout) -> int:
    """Behind the last section and the comments that are indented like it."""
    end = layout.last + 1
    stop = layout.after if layout.after >= 0 else len(lines)
    for line in range(end, stop):
        if lines[line].startswith(" ") and lines[line].strip():
            end = line + 1
    return end


def _same(before: Map, after: Map) -> bool:
    """Whether two trees hold the same, but for the order of the root's keys."""
    old, new = _by_key(before), _by_key(after)
    if len(old) != len(before.entries) or len(new) != len(after.entries):
        return _same_nodes(before, after)
    return old.keys() == new.keys() and all(_same_nodes(v, new[k]) for k, v in old.items())


def _by_key(node: Map) -> dict[object, object]:
    return {k.value: v for k, v in node.entries if isinstance(k, Lit)}


def _same_nodes(before: object, after: object) -> bool:
    stack = [(before, after)]
    while stack:
        old, new = stack.pop()
        if isinstance(old, Map) and isinstance(new, Map):
            if len(old.entries) != len(new.entries):
                return False
            for entry, other in zip(old.entries, new.entries, strict=True):
                stack += zip(entry, other, strict=True)
        elif isinstance(old, Seq) and isinstance(new, Seq):
            if len(old.items) != len(new.items):
                return False
            stack += zip(old.items, new.items, strict=True)
        elif not isinstance(old, Lit) or not isinstance(new, Lit) or not _same_value(old, new):
            return False
    return True


def _same_value(old: Lit[object], new: Lit[object]) -> bool:
    a, b = old.value, new.value
    if type(a) is not type(b) or old.plain != new.plain:
        return False
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a):
        return math.isnan(b)
    return a == b
