"""Makes the nodes of a migrated file, each at the place of what it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pxc.ir.node import Lit, Map, Seq, Template
from pxc.source import Span

__all__ = ["Pair", "around", "key_of", "listed", "made", "mapped", "pair", "renamed"]

Pair = tuple[Lit[Any] | Template, Any]


def around(entry: Pair) -> Span:
    """The place of a field with its name."""
    key, value = entry
    if key.span.source is not value.span.source or value.span.end < key.span.start:
        return key.span
    return Span(key.span.source, key.span.start, value.span.end)


def key_of(entry: Pair) -> str:
    """The name of a field as text."""
    key = entry[0]
    return str(key.value) if isinstance(key, Lit) else key.text


def made(place: Span, value: Any) -> Lit[Any]:
    """A scalar that nobody wrote, at the place of what caused it."""
    return Lit(place, value)


def pair(name: str, value: Any, place: Span | None = None) -> Pair:
    """A field; its name stands where its value does unless a place is given."""
    return (Lit(place or value.span, name), value)


def renamed(name: str, entry: Pair, value: Any = None) -> Pair:
    """A field of the old file under a new name, with its value or another one."""
    return (Lit(entry[0].span, name), entry[1] if value is None else value)


def mapped(place: Span, entries: Iterable[Pair | None]) -> Map:
    """A map of those entries that are there."""
    return Map(place, tuple(entry for entry in entries if entry is not None))


def listed(place: Span, items: Iterable[Any]) -> Seq:
    """A list."""
    return Seq(place, tuple(items))


def fields_of(node: Any) -> list[tuple[str, Lit[Any], Any]]:
    """The names, keys and values of a map; nothing of what is no map."""
    if not isinstance(node, Map):
        return []
    return [(str(key.value), key, value) for key, value in node.entries if isinstance(key, Lit)]
