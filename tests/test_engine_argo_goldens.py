"""Every golden for Argo before the judges of Argo: its lint, and its schema of every minor version."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.argo_events_oracle import KINDS
from tests.conftest import ROOT
from tests.engines import argo as engine
from tests.engines import place

GOLDENS = sorted((ROOT / "golden").glob("*/expected.argo.yaml"))
GROUP = "argoproj.io/"
MINORS = ("3.6", "3.7", "4.0", "4.1")
_SHARED = Path(os.environ.get("PXC_SHARED", ROOT.parent / "shared"))


@cache
def documents(path: Path) -> list[dict[str, Any]]:
    """The objects of Argo Workflows in a file; those of Argo Events have no schema."""
    found = yaml.safe_load_all(path.read_text())
    return [d for d in found if d["apiVersion"].startswith(GROUP) and d["kind"] not in KINDS]


LINTED = [path for path in GOLDENS if documents(path)]


@pytest.mark.parametrize("program", engine.LINTS)
def test_lint(program: str) -> None:
    if place.missing(program):
        pytest.skip(f"NO ARGO LINT: {program} missing; run `make engines`")
    found = engine.lint(program, LINTED)
    assert {path.parent.name: findings for path, findings in found.items() if findings} == {}


@cache
def schema(minor: str) -> dict[str, Any] | None:
    """A release's schema, where no object may have a field that it does not name."""
    found = [
        *(place.CACHE / "argo-schemas").glob(f"*-v{minor}.*/schema.json"),
        *(_SHARED / "schemas").glob(f"schema-v{minor}.*.json"),
    ]
    if not found:
        return None
    text: dict[str, Any] = json.loads(found[0].read_text())
    for definition in text["definitions"].values():
        if "properties" in definition:
            definition.setdefault("additionalProperties", False)
    # It asks for a key that Argo has no use for, and that its CRD does not know.
    cache_ = text["definitions"]["io.argoproj.workflow.v1alpha1.Cache"]["properties"]
    cache_["configMap"] = {"type": "object", "required": ["name"]}
    # It is written as a text alone, which is not what Argo reads.
    text["definitions"]["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["type"] = [
        "integer", "string",
    ]  # fmt: skip
    return text


def findings(minor: str, document: dict[str, Any]) -> Iterator[str]:
    from jsonschema import Draft7Validator

    kind = f"io.argoproj.workflow.v1alpha1.{document['kind']}"
    of_kind = {"$ref": f"#/definitions/{kind}", "definitions": (schema(minor) or {})["definitions"]}
    for error in Draft7Validator(of_kind).iter_errors(document):
        if error.json_path.endswith(".memoize.cache.configMap") and "'key'" in error.message:
            continue  # asked for before 4.0, refused since: `--argo-version 3.7` writes it
        yield f"{error.json_path}: {error.message[:200]}"


@pytest.mark.parametrize("minor", MINORS)
def test_schema(minor: str) -> None:
    if schema(minor) is None:
        pytest.skip(f"NO SCHEMA OF ARGO {minor}: run `make engines`")
    found = {
        path.parent.name: list(findings(minor, document))
        for path in LINTED
        for document in documents(path)
    }
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize("minor", MINORS)
def test_a_schema_can_say_no(minor: str) -> None:
    if schema(minor) is None:
        pytest.skip(f"NO SCHEMA OF ARGO {minor}: run `make engines`")
    bad = json.loads(json.dumps(documents(LINTED[0])[0]))
    bad["spec"]["templates"][0]["failfast"] = True
    [told] = findings(minor, bad)
    assert "failfast" in told
