"""The target `kubernetes`: what a plan becomes, and what is refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.targets import TARGETS, target
from pxc.targets._data import before_reference
from pxc.targets._git import GIT_IMAGE, GIT_SCRIPT
from pxc.targets._image import image_fault
from pxc.world import Options, World
from tests.kubernetes_oracle import judge
from tests.plan_reader import read_plan

JOB = "name: train\nmain: {image: 'img:1', command: [python, train.py]}\n"
SERVICE = "name: board\nkind: service\nmain: {image: 'img:1'}\n"


def world(**options: Any) -> World:
    unused: Any = None
    return World(options=Options(**options), language=unused, files=unused, catalog=unused)


def run(text: str, fields: dict[str, Any] | None = None, **options: Any) -> tuple[str, list[str]]:
    """The emitted text and the diagnostics as `PXC701 message`."""
    report = Report()
    plan = read_plan(text, **(fields or {}))
    files = target("kubernetes").emit(plan, world(**options), report)
    found = [f"{d.code.id} {d.message}" for d in report]
    assert all(d.help for d in report)
    assert len(files) == (0 if report.has_errors else 1)
    return (files[0].text if files else ""), found


def emit(text: str, fields: dict[str, Any] | None = None, **options: Any) -> list[dict[str, Any]]:
    """The documents of a plan without findings, judged."""
    written, found = run(text, fields, **options)
    assert found == []
    return judge(written)


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    spec = document["spec"]
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: dict[str, Any] = spec["template"]["spec"]
    return found


def main_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = pod_of(emit(text)[0])["containers"][0]
    return found


def refusals(text: str) -> list[str]:
    return run(text)[1]


# the whole


def test_targets_by_name() -> None:
    assert TARGETS == ("kubernetes",)
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


# limits and schedules


@pytest.mark.parametrize(
    ("limits", "meant"),
    [
        ("", {"backoffLimit": 0}),
        ("limits: {max_retries: 0, timeout: 0, ttl: 0}",
         {"backoffLimit": 0, "activeDeadlineSeconds": 0, "ttlSecondsAfterFinished": 0}),
        ("limits: {max_retries: 3}", {"backoffLimit": 3}),
        ("limits: {ttl: 5}", {"backoffLimit": 0, "ttlSecondsAfterFinished": 5}),
    ],
)  # fmt: skip
def test_zero_is_zero(limits: str, meant: dict[str, int]) -> None:
    spec = emit(JOB + limits)[0]["spec"]
    assert {k: v for k, v in spec.items() if k != "template"} == meant


POLICY = """
limits:
  pod_failure_policy:
    rules:
      - {{action: FailJob, onExitCodes: {{containerName: {}, operator: In, values: [42]}}}}
      - {{action: Ignore, onPodConditions: [{{type: DisruptionTarget, status: 'True'}}]}}
