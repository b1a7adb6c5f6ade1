"""Turns the Kubernetes objects of a Polyaxonfile from untyped trees into checked, placed ones.

Every level is checked against Kubernetes' own shapes; each mistake is said once, at its place, and
what was meant is read on where that is clear.
"""

from __future__ import annotations

import math
import re
from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.kubernetes_definitions import (
    ANY_SCALAR,
    ONE_TEXT,
    Shape,
    definition_fields,
    definitions,
    exclusive_fields,
    reference,
    required_fields,
    schema_defs,
)
from pxc.grammar.kubernetes_faults import (
    bad_quantity,
    exclude_each_other,
    meant_field,
    missing_field,
    not_allowed,
    unknown_resource,
    wrong_type,
)
from pxc.grammar.quantity import QuantityFault, check_quantity
from pxc.grammar.shape import wants_text
from pxc.grammar.template import parse_template
from pxc.ir.node import Invalid, KObject, Lit, Map, Seq, Template, is_null

__all__ = ["definition_fields", "kubernetes_object", "schema_defs"]

_RESOURCES = frozenset({"V1ResourceRequirements.limits", "V1ResourceRequirements.requests"})
_STANDARD_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
_TEXT: Shape = {"type": "string"}


def kubernetes_object(
    node: Any, definition: str, report: Report, *, where: str
) -> KObject | Template | Lit[Any] | Invalid:
    """A tree as the Kubernetes object `definition` (`V1Container`); `where` names it in messages.

    Keys come out in Kubernetes' spelling and values with the types it wants: the text of a number
    where text is meant (environment values, arguments, labels, quantities), a `Template` where
    there are expressions, `Invalid` for what was reported. An explicit null stays. One text for
    `command` or `args` stays one text. Reports PXC003, PXC101 to PXC105, PXC110, PXC116, PXC118,
    PXC124, PXC510 and what `parse_template` does. Raises KeyError for an unknown definition.
    """
    found: KObject | Template | Lit[Any] | Invalid = _Reader(report).object(node, definition, where)
    return found


