"""Each way in which a connection brings something in, in every container of every runtime."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.catalog.connections import KINDS
from pxc.driver import Request, SourceText, compile_request
from tests.kubernetes_oracle import judge

SCHEMAS: dict[str, Any] = {
    "host_path": {"hostPath": "/h", "mountPath": "/m"},
    "volume_claim": {"volumeClaim": "v", "mountPath": "/m"},
    **{kind: {"bucket": "b"} for kind in ("gcs", "s3", "wasb")},
    "registry": {"url": "r"}, "git": {"url": "https://h/r"}, "ssh": {"url": "git@h:r"},
}  # fmt: skip
POD = (
    "connections: [c], sidecars: [{name: side, image: i}],"
    " init: [{connection: c, container: {name: prep, image: i}}],"
    " container: {image: i, command: [run]}"
)
ALONE = POD.replace("sidecars: [{name: side, image: i}],", "")  # its resource has no others
RUNS = {
    "job": f"kind: job, {POD}",
    "service": f"kind: service, ports: [80], {POD}",
    "tfjob": f"kind: tfjob, chief: {{{POD}}}, ps: {{{POD}}}, worker: {{{POD}}}, evaluator: {{{POD}}}",
    "pytorchjob": f"kind: pytorchjob, master: {{{POD}}}, worker: {{{POD}}}",
    "mpijob": f"kind: mpijob, launcher: {{{POD}}}, worker: {{{POD}}}",
    "xgbjob": f"kind: xgbjob, master: {{{POD}}}, worker: {{{POD}}}",
    "paddlejob": f"kind: paddlejob, master: {{{POD}}}, worker: {{{POD}}}",
    "raycluster": f"kind: raycluster, head: {{{POD}}}, workers: {{w: {{{POD}}}}}",
    "rayjob": f"kind: rayjob, entrypoint: e, head: {{{POD}}}, workers: {{w: {{{POD}}}}}",
    "daskcluster": f"kind: daskcluster, scheduler: {{{POD}}}, worker: {{{POD}}}",
    "daskjob": f"kind: daskjob, scheduler: {{{POD}}}, worker: {{{POD}}}, job: {{{ALONE}}}",
    "spark": "kind: spark, type: PYTHON, sparkVersion: 3.5.1, mainApplicationFile: 'local:///a', "
    + f"driver: {{{POD}}}, executor: {{{POD}}}".replace(", command: [run]", ""),
}
PODS = {"tfjob": 4, "job": 1, "service": 1, "daskjob": 3}

SECRET_FILES = {"name": "s", "mountPath": "/s", "items": ["K"], "defaultMode": "0400"}
WAYS: dict[str, tuple[Any, str, Any]] = {
    # a connection of kind custom, what it gives a container, as what
    "env as a map": ({"env": {"A": 7}}, "env", {"name": "A", "value": "7"}),
    "env as pairs": ({"env": [["A", "7"]]}, "env", {"name": "A", "value": "7"}),
    "env as entries": ({"env": [{"name": "A", "value": "7"}]}, "env", {"name": "A", "value": "7"}),
    "a secret": ({"secret": {"name": "s"}}, "envFrom", {"secretRef": {"name": "s"}}),
    "a config map": ({"configMap": {"name": "m"}}, "envFrom", {"configMapRef": {"name": "m"}}),
    "items of a secret": (
        {"secret": {"name": "s", "items": ["K"]}}, "env",
        {"name": "K", "valueFrom": {"secretKeyRef": {"name": "s", "key": "K"}}}),
    "items of a config map": (
        {"configMap": {"name": "m", "items": ["K"]}}, "env",
        {"name": "K", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "K"}}}),
    "a mounted secret": (
        {"secret": SECRET_FILES}, "volumeMounts",
        {"name": "s", "mountPath": "/s", "readOnly": True}),
    "a mounted config map": (
        {"configMap": {"name": "m", "mountPath": "/s"}}, "volumeMounts",
        {"name": "m", "mountPath": "/s", "readOnly": True}),
    "a volume": (
        {"kind": "volume_claim", "schema": {**SCHEMAS["volume_claim"], "readOnly": True}},
        "volumeMounts", {"name": "c", "mountPath": "/m", "readOnly": True}),
    "a directory of the host": (
        {"kind": "host_path", "schema": SCHEMAS["host_path"]}, "volumeMounts",
        {"name": "c", "mountPath": "/m"}),
    "a variable of the catalog": ({"env": {"A": "7"}}, "env", "POLYAXON_CONNECTIONS_CATALOG"),
}  # fmt: skip


def pods_of(run: str, connection: Any, tmp_path: Path) -> list[dict[str, Any]]:
    """The pods of an emitted file, each with the containers that its author wrote."""
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(json.dumps({"connections": [{"name": "c", "kind": "custom", **connection}]}))
    text = f"name: t\nrun: {{{RUNS[run]}}}\n"
    files = (SourceText("f.yaml", text.encode()),)
    made = compile_request(Request(files=files, catalog=(catalog,), verify=True))
    assert made.files, [d.message for d in made.report]
    return list(_pods(judge(made.files[0].text)))


def _pods(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        spec = node.get("spec")
        inner = spec if isinstance(spec, dict) else None
        if inner is not None and isinstance(inner.get("containers"), list):
            yield node
            return
        if isinstance(node.get("containers"), list) and "template" not in node:
            yield {"spec": node}
            return
        for child in node.values():
            yield from _pods(child)
    elif isinstance(node, list):
        for child in node:
            yield from _pods(child)


def authored(pod: dict[str, Any]) -> list[dict[str, Any]]:
    spec = pod["spec"]
    return [
        c for c in (*spec.get("initContainers", ()), *spec["containers"])
        if c["name"] not in ("results",)
    ]  # fmt: skip


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("way", WAYS)
def test_what_a_connection_brings_in(run: str, way: str, tmp_path: Path) -> None:
    connection, field, meant = WAYS[way]
    pods = pods_of(run, connection, tmp_path)
    assert len(pods) == PODS.get(run, 2)
    for pod in pods:
        containers = authored(pod)
        assert len(containers) == 3 or (run == "daskjob" and len(containers) == 2)
        for container in containers:
            found = container.get(field, [])
            held = [e["name"] for e in found] if isinstance(meant, str) else found
            assert meant in held, f"{container['name']} has {found}"
        names = {v["name"] for v in pod["spec"].get("volumes", ())}
        mounts = {m["name"] for c in containers for m in c.get("volumeMounts", ())}
        assert mounts <= names


@pytest.mark.parametrize("run", RUNS)
def test_annotations_are_the_pod_s(run: str, tmp_path: Path) -> None:
    for pod in pods_of(run, {"annotations": {"team/x": "y"}}, tmp_path):
        assert "metadata" in pod or run.startswith("dask")
        if "metadata" in pod:
            assert pod["metadata"]["annotations"]["team/x"] == "y"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_brings_its_secret_in(kind: str, tmp_path: Path) -> None:
    mounted = {"mountPath": "/k"} if kind == "ssh" else {}
    connection = {
        "kind": kind, "schema": SCHEMAS.get(kind, {}), "secret": {"name": "s", **mounted},
        "configMap": {"name": "m"}, "env": {"A": "b"},
    }  # fmt: skip
    [pod] = pods_of("job", connection, tmp_path)
    for container in authored(pod):
        sources = container["envFrom"]
        assert {"configMapRef": {"name": "m"}} in sources
        mounts = [m["mountPath"] for m in container.get("volumeMounts", ())]
        assert ("/k" in mounts) if mounted else ({"secretRef": {"name": "s"}} in sources)
        assert {"name": "A", "value": "b"} in container["env"]
