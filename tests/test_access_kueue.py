"""Queues of a catalog as objects of Kueue: by its schema, its rules, and the names of targets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.access.exports.kueue import kueue_objects
from pxc.diagnostics import Report
from pxc.driver.access import read_rules
from tests import kubernetes_oracle
from tests.command_line import run

CLUSTER = """\
kind: Cluster
name: gke-a
namespaces: [{name: gpus}, {name: vision}, {name: elsewhere}]
nodePools:
- {name: a100, selector: {pool: a100}, taints: [{key: gpu, value: "yes", effect: NoSchedule}], allocatable: {cpu: "47", nvidia.com/gpu: 4}}
- {name: cpu, selector: {pool: cpu}, allocatable: {cpu: 16}}
---
{kind: Queue, name: gke-a/gpu, namespace: gpus, nodePools: [a100], quota: {nvidia.com/gpu: 8, cpu: 1500m}}
---
{kind: Project, name: vision, namespace: vision}
"""
QUEUE = "---\n{kind: Queue, name: NAME, MORE}\n"
QUOTA = """\
---
{kind: Organization, name: acme, members: [{user: ana, role: owner}]}
---
{kind: Quota, name: q, for: FOR, limits: LIMITS}
"""
ORGANIZATION = """\
---
{kind: Organization, name: acme, members: [{user: ana, role: member}]}
---
{kind: Team, name: vision, members: [{user: ana, role: admin}]}
---
{kind: Project, name: other, namespace: elsewhere, teams: [vision]}
---
{kind: Grant, name: q, to: ["user:ana"], projects: [other], allow: [{use: ["queue:**"]}]}
"""


def queue(name: str, more: str = "nodePools: [a100]") -> str:
    return QUEUE.replace("NAME", name).replace("MORE", more)


def quota(of: str, limits: str) -> str:
    return QUOTA.replace("FOR", of).replace("LIMITS", limits)


def exported(tmp_path: Path, more: str = "") -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    path = tmp_path / "catalog.yaml"
    path.write_text(CLUSTER + more)
    report = Report()
    rules = read_rules((path,), tmp_path, report)
    assert not report.has_errors, [d.message for d in report]
    found = kueue_objects(rules, "gke-a")
    return found.objects, found.unsaid


def quotas(objects: list[dict[str, Any]], name: str) -> tuple[str, dict[str, str]]:
    """The flavor of a ClusterQueue and what it counts."""
    [spec] = [
        o["spec"] for o in objects if o["kind"] == "ClusterQueue" and o["metadata"]["name"] == name
    ]
    [group] = spec["resourceGroups"]
    [flavor] = group["flavors"]
    # What the API server asks of a group besides its schema.
    assert [r["name"] for r in flavor["resources"]] == group["coveredResources"]
    assert flavor["name"] in {
        o["metadata"]["name"] for o in objects if o["kind"] == "ResourceFlavor"
    }
    return flavor["name"], {r["name"]: r["nominalQuota"] for r in flavor["resources"]}


def test_flavors_are_the_node_pools(tmp_path):
    objects, unsaid = exported(tmp_path)
    found = {o["metadata"]["name"]: o["spec"] for o in objects if o["kind"] == "ResourceFlavor"}
    taint = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
    assert found == {
        "a100": {"nodeLabels": {"pool": "a100"}, "nodeTaints": [taint]},
        "cpu": {"nodeLabels": {"pool": "cpu"}},
    }
    assert unsaid == ()


COUNTED = [
    # more of the catalog, queue, flavor, part of what it counts
    ("", "gpu", "a100", {"nvidia.com/gpu": "8", "cpu": "1500m", "memory": "1000000000000000000"}),
    (quota("{queue: gke-a/gpu}", "{nvidia.com/gpu: 4}"), "gpu", "a100", {"nvidia.com/gpu": "4"}),
    (quota("{queue: gke-a/gpu}", "{nvidia.com/gpu: 9}"), "gpu", "a100", {"nvidia.com/gpu": "8"}),
    (quota("{queue: gke-a/gpu}", "{nvidia.com/gpu: 0}"), "gpu", "a100", {"nvidia.com/gpu": "0"}),
    (queue("gke-a/all", "nodePools: [a100, cpu], quota: {cpu: 4}"), "all", "pxc-any-node", {"cpu": "4", "nvidia.com/gpu": "1000000000"}),
    (queue("gke-a/free", "namespace: vision"), "free", "pxc-any-node", {"cpu": "1000000000"}),
]  # fmt: skip


@pytest.mark.parametrize(("more", "name", "flavor", "counted"), COUNTED)
def test_what_queues_count(tmp_path, more, name, flavor, counted):
    objects, _ = exported(tmp_path, more)
    found, amounts = quotas(objects, name)
    assert found == flavor
    assert {key: amounts[key] for key in counted} == counted


LED = [
    ("", "gpu", ["gpus"]),
    (queue("gke-a/open"), "open", ["vision"]),
    (queue("gke-a/open") + ORGANIZATION, "open", ["elsewhere"]),
]


@pytest.mark.parametrize(("more", "name", "namespaces"), LED)
def test_where_queues_are(tmp_path, more, name, namespaces):
    objects, _ = exported(tmp_path, more)
    local = [o for o in objects if o["kind"] == "LocalQueue" and o["metadata"]["name"] == name]
    assert [o["metadata"]["namespace"] for o in local] == namespaces
    assert all(o["spec"]["clusterQueue"] == name for o in local)
    [spec] = [
        o["spec"] for o in objects if o["kind"] == "ClusterQueue" and o["metadata"]["name"] == name
    ]
    assert spec["namespaceSelector"]["matchExpressions"][0]["values"] == namespaces


UNSAID = [
    (queue("gke-a/all", "nodePools: [a100, cpu]"), "on which nodes runs of queue `gke-a/all` land"),
    (queue("gke-a/x", "nodePools: [a100], priority: 3"), "the priority of queue `gke-a/x`"),
    (queue("gke-a/x", "nodePools: [a100], concurrency: 3"), "the concurrency of queue `gke-a/x`"),
    (queue("gke-a/x", "quota: {costPerHour: 3}"), "`costPerHour` of queue `gke-a/x`"),
    (queue("gke-a/GPU"), "queue `gke-a/GPU`: no object can have its name"),
    (queue("b/gpu", "cluster: gke-a"), "queue `b/gpu`: queue `gke-a/gpu` has its name there"),
    (quota("{project: vision}", "{cpu: 4}"), "quota `q`: it is of no queue"),
    (queue("gke-a/x") + ORGANIZATION.replace("queue:**", "queue:gke-a/gpu"), "queue `gke-a/x` leads to no namespace that the catalog names"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "said"), UNSAID)
def test_what_kueue_cannot_say_is_told(tmp_path, more, said):
    assert said in exported(tmp_path, more)[1]


@pytest.mark.parametrize("more", ["", *(m for m, *_ in COUNTED), *(m for m, _ in UNSAID)])
def test_kueue_takes_what_is_written(tmp_path, more):
    for document in exported(tmp_path, more)[0]:
        kubernetes_oracle.judge(yaml.safe_dump(document))


def test_a_run_joins_the_queue_that_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/places.yaml").write_text(CLUSTER)
    (tmp_path / "a.yaml").write_text(
        "kind: operation\nqueue: gke-a/gpu\ncomponent: {run: {kind: job, container: {image: x}}}\n"
    )
    made = run("compile", "a.yaml", "--queue-as", "kueue", "--catalog", "catalog")
    [job] = [d for d in yaml.safe_load_all(made.out) if d["kind"] == "Job"]
    written = run("acl", "export", "--to", "kueue", "--catalog", "catalog")
    [local] = [o for o in json.loads(written.out)["items"] if o["kind"] == "LocalQueue"]
    joined = job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"]
    assert (joined, job["metadata"]["namespace"]) == (
        local["metadata"]["name"], local["metadata"]["namespace"],
    )  # fmt: skip


CLUSTERS = [
    ("--to kueue", "The catalog has several clusters: write --cluster 'b', 'gke-a'."),
    ("--to kueue --cluster c", "The catalog has no cluster 'c'; it has 'b', 'gke-a'."),
    ("--to csv --cluster b", "--cluster goes with --to kueue."),
]


@pytest.mark.parametrize(("words", "said"), CLUSTERS)
def test_one_cluster_is_written(tmp_path, words, said):
    path = tmp_path / "c.yaml"
    path.write_text(CLUSTER + "---\n{kind: Cluster, name: b}\n---\n{kind: Queue, name: b/q}\n")
    made = run("acl", "export", *words.split(), "--catalog", str(path))
    assert made.code == 2
    assert said in " ".join(made.err.replace("│", " ").split())
    ran = run("acl", "export", "--to", "kueue", "--cluster", "b", "--catalog", str(path))
    names = {o["metadata"]["name"] for o in json.loads(ran.out)["items"]}
    assert names == {"pxc-any-node", "q"}
