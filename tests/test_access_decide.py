"""What is decided of claims: each step alone, which of them wins, and ways to get around them."""

from __future__ import annotations

import pytest

from pxc.access.decision import Settings
from pxc.access.judge import decide
from pxc.access.organization import (
    Cluster,
    ConnectionAccess,
    Namespace,
    Organization,
    OrganizationRole,
    PresetRules,
    Queue,
    Rules,
)
from pxc.access.principal import Principal
from tests.access_rules import (
    ANA,
    HERE,
    TODAY,
    claim,
    deny,
    grant,
    members,
    policy,
    project,
    restrict,
    rules,
    selector,
    team,
)

VISION = (team("vision", "user:ana", "user:bo=viewer"), team("data", "user:dan"))


def outcome(made, what, *, who=ANA, at="p", settings=None, **more):
    """`step` where a claim is allowed, else the reason of its denial."""
    claims = [what if not isinstance(what, str) else claim(what, **more)]
    found = decide(made, who, at, claims, today=TODAY, settings=settings or Settings())
    if found.gate is not None:
        return found.gate.reason
    (verdict,) = found.verdicts
    assert found.allowed is verdict.allowed
    return verdict.step if verdict.allowed else verdict.reason


def user(name, **more):
    return Principal(subject=f"user:{name}", strength="asserted", **more)


def test_without_rules_everything_is_allowed():
    assert outcome(Rules(), "secret:root", who=Principal()) == "open"


PLACES = [
    # who, project, what the gate says ("" is passed)
    ("ana", "open", ""),
    ("ana", "vision", ""),
    ("ana", "data", "run-not-permitted"),
    ("ana", "nowhere", "run-not-permitted"),
    ("bo", "vision", "run-not-permitted"),  # a viewer of the team
    ("bo", "open", ""),
    ("dan", "shown", "run-not-permitted"),  # sees it, and may run nothing
    ("carl", "vision", "run-not-permitted"),  # his role there replaces the one he has everywhere
    ("carl", "data", ""),
    ("zed", "open", "run-not-permitted"),
    ("zed", "guests", ""),
    ("bot", "open", ""),
    ("eve", "vision", ""),  # an administrator reaches every project
    ("bill", "open", "run-not-permitted"),
    ("", "open", "run-not-permitted"),
]


@pytest.mark.parametrize(("who", "at", "reason"), PLACES)
def test_the_gate(who, at, reason):
    made = rules(
        *VISION,
        project("open"),
        project("vision", teams=("vision",), roles=members("user:carl=viewer")),
        project("data", teams=("data",)),
        project("shown", teams=("vision",), visibility="public"),
        project("guests", teams=(), roles=members("user:zed=trainer")),
        organization=Organization(
            span=HERE,
            name="acme",
            members=members("user:carl=manager", "user:eve=admin", "user:bot=bot", "user:bill=billing"),
            roles=(
                OrganizationRole(span=HERE, name="trainer", extends="member"),
                OrganizationRole(span=HERE, name="bot", can=frozenset(["run:create"])),
            ),
        ),
    )  # fmt: skip
    found = decide(made, user(who), at, [claim("run:true")], today=TODAY)
    assert (found.gate.reason if found.gate else "") == reason
    if reason:
        assert found.verdicts == ()
        assert not found.allowed


def test_the_higher_of_the_roles_of_teams_counts():
    made = rules(*VISION, team("more", "user:bo=admin"), project("p", teams=("vision", "more")))
    assert outcome(made, "image:a", who=user("bo")) == "role"


