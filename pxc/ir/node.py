"""Turns parsed text into the smallest nodes of the IR: literals, templates, lists and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import astuple, replace

from pxc.ir.expr import Expr
from pxc.source import Span

__all__ = [
    "FALSE_WORDS",
    "TRUE_WORDS",
    "Hole",
    "Invalid",
    "KObject",
    "ListField",
    "Lit",
    "Map",
    "MapField",
    "Node",
    "Scalar",
    "Seq",
    "Table",
    "Template",
    "Value",
    "children",
    "is_computed",
    "is_null",
    "piece_of",
    "plain",
    "replace",
    "walk",
    "written",
]  # fmt: skip

T = TypeVar("T")

TRUE_WORDS = frozenset({"true", "yes", "on", "t", "y", "1"})
FALSE_WORDS = frozenset({"false", "no", "off", "f", "n", "0"})
"""What is read as a boolean where one is wanted, in any case of the letters."""


class Node(Struct, frozen=True, kw_only=False, gc=False):
    """Anything with a place. A synthetic node takes the span of what caused it."""

    span: Span


class Lit(Node, Generic[T], frozen=True):
    """A known scalar: str, int, float, bool or None.

    `plain` is true when the author wrote it without quotes, so that `1.10` and `"1.10"` can be
    told apart; the exact spelling is `span.text` when `plain`.
    """

    value: T
    plain: bool = False


class Hole(Node, frozen=True):
    """One `{{ ... }}` of a template: its expression, or what stands for a faulty one."""

    expr: Expr | Invalid


class Template(Node, frozen=True):
    """Text with expressions in it.

    `parts` alternates text and holes in source order; a template that is one hole and nothing else
    keeps the type of its value. `text` is the authored text after YAML's own unescaping.
    `statements` is true when the text has `{% %}`; then `parts` is empty and `text` is rendered
    by Jinja's sandbox. `expects` is the type its field wants once rendered: `text`, `int`,
    `number`, `bool`, `list`, `map`, `enum:a,b`, `arguments` (text or a list of text), or empty
    for any.
    """

    text: str
    parts: tuple[str | Hole, ...]
    statements: bool = False
    expects: str = ""


class Seq(Node, frozen=True):
    """A list in authored order."""

    items: tuple[Any, ...]


class Map(Node, frozen=True):
    """A plain map in authored order; keys are literals or templates with their own places."""

    entries: tuple[tuple[Lit[Any] | Template, Any], ...]

    def get(self, key: str) -> Any | None:
        """The value under a text key, or None."""
        for k, v in self.entries:
            if isinstance(k, Lit) and k.value == key:
                return v
        return None

    def key(self, key: str) -> Lit[Any] | Template | None:
        """The key node itself, for its place."""
        for k, _ in self.entries:
            if isinstance(k, Lit) and k.value == key:
                return k
        return None

    def __iter__(self) -> Iterator[tuple[Lit[Any] | Template, Any]]:
        return iter(self.entries)


class KObject(Map, frozen=True):
    """A Kubernetes object; `definition` is its schema name, such as `V1Container`.

    Keys are in Kubernetes' own spelling. It merges by its own rules (spec: patch-presets).
    """

    definition: str = ""


class Table(Map, frozen=True):
    """A map whose values are typed nodes (`params`, `matrix.params`): merged entry by entry."""


class Invalid(Node, frozen=True):
    """What could not be built; it was reported once, passes skip it."""


Scalar = Lit[Any] | Template | Invalid
"""A field of one scalar: a literal of the right type, or a template that will become one."""

ListField = Seq | Template | Lit[None] | Invalid
"""A field that holds a list: authored, templated as a whole, null, or faulty."""

MapField = Map | Template | Lit[None] | Invalid
"""A field that holds a map."""

Value = Lit[Any] | Template | Seq | Map | Invalid
"""A tree of which only the shape of YAML is known."""


def is_null(node: object) -> bool:
    """Whether a node is an explicit `null`."""
    return isinstance(node, Lit) and node.value is None


_LEAVES = frozenset((Lit, Template, Invalid, Hole))
_BARE = frozenset((type(None), Span, str, bool))


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, keys before values, in field order."""
    return iter(_below(node))


def _below(node: Node) -> Sequence[Node]:
    if node.__class__ in _LEAVES:
        return ()
    if isinstance(node, Map):
        return [part for entry in node.entries for part in entry]
    if isinstance(node, Seq):
        return node.items
    found: list[Node] = []
    for child in astuple(node):
        if child.__class__ in _BARE:
            continue
        if isinstance(child, Node):
            found.append(child)
        elif isinstance(child, tuple):
            for item in child:  # a role of a runtime is a pair of its name and its node
                parts = item if isinstance(item, tuple) else (item,)
                found += [part for part in parts if isinstance(part, Node)]
    return found


def walk(node: Node, into: Callable[[Node], bool] | None = None) -> Iterator[Node]:
    """A node and everything below it, parents first; below those alone that `into` allows."""
    waiting = [node]
    while waiting:
        last = waiting.pop()
        yield last
        if last.__class__ not in _LEAVES and (into is None or into(last)):
            waiting += _below(last)[::-1]


def plain(node: Any) -> Any:
    """The bare Python value of a tree, for messages and comparisons; templates give their text."""
    if isinstance(node, Lit):
        return node.value
    if isinstance(node, Template):
        return node.text
    if isinstance(node, Seq):
        return [plain(i) for i in node.items]
    if isinstance(node, Map):
        return {plain(k): plain(v) for k, v in node.entries}
    if isinstance(node, Invalid):
        return None
    if isinstance(node, Struct):
        pairs = ((n, getattr(node, n)) for n in node.__struct_fields__ if n != "span")
        return {n: plain(v) for n, v in pairs if v is not None}
    if isinstance(node, tuple):
        return [plain(i) for i in node]
    return node


def is_computed(node: Lit[Any] | Template) -> bool:
    """Whether a value does not stand at its place: a program gave it by a name or a call."""
    if node.span.source.authored is None:
        return False
    return (node.text if isinstance(node, Template) else str(node.value)) not in node.span.text


def written(node: Lit[Any] | Template) -> str:
    """A text as it stands in its file; the text itself where a program computed it."""
    if is_computed(node):
        return node.text if isinstance(node, Template) else str(node.value)
    return node.span.text


def piece_of(node: Lit[Any] | Template, start: int, end: int) -> Span:
    """The place of a piece of what `written` gives; the whole where that does not stand there."""
    if is_computed(node):
        return node.span
    return Span(node.span.source, node.span.start + start, node.span.start + end)
