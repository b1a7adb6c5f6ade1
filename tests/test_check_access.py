"""A run that needs what its author may not use fails when it is compiled, for every target."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from pxc.access.claims import Claim
from pxc.access.organization import Queue, Rules
from pxc.access.principal import Principal
from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import AclOptions, ArgoOptions, Options
from pxc.passes.cluster_claims import claims_of_clusters
from pxc.source import Source, Span
from tests.command_line import write

ACME = """
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}, {user: bo}]}
---
{kind: Project, name: vision/detector, teams: [vision]}
---
{kind: Project, name: vision/other, teams: [vision]}
---
{kind: Connection, name: disk, spec: {kind: volume_claim, schema: {volumeClaim: c, mountPath: /d}}}
---
{kind: Connection, name: imagenet, spec: {kind: s3, schema: {bucket: 's3://imagenet'},
  secret: {name: imagenet-ro}}}
---
{kind: Cluster, name: gke, namespaces: [{name: vision}, {name: prod}]}
"""

TARGETS = ("kubernetes", "argo", "airflow")

JOB = "name: train\nrun: {{kind: job, {} container: {{image: 'a:1', command: [a] {}}}}}\n{}"
NEEDS: dict[str, tuple[str, str]] = {
    "volume": (
        JOB.format("volumes: [{name: v, persistentVolumeClaim: {claimName: c}}],", "", ""),
        "volume:pvc/c",
    ),
    "volume of a connection": (JOB.format("connections: [disk],", "", ""), "connection:disk"),
    "bucket": (JOB.format("connections: [imagenet],", "", ""), "connection:imagenet"),
    "bucket by address": (
        JOB.format("", ", args: ['{{ d }}']", "inputs: [{name: d, type: s3}]\n"
                   "params: {d: {value: 's3://imagenet/x'}}"),
        "bucket:s3://imagenet",
    ),
    "secret": (
        JOB.format("", ", env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]", ""),
        "secret:s",
    ),
    "secret of a driver": (
        "name: train\nrun: {kind: spark, type: r, sparkVersion: 3.5.3, mainApplicationFile: m,"
        " driver: {container: {image: 'a:1', env: [{name: A, valueFrom: {secretKeyRef: {name: s,"
        " key: k}}}]}}, executor: {container: {image: 'a:1'}}}",
        "secret:s",
    ),
    "namespace": (JOB.format("", "", "namespace: prod"), "namespace:prod"),
    "TPU": (
        JOB.format("", ", resources: {limits: {google.com/tpu: 4}}", ""),
        "accelerator:google.com/tpu",
    ),
}  # fmt: skip
GRANTS = {
    "globally": "{kind: Grant, name: g, to: [team:vision], allow: [{use: ['%s']}]}",
    "in the project": "{kind: Grant, name: g, to: ['user:ana'], projects: [vision/detector],"
    " allow: [{use: ['%s']}]}",
    "nowhere": "{kind: Grant, name: g, to: [team:vision], allow: [{use: ['image:a']}]}",
    "in another project": "{kind: Grant, name: g, to: [team:vision], projects: [vision/other],"
    " allow: [{use: ['%s']}]}",
    "to somebody else": "{kind: Grant, name: g, to: ['user:bo'], allow: [{use: ['%s']}]}",
}


def compiled(
    folder: Path,
    text: str,
    *objects: str,
    target: str = "kubernetes",
    who: str = "user:ana",
    mode: str = "enforce",
    presets: dict[str, str] | None = None,
    argo_account: str = "",
    **asked: Any,
) -> Outcome:
    """What a file comes to in `vision/detector`, under the organization and further objects."""
    write(folder, {"catalog/acme.yaml": "---\n".join((ACME, *(f"{o}\n" for o in objects))),
                   **{f"catalog/presets/{k}.yaml": v for k, v in (presets or {}).items()}})  # fmt: skip
    request = Request(
        files=(SourceText("file.yaml", dedent(text).encode()),),
        target=target,
        catalog=(folder / "catalog",),
        root=folder,
        principal=Principal(subject=who, strength="asserted"),
        today="2030-01-01",
        options=Options(
            project="vision/detector",
            acl=AclOptions(mode=mode),
            argo=ArgoOptions(service_account=argo_account),
        ),
        verify=True,
        **asked,
    )
    return compile_request(request)


def errors(outcome: Outcome) -> list[str]:
    return [d.code.id for d in outcome.report if d.severity is Severity.ERROR]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize("need", NEEDS)
def test_the_promise(need: str, grant: str, target: str, tmp_path: Path) -> None:
    text, selector = NEEDS[need]
    given = GRANTS[grant]
    outcome = compiled(tmp_path, text, given % selector if "%s" in given else given, target=target)
    if grant in ("globally", "in the project"):
        assert errors(outcome) == []
        assert outcome.files
    else:
        assert errors(outcome) == ["PXC801"]
        assert outcome.files == ()


SECRET = JOB.format("", ", envFrom: [{secretRef: {name: s}}]", "")


def test_without_an_organization_nothing_is_asked(tmp_path: Path) -> None:
    request = Request(files=(SourceText("file.yaml", SECRET.encode()),), root=tmp_path)
    assert errors(compile_request(request)) == []


def test_modes(tmp_path: Path) -> None:
    assert errors(compiled(tmp_path, SECRET, mode="enforce")) == ["PXC801"]
    warned = compiled(tmp_path, SECRET, mode="warn")
    assert [(d.code.id, d.severity) for d in warned.report] == [("PXC801", Severity.WARNING)]
    assert warned.files
    assert list(compiled(tmp_path, SECRET, mode="off").report) == []


@pytest.mark.parametrize("who", ["user:", "user:zed"])
def test_whoever_is_not_in_the_project(who: str, tmp_path: Path) -> None:
    assert errors(compiled(tmp_path, SECRET, who=who)) == ["PXC812"]


def test_nobody_is_named(tmp_path: Path) -> None:
    assert errors(compiled(tmp_path, SECRET, who="user:")) == ["PXC812"]


def test_an_owner_of_the_organization_needs_grants_too(tmp_path: Path) -> None:
    assert errors(compiled(tmp_path, SECRET, who="user:root")) == ["PXC801"]


def test_a_grant_that_has_ended(tmp_path: Path) -> None:
    grant = "{kind: Grant, name: g, to: [team:vision], allow: [{use: ['secret:s']}], until: %s}"
    assert errors(compiled(tmp_path, SECRET, grant % "2030-01-01")) == []
    assert errors(compiled(tmp_path, SECRET, grant % "2029-12-31")) == ["PXC801"]


def test_a_connection_implies_its_secret_alone(tmp_path: Path) -> None:
    grant = "{kind: Grant, name: g, to: [team:vision], allow: [{use: ['connection:imagenet']}]}"
    by_way = JOB.format("connections: [imagenet],", "", "")
    by_name = JOB.format("", ", envFrom: [{secretRef: {name: imagenet-ro}}]", "")
    assert errors(compiled(tmp_path, by_way, grant)) == []
    assert errors(compiled(tmp_path, by_name, grant)) == ["PXC801"]


PRESET = "isPreset: true\nrunPatch: {container: {resources: {limits: {nvidia.com/gpu: %s}}}}\n"
DELEGATES = """
{kind: Preset, name: gpus, delegates: ['accelerator:nvidia.com/gpu<=4']}
---
{kind: Grant, name: g, to: [team:vision], allow: [{use: ['preset:gpus']}]}
"""
ASKED = "inputs: [{name: n, type: int, value: 4}]\n"

PRESETS: dict[str, tuple[str, str, list[str]]] = {
    "its own words": ("presets: [gpus]\n", PRESET % 4, []),
    "more than it passes on": ("presets: [gpus]\n", PRESET % 8, ["PXC801"]),
    "what the user chooses": (ASKED + "presets: [gpus]\n", PRESET % "'{{ n }}'", ["PXC801"]),
    "what the user writes": ("presets: [gpus]\n", "isPreset: true\n", ["PXC801"]),
}


@pytest.mark.parametrize("case", PRESETS)
def test_presets_pass_rights_on(case: str, tmp_path: Path) -> None:
    head, preset, expected = PRESETS[case]
    own = ", resources: {limits: {nvidia.com/gpu: 1}}" if case == "what the user writes" else ""
    text = head + JOB.format("", own, "")
    assert errors(compiled(tmp_path, text, DELEGATES, presets={"gpus": preset})) == expected


def test_a_preset_passes_nothing_on_to_whom_it_is_not_for(tmp_path: Path) -> None:
    objects = DELEGATES.replace("team:vision", "user:bo")
    outcome = compiled(
        tmp_path, "presets: [gpus]\n" + JOB.format("", "", ""), objects,
        presets={"gpus": PRESET % 4},
    )  # fmt: skip
    assert set(errors(outcome)) == {"PXC801"}


def test_a_component_confers_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"catalog/components/acme/train/1.yaml": "kind: component\n" + SECRET})
    assert errors(compiled(tmp_path, "hubRef: acme/train:1")) == ["PXC801"]


def test_all_denials_at_once(tmp_path: Path) -> None:
    text = JOB.format(
        "environment: {serviceAccountName: admin, hostNetwork: true},",
        ", envFrom: [{secretRef: {name: s}}], securityContext: {privileged: true}",
        "namespace: prod",
    )
    outcome = compiled(tmp_path, text)
    assert errors(outcome) == ["PXC801"] * 5
    places = sorted(d.span.text for d in outcome.report)
    assert places == ["admin", "prod", "s", "true", "true"]


def test_members_of_a_dag_are_looked_at(tmp_path: Path) -> None:
    text = "run:\n  kind: dag\n  operations:\n    - name: one\n      component:\n" + indent(
        SECRET.removeprefix("name: train\n"), " " * 8
    )
    assert errors(compiled(tmp_path, text)) == ["PXC801"]


NO_DEFAULT = "{kind: Deny, name: no-default, to: ['*'], deny: ['serviceAccount:default']}"
TRAINER = "{kind: Grant, name: g, to: [team:vision], allow: [{use: ['serviceAccount:trainer']}]}"
ANY_QUEUE = "{kind: Grant, name: g, to: [team:vision], allow: [{use: ['queue:**']}]}"
PLAIN = JOB.format("", "", "")


@pytest.mark.parametrize("target", TARGETS)
def test_the_account_of_a_pod_that_names_none(target: str, tmp_path: Path) -> None:
    named = JOB.format("environment: {serviceAccountName: trainer},", "", "")
    itself = JOB.format("environment: {serviceAccountName: default},", "", "")
    assert errors(compiled(tmp_path, PLAIN, TRAINER, target=target)) == []
    denied = compiled(tmp_path, PLAIN, TRAINER, NO_DEFAULT, target=target)
    assert errors(denied) == ["PXC814"]
    (found,) = (d for d in denied.report if d.code.id == "PXC814")
    assert "serviceAccountName: NAME" in str(found.help)
    assert errors(compiled(tmp_path, named, TRAINER, NO_DEFAULT, target=target)) == []
    assert errors(compiled(tmp_path, itself, TRAINER, NO_DEFAULT, target=target)) == ["PXC814"]
    assert errors(compiled(tmp_path, itself, target=target)) == ["PXC801"]


def test_the_account_of_argo_is_no_way_around_it_elsewhere(tmp_path: Path) -> None:
    for target in TARGETS:
        outcome = compiled(
            tmp_path, PLAIN, TRAINER, NO_DEFAULT, target=target, argo_account="trainer"
        )
        assert errors(outcome) == ([] if target == "argo" else ["PXC814"])


def test_accounts_that_a_project_is_narrowed_to(tmp_path: Path) -> None:
    narrowed = "{kind: Organization, name: acme, restrict: {serviceAccounts: [trainer]}}"
    objects = ACME.replace("{kind: Organization, name: acme, members: [{user: root, role: owner}]}",
                           narrowed)  # fmt: skip
    write(tmp_path, {"catalog/acme.yaml": objects})
    request = Request(
        files=(SourceText("file.yaml", PLAIN.encode()),), catalog=(tmp_path / "catalog",),
        root=tmp_path, principal=Principal(subject="user:ana", strength="asserted"),
        options=Options(project="vision/detector"),
    )  # fmt: skip
    assert errors(compile_request(request)) == ["PXC815"]


QUEUES = "{kind: Queue, name: gke/a}\n---\n{kind: Queue, name: gke/b}\n---\n{kind: Queue, name: c}"
NO_CLUSTER = "{kind: Deny, name: no-gke, to: ['*'], deny: ['cluster:gke']}"
IN_A = JOB.format("", "", "queue: gke/a")
CHOICE = JOB.format("", "", "queue: '{{ q }}'\ninputs: [{name: q, type: str, value: gke/b}]")


@pytest.mark.parametrize("target", TARGETS)
def test_a_queue_brings_its_cluster(target: str, tmp_path: Path) -> None:
    for text in (IN_A, CHOICE):
        assert errors(compiled(tmp_path, text, QUEUES, ANY_QUEUE, target=target)) == []
        outcome = compiled(tmp_path, text, QUEUES, ANY_QUEUE, NO_CLUSTER, target=target)
        assert errors(outcome) == ["PXC814"]
    in_c = JOB.format("", "", "queue: c")
    assert errors(compiled(tmp_path, in_c, QUEUES, ANY_QUEUE, NO_CLUSTER, target=target)) == []


def test_a_cluster_is_not_told_beside_its_queue(tmp_path: Path) -> None:
    outcome = compiled(tmp_path, IN_A, QUEUES)
    assert [d.message for d in outcome.report if d.severity is Severity.ERROR] == [
        "`ana` may not use queue `gke/a` in project `vision/detector`"
    ]


def test_a_preset_that_passes_a_queue_on_passes_its_cluster_on(tmp_path: Path) -> None:
    preset = {"far": "isPreset: true\nqueue: gke/a\n"}
    delegated = """
        {kind: Preset, name: far, delegates: ['queue:gke/a']}
        ---
        {kind: Grant, name: g, to: [team:vision], allow: [{use: ['preset:far']}]}
    """
    text = "presets: [far]\n" + PLAIN
    objects = (QUEUES, dedent(delegated))
    assert errors(compiled(tmp_path, text, *objects, presets=preset)) == []
    assert errors(compiled(tmp_path, text, *objects, NO_CLUSTER, presets=preset)) == ["PXC814"]


def test_of_several_queues_the_clusters_are_as_possible() -> None:
    span = Span(Source("file.yaml", "q"), 0, 1)
    queues = {
        name: Queue(span=span, name=name, cluster=cluster)
        for name, cluster in (("a", "x"), ("b", "y"), ("c", "x"), ("d", None))
    }
    rules = Rules(declared=True, queues=queues)

    def clusters(*names: str) -> list[tuple[str, str, tuple[str, ...]]]:
        one = Claim(span=span, kind="queue", name="", certainty="oneOf", choices=names)
        return [(c.kind, c.name, c.choices) for c in claims_of_clusters((one,), rules)]

    assert clusters("a", "b") == [("cluster", "", ("x", "y"))]
    assert clusters("a", "c", "d", "unknown") == [("cluster", "x", ())]
    assert clusters("d") == []
