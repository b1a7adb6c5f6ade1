"""Turns a file's tree and a release into what that release did not know, or knew no longer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.build import key_name
from pxc.grammar.declarations import PARAM_FIELDS
from pxc.grammar.language import OPERATION
from pxc.grammar.runtimes import LEGACY, OPAQUE, RUN
from pxc.grammar.search import SPACE
from pxc.grammar.shapes import ByKind, Choice, Later, ListOf, MapOf, Model, Special, snake
from pxc.ir.node import Lit, Map, Seq, is_null
from pxc.releases import Known, is_before
from pxc.source import Span

__all__ = ["check_release"]

_CODE = "PXC127"
_PARAM_KEYS = frozenset((*PARAM_FIELDS, *map(snake, PARAM_FIELDS)))


def check_release(tree: Map, release: str, report: Report, *, preset: bool) -> None:
    """Report PXC127 for everything in a file that the release does not know.

    What it still knew is not told as deprecated: PXC122 is withdrawn there. Source: the fields of
    the published packages; their bounds are columns of the tables.
    """
    walker = _Walker(release, report)
    if is_before(release, "2.18") and not preset and not _flag(tree, "isPreset"):
        walker.head(tree)
    walker.document(tree, "")


def _flag(tree: Map, name: str) -> bool:
    node = tree.get(name)
    return isinstance(node, Lit) and node.value is True


class _Walker:
    """Walks a tree beside the table that describes it."""

    def __init__(self, release: str, report: Report) -> None:
        self.release = release
        self.report = report

    def head(self, tree: Map) -> None:
        """What the first lines of a file had to say before release 2.18."""
        for name, wanted in (("version", "version: 1.1"), ("kind", "kind: component")):
            if tree.get(name) is None and tree.entries:
                self.add(
                    tree.entries[0][0].span,
                    f"release {self.release} needs `{name}`",
                    f"add `{wanted}`; it may be left out since release 2.18",
                )

    def add(self, span: Span, message: str, help: str) -> None:
        self.report.add(_CODE, message, span, help=help)

    def judge(self, name: str, key: Any, known: Known, kind: str = "") -> bool:
        """Whether the release knows a thing; if not, it is reported at its key."""
        if name in LEGACY:  # told better here, or no fault of this release
            self.report.withdraw("PXC122", key.span)
        first = known.first_in(kind)
        if first and is_before(self.release, first):
            owner = f" in a {kind}" if first != known.since else ""
            help = f"`{name}` came with release {first}"
            self.add(key.span, f"release {self.release} does not know `{name}`{owner}", help)
            return False
        if known.until and is_before(known.until, self.release):
            help = f"release {known.until} was the last that knew `{name}`"
            self.add(key.span, f"release {self.release} no longer knows `{name}`", help)
            return False
        return True

    def visit(self, shape: Any, node: Any, kind: str = "operation") -> None:
        """One value; `kind` is that of a document that says none itself."""
        match shape:
            case Model():
                self.model(shape, node)
            case ByKind():
                self.by_kind(shape, node)
            case Later():
                self.document(node, kind)
            case ListOf(item=item):
                for one in node.items if isinstance(node, Seq) else (node,):
                    self.visit(item, one, kind)
            case MapOf(value=value):
                for _, one in node.entries if isinstance(node, Map) else ():
                    self.visit(value, one)
            case Choice(known=known):
                if isinstance(node, Lit) and node.value in known:
                    self.judge(str(node.value), node, known[node.value])
            case Special(name=name):
                self.special(name, node)

    def special(self, name: str, node: Any) -> None:
        """The fields that a table cannot say."""
        if name == "component":
            self.document(node, "component")
        elif name == "run":
            self.by_kind(RUN, node)
        elif name == "search space":
            self.visit(SPACE, node)
        elif name == "param":
            self.param(node)

    def document(self, node: Any, kind: str) -> None:
        """A component or an operation."""
        if isinstance(node, Map):
            own = node.get("kind")
            said = own.value if isinstance(own, Lit) and isinstance(own.value, str) else kind
            self.model(OPERATION, node, said)

    def model(self, shape: Model, node: Any, kind: str = "") -> None:
        """An object, field by field; what is inside of an unknown field is not looked at."""
        if not isinstance(node, Map):
            return
        for name, key, value in _fields(shape, node):
            field = shape.fields[name]
            if self.judge(name, key, field.known, kind) and not is_null(value):
                inner = "component" if name == "components" else "operation"
                self.visit(field.shape, value, inner)
        if shape.name == "input or output" and is_before(self.release, "2.16"):
            self.default(node)

    def default(self, node: Map) -> None:
        """A default value, which made nothing optional before release 2.16."""
        value = node.get("value")
        optional = node.get("isOptional") or node.get("is_optional")
        given = value is not None and not (isinstance(value, Lit) and not value.value)
        if given and (optional is None or is_null(optional)):
            self.add(
                node.key("value").span,  # type: ignore[union-attr]
                f"release {self.release} takes a default `value` only with `isOptional: true`",
                "add `isOptional: true`; it follows from a `value` since release 2.16",
            )

    def by_kind(self, shape: ByKind, node: Any) -> None:
        """An object whose `kind` names its model."""
        kind = node.get("kind") if isinstance(node, Map) else None
        if not isinstance(kind, Lit) or not isinstance(kind.value, str):
            return
        model = shape.models.get(kind.value)
        known = model.known if model is not None else OPAQUE.get(kind.value, Known())
        if self.judge(kind.value, kind, known) and model is not None:
            self.model(model, node)

    def param(self, node: Any) -> None:
        """A param: its short form is the value itself."""
        if is_null(node):
            return
        keys = {key_name(k): k for k, _ in node.entries} if isinstance(node, Map) else {}
        if not _PARAM_KEYS & keys.keys() and is_before(self.release, "2.13"):
            self.add(
                node.span,
                f"release {self.release} takes a param only as a map with `value`",
                "write `{value: ...}`; the value alone came with release 2.13",
            )
        for name, field in PARAM_FIELDS.items():
            key = keys.get(name) or keys.get(snake(name))
            if key is not None:
                self.judge(name, key, field.known)


def _fields(shape: Model, node: Map) -> Iterator[tuple[str, Any, Any]]:
    """The entries that are fields of a model, older spellings under their names of today."""
    older = {snake(name): name for name in shape.fields}
    for key, value in node.entries:
        written = key_name(key)
        name = written if written in shape.fields else older.get(written)
        if name is not None:
            yield name, key, value
