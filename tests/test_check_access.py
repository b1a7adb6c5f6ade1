"""A run that needs what its author may not use fails when it is compiled, for every target."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from pxc.access.principal import Principal
from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.world import AclOptions, Options
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
        options=Options(project="vision/detector", acl=AclOptions(mode=mode)),
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