"""


@pytest.mark.parametrize("name", ["main", "polyaxon-main"])
def test_a_failure_policy_names_the_main_container(name: str) -> None:
    rules = emit(JOB + POLICY.format(name))[0]["spec"]["podFailurePolicy"]["rules"]
    assert rules[0]["onExitCodes"]["containerName"] == "main"
    assert rules[1]["onPodConditions"][0]["status"] == "True"


CRONS = [
    ("cron: '@hourly'", "0 * * * *"),
    ("cron: '@Quarterly'", "0 0 1 */3 *"),
    ("cron: '@yearly'", "0 0 1 1 *"),
    ("cron: ' 0  9 * * MON-fri '", "0 9 * * mon-fri"),
    ("cron: '*/5 0-6/2 1,15 jan,6 ?'", "*/5 0-6/2 1,15 jan,6 ?"),
    ("cron: '0 0 * * 7'", "0 0 * * 0"),
    ("cron: '0 0 * * 5-7'", "0 0 * * 5-6,0"),
]
INTERVALS = [
    ("60", "* * * * *"),
    ("900", "*/15 * * * *"),
    ("PT30M", "*/30 * * * *"),
    ("pt1h", "0 * * * *"),
    ("3600.0", "0 * * * *"),
    ("06:00:00", "0 */6 * * *"),
    ("P1D", "0 0 * * *"),
    ("PT24H", "0 0 * * *"),
]


@pytest.mark.parametrize(("cron", "meant"), CRONS)
def test_cron(cron: str, meant: str) -> None:
    document = emit(JOB + f"timetable: {{kind: cron, {cron}, depends_on_past: true}}")[0]
    assert document["kind"] == "CronJob"
    assert document["metadata"]["name"] == "train"
    spec = {k: v for k, v in document["spec"].items() if k != "jobTemplate"}
    assert spec == {"schedule": meant, "timeZone": "Etc/UTC", "concurrencyPolicy": "Forbid"}
    assert document["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0


@pytest.mark.parametrize(("frequency", "meant"), INTERVALS)
def test_an_interval_that_a_clock_shows(frequency: str, meant: str) -> None:
    text = JOB + f"timetable: {{kind: interval, frequency: '{frequency}', max_runs: 0}}"
    spec = emit(text)[0]["spec"]
    assert spec["schedule"] == meant
    assert "concurrencyPolicy" not in spec


REFUSED = [
    # what the plan asks, code, a piece of the message
    (JOB + "timetable: {kind: interval, frequency: '420'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: 'P2D'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: '30'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: 'often'}", "PXC701", "cannot be read"),
    (JOB + "timetable: {kind: interval, frequency: '60', start_at: '2024-01-01'}",
     "PXC701", "schedule.startAt"),
    (JOB + "timetable: {kind: cron, cron: '@daily', end_at: '2030-01-01'}",
     "PXC701", "schedule.endAt"),
    (JOB + "timetable: {kind: cron, cron: '@daily', max_runs: 3}", "PXC701", "schedule.maxRuns"),
    (JOB + "timetable: {kind: datetime, start_at: '2030-01-01'}", "PXC701", "kind: datetime"),
    (JOB + "timetable: {kind: cron, cron: '0 0 0 * * *'}", "PXC701", "6 fields"),
    (JOB + "timetable: {kind: cron, cron: '0 0 L * *'}", "PXC701", "day of the month"),
    (JOB + "timetable: {kind: cron, cron: '0 0 * * mon#2'}", "PXC701", "day of the week"),
    (JOB + "timetable: {kind: cron, cron: '61 0 * * *'}", "PXC701", "minute"),
    (SERVICE + "timetable: {kind: cron, cron: '@daily'}", "PXC701", "`schedule` of a service"),
    (SERVICE + "limits: {timeout: 5}", "PXC701", "termination.timeout"),
    (SERVICE + "limits: {max_retries: 5}", "PXC702", "termination.maxRetries"),
    (SERVICE + "limits: {ttl: 5}", "PXC702", "termination.ttl"),
    (SERVICE + POLICY.format("main"), "PXC701", "podFailurePolicy"),
    (SERVICE + "environment: {restartPolicy: Never}", "PXC701", "restartPolicy: Never"),
    (SERVICE + "listening: {replicas: -1}", "PXC116", "negative"),
    (JOB + "limits: {max_retries: -1}", "PXC116", "termination.maxRetries: -1"),
    (JOB + "environment: {restartPolicy: Always}", "PXC701", "restartPolicy: Always"),
    (JOB + "environment: {restartPolicy: ExitCode}", "PXC701", "no policy of Kubernetes"),
    (JOB + POLICY.format("main") + "environment: {restartPolicy: OnFailure}", "PXC118", "OnFail"),
    (JOB + POLICY.format("other"), "PXC116", "`other`"),
    (JOB + "queue: fast", "PXC702", "queue"),
    (JOB + "demands: [{feature: run.tfjob, what: 'run.kind: tfjob'}]", "PXC701",
     "`run.kind: tfjob` cannot be said in the kubernetes target yet"),
    (JOB + "demands: [{feature: cache, what: cache, optional: true}]", "PXC702", "`cache`"),
    ("name: a\nmain: {command: [x]}", "PXC104", "`container` has no `image`"),
    ("name: a\nmain: {image: ''}", "PXC104", "image"),
    (JOB + "sidecars: [{name: x}]", "PXC104", "sidecars[0]"),
    ("name: a\nmain: {image: 'My App:1'}", "PXC208", "white space"),
    ("name: a\nmain: {image: 'MyApp:1'}", "PXC208", "lower case"),
    ("name: a\nmain: {image: a, env: [{name: PXC_RUN_UUID, value: a}]}", "PXC710", "PXC_RUN_UUID"),
    (JOB + "sidecars: [{image: a, restartPolicy: Never}]", "PXC701", "restartPolicy: Never"),
    (JOB + "environment: {labels: {a: 'two words'}}", "PXC116", "`two words`"),
    (JOB + "environment: {labels: {app.kubernetes.io/name: mine}}", "PXC702", "`mine`"),
    (JOB + "init: [{git: ''}]", "PXC104", "url"),
    (JOB + "init: [{git: 'https://h/r', revision: '--upload-pack=x'}]", "PXC116", "revision"),
    (JOB + "init: [{git: 'https://h/r', flags: ['-c a=\"b']}]", "PXC116", "quotes"),
    ("name: a\noutputs: [o]\nvolumes: [{name: v, emptyDir: {}}]\n"
     "main: {image: a, volumeMounts: [{name: v, mountPath: /plx-context/outputs}]}",
     "PXC710", "/plx-context/outputs"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "piece"), REFUSED)
def test_what_cannot_be_said(text: str, code: str, piece: str) -> None:
    written, found = run(text)
    assert len(found) == 1, found
    assert found[0].startswith(code)
    assert piece in found[0]
    if code == "PXC702":
        judge(written)


def test_every_demand_is_reported_before_anything_is_given_up() -> None:
    demands = "demands: [{feature: hooks, what: hooks}, {feature: build, what: build}]"
    assert len(refusals(JOB + demands)) == 2


@pytest.mark.parametrize("policy", ["Never", "OnFailure"])
def test_restart_policy_of_a_job(policy: str) -> None:
    pod = pod_of(emit(JOB + f"environment: {{restartPolicy: {policy}}}")[0])
    assert pod["restartPolicy"] == policy


# names and metadata


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


# containers

ARGUMENTS = [
    ("'python x.py'", ["python x.py"]),
    ("[a, null, '', 1, 1.5, true, '007']", ["a", "1", "1.5", "True", "007"]),
    ("'{{ globals.uuid }}'", ["$(PXC_RUN_UUID)"]),
    ("['--o={{ globals.uuid }}/x']", ["--o=$(PXC_RUN_UUID)/x"]),
    ("[\"{{ '/a/' ~ globals.uuid ~ '/b' }}\"]", ["/a/$(PXC_RUN_UUID)/b"]),
    ("['{{ globals.namespace }}']", ["$(PXC_NAMESPACE)"]),
    ("['$(HOME)']", ["$(HOME)"]),
    ("['a${{ globals.uuid }}']", ["a$$$(PXC_RUN_UUID)"]),
    ("[\"{{ '7' }}\", '{{ 7 }}']", ["7", "7"]),
]


@pytest.mark.parametrize(("written", "meant"), ARGUMENTS)
def test_arguments(written: str, meant: list[str]) -> None:
    for field in ("command", "args"):
        assert main_of(f"name: a\nmain: {{image: a, {field}: {written}}}")[field] == meant


def test_no_arguments_are_no_field() -> None:
    assert main_of("name: a\nmain: {image: a, command: [], args: ['']}") == {
        "name": "main",
        "image": "a",
    }


def test_fields_in_kubernetes_order() -> None:
    main = main_of(
        """
