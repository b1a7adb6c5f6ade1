"""Turns the table of the language into JSON Schema 2020-12, for editors and for judging.

`python -m pxc.grammar.schema` rewrites `polyaxonfile.schema.json` beside this file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pxc.grammar.declarations import PARAM_FIELDS
from pxc.grammar.kubernetes import schema_defs
from pxc.grammar.language import OPERATION
from pxc.grammar.runtimes import LEGACY, OPAQUE, RUN
from pxc.grammar.schema_examples import EXAMPLES, SPECIALS
from pxc.grammar.search import SPACE
from pxc.grammar.shapes import (
    Anything,
    AsText,
    Boolean,
    ByKind,
    Choice,
    Field,
    Integer,
    Kubernetes,
    Later,
    ListOf,
    MapOf,
    Model,
    Number,
    Special,
    Text,
    Verbatim,
    camel,
    snake,
)  # fmt: skip
from pxc.ir.node import FALSE_WORDS, TRUE_WORDS
from pxc.releases import Known

SCHEMA_PATH = Path(__file__).with_name("polyaxonfile.schema.json")

Schema = dict[str, Any]


def _any_case(word: str) -> str:
    """A pattern of a word in any case; `(?i:...)` is unknown to the editors' JavaScript."""
    return "".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in word)


_TEMPLATE: Schema = {"$ref": "#/$defs/template"}
_BOOLEAN_WORDS = sorted(TRUE_WORDS | FALSE_WORDS, key=lambda word: (-len(word), word))
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_NULL: Schema = {"type": "null"}
_BOOLEAN: Schema = {
    "anyOf": [
        {"type": "boolean"},
        {"enum": [0, 1]},
        {"type": "string", "pattern": f"^({'|'.join(map(_any_case, _BOOLEAN_WORDS))})$"},
    ]
}


def _said(about: str, known: Known) -> Schema:
    """A description, with the releases that know what it describes."""
    bounds = {"x-since": known.since, "x-until": known.until,
              "x-since-in-components": known.in_component,
              "x-since-in-operations": known.in_operation}  # fmt: skip
    words = [f"since release {known.since}"] if known.since else []
    words += [f"until release {known.until}"] if known.until else []
    text = f"{about} ({', '.join(words)})" if words else about
    return {"description": text, **{key: value for key, value in bounds.items() if value}}


class Writer:
    """Collects the definitions while the table is walked."""

    def __init__(self) -> None:
        self.defs: dict[str, Schema] = {}

    def of(self, shape: Any) -> Schema:
        """The schema of a shape."""
        match shape:
            case Text(pattern=pattern):
                text: Schema = {"type": "string"}
                if pattern:
                    text["pattern"] = f"^{pattern}$"
                return text
            case AsText() | Verbatim():
                return dict(_SCALAR)
            case Integer(template=template, minimum=minimum, quoted=quoted):
                whole: Schema = {"type": "integer"}
                if minimum is not None:
                    whole["minimum"] = minimum
                if quoted:
                    whole = {"anyOf": [whole, {"type": "string", "pattern": "^[0-9]+$"}]}
                return self.or_template(whole, template)
            case Number(template=template):
                numeric = {"type": "string", "pattern": r"^\s*[-+]?[0-9.].*$"}
                return self.or_template({"anyOf": [{"type": "number"}, numeric]}, template)
            case Boolean(template=template):
                return self.or_template(_BOOLEAN, template)
            case Choice(values=values, template=template):
                return self.or_template({"enum": list(values)}, template)
            case Anything():
                return {}
            case ListOf():
                return self.list_of(shape)
            case MapOf(value=value, template=template):
                body = {"type": "object", "additionalProperties": self.or_null(self.of(value))}
                return self.or_template(body, template)
            case Kubernetes(definition=definition, template=template):
                return self.or_template({"$ref": f"#/$defs/{definition}"}, template)
            case Model(template=template):
                return self.or_template(self.model(shape), template)
            case ByKind(template=template):
                return self.or_template(self.by_kind(shape), template)
            case Later():
                return {"$ref": "#/$defs/operation"}
            case Special(name=name):
                return self.special(name)
        raise TypeError(f"no schema for {shape!r}")

    def or_template(self, schema: Schema, template: bool) -> Schema:
        """The schema, or text with expressions where the field takes a template."""
        return {"anyOf": [schema, _TEMPLATE]} if template else schema

    def or_null(self, schema: Schema) -> Schema:
        """The schema or an explicit null, which unsets a field when files are merged."""
        return {"anyOf": [schema, _NULL]} if schema else schema

    def list_of(self, shape: ListOf) -> Schema:
        """A list, and the shorter spellings of it."""
        item = self.of(shape.item)
        options: list[Schema] = [{"type": "array", "items": item}]
        if shape.split:
            options.append({"type": "string"})
        elif shape.single:
            options.append(item)
        elif shape.template:
            options.append(_TEMPLATE)
        return options[0] if len(options) == 1 else {"anyOf": options}

    def model(self, shape: Model) -> Schema:
        """An object with known fields, defined once and referred to."""
        name = shape.name.replace(" ", "-")
        if name not in self.defs:
            self.defs[name] = {}
            self.defs[name] = self.model_body(shape)
        return {"$ref": f"#/$defs/{name}"}

    def model_body(self, shape: Model, kind: str | None = None) -> Schema:
        """The body of a model's definition; `kind` when the `kind` key picks it."""
        properties: dict[str, Schema] = {}
        if kind is not None:
            properties["kind"] = {"const": kind, "description": "the kind"}
        for key, field in shape.fields.items():
            properties |= _spelled({key: self.field(field, EXAMPLES.get(f"{shape.name}.{key}"))})
        schema: Schema = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        needed = ([] if kind is None else ["kind"]) + list(shape.required)
        if needed:
            schema["required"] = needed
        if shape.exclusive:
            schema["allOf"] = [
                {"not": {"required": [a, b], "properties": {a: _SET, b: _SET}}}
                for group in shape.exclusive
                for i, a in enumerate(group)
                for b in group[i + 1 :]
            ]
        return schema

    def field(self, field: Field, examples: list[Any] | None = None) -> Schema:
        """The schema of a field: what it is for, since when, what it takes, and examples of it."""
        body = {**_said(field.about, field.known), **self.or_null(self.of(field.shape))}
        return {**body, "examples": examples} if examples else body

    def by_kind(self, shape: ByKind) -> Schema:
        """A union told apart by `kind`, so that an editor shows only the fields of that kind."""
        name = shape.name.replace(" ", "-")
        if name not in self.defs:
            self.defs[name] = {}
            cases = []
            for kind, model in shape.models.items():
                definition = f"{name}.{kind}"
                said = _said(shape.about[kind], model.known)
                self.defs[definition] = {**said, **self.model_body(model, kind)}
                cases.append(
                    {
                        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                        "then": {"$ref": f"#/$defs/{definition}"},
                    }
                )
            self.defs[name] = {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": _kind_of(shape)},
                "allOf": cases,
            }
        return {"$ref": f"#/$defs/{name}"}

    def special(self, name: str) -> Schema:
        """The fields a table cannot say."""
        if name == "run":
            opaque = {
                "type": "object",
                "properties": {
                    "kind": {"description": "a runtime of release 1", "enum": list(OPAQUE)}
                },
                "required": ["kind"],
            }
            return {"anyOf": [self.by_kind(RUN), opaque, _patch(self)]}
        if name == "param":
            return _param(self)
        if name == "component":
            return {"$ref": "#/$defs/operation"}
        if name == "container":
            return {"$ref": "#/$defs/V1Container"}
        if name == "search space":
            return self.of(SPACE)
        return SPECIALS[name]


