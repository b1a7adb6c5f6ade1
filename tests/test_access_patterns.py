"""Patterns of names: what they match, cover and meet, against counting out all short texts."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.access.patterns import exact, pattern
from pxc.access.selectors import forms, selects, touches
from tests.access_rules import claim, selector

TEXTS = ["".join(t) for n in range(5) for t in product("ab/", repeat=n)]
PATTERNS = st.lists(st.sampled_from(["a", "b", "/", "*", "**"]), max_size=4).map("".join)


def model(text: str) -> set[str]:
    """The short texts that a pattern stands for, by regular expressions."""
    parts = re.split(r"(\*{2,}|\*)", text)
    expression = "".join(
        "[^/]*" if p == "*" else ".*" if p.startswith("**") else re.escape(p) for p in parts
    )
    return {t for t in TEXTS if re.fullmatch(expression, t)}


@given(PATTERNS)
def test_a_pattern_matches_what_its_wildcards_say(text):
    assert {t for t in TEXTS if pattern(text).matches(t)} == model(text)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, PATTERNS)
def test_covering_and_meeting_are_those_of_sets(one, other):
    ours, theirs = model(one), model(other)
    if pattern(one).covers(pattern(other)):
        assert theirs <= ours
    if ours & theirs:
        assert pattern(one).meets(pattern(other))
    # Texts of four characters tell any two of these patterns apart, but for the longest.
    if len(one) + len(other) <= 4:
        assert pattern(one).covers(pattern(other)) == (theirs <= ours)
        assert pattern(one).meets(pattern(other)) == bool(ours & theirs)


@given(st.text(alphabet="a*/", max_size=5))
def test_a_star_in_a_name_is_nothing_special(name):
    assert exact(name).matches(name)
    assert pattern("**").covers(exact(name))
    assert not exact(name).matches(name + "a")


def test_patterns_made_to_be_slow_are_answered():
    slow = pattern("*a" * 40)
    assert not slow.matches("a" * 30 + "b" * 3_000)
    assert not slow.covers(pattern("**b" * 30))
    assert slow.meets(pattern("a**" * 30 + "a"))


TABLE = [
    # selector, claim, covers all of it, is about some of it
    ("connection:imagenet", "connection:imagenet", True, True),
    ("connection:imagenet", "connection:imagenet-pii", False, False),
    ("connection:*", "connection:a/b", False, False),
    ("queue:gke-a/*", "queue:gke-a/gpu", True, True),
    ("accelerator:nvidia.com/*", "accelerator:nvidia.com/mig-1g.5gb", True, True),
    ("image:r.io/vision/**@sha256:*", "image:r.io/vision/a/b@sha256:12", True, True),
    ("image:r.io/vision/**@sha256:*", "image:r.io/vision/a:latest", False, False),
    ("privileged", "privileged", True, True),
    ("*:**", "hostNetwork", True, True),
    ("connection:**", "secret:a", False, False),
    # a secret is all of its keys, and a key is not the secret
    ("secret:db", "secret:db/password", True, True),
    ("secret:db/password", "secret:db", False, True),
    ("secret:db/password", "secret:db/user", False, False),
    ("secret:d*", "secret:db/password", True, True),
    ("secret:*/password", "secret:db", False, True),
    ("*:db", "secret:db/password", True, True),
    # a directory is all below it
    ("hostPath:/data", "hostPath:/data/x", True, True),
    ("hostPath:/data", "hostPath:/database", False, False),
    ("hostPath:/etc/passwd", "hostPath:/", False, True),
    ("hostPath:/etc", "hostPath:/data/../etc/passwd", True, True),
    ("hostPath:/data", "hostPath:/data/../etc", False, False),
    ("hostPath:/data/**", "hostPath:/data/", True, True),
    ("hostPath:/data", "hostPath://data//x/.", True, True),
    ("bucket:s3://acme/in", "bucket:s3://acme", False, True),
    ("bucket:s3://acme", "bucket:s3://acme/in/x", True, True),
    ("bucket:s3://acme", "bucket:s3://acme-pii/in", False, False),
]


@pytest.mark.parametrize(("rule", "what", "all_of_it", "some"), TABLE)
def test_a_selector_is_about_a_claim(rule, what, all_of_it, some):
    one = claim(what)
    ((_, want),) = forms(one)
    assert selects(selector(rule), one.kind, want) is all_of_it
    assert touches(selector(rule), one.kind, want) is some


def test_a_star_that_somebody_names_is_no_wildcard():
    ((_, want),) = forms(claim("connection:**"))
    assert not touches(selector("connection:imagenet"), "connection", want)
    ((_, want),) = forms(claim("connection:**", certainty="pattern"))
    assert touches(selector("connection:imagenet"), "connection", want)


def test_a_segment_that_nobody_knows_may_be_empty():
    """`/data/{{ x }}` is all of `/data` where x is nothing."""
    for rule, what, all_of_it in (
        ("hostPath:/data/*", "hostPath:/data/*", False),
        ("hostPath:/data", "hostPath:/data/*", True),
        ("hostPath:/data/*", "hostPath:/data/x*", True),
        ("secret:db/*", "secret:db/*", False),
    ):
        one = claim(what, certainty="pattern")
        ((_, want),) = forms(one)
        assert selects(selector(rule), one.kind, want) is all_of_it, (rule, what)