name: a
volumes: [{persistentVolumeClaim: {claimName: c}, name: v}]
main:
  tty: true
  volumeMounts: [{mountPath: /v, name: v, readOnly: true}]
  env: [{name: B, value: 1}, {name: A, valueFrom: {secretKeyRef: {key: k, name: s}}},
        {name: B, value: 2}, {name: N}]
  envFrom: [{secretRef: {name: s}}]
  imagePullPolicy: Always
  livenessProbe: {httpGet: {path: /, port: 80}}
  workingDir: /w
  ports: [{containerPort: 80}]
  securityContext: {privileged: false}
  image: a
  name: my_Main
"""
    )
    assert list(main) == [
        "name", "image", "imagePullPolicy", "workingDir", "ports", "envFrom", "env",
        "volumeMounts", "livenessProbe", "securityContext", "tty",
    ]  # fmt: skip
    assert main["name"] == "my-main"
    assert [e["name"] for e in main["env"]] == ["A", "B", "N"]
    assert main["env"][1]["value"] == "2"


def test_container_names_never_clash() -> None:
    text = """
name: a
main: {image: a, name: same}
init: [{container: {image: a, name: same}}, {container: {image: a}}, {git: 'https://h/r'}]
sidecars: [{image: a, name: Same}, {image: a}]
"""
    pod = pod_of(emit(text)[0])
    assert pod["containers"][0]["name"] == "same"
    names = [c["name"] for c in pod["initContainers"]]
    assert names == ["same-2", "init-2", "git-3", "same-3", "sidecar-2"]
    kept = [c.get("restartPolicy") for c in pod["initContainers"]]
    assert kept == [None, None, None, "Always", "Always"]


def test_sidecars_of_a_service_are_containers() -> None:
    pod = pod_of(emit(SERVICE + "sidecars: [{image: a, name: proxy}]")[0])
    assert [c["name"] for c in pod["containers"]] == ["main", "proxy"]
    assert "initContainers" not in pod


def test_shm_unless_the_author_mounts_it() -> None:
    assert main_of(JOB + "shm: true")["volumeMounts"] == [{"name": "shm", "mountPath": "/dev/shm"}]
    assert "volumeMounts" not in main_of(JOB)
    own = """