STEPS = [
    # rules, the claim, what is decided
    ([], "connection:imagenet", "access-denied"),
    ([grant("g", "user:ana", "connection:imagenet")], "connection:imagenet", "grant"),
    ([grant("g", "team:vision", "connection:image*")], "connection:imagenet", "grant"),
    ([grant("g", "*", "connection:**")], "connection:imagenet", "grant"),
    ([grant("g", "role:viewer", "connection:**")], "connection:imagenet", "grant"),
    ([grant("g", "role:admin", "connection:**")], "connection:imagenet", "access-denied"),
    ([grant("g", "team:data user:bo", "connection:**")], "connection:imagenet", "access-denied"),
    ([grant("g", "*", "secret:**")], "connection:imagenet", "access-denied"),
    ([grant("g", "*", "connection:**", projects=("p",))], "connection:imagenet", "grant"),
    ([grant("g", "*", "connection:**", projects=("q/*",))], "connection:imagenet", "access-denied"),
    ([grant("g", "*", "connection:**", until=TODAY)], "connection:imagenet", "grant"),
    ([grant("g", "*", "connection:**", until="2027-01-14")], "connection:imagenet", "access-denied"),
    ([grant("g", "*", "connection:**")], "connection:typo", "not-in-catalog"),
    ([grant("g", "*", "*:**")], "privileged", "grant"),
    ([grant("g", "*", "*:**"), deny("d", "*", "privileged")], "privileged", "denied-by-rule"),
    ([grant("g", "*", "*:**"), deny("d", "*", "*:**")], "hostIPC", "denied-by-rule"),
    ([grant("g", "*", "*:**"), deny("d", "team:data", "privileged")], "privileged", "grant"),
    ([grant("g", "*", "*:**"), deny("d", "*", "privileged", but="team:vision")], "privileged", "grant"),
    ([grant("g", "*", "*:**"), deny("d", "*", "privileged", projects=("q",))], "privileged", "grant"),
    ([deny("d", "*", "privileged", but="team:vision")], "privileged", "access-denied"),
    ([deny("d", "*", "image:docker.io/**")], "image:docker.io/x", "denied-by-rule"),
    ([], "image:docker.io/x", "role"),
    ([], "component:acme/x:1", "role"),
    ([], "runs:p", "role"),
    ([], "runs:elsewhere", "access-denied"),
    ([], "project:elsewhere", "access-denied"),
]  # fmt: skip


@pytest.mark.parametrize(("objects", "what", "expected"), STEPS)
def test_steps(objects, what, expected):
    made = rules(*VISION, *objects, project("p"), connections=["imagenet", "scratch"])
    assert outcome(made, what) == expected


@pytest.mark.parametrize(
    ("more", "what", "expected"),
    [
        ({"restrict": (restrict("connection", "imagenet"),)}, "connection:scratch", "outside-restriction"),
        ({"restrict": (restrict("connection", "imagenet"),)}, "connection:imagenet", "grant"),
        ({"restrict": (restrict("connection", "imagenet"),)}, "secret:x", "grant"),
        ({"policy": "strict"}, "connection:imagenet", "outside-restriction"),
        ({"policy": "strict"}, "connection:scratch", "grant"),
        ({"policy": "strict", "restrict": (restrict("connection", "imagenet"),)}, "connection:scratch", "outside-restriction"),
        ({"restrict": (restrict("runtime", "service", excludes=True),)}, "runtime:service", "outside-restriction"),
        ({"restrict": (restrict("runtime", "service", excludes=True),)}, "runtime:job", "grant"),
        ({"restrict": (restrict("image"),)}, "image:a", "outside-restriction"),
    ],
)  # fmt: skip
def test_projects_narrow(more, what, expected):
    made = rules(
        *VISION,
        grant("g", "*", "*:**"),
        policy("strict", restrict("connection", "scr*")),
        project("p", **more),
        connections=["imagenet", "scratch"],
    )
    assert outcome(made, what) == expected


def test_a_policy_of_a_team_narrows_what_is_held_by_the_team_alone():
    made = rules(
        team("vision", "user:ana", policy="strict"),
        team("more", "user:bo"),
        team("both", "user:bo", policy="strict"),
        policy("strict", restrict("connection", "scratch")),
        grant("g", "team:vision team:more team:both", "connection:**"),
        project("p"),
        connections=["imagenet", "scratch"],
    )
    assert outcome(made, "connection:imagenet") == "access-denied"
    assert outcome(made, "connection:scratch") == "grant"
    assert outcome(made, "connection:imagenet", who=user("bo")) == "grant"


BOUNDS = [
    ([("a", {"per_pod": 4})], {"pod": 4, "run": 99}, "grant"),
    ([("a", {"per_pod": 4})], {"pod": 5, "run": 5}, "above-bound"),
    ([("a", {"per_pod": 4, "per_run": 8})], {"pod": 4, "run": 12}, "above-bound"),
    ([("a", {"per_run": 8})], {"pod": 8}, "above-bound"),  # an amount that nobody knows
    ([("a", {"per_pod": 1})], {}, "above-bound"),
    # the most generous grant alone: bounds are never added
    ([("a", {"per_pod": 4}), ("b", {"per_pod": 4})], {"pod": 8, "run": 8}, "above-bound"),
    ([("a", {"per_pod": 4}), ("b", {"per_pod": 8})], {"pod": 8, "run": 8}, "grant"),
    ([("a", {"per_pod": 4, "per_run": 4}), ("b", {"per_pod": 1, "per_run": 9})], {"pod": 4, "run": 8}, "above-bound"),
]  # fmt: skip


