"""Turns a migrated tree and the comments of its source into YAML text."""

from __future__ import annotations

from typing import Any

from pxc.grammar.fmt import KEY_ORDER
from pxc.grammar.v0.attach import attach
from pxc.grammar.v0.comments import Comment, comments_of
from pxc.grammar.v0.outline import Entry, outline
from pxc.grammar.v0.scalar_text import WIDTH, folded, is_literal, key_text, literal, scalar_text
from pxc.ir.node import Lit, Map, Seq, replace
from pxc.source import Source

__all__ = ["in_order", "write", "write_new"]

_KEY_LIMIT = 1000  # a key that is followed by its colon on one line may have 1024 characters
_SHORT = 60
_SHIFT = 40  # a comment is moved to the right, from the first of its run, by no more than that


def write(tree: Map, old: Map, source: Source) -> str:
    """The text of a migrated tree, with line feeds, and every comment of the old one's source.

    Block style; a list or map that its author wrote on one line stays on one where it is short and
    without comments. Scalars stay as they are spelled there. Keys stand in the order of the tree.
    """
    comments = comments_of(source)
    new = outline(tree, source)
    attach(comments.found, outline(old, source), new, source)
    return _Writer(source).document(comments.head, new.root)


def write_new(tree: Map, source: Source) -> str:
    """The text of a tree whose scalars are of this source, without comments."""
    return _Writer(source).document("", outline(tree, source).root)


def in_order(tree: Map) -> Map:
    """The tree with the keys of its root in the order of `pxc fmt`."""
    ranks = {name: rank for rank, name in enumerate(KEY_ORDER)}

    def rank(entry: tuple[Any, Any]) -> int:
        return ranks.get(entry[0].value if isinstance(entry[0], Lit) else "", len(ranks))

    return replace(tree, entries=tuple(sorted(tree.entries, key=rank)))


