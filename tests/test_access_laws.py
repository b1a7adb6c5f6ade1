"""Laws of decisions on organizations made at random, and Cedar's word on the same questions."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pxc.access.exports.cedar import cedar, dumps, milli, resource
from pxc.access.judge import Judge, decide
from tests.access_organizations import (
    PROJECTS,
    a_deny,
    a_grant,
    a_question,
    a_restriction,
    an_organization,
)
from tests.access_rules import TODAY, claim

SEEDS = st.integers(min_value=0, max_value=10**9)
LAW = settings(max_examples=60, deadline=None)


def answers(rules, questions):
    judge = Judge(rules, today=TODAY)
    return [judge.decide(who, at, [what]).allowed for who, at, what in questions]


def made(seed, count=40):
    random = Random(seed)
    rules = an_organization(random)
    return random, rules, [a_question(random) for _ in range(count)]


def with_objects(rules, **tables):
    return replace(rules, **tables)


@LAW
@given(SEEDS)
def test_the_order_of_rules_and_of_claims_changes_nothing(seed):
    random, rules, questions = made(seed)
    turned = with_objects(
        rules,
        **{
            name: dict(random.sample(sorted(table.items()), len(table)))
            for name in ("grants", "denies", "teams", "projects", "policies", "connections")
            for table in (getattr(rules, name),)
        },
    )
    assert answers(rules, questions) == answers(turned, questions)
    who, at, _ = questions[0]
    claims = [what for _, _, what in questions]
    mixed = random.sample(range(len(claims)), len(claims))
    one = decide(rules, who, at, claims, today=TODAY)
    other = decide(turned, who, at, [claims[n] for n in mixed], today=TODAY)
    assert one.allowed is other.allowed
    if one.gate is None:
        reasons = [(v.allowed, v.reason) for v in one.verdicts]
        assert [reasons[n] for n in mixed] == [(v.allowed, v.reason) for v in other.verdicts]


@LAW
@given(SEEDS)
def test_a_further_deny_never_allows_more(seed):
    random, rules, questions = made(seed)
    level = random.choice(["hard", "soft", "advisory"])
    more = {**rules.denies, "more": a_deny(random, "more", level)}
    before, after = (
        answers(rules, questions),
        answers(with_objects(rules, denies=more), questions),
    )
    assert all(b or not a for b, a in zip(before, after, strict=True))


@LAW
@given(SEEDS)
def test_a_further_grant_never_allows_less(seed):
    random, rules, questions = made(seed)
    more = {**rules.grants, "more": a_grant(random, "more")}
    before, after = (
        answers(rules, questions),
        answers(with_objects(rules, grants=more), questions),
    )
    assert all(a or not b for b, a in zip(before, after, strict=True))


@LAW
@given(SEEDS)
def test_narrowing_a_project_never_allows_more(seed):
    random, rules, questions = made(seed)
    name = random.choice(PROJECTS)
    place = rules.projects[name]
    narrow = replace(place, restrict=(*place.restrict, a_restriction(random)))
    after = answers(with_objects(rules, projects={**rules.projects, name: narrow}), questions)
    before = answers(rules, questions)
    assert all(b or not a for b, a in zip(before, after, strict=True))


@LAW
@given(SEEDS)
def test_what_is_allowed_whatever_it_is_is_allowed_whichever_it_is(seed):
    """A pattern that is allowed covers names each of which is allowed."""
    _, rules, questions = made(seed, 10)
    judge = Judge(rules, today=TODAY)
    for who, at, what in questions:
        for text in ("**", "*", what.name[:2] + "*", what.name + "**"):
            wide = replace(what, name=text, certainty="pattern")
            if judge.decide(who, at, [wide]).allowed:
                for name in (what.name[:2] + "x", what.name, what.name + "x"):
                    assert not claim_fits(text, name) or allowed_or_unlisted(
                        judge, who, at, replace(what, name=name)
                    )


def claim_fits(text, name):
    from pxc.access.patterns import pattern

    return pattern(text).matches(name)


def allowed_or_unlisted(judge, who, at, what):
    found = judge.decide(who, at, [what])
    return found.allowed or found.denied[0].reason == "not-in-catalog"


@LAW
@given(SEEDS)
def test_one_of_several_is_allowed_exactly_when_each_is(seed):
    _, rules, questions = made(seed)
    judge = Judge(rules, today=TODAY)
    for who, at, what in questions:
        others = [q.name for _, _, q in questions if q.kind == what.kind]
        either = replace(what, name="", choices=tuple(others), certainty="oneOf")
        each = [judge.decide(who, at, [replace(what, name=n)]).allowed for n in others]
        assert judge.decide(who, at, [either]).allowed is all(each)


@LAW
@given(SEEDS)
def test_more_of_something_is_never_allowed_where_less_is_not(seed):
    _, rules, questions = made(seed)
    more = [
        (who, at, replace(w, per_pod=w.per_pod + 1, per_run=w.per_run + 1))
        for who, at, w in questions
        if w.per_pod is not None
    ]
    less = [q for q in questions if q[2].per_pod is not None]
    before, after = answers(rules, less), answers(rules, more)
    assert all(b or not a for b, a in zip(before, after, strict=True))


def asked(who, at, what):
    """A question as a request to Cedar."""
    amounts = {
        key: milli(value)
        for key, value in (("perPod", what.per_pod), ("perRun", what.per_run))
        if value is not None
    }
    thing = resource(what)
    request = {
        "principal": {"type": "User", "id": who.subject.partition(":")[2]},
        "action": {"type": "Action", "id": what.action},
        "resource": thing["uid"],
        "context": {"project": at, "day": int(TODAY.replace("-", "")), **amounts},
    }
    return request, thing


ORGANIZATIONS = 40


@pytest.mark.parametrize("part", range(4))
def test_cedar_decides_the_same(part):
    cedarpy = pytest.importorskip("cedarpy")
    asked_of, allowed = 0, 0
    for seed in range(part * ORGANIZATIONS // 4, (part + 1) * ORGANIZATIONS // 4):
        _, rules, questions = made(seed, 60)
        written = cedar(rules)
        assert not written.unsaid, written.unsaid
        requests = [asked(*q) for q in questions]
        things = {t["uid"]["id"]: t for _, t in requests}
        users = {e["uid"]["id"] for e in written.entities if e["uid"]["type"] == "User"}
        entities = cedarpy.Entities.from_json_str(dumps([*written.entities, *things.values()]))
        policies = cedarpy.PolicySet.from_str(written.policies)
        ours = answers(rules, questions)
        for n, (request, _) in enumerate(requests):
            found = cedarpy.is_authorized(request, policies, entities)
            if request["principal"]["id"] in users:
                assert not found.diagnostics.errors, found.diagnostics.errors
            theirs = found.decision == cedarpy.Decision.Allow
            assert theirs is ours[n], (seed, questions[n], found.diagnostics.reasons)
            asked_of, allowed = asked_of + 1, allowed + theirs
    assert asked_of == 600
    assert 0.3 < allowed / asked_of < 0.7, allowed / asked_of


def test_nobody_is_refused_for_asking_nothing():
    _, rules, questions = made(1)
    who, at, _ = questions[0]
    assert decide(rules, who, at, [], today=TODAY).allowed


def test_what_is_decided_does_not_depend_on_what_was_decided_before():
    _, rules, questions = made(2, 200)
    judge = Judge(rules, today=TODAY)
    first = [judge.decide(who, at, [what]) for who, at, what in questions]
    again = [judge.decide(who, at, [what]) for who, at, what in reversed(questions)]
    assert [f.allowed for f in first] == [f.allowed for f in reversed(again)]
    assert claim("volume:x").what == "volume:x"
