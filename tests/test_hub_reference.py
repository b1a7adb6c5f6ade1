"""Every reference is read back from its own text, and any other text is refused without a fault."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.semver import parse_range
from pxc.hub.urls import is_url

PARTS = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
NAMES = (
    st.lists(PARTS, min_size=1, max_size=4)
    .map(".".join)
    .filter(lambda name: not name.lower().endswith((".yaml", ".yml", ".json", ".py")))
)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,16}", fullmatch=True)
DIGESTS = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
REFERENCES = st.builds(
    HubReference,
    name=NAMES,
    org=st.one_of(st.just(""), NAMES),
    tag=st.one_of(st.just(""), TAGS),
    digest=st.one_of(st.just(""), DIGESTS),
    registry=st.one_of(st.just(""), PARTS),
)


@given(REFERENCES)
def test_a_reference_is_read_back_from_its_text(reference: HubReference) -> None:
    assert parse_reference(reference.text) == reference
    assert not is_url(reference.text)


@given(REFERENCES.filter(lambda each: bool(each.registry)))
def test_an_entry_of_the_lock_is_a_reference(reference: HubReference) -> None:
    found = parse_reference(reference.entry)
    assert found is not None
    assert (found.component, found.registry) == (reference.component, reference.registry)
    assert (found.tag, found.digest) == (reference.tag or "latest", reference.digest)
    assert found.entry == reference.entry


@given(st.text(alphabet="ab1.:/@~^-_ sha256\n\u00e9", max_size=40))
def test_what_is_read_is_its_own_text(text: str) -> None:
    found = parse_reference(text)
    assert found is None or found.text == text


@pytest.mark.parametrize(
    "text",
    ["", "a/b/c", "r//a//b", "a:", ":1", "a@1", "a@sha256:12", "../a", "a/../b", "a b", "a:1:2",
     "a:^2", "a:~1.4", "a@^2", "https://a/b", "a\n", "a:.1", "a:-1", "\u0430", f"a:{'1' * 129}",
     f"a@sha256:{'A' * 64}", "a.yaml", "a/b.yml", "a.b.JSON", "a.py:main", "a.yaml/b", "a.", ".a",
     "a..b", "a/.b", "a./b", "a.b//c", "a" * 64, f"a/{'b.' * 31}bb", "a.yaml@sha256:" + "0" * 64],
)  # fmt: skip
def test_what_is_no_reference(text: str) -> None:
    assert parse_reference(text) is None


@given(REFERENCES)
def test_no_reference_has_a_range(reference: HubReference) -> None:
    assert parse_range(reference.tag) is None


@pytest.mark.parametrize(
    ("text", "component", "tag"),
    [
        ("acme.ml/train.v2", "acme.ml/train.v2", ""),
        ("train.v2:1.yaml", "train.v2", "1.yaml"),
        ("yaml", "yaml", ""),
        ("a.yamls", "a.yamls", ""),
        ("a.yaml.x:1", "a.yaml.x", "1"),
        ("corp//a.b/c.d:e", "a.b/c.d", "e"),
        ("a" * 63, "a" * 63, ""),
        ("Acme/Train_-x:1", "Acme/Train_-x", "1"),
    ],
)
def test_names_with_dots_and_those_that_were_always_read(
    text: str, component: str, tag: str
) -> None:
    found = parse_reference(text)
    assert found is not None
    assert (found.component, found.tag, found.text) == (component, tag, text)
