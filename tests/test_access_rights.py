"""The table of who may do what: its rows, what it leaves out, and what a spreadsheet computes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pxc.access.decision import Settings
from pxc.access.exports.spreadsheet import COLUMNS, table
from pxc.access.judge import Judge
from pxc.access.principal import Principal
from pxc.access.questions import question
from pxc.access.rights import Right, rights
from pxc.diagnostics import Report
from pxc.driver.access import read_rules
from tests.test_cli_acl import ORG

ANA = """\
---
kind: Grant
name: NAME
to: ["user:ana"]
allow: [ALLOWED]
"""


def read(tmp_path: Path, more: str = ""):
    path = tmp_path / "catalog.yaml"
    path.write_text(ORG + more)
    report = Report()
    rules = read_rules((path,), tmp_path, report)
    assert not report.has_errors, [d.message for d in report]
    return rules


def granted(allowed: str, name: str = "other", more: str = "") -> str:
    return ANA.replace("NAME", name).replace("ALLOWED", allowed) + more


def rows(tmp_path: Path, more: str = "", of: str = "user:ana") -> set[str]:
    found = rights(read(tmp_path, more), Settings()).rights
    return {",".join(r[1:]) for r in csv.reader(io.StringIO(table(found))) if r[0] == of}


ROWS = [
    # more rules, of whom, a row that is there, one that is not
    ("", "user:ana", "read,connection,imagenet,vision/detector,grant:vision-data,2027-03-31,,", "read,connection,pii"),
    ("", "user:ana", "use,accelerator,nvidia.com/gpu,vision/detector,grant:vision-data,2027-03-31,4,8", "use,privileged"),
    ("", "user:ana", "use,run,create,vision/detector,role,,,", "use,run,create,data"),
    ("", "user:bo", "", "use,run"),
    ("", "user:dan", "write,connection,pii,data,owner,,,", "read,connection,imagenet"),
    ("", "group:okta:data", "write,connection,pii,data,owner,,,", "read,connection,imagenet"),
    (granted('{use: ["connection:imagenet"], actions: [read]}'), "user:ana", "read,connection,imagenet,vision/detector,grant:other,,,", "write,connection,imagenet,vision/detector,grant:other"),
    (granted('{use: ["accelerator:nvidia.com/gpu<=2"]}'), "user:ana", "use,accelerator,nvidia.com/gpu,vision/detector,grant:other,,2,2", "use,privileged"),
    (granted('{use: [privileged]}'), "user:ana", "use,image,**,vision/detector,role,,,", "use,privileged"),
    (granted('{use: ["image:x"]}'), "user:ana", "use,image,x,vision/detector,grant:other,,,", "use,image,x,vision/detector,role"),
    (granted('{use: ["image:x"]}'), "user:eve", "use,image,**,vision/detector,role,,,", "use,image,x"),
    (granted('{use: ["component:acme/*"], actions: [push]}'), "user:ana", "push,component,acme/*,vision/detector,grant:other,,,", "delete,component,acme"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "of", "there", "absent"), ROWS)
def test_rows(tmp_path, more, of, there, absent):
    found = rows(tmp_path, more, of)
    assert not there or there in found
    assert not [row for row in found if row.startswith(absent)]


@pytest.mark.parametrize("day", ["2027-03-31", "2027-04-01"])
def test_a_row_holds_until_its_end_and_another_takes_over(tmp_path, day):
    rules = read(tmp_path, granted('{use: ["connection:imagenet"], actions: [read]}'))
    who = Principal(subject="user:ana", strength="asserted")
    judge = Judge(rules, today=day)
    found = rights(rules, Settings()).rights
    for action in ("read", "write"):
        held = [
            r
            for r in found
            if (r.subject, r.action, r.what) == ("user:ana", action, "connection:imagenet")
            and (not r.until or r.until >= day)
        ]
        decision = judge.decide(who, "vision/detector", [question("connection:imagenet", action)])
        assert bool(held) is decision.allowed


UNSAID = [
    (granted('{use: ["volume:**"]}') + "---\n{kind: Deny, name: no-x, to: ['*'], deny: ['volume:x']}\n", "`volume:**`, of which some is allowed and some is not"),
    ("---\n{kind: Deny, name: slow, to: ['*'], deny: ['volume:x'], level: advisory}\n", "deny `slow`, which only warns or can be overridden"),
    ("---\n{kind: Quota, name: q, for: {project: data}, limits: {cpu: 4}}\n", "quotas"),
    ("", "people whom the catalog does not name"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "said"), UNSAID)
def test_what_no_row_says_is_told(tmp_path, more, said):
    assert said in rights(read(tmp_path, more), Settings()).unsaid
    assert said == UNSAID[-1][1] or said not in rights(read(tmp_path), Settings()).unsaid


FORMULAS = [
    ("imagenet", "imagenet"),
    ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
    ("+1", "'+1"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    (" =1", "' =1"),
    ("\t=1", "'\t'=1"),
    ("\rx", "'\rx"),
    ("a;=1", "a;'=1"),
    ('x",=1', "x\",'=1"),
    ("\uff1d1", "'\uff1d1"),
    ("a=b-c@d", "a=b-c@d"),
    ("nvidia.com/gpu", "nvidia.com/gpu"),
]


@pytest.mark.parametrize(("name", "cell"), FORMULAS)
def test_no_cell_is_a_formula(name, cell):
    text = table([Right("user:ana", "use", "image", name, "p", "role")])
    head, row = csv.reader(io.StringIO(text, newline=""))
    assert tuple(head) == COLUMNS
    assert row[3] == cell
