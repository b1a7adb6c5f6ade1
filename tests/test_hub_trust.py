"""What is not to be trusted is not used: copies of others, wrong signatures, disabled versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.driver import Request, compile_request, lint_request
from pxc.driver.hubs import hub_of_request
from pxc.hub.lock import Lock, Locked, read_lock
from pxc.hub.lock_writing import lock_text
from pxc.hub.registry import digest_of
from pxc.hub.signers import about_of
from pxc.hub.signing_keys import new_key, sign
from pxc.hub.store import Store
from pxc.options import HubOptions, RegistryOptions, Signer
from tests.command_line import run, write
from tests.test_hub_rights import CORP, DATA, JOB, TRAIN, VISION, codes, request, told

KEY, OTHER = new_key(), new_key()
SIGNER = Signer(name="platform", key=KEY.public.text, orgs=("vision",))
WRONG = Signer(name="data", key=OTHER.public.text, orgs=("data",))
REF = "corp//vision/train:v1"
DIGEST = digest_of(TRAIN.encode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a registry of two organizations."""
    return write(tmp_path, {
        "hub/vision/train/v1.yaml": TRAIN,
        "hub/vision/train/v2.yaml": JOB.format("train-2"),
        "hub/data/export/v1.yaml": JOB.format("export"),
    })  # fmt: skip


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The cache that everybody here shares; somebody of vision has filled it."""
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("PXC_NO_CACHE", raising=False)
    store = hub_of_request(request("x", tmp_path), Report()).fixed.store
    assert store is not None
    store.put(REF, TRAIN.encode())
    store.put(f"corp//vision/train:latest@{DIGEST}", TRAIN.encode())
    return store


def lock(root: Path, ref: str, digest: str, signer: str = "") -> None:
    """Write a pxc.lock that fixes one component."""
    entry = Locked(ref=ref, digest=digest, signer=signer)
    write(root, {"pxc.lock": lock_text(Lock(components=(entry,)))})


class TestSharedCache:
    """A private component in the cache helps nobody who may not pull it."""

    @pytest.mark.parametrize(
        ("ref", "locked"),
        [
            (REF, REF),
            (f"{REF}@{DIGEST}", ""),
            (f"corp//vision/train@{DIGEST}", ""),
            (f"data/export:v1@{DIGEST}", ""),
            ("data/export:v1", "corp//data/export:v1"),
            (f"notebook@{DIGEST}", ""),
            ("notebook", "public//notebook:latest"),
        ],
    )
    def test_no_name_gives_the_bytes(self, ref: str, locked: str, root: Path, cache: Store) -> None:
        if locked:
            lock(root, locked, DIGEST)
        asked = request(ref, root, VISION, DATA, who="user:dee")
        for outcome in (compile_request(asked), lint_request(asked)):
            shown = "".join(str(each) for each in outcome.report) + "".join(
                file.text for file in outcome.files
            )
            assert "train:1" not in shown
        assert compile_request(asked).report.has_errors

    def test_who_may_pull_it_gets_it_without_the_registry(self, root: Path, cache: Store) -> None:
        lock(root, REF, DIGEST)
        (root / "hub/vision/train/v1.yaml").unlink()
        outcome = compile_request(request(REF, root, VISION, DATA))
        assert not codes(outcome)
        assert "train:1" in outcome.files[0].text

    def test_what_is_locked_and_hidden_is_told_of_as_what_nobody_wrote(
        self, root: Path, cache: Store
    ) -> None:
        lock(root, REF, DIGEST)
        hidden = told(compile_request(request("vision/train:v1", root, DATA, who="user:dee")))
        absent = told(compile_request(request("vision/trail:v1", root, DATA, who="user:dee")))
        assert hidden == [(c, m.replace("trail", "train"), h) for c, m, h in absent]

    def test_a_right_for_one_tag_is_none_for_the_bytes_of_another(
        self, root: Path, cache: Store
    ) -> None:
        two = JOB.format("train-2").encode()
        cache.put("corp//vision/train:v2", two)
        one = VISION.replace("vision/*", "vision/train:v1")
        lock(root, REF, digest_of(two))
        outcome = compile_request(request(REF, root, one))
        assert outcome.report.has_errors
        assert not outcome.files


def trusting(asked: Request, *signers: Signer, unsigned: str = "deny") -> Request:
    """The request in a workspace that knows some signers."""
    hub = HubOptions(registries=(CORP,), signers=signers, unsigned=unsigned)
    return replace(asked, options=replace(asked.options, hub=hub))


class TestSignatures:
    """Versions of a registry are held to their signatures."""

    def signed(self, root: Path, key: object = KEY, name: str = "vision/train", tag: str = "v1",
               data: str = TRAIN) -> None:  # fmt: skip
        assert isinstance(key, type(KEY))
        text = sign(data.encode(), key, about_of(name, tag))
        write(root, {"hub/vision/train/v1.yaml.minisig": text})

    def of(self, root: Path, *signers: Signer, unsigned: str = "deny") -> list[str]:
        asked = request(REF, root, VISION)
        return codes(compile_request(trusting(asked, *signers, unsigned=unsigned)))

    def test_one_by_who_may_sign_is_taken(self, root: Path) -> None:
        self.signed(root)
        assert self.of(root, SIGNER, WRONG) == []

    def test_none_is_what_the_policy_says(self, root: Path) -> None:
        assert self.of(root, SIGNER) == ["PXC235"]
        assert self.of(root, SIGNER, unsigned="warn") == ["PXC236"]
        assert self.of(root, SIGNER, unsigned="allow") == []
        self.signed(root, OTHER)
        assert self.of(root, SIGNER) == ["PXC235"]
        assert self.of(root, SIGNER, unsigned="allow") == []

    def test_a_wrong_one_is_refused_whatever_the_policy(self, root: Path) -> None:
        for words in (
            {"key": OTHER}, {"data": TRAIN + " "}, {"tag": "v2"}, {"name": "vision/other"},
        ):  # fmt: skip
            self.signed(root, **words)
            assert self.of(root, SIGNER, WRONG, unsigned="allow") == ["PXC235"], words

    def test_a_linter_asks_for_no_signature(self, root: Path) -> None:
        asked = trusting(request(REF, root, VISION), SIGNER)
        assert codes(lint_request(asked)) == []

    def test_the_components_of_pxc_itself_need_none(self, root: Path) -> None:
        asked = trusting(request("notebook", root, VISION), SIGNER)
        assert codes(compile_request(asked)) == []

    def test_a_locked_version_is_held_to_who_signed_it(self, root: Path, cache: Store) -> None:
        lock(root, REF, DIGEST, "key:platform")
        assert self.of(root, SIGNER) == []
        assert self.of(root, replace(SIGNER, orgs=("data",))) == ["PXC235"]
        assert self.of(root, WRONG) == ["PXC235"]
        assert self.of(root, WRONG, unsigned="warn") == ["PXC236"]
        lock(root, REF, DIGEST)
        assert self.of(root, SIGNER) == ["PXC235"]

    def test_a_digest_alone_is_no_signature(self, root: Path, cache: Store) -> None:
        asked = trusting(request(f"vision/train@{DIGEST}", root, VISION), SIGNER)
        assert codes(compile_request(asked)) == ["PXC235"]
        self.signed(root)
        assert codes(compile_request(asked)) == []

    def test_pxc_lock_keeps_who_signed(
        self, root: Path, cache: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.signed(root)
        write(root, {
            "op.yaml": f"kind: operation\nhubRef: {REF}\n",
            "pxc.yaml": "hub:\n  registries: {corp: {kind: dir, url: hub, orgs: [vision]}}\n"
            f"  signers: {{platform: {{key: {SIGNER.key}, orgs: [vision]}}}}\n"
            "  policy: {unsigned: deny}\n",
        })  # fmt: skip
        monkeypatch.chdir(root)
        done = run("hub", "lock")
        assert (done.code, done.err) == (0, done.err)
        (entry,) = read_lock((root / "pxc.lock").read_text()).components
        assert entry.signer == "key:platform"
        assert run("compile", "op.yaml", "--locked").code == 0
        (root / "hub/vision/train/v1.yaml.minisig").unlink()
        (root / "pxc.lock").unlink()
        refused = run("hub", "lock")
        assert refused.code != 0
        assert "PXC235" in refused.err + refused.out
        assert not (root / "pxc.lock").exists()


class TestStages:
    """How far a version has come decides whether, and with which words, it is used."""

    STAGES = """\
