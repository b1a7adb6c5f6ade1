"""Who compiles, by options, the environment and tokens; what is believed, and what it allows."""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import pytest

from tests.command_line import run

FILES = {
    "pxc.yaml": """\
project: p
identity:
  claims: {user: actor, groups: teams}
  oidc: {issuers: ["https://issuer.example"], audience: pxc, jwks: keys.json}
""",
    "catalog/org.yaml": """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}, {serviceAccount: ci}], externalGroups: ["ml"]}
---
{kind: Project, name: p, teams: [vision]}
---
{kind: Grant, name: g, to: ["team:vision"], allow: [{use: ["**"]}], until: 2027-03-31}
---
{kind: Deny, name: d, to: ["user:dee"], deny: ["secret:**"]}
---
{kind: Deny, name: soft, to: ["*"], deny: ["configMap:**"], level: soft, because: "keep it in the image"}
---
{kind: Team, name: more, members: [{user: dee}]}
""",
    "train.yaml": """\
kind: component
run: {kind: job, container: {image: "python:3.12-slim", env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]}}
""",
    "soft.yaml": """\
kind: component
run: {kind: job, container: {image: "python:3.12-slim", env: [{name: A, valueFrom: {configMapKeyRef: {name: s, key: k}}}]}}
""",
}  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("PXC_USER", "PXC_IDENTITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "catalog").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def compiled(*words, file="train.yaml", today="2027-01-15"):
    ran = run("compile", file, *words, "--today", today, "--format", "json")
    codes = sorted(
        {d["code"] for d in json.loads(ran.err)["diagnostics"] if d["severity"] == "error"}
    )
    assert bool(ran.out) is (ran.code == 0)
    return codes


ASSERTED = [
    ([], ["PXC812"]),
    (["--as-user", "ana"], []),
    (["--as-user", "user:ana"], []),
    (["--as-user", "serviceAccount:ci"], []),
    (["--as-user", "zed"], ["PXC812"]),
    (["--as-user", ""], ["PXC812"]),
    (["--as-user", "ana", "--through", "ci"], []),
    (["--as-user", "ana", "--through", "serviceAccount:other"], ["PXC812"]),
]


@pytest.mark.parametrize(("words", "codes"), ASSERTED)
def test_who_is_named(here, words, codes):
    assert compiled(*words) == codes


def test_the_environment_names_whom_no_option_does(here, monkeypatch):
    monkeypatch.setenv("PXC_USER", "ana")
    assert compiled() == []
    assert compiled("--as-user", "zed") == ["PXC812"]


def test_the_day_is_that_of_the_option(here):
    assert compiled("--as-user", "ana", today="2027-03-31") == []
    assert compiled("--as-user", "ana", today="2027-04-01") == ["PXC801"]


def test_a_soft_deny_gives_way_to_a_reason(here):
    assert compiled("--as-user", "ana", file="soft.yaml") == ["PXC814"]
    assert compiled("--as-user", "ana", "--override", "soft=a demo", file="soft.yaml") == []
    ran = run(
        "compile", "soft.yaml", "--as-user", "ana", "--override", "soft", "--today", "2027-01-15"
    )
    assert (ran.code, "NAME=REASON" in ran.err) == (2, True)


def test_a_verified_identity_is_more_than_a_name(here):
    with (here / "pxc.yaml").open("a") as file:
        file.write("  require: verified\n")
    assert compiled("--as-user", "ana") == ["PXC830"]
    assert compiled() == ["PXC830"]


@pytest.fixture
def signed(here):
    """Keys that are pinned in the workspace, and what makes a token with them."""
    jwt = pytest.importorskip("jwt")
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from jwt.algorithms import OKPAlgorithm

    key = ed25519.Ed25519PrivateKey.generate()
    public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    (here / "keys.json").write_text(json.dumps({"keys": [{**public, "kid": "k"}]}))

    def token(**claims):
        body = {"iss": "https://issuer.example", "aud": "pxc", "exp": int(time.time()) + 300}
        (here / "token").write_text(
            jwt.encode({**body, **claims}, key, "EdDSA", headers={"kid": "k"})
        )
        return ["--identity-token", "token"]

    return token


@pytest.fixture
def commits(here):
    """Runs git in the workspace."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    return lambda *words: subprocess.run(["git", *words], cwd=here, check=True)


def test_a_token_says_who_asks_and_brings_groups(here, signed, monkeypatch):
    assert compiled(*signed(actor="ana")) == []
    assert compiled(*signed(actor="zed")) == ["PXC812"]
    assert compiled(*signed(actor="zed", teams=["ml"])) == []
    assert compiled(*signed(actor="dee", teams=["ml"])) == ["PXC814"]
    signed(actor="ana")
    monkeypatch.setenv("PXC_IDENTITY_TOKEN", (here / "token").read_text())
    assert compiled() == []


def test_who_shows_a_bad_token_is_nobody_whatever_else_is_said(here, signed, monkeypatch):
    monkeypatch.setenv("PXC_USER", "ana")
    assert compiled(*signed(actor="ana", aud="other")) == ["PXC830"]
    text = (here / "token").read_text()
    ran = run("compile", "train.yaml", "--identity-token", "token")
    assert text[-20:] not in ran.err + ran.out
    ran = run("compile", "train.yaml", "--identity-token", "token", "--as-user", "ana")
    assert ran.code == 2
    ran = run("compile", "train.yaml", "--identity-token", "missing")
    assert ran.code == 2
    (here / "empty").write_text("\n")
    assert run("compile", "train.yaml", "--identity-token", "empty").code == 2


def test_other_keys_believe_nothing(here, signed):
    words = signed(actor="ana")
    (here / "other.json").write_text('{"keys": []}')
    assert compiled(*words, "--jwks", "other.json") == ["PXC830"]
    assert compiled(*words, "--jwks", "missing.json") == ["PXC830"]


def test_keys_of_tokens_are_those_of_the_commit_whose_rules_hold(here, signed, commits):
    words = signed(actor="ana")
    commits("init", "--quiet")
    commits("add", "--all")
    commits("-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "-m", "m")
    (here / "keys.json").write_text('{"keys": []}')
    assert compiled(*words) == ["PXC830"]
    assert compiled(*words, "--catalog-ref", "HEAD") == []


def test_without_an_organization_nobody_is_asked_for(here):
    (here / "catalog" / "org.yaml").unlink()
    assert compiled() == []
