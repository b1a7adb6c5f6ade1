"""Who may begin from an earlier run: what it left is in a store, and may be anybody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.access.principal import Principal
from pxc.driver import Request, SourceText, compile_request
from pxc.options import EarlierRun, Options

UID = "8aac02e3-a62a-4f0a-aa25-7c59da5eab80"
RUNS = {"kubernetes": UID, "argo": UID, "airflow": UID.replace("-", "")}

ACME = """
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Project, name: lab, teams: [vision]}
---
{kind: Project, name: other, teams: [vision]}
---
"""
AGENT = "artifactsStore: {name: runs, kind: s3, schema: {bucket: 's3://acme-runs'}, secret: {name: keys}}\n"
STORE = "{use: ['connection:runs']}"
ANY_RUN = "{use: ['runs:*/*'], actions: [read]}"
JOB = "name: train\nrun: {kind: job, container: {image: 'a:1', command: [a]}}\n"

GRANTS = {
    # what is granted: which kinds are denied, and for which thing
    "nothing": ("", {"resume": {"runs", "connection"}, "copy": {"runs", "connection"}}),
    "the store": (STORE, {"resume": {"runs"}, "copy": {"runs"}}),
    "the store to read": (
        "{use: ['connection:runs'], actions: [read]}",
        {"resume": {"runs", "connection"}, "copy": {"runs"}},
    ),
    "runs": (ANY_RUN, {"resume": {"connection"}, "copy": {"connection"}}),
    "both": (f"{STORE}, {ANY_RUN}", {}),
    "another run": (
        f"{STORE}, {{use: ['runs:*/{UID[:-1]}1'], actions: [read]}}",
        {"resume": {"runs"}, "copy": {"runs"}},
    ),
    "runs of the project": (
        f"{STORE}, {{use: ['runs:lab/*'], actions: [read]}}",
        {"resume": {"runs"}, "copy": {"runs"}},
    ),
}


@pytest.mark.parametrize("target", RUNS)
@pytest.mark.parametrize("kind", ["resume", "copy", "restart"])
@pytest.mark.parametrize("granted", GRANTS)
def test_the_store_and_the_run_are_asked_for(
    granted: str, kind: str, target: str, tmp_path: Path
) -> None:
    allow, denied = GRANTS[granted]
    rules = f"{{kind: Grant, name: g, to: ['user:ana'], projects: [lab], allow: [{allow}]}}"
    (tmp_path / "rules.yaml").write_text(ACME + (rules if allow else "{kind: Team, name: x}"))
    (tmp_path / "agent.yaml").write_text(AGENT)
    outcome = compile_request(
        Request(
            files=(SourceText("train.yaml", JOB.encode()),),
            target=target,
            catalog=(tmp_path,),
            options=Options(project="lab", earlier=EarlierRun(kind=kind, run=RUNS[target])),
            principal=Principal(subject="user:ana", strength="asserted"),
            today="2030-01-01",
        )
    )
    wanted = denied.get(kind, set())
    assert {d.code.id for d in outcome.report} == ({"PXC801"} if wanted else set())
    told = [d.message for d in outcome.report]
    assert {w for w in ("runs", "connection") if any(f" {w} " in t for t in told)} == wanted, told
    assert bool(outcome.files) is (not wanted)
    at = {d.span.source.name for d in outcome.report}
    assert at <= {f"--{kind}"}
