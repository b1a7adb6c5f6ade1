"""Names: what Kubernetes takes, and never one name for two different things."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.targets._names import (
    container_name,
    content_name,
    digest,
    dns_label,
    free_name,
    is_dns_label,
    is_label_value,
    label_value,
    uuid_of,
)

DNS = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
NAMES = st.one_of(st.text(max_size=80), st.text("aB1-_. ", min_size=1, max_size=80))


@pytest.mark.parametrize(
    ("text", "meant"),
    [("train", "train"), ("a-1", "a-1"), ("1a", "1a"), ("x" * 63, "x" * 63)],
)
def test_a_label_stays(text: str, meant: str) -> None:
    assert dns_label(text) == meant


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("My Train", "my-train"),
        ("a_b", "a-b"),
        ("-a-", "a"),
        ("ünï", "n"),
        ("日本", "x"),
        ("", "x"),
        ("x" * 64, "x" * 56),
    ],
)
def test_a_changed_name_carries_its_hash(text: str, base: str) -> None:
    assert dns_label(text) == f"{base}-{digest(6, text)}"


def test_a_service_begins_with_a_letter() -> None:
    assert dns_label("1a", letter_first=True) == f"x-1a-{digest(6, '1a')}"
    assert dns_label("a1", letter_first=True) == "a1"


@given(NAMES, st.integers(20, 63), st.booleans())
def test_every_name_is_a_label(text: str, limit: int, letter: bool) -> None:
    for found in (
        dns_label(text, limit, letter_first=letter),
        content_name(text, limit, "i"),
        container_name(text, "main"),
        free_name(container_name(text, "main"), {container_name(text, "main")}),
    ):
        assert DNS.fullmatch(found)
        assert is_dns_label(found)
    assert len(dns_label(text, limit)) <= limit
    assert len(content_name(text, limit, "i")) <= limit
    assert not letter or dns_label(text, limit, letter_first=True)[0].isalpha()
    assert re.fullmatch(r"[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?", label_value(text), re.ASCII)
    assert is_label_value(label_value(text))


@given(NAMES, NAMES)
def test_two_names_stay_two(one: str, other: str) -> None:
    if one != other:
        assert dns_label(one) != dns_label(other)
        assert content_name(one, 40, "same") != content_name(other, 40, "same")
        assert label_value(one) != label_value(other)


def test_content_decides_the_hash() -> None:
    assert content_name("train", 57, "a") == content_name("train", 57, "a")
    assert content_name("train", 57, "a") != content_name("train", 57, "b")
    assert content_name("train", 57, "a", "b") != content_name("train", 57, "ab")
    assert re.fullmatch("train-[a-z2-7]{10}", content_name("train", 57, "a"))
    assert len(content_name("t" * 300, 57, "a")) == 57


def test_the_hash_does_not_move() -> None:
    """A changed hash starts every committed Job again: raise HASH_VERSION knowingly."""
    assert content_name("train", 57, "0" * 64) == "train-dgttqrbw3r"
    assert uuid_of("0" * 64) == "ab8c8fe2-291a-563c-8c2f-8bea413900ea"


def test_uuid() -> None:
    found = uuid.UUID(uuid_of("x"))
    assert found.version == 5
    assert found.variant == uuid.RFC_4122
    assert uuid_of("x") != uuid_of("y")


def test_a_taken_name_gets_a_number() -> None:
    assert free_name("main", ()) == "main"
    assert free_name("main", {"main", "main-2"}) == "main-3"
    assert free_name("x" * 63, {"x" * 63}) == "x" * 61 + "-2"
