"""What an export for Kubernetes cannot say is told, each by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import run, write

RULES = """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Cluster, name: gke, namespaces: [{name: vision, quota: {cpu: 4}}]}
---
{kind: Project, name: vision, namespace: vision, teams: [vision]}
---
"""
CASES = {
    "bounds of a grant": (
        "{kind: Grant, name: few, to: ['team:vision'], allow: [{use: ['accelerator:nvidia.com/gpu'], max: {perPod: 2}}]}",
        "the bounds of grant `few` for whom it is: a cluster does not see for whom a pod is",
    ),
    "a quota of a team": (
        "{kind: Quota, name: q, for: {team: vision}, limits: {cpu: 2}}",
        "quota `q`: it is of no namespace",
    ),
    "a deny for some": (
        "{kind: Deny, name: some, to: ['team:vision'], deny: [privileged]}",
        "deny `some`, which does not hold for everybody",
    ),
    "a grant without bounds": (
        "{kind: Grant, name: all, to: ['team:vision'], allow: [{use: ['connection:a']}]}", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_said_is_told(case: str, tmp_path: Path) -> None:
    more, told = CASES[case]
    write(
        tmp_path,
        {
            "org.yaml": f"{RULES}{more}\n",
            "conn.yaml": "connections: [{name: a, kind: s3, schema: {bucket: 's3://a'}}]\n",
        },
    )
    ran = run("acl", "export", "--to", "kubernetes", "--catalog", tmp_path)
    assert ran.code == 0, ran.err
    assert '"kind": "ResourceQuota"' in ran.out
    assert told in ran.err
    assert bool(told) is bool(ran.err.strip()), ran.err


GRANTS = {
    "one grant": (["{use: ['accelerator:nvidia.com/gpu'], max: {perPod: 2}}"], {"nvidia.com/gpu": "2"}),
    "the most of several": (
        ["{use: ['accelerator:nvidia.com/gpu<=4']}", "{use: ['accelerator:nvidia.com/*'], max: {perPod: 6}}"],
        {"nvidia.com/gpu": "6"},
    ),
    "one without an end": (["{use: ['accelerator:nvidia.com/gpu<=4']}", "{use: ['accelerator:**']}"], None),
    "a run's bound": (["{use: ['accelerator:nvidia.com/gpu'], max: {perRun: 8}}"], {"nvidia.com/gpu": "8"}),
    "a pattern alone": (["{use: ['accelerator:nvidia.com/*'], max: {perPod: 6}}"], None),
    "a claim of devices": (["{use: ['accelerator:resourceClaim/gpu'], max: {perPod: 6}}"], None),
    "processors": (["{use: ['resource:cpu'], max: {perPod: 6}}"], None),
}  # fmt: skip


@pytest.mark.parametrize("case", GRANTS)
def test_the_most_that_any_grant_gives_is_held(case: str, tmp_path: Path) -> None:
    allowances, most = GRANTS[case]
    grants = "".join(
        f"---\n{{kind: Grant, name: g{at}, to: ['team:vision'], allow: [{one}]}}\n"
        for at, one in enumerate(allowances)
    )
    write(tmp_path, {"org.yaml": RULES.removesuffix("---\n") + grants})
    ran = run("acl", "export", "--to", "kubernetes", "--catalog", tmp_path)
    assert ran.code == 0, ran.err
    found = [i for i in json.loads(ran.out)["items"] if i["kind"] == "LimitRange"]
    assert [i["spec"]["limits"][0]["max"] for i in found] == ([] if most is None else [most])