name: a
shm: true
volumes: [{name: shm, emptyDir: {sizeLimit: 1Gi}}]
main: {image: a, volumeMounts: [{name: shm, mountPath: /dev/shm/}]}
"""
    pod = pod_of(emit(own)[0])
    assert pod["volumes"] == [{"name": "shm", "emptyDir": {"sizeLimit": "1Gi"}}]


def test_own_volume_names_give_way() -> None:
    text = JOB + "shm: true\noutputs: [o]\nvolumes: [{name: shm}, {name: artifacts-context}]"
    names = [v["name"] for v in pod_of(emit(text)[0])["volumes"]]
    assert names == ["shm", "artifacts-context", "artifacts-context-2", "shm-2"]


# the context volume, outputs, run-time values

UUID_ENV = {
    "name": "PXC_RUN_UUID",
    "valueFrom": {
        "fieldRef": {"fieldPath": "metadata.labels['batch.kubernetes.io/controller-uid']"}
    },
}
CONTEXT = {"name": "artifacts-context", "mountPath": "/plx-context/artifacts"}
OUTPUTS = {
    "name": "artifacts-context",
    "mountPath": "/plx-context/outputs",
    "subPathExpr": "$(PXC_RUN_UUID)/outputs",
}


@pytest.mark.parametrize(
    "asks",
    [
        JOB + "outputs: [model]\n",
        "name: a\nmain: {image: a, args: ['--o={{ globals.run_outputs_path }}']}",
        "name: a\nmain: {image: a, args: ['/plx-context/artifacts/{{ globals.uuid }}/outputs']}",
        "name: a\nmain: {image: a, command: [sh, -c, 'cp x $PXC_OUTPUTS_DIR']}",
    ],
)
def test_outputs(asks: str) -> None:
    document = emit(asks)[0]
    main = pod_of(document)["containers"][0]
    directory = "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs"
    assert main["env"] == [UUID_ENV, {"name": "PXC_OUTPUTS_DIR", "value": directory}]
    assert main["volumeMounts"] == [CONTEXT, OUTPUTS]
    assert pod_of(document)["volumes"] == [{"name": "artifacts-context", "emptyDir": {}}]


def test_outputs_of_a_service_are_constant() -> None:
    text = SERVICE + "outputs: [o]\nenvironment: {annotations: {run: '{{ globals.uuid }}'}}"
    deployment = emit(text)[0]
    template = deployment["spec"]["template"]
    uuid = template["metadata"]["labels"]["pxc.dev/run-uuid"]
    main = template["spec"]["containers"][0]
    assert template["metadata"]["annotations"] == {"run": uuid}
    assert main["env"] == [
        {"name": "PXC_OUTPUTS_DIR", "value": f"/plx-context/artifacts/{uuid}/outputs"}
    ]
    assert main["volumeMounts"][1]["subPath"] == f"{uuid}/outputs"
    assert "$(" not in yaml.safe_dump(deployment)


def test_the_context_is_shared_where_anything_names_it() -> None:
    text = """
