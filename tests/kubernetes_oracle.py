"""The judge of Kubernetes manifests: the real OpenAPI schemas, unknown fields refused.

Custom resources are judged by the definitions of their operators, where these are at hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import referencing
import yaml
from kubernetes_validate import utils

from tests.argo_events_oracle import KINDS, judge_events
from tests.argo_oracle import judge_workflow
from tests.engines import crd_schema, crds

OLDEST, NEWEST = "1.29", str(kubernetes_validate.latest_version())
"""The releases every manifest must fit; native sidecars are on by default since 1.29."""

_LABEL = re.compile(r"([a-z0-9A-Z]([-a-z0-9A-Z_.]{0,61}[a-z0-9A-Z])?)?")
_DNS = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@cache
def _validator(kind: str, api_version: str, release: str) -> Any:
    """The strict schema of one kind, read once (the package reads its files at every call)."""
    version = [v for v in utils.all_versions() if utils.major_minor(v) == release][-1]
    root = Path(utils.__file__).parent / "kubernetes-json-schema" / f"v{version}-local-strict"
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    schema = json.loads((root / f"{kind.lower()}-{group}.json").read_text())
    definitions = json.loads((root / "_definitions.json").read_text())
    registry: Any = referencing.Registry()
    for part in (schema, definitions):
        registry = referencing.Resource.from_contents(part) @ registry
    return jsonschema.Draft202012Validator(schema, registry=registry)


def judge(text: str) -> list[dict[str, Any]]:
    """The documents of a file; AssertionError tells what a server would refuse."""
    documents = list(yaml.safe_load_all(text))
    for document in documents:
        _judge_document(document)
    return documents


def _judge_document(document: dict[str, Any]) -> None:
    if crds.is_custom(document["apiVersion"].rpartition("/")[0]):
        _judge_custom(document)
        return
    for release in (OLDEST, NEWEST.rpartition(".")[0] if NEWEST.count(".") > 1 else NEWEST):
        found = _validator(document["kind"], document["apiVersion"], release)
        errors = [f"{e.json_path}: {e.message}" for e in found.iter_errors(document)]
        assert not errors, (release, errors)
    _judge_object(document)


def _judge_custom(document: dict[str, Any]) -> None:
    """A custom resource, and every pod template inside of it."""
    group = document["apiVersion"].rpartition("/")[0]
    if group == "argoproj.io" and document["kind"] in KINDS:
        judge_events(document)
        return
    if crds.definition(group, document["kind"]) is None:
        pytest.skip(f"NO DEFINITION OF {document['kind']}.{group} HERE: run `make engines`")
    assert not (found := crd_schema.faults(document)), found
    about = document["metadata"]
    name = about.get("name") or about["generateName"].rstrip("-")
    assert len(name) <= 63, name
    assert all(_LABEL.fullmatch(v) for v in about.get("labels", {}).values()), about
    if document["kind"] == "JobSet":
        _judge_job_set(document, name)
    if group == "argoproj.io":
        judge_workflow(document, _judge_pod, _judge_document)
    for template in _pod_templates(document["spec"]):
        labels = template.get("metadata", {}).get("labels", {})
        assert all(_LABEL.fullmatch(v) for v in labels.values()), labels
        _judge_pod(template["spec"], labels)


def _judge_job_set(document: dict[str, Any], name: str) -> None:
    """Rules of the operator's own admission: names of Jobs and pods, and who may wait for whom."""
    seen: list[str] = []
    for job in document["spec"]["replicatedJobs"]:
        whole = f"{name}-{job['name']}-0"
        assert whole[0].isalpha(), whole
        assert _DNS.fullmatch(whole), whole
        assert len(f"{whole}-xxxxx") <= 63, whole
        assert {each["name"] for each in job.get("dependsOn", ())} <= set(seen), (job, seen)
        assert job["name"] not in seen, seen
        assert "ttlSecondsAfterFinished" not in job["template"]["spec"], job
        seen.append(job["name"])


def _pod_templates(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        spec = value.get("spec")
        if isinstance(spec, dict) and isinstance(spec.get("containers"), list):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _pod_templates(each)


def _judge_object(document: dict[str, Any]) -> None:
    """Rules of the API server that its schema does not tell."""
    about = document["metadata"]
    name = about.get("name") or about["generateName"].rstrip("-")
    limits = {"CronJob": 52, "Job": 63, "Deployment": 63, "Service": 63, "ConfigMap": 253,
              "Ingress": 253}  # fmt: skip
    assert _DNS.fullmatch(name), name
    assert len(name) <= limits[document["kind"]], name
    if document["kind"] == "ConfigMap":
        size = sum(len(key) + len(text.encode()) for key, text in document["data"].items())
        assert size <= 1_048_576, size
        return
    if document["kind"] == "Ingress":
        return
    spec = document["spec"]
    if document["kind"] == "Service":
        assert name[0].isalpha(), name
        names = [port.get("name") for port in spec["ports"]]
        assert len(names) == 1 or (None not in names and len(set(names)) == len(names))
        return
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template = spec["template"]
    for labels in (about["labels"], template["metadata"]["labels"]):
        assert all(_LABEL.fullmatch(v) for v in labels.values()), labels
    if document["kind"] == "Deployment":
        selector = spec["selector"]["matchLabels"]
        assert selector.items() <= template["metadata"]["labels"].items()
        assert template["spec"].get("restartPolicy", "Always") == "Always"
    else:
        assert template["spec"]["restartPolicy"] in ("Never", "OnFailure")
    _judge_pod(template["spec"], template["metadata"]["labels"])


def _judge_pod(pod: dict[str, Any], labels: dict[str, str]) -> None:
    containers = [*pod.get("initContainers", ()), *pod["containers"]]
    names = [container["name"] for container in containers]
    assert len(set(names)) == len(names), names
    assert all(_DNS.fullmatch(n) and len(n) <= 63 for n in names), names
    volumes = [volume["name"] for volume in pod.get("volumes", ())]
    assert len(set(volumes)) == len(volumes), volumes
    assert all(_DNS.fullmatch(n) and len(n) <= 63 for n in volumes), volumes
    for container in containers:
        assert container["image"]
        mounts = container.get("volumeMounts", ())
        assert {m["name"] for m in mounts} <= set(volumes), mounts
        paths = [m["mountPath"] for m in mounts]
        assert len(set(paths)) == len(paths), paths
        assert not any("subPath" in m and "subPathExpr" in m for m in mounts)
        _judge_references(container)


def _judge_references(container: dict[str, Any]) -> None:
    """Every `$(PXC_…)` stands where the kubelet expands it, after its variable is defined."""
    env = container.get("env", ())
    known: list[str] = []
    for entry in env:
        used = set(re.findall(r"\$\((PXC_\w+)\)", entry.get("value", "")))
        assert used <= set(known), (entry, known)
        known.append(entry["name"])
    assert len(set(known)) == len(known), known
    fields = [*container.get("command", ()), *container.get("args", ())]
    fields += [m.get("subPathExpr", "") for m in container.get("volumeMounts", ())]
    used = {name for text in fields for name in re.findall(r"\$\((PXC_\w+)\)", text)}
    assert used <= set(known), (used, known)
    expanded = {"command", "args", "env", "volumeMounts"}
    rest = json.dumps({k: v for k, v in container.items() if k not in expanded})
    assert "$(PXC_" not in rest, rest
