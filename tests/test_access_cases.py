"""Which rules the tests of a catalog need: the same as asking everything without each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from pxc.access.cases import AccessCase, run_cases, unneeded
from pxc.access.decision import Settings
from pxc.diagnostics import Report
from pxc.driver.access import read_rules
from pxc.source import Source, whole

RULES = """\
{kind: Organization, name: acme, members: [{user: eve, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Project, name: p, teams: [vision]}
---
{kind: Grant, name: one, to: ["team:vision"], allow: [{use: ["secret:a", "secret:b"]}]}
---
{kind: Grant, name: again, to: ["user:ana"], allow: [{use: ["secret:a"]}]}
---
{kind: Grant, name: wide, to: ["team:vision"], allow: [{use: ["hostPath:**"]}]}
---
{kind: Deny, name: no-host, to: ["*"], deny: ["hostPath:**"]}
---
{kind: Deny, name: no-secret, to: ["*"], deny: ["secret:z"]}
"""
HERE = whole(Source("cases", "?"))
ALL = ["again", "no-host", "no-secret", "one", "wide"]

NEEDED = [
    # who asks for what, whether it is allowed, by what; the rules that no case needs
    ([("ana", "secret:a", True, "")], ALL),
    ([("ana", "secret:a", True, "one")], ["again", "no-host", "no-secret", "wide"]),
    ([("team:vision", "secret:a", True, "")], ["again", "no-host", "no-secret", "wide"]),
    ([("ana", "secret:b", True, "")], ["again", "no-host", "no-secret", "wide"]),
    ([("ana", "hostPath:/etc", False, "")], ["again", "no-secret", "one", "wide"]),
    ([("ana", "secret:z", False, "")], ALL),
    ([("ana", "secret:z", False, "no-secret")], ["again", "no-host", "one", "wide"]),
    ([("nobody", "secret:a", False, ""), ("team:none", "secret:a", False, "")], ALL),
    ([("ana", "secret:b", False, "")], ["again", "no-host", "no-secret", "wide"]),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "idle"), NEEDED)
def test_rules_that_no_case_needs(tmp_path: Path, asked, idle):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    report = Report()
    rules = read_rules((path,), tmp_path, report)
    assert not report.has_errors
    cases = [
        AccessCase(span=HERE, who=who, what=what, allowed=allowed, project="p", by=by)
        for who, what, allowed, by in asked
    ]
    how = {"today": "2027-01-01", "settings": Settings()}

    def outcome(given) -> list[bool]:
        return [bool(r.fault) for r in run_cases(given, cases, **how)]

    def without(name: str):
        grants = {k: v for k, v in rules.grants.items() if k != name}
        return replace(
            rules, grants=grants, denies={k: v for k, v in rules.denies.items() if k != name}
        )

    naive = [name for name in ALL if outcome(without(name)) == outcome(rules)]
    assert sorted(unneeded(rules, cases, **how)) == naive == idle