def _kind_of(shape: ByKind) -> Schema:
    """The `kind` of a union: its words, and in words what each of them is."""
    return {
        "description": f"which kind of {shape.name} it is",
        "enum": list(shape.models),
        "markdownEnumDescriptions": [
            _said(shape.about[kind], model.known)["description"]
            for kind, model in shape.models.items()
        ],
    }


def _patch(writer: Writer) -> Schema:
    """A `run` without a kind: a job, or a patch of a base whose kind stands elsewhere."""
    fields = {key: field for model in RUN.models.values() for key, field in model.fields.items()}
    writer.defs["run-patch"] = {
        "type": "object",
        "properties": _spelled(
            {key: _said(field.about, field.known) for key, field in sorted(fields.items())}
        ),
        "additionalProperties": False,
    }
    return {"$ref": "#/$defs/run-patch"}


def _param(writer: Writer) -> Schema:
    """A param: a map with one of a param's own fields has these alone, all else is the value."""
    spelled = _spelled({name: writer.field(field) for name, field in PARAM_FIELDS.items()})
    writer.defs["param"] = {
        "description": "A value, or a map that says how it is given.",
        "if": {"type": "object", "anyOf": [{"required": [name]} for name in spelled]},
        "then": {"properties": spelled, "additionalProperties": False},
    }
    return {"$ref": "#/$defs/param"}


def _spelled(fields: dict[str, Schema]) -> dict[str, Schema]:
    """The fields, each also under the older spelling with underscores."""
    properties: dict[str, Schema] = {}
    for name, body in fields.items():
        properties[name] = body
        if snake(name) != name:
            properties[snake(name)] = {**body, "deprecated": True}
    return properties


_SET: Schema = {"not": {"type": "null"}}


def polyaxonfile_schema() -> Schema:
    """The whole schema: one document model, runtimes by kind, Kubernetes objects beneath."""
    writer = Writer()
    root = writer.model(OPERATION)
    defs = {
        "template": {"type": "string", "pattern": r"\{\{|\{%"},
        **dict(sorted(writer.defs.items())),
        **{name: _described(name, body) for name, body in schema_defs().items()},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Polyaxonfile",
        "description": "A component or an operation, specification 1.1. Runtimes of older releases"
        f" ({', '.join(sorted(LEGACY))}) are accepted and reported as deprecated.",
        **root,
        "$defs": defs,
    }


def _described(definition: str, body: Schema) -> Schema:
    """A Kubernetes object whose fields say of which object they are."""
    if "properties" not in body:
        return body
    name = definition.removeprefix("V1").removeprefix("Core")
    described = {
        key: {"description": f"`{camel(key)}` of a Kubernetes `{name}`", **field}
        for key, field in body["properties"].items()
    }
    return {**body, "properties": described}


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(polyaxonfile_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
