"""Holds the JSON Schema equal to the table of the language, and judges files by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from pxc.diagnostics import Report
from pxc.grammar.language import OPERATION
from pxc.grammar.runtimes import RUN
from pxc.grammar.schema import SCHEMA_PATH, schema_text
from pxc.grammar.schema_examples import EXAMPLES, SPECIALS
from pxc.grammar.search import MATRIX
from pxc.grammar.shapes import ByKind, ListOf, MapOf, Model, Special
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import plain
from pxc.source import Source
from tests.reading import operation


@cache
def validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA_PATH.read_text()))


def test_committed_schema_is_the_tables() -> None:
    assert SCHEMA_PATH.read_text() == schema_text(), "run `python -m pxc.grammar.schema`"


def test_schema_is_a_schema() -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(SCHEMA_PATH.read_text()))


# Each text, and whether both the builder and the schema take it.
TEXTS = [
    ("run: {kind: job, container: {image: a}}", True),
    ("kind: component\nrun: {kind: job, container: {image: a}}", True),
    ("run: {container: {image: a}}", True),
    ("run: {kind: jobb, container: {image: a}}", False),
    ("run: {kind: job, contaner: {image: a}}", False),
    ("run: {kind: job, container: {image: a, env: [{nme: x}]}}", False),
    ("run: {kind: job, container: {image: a, resources: {limits: {cpu: 1}}}}", True),
    ("termination: {maxRetries: three}\nrun: {kind: job, container: {image: a}}", False),
    ("termination: {maxRetries: '{{ n }}'}\nrun: {kind: job, container: {image: a}}", True),
    ("termination: {max_retries: 3}\nrun: {kind: job, container: {image: a}}", True),
    ("tags: 'a, b'\nrun: {kind: job, container: {image: a}}", True),
    ("tags: {a: b}\nrun: {kind: job, container: {image: a}}", False),
    ("name: a b\nrun: {kind: job, container: {image: a}}", False),
    ("hubRef: a\nurlRef: b", False),
    ("hubRef: a\nparams: {lr: 0.1, x: {value: 1, toEnv: X}}", True),
    ("inputs: [{type: int}]\nrun: {kind: job, container: {image: a}}", False),
    ("inputs: [{name: a, default: 3}]\nrun: {kind: job, container: {image: a}}", False),
    ("run: {kind: service, ports: ['8080'], container: {image: a}}", False),
    ("run: {kind: service, ports: [8080], container: {image: a}}", True),
    ("run: {kind: job, init: [{git: {url: x}, file: {content: x}}], container: {image: a}}", False),
    ("matrix: {kind: random, params: {}}\nrun: {kind: job, container: {image: a}}", False),
    ("matrix: {kind: grid, params: {a: {kind: choice, value: [1]}}}\nhubRef: x", True),
    ("schedule: {kind: cron, cron: '0 0 * * *'}\nhubRef: x", True),
    ("schedule: {kind: datetime, startAt: '2030-01-01', maxRuns: 2}\nhubRef: x", False),
    ("run: {kind: dag, operations: [{name: a, dagRef: c}], components: [{name: c}]}", True),
    ("run: {kind: tfjob, worker: {replicas: 2, container: {image: a}}}", True),
    ("run: {kind: tfjob, workers: {replicas: 2}}", False),
    ("actions: []\nrun: {kind: job, container: {image: a}}", False),
    ("cmd: [echo, ls]\ncontainer: {image: a}\nenv: {A: b}\nresources: {cpu: 1..2}", True),
    ("container: {image: a}\nenv: {A: 1}", False),
    ("run: {kind: spark, sparkVersion: '3'}", True),
]


@pytest.mark.parametrize(("text", "accepted"), TEXTS)
def test_schema_and_builder_agree(text: str, accepted: bool) -> None:
    tree = read_yaml(Source("file.yaml", text), Report())
    _, report = operation(text)
    assert validator().is_valid(plain(tree)) is accepted
    assert (not report.has_errors) is accepted, [d.message for d in report]


def properties_of(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property that an editor shows, with its path; conditions show nothing."""
    if isinstance(schema, dict):
        for name, body in schema.get("properties", {}).items():
            yield f"{path}.{name}", body
        for key, inner in schema.items():
            if key not in ("if", "not", "examples"):
                yield from properties_of(inner, f"{path}/{key}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties_of(inner, path)


def test_every_property_has_a_description() -> None:
    properties = list(properties_of(validator().schema))
    assert len(properties) > 1_000
    assert [path for path, body in properties if not body.get("description")] == []


def test_every_example_is_valid() -> None:
    from jsonschema import Draft202012Validator

    schema = validator().schema
    count = 0
    for path, body in (*properties_of(schema), *specials()):
        for example in body.get("examples", ()):
            judge = Draft202012Validator({**body, "$defs": schema["$defs"]})
            assert judge.is_valid(example), (path, example)
            count += 1
    assert count > len(EXAMPLES) + len(SPECIALS)


def specials() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from SPECIALS.items()


def test_every_example_is_of_a_field() -> None:
    models = {model.name: model for model in models_of(OPERATION, {})}
    for name in EXAMPLES:
        model, _, key = name.rpartition(".")
        assert key in models[model].fields, name


def models_of(shape: Any, seen: dict[int, Any]) -> Iterator[Model]:
    """Every model of the tables."""
    if id(shape) in seen:
        return
    seen[id(shape)] = shape
    match shape:
        case Model(fields=fields):
            yield shape
            for field in fields.values():
                yield from models_of(field.shape, seen)
        case ByKind(models=models, about=about):
            assert about.keys() == models.keys()
            for model in models.values():
                yield from models_of(model, seen)
        case ListOf(item=inner) | MapOf(value=inner):
            yield from models_of(inner, seen)
        case Special(name="run"):
            yield from models_of(RUN, seen)


def test_kinds_are_told_apart() -> None:
    schema = validator().schema
    assert not validator().is_valid({"run": {"kind": "job", "ports": [1]}})
    for name, kinds in (("run", RUN.models), ("matrix", MATRIX.models)):
        union = schema["$defs"][name]
        assert [case["then"]["$ref"] for case in union["allOf"]] == [
            f"#/$defs/{name}.{kind}" for kind in kinds
        ]
        assert len(union["properties"]["kind"]["markdownEnumDescriptions"]) == len(kinds)


def test_releases_are_told() -> None:
    schema = validator().schema
    mount = schema["$defs"]["operation"]["properties"]["mount"]
    assert (mount["x-since"], mount["description"]) == (
        "2.13", "local files to upload (since release 2.13)"
    )  # fmt: skip
    assert schema["$defs"]["matrix.hyperopt"]["x-until"] == "2.16"
