"""What is exported for Kubernetes, held by a real kube-apiserver: rights, quotas, admission."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import run, write
from tests.engines.api_server import ApiServer

SPACE = "acl-vision"
RULES = f"""\
{{kind: Organization, name: acme, members: [{{user: root, role: owner}}]}}
---
{{kind: Team, name: vision, members: [{{user: ana}}, {{user: bo, role: viewer}}], externalGroups: ["okta:ml"]}}
---
kind: Cluster
name: gke-a
namespaces: [{{name: {SPACE}, quota: {{nvidia.com/gpu: 16, cpu: "2500m"}}}}]
---
kind: Project
name: vision
namespace: {SPACE}
teams: [vision]
restrict: {{images: ["registry.acme.io/**@sha256:*", "busybox:*"]}}
---
kind: Deny
name: no-host
to: ["*"]
deny: [privileged, hostNetwork, "hostPath:/etc", "capability:SYS_*", "serviceAccount:root-*", "accelerator:google.com/*"]
because: host access breaks isolation
---
{{kind: Deny, name: some, to: ["team:vision"], deny: [hostIPC]}}
---
{{kind: Grant, name: few, to: ["team:vision"], allow: [{{use: ["accelerator:nvidia.com/gpu<=2"]}}]}}
---
{{kind: Grant, name: more, to: ["user:ana"], allow: [{{use: ["accelerator:nvidia.com/gpu"], max: {{perPod: 4}}}}]}}
"""

OWN = "busybox:1"


def pod(**spec: Any) -> dict[str, Any]:
    container = {"name": "main", "image": OWN} | spec.pop("main", {})
    return {"containers": [container], **spec}


PODS = [
    (pod(), ""),
    (pod(main={"image": "registry.acme.io/a/b@sha256:12"}), ""),
    (pod(main={"image": "registry.acme.io/a/b:latest"}), "images"),
    (pod(main={"image": "docker.io/busybox:1"}), "images"),
    (pod(initContainers=[{"name": "i", "image": "evil"}]), "images"),
    (pod(main={"securityContext": {"privileged": True}}), "no-host"),
    (pod(main={"securityContext": {"privileged": False}}), ""),
    (pod(initContainers=[{"name": "i", "image": OWN, "securityContext": {"privileged": True}}]), "no-host"),
    (pod(hostNetwork=True), "no-host"),
    (pod(hostIPC=True), ""),
    (pod(main={"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}), "no-host"),
    (pod(main={"securityContext": {"capabilities": {"add": ["ALL"]}}}), "no-host"),
    (pod(main={"securityContext": {"capabilities": {"add": ["NET_RAW"]}}}), ""),
    (pod(serviceAccountName="root-x"), "no-host"),
    (pod(serviceAccountName="train"), ""),
    (pod(main={"resources": {"limits": {"google.com/tpu": 1}}}), "no-host"),
    (pod(main={"resources": {"limits": {"nvidia.com/gpu": 1}}}), ""),
    *[
        (pod(volumes=[{"name": "v", "hostPath": {"path": path}}]), wrong)
        for path, wrong in (
            ("/etc", "no-host"), ("/etc/ssl", "no-host"), ("//etc//ssl", "no-host"),
            ("/", "no-host"), ("/etcetera", ""), ("/data/etc", ""),
        )
    ],
]  # fmt: skip


@pytest.fixture(scope="module")
def server(api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> ApiServer:
    """A server that has what is exported."""
    path: Path = tmp_path_factory.mktemp("rules") / "org.yaml"
    path.write_text(RULES)
    ran = run("acl", "export", "--to", "kubernetes", "--catalog", path)
    assert ran.code == 0, ran.err
    assert "deny `some`, which does not hold for everybody" in ran.err
    assert api_server.kubectl("create", "namespace", SPACE).returncode == 0
    line = ("apply", "--validate=strict", "-f", "-")
    done = api_server.kubectl(*line, text=ran.out)
    assert done.returncode == 0, done.stderr
    # A policy holds a moment after it was made: the wait is for the last one.
    deadline = time.monotonic() + 60
    for spec in [spec for spec, wrong in PODS if wrong]:
        while not asked(api_server, spec):
            assert time.monotonic() < deadline, f"nothing refuses {spec}"
            time.sleep(0.2)
    return api_server


def asked(server: ApiServer, spec: dict[str, Any]) -> str:
    """Why a pod is refused; empty for one that is taken."""
    body = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": SPACE}, "spec": spec,
    }  # fmt: skip
    done = server.kubectl("create", "--dry-run=server", "-f", "-", text=json.dumps(body))
    return "" if done.returncode == 0 else done.stderr


def test_pods_are_held_to_denies_and_restrictions(server: ApiServer) -> None:
    for spec, wrong in PODS:
        refused = asked(server, spec)
        assert bool(refused) is bool(wrong), (spec, refused)
        if wrong and "disallowed by cluster policy" not in refused:  # the server's own, for all
            assert f"pxc-{'deny-' if wrong == 'no-host' else ''}{wrong}" in refused, refused


def test_who_may_run_there_may_create_jobs(server: ApiServer) -> None:
    for who, group, verb, kind, yes in (
        ("ana", "", "create", "jobs.batch", True),
        ("root", "", "create", "jobs.batch", True),
        ("bo", "", "create", "jobs.batch", False),
        ("zed", "", "create", "jobs.batch", False),
        ("zed", "okta:ml", "create", "jobs.batch", True),
        ("ana", "", "create", "pods", False),
        ("ana", "", "get", "secrets", False),
    ):
        groups = (f"--as-group={group}",) if group else ()
        done = server.kubectl("auth", "can-i", verb, kind, "-n", SPACE, f"--as={who}", *groups)
        assert (done.stdout.strip() == "yes") is yes, (who, verb, kind, done.stdout, done.stderr)


def test_the_quota_of_a_namespace(server: ApiServer) -> None:
    done = server.kubectl("get", "resourcequota", "pxc-quota", "-n", SPACE, "-o", "json")
    assert json.loads(done.stdout)["spec"]["hard"] == {
        "requests.nvidia.com/gpu": "16",
        "cpu": "2500m",
    }


def test_nobody_has_more_of_an_accelerator_than_a_grant_gives(server: ApiServer) -> None:
    def gpus(*amounts: int) -> dict[str, Any]:
        limits = [{"limits": {"nvidia.com/gpu": n}} if n else {} for n in amounts]
        return {
            "containers": [
                {"name": f"c{at}", "image": OWN, "resources": r} for at, r in enumerate(limits)
            ]
        }

    assert not asked(server, gpus(0))
    assert not asked(server, gpus(4))
    assert not asked(server, gpus(0, 2, 2))
    assert "maximum nvidia.com/gpu usage per Container is 4" in asked(server, gpus(5))
    assert "maximum nvidia.com/gpu usage per Pod is 4" in asked(server, gpus(3, 3))
    done = server.kubectl(
        *("create", "--dry-run=server", "-o", "json", "-f", "-"),
        text=json.dumps(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": SPACE}}
            | {"spec": gpus(0)}
        ),
    )
    (container,) = json.loads(done.stdout)["spec"]["containers"]
    assert container["resources"]["limits"] == {"nvidia.com/gpu": "0"}, "nobody is given any"


DECIDED = "acl-decided"
NAMING = {"annotations": {"pxc.dev/decision": "0123456789abcdef"}}


@pytest.fixture(scope="module")
def deciding(api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> ApiServer:
    """A server whose namespace takes only what names the decision on it."""
    folder = tmp_path_factory.mktemp("decided")
    rules = f"""\
{{kind: Organization, name: acme, members: [{{user: root, role: owner}}]}}
---
{{kind: Cluster, name: gke-b, namespaces: [{{name: {DECIDED}}}]}}
---
{{kind: Project, name: decided, namespace: {DECIDED}}}
"""
    write(folder, {"org.yaml": rules, "pxc.yaml": "catalog: org.yaml\nacl: {annotate: true}\n"})
    assert api_server.kubectl("create", "namespace", DECIDED).returncode == 0
    with contextlib.chdir(folder):
        ran = run("acl", "export", "--to", "kubernetes", "--renderer", f"{DECIDED}/renderer")
    assert ran.code == 0, ran.err
    done = api_server.kubectl("apply", "--validate=strict", "-f", "-", text=ran.out)
    assert done.returncode == 0, done.stderr
    deadline = time.monotonic() + 60
    while not created(api_server, {}):
        assert time.monotonic() < deadline, "nothing is refused"
        time.sleep(0.2)
    return api_server


def created(server: ApiServer, told: dict[str, Any], user: str = "", kind: str = "Job") -> str:
    """Why an object is refused; empty for one that is taken."""
    job = {"template": {"spec": pod(restartPolicy="Never")}}
    cron = {"schedule": "0 6 * * *", "jobTemplate": {"spec": job}}
    body = {
        "apiVersion": "batch/v1", "kind": kind, "spec": job if kind == "Job" else cron,
        "metadata": {"name": "j", "namespace": DECIDED, **told},
    }  # fmt: skip
    line = ["create", "--dry-run=server", "-f", "-", *([f"--as={user}"] if user else [])]
    if user:
        line.append("--as-group=system:masters")
    done = server.kubectl(*line, text=json.dumps(body))
    return "" if done.returncode == 0 else done.stderr


@pytest.mark.parametrize(
    ("told", "user", "taken"),
    [
        ({}, "", False),
        ({"annotations": {"pxc.dev/decision": "x"}}, "", False),
        ({"annotations": {"pxc.dev/other": "0123456789abcdef"}}, "ana", False),
        (NAMING, "ana", True),
        ({}, f"system:serviceaccount:{DECIDED}:renderer", True),
        ({}, f"system:serviceaccount:{DECIDED}:other", False),
        ({}, f"system:serviceaccount:other-{DECIDED}:renderer", False),
        ({}, "system:serviceaccount:kube-system:job-controller", True),
    ],
)
def test_what_names_no_decision_is_refused(
    told: dict[str, Any], user: str, taken: bool, deciding: ApiServer
) -> None:
    for kind in ("Job", "CronJob"):
        refused = created(deciding, told, user, kind)
        assert (refused == "") is taken, (kind, refused)
        if not taken:
            assert "pxc.dev/decision is missing" in refused


def test_other_namespaces_are_left_alone(deciding: ApiServer) -> None:
    deciding.kubectl("create", "namespace", "acl-elsewhere")
    body = {
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "acl-elsewhere"},
        "spec": {"template": {"spec": pod(restartPolicy="Never")}},
    }  # fmt: skip
    done = deciding.kubectl("create", "--dry-run=server", "-f", "-", text=json.dumps(body))
    assert done.returncode == 0, done.stderr