name: a
main: {image: a}
init: [{container: {image: a, args: ['/plx-context/artifacts/x']}}]
sidecars: [{image: a}]
"""
    pod = pod_of(emit(text)[0])
    for container in (*pod["containers"], *pod["initContainers"]):
        assert container["volumeMounts"] == [CONTEXT]
        assert "env" not in container
    assert "volumes" not in pod_of(emit(JOB + "init: [{container: {image: a}}]")[0])


def test_a_volume_of_the_author_becomes_the_context() -> None:
    text = """
name: a
outputs: [o]
volumes: [{name: store, persistentVolumeClaim: {claimName: c}}]
init: [{git: 'https://h/r'}]
main:
  image: a
  volumeMounts: [{name: store, mountPath: /plx-context/artifacts/, subPath: runs}]
"""
    pod = pod_of(emit(text)[0])
    assert [v["name"] for v in pod["volumes"]] == ["store"]
    assert pod["initContainers"][0]["volumeMounts"][0]["name"] == "store"
    assert pod["containers"][0]["volumeMounts"][1] == {
        "name": "store",
        "mountPath": "/plx-context/outputs",
        "subPathExpr": "runs/$(PXC_RUN_UUID)/outputs",
    }


def test_an_authored_path_has_its_own_volume() -> None:
    text = JOB + "init: [{git: 'https://h/r', path: /code}, {container: {image: a}, path: /code}]"
    pod = pod_of(emit(text)[0])
    mount = {"name": "context-dd5d2e06", "mountPath": "/code"}
    mount["name"] = pod["volumes"][0]["name"]
    assert re.fullmatch("context-[0-9a-f]{8}", mount["name"])
    assert len(pod["volumes"]) == 1
    for container in (*pod["containers"], *pod["initContainers"]):
        assert container["volumeMounts"] == [mount]


def test_sub_path_becomes_the_field_that_expands() -> None:
    text = """
name: a
volumes: [{name: v, emptyDir: {}}]
main:
  image: a
  volumeMounts:
    - {name: v, mountPath: /a, subPath: 'runs/{{ globals.uuid }}'}
    - {name: v, mountPath: /b, subPath: plain}
"""
    mounts = main_of(text)["volumeMounts"]
    assert mounts[0]["subPathExpr"] == "runs/$(PXC_RUN_UUID)"
    assert mounts[1]["subPath"] == "plain"


def test_our_variables_come_before_the_authors() -> None:
    main = main_of(
        "name: a\nmain: {image: a, env: [{name: A, value: '{{ globals.uuid }}'}, "
        "{name: B, value: '{{ globals.namespace }}'}]}"
    )
    assert [e["name"] for e in main["env"]] == ["PXC_RUN_UUID", "PXC_NAMESPACE", "A", "B"]


def test_a_known_namespace_is_text() -> None:
    text = "name: a\nmain: {image: a, workingDir: '/{{ globals.namespace }}'}"
    main = pod_of(emit(text, namespace="n")[0])["containers"][0]
    assert main["workingDir"] == "/n"


RUN_TIME_REFUSED = [
    ("workingDir: '/x/{{ globals.uuid }}'", "cannot stand in `container.workingDir`"),
    ("image: 'a:{{ globals.uuid }}'", "cannot stand in `container.image`"),
    ("ports: [{containerPort: 80, name: '{{ globals.uuid }}'}]", "container.ports.name"),
    ("env: [{name: '{{ globals.uuid }}', value: a}]", "container.env.name"),
    ("args: ['{{ ops.a.outputs.x }}']", "`ops.a.outputs.x`"),
    ("args: ['{{ globals.iteration }}']", "`globals.iteration`"),
    ("args: ['{{ globals.created_at }}']", "`globals.created_at`"),
    ("args: ['{{ globals.uuid + 1 }}']", "computes"),
    ("args: ['{{ x!y }}']", "computes"),
    ("lifecycle: {preStop: {exec: {command: ['{{ globals.uuid }}']}}}", "lifecycle.preStop"),
]


@pytest.mark.parametrize(("field", "piece"), RUN_TIME_REFUSED)
def test_run_time_values_where_they_cannot_be(field: str, piece: str) -> None:
    image = "" if field.startswith("image") else "image: a, "
    found = refusals(f"name: a\nmain: {{{image}{field}}}")
    assert len(found) == 1, found
    assert found[0].startswith("PXC703")
    assert piece in found[0]


def test_a_run_time_label_of_a_job_is_refused() -> None:
    text = JOB + "environment: {labels: {run: '{{ globals.uuid }}'}}"
    assert [f[:6] for f in refusals(text)] == ["PXC703"]


def kubelet_expands(text: str, env: dict[str, str]) -> str:
    """Kubernetes' expansion of `$(NAME)`, as its reference describes it."""
    found, at = "", 0
    while at < len(text):
        if text[at] != "$" or at + 1 == len(text):
            found, at = found + text[at], at + 1
        elif text[at + 1] == "$":
            found, at = found + "$", at + 2
        elif text[at + 1] == "(" and ")" in text[at:]:
            end = text.index(")", at)
            name = text[at + 2 : end]
            found, at = found + env.get(name, f"$({name})"), end + 1
        else:
            found, at = found + text[at : at + 2], at + 2
    return found


