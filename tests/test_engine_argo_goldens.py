"""Every golden for Argo before the judges of Argo: its lint, and its schema of every minor version."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from pxc.driver import compile_request
from tests.argo_events_oracle import KINDS
from tests.conftest import ROOT
from tests.engines import argo as engine
from tests.engines import place
from tests.test_golden import request_of

GOLDENS = sorted((ROOT / "golden").glob("*/expected.argo.yaml"))
GROUP = "argoproj.io/"
MINORS = ("3.6", "3.7", "4.0", "4.1")
_SHARED = Path(os.environ.get("PXC_SHARED", ROOT.parent / "shared"))


@cache
def documents(path: Path) -> list[dict[str, Any]]:
    """The objects of Argo Workflows in a file; those of Argo Events have no schema."""
    found = yaml.load_all(path.read_text(), yaml.CSafeLoader)
    return [d for d in found if d["apiVersion"].startswith(GROUP) and d["kind"] not in KINDS]


LINTED = [path for path in GOLDENS if documents(path)]


@pytest.mark.parametrize("program", engine.LINTS)
def test_lint(program: str) -> None:
    if place.missing(program):
        pytest.skip(f"NO ARGO LINT: {program} missing; run `make engines`")
    found = engine.lint(program, LINTED)
    assert {path.parent.name: findings for path, findings in found.items() if findings} == {}


@cache
def own_schema(minor: str) -> dict[str, Any] | None:
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
    # It is written as a text alone, which is not what Argo reads.
    text["definitions"]["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["type"] = [
        "integer", "string",
    ]  # fmt: skip
    return text


@cache
def schema(minor: str) -> dict[str, Any] | None:
    """The same, but for what is asked for before 4.0 and refused since: the key of a cache."""
    own = own_schema(minor)
    if own is None:
        return None
    text: dict[str, Any] = json.loads(json.dumps(own))
    cache_ = text["definitions"]["io.argoproj.workflow.v1alpha1.Cache"]["properties"]
    cache_["configMap"] = {"type": "object", "required": ["name"]}
    return text


def findings(known: dict[str, Any] | None, document: dict[str, Any]) -> Iterator[str]:
    from jsonschema import Draft7Validator

    kind = f"io.argoproj.workflow.v1alpha1.{document['kind']}"
    of_kind = {"$ref": f"#/definitions/{kind}", "definitions": (known or {})["definitions"]}
    for error in Draft7Validator(of_kind).iter_errors(document):
        yield f"{error.json_path}: {error.message[:200]}"


@pytest.mark.parametrize("minor", MINORS)
def test_schema(minor: str) -> None:
    if schema(minor) is None:
        pytest.skip(f"NO SCHEMA OF ARGO {minor}: run `make engines`")
    found = {
        path.parent.name: list(findings(schema(minor), document))
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
    [told] = findings(schema(minor), bad)
    assert "failfast" in told


LINT_OF = {"3.6": "argolint-3.6", "4.0": "argolint", "4.1": "argolint"}
"""Neither knows 3.7, which has fields of the one and fields of the other."""


@pytest.mark.parametrize("minor", MINORS)
def test_what_is_written_for_a_release(minor: str, tmp_path: Path) -> None:
    """By `--argo-version` every case is as the schema of that release has it, to the letter."""
    known = own_schema(minor)
    if known is None:
        pytest.skip(f"NO SCHEMA OF ARGO {minor}: run `make engines`")
    told, written, changed = {}, [], 0
    for golden in LINTED:
        case = golden.parent
        text = text_for(case, minor)
        changed += text != golden.read_text()
        path = tmp_path / f"{case.name}.yaml"
        path.write_text(text)
        written.append(path)
        told[case.name] = [
            each for document in documents(path) for each in findings(known, document)
        ]
    assert {name: found for name, found in told.items() if found} == {}
    assert changed > 0
    if minor in LINT_OF and not place.missing(LINT_OF[minor]):
        linted = engine.lint(LINT_OF[minor], written)
        assert {path.name: found for path, found in linted.items() if found} == {}


def text_for(case: Path, minor: str) -> str:
    """What a case is written as for a release."""
    request = request_of(case, "argo")
    argo = replace(request.options.argo, version=minor)
    with contextlib.chdir(case):
        outcome = compile_request(replace(request, options=replace(request.options, argo=argo)))
    return "".join(file.text for file in outcome.files)
