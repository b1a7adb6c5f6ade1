"""Signatures in minisign's format: over which bytes they hold, and that minisign agrees."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.hub.minisign import (
    SignatureFault,
    parse_public_key,
    parse_signature,
    verify,
)
from pxc.hub.signing_keys import SecretKey, new_key, read_secret_key, secret_key_text, sign

KEY, OTHER = new_key(), new_key()
CHEAP = (32_768, 16_777_216)
LAW = settings(max_examples=150, deadline=None)


def holds(text: str, data: bytes, key: SecretKey = KEY) -> bool:
    try:
        verify(parse_signature(text), data, key.public)
    except SignatureFault:
        return False
    return True


@LAW
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_a_signature_over_other_bytes_never_verifies(data: bytes, other: bytes) -> None:
    made = sign(data, KEY, "component:vision/train:1")
    assert holds(made, data)
    assert holds(made, other) is (data == other)
    assert not holds(made, data, OTHER)
    assert not holds(made, data, SecretKey(KEY.number, OTHER.seed, OTHER.public))


@LAW
@given(st.data())
def test_a_signature_that_was_changed_never_verifies(data: st.DataObject) -> None:
    made = sign(b"bytes", KEY, "component:vision/train:1\tmore")
    lines = made.splitlines()
    number = data.draw(st.sampled_from([1, 2, 3]))
    raw = lines[number].encode() if number == 2 else b64decode(lines[number])
    at = data.draw(st.integers(17 if number == 2 else 0, len(raw) - 1))
    bit = 1 << data.draw(st.integers(0, 6))
    changed = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
    lines[number] = changed.decode("latin-1") if number == 2 else b64encode(changed).decode()
    assert not holds("\n".join(lines) + "\n", b"bytes")


@given(st.text(max_size=400))
def test_no_text_is_more_than_refused(text: str) -> None:
    for parse in (parse_signature, parse_public_key):
        try:
            parse(text)
        except SignatureFault:
            continue


@pytest.mark.parametrize("password", ["", "geheim", "ünï"])
def test_a_key_comes_back_from_its_file(password: str) -> None:
    text = secret_key_text(KEY, password, CHEAP)
    assert read_secret_key(text, lambda: password) == KEY
    if password:
        with pytest.raises(SignatureFault, match="the password is wrong"):
            read_secret_key(text, lambda: "other")
        assert b64encode(KEY.seed).decode() not in text
    for shown in (repr(KEY), str(KEY)):
        assert KEY.seed.hex() not in shown
        assert repr(KEY.seed) not in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is no public key of minisign: one line that begins with `RW`"),
        ("RWx!", "it is no public key of minisign: it is no base64"),
        (b64encode(b"XX" + bytes(40)).decode(), "such a key begins with `RW`"),
        (b64encode(b"Ed" + bytes(39)).decode(), "such a key begins with `RW`"),
        (KEY.public.text + "\n" + KEY.public.text, "one line that begins"),
    ],
)
def test_what_is_no_key_is_refused(text: str, message: str) -> None:
    with pytest.raises(SignatureFault, match=message):
        parse_public_key(text)


def test_a_key_that_costs_too_much_is_not_tried() -> None:
    lines = secret_key_text(KEY, "").splitlines()
    raw = bytearray(b64decode(lines[1]))
    raw[2:4] = b"Sc"
    raw[38:54] = (2**40).to_bytes(8, "little") * 2
    with pytest.raises(SignatureFault, match="costs more than pxc pays"):
        read_secret_key(f"{lines[0]}\n{b64encode(raw).decode()}\n", lambda: "x")


MINISIGN = shutil.which("minisign")


@pytest.mark.skipif(MINISIGN is None, reason="the program minisign is not installed")
class TestProgram:
    """The program itself takes what is made here, and the other way round."""

    def ran(self, folder: Path, *words: str, stdin: str = "") -> str:
        assert MINISIGN is not None
        done = subprocess.run(
            [MINISIGN, *words], cwd=folder, input=stdin, text=True, capture_output=True, check=True
        )
        return done.stdout

    def test_it_verifies_a_signature_made_here(self, tmp_path: Path) -> None:
        (tmp_path / "c.yaml").write_bytes(b"kind: component\n")
        comment = "component:vision/train:1"
        (tmp_path / "c.yaml.minisig").write_text(sign(b"kind: component\n", KEY, comment))
        said = self.ran(tmp_path, "-Vm", "c.yaml", "-P", KEY.public.text)
        assert comment in said
        (tmp_path / "c.yaml").write_bytes(b"kind: operation\n")
        with pytest.raises(subprocess.CalledProcessError):
            self.ran(tmp_path, "-Vm", "c.yaml", "-P", KEY.public.text)

    @pytest.mark.parametrize("legacy", [False, True])
    def test_its_signatures_are_verified_here(self, tmp_path: Path, legacy: bool) -> None:
        self.ran(tmp_path, "-G", "-W", "-p", "k.pub", "-s", "k.key")
        (tmp_path / "c.yaml").write_bytes(b"kind: component\n")
        self.ran(tmp_path, "-Sm", "c.yaml", "-s", "k.key", "-t", "of ana", *["-l"] * legacy)
        signature = parse_signature((tmp_path / "c.yaml.minisig").read_text())
        key = parse_public_key((tmp_path / "k.pub").read_text())
        verify(signature, b"kind: component\n", key)
        assert signature.comment == "of ana"
        with pytest.raises(SignatureFault, match="over other bytes"):
            verify(signature, b"kind: operation\n", key)

    def test_its_keys_sign_here(self, tmp_path: Path) -> None:
        self.ran(tmp_path, "-G", "-p", "k.pub", "-s", "k.key", stdin="pass\npass\n")
        key = read_secret_key((tmp_path / "k.key").read_text(), lambda: "pass")
        assert key.public == parse_public_key((tmp_path / "k.pub").read_text())
        (tmp_path / "c").write_bytes(b"x")
        (tmp_path / "c.minisig").write_text(sign(b"x", key, "here"))
        assert "here" in self.ran(tmp_path, "-Vm", "c", "-p", "k.pub")

    def test_it_signs_with_keys_made_here(self, tmp_path: Path) -> None:
        (tmp_path / "k.key").write_text(secret_key_text(KEY, "pass", CHEAP))
        (tmp_path / "c").write_bytes(b"x")
        self.ran(tmp_path, "-Sm", "c", "-s", "k.key", stdin="pass\n")
        assert holds((tmp_path / "c.minisig").read_text(), b"x")
