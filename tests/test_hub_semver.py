"""Which tags are versions, in which order they stand, and which of them a range has."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.hub.semver import Range, newest_fitting, parse_range, parse_version

ORDERED = [
    "0.0.1", "0.1.0", "0.1.1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
    "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.4", "1.4.1", "1.10.0",
    "v2.0.0-rc.1", "2", "2.0.1", "v2.1", "10.0.0",
]  # fmt: skip
"""As section 11 of semver has them, and tags that say less."""


def test_versions_stand_in_their_order() -> None:
    versions = [parse_version(tag) for tag in ORDERED]
    assert None not in versions
    orders = [version.order for version in versions if version is not None]
    assert all(one < other for one, other in itertools.pairwise(orders))


@pytest.mark.parametrize(
    "tag",
    ["latest", "edge", "1.2.3.4", "1.", "01.2.3", "1.02", "1.2.3-", "1.2.3-rc..1", "1.2.3-01",
     "1_2", "x1", "1.2.x", "", "v", "1.2.3-rc_1", "9999999999", "1.2.3+b", "\u0661.2", "-1"],
)  # fmt: skip
def test_what_is_no_version_has_no_order(tag: str) -> None:
    assert parse_version(tag) is None


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("~1.4", ["1.4", "1.4.0", "1.4.99"], ["1.3.9", "1.5.0", "2.0.0", "1.4.1-rc.1", "1.5.0-rc.1"]),
        ("~1.4.2", ["1.4.2", "1.4.3"], ["1.4.1", "1.4", "1.5.0"]),
        ("~1", ["1", "1.0.0", "1.9.9"], ["0.9.0", "2.0.0", "2.0.0-rc.1"]),
        ("~0.1", ["0.1.0", "0.1.9"], ["0.2.0", "0.0.9"]),
        ("^2", ["2", "v2.0.0", "2.9.9"], ["1.9.9", "3", "3.0.0-rc.1", "2.1.0-rc.1"]),
        ("^1.2.3", ["1.2.3", "1.3.0"], ["1.2.2", "2.0.0"]),
        ("^0.3", ["0.3.0", "0.3.7"], ["0.2.9", "0.4.0", "1.0.0"]),
        ("^0.3.1", ["0.3.1", "0.3.9"], ["0.3.0", "0.4.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.2", "0.0.4"]),
        ("^0", ["0.0.1", "0.9.0"], ["1.0.0"]),
        ("^0.0", ["0.0.1", "0.0.9"], ["0.1.0"]),
        ("^2.0.0-rc.2", ["2.0.0-rc.2", "2.0.0-rc.10", "2.0.0", "2.4.0"],
         ["2.0.0-rc.1", "2.1.0-rc.1", "3.0.0"]),
        ("~1.4.0-beta", ["1.4.0-beta", "1.4.0-rc", "1.4.7"], ["1.4.0-alpha", "1.4.1-rc", "1.5.0"]),
    ],
)  # fmt: skip
def test_a_range_has_what_it_says(text: str, inside: list[str], outside: list[str]) -> None:
    assert set(newest_fitting([*inside, *outside, "latest"], _range(text))) == set(inside)


@pytest.mark.parametrize(
    "text", ["2", "~", "^", "~x", "^v2", "=1.2", ">1", "~1.2.3.4", "^latest", "~ 1", "^1 ", "^01"]
)
def test_what_is_no_range(text: str) -> None:
    assert parse_range(text) is None


def test_the_newest_comes_first_and_of_one_version_the_more_exact() -> None:
    tags = ["2", "2.0.0", "2.0", "1.9.0", "2.10.0", "2.9.0", "latest", "3.0.0"]
    assert newest_fitting(tags, _range("^2")) == ["2.10.0", "2.9.0", "2.0.0", "2.0", "2"]
    assert newest_fitting(tags, _range("^2"), _range("~2.9")) == ["2.9.0"]
    assert newest_fitting(tags, _range("^2"), _range("^3")) == []


NUMBERS = st.tuples(*[st.integers(0, 12)] * 3)
VERSIONS = st.builds(
    lambda numbers, pre: ".".join(map(str, numbers)) + (f"-{pre}" if pre else ""),
    NUMBERS, st.sampled_from(["", "", "rc.1", "alpha"]),
)  # fmt: skip
RANGES = st.builds("{}{}".format, st.sampled_from("~^"), VERSIONS)


@given(st.lists(VERSIONS, unique=True), RANGES, st.randoms())
def test_the_order_of_tags_says_nothing(tags: list[str], text: str, chance: random.Random) -> None:
    found = newest_fitting(tags, _range(text))
    chance.shuffle(tags)
    assert newest_fitting(tags, _range(text)) == found
    orders = [version.order for version in map(parse_version, found) if version is not None]
    assert orders == sorted(orders, reverse=True)


@given(RANGES, VERSIONS)
def test_a_range_begins_with_itself_and_holds_its_first_number(text: str, tag: str) -> None:
    own = text[1:]
    assert newest_fitting([own], _range(text)) == [own]
    if newest_fitting([tag], _range(text)) and not text.startswith(("^0.", "~0.")):
        assert tag.partition(".")[0] == own.partition(".")[0]


def _range(text: str) -> Range:
    found = parse_range(text)
    assert found is not None
    return found
