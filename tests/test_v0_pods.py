"""`environment` of version 0: pod settings, resources, connections, and replicas."""

from __future__ import annotations

from typing import Any

import pytest

from tests.v0_reading import comes_to

HEAD = "version: 1\nkind: experiment\nbuild: {image: a:1}\nrun: {cmd: x}\n"
WORDS = {"image": "a:1", "command": ["/bin/bash", "-c"], "args": ["x"]}


def run_of(environment: str, more: str = "") -> tuple[Any, list[str]]:
    found, told = comes_to(f"{HEAD}{more}environment: {{{environment}}}\n")
    return found["run"], told


SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("node_selector: {a: b}", {"nodeSelector": {"a": "b"}}),
    ("node_selectors: {a: b}", {"nodeSelector": {"a": "b"}}),
    ("labels: {a: b}, annotations: {c: d}", {"labels": {"a": "b"}, "annotations": {"c": "d"}}),
    ("tolerations: [{operator: Exists}]", {"tolerations": [{"operator": "Exists"}]}),
    ("affinity: {nodeAffinity: {}}", {"affinity": {"nodeAffinity": {}}}),
    ("service_account: a", {"serviceAccountName": "a"}),
    ("image_pull_secrets: [a]", {"imagePullSecrets": ["a"]}),
    ("image_pull_secrets: a", {"imagePullSecrets": ["a"]}),
]


@pytest.mark.parametrize(("text", "expected"), SETTINGS, ids=[t for t, _ in SETTINGS])
def test_settings_of_a_pod(text: str, expected: dict[str, Any]) -> None:
    assert run_of(text) == ({"kind": "job", "environment": expected, "container": WORDS}, [])


RESOURCES: list[tuple[str, dict[str, Any]]] = [
    ("cpu: {requests: 0.5, limits: 2}", {"requests": {"cpu": 0.5}, "limits": {"cpu": 2}}),
    ("memory: {requests: 512}", {"requests": {"memory": "512Mi"}}),
    ("memory: {requests: 512.0}", {"requests": {"memory": "512Mi"}}),
    ("memory: {limits: 2.5}", {"limits": {"memory": "2.5Mi"}}),
    ("memory: {limits: 1000000}", {"limits": {"memory": "1000000Mi"}}),
    ("memory: {limits: 2Gi}", {"limits": {"memory": "2Gi"}}),
    (
        "gpu: {requests: 1, limits: 1}",
        {"requests": {"nvidia.com/gpu": 1}, "limits": {"nvidia.com/gpu": 1}},
    ),
    ("tpu: {limits: 8}", {"limits": {"cloud-tpus.google.com/v2": 8}}),
    ("cpu: {limits: 1}, memory: {limits: 1}", {"limits": {"cpu": 1, "memory": "1Mi"}}),
]


@pytest.mark.parametrize(("text", "expected"), RESOURCES, ids=[t for t, _ in RESOURCES])
def test_resources(text: str, expected: dict[str, Any]) -> None:
    run, told = run_of(f"resources: {{{text}}}")
    assert (run["container"], told) == ({**WORDS, "resources": expected}, [])


NAMES: list[tuple[str, list[str]]] = [
    ("data_refs: [a, b]", ["a", "b"]),
    ("data_refs: [a], artifact_refs: [b]", ["a", "b"]),
    ("artifact_refs: b", ["b"]),
    ("persistence: {data: [a], outputs: b}", ["a", "b"]),
]


@pytest.mark.parametrize(("text", "expected"), NAMES, ids=[t for t, _ in NAMES])
def test_data_and_stores_are_connections(text: str, expected: list[str]) -> None:
    assert run_of(text) == ({"kind": "job", "connections": expected, "container": WORDS}, [])


@pytest.mark.parametrize("spelling", ["config_map_refs", "configmap_refs"])
def test_secrets_and_config_maps_are_variables(spelling: str) -> None:
    sources = [{"secretRef": {"name": "s"}}, {"configMapRef": {"name": "m"}}]
    run, told = run_of(f"{spelling}: [m], secret_refs: [s]")
    assert (run["container"], told) == ({**WORDS, "envFrom": sources}, [])


TOLD: list[tuple[str, list[str]]] = [
    ("outputs: {jobs: [1], experiments: [2, 3]}", ["PXC940 [1]", "PXC940 [2, 3]"]),
    ("persistence: {data: [a]}, data_refs: [b]", ["PXC118 data_refs"]),
    ("config_map_refs: [a], configmap_refs: [b]", ["PXC118 configmap_refs"]),
    ("node_selector: {a: b}, node_selectors: {c: d}", ["PXC118 node_selectors"]),
    ("index: 1", ["PXC949 index"]),
    ("run_config: {tf_random_seed: 1}", ["PXC949 run_config"]),
    ("resources: {cpu: 1}", ["PXC105 1"]),
    ("resources: {index: 1}", ["PXC949 index"]),
    ("resources: {limits: {cpu: 1}}", ["PXC103 limits"]),
    ("resources: {gpu: {request: 1}}", ["PXC102 request"]),
    ("tolerations: [{operatr: Exists}]", ["PXC102 operatr"]),
    ("data_refs: [{a: b}]", ["PXC105 {a: b}"]),
    ("replicas: {n_workers: 2}", ["PXC104 replicas"]),
]


