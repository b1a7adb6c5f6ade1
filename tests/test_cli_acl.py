"""The commands of `pxc acl` on catalogs of files: answers, exit codes, and what is refused."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.command_line import run

ORG = """\
{kind: Organization, name: acme, members: [{user: eve, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}, {user: bo, role: viewer}]}
---
{kind: Team, name: data, members: [{user: dan}], externalGroups: ["okta:data"]}
---
{kind: Project, name: vision/detector, teams: [vision]}
---
{kind: Project, name: data, teams: [data]}
---
{kind: Connection, name: imagenet, spec: {kind: s3, schema: {bucket: "s3://in"}}}
---
{kind: Connection, name: pii, spec: {kind: s3, schema: {bucket: "s3://pii"}}, access: {owner: "team:data"}}
---
kind: Grant
name: vision-data
to: ["team:vision"]
allow:
  - {use: ["connection:imagenet"]}
  - {use: ["accelerator:nvidia.com/gpu"], max: {perPod: 4, perRun: 8}}
  - {use: ["volume:pvc/**"]}
until: 2027-03-31
---
{kind: Deny, name: no-host, to: ["*"], deny: [privileged, "hostPath:**"], because: "host access breaks isolation"}
"""

CASES = """\
kind: AclTest
cases:
- {as: ana, project: vision/detector, use: "connection:imagenet", expect: allow, by: vision-data}
- {as: "team:vision", project: vision/detector, use: "hostPath:/etc", expect: deny, by: no-host}
"""


@pytest.fixture
def catalog(tmp_path, monkeypatch):
    """A folder to ask in; what it returns writes the files of the catalog."""
    monkeypatch.chdir(tmp_path)

    def write(name="org.yaml", text=ORG):
        path = tmp_path / "catalog" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    write()
    return write


def acl(*words, today="2027-01-15", at="catalog"):
    more = ["--catalog", at] if at else []
    return run("acl", *words, *more, *(["--today", today] if today else []))


CAN = [
    # who and what, exit code, first line
    ("ana connection:imagenet", 0, "yes, by grant `vision-data`"),
    ("user:ana use connection:imagenet", 0, "yes, by grant `vision-data`"),
    ("team:vision connection:imagenet", 0, "yes, by grant `vision-data`"),
    ("ana accelerator:nvidia.com/gpu=4", 0, "yes, by grant `vision-data`"),
    ("ana accelerator:nvidia.com/gpu=5", 1, "no: `ana` may not use accelerator `nvidia.com/gpu` in project `vision/detector` in this amount: at most 4 a pod, this asks for 5"),
    ("ana privileged", 1, "no: `ana` may not run privileged containers in project `vision/detector`"),
    ("ana connection:pii", 1, "no: `ana` may not use connection `pii` in project `vision/detector`"),
    ("ana connection:imagnet", 1, "no: connection `imagnet` is not in the catalog, or not visible to `ana`"),
    ("bo connection:imagenet", 1, "no: `bo` may not create runs in project `vision/detector`"),
    ("dan connection:imagenet", 1, "no: project `vision/detector` is not there, or not visible to `dan`"),
    ("nobody connection:imagenet", 1, "no: project `vision/detector` is not there, or not visible to `nobody`"),
    ("serviceAccount:ci connection:imagenet", 1, "no: project `vision/detector` is not there, or not visible to service account `ci`"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "line"), CAN)
def test_can(catalog, words, code, line):
    ran = acl("can", *words.split(), "-p", "vision/detector")
    assert (ran.code, ran.out.splitlines()[0]) == (code, line)


def test_a_denial_shows_the_places_of_rules_and_a_way_out(catalog):
    ran = acl("can", "ana", "privileged", "-p", "vision/detector")
    assert "deny `no-host` forbids it: host access breaks isolation (catalog/org.yaml:" in ran.out
    assert ran.out.splitlines()[-1].startswith("  help: ")


def test_a_grant_that_ended_allows_nothing(catalog):
    ran = acl("can", "ana", "connection:imagenet", "-p", "vision/detector", today="2027-04-01")
    assert ran.code == 1
    assert "grant `vision-data` ended with 2027-03-31" in ran.out


WRONG = [
    ("can ana conection:imagenet", "`conection` is no kind of thing, did you mean `connection`?"),
    ("can ana connection", "`connection` names no connection: write `connection:NAME`."),
    (
        "can ana take connection:imagenet",
        "Write [use|read|write|create|see|pull|push|stage|delete] KIND:NAME",
    ),
    ("can group:x connection:imagenet", "`group:x` is nobody"),
    ("can team:vison connection:imagenet", "There is no team `vison`, did you mean `vision`?"),
    ("can ana accelerator:gpu=many", "`many` is no amount."),
    ("can ana accelerator:gpu=-1", "`-1` is no amount."),
    ("can ana privileged:false", "`privileged` has no names."),
    ("list --as nobody:x", "`nobody:x` is nobody"),
    ("export --to word", "'word' is not one of"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_wrong_use(catalog, words, said):
    today = None if words.startswith("export") else "2027-01-15"
    ran = acl(*words.split(), today=today)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("day", ["tomorrow", "2027-02-30", "20270115", "2027-1-5"])
def test_a_day_is_a_day(catalog, day):
    ran = acl("can", "ana", "privileged", today=day)
    assert ran.code == 2
    assert "is not a day such as" in ran.err


def test_a_catalog_with_faults_answers_nothing(catalog):
    catalog(
        "more.yaml", "{kind: Grant, name: bad, to: ['team:vison'], allow: [{use: [privileged]}]}"
    )
    ran = acl("can", "ana", "connection:imagenet", "-p", "vision/detector")
    assert (ran.code, ran.out) == (2, "")
    assert "PXC810" in ran.err


def test_without_rules_everything_is_allowed_and_that_is_said(catalog):
    catalog("org.yaml", "connections: [{name: a, kind: s3, schema: {bucket: 's3://a'}}]")
    ran = acl("can", "ana", "privileged")
    assert (ran.code, ran.out) == (0, "yes, by open\n")
    assert ran.err == "pxc: nothing is declared of who may use what: everything is allowed\n"


def test_can_as_json(catalog):
    ran = acl("can", "ana", "connection:pii", "-p", "vision/detector", "--format", "json")
    found = json.loads(ran.out)
    assert found["allowed"] is False
    assert found["reason"] == "access-denied"
    assert found["help"] == "use `imagenet`, which is allowed, or ask `team:data`, whose it is"
    ran = acl("can", "ana", "connection:imagenet", "-p", "vision/detector", "--format", "json")
    found = json.loads(ran.out)
    assert (found["allowed"], found["by"], found["rule"]) == (True, "grant", "vision-data")


def test_who_can(catalog):
    ran = acl("who-can", "connection:imagenet", "-p", "vision/detector")
    assert ran.out == "user:ana  grant `vision-data`, until 2027-03-31\n"
    ran = acl("who-can", "connection:pii", "-p", "data")
    assert ran.out == "user:dan         owner `pii`\ngroup:okta:data  owner `pii`\n"
    assert acl("who-can", "privileged", "-p", "data").out == "nobody\n"
    ran = acl("who-can", "connection:imagenet", "-p", "vision/detector", "--format", "json")
    assert json.loads(ran.out) == [
        {"subject": "user:ana", "by": "grant `vision-data`", "until": "2027-03-31"}
    ]


def test_everybody_who_can_is_told_yes(catalog):
    """The reverse question agrees with the question."""
    for what in ("connection:imagenet", "connection:pii", "volume:pvc/x", "privileged"):
        for project in ("vision/detector", "data"):
            listed = acl("who-can", what, "-p", project).out
            for who in ("ana", "bo", "dan", "eve"):
                yes = acl("can", who, what, "-p", project).code == 0
                assert yes is (f"user:{who} " in listed), (who, what, project)


def test_list(catalog):
    ran = acl("list", "--as", "ana", "-p", "vision/detector")
    assert ran.out == (
        "connection\n"
        "  imagenet        grant `vision-data`, until 2027-03-31\n"
        "volume\n"
        "  pvc/**          grant `vision-data`, until 2027-03-31\n"
        "accelerator\n"
        "  nvidia.com/gpu  grant `vision-data`, at most 4 a pod, at most 8 a run, until 2027-03-31\n"
    )
    assert acl("list", "--as", "dan", "-p", "vision/detector").out == "nothing\n"
    rows = json.loads(acl("list", "--as", "dan", "-p", "data", "--format", "json").out)
    assert rows == [{"kind": "connection", "name": "pii", "by": "owner", "max": {}, "until": None}]


def test_cases(catalog):
    catalog("tests.yaml", CASES)
    ran = acl("test")
    assert (ran.code, ran.out) == (0, "2 cases, 0 failed; 2 of 2 rules decide one\n")
    assert acl("test", "--mutate", "--fail-under", "100").code == 0


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ('{as: ana, project: data, use: "connection:pii", expect: allow}', "it is denied, by `gate`"),
        ('{as: ana, project: vision/detector, use: "connection:imagenet", expect: deny}', "it is allowed, by `vision-data`"),
        ('{as: ana, project: vision/detector, use: "hostPath:/x", expect: deny, by: vision-data}', "it is decided by `no-host`, not by `vision-data`"),
        ('{as: ana, project: vision/detector, use: "hostPath:/x", expect: deny, by: no-hots}', "there is no grant and no deny `no-hots`"),
        ('{as: ana, project: vision/detector, use: "hostPath:/x", expect: deny, code: access-denied}', "the reason is `denied-by-rule`, not `access-denied`"),
        ('{as: "team:vison", project: vision/detector, use: privileged, expect: deny}', "there is no team `vison`, did you mean `vision`?"),
        ('{as: ana, project: vision/detector, use: "conection:x", expect: deny}', "`conection` is no kind of thing, did you mean `connection`?"),
    ],
)  # fmt: skip
def test_cases_that_fail(catalog, case, fault):
    catalog("tests.yaml", f"kind: AclTest\ncases:\n- {case}\n")
    ran = acl("test")
    assert ran.code == 1
    assert f"  {fault}" in ran.out.splitlines()
    assert ran.out.splitlines()[-1].startswith("1 cases, 1 failed")


TRAIN = """\
kind: component
name: train
run:
  kind: job
  connections: [imagenet]
  container: {image: "a:1", securityContext: {privileged: PRIVILEGED}}
