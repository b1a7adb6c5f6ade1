"""Custom resources before a real API server that knows their definitions, and the offline judge.

Both must say the same of each object and of each mistake in it.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from tests.engines import crd_schema, crds
from tests.engines.api_server import ApiServer, Refused

_POD = "{containers: [{name: main, image: busybox, command: [echo, hi]}]}"
_TEMPLATE = f"{{spec: {_POD}}}"
_SPARK = "type: Python, mode: cluster, mainApplicationFile: local:///main.py, sparkVersion: 3.5.3"

RIGHT = {
    "kubeflow.org/v1 PyTorchJob": f"pytorchReplicaSpecs: {{Worker: {{replicas: 2, template: {_TEMPLATE}}}}}",
    "kubeflow.org/v1 TFJob": f"tfReplicaSpecs: {{Worker: {{replicas: 2, template: {_TEMPLATE}}}}}",
    "kubeflow.org/v1 XGBoostJob": f"xgbReplicaSpecs: {{Master: {{template: {_TEMPLATE}}}}}",
    "kubeflow.org/v1 PaddleJob": f"paddleReplicaSpecs: {{Worker: {{template: {_TEMPLATE}}}}}",
    "kubeflow.org/v1 MPIJob": f"mpiReplicaSpecs: {{Launcher: {{template: {_TEMPLATE}}}}}",
    "kubeflow.org/v2beta1 MPIJob": f"mpiReplicaSpecs: {{Launcher: {{template: {_TEMPLATE}}}}}",
    "jobset.x-k8s.io/v1alpha2 JobSet": (
        f"replicatedJobs: [{{name: a, replicas: 1, template: {{spec: {{template: {_TEMPLATE}}}}}}}]"
    ),
    "ray.io/v1 RayJob": (
        "entrypoint: python main.py\n  rayClusterSpec: {headGroupSpec: {rayStartParams: {}, "
        f"template: {_TEMPLATE}}}}}"
    ),
    "kubernetes.dask.org/v1 DaskCluster": (
        f"worker: {{replicas: 2, spec: {_POD}}}\n  scheduler: {{spec: {_POD}, "
        "service: {type: ClusterIP, selector: {a: b}, "
        "ports: [{name: comm, port: 8786, protocol: TCP, targetPort: comm}]}}"
    ),
    "sparkoperator.k8s.io/v1beta2 SparkApplication": (
        f"{_SPARK.replace(', ', chr(10) + '  ')}\n  driver: {{cores: 1}}\n  executor: {{instances: 2}}"
    ),
    "scheduling.volcano.sh/v1beta1 PodGroup": "minMember: 2\n  minResources: {cpu: 2, memory: 1Gi}",
    "kueue.x-k8s.io/v1beta1 LocalQueue": "clusterQueue: main",
    "argoproj.io/v1alpha1 Workflow": (
        "entrypoint: main\n  templates: [{name: main, container: {image: busybox}}]"
    ),
    "gateway.networking.k8s.io/v1 HTTPRoute": (
        "parentRefs: [{name: gateway}]\n  rules: [{matches: [{path: {type: PathPrefix, value: /web}}]}]"
    ),
}


def made(name: str) -> dict[str, Any]:
    version, kind = name.split()
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: run}}\nspec:\n  {RIGHT[name]}"
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def is_defined(document: dict[str, Any]) -> bool:
    group = document["apiVersion"].partition("/")[0]
    return crds.definition(group, document["kind"]) is not None


def wrong(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The same object with one mistake, for every field of its specification."""
    found = []

    def at(place: tuple[Any, ...]) -> tuple[dict[str, Any], Any]:
        other = copy.deepcopy(document)
        value: Any = other
        for key in place:
            value = value[key]
        return other, value

    def visit(value: Any, place: tuple[Any, ...]) -> None:
        name = ".".join(map(str, place))
        if isinstance(value, dict):
            other, twin = at(place)
            twin["colour"] = "blue"
            found.append((f"{name}.colour", other))
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            other, twin = at(place)
            twin[key] = 7 if isinstance(each, str) else "text"
            found.append((f"{name}.{key}", other))
            if isinstance(value, dict):
                other, twin = at(place)
                del twin[key]
                found.append((f"{name} without {key}", other))
            if isinstance(each, dict | list):
                visit(each, (*place, key))

    visit(document["spec"], ("spec",))
    return found


def answer(server: ApiServer, document: dict[str, Any]) -> str:
    """What the real server says against a document, strictly; empty when it takes it."""
    path = server.path(document["apiVersion"], document["kind"], "default")
    try:
        server.ask("POST", path, document, dryRun="All", fieldValidation="Strict")
    except Refused as refused:
        return str(refused)
    return ""


@pytest.fixture(scope="module")
def server(api_server: ApiServer) -> ApiServer:
    """Knows them all; each new one makes its first request wait, so they are installed at once."""
    documents = [made(name) for name in RIGHT]
    api_server.know(document for document in documents if is_defined(document))
    return api_server


@pytest.mark.parametrize("name", RIGHT)
def test_the_judges_agree(server: ApiServer, name: str) -> None:
    document = made(name)
    if not is_defined(document):
        pytest.skip(f"NO DEFINITION OF {name} HERE: run `make engines`")
    assert (answer(server, document), crd_schema.faults(document)) == ("", [])
    cases = wrong(document)
    said = {case: (answer(server, other), crd_schema.faults(other)) for case, other in cases}
    differ = {case: both for case, both in said.items() if bool(both[0]) != bool(both[1])}
    assert differ == {}
    assert any(both[0] for both in said.values())


def test_a_version_that_is_not_served() -> None:
    document = made("jobset.x-k8s.io/v1alpha2 JobSet") | {"apiVersion": "jobset.x-k8s.io/v9"}
    if not is_defined(document):
        pytest.skip("NO DEFINITION OF JobSet HERE: run `make engines`")
    assert "not served" in crd_schema.faults(document)[0]


_OBJECT = {"type": "object", "properties": {"a": {"type": "integer", "format": "int32"}}}


@pytest.mark.parametrize(
    ("schema", "value", "fault"),
    [
        (_OBJECT, {"a": 1}, False),
        (_OBJECT, {"b": 1}, True),
        (_OBJECT, {"a": 2**31}, True),
        (_OBJECT, {"a": None}, True),
        (_OBJECT | {"x-kubernetes-preserve-unknown-fields": True}, {"b": 1}, False),
        (_OBJECT | {"nullable": True}, None, False),
        ({"type": "object"}, {"b": 1}, True),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"b": 1}, True),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"b": "1"}, False),
        ({"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]}, "50%", False),
        ({"x-kubernetes-int-or-string": True}, 1.5, True),
        ({"x-kubernetes-preserve-unknown-fields": True}, [1], False),
        (_OBJECT | {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, True),
        (_OBJECT | {"required": ["a"]}, {}, True),
        ({**_OBJECT, "required": ["c"], "properties": {"c": {"default": 1}}}, {}, False),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, 0, True),
        ({"type": "string", "format": "date-time"}, "yesterday", True),
    ],
)
def test_strictness(schema: dict[str, Any], value: Any, fault: bool) -> None:
    judge = crd_schema.validator(schema)
    assert bool(list(judge.iter_errors(value))) is fault
