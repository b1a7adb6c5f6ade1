"""What people are told of denials: names, the nearest grants, whom to ask, one way out, no secrets."""

from __future__ import annotations

import pytest

from pxc.access.decision import Settings
from pxc.access.judge import decide
from pxc.access.messages import MOST_TOLD, denials
from pxc.access.organization import ConnectionAccess, Organization, Queue
from pxc.access.principal import Principal
from tests.access_rules import (
    ANA,
    HERE,
    TODAY,
    claim,
    deny,
    grant,
    members,
    project,
    restrict,
    rules,
    team,
)

PII = ConnectionAccess(span=HERE, name="imagenet-pii", owner="team:data")
SECRET_PII = ConnectionAccess(span=HERE, name="salaries", owner="team:hr", hidden=True)
CONNECTIONS = ["imagenet", "scratch", PII, SECRET_PII]
ACME = Organization(span=HERE, name="acme", members=members("user:out=outsider"))


def told(*objects, what=(), who=ANA, at="p", settings=None, more=()):
    made = rules(
        team("vision", "user:ana"),
        team("data", "user:dan"),
        *objects,
        *([] if any(getattr(o, "name", "") == "p" for o in objects) else [project("p")]),
        connections=CONNECTIONS,
        organization=ACME,
    )
    claims = [claim(w) if isinstance(w, str) else w for w in what]
    settings = settings or Settings()
    found = decide(made, who, at, claims, today=TODAY, settings=settings)
    return denials(made, found, settings)


def text(said) -> str:
    """Everything that somebody reads of what is said."""
    return "\n".join([said.message, said.label, *(n.message for n in said.notes), said.help or ""])


IMAGENET = grant("vision-data", "team:vision", "connection:imagenet")

