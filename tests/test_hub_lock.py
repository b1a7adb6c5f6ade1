"""What pxc.lock says, how it is written, and at which line it is told to be wrong."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.hub.lock import Chosen, Lock, Locked, LockedCatalog, LockFault, _toml_read, read_lock
from pxc.hub.lock_lines import lines_read
from pxc.hub.lock_writing import lock_text

DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
FULL = Lock(
    components=(
        Locked(
            ref="corp//vision/train:2",
            digest=DIGEST,
            size=934,
            registry="oci://registry.example/pxc",
            resolved="2026-11-20",
            signer="key:platform-2026",
            images=(("python:3.12", OTHER), ("redis:7", DIGEST)),
            requires=("corp//vision/base:1",),
            via=("a/x.yaml:9", "a/x.yaml:10"),
        ),
        Locked(ref="public//tensorboard:single-run", digest=OTHER),
    ),
    catalog=LockedCatalog(source="git+https://example.org/c", digest=DIGEST, counter=41),
)


def test_what_is_written_is_what_is_read() -> None:
    assert read_lock(lock_text(FULL)) == FULL


def test_an_entry_and_each_item_of_its_lists_has_lines_of_its_own() -> None:
    assert lock_text(FULL).splitlines()[1:24] == [
        "version = 1",
        "",
        "[catalog]",
        'source = "git+https://example.org/c"',
        f'digest = "{DIGEST}"',
        "counter = 41",
        "",
        "[[component]]",
        'ref = "corp//vision/train:2"',
        f'digest = "{DIGEST}"',
        "size = 934",
        'registry = "oci://registry.example/pxc"',
        "resolved = 2026-11-20",
        'signer = "key:platform-2026"',
        "requires = [",
        '    "corp//vision/base:1",',
        "]",
        "via = [",
        '    "a/x.yaml:9",',
        '    "a/x.yaml:10",',
        "]",
        "",
        "[component.images]",
    ]


_NAMES = st.text(alphabet="abc/:\"'\\\n\u00e9#[]=", min_size=1, max_size=12)
_COMPONENTS = st.builds(
    Locked,
    ref=_NAMES,
    digest=st.sampled_from([DIGEST, OTHER]),
    size=st.integers(0, 2**40),
    registry=st.sampled_from(["", "x"]),
    resolved=st.sampled_from(["", "2026-11-20"]),
    images=st.dictionaries(_NAMES, st.just(DIGEST), max_size=2).map(lambda d: tuple(d.items())),
    requires=st.lists(_NAMES, max_size=3).map(tuple),
    via=st.lists(_NAMES, max_size=3).map(tuple),
)


@given(st.lists(_COMPONENTS, max_size=5, unique_by=lambda each: each.ref), st.randoms())
def test_the_order_of_what_is_locked_changes_no_byte(
    components: list[Locked], chance: random.Random
) -> None:
    text = lock_text(Lock(components=tuple(components)))
    chance.shuffle(components)
    assert lock_text(Lock(components=tuple(components))) == text
    assert lock_text(read_lock(text)) == text


ENTRY = f'[[component]]\nref = "a//b:1"\ndigest = "{DIGEST}"\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("version = 1\n<<<<<<< ours\n", 2, "a merge has left a conflict in pxc.lock"),
        (f"version = 1\n{ENTRY}=======\n", 5, "a merge has left a conflict in pxc.lock"),
        ("version = 1\na = \n", 2, "pxc.lock is no TOML: invalid value"),
        ("version = 1\na = 'x", 2, "pxc.lock is no TOML: "),
        ("# nothing\n", 1, "pxc.lock has no `version`; this release of pxc reads 1"),
        ("\nversion = 2\n", 2, "pxc.lock has the version 2; this release of pxc reads 1"),
        ("version = true\n", 1, "pxc.lock has the version True; this release of pxc reads 1"),
        ("version = 1\n[component]\nx = 1\n", 2, "`component` must be a list of tables"),
        ("version = 1\nfoo = 1\n", 2, "`foo` means nothing in pxc.lock"),
        (f"version = 1\n{ENTRY}\n[[component]]\nref = 'x'\n", 6, "an entry of pxc.lock lacks `digest`"),
        (f"version = 1\n{ENTRY}dijest = 1\n", 5, "`dijest` means nothing in pxc.lock"),
        (f"version = 1\n{ENTRY}size = -1\n", 5, "`size` of pxc.lock is not what it must be"),
        (f"version = 1\n{ENTRY}via = 'x'\n", 5, "`via` of pxc.lock is not what it must be"),
        (f"version = 1\n{ENTRY}resolved = 2026-11-20T10:00:00\n", 5, "`resolved` of pxc.lock"),
        (f"version = 1\n{ENTRY}[component.images]\nx = 'y'\n", 5, "`images` of pxc.lock"),
        ("version = 1\n[[component]]\nref = 'x'\ndigest = 'md5:1'\n", 4, "`digest` of pxc.lock"),
        (f"version = 1\n{ENTRY}\n{ENTRY}", 7, "`a//b:1` is there twice"),
        ("version = 1\nrange = 3\n", 2, "`range` must be a list of tables"),
        ("version = 1\n[[range]]\ncomponent = 'a//b'\n", 2, "an entry of pxc.lock lacks `range`"),
        ("version = 1\n[[range]]\ncomponent = 'a//b'\nrange = '2'\n", 4, "`range` of pxc.lock"),
        ("version = 1\n[[range]]\ncomponent = 'a//b'\nrange = '^2'\ntag = '^2'\n", 5, "`tag` of"),
        ("version = 1\n" + "[[range]]\ncomponent = 'a//b'\nrange = '^2'\ntag = '2'\n" * 2, 7,
         "`a//b` has two ranges"),
        ("version = 1\ncatalog = 3\n", 2, "`catalog` must be a table"),
        ("version = 1\n[catalog]\nsource = 'x'\n", 1, "an entry of pxc.lock lacks `digest`"),
        ("version = 1\nx = " + "[" * 5000, 1, "pxc.lock is no TOML: "),
    ],
)  # fmt: skip
def test_a_text_that_is_not_wholly_understood_is_told_at_its_line(
    text: str, line: int, message: str
) -> None:
    with pytest.raises(LockFault) as fault:
        read_lock(text)
    assert str(fault.value).startswith(message)
    assert fault.value.line == line


@given(st.text(alphabet="[]{}=\"'\n #component.refdigest0:1-", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(LockFault):
        assert lock_text(read_lock("version = 1\n" + text))


_PLAIN = Lock(
    components=tuple(
        Locked(
            ref=f"lab//{name}:1",
            digest=DIGEST,
            size=3,
            registry="hub",
            resolved="2026-11-20",
            requires=("a", "b"),
            via=("x.yaml:1",),
            images=(("python", OTHER), ("r.io/x:1", DIGEST)),
        )
        for name in "ab"
    ),
    ranges=(
        Chosen(component="lab//a", range="^1", tag="1"),
        Chosen(component="lab//b", range="~1.0-rc.1", tag="1.0-rc.2"),
    ),
)


@given(st.lists(_COMPONENTS, max_size=4, unique_by=lambda each: each.ref))
def test_lines_are_read_as_toml_is(components: list[Locked]) -> None:
    text = lock_text(Lock(components=tuple(components), ranges=_PLAIN.ranges))
    assert lines_read(text) in (None, _toml_read(text))


def test_what_pxc_writes_is_read_without_a_reader_of_toml() -> None:
    assert lines_read(lock_text(_PLAIN)) == _PLAIN
    assert lines_read(lock_text(Lock())) == Lock()


@given(st.data())
def test_a_slip_in_a_line_is_seen_by_both_readers(data: st.DataObject) -> None:
    text = lock_text(_PLAIN)
    at = data.draw(st.integers(0, len(text) - 1))
    written = data.draw(
        st.sampled_from(["", "\n", '"', "\\", "=", "0", "[", " ", "\r", "\x7f", "\u2028"])
    )
    changed = text[:at] + written + text[at + data.draw(st.integers(0, 3)) :]
    found = lines_read(changed)
    if found is not None:
        assert _toml_read(changed) == found
