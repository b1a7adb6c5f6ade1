"""Turns a signed token into a principal, by keys that are pinned: nothing is fetched.

The signature, issuer, audience and times are verified by PyJWT, with asymmetric algorithms alone: a
key that verifies must not be one that signs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pxc.access.principal import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwt import PyJWK

__all__ = ["IdentityFault", "Tokens", "verified_principal"]

_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
"""By what the name of an algorithm begins with."""

_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
_LEAST_RSA_BITS = 2048
_MOST_CHARACTERS = 64 * 1024
_LEEWAY = 30
"""How many seconds the clocks of two machines may differ."""

_SERVICE_ACCOUNT = "system:serviceaccount:"
"""What the subject of a service account of Kubernetes begins with."""


class IdentityFault(Exception):
    """Why a token is not believed, as a sentence without the token."""


class Tokens(Struct, frozen=True, kw_only=True):
    """Which tokens are believed: whose they are, for whom, and where they say who asks.

    `user` and `groups` are names of claims; with dots they lead into maps.
    """

    issuers: tuple[str, ...]
    audience: str
    user: str = "sub"
    groups: str = ""


def verified_principal(token: str, jwks: str, expected: Tokens) -> Principal:
    """Who a token says asks, verified against a JSON Web Key Set.

    A service account of Kubernetes becomes `serviceAccount:NAMESPACE/NAME`, any other value of the
    claim a user. Raises IdentityFault for what is not believed, and where PyJWT is missing.
    """
    try:
        import jwt
        from jwt.exceptions import PyJWTError
    except ImportError as missing:
        message = "a token needs PyJWT and cryptography: install `pxc[identity]`"
        raise IdentityFault(message) from missing
    if not expected.issuers or not expected.audience:
        raise IdentityFault("`identity` of pxc.yaml names no `issuers` or no `audience` of tokens")
    token = token.strip()
    if len(token) > _MOST_CHARACTERS:
        raise IdentityFault("the token is too long to be one")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in _ALGORITHMS:
            raise IdentityFault(
                f"the algorithm of the token is not one of {', '.join(_ALGORITHMS)}"
            )
        key = _key(header.get("kid"), str(header["alg"]), jwks)
        claims = jwt.decode(
            token,
            key=key,
            algorithms=[str(header["alg"])],
            audience=expected.audience,
            issuer=expected.issuers,
            leeway=_LEEWAY,
            options={"require": ["exp", "iss", "aud"]},
        )
    except PyJWTError as fault:
        raise IdentityFault(_sentence(fault)) from fault
    return Principal(
        subject=_subject(_claim(claims, expected.user), expected.user),
        strength="verified",
        groups=_groups(claims, expected.groups) if expected.groups else (),
        source=str(claims["iss"]),
    )


def _key(kid: object, algorithm: str, jwks: str) -> PyJWK:
    """The one key of a set that a token means; none that could sign with what verifies."""
    from jwt import PyJWK

    try:
        read = json.loads(jwks)
        listed = [k for k in read["keys"] if isinstance(k, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise IdentityFault("the file of keys is no JSON Web Key Set: it has no `keys`") from fault
    usable = [
        k
        for k in listed
        if k.get("kty") == _KEY_TYPES[algorithm[:2]]
        and k.get("use", "sig") == "sig"
        and "d" not in k
    ]
    if kid is not None:
        usable = [k for k in usable if k.get("kid") == kid]
    if len(usable) != 1:
        which = f"`{kid}`" if isinstance(kid, str) else "without a name"
        number = "no key" if not usable else "several keys"
        raise IdentityFault(f"the file of keys has {number} for the token's key {which}")
    found = PyJWK.from_dict({"alg": algorithm, **usable[0]})
    bits = getattr(found.key, "key_size", None)
    if usable[0]["kty"] == "RSA" and (bits is None or bits < _LEAST_RSA_BITS):
        raise IdentityFault(f"the key has fewer than {_LEAST_RSA_BITS} bits")
    return found


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """A claim by name; where there is none, what dots lead to."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _subject(value: object, name: str) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise IdentityFault(f"the token says nobody under `{name}`")
    if value.startswith(_SERVICE_ACCOUNT):
        namespace, _, account = value.removeprefix(_SERVICE_ACCOUNT).partition(":")
        return f"serviceAccount:{namespace}/{account}"
    return f"user:{value}"


def _groups(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = _claim(claims, name)
    listed = value if isinstance(value, list) else [value]
    return tuple(sorted({g for g in listed if isinstance(g, str) and g}))


def _sentence(fault: Exception) -> str:
    """What is wrong with a token, of PyJWT's own words the first line."""
    words = str(fault).partition("\n")[0].rstrip(".")
    return f"the token is not believed: {words[:1].lower()}{words[1:]}"
