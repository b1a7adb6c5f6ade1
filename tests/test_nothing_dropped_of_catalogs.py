"""Nothing of a catalog is dropped in silence, nor of what tunes Polyaxon's own containers.

Each field that a connection may have is written into a catalog whose connections a run asks for.
Then the manifest differs from the one without the field, or `EXCUSED` says why not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pxc.catalog.connections import _FIELDS, _RESOURCE, _SCHEMAS, KINDS
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.test_nothing_dropped import ABSENT, LEAVES, TOLD, differs, samples, yaml_of
from tests.test_nothing_dropped import EXCUSED as OF_SERVICES

Tree = Any

SCHEMAS: dict[str, Tree] = {
    "host_path": {"hostPath": "/h", "mountPath": "/m"},
    "volume_claim": {"volumeClaim": "v", "mountPath": "/m"},
    **{kind: {"bucket": "b"} for kind in ("gcs", "s3", "wasb")},
    "registry": {"url": "r"}, "git": {"url": "https://h/r"}, "ssh": {"url": "git@h:r"},
}  # fmt: skip
VALUES: dict[str, Tree] = {
    "readOnly": True, "insecure": True, "flags": ["--no-tags"], "mountPath": "/n", "items": ["K"],
    "isRequested": True, "defaultMode": "0400", "url": "https://h/other", "hostPath": "/other",
}  # fmt: skip
EXCUSED = {
    "description": "words for readers of the catalog",
    "tags": "words for readers of the catalog",
    "isAlias": "Polyaxon's own mark of a connection that another one stands for",
}


def of_a_connection() -> dict[str, tuple[Tree, Tree]]:
    """A connection without and with each field, by the field's path."""
    found: dict[str, tuple[Tree, Tree]] = {}
    for kind in KINDS:
        # an ssh connection opens nothing without a mounted key
        secret = {"secret": {"name": "k", "mountPath": "/k"}} if kind == "ssh" else {}
        bare = {"name": "c", "kind": kind, "schema": SCHEMAS.get(kind, {}), **secret}
        shape = _SCHEMAS.get(kind)
        for name in shape.checks if shape is not None else ("anything",):
            schema = {**bare["schema"], name: VALUES.get(name, "other")}
            found[f"{kind}.schema.{name}"] = bare, {**bare, "schema": schema}
    bare = {"name": "c", "kind": "custom"}
    for resource in ("secret", "configMap"):
        for name in _RESOURCE.checks:
            held = {"name": "s", **({"mountPath": "/m"} if name == "defaultMode" else {})}
            with_field = {**held, name: VALUES.get(name, "other")}
            found[f"{resource}.{name}"] = (
                {**bare, resource: held},
                {**bare, resource: with_field},
            )
    found["env"] = bare, {**bare, "env": {"A": "b"}}
    found["annotations"] = bare, {**bare, "annotations": {"a": "b"}}
    found["kind"] = bare, {**bare, "kind": "slack"}
    return found


CONNECTIONS = of_a_connection()
ASKS = {
    "run": "connections: [c]",
    "init": "init: [{connection: c, container: {image: i}}]",
    "nothing": "",
}


def compiled(connection: Tree, tmp_path: Path, asked: str) -> Outcome:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(json.dumps({"connections": [connection]}))
    comma = ", " if ASKS[asked] else ""
    text = f"name: a\nrun: {{kind: job, {ASKS[asked]}{comma}container: {{image: a}}}}\n"
    files = (SourceText("f.yaml", text.encode()),)
    return compile_request(Request(files=files, catalog=(catalog,)))


@pytest.mark.parametrize("path", CONNECTIONS)
def test_a_field_of_a_connection_is_emitted_or_refused(path: str, tmp_path: Path) -> None:
    without, with_field = CONNECTIONS[path]
    for asked in ("run", "init"):
        bare = compiled(without, tmp_path, asked)
        outcome = compiled(with_field, tmp_path, asked)
        told = [d for d in outcome.report if d.code.id in TOLD]
        assert outcome.files or told, [d.message for d in outcome.report]
        if path.endswith(".isRequested"):
            continue  # who asks for it gets it, requested or not
        assert told or differs(outcome, bare), f"`{path}` changes nothing"
    if path.endswith(".isRequested"):
        bare, outcome = (compiled(c, tmp_path, "nothing") for c in (without, with_field))
        assert differs(outcome, bare)


def test_every_field_of_a_connection_is_tried_or_excused() -> None:
    tried = {path.partition(".")[0] for path in CONNECTIONS} - {*KINDS}
    assert tried | {*EXCUSED} | {"name", "schema"} == {*_FIELDS}


@pytest.mark.parametrize("field", EXCUSED)
def test_an_excuse_is_needed(field: str, tmp_path: Path) -> None:
    value = {"tags": ["a"], "isAlias": True}.get(field, "words")
    bare = {"name": "c", "kind": "custom"}
    outcomes = [compiled(c, tmp_path, "run") for c in (bare, {**bare, field: value})]
    assert not differs(*outcomes)


STORE = Path(__file__).with_name("connections.yaml")
STILL_EXCUSED = ("plugins.syncStatuses",)
"""It tells Polyaxon's operator, not a container."""


def under_the_profile(text: str) -> Outcome:
    files = (SourceText("f.yaml", text.encode()),)
    options = Options(runtime=Runtime(profile="polyaxon", host="http://api"))
    return compile_request(Request(files=files, catalog=(STORE,), options=options))


@pytest.mark.parametrize("path", [p for p in OF_SERVICES if p.startswith("plugins.")])
def test_what_tunes_polyaxon_s_containers_counts_where_they_are(path: str) -> None:
    shape, wrap = LEAVES[path]
    bare = under_the_profile(yaml_of(wrap(ABSENT)))
    counts = False
    for value in samples(shape):
        outcome = under_the_profile(yaml_of(wrap(value)))
        said = [d for d in outcome.report if "monitorSpec" in d.message]
        counts = counts or differs(outcome, bare) or bool(said)
    assert counts == (path not in STILL_EXCUSED)
