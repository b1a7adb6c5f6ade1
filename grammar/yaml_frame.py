"""Turns the keys and values of one open map or list into its node: duplicates, merge keys."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Diagnostic, Note
from pxc.grammar.yaml_finding import fault
from pxc.grammar.yaml_pieces import shorten
from pxc.grammar.yaml_templates import template_fault
from pxc.ir.node import Invalid, Lit, Map, Seq
from pxc.source import Span

Tree = Map | Seq | Lit[Any] | Invalid
"""What YAML alone can say of a text."""


class Anchor(Struct):
    """What an anchor stands for: its node, None while that is open, and what a copy costs."""

    span: Span
    node: Tree | None = None
    weight: int = 0
    height: int = 0


class Frame:
    """A map or list of which the end has not been read yet.

    `findings` is the reader's list; `weight` is what the file weighed when the frame was opened;
    `height` counts the levels from here down, `end` is the end of the last part.
    """

    __slots__ = (
        "_entries", "_items", "_key", "_key_span", "_known", "_merge_key", "_merges", "_odd_keys",
        "_seen", "anchor", "end", "findings", "fits", "flow", "height", "is_map", "next_is_merge",
        "start", "weight",
    )  # fmt: skip

    def __init__(self, start: int, is_map: bool, flow: bool, findings: list[Diagnostic]) -> None:
        self.start = self.end = start
        self.is_map = is_map
        self.flow = flow
        self.findings = findings
        self.anchor: Anchor | None = None
        self.fits = True
        self.weight = 0
        self.height = 1
        self.next_is_merge = False
        self._known = len(findings)
        self._items: list[Tree] = []
        self._entries: list[tuple[Lit[Any], Tree]] = []
        self._seen: dict[object, Span] = {}
        self._key: Tree | None = None
        self._key_span: Span | None = None
        self._merge_key: Span | None = None
        self._merges: list[tuple[int, Span, Tree]] = []
        self._odd_keys: list[tuple[Span, bool]] = []

    @property
    def wants_key(self) -> bool:
        """Whether the next node is a key."""
        return self.is_map and self._key is None

    def place_of_nothing(self, at: int, text: str) -> int:
        """Where a value that was left out would start: parsers say the next sign, or the `:`."""
        while at > self.end and text[at - 1] in " \t\r\n":
            at -= 1
        return at

    def put(self, node: Tree, span: Span, height: int) -> None:
        """Take a finished key, value or item; `span` is its place here, also for an alias."""
        if span.end > self.end:
            self.end = span.end
        if height >= self.height:
            self.height = height + 1
        if not self.is_map:
            self._items.append(node)
        elif self._key is None:
            self._key, self._key_span = node, span
        else:
            self._entry(self._key, self._key_span or span, node, span)
            self._key = None

    def finish(self, span: Span) -> Tree:
        """The node of the whole map or list, at this place."""
        if not self.is_map:
            return Seq(span, tuple(self._items))
        if self._is_template(span):
            del self.findings[self._known :]
            self.findings.append(template_fault(span))
            return Invalid(span)
        for key_span, _ in self._odd_keys:
            self.findings.append(
                fault(
                    "PXC001",
                    "a key must be a scalar, found a map or a list",
                    key_span,
                    help="quote the key if it is text",
                )
            )
        if self._merges:
            self._merge()
        return Map(span, tuple(self._entries))

    def _is_template(self, span: Span) -> bool:
        """Whether this is what YAML makes of `{{ name }}`: a flow map as the one key of another."""
        if not self.flow or self._entries or self._merges or len(self._odd_keys) != 1:
            return False
        key, stands_alone = self._odd_keys[0]
        return stands_alone and span.source.text.startswith("{{", span.start, key.start + 1)

    def _entry(self, key: Tree, key_span: Span, node: Tree, span: Span) -> None:
        if self.next_is_merge:
            self.next_is_merge = False
            if self._merge_key:
                self._duplicate(key_span, self._merge_key, "merge several maps: `<<: [*a, *b]`")
            else:
                self._merge_key = key_span
                self._merges.append((len(self._entries), span, node))
        elif isinstance(key, Lit):
            first = self._seen.setdefault(key.value, key_span)
            if first is key_span:
                self._entries.append((key, node))
            else:
                self._duplicate(key_span, first, "remove one, or give it another name")
        elif not isinstance(key, Invalid):
            alone = span.start == span.end and isinstance(node, Lit) and node.value is None
            self._odd_keys.append((key_span, alone))

    def _duplicate(self, span: Span, first: Span, help: str) -> None:
        self.findings.append(
            fault(
                "PXC003",
                f"the key `{shorten(span.text)}` is given twice in one map",
                span,
                label="only the first is read",
                notes=(Note("first given here", first),),
                help=help,
            )
        )

    def _merge(self) -> None:
        """Put merged entries where `<<` stands; explicit keys win, then the earlier map.

        Rule: https://yaml.org/type/merge.html
        """
        taken = set(self._seen)
        for at, span, node in self._merges:
            fresh: list[tuple[Lit[Any], Tree]] = []
            for one in node.items if isinstance(node, Seq) else (node,):
                if isinstance(one, Map):
                    for key, value in one.entries:
                        if isinstance(key, Lit) and key.value not in taken:
                            taken.add(key.value)
                            fresh.append((key, value))
                elif not isinstance(one, Invalid):
                    self._cannot_merge(span, one)
                    break
            self._entries[at:at] = fresh

    def _cannot_merge(self, span: Span, node: Tree) -> None:
        self.findings.append(
            fault(
                "PXC001",
                f"`<<` merges a map or a list of maps, found {describe(node)}",
                span,
                help="name an anchored map: `<<: *name`",
            )
        )


def describe(node: Tree) -> str:
    """What a node is, in a reader's words."""
    match node:
        case Map():
            return "a map"
        case Seq():
            return "a list"
        case Lit(value=None):
            return "null"
        case Lit(value=bool()):
            return "a boolean"
        case Lit(value=int() | float()):
            return "a number"
        case _:
            return "text"
