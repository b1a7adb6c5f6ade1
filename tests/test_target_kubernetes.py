"""The target `kubernetes`: what a whole plan becomes, names and metadata, and laws."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.targets import TARGETS, target
from tests.emitting import JOB, POLICY, SERVICE, emit, pod_of, run
from tests.kubernetes_oracle import judge


def test_targets_by_name() -> None:
    assert TARGETS == ("airflow", "argo", "kubernetes")
    assert target("kubernetes").name == "kubernetes"
    with pytest.raises(LookupError):
        target("nomad")


def test_a_job_byte_for_byte() -> None:
    text, found = run(
        """
name: train
description: trains it
tags: [a, b]
shm: true
limits: {max_retries: 2, timeout: 60, ttl: 0}
environment: {nodeSelector: {gpu: true}, labels: {team: vision}}
main:
  args: ['--seed=1', 2, null, '']
  command: [python]
  resources: {limits: {nvidia.com/gpu: 1, memory: 2Gi}, requests: {cpu: 0.5}}
  image: img:1
  env: [{value: 'yes', name: FLAG}]
""",
        {"source": "a/train.yaml", "project": "vision"},
    )
    assert found == []
    name = judge(text)[0]["metadata"]["name"]
    assert re.fullmatch("train-[a-z2-7]{10}", name)
    assert (
        text.replace(name, "NAME")
        == """\
apiVersion: batch/v1
kind: Job
metadata:
  name: NAME
  labels:
    team: vision
    app.kubernetes.io/name: train
    app.kubernetes.io/managed-by: pxc
    app.kubernetes.io/part-of: vision
    pxc.dev/operation: train
    app.kubernetes.io/instance: NAME
  annotations:
    pxc.dev/source: a/train.yaml
    pxc.dev/description: trains it
    pxc.dev/tags: a,b
spec:
  backoffLimit: 2
  activeDeadlineSeconds: 60
  ttlSecondsAfterFinished: 0
  template:
    metadata:
      labels:
        team: vision
        app.kubernetes.io/name: train
        app.kubernetes.io/managed-by: pxc
        app.kubernetes.io/part-of: vision
        pxc.dev/operation: train
        app.kubernetes.io/instance: NAME
    spec:
      restartPolicy: Never
      nodeSelector:
        gpu: "true"
      containers:
        - name: main
          image: img:1
          command:
            - python
          args:
            - --seed=1
            - "2"
          env:
            - name: FLAG
              value: "yes"
          resources:
            requests:
              cpu: "0.5"
            limits:
              nvidia.com/gpu: "1"
              memory: 2Gi
          volumeMounts:
            - name: shm
              mountPath: /dev/shm
      volumes:
        - name: shm
          emptyDir:
            medium: Memory
"""
    )


def test_a_service() -> None:
    documents = emit(SERVICE + "listening: {ports: [80, 9000, 80], replicas: 0}\n")
    deployment, service = documents
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert [d["metadata"]["name"] for d in documents] == ["board", "board"]
    assert deployment["spec"]["replicas"] == 0
    assert deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]
    assert service["spec"]["selector"] == {
        "app.kubernetes.io/name": "board",
        "app.kubernetes.io/instance": "board",
    }
    assert re.fullmatch("[0-9a-f-]{36}", labels["pxc.dev/run-uuid"])
    assert service["spec"]["ports"] == [
        {"name": "port-80", "port": 80, "targetPort": 80},
        {"name": "port-9000", "port": 9000, "targetPort": 9000},
    ]
    main = pod_of(deployment)["containers"][0]
    assert main["ports"] == [{"containerPort": 80}, {"containerPort": 9000}]


@pytest.mark.parametrize(
    ("extra", "ports"),
    [
        ("", [80]),
        ("listening: {ports: [6006]}\n", [6006]),
        ("main: {image: a, ports: [{containerPort: 8888, name: web}]}\n", [8888]),
        ("main: {image: a, ports: [{containerPort: 53, protocol: UDP}]}\n", [80]),
    ],
)
def test_ports_of_a_service(extra: str, ports: list[int]) -> None:
    text = SERVICE if "main" not in extra else "name: board\nkind: service\n"
    deployment, service = emit(text + extra)
    assert [p["port"] for p in service["spec"]["ports"]] == ports
    assert deployment["spec"]["replicas"] == 1
    declared = pod_of(deployment)["containers"][0]["ports"]
    tcp = [p["containerPort"] for p in declared if p.get("protocol", "TCP") == "TCP"]
    assert tcp == ports
    assert [p["containerPort"] for p in declared].count(ports[0]) == 1


def test_name_policies() -> None:
    content = emit(JOB)[0]["metadata"]
    assert emit(JOB)[0]["metadata"] == content
    assert emit(JOB + "identity: '11'")[0]["metadata"]["name"] != content["name"]
    assert emit(JOB, name_policy="pinned")[0]["metadata"]["name"] == "train"
    generated = emit(JOB, name_policy="generate")[0]["metadata"]
    assert generated["generateName"] == "train-"
    assert "app.kubernetes.io/instance" not in generated["labels"]
    for policy in ("content", "generate"):
        assert emit(SERVICE, name_policy=policy)[0]["metadata"]["name"] == "board"


def test_a_name_changes_with_the_template_and_only_with_it() -> None:
    """A Job's template can never change, so another template must have another name."""
    base = emit(JOB + "description: a", {"source": "a.yaml"})[0]
    moved = emit(JOB + "description: b\ntags: [c]\nlimits: {ttl: 3}", {"source": "b.yaml"})[0]
    assert base["metadata"]["name"] == moved["metadata"]["name"]
    assert base["spec"]["template"] == moved["spec"]["template"]
    for fields, extra in ({"project": "p"}, ""), ({}, "environment: {labels: {a: b}}"):
        other = emit(JOB + extra, fields)[0]
        assert other["metadata"]["name"] != base["metadata"]["name"]


