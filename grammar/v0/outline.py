"""Turns a tree into its entries, the keys and items that lines are made of, and finds them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from pxc.grammar.v0.comments import Comment
from pxc.ir.node import Lit, Map, Seq
from pxc.source import Source, Span

__all__ = ["Entry", "Outline", "outline"]


class Entry(Struct, eq=False):
    """A key with its value, or an item of a list, and what is written around it.

    `start` and `end` are where it came from in the source, -1 when it came from elsewhere;
    `number` counts entries in the order they are written. `leading` comments stand above,
    `beside` at the end of its first line, `trailing` below all of it; `gap` is a blank line above.
    """

    key: Lit[Any] | None
    value: Any
    start: int
    end: int
    parent: Entry | None
    number: int = 0
    below: list[Entry] = field(default_factory=list)
    leading: list[Comment] = field(default_factory=list)
    beside: Comment | None = None
    trailing: list[Comment] = field(default_factory=list)
    gap: bool = False

    @property
    def marked(self) -> bool:
        """Whether a comment stands at it or below it."""
        own = self.leading or self.beside is not None or self.trailing
        return bool(own) or any(entry.marked for entry in self.below)


class Outline(Struct, eq=False):
    """All entries of a tree: the root, which has no key, and below it the others in order."""

    root: Entry
    entries: list[Entry]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


def outline(tree: Map, source: Source) -> Outline:
    """The entries of a tree; their places are those of keys and values that are of this source."""
    root = Entry(None, tree, *_place(None, tree, source), None)
    entries: list[Entry] = []
    waiting = [root]
    while waiting:
        entry = waiting.pop()
        if entry.parent is not None:
            entry.number = len(entries)
            entries.append(entry)
        parts = _parts(entry.value)
        entry.below = [
            Entry(key, value, *_place(key, value, source), entry) for key, value in parts
        ]
        waiting += reversed(entry.below)
    return Outline(root, entries)


def _parts(value: Any) -> list[tuple[Lit[Any] | None, Any]]:
    if isinstance(value, Map):
        return [(key, child) for key, child in value.entries if isinstance(key, Lit)]
    if isinstance(value, Seq):
        return [(None, item) for item in value.items]
    return []


def _place(key: Lit[Any] | None, value: Any, source: Source) -> tuple[int, int]:
    spans: list[Span] = [node.span for node in (key, value) if node is not None]
    own = [span for span in spans if span.source is source]
    if not own:
        return -1, -1
    return own[0].start, max(span.end for span in own)


class Survivors:
    """Finds where an entry of the old tree is in the new one, or what is nearest to it there."""

    def __init__(self, new: Outline, source: Source) -> None:
        self._by_key: dict[tuple[int, int], Entry] = {}
        self._by_value: dict[tuple[int, int], Entry] = {}
        self._by_scalar: dict[tuple[int, int], Entry] = {}
        self._same: dict[tuple[int, int, object], Entry] = {}
        self._last: dict[tuple[int, int, int], Entry] = {}
        for entry in new:
            key, value = entry.key, entry.value
            if key is not None and key.span.source is source:
                self._by_key.setdefault(_bounds(key), entry)
            if value.span.source is source:
                self._by_value.setdefault(_bounds(value), entry)
                if isinstance(value, Lit):
                    self._by_scalar.setdefault(_bounds(value), entry)
                    self._same.setdefault((*_bounds(value), value.value), entry)
            for node in (key, value):
                if node is not None and node.span.source is source:
                    self._last[*_bounds(node), id(entry.parent)] = entry
        placed = sorted((e.start, e.number, e) for e in new if e.start >= 0)
        self._starts = [start for start, _, _ in placed]
        self._placed = [entry for _, _, entry in placed]

    def exact(self, old: Entry) -> Entry | None:
        """The entry that carries this very key or value."""
        found = None if old.key is None else self._by_key.get(_bounds(old.key))
        return found or self._by_value.get(_bounds(old.value))

    def on_line(self, old: Entry) -> Entry | None:
        """The entry that carries the scalar of this one, or what was made of it, or its key."""
        bounds = _bounds(old.value)
        same = self._same.get((*bounds, getattr(old.value, "value", None)))
        return same or self._by_scalar.get(bounds) or self.exact(old)

    def last(self, old: Entry) -> Entry | None:
        """The last of the neighbours that carry this very key or value; of an item all of it."""
        found = self.exact(old)
        is_item = found is not None and _begins_item(found) and not _begins_item(old)
        if found is not None and found.parent is not None and is_item:
            found = found.parent
        if found is None:
            return None
        nodes = (node for node in (old.key, old.value) if node is not None)
        others = (self._last.get((*_bounds(node), id(found.parent))) for node in nodes)
        return max((found, *(e for e in others if e is not None)), key=lambda e: e.number)

    def first_in(self, start: int, end: int) -> Entry | None:
        """The first entry, by its old place, that came from between two places."""
        at = bisect_left(self._starts, start)
        inside = at < len(self._starts) and self._starts[at] < end
        return self._placed[at] if inside else None

    def last_in(self, start: int, end: int) -> Entry | None:
        """The last entry that came from between two places."""
        at = bisect_left(self._starts, end) - 1
        return self._placed[at] if at >= 0 and self._starts[at] >= start else None


def _bounds(node: Any) -> tuple[int, int]:
    return node.span.start, node.span.end


def _begins_item(entry: Entry) -> bool:
    around = entry.parent
    return (
        around is not None
        and around.parent is not None
        and (around.key is None and around.below[0] is entry)
    )