@pytest.mark.parametrize(("text", "expected"), TOLD, ids=[t for t, _ in TOLD])
def test_what_is_told_of_an_environment(text: str, expected: list[str]) -> None:
    assert run_of(text)[1] == expected


def role(count: int, **more: Any) -> dict[str, Any]:
    return {"replicas": count, "container": WORDS, **more}


REPLICAS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("framework: tensorflow\n", "replicas: {n_workers: 2, n_ps: 1}",
     {"kind": "tfjob", "chief": role(1), "worker": role(2), "ps": role(1)}, []),
    ("framework: pytorch\n", "replicas: {n_workers: 2}",
     {"kind": "pytorchjob", "master": role(1), "worker": role(2)}, []),
    ("framework: pytorch\n", "replicas: {n_workers: 2, n_ps: 1}",
     {"kind": "pytorchjob", "master": role(1), "worker": role(2)}, ["PXC949 n_ps"]),
    ("framework: horovod\n", "replicas: {n_workers: 2}",
     {"kind": "mpijob", "launcher": role(1),
      "worker": {"replicas": 2, "container": {"image": "a:1"}}}, ["PXC945 replicas"]),
    ("framework: tensorflow\nbackend: mpi\n", "replicas: {n_workers: 2}",
     {"kind": "mpijob", "launcher": role(1),
      "worker": {"replicas": 2, "container": {"image": "a:1"}}}, ["PXC945 replicas"]),
    ("framework: mxnet\n", "replicas: {n_workers: 2, n_ps: 1}",
     {"kind": "mxjob", "scheduler": role(1), "worker": role(2), "server": role(1)}, ["PXC945 replicas"]),
    ("", "pytorch: {n_workers: 3}", {"kind": "pytorchjob", "master": role(1), "worker": role(3)}, []),
    ("", "n_workers: 1, n_ps: 1", {"kind": "tfjob", "chief": role(1), "worker": role(1), "ps": role(1)}, []),
    ("framework: pytorch\n", "replicas: {n_workers: 1, default_worker: {node_selector: {a: b}, resources: {cpu: {limits: 1}}}}",
     {"kind": "pytorchjob", "master": role(1),
      "worker": role(1, environment={"nodeSelector": {"a": "b"}},
                     container={**WORDS, "resources": {"limits": {"cpu": 1}}})}, []),
    ("framework: pytorch\n", "service_account: s, node_selector: {a: b}, data_refs: [d], replicas: {n_workers: 1}",
     {"kind": "pytorchjob",
      "master": role(1, environment={"serviceAccountName": "s", "nodeSelector": {"a": "b"}}, connections=["d"]),
      "worker": role(1, environment={"serviceAccountName": "s"}, connections=["d"])}, []),
    ("framework: pytorch\n", "replicas: {n_workers: 2, worker: [{index: 1, labels: {a: b}}]}",
     {"kind": "pytorchjob", "master": role(1), "worker": role(2)}, ["PXC941 {index: 1, labels: {a: b}}"]),
    ("framework: pytorch\n", "replicas: {default_worker: {labels: {a: b}}}",
     {"kind": "pytorchjob", "master": role(1)}, ["PXC104 default_worker"]),
    ("framework: pytorch\n", "replicas: {n_workers: 1, default_worker: {max_restarts: 2}}",
     {"kind": "pytorchjob", "master": role(1), "worker": role(1)}, ["PXC949 max_restarts"]),
    ("framework: tensorflow\n", "replicas: {n_workers: 1, delay_workers_by_global_step: true}",
     {"kind": "tfjob", "chief": role(1), "worker": role(1)}, ["PXC949 delay_workers_by_global_step"]),
    ("", "tensorflow: {n_workers: 1, default_worker_resources: {cpu: {limits: 1}}, worker_resources: [{index: 1}]}",
     {"kind": "tfjob", "chief": role(1),
      "worker": role(1, container={**WORDS, "resources": {"limits": {"cpu": 1}}})}, ["PXC941 {index: 1}"]),
    ("", "tensorflow: {n_workers: 1, default_worker_node_selectors: {a: b}, worker_node_selectors: [{c: d}], worker_configs: [e]}",
     {"kind": "tfjob", "chief": role(1), "worker": role(1, environment={"nodeSelector": {"a": "b"}})},
     ["PXC941 {c: d}", "PXC949 worker_configs"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "text", "expected", "codes"), REPLICAS, ids=[t + m for m, t, *_ in REPLICAS]
)
def test_replicas_are_roles(
    more: str, text: str, expected: dict[str, Any], codes: list[str]
) -> None:
    assert run_of(text, more) == (expected, codes)


def test_retries_and_the_framework_of_replicas() -> None:
    text = (
        f"{HEAD}framework: pytorch\nenvironment: {{max_restarts: 3, replicas: {{n_workers: 1}}}}\n"
    )
    found, _ = comes_to(text)
    assert found["termination"] == {"maxRetries": 3}
    assert "tags" not in found
