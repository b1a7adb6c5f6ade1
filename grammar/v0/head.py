"""Turns what stands at the head of a document of version 0 into its name, description and tags."""

from __future__ import annotations

from typing import Any

from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, listed, renamed
from pxc.ir.node import Lit, Seq

__all__ = ["head"]


def head(document: Section, *, distributed: bool) -> list[Pair]:
    """Name, description and tags; the framework is a tag, unless the runtime says it.

    PXC949 for a backend that is neither the cluster nor what the runtime says.
    """
    found = [entry for name in ("name", "description") if (entry := document.entry(name))]
    tags, framework = document.entry("tags"), document.entry("framework")
    if framework is not None and not distributed:
        tags = _tagged(tags, framework)
    backend = document.get("backend")
    if backend is not None and backend.value == "other":
        document.report.add(
            "PXC949",
            "a backend of one's own has no counterpart",
            document.place("backend"),
            help="leave it out: the runtime says who runs it",
        )
    return [*found, tags] if tags is not None else found


def _tagged(tags: Pair | None, framework: Pair) -> Pair:
    """The tags with the framework among them, once."""
    word: Any = framework[1]
    if tags is None:
        return renamed("tags", framework, listed(word.span, [word]))
    items: tuple[Any, ...] = (tags[1],)
    if isinstance(tags[1], Seq):
        items = tags[1].items
    elif isinstance(tags[1], Lit):
        texts = str(tags[1].value).split(",")
        items = tuple(Lit(tags[1].span, text.strip()) for text in texts if text.strip())
    if any(isinstance(item, Lit) and item.value == word.value for item in items):
        return tags
    return renamed("tags", tags, listed(tags[1].span, [*items, word]))