@pytest.mark.parametrize(("grants", "amounts", "expected"), BOUNDS)
def test_bounds(grants, amounts, expected):
    made = rules(
        *VISION,
        *(grant(name, "*", "accelerator:nvidia.com/gpu", **most) for name, most in grants),
        project("p"),
    )
    assert outcome(made, "accelerator:nvidia.com/gpu", **amounts) == expected


def test_the_bound_of_a_selector_is_of_a_whole_run():
    made = rules(*VISION, grant("g", "*", "accelerator:**<=4"), project("p"))
    assert outcome(made, "accelerator:tpu", pod=2, run=4) == "grant"
    assert outcome(made, "accelerator:tpu", pod=2, run=6) == "above-bound"


UNCERTAIN = [
    ({"certainty": "oneOf", "choices": ("a-1", "a-2")}, "grant"),
    ({"certainty": "oneOf", "choices": ("a-1", "b-1")}, "access-denied"),
    ({"certainty": "oneOf", "choices": ("a-1", "a-x")}, "denied-by-rule"),
    ({"certainty": "oneOf", "choices": ()}, "unresolved-claim"),
    ({"name": "a-1*", "certainty": "pattern"}, "grant"),
    ({"name": "a-*", "certainty": "pattern"}, "unresolved-claim"),  # a-x is denied
    ({"name": "*", "certainty": "pattern"}, "unresolved-claim"),
    ({"name": "a-x*", "certainty": "pattern"}, "unresolved-claim"),
    ({"name": "c-*", "certainty": "pattern"}, "access-denied"),
    ({"name": "{{ x }}", "certainty": "unknown"}, "unresolved-claim"),
]


@pytest.mark.parametrize(("what", "expected"), UNCERTAIN)
def test_what_nobody_knows_yet_is_denied_unless_all_that_it_may_be_is_allowed(what, expected):
    made = rules(*VISION, grant("g", "*", "volume:a-*"), deny("d", "*", "volume:a-x"), project("p"))
    name = what.get("name", "")
    more = {k: v for k, v in what.items() if k != "name"}
    assert outcome(made, f"volume:{name}", **more) == expected


def test_a_right_to_everything_covers_what_nobody_knows():
    made = rules(*VISION, grant("g", "*", "volume:**"), project("p"))
    assert outcome(made, "volume:?", certainty="unknown") == "grant"


def test_modes_let_pass_what_is_undeclared_or_unresolved_and_no_more():
    made = rules(*VISION, deny("d", "*", "connection:bad*"), project("p"), connections=["imagenet"])
    lax = Settings(undeclared="allow", unresolved="allow")
    assert outcome(made, "connection:typo", settings=lax) == "open"
    assert outcome(made, "connection:imagenet", settings=lax) == "access-denied"
    assert outcome(made, "connection:bad", settings=lax) == "denied-by-rule"
    assert outcome(made, "volume:?", certainty="unknown", settings=lax) == "open"
    assert outcome(made, "connection:x*", certainty="pattern", settings=lax) == "access-denied"


@pytest.mark.parametrize(
    ("level", "overrides", "expected", "reason"),
    [
        ("hard", (("d", "a demo"),), "denied-by-rule", "denied-by-rule"),
        ("soft", (), "denied-by-rule", "denied-by-rule"),
        ("soft", (("other", "a demo"),), "denied-by-rule", "denied-by-rule"),
        ("soft", (("d", ""),), "denied-by-rule", "denied-by-rule"),
        ("soft", (("d", "a demo"),), "grant", "denied-softly"),
        ("advisory", (), "grant", "denied-softly"),
        ("loud", (("d", "a demo"),), "denied-by-rule", "denied-by-rule"),  # no level there is
    ],
)
def test_levels_of_a_deny(level, overrides, expected, reason):
    made = rules(
        *VISION, grant("g", "*", "*:**"), deny("d", "*", "privileged", level=level), project("p")
    )
    settings = Settings(overrides=overrides)
    assert outcome(made, "privileged", settings=settings) == expected
    found = decide(made, ANA, "p", [claim("privileged")], today=TODAY, settings=settings)
    assert found.verdicts[0].reason == reason


def test_an_overridden_deny_does_not_hide_a_hard_one():
    made = rules(
        *VISION,
        grant("g", "*", "*:**"),
        deny("a", "*", "privileged", level="advisory"),
        deny("b", "*", "*:**"),
        project("p"),
    )
    assert outcome(made, "privileged") == "denied-by-rule"


