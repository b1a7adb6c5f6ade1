"""The pods that a real Argo makes of a run are those that a Job of the same run has, field by field.

Argo has no word for some fields of a pod, which a patch says: nothing that an author wrote about a
pod is lost on the way, and what differs from cell to cell of a matrix is in the pod of each.
"""

from __future__ import annotations

import time
from typing import Any

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.engines.cluster import Cluster
from tests.engines.environment import Object

RUN = """
kind: component
name: NAME
run:
  kind: job
  environment:
    labels: {team: vision}
    annotations: {note: "kept: 1"}
    nodeSelector: {pool: gpu}
    affinity:
      nodeAffinity:
        preferredDuringSchedulingIgnoredDuringExecution:
        - {weight: 3, preference: {matchExpressions: [{key: zone, operator: In, values: [a, b]}]}}
    tolerations: [{key: gpu, operator: Exists, effect: NoSchedule}]
    serviceAccountName: trainer
    hostAliases: [{ip: 10.0.0.7, hostnames: [store.local]}]
    securityContext: {runAsUser: 1000, fsGroup: 2000, seccompProfile: {type: RuntimeDefault}}
    hostNetwork: false
    dnsPolicy: None
    dnsConfig: {nameservers: [10.0.0.10], options: [{name: ndots, value: "2"}]}
    schedulerName: nobody
    priorityClassName: system-cluster-critical
    imagePullSecrets: [registry]
  volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]
  init:
  - container: {name: init, image: "prep:2", command: [prep, "it's {% raw %}{{.ID}}{% endraw %}"], volumeMounts: [{name: scratch, mountPath: /s}]}
  sidecars:
  - {name: wait, image: "watch:3", command: [watch], volumeMounts: [{name: scratch, mountPath: /s, readOnly: true}]}
  container:
    image: "train:1"
    imagePullPolicy: IfNotPresent
    command: [train]
    args: ["--seed=1"]
    workingDir: /work
    env:
    - {name: A, value: x}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    envFrom: [{secretRef: {name: keys, optional: true}}]
    ports: [{containerPort: 8080, name: http}]
    resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi, nvidia.com/gpu: 1}}
    livenessProbe: {httpGet: {path: /up, port: http}, periodSeconds: 7}
    lifecycle: {preStop: {exec: {command: [sync]}}}
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: scratch, mountPath: /s}]
"""
OF_POD = (
    "nodeSelector", "affinity", "tolerations", "serviceAccountName", "hostAliases",
    "securityContext", "hostNetwork", "dnsPolicy", "dnsConfig", "schedulerName",
    "priorityClassName", "imagePullSecrets",
)  # fmt: skip
OF_MAIN = (
    "image", "imagePullPolicy", "workingDir", "envFrom", "ports", "resources", "livenessProbe",
    "lifecycle", "securityContext",
)  # fmt: skip


def applied(cluster: Cluster, text: str, target: str) -> Object:
    """What a file is on a target, made in the cluster."""
    request = Request(
        files=(SourceText("f.yaml", text.encode()),),
        target=target,
        options=Options(runtime=Runtime(tracking=False)),
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    return cluster.apply("---\n".join(file.text for file in outcome.files))[-1]


def container(pod: Object, name: str) -> Object:
    every = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", ())]
    [found] = [each for each in every if each["name"] == name]
    return found


def seen(pod: Object, names: tuple[str, str]) -> dict[str, Any]:
    """What an author wrote of a pod: of itself, of its main container, and of those around it."""
    main = container(pod, "main")
    pick = {key: pod["spec"].get(key) for key in OF_POD}
    # The cluster itself adds what makes a pod leave a node that is lost.
    pick["tolerations"] = [t for t in pick["tolerations"] or () if "seconds" not in str(t).lower()]
    scratch = next(v for v in pod["spec"]["volumes"] if v["name"] == "scratch")
    around = [
        {
            key: container(pod, name)[key]
            for key in ("image", "restartPolicy")
            if key in container(pod, name)
        }
        | {"mounts": [m for m in container(pod, name)["volumeMounts"] if m["name"] == "scratch"]}
        for name in names
    ]
    return {
        "labels": pod["metadata"]["labels"].get("team"),
        "note": pod["metadata"]["annotations"].get("note"),
        "pod": pick,
        "main": {key: main.get(key) for key in OF_MAIN},
        "env": [e for e in main["env"] if e["name"] in ("A", "NODE")],
        "mounts": [m for m in main["volumeMounts"] if m["name"] == "scratch"],
        "scratch": scratch,
        "around": around,
        "command": [*main["command"], *main["args"]][-2:],
    }


def pod_of(cluster: Cluster, name: str) -> Object:
    """The pod of a workflow of one run, which has its name, or of a job."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := cluster.get("Pod", name):
            return found
        time.sleep(0.2)
    raise AssertionError(f"{name} has no pod")


def ready(cluster: Cluster) -> None:
    cluster.apply("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: trainer}\n")


def test_every_field_of_a_pod(argo: Cluster) -> None:
    ready(argo)
    workflow = applied(argo, RUN.replace("NAME", "whole"), "argo")["metadata"]["name"]
    job = applied(argo, RUN.replace("NAME", "alone"), "kubernetes")["metadata"]["name"]
    by_argo, by_job = pod_of(argo, workflow), pod_of(argo, job)
    assert seen(by_argo, ("init-step", "wait-step")) == seen(by_job, ("init", "wait"))
    words = container(by_argo, "init-step")
    assert "{$(PXC_BRACE).ID}}" in str([*words["command"], *words.get("args", ())])
    assert {"name": "PXC_BRACE", "value": "{"} in words["env"]


CELLS = """
kind: operation
name: sized
matrix: {kind: mapping, values: [{mem: 1Gi, pool: a}, {mem: 2Gi, pool: b}]}
component:
  inputs: [{name: mem, type: str}, {name: pool, type: str}]
  run:
    kind: job
    environment: {nodeSelector: {pool: "{{ pool }}"}, hostNetwork: true, annotations: {of: "{{ pool }}"}}
    container: {image: i, command: [run], resources: {limits: {memory: "{{ mem }}", cpu: 1}}}
"""


def test_each_cell_has_its_own(argo: Cluster) -> None:
    name = applied(argo, CELLS, "argo")["metadata"]["name"]
    deadline = time.monotonic() + 60
    while len(pods := argo.pods(name)) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    found = {
        (
            pod["metadata"]["annotations"]["of"],
            pod["spec"]["nodeSelector"]["pool"],
            container(pod, "main")["resources"]["limits"]["memory"],
            pod["spec"]["hostNetwork"],
        )
        for pod in pods
    }
    assert found == {("a", "a", "1Gi", True), ("b", "b", "2Gi", True)}
