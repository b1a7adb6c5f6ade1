"""Tokens that say who asks: verified by pinned keys, and every way to forge one refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

pytest.importorskip("jwt")
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import encode
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from pxc.access.tokens import IdentityFault, Tokens, verified_principal

RSA = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


def jwk(key, kid, **more):
    algorithm: Any = {"RSA": RSAAlgorithm, "ECP": ECAlgorithm, "Ed2": OKPAlgorithm}[
        "ECP" if key is EC else "Ed2" if key is ED else "RSA"
    ]
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


JWKS = json.dumps({"keys": [jwk(RSA, "rsa"), jwk(EC, "ec"), jwk(ED, "ed")]})
ISSUER = "https://issuer.example"
EXPECTED = Tokens(issuers=(ISSUER,), audience="pxc", user="actor", groups="groups")


def claims(**changes):
    now = int(time.time())
    found = {
        "iss": ISSUER, "aud": "pxc", "exp": now + 300, "iat": now, "actor": "ana",
        "groups": ["ml", "ml", "ops"],
    } | changes  # fmt: skip
    return {k: v for k, v in found.items() if v is not None}


def token(key=RSA, algorithm="RS256", kid="rsa", **changes):
    return encode(claims(**changes), key, algorithm, headers={"kid": kid} if kid else {})


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(RSA, "RS256", "rsa"), (RSA, "PS512", "rsa"), (EC, "ES256", "ec"), (ED, "EdDSA", "ed")],
)
def test_a_signed_token_says_who_asks(key, algorithm, kid):
    who = verified_principal(token(key, algorithm, kid) + "\n", JWKS, EXPECTED)
    assert (who.subject, who.strength, who.source) == ("user:ana", "verified", ISSUER)
    assert who.groups == ("ml", "ops")


def test_claims_are_found_by_name_or_by_their_way():
    sub = "system:serviceaccount:ci:builder"
    who = verified_principal(token(sub=sub), JWKS, Tokens(issuers=(ISSUER,), audience="pxc"))
    assert (who.subject, who.groups) == ("serviceAccount:ci/builder", ())
    expected = Tokens(issuers=(ISSUER,), audience="pxc", user="who.name", groups="who.team")
    who = verified_principal(token(who={"name": "bo", "team": "ml"}), JWKS, expected)
    assert (who.subject, who.groups) == ("user:bo", ("ml",))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header, body, sign=lambda text: b""):
    text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(body).encode())}"
    return f"{text}.{b64(sign(text.encode()))}"


def signed_with_the_public_key():
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return by_hand(
        {"alg": "HS256", "kid": "rsa"},
        claims(),
        lambda text: hmac.new(public, text, hashlib.sha256).digest(),
    )


def tampered():
    head, _, tail = token().split(".")
    return f"{head}.{b64(json.dumps(claims(actor='root')).encode())}.{tail}"


FORGED = {
    "signed by somebody else": lambda: token(OTHER),
    "changed after it was signed": tampered,
    "not signed": lambda: by_hand({"alg": "none", "kid": "rsa"}, claims()),
    "signed with the public key as a secret": signed_with_the_public_key,
    "with a key of its own": lambda: encode(claims(), OTHER, "RS256", headers={"kid": "x", "jwk": jwk(OTHER, "x")}),
    "another key's algorithm": lambda: by_hand({"alg": "ES256", "kid": "rsa"}, claims(), lambda t: b"x" * 64),
    "ended": lambda: token(exp=int(time.time()) - 120),
    "not yet": lambda: token(nbf=int(time.time()) + 120),
    "without an end": lambda: token(exp=None),
    "of another issuer": lambda: token(iss="https://evil.example"),
    "of no issuer": lambda: token(iss=None),
    "for somebody else": lambda: token(aud="other"),
    "for nobody": lambda: token(aud=None),
    "of an unknown key": lambda: token(kid="new"),
    "saying nobody": lambda: token(actor=None),
    "saying an empty name": lambda: token(actor=""),
    "saying a list": lambda: token(actor=["ana", "root"]),
    "saying a line": lambda: token(actor="ana\nroot"),
    "no token": lambda: "hello",
    "empty": lambda: "",
    "far too long": lambda: token() + "x" * 100_000,
    "not ASCII": lambda: "é.é.é",
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_forged_tokens_are_not_believed(name):
    forged = FORGED[name]()
    with pytest.raises(IdentityFault) as caught:
        verified_principal(forged, JWKS, EXPECTED)
    if len(forged) > 20:
        assert forged[-20:] not in str(caught.value)  # a token is a secret
    assert "\n" not in str(caught.value)


SECRET = {"kty": "oct", "kid": "rsa", "k": b64(b"s" * 32)}


@pytest.mark.parametrize(
    "keys",
    [
        "", "[]", "{}", '{"keys": 3}', '{"keys": [3]}', '{"keys": []}',
        json.dumps({"keys": [SECRET]}),
        json.dumps({"keys": [jwk(RSA, "rsa"), jwk(RSA, "rsa")]}),
        json.dumps({"keys": [jwk(RSA, "rsa", use="enc")]}),
        json.dumps({"keys": [{**jwk(RSA, "rsa"), "n": "AQAB"}]}),
        json.dumps({"keys": [{"kty": "RSA", "kid": "rsa"}]}),
        json.dumps({"keys": [{**jwk(RSA, "rsa"), "alg": "ES256"}]}),
        "[" * 100_000,
    ],
)  # fmt: skip
def test_keys_that_are_none_verify_nothing(keys):
    with pytest.raises(IdentityFault):
        verified_principal(token(), keys, EXPECTED)


def test_a_secret_in_the_set_does_not_verify_what_was_signed_with_it():
    made = encode(claims(), b"s" * 32, "HS256", headers={"kid": "rsa"})
    with pytest.raises(IdentityFault, match="algorithm"):
        verified_principal(made, json.dumps({"keys": [SECRET]}), EXPECTED)


def test_a_token_that_names_no_key_means_the_only_one_there_is():
    assert verified_principal(token(kid=None), JWKS, EXPECTED).subject == "user:ana"
    two = json.dumps({"keys": [jwk(RSA, "one"), jwk(OTHER, "two")]})
    with pytest.raises(IdentityFault, match="several keys"):
        verified_principal(token(kid=None), two, EXPECTED)


def test_short_keys_are_refused():
    short = rsa.generate_private_key(65537, 1024)
    keys = json.dumps({"keys": [jwk(short, "rsa")]})
    with pytest.raises(IdentityFault):
        verified_principal(token(short), keys, EXPECTED)


@pytest.mark.parametrize("expected", [Tokens(issuers=(), audience="pxc"), Tokens(issuers=(ISSUER,), audience="")])  # fmt: skip
def test_without_issuers_or_an_audience_no_token_is_believed(expected):
    with pytest.raises(IdentityFault, match="names no"):
        verified_principal(token(), JWKS, expected)