@given(st.text("$()aA", max_size=12))
def test_text_before_a_reference_keeps_its_meaning(text: str) -> None:
    env = {"A": "1", "PXC": "2"}
    assert (
        kubelet_expands(before_reference(text) + "$(PXC)", env) == kubelet_expands(text, env) + "2"
    )


# images

IMAGES = [
    "a", "a:1", "a/b/c:v1.2-3_x", "host.example:5000/a/b@sha256:" + "0" * 64, "a__b", "a-b.c_d",
    "src/Dockerfile".lower(), "[::1]:5000/a", "localhost/a:1@sha256:" + "f" * 64, "A.example/b",
]  # fmt: skip
NOT_IMAGES = [
    "A", "a b", "a:", "a@", "a/", "/a", "https://h/a", "a:b:c", "a@sha256:1", "-a", "a..b", "a___b",
    "a:" + "t" * 129, "a/" * 200 + "a", "é", "a\n", "${IMAGE}", "a:{{ x }}", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", IMAGES)
def test_image(text: str) -> None:
    assert image_fault(text) is None


@pytest.mark.parametrize("text", NOT_IMAGES)
def test_no_image(text: str) -> None:
    assert image_fault(text)


# the git step


def git(*args: str, at: Path) -> str:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(at),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "protocol.file.allow",
        "GIT_CONFIG_VALUE_0": "always",
    }
    ran = subprocess.run(
        ["git", *args], cwd=at, env=env, check=True, capture_output=True, timeout=60
    )
    return ran.stdout.decode().strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A bare repository: main with three commits, branch dev, tag v1, a submodule."""
    root = tmp_path_factory.mktemp("git")
    work, part = root / "work", root / "part"
    for place in (work, part):
        place.mkdir()
        git("init", "-q", "-b", "main", at=place)
    (part / "p.txt").write_text("part")
    git("add", ".", at=part)
    git("commit", "-qm", "part", at=part)
    heads = {}
    for number in ("1", "2", "3"):
        (work / "a.txt").write_text(number)
        git("add", ".", at=work)
        git("commit", "-qm", number, at=work)
        heads[number] = git("rev-parse", "HEAD", at=work)
        if number == "1":
            git("tag", "-a", "v1", "-m", "one", at=work)
    git("checkout", "-qb", "dev/x", heads["1"], at=work)
    (work / "a.txt").write_text("dev")
    git("commit", "-qam", "dev", at=work)
    git("checkout", "-qb", "parts", "main", at=work)
    git("submodule", "--quiet", "add", part.as_uri(), "sub", at=work)
    git("commit", "-qm", "sub", at=work)
    git("checkout", "-q", "main", at=work)
    git("clone", "-q", "--bare", str(work), str(root / "bare"), at=root)
    git("config", "uploadpack.allowAnySHA1InWant", "true", at=root / "bare")
    git("config", "uploadpack.allowFilter", "true", at=root / "bare")
    return {"url": (root / "bare").as_uri(), "two": heads["2"], "three": heads["3"]}


def check_out(
    place: Path, url: str, revision: str = "", flags: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the emitted container's own command, arguments and variables in a local shell."""
    written = {"git": url, "to": str(place / "repo"), "flags": list(flags)}
    if revision:
        written["revision"] = revision
    text = JOB + yaml.safe_dump({"init": [written]})
    container = pod_of(emit(text)[0])["initContainers"][0]
    env = {e["name"]: e["value"] for e in container["env"]} | {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "protocol.file.allow",
        "GIT_CONFIG_VALUE_0": "always",
    }
    command = [*container["command"], *container.get("args", ())]
    assert container["image"] == GIT_IMAGE
    return subprocess.run(command, env=env, cwd=place, capture_output=True, text=True, timeout=60)


