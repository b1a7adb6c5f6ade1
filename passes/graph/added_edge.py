"""Turns an edge that is missing into the edit of the text that adds it."""

from __future__ import annotations

import re

from pxc.diagnostics import Fix
from pxc.ir.node import Lit, Seq
from pxc.passes.graph.nodes import GraphNode
from pxc.source import Span

_KEY = re.compile(r"([ ]*(?:- +)*)(?:name|'name'|\"name\")\s*:\s+\Z")
_ITEM = re.compile(r"([ ]*)- +\Z")


def added_edge(node: GraphNode, upstream: str) -> Fix | None:
    """The edit that makes an operation wait for another; None where its text has no clear place.

    A list of `dependencies` gets one more item; an operation without one gets the field after its
    name, in the style in which it is written.
    """
    found = node.composed.dependencies
    edit, owner = None, node.composed.span
    if isinstance(found, Seq):
        edit, owner = _into_list(found, upstream), found.span
    elif found is None:
        edit = _after_name(node.place, upstream)
    if edit is None or owner.source is not edit[0].source:
        return None
    return Fix(f"add `dependencies: [{upstream}]`", (_whole(owner, *edit),), safe=False)


def _whole(owner: Span, place: Span, text: str) -> tuple[Span, str]:
    """An insertion as the whole of a list or map written anew: only that may get one more entry."""
    source, at = owner.source, place.start
    start, end = min(owner.start, at), max(owner.end, at)
    return Span(source, start, end), source.text[start:at] + text + source.text[at:end]


def _into_list(found: Seq, upstream: str) -> tuple[Span, str] | None:
    text, last = found.span.text, found.items[-1] if found.items else None
    if text.startswith("[") and text.endswith("]"):
        at = last.span.end if last is not None else found.span.start + 1
        return _insertion(found.span, at, f", {upstream}" if last is not None else upstream)
    if not isinstance(last, Lit):
        return None
    dash = _ITEM.fullmatch(_before(last.span))
    if dash is None:
        return None
    return _new_line(last.span, f"{dash[1]}- {upstream}")


def _after_name(name: Span, upstream: str) -> tuple[Span, str] | None:
    text, at = name.source.text, name.end
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    if text[at : at + 1] in (",", "}"):
        return _insertion(name, name.end, f", dependencies: [{upstream}]")
    key = _KEY.fullmatch(_before(name))
    if key is None:
        return None
    return _new_line(name, f"{' ' * len(key[1])}dependencies: [{upstream}]")


def _before(span: Span) -> str:
    """What stands before a place on its line."""
    text = span.source.text
    return text[text.rfind("\n", 0, span.start) + 1 : span.start]


def _new_line(span: Span, line: str) -> tuple[Span, str] | None:
    """A line after the one on which a place ends; None when something but a remark follows it."""
    text = span.source.text
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end
    rest = text[span.end : end].strip()
    if rest and not rest.startswith("#"):
        return None
    is_dos = text[end - 1 : end] == "\r"
    at = end - 1 if is_dos else end
    return _insertion(span, at, ("\r\n" if is_dos else "\n") + line)


def _insertion(span: Span, at: int, text: str) -> tuple[Span, str]:
    return Span(span.source, at, at), text
