"""Walks the table of the language beside the builders: which class is of which section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pxc.author
from pxc.author import Section
from pxc.grammar.declarations import PARAM_FIELDS
from pxc.grammar.kubernetes_definitions import definitions, reference
from pxc.grammar.language import OPERATION
from pxc.grammar.python.builder_names import class_name
from pxc.grammar.runtimes import RUN
from pxc.grammar.shapes import ByKind, Kubernetes, ListOf, MapOf, Model, Special

Row = tuple[type[Section], tuple[str, ...], str]
"""A class, the fields of its section in the language's spelling, and its kind."""


def rows() -> Iterator[Row]:
    """Every section of the table, and every Kubernetes object that one of them holds."""
    yield from _of(OPERATION, set())


def builder(name: str) -> type[Section]:
    """The class that a section or a definition has."""
    found: type[Section] = getattr(pxc.author, class_name(name))
    return found


def _of(shape: Any, seen: set[str]) -> Iterator[Row]:
    if isinstance(shape, ListOf | MapOf):
        yield from _of(shape.item if isinstance(shape, ListOf) else shape.value, seen)
    elif isinstance(shape, Kubernetes):
        yield from _kubernetes(shape.definition, seen)
    elif isinstance(shape, Special) and shape.name == "run":
        yield from _of(RUN, seen)
    elif isinstance(shape, Special) and shape.name == "container":
        yield from _kubernetes("V1Container", seen)
    elif isinstance(shape, Special) and shape.name == "param" and "param" not in seen:
        seen.add("param")
        yield pxc.author.Param, tuple(PARAM_FIELDS), ""
    elif isinstance(shape, ByKind):
        for kind, model in shape.models.items():
            yield from _model(f"run.{kind}" if shape is RUN else model.name, model, kind, seen)
    elif isinstance(shape, Model):
        yield from _model(shape.name, shape, "", seen)


def _model(name: str, model: Model, kind: str, seen: set[str]) -> Iterator[Row]:
    if name in seen:
        return
    seen.add(name)
    fields = tuple(model.fields)
    if model is OPERATION:
        fields = tuple(f for f in fields if f != "kind")
        yield pxc.author.Component, fields, ""
    yield builder(name), fields, kind
    for field in model.fields.values():
        yield from _of(field.shape, seen)


def _kubernetes(definition: str, seen: set[str]) -> Iterator[Row]:
    properties = definitions()[definition].get("properties")
    if definition in seen or properties is None:
        return
    seen.add(definition)
    yield builder(definition), tuple(properties), ""
    for shape in properties.values():
        for target in (reference(shape), reference(shape.get("items", {}))):
            if target:
                yield from _kubernetes(target, seen)