TABLE = [
    # rules, claim, message, notes, help
    (
        [IMAGENET, grant("data-pii", "team:data", "connection:imagenet-pii")],
        "connection:imagenet-pii",
        "`ana` may not use connection `imagenet-pii` in project `p`",
        [
            "grant `data-pii` is to `team:data`",
            "grant `vision-data` allows `connection:imagenet`, another name",
        ],
        "use `imagenet`, which is allowed, or ask `team:data`, whose it is",
    ),
    (
        [grant("old", "team:vision", "connection:scratch", until="2026-12-31")],
        "connection:scratch",
        "`ana` may not use connection `scratch` in project `p`",
        ["grant `old` ended with 2026-12-31"],
        "ask a manager of `acme`",
    ),
    (
        [grant("there", "team:vision", "connection:scratch", projects=("secret/*",))],
        "connection:scratch",
        "`ana` may not use connection `scratch` in project `p`",
        ["grant `there` is for other projects"],
        "ask a manager of `acme`",
    ),
    (
        [grant("reading", "team:vision", "connection:scratch", actions=["read"])],
        claim("connection:scratch", action="write", owner="train"),
        "`ana` may not write to connection `scratch` in project `p`",
        ["grant `reading` is for read alone"],
        "ask a manager of `acme`",
    ),
    ([], "privileged", "`ana` may not run privileged containers in project `p`", ["no grant covers it"], "ask a manager of `acme`"),
    (
        [IMAGENET],
        "connection:imagnet",
        "connection `imagnet` is not in the catalog, or not visible to `ana`",
        [],
        "did you mean `imagenet`?",
    ),
    (
        [IMAGENET],
        "connection:salarie",
        "connection `salarie` is not in the catalog, or not visible to `ana`",
        [],
        "allowed are `imagenet`",
    ),
    (
        [deny("no-host", "*", "hostPath:**", because="host access breaks isolation")],
        "hostPath:/etc",
        "`ana` may not use host path `/etc` in project `p`",
        ["deny `no-host` forbids it: host access breaks isolation"],
        "do without it, or ask a manager of `acme` for an exception",
    ),
    (
        [grant("g", "*", "connection:**"), project("p", restrict=(restrict("connection", "scratch"),))],
        "connection:imagenet",
        "nobody may use connection `imagenet` in project `p`, whatever is granted",
        ["what may be used is narrowed here to `scratch`"],
        "use `scratch`, which is allowed, or ask a manager of `acme`",
    ),
    (
        [grant("few", "*", "accelerator:nvidia.com/gpu", per_pod=4)],
        claim("accelerator:nvidia.com/gpu", pod=8, run=8),
        "`ana` may not use accelerator `nvidia.com/gpu` in project `p` in this amount: at most 4 a pod, this asks for 8",
        ["the most generous grant is `few`"],
        "ask for less, or use several smaller runs",
    ),
    (
        [],
        claim("connection:{{ ops.pick.outputs.x }}", certainty="unknown"),
        "which connection is used is only known at run time: `{{ ops.pick.outputs.x }}`",
        [],
        "name it, or declare the choices: `options` of the input or output that it comes from",
    ),
    (
        [Queue(span=HERE, name="a/gpu", owner="team:platform"), Queue(span=HERE, name="a/cpu"), grant("q", "*", "queue:a/cpu")],
        "queue:a/gpu",
        "`ana` may not use queue `a/gpu` in project `p`",
        ["grant `q` allows `queue:a/cpu`, another name"],
        "use `a/cpu`, which is allowed, or ask `team:platform`, whose it is",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("objects", "what", "message", "notes", "help"), TABLE)
def test_messages(objects, what, message, notes, help):
    (said,) = told(*objects, what=[what])
    assert said.message == message
    assert [n.message for n in said.notes] == notes
    assert said.help == help


GATES = [
    (Principal(subject="user:zed"), "p", "project `p` is not there, or not visible to `zed`"),
    (ANA, "nowhere", "project `nowhere` is not there, or not visible to `ana`"),
    (Principal(), "p", "project `p` is not there, or not visible to somebody without a name"),
]


@pytest.mark.parametrize(("who", "at", "message"), GATES)
def test_the_gate_is_told_once_whatever_is_claimed(who, at, message):
    (said,) = told(what=["run:true", "connection:imagenet", "privileged"], who=who, at=at)
    assert said.message == message
    assert said.reason == "run-not-permitted"


def test_a_project_that_is_hidden_is_told_like_one_that_is_missing():
    place = project("p", teams=("data",))
    (hidden,) = told(place, what=["run:true"])
    (missing,) = told(place, what=["run:true"], at="q")
    assert text(hidden) == text(missing).replace("`q`", "`p`")


def test_a_role_that_creates_no_runs_is_named():
    (said,) = told(project("p", roles=members("user:ana=viewer")), what=["run:true"])
    assert said.message == "`ana` may not create runs in project `p`"
    assert said.notes[0].message == "the roles of `ana` here are `viewer`"


def test_hidden_names_are_told_to_nobody_who_may_not_see_them():
    objects = [
        grant("hr", "team:hr", "connection:salaries"),
        grant("any", "team:vision", "connection:imagenet"),
        deny("no-salaries", "*", "connection:salaries"),
    ]
    for name in ("connection:salaries", "connection:salarys", "connection:imagenet-pii"):
        (said,) = told(*objects, what=[name])
        rest = text(said).replace(name.partition(":")[2], "")
        assert "salaries" not in rest
        assert "hr" not in rest.split("`")
    (one,) = told(*objects, what=["connection:salaries"])
    (other,) = told(*objects, what=["connection:qalaries"])
    assert text(one).replace("salaries", "X") == text(other).replace("qalaries", "X")


def test_outsiders_are_told_no_names():
    place = project("p", roles=members("user:out=trainee"))
    guest = Principal(subject="user:out", strength="asserted")
    organization = ["connection:imagenet", "connection:imagenett"]
    for what in organization:
        made = rules(
            place, grant("g", "team:vision", "connection:imagenet"),
            team("vision", "user:ana"), connections=CONNECTIONS, organization=Organization(
                span=HERE, name="acme", members=members("user:out=outsider"),
            ),
        )  # fmt: skip
        made.projects["p"] = project("p", roles=members("user:out=member"))
        found = decide(made, guest, "p", [claim(what)], today=TODAY)
        (said,) = denials(made, found, Settings())
        rest = text(said).replace(f"`{what.partition(':')[2]}`", "")
        for name in ("imagenet", "scratch", "vision", "imagenet-pii"):
            assert f"`{name}`" not in rest
            assert f"`team:{name}`" not in rest


def test_all_denials_are_told_at_once_each_thing_once_and_not_too_many():
    twice = [claim("privileged", owner="a"), claim("privileged", owner="b")]
    assert [s.label for s in told(what=twice)] == ["needed by operation `a`"]
    assert len(told(what=["privileged", "hostIPC", "connection:imagenet"])) == 3
    many = told(what=[f"volume:v{n}" for n in range(MOST_TOLD + 5)])
    assert len(many) == MOST_TOLD
    assert many[-1].notes[-1].message == "5 more are denied and not told"


def test_whose_doing_it_is():
    cases = {
        "user": "needed by operation `train`",
        "preset:gpu": "needed by operation `train`, by preset `gpu`",
        "component:acme/x:1": "needed by operation `train`, by component `acme/x:1`",
        "default": "needed by operation `train`, by default",
        "compiler": "needed by operation `train`: pxc adds it",
    }
    for via, label in cases.items():
        made = [deny("d", "*", "volume:x")]
        (said,) = told(*made, what=[claim("volume:x", via=via, owner="train")])
        assert said.label == label


def test_what_is_done_for_somebody_names_both():
    both = Principal(subject="user:ana", strength="asserted", bound_by="serviceAccount:ci")
    (said,) = told(
        team("bots", "serviceAccount:ci"), grant("g", "user:ana", "volume:x"), what=["volume:x"], who=both
    )  # fmt: skip
    assert said.message == "service account `ci` may not use volume `x` in project `p`"
    assert said.notes[-1].message == "it acts for `ana`, and both must be allowed"


def test_a_deny_that_lets_pass_warns():
    objects = [
        grant("g", "*", "*:**"),
        deny("quiet", "*", "privileged", level="advisory", because="use capabilities"),
        deny("firm", "*", "hostIPC", level="soft"),
    ]
    (said,) = told(*objects, what=["privileged"])
    assert said.reason == "denied-softly"
    assert (
        said.message == "deny `quiet` is against it to run privileged containers, which only warns"
    )
    assert said.notes[0].message == "use capabilities"
    (said,) = told(*objects, what=["hostIPC"])
    assert said.help == "who has a reason gives it: `--override firm=REASON`"
    (said,) = told(
        *objects, what=["hostIPC"], settings=Settings(overrides=(("firm", "debugging"),))
    )
    assert said.message.endswith("overridden: debugging")
