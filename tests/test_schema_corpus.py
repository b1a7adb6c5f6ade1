"""Holds the JSON Schema, which editors show, to the builder's verdict on real files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pxc.diagnostics import Report, Severity
from pxc.grammar.schema import SCHEMA_PATH
from pxc.grammar.v0 import is_v0
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import plain
from pxc.source import Source
from tests.reading import operation

BUILDER_ONLY = {
    "PXC120": "a preset has nothing to run, and a preset has the same schema",
}
"""Errors of the builder that the schema cannot see, each with its reason."""


@cache
def validator() -> Any:
    rust = pytest.importorskip("jsonschema_rs", reason="jsonschema-rs judges the corpus")
    return rust.validator_for(json.loads(SCHEMA_PATH.read_text("utf-8")))


def document(text: str) -> tuple[bool, Any]:
    """Whether a text is YAML without a fault, and its values."""
    report = Report()
    tree = read_yaml(Source("file.yaml", text), report)
    return tree is not None and not report.has_errors, None if tree is None else plain(tree)


def errors(text: str) -> set[str]:
    _, report = operation(text)
    return {d.code.id for d in report if d.severity is Severity.ERROR}


# Each text, and whether builder and schema take it.
TEXTS = [
    ("hubRef: a\nparams: {lr: 0.1, b: [1], c: {x: 1}, d: null}", True),
    ("hubRef: a\nparams: {lr: {value: {x: 1}, toEnv: LR, contextOnly: 'yes'}}", True),
    ("hubRef: a\nparams: {lr: {ref: ops.a, value: outputs.x, to_env: LR}}", True),
    ("hubRef: a\nparams: {lr: {value: 1, kind: choice}}", False),
    ("hubRef: a\nparams: {lr: {value: 1, contextOnly: maybe}}", False),
    ("hubRef: a\nparams: {lr: {kind: choice}}", True),
    ("run: {container: {image: a}, environment: {labels: {a: b}}}", True),
    ("run: {contaner: {image: a}}", False),
    ("run: {cmd: a, container: {image: a}}", False),
    ("run: ...", False),
    ("version: ...\nrun: {kind: job, container: {image: a}}", False),
    ("version: '1.1'\nrun: {kind: job, container: {image: a}}", True),
    ("isApproved: 'TRUE'\nrun: {kind: job, container: {image: a}}", True),
    ("isApproved: 'truly'\nrun: {kind: job, container: {image: a}}", False),
]


@pytest.mark.parametrize(("text", "accepted"), TEXTS)
def test_places_where_they_once_differed(text: str, accepted: bool) -> None:
    assert validator().is_valid(document(text)[1]) is accepted
    assert (not errors(text)) is accepted


def follows_version_0(text: str) -> bool:
    tree = read_yaml(Source("f.yaml", text), Report())
    return tree is not None and is_v0(tree)


def test_they_agree_on_every_file_of_the_corpus(shared: Path) -> None:
    differ = {}
    agreed = {True: 0, False: 0}
    for name, text in texts(shared / "corpus"):
        readable, values = document(text)
        if not readable or follows_version_0(text):  # the schema is that of version 1.1
            continue
        faults = errors(text)
        accepted = validator().is_valid(values)
        if accepted == (not faults):
            agreed[accepted] += 1
        elif not (accepted and faults <= set(BUILDER_ONLY)):
            differ[name] = sorted(faults) or [str(e) for e in validator().iter_errors(values)]
    assert differ == {}
    assert agreed[True] > 500
    assert agreed[False] > 200


def texts(corpus: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(corpus.rglob("*")):
        if path.suffix in (".yaml", ".yml", ".json") and path.is_file():
            yield path.name, path.read_text("utf-8-sig", errors="replace")


def test_editors_know_the_patterns() -> None:
    """JavaScript has no inline flags, named groups of Python, `\\A` or `\\Z`."""
    found = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', SCHEMA_PATH.read_text("utf-8"))
    assert len(found) > 50
    for quoted in found:
        assert not re.search(r"\(\?[^:=!<]|\(\?<[^=!]|\\[AZ]", json.loads(quoted)), quoted