class _Writer:
    """Collects lines; `_open` says that the last one opened a section, `_keeps` that blank lines
    after it would be text.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines: list[str] = []
        self._open = True
        self._keeps = False

    def document(self, head: str, root: Entry) -> str:
        if not root.below:
            self._lines.append("{}")
        self._all(root.below, "")
        self._comments(root.trailing, "")
        if head and not head.endswith("\n"):
            head += "\n"
        return head + "\n".join(self._lines) + "\n"

    def _all(self, entries: list[Entry], indent: str) -> None:
        for entry in entries:
            self._entry(entry, indent)

    def _entry(self, entry: Entry, indent: str) -> None:
        above = self._above(entry, indent)
        if entry.gap and not above:
            self._blank()
        lead = f"{indent}- " if entry.key is None else f"{indent}{self._key(entry.key, indent)}"
        self._value(entry, lead, indent)
        self._comments(entry.trailing, indent)

    def _above(self, entry: Entry, indent: str) -> bool:
        """Write what leads an entry, with a comment that cannot stand beside it."""
        leading = entry.leading
        if entry.beside is not None and not self._holds_beside(entry):
            leading = [*leading, entry.beside]
            entry.beside = None
        self._comments(leading, indent)
        if leading and leading[-1].below and leading[-1].alone:
            self._blank()
        return bool(leading)

    def _holds_beside(self, entry: Entry) -> bool:
        value = entry.value
        if isinstance(value, Lit):
            folds = folded(value, self._source, "") is not None
            return not is_literal(value.value) and not folds
        return entry.key is not None or self._flow(entry) is not None

    def _key(self, key: Lit[Any], indent: str) -> str:
        name = key_text(key, self._source)
        return f"{name}:" if len(name) <= _KEY_LIMIT else f"? {name}\n{indent}:"

    def _value(self, entry: Entry, lead: str, indent: str) -> None:
        value, is_item = entry.value, entry.key is None
        gap = "" if is_item else " "
        if isinstance(value, Lit):
            self._scalar(value, lead, gap, indent, entry.beside)
            return
        flow = self._flow(entry)
        if flow is not None:
            self._line(f"{lead}{gap}{flow}", entry.beside)
        elif is_item:
            self._item(entry, lead, indent)
        else:
            self._line(lead, entry.beside)
            self._open = True
            self._all(entry.below, indent + "  " if isinstance(value, Map) else indent)

    def _item(self, entry: Entry, lead: str, indent: str) -> None:
        """A list or a map as an item: its first part stands behind the dash."""
        first = entry.below[0]
        inner = indent + "  "
        if first.leading or first.gap or first.trailing:
            self._comments(first.leading, indent)
            first.leading, first.gap = [], False
        if first.beside is not None and not self._holds_beside(first):
            self._comments([first.beside], indent)
            first.beside = None
        name = "- " if first.key is None else self._key(first.key, inner)
        self._value(first, f"{lead}{name}", inner)
        self._comments(first.trailing, inner)
        self._all(entry.below[1:], inner)

    def _scalar(
        self, node: Lit[Any], lead: str, gap: str, indent: str, beside: Comment | None
    ) -> None:
        inner = indent + "  "
        lines = literal(node.value, inner) if is_literal(node.value) else None
        lines = lines or folded(node, self._source, inner)
        if lines is None:
            text = scalar_text(node, self._source)
            self._line(f"{lead}{gap}{text}" if text else lead.rstrip(), beside)
            return
        self._line(f"{lead}{gap}{lines[0]}", None)
        self._lines += lines[1:]
        self._keeps = lines[0] == "|+"

    def _flow(self, entry: Entry) -> str | None:
        """A list or a map on one line: an empty one, or one that its author wrote so."""
        value = entry.value
        if not entry.below:
            return "{}" if isinstance(value, Map) else "[]"
        if any(below.marked for below in entry.below) or not self._wants_flow(value):
            return None
        text = self._flow_text(value)
        return text if text is not None and len(text) <= WIDTH else None

    def _wants_flow(self, value: Any) -> bool:
        span = value.span
        if span.source is not self._source:
            return False
        sign = self._source.text[span.start : span.start + 1]
        if sign in ("[", "{"):
            return "\n" not in span.text.strip() or span.end - span.start <= _SHORT
        is_list = isinstance(value, Seq) and sign != "-"
        return is_list and all(isinstance(item, Lit) for item in value.items)

    def _flow_text(self, value: Any) -> str | None:
        if isinstance(value, Lit):
            if isinstance(value.value, str) and "\n" in value.value:
                return None
            return scalar_text(value, self._source, flow=True)
        parts: list[str | None]
        if isinstance(value, Seq):
            parts = [self._flow_text(item) for item in value.items]
        else:
            parts = [self._flow_pair(key, child) for key, child in value.entries]
        if any(part is None for part in parts):
            return None
        inner = ", ".join(part for part in parts if part is not None)
        return f"[{inner}]" if isinstance(value, Seq) else f"{{{inner}}}"

    def _flow_pair(self, key: Lit[Any], child: Any) -> str | None:
        text = self._flow_text(child)
        name = key_text(key, self._source, flow=True)
        return None if text is None or len(name) > _KEY_LIMIT else f"{name}: {text}"

    def _comments(self, comments: list[Comment], indent: str) -> None:
        first: Comment | None = None
        for comment in comments:
            if first is None or comment.run != first.run:
                if comment.alone and comment.above:
                    self._blank()
                first = comment
            shift = min(max(comment.column - first.column, 0), _SHIFT) if comment.alone else 0
            self._line(f"{indent}{' ' * shift}{comment.text}", None)

    def _blank(self) -> None:
        if not self._open and not self._keeps and self._lines and self._lines[-1]:
            self._lines.append("")

    def _line(self, text: str, beside: Comment | None) -> None:
        self._lines.append(text if beside is None else f"{text}  {beside.text}")
        self._open = self._keeps = False
