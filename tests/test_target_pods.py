"""The target `kubernetes`: containers, volumes, outputs, run-time values, images."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pxc.image_reference import image_fault
from pxc.targets._data import before_reference
from tests.emitting import JOB, SERVICE, emit, main_of, pod_of, refusals

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
