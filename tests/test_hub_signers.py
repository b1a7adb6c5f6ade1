"""Whose signature of a version counts, and what is done without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.hub.minisign import parse_public_key, parse_signature, verify
from pxc.hub.reference import HubReference
from pxc.hub.settings import read_hub
from pxc.hub.signers import (
    Signed,
    about_of,
    is_for,
    signed_by,
    unsigned_policy,
)
from pxc.hub.signing_keys import new_key, sign
from pxc.lint.settings_values import SettingFault
from pxc.options import HubOptions, RegistryOptions, Signer
from tests.command_line import run

PLATFORM, DATA, STRANGER = new_key(), new_key(), new_key()
SIGNERS = (
    Signer(name="platform", key=PLATFORM.public.text, orgs=("vision",)),
    Signer(name="data-2026", key=DATA.public.text, orgs=("data",)),
)
CORP = RegistryOptions(name="corp", kind="dir", url="hub", orgs=("vision", "data"))
OPTIONS = HubOptions(registries=(CORP,), signers=SIGNERS)
TRAIN = HubReference("train", "vision", "2", registry="corp")
BYTES = b"kind: component\n"
FOR_IT = about_of("vision/train", "2")


@pytest.mark.parametrize(
    ("signatures", "expected"),
    [
        ((sign(BYTES, PLATFORM, FOR_IT),), "key:platform"),
        ((sign(BYTES, PLATFORM, "bytes alone"),), "key:platform"),
        ((sign(BYTES, STRANGER, FOR_IT), sign(BYTES, PLATFORM, FOR_IT)), "key:platform"),
        (("nonsense", sign(BYTES, DATA, FOR_IT), sign(BYTES, PLATFORM, FOR_IT)), "key:platform"),
        ((), ""),
        ((sign(BYTES, STRANGER, FOR_IT),), ""),
        ((sign(b"other", PLATFORM, FOR_IT),),
         "`platform` did not sign it: the signature is over other bytes"),
        ((sign(BYTES, PLATFORM, FOR_IT).replace("train:2", "train:3"),),
         "`platform` did not sign it: the comment of the signature was changed"),
        ((sign(BYTES, DATA, FOR_IT),),
         "`data-2026`, who signed it, signs for `data`, not for `vision`"),
        ((sign(BYTES, PLATFORM, about_of("vision/train", "1")),),
         "`platform` signed it as `vision/train:1`"),
        ((sign(BYTES, PLATFORM, about_of("vision/other", "2")),),
         "`platform` signed it as `vision/other:2`"),
        (("nonsense",),
         "its signature cannot be read: it is no signature of minisign, which has four lines"),
    ],
)  # fmt: skip
def test_whose_signature_counts(signatures: tuple[str, ...], expected: str) -> None:
    found = signed_by(signatures, BYTES, TRAIN, OPTIONS)
    assert (found.signer or found.fault) == expected


def test_without_signers_nothing_is_looked_at() -> None:
    assert signed_by(("nonsense",), BYTES, TRAIN, HubOptions()) == Signed()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "allow"),
        ({"policy": {"unsigned": "warn"}}, "warn"),
        ({"policy": {"unsigned": "warn"}, "registry": "deny"}, "deny"),
        ({"policy": {"unsigned": {"*": "warn", "vision": "allow"}}, "registry": "deny"}, "allow"),
        ({"policy": {"unsigned": {"data": "deny"}}}, "allow"),
        ({"policy": {"unsigned": {"data": "deny", "vision": "warn"}}}, "warn"),
    ],
)
def test_what_is_done_with_what_nobody_signed(settings: dict[str, object], expected: str) -> None:
    corp = {"kind": "dir", "url": "hub", "orgs": ["vision", "data"]}
    if "registry" in settings:
        corp["unsigned"] = str(settings["registry"])
    options = read_hub("hub", {"registries": {"corp": corp}, "policy": settings.get("policy", {})})
    assert unsigned_policy(TRAIN, options) == expected


@pytest.mark.parametrize(
    ("signers", "message"),
    [
        ({"a": {"key": "x", "orgs": []}}, "`key`: it is no public key of minisign"),
        ({"a": {"key": PLATFORM.public.text}}, "`a` lacks `orgs`"),
        ({"a b": {"key": PLATFORM.public.text, "orgs": []}}, "`a b` is no name"),
        ({"a": {"key": PLATFORM.public.text, "orgs": ["x"]},
          "b": {"key": PLATFORM.public.text, "orgs": ["y"]}}, "`a` and `b` have the same key"),
        ({"a": {"kye": "x", "orgs": []}}, "`kye` is not a known setting of a"),
        (["a"], "must be a map of signers"),
    ],
)  # fmt: skip
def test_what_is_no_signer_is_refused(signers: object, message: str) -> None:
    with pytest.raises(SettingFault, match=message):
        read_hub("hub", {"signers": signers})


def test_only_who_signs_for_all_signs_components_of_no_organization() -> None:
    anybody = Signer(name="all", key=STRANGER.public.text, orgs=("*",))
    assert is_for(anybody, "")
    assert is_for(anybody, "vision")
    assert not is_for(SIGNERS[0], "")
    assert not is_for(SIGNERS[0], "data")


class TestCommands:
    """`pxc hub keygen` and `pxc hub sign`."""

    def test_a_file_is_signed_as_a_version(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        made = run("hub", "keygen", "k", "--no-password")
        assert (made.code, (tmp_path / "k").stat().st_mode & 0o077) == (0, 0)
        assert made.out.strip() in (tmp_path / "k.pub").read_text()
        secret = (tmp_path / "k").read_text().splitlines()[1]
        (tmp_path / "2.yaml").write_bytes(BYTES)
        for words, comment in ((("--as", "vision/train:2"), FOR_IT), ((), "file:2.yaml")):
            done = run("hub", "sign", "2.yaml", "--key", "k", *words)
            assert done.code == 0
            assert secret not in done.out + done.err
            signature = parse_signature((tmp_path / "2.yaml.minisig").read_text())
            verify(signature, BYTES, parse_public_key(made.out))
            assert signature.comment == comment
        assert run("hub", "keygen", "k", "--no-password").code == 2

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("2.yaml", "--key", "gone"), "--key: cannot read 'gone': no such file or directory."),
            (("2.yaml", "--key", "2.yaml"), "it is no secret key of minisign"),
            (("gone.yaml", "--key", "k"), "Cannot read 'gone.yaml'"),
            (("2.yaml", "--key", "k", "--as", "a//b//c"), "is no version"),
        ],
    )
    def test_what_cannot_be_signed_is_refused(
        self,
        words: tuple[str, ...],
        message: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        run("hub", "keygen", "k", "--no-password")
        (tmp_path / "2.yaml").write_bytes(BYTES)
        refused = run("hub", "sign", *words)
        assert refused.code == 2
        assert message in refused.err
        assert "Traceback" not in refused.err
