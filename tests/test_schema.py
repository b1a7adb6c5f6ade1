"""Holds the JSON Schema equal to the table of the language, and judges files by it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from pxc.diagnostics import Report
from pxc.grammar.schema import SCHEMA_PATH, schema_text
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