"""
FILES = [
    # a case of a file, what is wrong with it; nothing where it passes
    ("{as: ana, project: vision/detector, file: train.yaml, expect: allow, by: vision-data}", ""),
    ("{as: ana, project: vision/detector, file: host.yaml, expect: deny, by: no-host}", ""),
    ("{as: ana, project: vision/detector, file: host.yaml, expect: deny, code: denied-by-rule}", ""),
    ("{as: bo, project: vision/detector, file: train.yaml, expect: deny, code: run-not-permitted}", ""),
    ("{as: dan, project: data, file: train.yaml, expect: deny, code: access-denied}", ""),
    ("{as: dan, file: train.yaml, expect: allow}", "it is denied, by `gate`"),
    ("{as: ana, project: vision/detector, file: host.yaml, expect: allow}", "it is denied, by `no-host`"),
    ("{as: ana, project: vision/detector, file: none.yaml, expect: deny}", "`none.yaml` cannot be read: the file does not exist"),
    ("{as: ana, project: vision/detector, file: ../x.yaml, expect: deny}", "`../x.yaml` cannot be read: the file is outside the workspace `.`"),
    ("{as: ana, project: vision/detector, file: wrong.yaml, expect: deny}", "`wrong.yaml` cannot be compiled: `jbo` is not a kind of `run`"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "fault"), FILES)
def test_cases_of_files(catalog, tmp_path, case, fault):
    (tmp_path / "pxc.yaml").write_text("project: vision/detector\n")
    for name, privileged in (("train", "false"), ("host", "true")):
        (tmp_path / f"{name}.yaml").write_text(TRAIN.replace("PRIVILEGED", privileged))
    (tmp_path / "wrong.yaml").write_text(TRAIN.replace("kind: job", "kind: jbo"))
    catalog("tests.yaml", f"kind: AclTest\ncases:\n- {case}\n")
    ran = acl("test", at=None)
    assert (ran.code, ran.err) == (int(bool(fault)), "")
    assert (f"  {fault}" in ran.out.splitlines()) == bool(fault), ran.out


def test_a_case_asks_one_thing(catalog):
    case = "{as: ana, file: a.yaml, use: privileged, expect: deny}"
    catalog("tests.yaml", f"kind: AclTest\ncases:\n- {case}\n")
    assert (acl("test").code, "a case has a `file` or a `use`" in acl("test").err) == (2, True)


def test_tests_that_test_nothing_fail(catalog):
    assert acl("test").code == 1
    catalog(
        "tests.yaml",
        CASES.replace(
            '"hostPath:/etc", expect: deny, by: no-host', '"connection:pii", expect: deny'
        ),
    )
    ran = acl("test", "--fail-under", "60")
    assert ran.code == 1
    assert "that is 50%, less than 60%: no case is decided by `no-host`" in ran.out
    ran = acl("test", "--mutate")
    assert (ran.code, ran.out.splitlines()[-1]) == (
        1,
        "without `no-host` every case comes out the same",
    )
    catalog("tests.yaml", "{kind: AclTest, cases: []}")
    ran = acl("test")
    assert ran.code == 2
    assert "an access test without a case tests nothing" in ran.err
    catalog("tests.yaml", "{kind: AclTest, cases: [{as: ana, use: privileged}]}")
    assert acl("test").code == 2  # a case without `expect`


def test_difference(catalog, tmp_path):
    base = tmp_path / "base.yaml"
    base.write_text(ORG)
    catalog(
        "org.yaml",
        ORG.replace("perRun: 8", "perRun: 2").replace(
            '["connection:imagenet"]', '["connection:*"]'
        ),
    )
    ran = run("acl", "diff", "base.yaml", "catalog", "--today", "2027-01-15")
    assert ran.out == (
        "~ user:ana in vision/detector: accelerator:nvidia.com/gpu (at most 4 -> at most 2)\n"
        "+ user:ana in vision/detector: read connection:*\n"
        "+ user:ana in vision/detector: read connection:pii\n"
        "+ user:ana in vision/detector: write connection:*\n"
        "+ user:ana in vision/detector: write connection:pii\n"
    )
    back = run("acl", "diff", "catalog", "base.yaml", "--today", "2027-01-15", "--format", "json")
    assert len(json.loads(back.out)) == 5
    same = run("acl", "diff", "base.yaml", "base.yaml", "--today", "2027-01-15")
    assert same.out == "nobody gains or loses anything\n"


ODD = [
    ("{kind: Grant, name: a, to: ['*'], allow: [{use: ['**']}]}", "grant `a` gives everything to everybody"),
    ("{kind: Grant, name: a, to: ['user:dan'], allow: [{use: [privileged]}], until: 2026-01-01}", "grant `a` ended with 2026-01-01"),
    ("{kind: Grant, name: a, to: ['user:dan'], allow: [{use: ['hostPath:/data']}]}", "grant `a` gives what deny `no-host` forbids to all of them"),
    ("{kind: Grant, name: z, to: ['team:vision'], allow: [{use: ['volume:pvc/x']}], until: 2027-03-01}", "grant `z` gives nothing that grant `vision-data` does not"),
    ("{kind: Grant, name: a, to: ['user:dan'], projects: ['sound/*'], allow: [{use: [hostIPC]}]}", "grant `a` is for `sound/*`, and there is no such project"),
    ("{kind: Deny, name: a, to: ['team:data'], except: ['team:data'], deny: [hostIPC]}", "deny `a` excepts everybody that it is for"),
    ("{kind: Team, name: none, members: []}", "team `none` has nobody in it"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), ODD)
def test_lint(catalog, text, message):
    catalog("more.yaml", text)
    ran = acl("lint")
    assert ran.code == 1
    assert f"warning[PXC832] rule-lint: {message}" in ran.out.splitlines()


def test_lint_finds_nothing_in_rules_that_are_right(catalog):
    ran = acl("lint")
    assert (ran.code, ran.out) == (0, "")


@pytest.mark.parametrize("form", ["cedar", "cedar-entities", "opa", "csv"])
def test_exports_are_written_the_same_each_time(catalog, form):
    one, other = (acl("export", "--to", form, today=None) for _ in range(2))
    assert one.code == 0
    assert one.out == other.out
    assert "vision-data" in one.out or form == "cedar-entities"


def test_cedar_takes_what_is_exported(catalog):
    cedarpy = pytest.importorskip("cedarpy")
    policies = acl("export", "--to", "cedar", today=None).out
    entities = acl("export", "--to", "cedar-entities", today=None).out
    thing = {"uid": {"type": "Thing", "id": "x"}, "attrs": {"kind": "connection", "name": "imagenet", "last": "imagenet"}, "parents": []}  # fmt: skip
    for who, yes in (("ana", True), ("bo", False), ("dan", False), ("nobody", False)):
        request = {
            "principal": {"type": "User", "id": who},
            "action": {"type": "Action", "id": "use"},
            "resource": thing["uid"],
            "context": {"project": "vision/detector", "day": 20270115},
        }
        found = cedarpy.is_authorized(request, policies, [*json.loads(entities), thing])
        assert (found.decision == cedarpy.Decision.Allow) is yes, who


def test_the_rules_are_those_of_the_commit_that_is_trusted(catalog, tmp_path):
    (tmp_path / "pxc.yaml").write_text("trust: {baseRef: main}\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@acme.io"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "rules"]):
        subprocess.run([*git, *words], check=True)
    catalog("org.yaml", ORG.replace("user: ana", "user: zoe"))
    asks = ("connection:imagenet", "-p", "vision/detector")
    assert acl("can", "ana", *asks, at=None).code == 0
    assert acl("can", "zoe", *asks, at=None).code == 1
    assert acl("can", "zoe", *asks, "--catalog-ref", ".", at=None).code == 0
    assert acl("can", "ana", *asks, "--catalog-ref", "main", at=None).code == 0
    assert acl("lint", at=None).code == 0
