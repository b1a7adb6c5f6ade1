"""Turns the schema of a custom resource definition into a JSON Schema as strict as a real server.

A server that validates strictly refuses each field that it would prune: what an object's schema does
not name, unless `x-kubernetes-preserve-unknown-fields` or `additionalProperties` keeps it. Two things
differ: rules in CEL (`x-kubernetes-validations`) are not evaluated, and null is refused where a server
may drop it, since nobody means to write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema

from tests.engines import crds

Schema = dict[str, Any]

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_SPAN = {"int32": 2**31, "int64": 2**63}
_KEPT = (
    "enum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "required",
    "minProperties", "maxProperties", "multipleOf", "default",
)  # fmt: skip
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_METADATA: Schema = {
    "type": "object",
    "properties": {
        **{
            name: {"type": "string"}
            for name in ("name", "generateName", "namespace", "uid", "resourceVersion")
        },
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "finalizers": {"type": "array", "items": {"type": "string"}},
        "ownerReferences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    **{n: {"type": "string"} for n in ("apiVersion", "kind", "name", "uid")},
                    "controller": {"type": "boolean"},
                    "blockOwnerDeletion": {"type": "boolean"},
                },
                "required": ["apiVersion", "kind", "name", "uid"],
                "additionalProperties": False,
            },
        },
    },
    "anyOf": [
        {"required": [name], "properties": {name: {"minLength": 1}}}
        for name in ("name", "generateName")
    ],
    "additionalProperties": False,
}
"""The metadata that somebody may write; the rest of it is the server's."""


def faults(document: dict[str, Any]) -> list[str]:
    """What a server that knows the definition would say against a custom resource.

    KeyError when no definition of its kind is at hand.
    """
    group, _, version = document["apiVersion"].rpartition("/")
    found = _schema(group, document["kind"], version)
    if isinstance(found, str):
        return [found]
    schema, judge = found
    said = [f"{error.json_path}: {error.message[:300]}" for error in judge.iter_errors(document)]
    return said or list(_list_faults(document, schema, "$"))


@cache
def _schema(group: str, kind: str, version: str) -> tuple[Schema, Any] | str:
    definition = crds.definition(group, kind)
    if definition is None:
        raise KeyError(f"no definition of {kind}.{group}")
    served = {v["name"]: v for v in definition["spec"]["versions"] if v["served"]}
    if version not in served:
        return f"$.apiVersion: {version} of {kind} is not served, only {', '.join(sorted(served))}"
    schema = served[version]["schema"]["openAPIV3Schema"]
    return schema, validator(schema, root=True)


def validator(schema: Schema, root: bool = False) -> Any:
    """A judge of values by a structural schema; at the root, of whole objects."""
    return jsonschema.Draft202012Validator(strict(schema, root), format_checker=FORMATS)


def strict(schema: Schema, root: bool = False) -> Schema:
    """The JSON Schema of a structural schema, unknown fields refused."""
    if schema.get("x-kubernetes-int-or-string"):
        made = _values({k: v for k, v in schema.items() if k not in ("anyOf", "allOf")})
        return made | {"type": ["integer", "string"]}
    made = _values(schema)
    fields = schema.get("properties", {})
    properties = {k: strict(v) for k, v in fields.items()}
    if "required" in made:  # defaults are filled in first
        made["required"] = [k for k in made["required"] if "default" not in fields.get(k, {})]
    if root or schema.get("x-kubernetes-embedded-resource"):
        text = {"type": "string"}
        about = _METADATA if root else {"type": "object"}
        properties |= {"apiVersion": text, "kind": text, "metadata": about}
        always = ["apiVersion", "kind", *(["metadata"] if root else [])]
        made["required"] = [*made.get("required", ()), *always]
    rest = schema.get("additionalProperties")
    if isinstance(rest, dict):
        made["additionalProperties"] = strict(rest)
    elif schema.get("type") == "object" and rest is not True:
        keeps = schema.get("x-kubernetes-preserve-unknown-fields", False)
        made["additionalProperties"] = bool(keeps)
    if properties:
        made["properties"] = properties
    if "items" in schema:
        made["items"] = strict(schema["items"])
    if schema.get("nullable"):
        return {"anyOf": [{"type": "null"}, made]}
    return made


def _values(schema: Schema) -> Schema:
    """What a schema says of a value itself; the only part that counts inside of allOf and its kin."""
    made: Schema = {key: schema[key] for key in _KEPT if key in schema}
    if "type" in schema:
        made["type"] = schema["type"]
    for bound in ("minimum", "maximum"):
        if bound in schema:
            exclusive = schema.get(f"exclusive{bound.capitalize()}")
            made[f"exclusive{bound.capitalize()}" if exclusive else bound] = schema[bound]
    if schema.get("format") in _SPAN:
        limit = _SPAN[schema["format"]]
        made["minimum"] = max(made.get("minimum", -limit), -limit)
        made["maximum"] = min(made.get("maximum", limit - 1), limit - 1)
    elif "format" in schema:
        made["format"] = schema["format"]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            made[key] = [_nested(each) for each in schema[key]]
    if "not" in schema:
        made["not"] = _nested(schema["not"])
    return made


def _nested(schema: Schema) -> Schema:
    made = _values(schema)
    if "properties" in schema:
        made["properties"] = {k: _nested(v) for k, v in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = _nested(schema["additionalProperties"])
    if isinstance(schema.get("items"), dict):
        made["items"] = _nested(schema["items"])
    return made


def _list_faults(value: Any, schema: Schema, where: str) -> Iterator[str]:
    """Lists that are sets or maps and hold something twice."""
    if isinstance(value, dict):
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        for key, each in value.items():
            below = properties.get(key, rest)
            if isinstance(below, dict):
                yield from _list_faults(each, below, f"{where}.{key}")
    elif isinstance(value, list):
        kind, seen = schema.get("x-kubernetes-list-type"), []
        for i, each in enumerate(value):
            if kind in ("set", "map"):
                keys = schema.get("x-kubernetes-list-map-keys", ())
                entry = each if isinstance(each, dict) else {}
                mark = each if kind == "set" else [entry.get(k) for k in keys]
                if mark in seen and (kind == "set" or entry):
                    yield f"{where}[{i}]: twice in a list that is a {kind}"
                seen.append(mark)
            yield from _list_faults(each, schema.get("items", {}), f"{where}[{i}]")


FORMATS = jsonschema.FormatChecker(formats=("ipv4", "ipv6"))


@FORMATS.checks("date-time")
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or _TIME.fullmatch(value) is not None