@pytest.mark.parametrize("name", ["My Train!", "x" * 200, "1", "日本", "9lives", "a_b"])
@pytest.mark.parametrize("kind", ["job", "service", "cron"])
def test_any_name_is_emitted(name: str, kind: str) -> None:
    text = {"job": JOB, "service": SERVICE}.get(
        kind, JOB + "timetable: {kind: cron, cron: '@daily'}"
    )
    for policy in ("content", "pinned", "generate"):
        emit(re.sub("^name: .*", f"name: '{name}'", text), name_policy=policy)


def test_two_units_of_one_name() -> None:
    report = run(SERVICE + "---\n" + SERVICE)[1]
    assert [r.split(" `")[0] for r in report] == [
        "PXC710 two operations would make one Deployment",
        "PXC710 two operations would make one Service",
    ]
    assert len(emit(SERVICE + "namespace: a\n---\n" + SERVICE + "namespace: b\n")) == 4
    assert len(emit(JOB + "---\n" + JOB + "identity: '11'\n")) == 2


def test_namespace() -> None:
    assert "namespace" not in emit(JOB)[0]["metadata"]
    assert emit(JOB, namespace="n")[0]["metadata"]["namespace"] == "n"
    assert emit(JOB + "namespace: u", namespace="n")[0]["metadata"]["namespace"] == "u"


def test_stdin_is_no_source() -> None:
    assert "annotations" not in emit(JOB, {"source": "-"})[0]["metadata"]


def test_environment() -> None:
    text = (
        JOB
        + """
environment:
  labels: {a: 1.5, b: true}
  annotations: {list: [1, two], n: null}
  nodeSelector: {gpu: true, zone: 1}
  affinity: {podAffinity: {}}
  tolerations: [{key: k, operator: Exists}]
  serviceAccountName: sa
  imagePullSecrets: [regcred]
  hostNetwork: false
  hostPID: true
  hostAliases: [{ip: 1.2.3.4, hostnames: [h]}]
  dnsPolicy: ClusterFirst
  dnsConfig: {searches: [x]}
  schedulerName: s
  priority: 0
  priorityClassName: high
  securityContext: {runAsUser: 0}
  nodeName: n
"""
    )
    document = emit(text)[0]
    template = document["spec"]["template"]
    pod = template["spec"]
    assert template["metadata"]["labels"].items() >= {"a": "1.5", "b": "true"}.items()
    assert document["metadata"]["labels"].items() >= {"a": "1.5", "b": "true"}.items()
    assert template["metadata"]["annotations"] == {"list": '[1, "two"]'}
    assert pod["nodeSelector"] == {"gpu": "true", "zone": "1"}
    assert pod["imagePullSecrets"] == [{"name": "regcred"}]
    assert (pod["hostPID"], pod["hostNetwork"], pod["priority"]) == (True, False, 0)
    assert pod["securityContext"] == {"runAsUser": 0}
    assert list(pod)[-1] == "containers"


TEXT = st.text(max_size=8)
NAME = st.text("abXY-_. 1", min_size=1, max_size=70)
PLANS = st.fixed_dictionaries(
    {"name": NAME, "main": st.fixed_dictionaries({"image": st.just("a:1")}, optional={
        "name": TEXT, "command": st.lists(TEXT), "args": st.one_of(TEXT, st.lists(TEXT)),
        "env": st.lists(st.fixed_dictionaries({"name": st.sampled_from("ABC"), "value": TEXT})),
    })},
    optional={
        "kind": st.sampled_from(["job", "service"]),
        "shm": st.booleans(),
        "outputs": st.lists(st.just("o"), max_size=1),
        "sidecars": st.lists(st.fixed_dictionaries({"name": NAME, "image": st.just("b")}),
                             max_size=2),
        "environment": st.fixed_dictionaries({}, optional={
            "annotations": st.dictionaries(st.sampled_from(["a", "b"]), TEXT)}),
        "description": TEXT,
        "identity": st.text("0123456789abcdef", min_size=1, max_size=8),
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PLANS)
def test_any_plan_passes_the_oracle_and_is_emitted_twice_alike(plan: dict[str, Any]) -> None:
    text = yaml.safe_dump(plan, sort_keys=False)
    if "{{" in text:
        return
    written, found = run(text)
    assert found == []
    judge(written)
    assert run(text) == (written, [])


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on this machine")
def test_kubernetes_own_types_read_every_object() -> None:
    daily = "timetable: {kind: cron, cron: '@daily'}\n"
    whole = JOB + POLICY.format("main") + "shm: true\noutputs: [o]\nsidecars: [{image: a}]\n"
    for text in (whole, whole + daily, SERVICE + "outputs: [o]\n"):
        written, _ = run(text)
        # `annotate --local` decodes into the typed objects and asks no server.
        ran = subprocess.run(
            ["kubectl", "annotate", "--local", "-f", "-", "-o", "yaml", "pxc.dev/read=back"],
            input=written.encode(),
            capture_output=True,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr.decode()
        back = list(yaml.safe_load_all(ran.stdout))
        assert len(back) >= 1
        for meant, found in zip(judge(written), back, strict=True):
            found["metadata"]["annotations"].pop("pxc.dev/read")
            assert includes(found, meant), (meant, found)


def includes(found: Any, meant: Any) -> bool:
    """Whether everything meant is there; the typed form adds empty fields of its own."""
    if isinstance(meant, dict):
        return all(key in found and includes(found[key], meant[key]) for key in meant)
    if isinstance(meant, list):
        return len(meant) == len(found) and all(map(includes, found, meant))
    return bool(meant == found)