CONNECTION_GRANT = grant("g", "team:vision", "connection:imagenet")


def test_a_connection_brings_its_own_secret_and_no_other():
    made = rules(
        *VISION,
        CONNECTION_GRANT,
        deny("d", "*", "secret:**"),
        project("p"),
        connections=["imagenet", "pii"],
    )
    assert outcome(made, "secret:imagenet-ro", via="connection:imagenet") == "connection"
    assert outcome(made, "secret:imagenet-ro") == "denied-by-rule"
    assert outcome(made, "secret:pii-ro", via="connection:pii") == "access-denied"
    # what it does not own is decided by itself
    assert outcome(made, "privileged", via="connection:imagenet") == "access-denied"
    assert outcome(made, "connection:pii", via="connection:imagenet") == "access-denied"


def test_what_follows_a_denied_connection_is_not_told_twice():
    made = rules(*VISION, project("p"), connections=["pii"])
    claims = [claim("connection:pii"), claim("secret:pii-ro", via="connection:pii")]
    found = decide(made, ANA, "p", claims, today=TODAY)
    assert [v.allowed for v in found.verdicts] == [False, False]
    assert [v.claim.what for v in found.denied] == ["connection:pii"]
    alone = decide(made, ANA, "p", claims[1:], today=TODAY)
    assert [v.claim.what for v in alone.denied] == ["secret:pii-ro"]


def test_a_component_confers_nothing():
    made = rules(*VISION, CONNECTION_GRANT, project("p"), connections=["imagenet", "pii"])
    assert outcome(made, "connection:pii", via="component:acme/exporter:1.2") == "access-denied"


def test_a_preset_passes_on_what_the_catalog_says_to_who_may_use_it():
    machine = PresetRules(
        span=HERE, name="gpu", delegates=(selector("accelerator:nvidia.com/gpu<=4"),)
    )
    made = rules(
        *VISION,
        grant("g", "team:vision", "preset:gpu"),
        project("p"),
        presets=[machine, "plain"],
    )
    what = "accelerator:nvidia.com/gpu"
    assert outcome(made, what, pod=4, run=4, via="preset:gpu") == "preset"
    assert outcome(made, what, pod=8, run=8, via="preset:gpu") == "access-denied"
    assert outcome(made, what, pod=2, run=2, via="user") == "access-denied"
    assert outcome(made, what, pod=2, run=2, via="preset:plain") == "access-denied"
    assert outcome(made, what, pod=2, run=2, via="preset:unknown") == "access-denied"
    assert outcome(made, what, pod=4, run=4, via="preset:gpu", who=user("dan")) == "access-denied"
    made.denies["d"] = deny("d", "*", "accelerator:**")
    assert outcome(made, what, pod=4, run=4, via="preset:gpu") == "denied-by-rule"


def test_presets_do_not_pass_on_the_use_of_presets():
    one = PresetRules(span=HERE, name="a", delegates=(selector("preset:b"),))
    two = PresetRules(span=HERE, name="b", delegates=(selector("preset:a"), selector("privileged")))
    made = rules(*VISION, grant("g", "*", "preset:a"), project("p"), presets=[one, two])
    assert outcome(made, "preset:b", via="preset:a") == "access-denied"
    assert outcome(made, "privileged", via="preset:b") == "access-denied"


def test_owners_use_what_is_theirs():
    owned = ConnectionAccess(span=HERE, name="pii", owner="team:data", hidden=True)
    made = rules(*VISION, project("p"), connections=[owned])
    assert outcome(made, "connection:pii", who=user("dan")) == "owner"


def test_hidden_and_missing_are_the_same_to_who_may_not_see():
    hidden = ConnectionAccess(span=HERE, name="pii", owner="team:data", hidden=True)
    made = rules(*VISION, deny("d", "*", "connection:p**"), project("p"), connections=[hidden, "x"])
    assert outcome(made, "connection:pii") == "not-in-catalog"
    assert outcome(made, "connection:pij") == "not-in-catalog"
    made.grants["g"] = grant("g", "team:vision", "connection:pii")
    assert outcome(made, "connection:pii") == "denied-by-rule"


def test_actions():
    reading = ConnectionAccess(span=HERE, name="raw", actions=frozenset(["read"]))
    made = rules(
        *VISION,
        grant("r", "*", "connection:out", actions=["read"]),
        grant("u", "*", "connection:raw"),
        project("p"),
        connections=[reading, "out"],
    )
    assert outcome(made, "connection:raw", action="read") == "grant"
    assert outcome(made, "connection:raw", action="write") == "outside-restriction"
    assert outcome(made, "connection:out", action="read") == "grant"
    assert outcome(made, "connection:out", action="write") == "access-denied"
    assert outcome(made, "connection:out", action="use") == "access-denied"


