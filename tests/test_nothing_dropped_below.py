"""Nothing is dropped in a Kubernetes object: every field of containers, volumes and the pod arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pxc.grammar.kubernetes_definitions import definitions
from tests.test_nothing_dropped import BASE, IMAGE, TOLD, compiled, differs, said, yaml_of

Tree = Any
Wrap = Callable[[Tree], Tree]

_OWN = {"limits": {"cpu": "7"}, "requests": {"cpu": "7"}, "medium": "Memory"}
"""Fields whose values are words of Kubernetes that no schema lists."""
_SEVEN = {"string": "7", "integer": 7, "number": 7, "boolean": True}


def sample(schema: dict[str, Any]) -> Tree:
    """A value of a schema: sevens, which are text, quantities and names alike."""
    shape = resolved(schema)
    if "enum" in shape:
        return shape["enum"][-1]
    if "properties" in shape:
        return {key: sample(shape["properties"][key]) for key in shape.get("required", ())}
    if shape.get("type") == "array":
        return [sample(shape["items"])]
    if shape.get("type") == "object":
        return {"key-7": "7"}
    kind = shape.get("type", "string")
    return _SEVEN[kind] if isinstance(kind, str) else 7


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    return resolved(definitions()[reference.rpartition("/")[2]]) if reference else schema


def fields(
    schema: dict[str, Any], path: str, wrap: Wrap, seen: set[str]
) -> Iterator[tuple[str, Tree, Wrap]]:
    """Every field below a definition that has none of its own: path, value, how it is put in.

    A definition that stands in several places (probes, selectors) is walked in the first.
    """
    name = schema.get("$ref", "")
    shape = resolved(schema)
    if shape.get("type") == "array":
        yield from fields(shape["items"], f"{path}[]", lambda item: wrap([item]), seen)
    elif "properties" not in shape or name in seen:
        yield path, _OWN.get(path.rpartition(".")[2]) or sample(schema), wrap
    else:
        seen.add(name)
        small = sample(schema)
        for key, inner in shape["properties"].items():
            put = holding(small, key, wrap)
            yield from fields(inner, f"{path}.{key}", put, seen)


def holding(small: dict[str, Tree], key: str, wrap: Wrap) -> Wrap:
    return lambda value: wrap({**small, key: value})


VOLUME: dict[str, Tree] = {"name": "7", "emptyDir": {}}
"""What the mounts of samples mount."""


def run(**more: Tree) -> dict[str, Tree]:
    return {**BASE, "run": {"kind": "job", "container": IMAGE, "volumes": [VOLUME], **more}}


PLACES: dict[str, Wrap] = {
    "V1Container": lambda value: run(container={**IMAGE, **value}),
    "V1Volume": lambda value: run(volumes=[VOLUME, {"name": "v", **value}]),
    "V1Affinity": lambda value: run(environment={"affinity": value}),
    "V1Toleration": lambda value: run(environment={"tolerations": [value]}),
    "V1HostAlias": lambda value: run(environment={"hostAliases": [value]}),
    "V1PodDNSConfig": lambda value: run(environment={"dnsConfig": value}),
    "V1PodSecurityContext": lambda value: run(environment={"securityContext": value}),
}
_SEEN: set[str] = set()
FIELDS = {
    path: (value, wrap)
    for name, place in PLACES.items()
    for path, value, wrap in fields({"$ref": f"#/$defs/{name}"}, name, place, _SEEN)
}


BARE = compiled(yaml_of(run()))


@pytest.mark.parametrize("path", FIELDS)
def test_a_field_arrives(path: str) -> None:
    value, wrap = FIELDS[path]
    outcome = compiled(yaml_of(wrap(value)))
    refused = [d for d in outcome.report if d.code.id in TOLD]
    assert outcome.files or refused, said(outcome)
    assert refused or differs(outcome, BARE)
    key = path.rpartition(".")[2].removesuffix("[]")
    assert refused or f"{key}:" in outcome.files[0].text
