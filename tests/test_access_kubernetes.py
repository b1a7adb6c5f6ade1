"""What an export for Kubernetes cannot say is told, each by its name."""

from __future__ import annotations

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
        "the bounds of grant `few`: a cluster does not see for whom a pod is",
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