class _Reader:
    """Reads one object; `what` is always the nearest field name, for messages."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def object(self, node: Any, definition: str, what: str) -> Any:
        """An object with the fields of a definition."""
        if not isinstance(node, Map):
            return self.not_a(node, what, "a map", "map")
        properties = definitions()[definition]["properties"]
        given = {k.value for k, _ in node.entries if isinstance(k, Lit) and k.value in properties}
        keys: dict[str, Lit[Any]] = {}
        entries: list[tuple[Lit[Any], Any]] = []
        unclear = False
        for key, value in node.entries:
            name = self.field_name(key, definition, what, given, keys)
            if name is None or not isinstance(key, Lit):
                unclear = True
                continue
            keys[name] = key
            built = self.value(value, properties[name], f"{definition}.{name}", name)
            entries.append((key if key.value == name else Lit(key.span, name, key.plain), built))
        built_object = KObject(node.span, tuple(entries), definition)
        self.check_whole(built_object, keys, what, unclear)
        return built_object

    def field_name(
        self, key: Any, definition: str, what: str, given: set[str], keys: dict[str, Lit[Any]]
    ) -> str | None:
        """The field a key means; None, after reporting, when there is none it can mean."""
        if isinstance(key, Lit) and key.value in given:
            return str(key.value)
        if not isinstance(key, Lit):
            return None
        if _is_template(key):
            self.report.add(
                "PXC124",
                f"a field name of `{what}` cannot be a template",
                key.span,
                help="write the name itself and put the template into its value",
            )
            return None
        return meant_field(key, definition, what, frozenset(given | keys.keys()), self.report)

    def check_whole(
        self, node: KObject, keys: dict[str, Lit[Any]], what: str, unclear: bool
    ) -> None:
        """Report missing fields, and fields that exclude each other.

        A key that could not be understood may be the missing field, and was reported already.
        """
        given = {name for name in keys if not is_null(node.get(name))}
        for name in () if unclear else required_fields(node.definition):
            if name not in given:
                missing_field(node, what, name, self.report)
        rivals = [name for name in exclusive_fields(node.definition) if name in given]
        if len(rivals) > 1:
            first, second = sorted((keys[name] for name in rivals), key=lambda k: k.span.start)[:2]
            exclude_each_other(first, second, self.report)

    def value(self, node: Any, shape: Shape, field: str, what: str) -> Any:
        """A field's value; null stands for a field that is not set, except for a quantity."""
        definition = reference(shape)
        if definition == "Quantity":
            return self.quantity(node, what)
        if isinstance(node, Invalid) or is_null(node):
            return node
        if definition == "IntOrString":
            return self.port(node, what)
        if definition:
            return self.object(node, definition, what)
        match shape.get("type"):
            case "array":
                return self.list(node, shape["items"], field, what)
            case "object":
                return self.map(node, shape["additionalProperties"], field, what)
            case "string":
                return self.text(node, shape, what, loose=field in ANY_SCALAR)
            case "integer":
                return self.integer(node, what)
            case "boolean":
                return self.boolean(node, what)
        return self.anything(node)

    # collections

    def list(self, node: Any, item: Shape, field: str, what: str) -> Any:
        """A list; `command` and `args` may be one text, and their empty items are dropped later."""
        if isinstance(node, Seq):
            return Seq(node.span, tuple(self.item(i, item, field, what) for i in node.items))
        if field in ONE_TEXT and isinstance(node, Lit) and isinstance(node.value, str):
            return parse_template(node, self.report, "arguments")
        hint = "write it as a list: `- ...`"
        if field == "V1Container.env" and isinstance(node, Map):
            hint = "write a list of names and values: `- {name: ..., value: ...}`"
        return self.not_a(node, what, "a list", "list", help=hint)

    def item(self, node: Any, shape: Shape, field: str, what: str) -> Any:
        """One item of a list; a null one can mean nothing."""
        if is_null(node) and field not in ONE_TEXT:
            wrong_type(node, what, "a list without empty items", self.report)
            return Invalid(node.span)
        return self.value(node, shape, field, what)

    def map(self, node: Any, shape: Shape | bool, field: str, what: str) -> Any:
        """A map with free keys, which may be templates."""
        if not isinstance(node, Map):
            return self.not_a(node, what, "a map", "map")
        if isinstance(shape, bool):
            return self.anything(node)
        entries = []
        for key, value in node.entries:
            if field in _RESOURCES and isinstance(key, Lit) and not _is_resource(key):
                unknown_resource(key, what, self.report)
                continue
            name = str(key.value) if isinstance(key, Lit) else what
            built_key = self.key(key)
            built = self.map_value(value, shape, field, name)
            if not isinstance(built_key, Invalid):
                entries.append((built_key, built))
        return Map(node.span, tuple(entries))

    def map_value(self, node: Any, shape: Shape, field: str, what: str) -> Any:
        """A value of a map with free keys: where text is wanted any scalar will do."""
        if shape == _TEXT and not isinstance(node, Invalid) and not is_null(node):
            return self.text(node, shape, what, loose=True)
        return self.value(node, shape, field, what)

    def key(self, key: Lit[Any] | Template) -> Lit[Any] | Template | Invalid:
        """A free key: text, or a template of it."""
        if not isinstance(key, Lit):
            return key
        if not isinstance(key.value, str):
            return Lit(key.span, _text_of(key), key.plain)
        return parse_template(key, self.report, "text")

    def anything(self, node: Any) -> Any:
        """A tree of any shape, its texts parsed for expressions."""
        if isinstance(node, Lit):
            return parse_template(node, self.report)
        if isinstance(node, Seq):
            return Seq(node.span, tuple(self.anything(i) for i in node.items))
        if isinstance(node, Map):
            pairs = tuple((self.key(k), self.anything(v)) for k, v in node.entries)
            return Map(node.span, tuple((k, v) for k, v in pairs if not isinstance(k, Invalid)))
        return node

    # scalars

    def text(self, node: Any, shape: Shape, what: str, *, loose: bool) -> Any:
        """Text; with `loose` any scalar, as its text in JSON."""
        words: list[str] | None = shape.get("enum")
        if _is_template(node):
            return parse_template(node, self.report, f"enum:{','.join(words)}" if words else "text")
        if not isinstance(node, Lit):
            return self.not_a(node, what, "text")
        if not isinstance(node.value, str):
            if not loose:
                authored = node.span.text if node.plain else _text_of(node)
                return self.not_a(node, what, "text", write=f'"{authored}"')
            text = _text_of(node)
            if words and isinstance(node.value, bool):
                text = str(node.value)
            node = Lit(node.span, text, node.plain)
        if words and node.value not in words:
            if node.value[:1] == "'" == node.value[-1:] and node.value[1:-1] in words:
                # Polyaxon reads texts as literals, so its users quote `True` twice to keep it text
                return Lit(node.span, node.value[1:-1])
            not_allowed(node, what, words, self.report)
            return Invalid(node.span)
        if "pattern" in shape and not re.search(shape["pattern"], node.value):
            not_allowed(node, what, shape["examples"], self.report)
            return Invalid(node.span)
        wants_text(node, self.report)
        return node

    def integer(self, node: Any, what: str) -> Any:
        """A whole number."""
        if _is_template(node):
            return parse_template(node, self.report, "int")
        value = node.value if isinstance(node, Lit) else None
        if isinstance(value, float) and value.is_integer():
            return Lit(node.span, int(value), node.plain)
        if isinstance(value, int) and not isinstance(value, bool):
            return node
        return self.not_a(node, what, "a whole number", write=_unquoted_number(value))

    def port(self, node: Any, what: str) -> Any:
        """A number or a name; digits in quotes are neither, for a name has a letter."""
        if _is_template(node):
            return parse_template(node, self.report)
        value = node.value if isinstance(node, Lit) else None
        number = _unquoted_number(value)
        if isinstance(value, int | str) and not isinstance(value, bool) and not number:
            return node
        return self.not_a(node, what, "a whole number or a name", write=number)

    def boolean(self, node: Any, what: str) -> Any:
        """A boolean."""
        if _is_template(node):
            return parse_template(node, self.report, "bool")
        value = node.value if isinstance(node, Lit) else None
        if isinstance(value, bool):
            return node
        word = value.lower() if isinstance(value, str) else ""
        write = "true" if word in ("true", "yes", "on") else "false"
        known = word in ("true", "yes", "on", "false", "no", "off")
        return self.not_a(node, what, "`true` or `false`", write=write if known else "")

    def quantity(self, node: Any, what: str) -> Any:
        """A quantity, kept as text; a number stands for itself."""
        if isinstance(node, Invalid):
            return node
        if _is_template(node):
            return parse_template(node, self.report, "quantity")
        if not isinstance(node, Lit) or node.value is None or isinstance(node.value, bool):
            return self.not_a(node, what, "a quantity", help="write one such as `500m` or `2Gi`")
        text = _text_of(node)
        fault = check_quantity(text)
        if fault is None and text.startswith("-"):
            fault = QuantityFault(0, "an amount cannot be negative")
        if fault is not None:
            bad_quantity(node, text, what, fault, self.report)
            return Invalid(node.span)
        return node if isinstance(node.value, str) else Lit(node.span, text, node.plain)

    def not_a(
        self, node: Any, what: str, wanted: str, expects: str = "", *, help: str = "",
        write: str = "",
    ) -> Any:  # fmt: skip
        """A node of the wrong type: a template for the whole, nothing, or a fault."""
        if isinstance(node, Invalid) or (expects and is_null(node)):
            return node
        if expects and _is_template(node):
            return parse_template(node, self.report, expects)
        wrong_type(node, what, wanted, self.report, help=help, write=write)
        return Invalid(node.span)


def _is_template(node: Any) -> bool:
    value = node.value if isinstance(node, Lit) else None
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def _is_resource(key: Lit[Any]) -> bool:
    """Whether a name in `limits` can be a resource: standard, huge pages, or of a vendor."""
    name = str(key.value)
    return (
        name in _STANDARD_RESOURCES
        or "/" in name
        or name.startswith("hugepages-")
        or _is_template(key)
    )


def _text_of(node: Lit[Any]) -> str:
    """A scalar as JSON spells it; what JSON cannot say, as the author did."""
    value = node.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return node.span.text if node.plain else repr(value)
    return repr(value)


def _unquoted_number(value: Any) -> str:
    """The number that a text of digits spells, empty for other values."""
    text = value.strip() if isinstance(value, str) else ""
    return text if re.fullmatch(r"-?(0|[1-9][0-9]{0,18})", text) else ""