tags:
  v1: {stage: disabled, replacedBy: "vision/train:v2"}
  v2: {stage: deprecated, replacedBy: "vision/train:v3"}
  v3: {stage: testing}
  v4: {stage: production}
"""

    @pytest.fixture
    def staged(self, root: Path) -> Path:
        files = {f"hub/vision/train/{tag}.yaml": TRAIN for tag in ("v3", "v4")}
        return write(root, {"hub/vision/train/hub.yaml": self.STAGES, **files})

    @pytest.mark.parametrize(
        ("ref", "expected"),
        [
            (REF, [("PXC240", "`corp//vision/train:v1` is disabled by its publisher",
                    "use `vision/train:v2`")]),
            ("vision/train:v2", [("PXC241", "`corp//vision/train:v2` is deprecated",
                                  "use `vision/train:v3`")]),
            ("vision/train:v3", [("PXC241", "`corp//vision/train:v3` is still being tested",
                                  "a version in production is safer: `pxc hub ls`")]),
            ("vision/train:v4", []),
        ],
    )  # fmt: skip
    def test_it_is_told(self, ref: str, expected: list[tuple[str, str, str]], staged: Path) -> None:
        assert told(compile_request(request(ref, staged, VISION))) == expected

    def test_what_is_fixed_by_its_digest_can_still_be_used(self, staged: Path) -> None:
        first = TRAIN + "# the first\n"
        write(staged, {"hub/vision/train/v1.yaml": first})
        digest = digest_of(first.encode())
        outcome = compile_request(request(f"{REF}@{digest}", staged, VISION))
        assert codes(outcome) == ["PXC241"]
        assert outcome.files
        lock(staged, REF, digest)
        assert codes(compile_request(request(REF, staged, VISION))) == ["PXC241"]

    def test_what_is_disabled_is_not_locked_anew(
        self, staged: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(staged, {
            "op.yaml": f"kind: operation\nhubRef: {REF}\n",
            "pxc.yaml": "hub: {registries: {corp: {kind: dir, url: hub, orgs: [vision]}}}\n",
        })  # fmt: skip
        monkeypatch.chdir(staged)
        refused = run("hub", "lock")
        assert refused.code != 0
        assert "PXC240" in refused.err + refused.out


def test_registries_of_one_organization_each(root: Path) -> None:
    """The wording of a registry's own policy, and of an organization's, in one place."""
    lax = RegistryOptions(name="corp", kind="dir", url="hub", orgs=("vision",), unsigned="allow")
    strict = HubOptions(registries=(lax,), signers=(SIGNER,), unsigned="deny")
    asked = request(REF, root, VISION)
    for hub, expected in (
        (strict, []),
        (replace(strict, unsigned_orgs=(("vision", "deny"),)), ["PXC235"]),
        (replace(strict, unsigned_orgs=(("data", "deny"),)), []),
    ):
        outcome = compile_request(replace(asked, options=replace(asked.options, hub=hub)))
        assert codes(outcome) == expected