def cluster(name, *namespaces, **more):
    found = tuple(Namespace(HERE, n) for n in namespaces)
    return Cluster(span=HERE, name=name, namespaces=found, **more)


def test_a_queue_leads_to_its_namespace_and_cluster_and_nowhere_else():
    made = rules(
        *VISION,
        cluster("a", "vision", "prod"),
        cluster("b", "other"),
        Queue(span=HERE, name="a/gpu", cluster="a", namespace="vision", node_pools=("a100",)),
        Queue(span=HERE, name="a/prod", cluster="a", namespace="prod"),
        grant("g", "*", "queue:a/gpu"),
        project("p", namespace="mine"),
    )
    run = [claim("queue:a/gpu"), claim("namespace:vision"), claim("cluster:a"), claim("nodePool:a100")]  # fmt: skip
    assert decide(made, ANA, "p", run, today=TODAY).allowed
    assert [v.step for v in decide(made, ANA, "p", run, today=TODAY).verdicts[1:]] == ["queue"] * 3
    assert not any(v.allowed for v in decide(made, ANA, "p", run[1:], today=TODAY).verdicts)
    run = [claim("queue:a/prod"), claim("namespace:prod")]
    assert not decide(made, ANA, "p", run, today=TODAY).allowed
    assert outcome(made, "namespace:mine") == "project"
    assert outcome(made, "namespace:prod") == "access-denied"
    assert outcome(made, "namespace:nowhere") == "not-in-catalog"


def test_clusters_narrow_what_lands_on_them():
    made = rules(
        *VISION,
        cluster("a", "n", service_accounts=("train",), restrict=(restrict("image", "r.io/**"),)),
        cluster("b", "m"),
        Queue(span=HERE, name="a/q", cluster="a", namespace="n"),
        grant("g", "*", "*:**"),
        project("p"),
        connections=[ConnectionAccess(span=HERE, name="local", clusters=("b",))],
    )

    def step(queue, what):
        claims = [claim(queue), claim(what)]
        last = decide(made, ANA, "p", claims, today=TODAY).verdicts[1]
        return last.step if last.allowed else last.reason

    assert step("queue:a/q", "image:docker.io/x") == "outside-restriction"
    assert step("queue:a/q", "image:r.io/x") == "grant"
    assert step("queue:a/q", "serviceAccount:root") == "outside-restriction"
    assert step("queue:a/q", "serviceAccount:train") == "grant"
    assert step("queue:a/q", "connection:local") == "outside-restriction"
    assert step("cluster:b", "connection:local") == "grant"


def test_external_groups_count_for_a_verified_identity_alone():
    made = rules(
        team("vision", external_groups=("okta:ml",)), grant("g", "team:vision", "volume:**"), project("p")
    )  # fmt: skip
    for strength, expected in (("verified", "grant"), ("asserted", "run-not-permitted")):
        who = Principal(subject="user:zed", strength=strength, groups=("okta:ml",))
        assert outcome(made, "volume:x", who=who) == expected


def test_somebody_without_a_name_is_nobody_even_where_rules_name_nobody():
    made = rules(team("odd", "user:"), grant("g", "user:", "volume:**"), project("p"))
    assert outcome(made, "volume:x", who=Principal()) == "run-not-permitted"


def test_who_acts_for_somebody_must_be_allowed_too():
    made = rules(
        team("vision", "user:ana", "serviceAccount:ci"),
        grant("g", "user:ana", "volume:**"),
        project("p"),
    )
    both = user("ana", bound_by="serviceAccount:ci")
    assert outcome(made, "volume:x") == "grant"
    assert outcome(made, "volume:x", who=both) == "access-denied"
    made.grants["h"] = grant("h", "serviceAccount:ci", "volume:x")
    assert outcome(made, "volume:x", who=both) == "grant"
    stranger = user("ana", bound_by="serviceAccount:other")
    assert outcome(made, "volume:x", who=stranger) == "run-not-permitted"


def test_what_pxc_adds_of_itself_needs_no_grant_and_is_denied_like_anything():
    made = rules(*VISION, project("p"))
    assert outcome(made, "secret:token", via="compiler") == "compiler"
    made.denies["d"] = deny("d", "*", "secret:token")
    assert outcome(made, "secret:token", via="compiler") == "denied-by-rule"