CHECKOUTS = [
    ("", (), "3"),
    ("HEAD", (), "3"),
    ("dev/x", (), "dev"),
    ("v1", (), "1"),
    ("refs/tags/v1", (), "1"),
    ("two", (), "2"),
    ("two[:8]", (), "2"),
    ("", ("--depth=1",), "3"),
    ("dev/x", ("--depth=1",), "dev"),
    ("v1", ("--depth=1", "--no-tags"), "1"),
    ("two", ("--depth 1",), "2"),
    ("two", ("--single-branch", "--branch=dev/x"), "2"),
    ("two", ("--filter=blob:none",), "2"),
    ("dev/x", ("--filter=blob:none", "-c http.sslVerify=false"), "dev"),
    ("parts", ("--recursive",), "3"),
]


@pytest.mark.parametrize(("revision", "flags", "meant"), CHECKOUTS)
def test_git_checks_out(
    tmp_path: Path, repository: dict[str, str], revision: str, flags: tuple[str, ...], meant: str
) -> None:
    named = {"two": repository["two"], "two[:8]": repository["two"][:8]}
    ran = check_out(tmp_path, repository["url"], named.get(revision, revision), flags)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "repo/a.txt").read_text() == meant
    assert (tmp_path / "repo/sub/p.txt").exists() == (revision == "parts")
    if flags[:1] == ("--depth=1",):
        assert git("rev-list", "--count", "HEAD", at=tmp_path / "repo") == "1"


def test_git_starts_again_after_half_a_checkout(tmp_path: Path, repository: dict[str, str]) -> None:
    for revision in ("v1", "dev/x", ""):
        ran = check_out(tmp_path, repository["url"], revision)
        assert ran.returncode == 0, ran.stderr
        (tmp_path / "repo/.left").write_text("over")
    assert (tmp_path / "repo/a.txt").read_text() == "3"


@pytest.mark.parametrize(
    ("url", "revision"),
    [
        ("$(touch HIT)", ""),
        ("'; touch HIT; '", "`touch HIT`"),
        ("--upload-pack=touch HIT", ""),
        ("URL", "$(touch HIT)"),
        ("URL", "x; touch HIT"),
        ("URL", "nowhere"),
    ],
)
def test_git_never_runs_what_is_written(
    tmp_path: Path, repository: dict[str, str], url: str, revision: str
) -> None:
    ran = check_out(tmp_path, url.replace("URL", repository["url"]), revision)
    assert ran.returncode != 0
    assert not list(tmp_path.rglob("HIT"))


def test_the_git_script_has_nothing_that_the_kubelet_expands() -> None:
    assert "$(" not in GIT_SCRIPT
    assert "$$" not in GIT_SCRIPT


def test_git_takes_run_time_values() -> None:
    text = (
        JOB + "init: [{git: 'https://h/{{ globals.namespace }}', revision: '{{ globals.uuid }}'}]"
    )
    env = pod_of(emit(text)[0])["initContainers"][0]["env"]
    assert [e["name"] for e in env[:2]] == ["PXC_NAMESPACE", "PXC_RUN_UUID"]
    assert env[2] == {"name": "PXC_GIT_URL", "value": "https://h/$(PXC_NAMESPACE)"}


# laws

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
