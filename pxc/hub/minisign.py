"""Turns bytes and keys into signatures in minisign's format, and holds bytes to a signature.

Source: minisign's own description of its files. A signature is over the BLAKE2b hash of the bytes
(`ED`), or over the bytes themselves in the first releases (`Ed`); a second one is over the first
and its comment, which can be trusted for that.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from hashlib import blake2b

from msgspec import Struct

__all__ = [
    "HASHED",
    "MOST_SIGNATURE_BYTES",
    "TRUSTED",
    "UNTRUSTED",
    "WHOLE",
    "PublicKey",
    "Signature",
    "SignatureFault",
    "decoded",
    "parse_public_key",
    "parse_signature",
    "signed_bytes",
    "verify",
]

MOST_SIGNATURE_BYTES = 16 * 1024
"""More than a signature with its comments needs."""

HASHED, WHOLE = b"ED", b"Ed"
UNTRUSTED = "untrusted comment: "
TRUSTED = "trusted comment: "
_ALGORITHM, _KEY_ID, _KEY, _SIGNATURE = 2, 8, 32, 64


class SignatureFault(Exception):
    """Why a key or a signature is none, or why a signature is not over some bytes: a sentence."""


class PublicKey(Struct, frozen=True):
    """A key that signatures are verified by, and the number that signatures name it by."""

    number: bytes
    data: bytes

    @property
    def text(self) -> str:
        """The key in one line, as it begins with `RW`."""
        return b64encode(WHOLE + self.number + self.data).decode()


class Signature(Struct, frozen=True):
    """A signature, the number of the key that made it, and its comment, signed along with it."""

    algorithm: bytes
    number: bytes
    data: bytes
    comment: str
    over_comment: bytes


def parse_public_key(text: str) -> PublicKey:
    """A key from its line, or from a file with a comment before it. Raises SignatureFault."""
    lines = text.strip().splitlines()
    if len(lines) == 2 and lines[0].startswith(UNTRUSTED):
        del lines[0]
    if len(lines) != 1:
        raise SignatureFault("it is no public key of minisign: one line that begins with `RW`")
    data = decoded(lines[0], "it is no public key of minisign")
    if len(data) != _ALGORITHM + _KEY_ID + _KEY or data[:_ALGORITHM] != WHOLE:
        raise SignatureFault("it is no public key of minisign: such a key begins with `RW`")
    return PublicKey(data[2:10], data[10:])


def parse_signature(text: str) -> Signature:
    """A signature from the text of its file. Raises SignatureFault."""
    if len(text) > MOST_SIGNATURE_BYTES:
        raise SignatureFault("a signature cannot be as long as that")
    lines = text.rstrip("\r\n").split("\n")
    lines = [line.removesuffix("\r") for line in lines]
    if len(lines) != 4 or not lines[0].startswith(UNTRUSTED) or not lines[2].startswith(TRUSTED):
        raise SignatureFault("it is no signature of minisign, which has four lines")
    data = decoded(lines[1], "it is no signature of minisign")
    over_comment = decoded(lines[3], "it is no signature of minisign")
    if (
        len(data) != _ALGORITHM + _KEY_ID + _SIGNATURE
        or len(over_comment) != _SIGNATURE
        or data[:_ALGORITHM] not in (HASHED, WHOLE)
    ):
        raise SignatureFault("it is no signature of minisign by an Ed25519 key")
    return Signature(data[:2], data[2:10], data[10:], lines[2].removeprefix(TRUSTED), over_comment)


def verify(signature: Signature, data: bytes, key: PublicKey) -> None:
    """Raise SignatureFault unless a key made a signature over some bytes, and over its comment.

    Raises ImportError where the library is not installed (`pxc[sign]`).
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if signature.number != key.number:
        raise SignatureFault("it was made by another key")
    try:
        made = Ed25519PublicKey.from_public_bytes(key.data)
        made.verify(signature.data, signed_bytes(data, signature.algorithm))
    except (InvalidSignature, ValueError):
        raise SignatureFault("the signature is over other bytes") from None
    try:
        made.verify(signature.over_comment, signature.data + signature.comment.encode())
    except (InvalidSignature, UnicodeEncodeError):
        raise SignatureFault("the comment of the signature was changed") from None


def signed_bytes(data: bytes, algorithm: bytes) -> bytes:
    """What the key signs of some bytes."""
    return blake2b(data).digest() if algorithm == HASHED else data


def decoded(text: str, what: str) -> bytes:
    """The bytes of a line in base64. Raises SignatureFault that says what it is no line of."""
    try:
        return b64decode(text.strip().encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureFault(f"{what}: it is no base64") from None
