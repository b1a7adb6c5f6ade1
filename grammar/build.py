"""Turns a positioned tree into the typed IR by walking the table of the language."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.grammar.kubernetes import kubernetes_object
from pxc.grammar.scalars import SCALARS, is_template, read_template, scalar_text
from pxc.grammar.shape import (
    missing_field,
    unknown_field,
    unknown_kind,
    wrong_type,
)  # fmt: skip
from pxc.grammar.shapes import (
    Anything,
    ByKind,
    Kubernetes,
    Later,
    ListOf,
    MapOf,
    Model,
    Special,
)  # fmt: skip
from pxc.grammar.template import parse_template
from pxc.ir.node import Invalid, Lit, Map, Seq, Table, Template


class Builder:
    """Builds one file. Holds the report, and what the document has that its parts must know."""

    def __init__(self, report: Report, *, preset: bool = False) -> None:
        self.report = report
        self.preset = preset

    def build(self, shape: Any, node: Any, what: str) -> Any:
        """The IR of `node` read as `shape`; `what` is the field's name for messages.

        A fault is reported once and gives `Invalid`; an explicit null stays a null.
        """
        if isinstance(node, Invalid):
            return node
        if isinstance(node, Lit) and node.value is None and not isinstance(shape, Anything):
            return node
        read = SCALARS.get(type(shape))
        if read is not None:
            return read(shape, node, what, self.report)
        return _READERS[type(shape)](self, shape, node, what)

    def anything(self, shape: Anything, node: Any, what: str) -> Any:
        """Any tree, its texts parsed for expressions."""
        if isinstance(node, Lit):
            return parse_template(node, self.report) if is_template(node) else node
        if isinstance(node, Seq):
            return Seq(node.span, tuple(self.anything(shape, i, what) for i in node.items))
        if isinstance(node, Map):
            entries = tuple((self.key(k), self.anything(shape, v, what)) for k, v in node.entries)
            return Map(node.span, entries)
        return node

    def key(self, key: Any) -> Any:
        """A map key, which may hold expressions."""
        return parse_template(key, self.report, "text") if is_template(key) else key

    # collections

    def list_of(self, shape: ListOf, node: Any, what: str) -> Any:
        """A list, item by item."""
        if shape.split and isinstance(node, Lit) and isinstance(node.value, str):
            if is_template(node):
                return read_template(node, True, what, "list", self.report)
            return Seq(node.span, _split(node))
        if is_template(node) and not shape.single:
            return read_template(node, shape.template, what, "list", self.report)
        if shape.single and not isinstance(node, Seq):
            return Seq(node.span, (self.build(shape.item, node, what),))
        if not isinstance(node, Seq):
            hint = "write it as a list: `- ...`" if isinstance(node, Lit | Map) else None
            wrong_type(node, what, "a list", self.report, help=hint)
            return Invalid(node.span)
        return Seq(node.span, tuple(self.item(shape.item, i, what) for i in node.items))

    def item(self, shape: Any, node: Any, what: str) -> Any:
        """One item of a list; a null item is a fault, for it can mean nothing."""
        if isinstance(node, Lit) and node.value is None and not isinstance(shape, Anything):
            wrong_type(node, what, "a list without empty items", self.report)
            return Invalid(node.span)
        return self.build(shape, node, what)

    def map_of(self, shape: MapOf, node: Any, what: str) -> Any:
        """A map with free keys."""
        if is_template(node):
            return read_template(node, shape.template, what, "map", self.report)
        if not isinstance(node, Map):
            wrong_type(node, what, "a map", self.report)
            return Invalid(node.span)
        entries = tuple(
            (self.key(_text_key(k)), self.build(shape.value, v, f"{what}.{key_name(k)}"))
            for k, v in node.entries
        )
        return (Table if shape.table else Map)(node.span, entries)

    def kubernetes(self, shape: Kubernetes, node: Any, what: str) -> Any:
        """An object of the Kubernetes API."""
        if is_template(node):
            return read_template(node, shape.template, what, "map", self.report)
        if not isinstance(node, Map):
            wrong_type(node, what, "a map", self.report)
            return Invalid(node.span)
        return kubernetes_object(node, shape.definition, self.report, where=what)

    # models

    def model(self, shape: Model, node: Any, what: str) -> Any:
        """An object with known fields."""
        if is_template(node):
            return read_template(node, shape.template, what, "map", self.report)
        if not isinstance(node, Map):
            wrong_type(node, what, f"a map with fields of `{shape.name}`", self.report)
            return Invalid(node.span)
        values: dict[str, Any] = dict(shape.constants)
        keys: dict[str, Any] = {}
        for key, value in node.entries:
            name = self.field_name(key, shape, node, keys)
            if name is not None:
                field = shape.fields[name]
                keys[name] = key
                values[field.attribute] = self.build(field.shape, value, name)
        self.check_model(shape, node, keys)
        return self.instance(shape, node, values)

    def instance(self, shape: Model, node: Map, values: dict[str, Any]) -> Any:
        """The IR object; role fields of a distributed runtime gather in `roles`."""
        known = shape.cls.__struct_fields__
        if "roles" in known:
            roles = tuple((k, v) for k, v in values.items() if k not in known)
            values = {k: v for k, v in values.items() if k in known}
            values["roles"] = roles
        return shape.cls(node.span, **values)

    def field_name(
        self, key: Any, shape: Model, within: Map, seen: dict[str, Lit[Any]]
    ) -> str | None:
        """The field a key means, None after reporting an unknown one."""
        if isinstance(key, Lit) and key.value in shape.fields:
            return str(key.value)
        if not isinstance(key, Lit):
            return None
        meant = unknown_field(key, shape, within, self.report)
        return None if meant in seen else meant

    def check_model(self, shape: Model, node: Map, keys: dict[str, Lit[Any]]) -> None:
        """Report missing fields and fields that exclude each other."""
        for needed in shape.required:
            if needed not in keys and not self.preset:
                missing_field(node, shape, needed, self.report)
        for group in shape.exclusive:
            given = [k for k in group if k in keys and not _null(node, keys[k])]
            if len(given) > 1 and not self.preset:
                first, second = (keys[k] for k in given[:2])
                references = "hubRef" in group
                self.report.add(
                    "PXC107" if references else "PXC118",
                    f"`{second.value}` and `{first.value}` cannot both be set",
                    second.span,
                    notes=(Note(f"`{first.value}` is set here", first.span),),
                    help="keep one reference"
                    if references
                    else f"make two entries of it, one with `{first.value}` and one with"
                    f" `{second.value}`",
                )

    def by_kind(self, shape: ByKind, node: Any, what: str) -> Any:
        """An object whose `kind` names its model."""
        if is_template(node):
            return read_template(node, shape.template, what, "map", self.report)
        if not isinstance(node, Map):
            wrong_type(node, what, f"a map with a `kind` of `{shape.name}`", self.report)
            return Invalid(node.span)
        model = self.kind_model(shape, node)
        if model is None:
            return Invalid(node.span)
        entries = tuple((k, v) for k, v in node.entries if key_name(k) != "kind")
        return self.model(model, Map(node.span, entries), what)

    def kind_model(self, shape: ByKind, node: Map) -> Model | None:
        """The model of a node's `kind`; None after reporting."""
        kind = node.get("kind")
        kinds = tuple(shape.models)
        if kind is None:
            near = next((k for k, _ in node.entries if str(key_name(k)).lower() == "kind"), None)
            span = (near or node.entries[0][0]).span if node.entries else node.span
            self.report.add(
                "PXC104",
                f"`{shape.name}` needs a `kind`",
                span,
                help="kinds: " + ", ".join(f"`{k}`" for k in kinds),
            )
            return None
        if not isinstance(kind, Lit) or not isinstance(kind.value, str):
            if not isinstance(kind, Invalid):
                wrong_type(kind, "kind", "text", self.report)
            return None
        if kind.value not in shape.models:
            unknown_kind(kind, shape.name, kinds, shape.code, self.report)
            return None
        return shape.models[kind.value]

    def later(self, shape: Later, node: Any, what: str) -> Any:
        """A model named before it was defined."""
        from pxc.grammar.documents import build_document

        return build_document(node, self.report, nested=True)

    def special(self, shape: Special, node: Any, what: str) -> Any:
        """A field whose reading needs more than a table."""
        from pxc.grammar.special import SPECIALS

        return SPECIALS[shape.name](self, node, what)


_READERS: dict[type, Any] = {
    Anything: Builder.anything,
    ListOf: Builder.list_of,
    MapOf: Builder.map_of,
    Kubernetes: Builder.kubernetes,
    Model: Builder.model,
    ByKind: Builder.by_kind,
    Later: Builder.later,
    Special: Builder.special,
}


def _null(node: Map, key: Lit[Any]) -> bool:
    value = node.get(str(key.value))
    return isinstance(value, Lit) and value.value is None


def key_name(key: Any) -> Any:
    """A key as text; a template gives its source."""
    return key.value if isinstance(key, Lit) else key.text if isinstance(key, Template) else ""


def _text_key(key: Any) -> Any:
    if isinstance(key, Lit) and not isinstance(key.value, str):
        return Lit(key.span, scalar_text(key.value), plain=key.plain)
    return key


def _split(node: Lit[Any]) -> tuple[Lit[str], ...]:
    return tuple(Lit(node.span, part.strip()) for part in node.value.split(",") if part.strip())
