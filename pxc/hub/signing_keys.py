"""Makes keys that sign, reads them from files of minisign, and signs with them."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from hashlib import blake2b
from secrets import token_bytes

from msgspec import Struct

from pxc.hub.minisign import (
    HASHED,
    TRUSTED,
    UNTRUSTED,
    WHOLE,
    PublicKey,
    SignatureFault,
    decoded,
    signed_bytes,
)

__all__ = ["COST", "SecretKey", "new_key", "read_secret_key", "secret_key_text", "sign"]

_SCRYPT, _OPEN, _CHECKED = b"Sc", b"\0\0", b"B2"
COST = (33_554_432, 1_073_741_824)
"""What a password costs to try, in operations and bytes, as minisign has it."""

_SECRET = 8 + 64 + 32
_WHOLE = 2 + 2 + 2 + 32 + 8 + 8 + _SECRET


class SecretKey(Struct, frozen=True):
    """A key that signs. Its seed is shown nowhere."""

    number: bytes
    seed: bytes
    public: PublicKey

    def __repr__(self) -> str:
        return f"SecretKey({self.number[::-1].hex().upper()})"


def new_key() -> SecretKey:
    """A key that nobody had before. Raises ImportError without `pxc[sign]`."""
    return _key(token_bytes(8), token_bytes(32))


def sign(data: bytes, key: SecretKey, comment: str) -> str:
    """The text of a signature over some bytes, with a comment that is signed, too."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if "\n" in comment or "\r" in comment:
        raise SignatureFault("a comment of a signature is one line")
    signer = Ed25519PrivateKey.from_private_bytes(key.seed)
    made = signer.sign(signed_bytes(data, HASHED))
    over_comment = signer.sign(made + comment.encode())
    lines = (
        f"{UNTRUSTED}signature from pxc",
        b64encode(HASHED + key.number + made).decode(),
        f"{TRUSTED}{comment}",
        b64encode(over_comment).decode(),
    )
    return "\n".join(lines) + "\n"


def secret_key_text(key: SecretKey, password: str, cost: tuple[int, int] = COST) -> str:
    """The file of a key, encrypted by a password unless that is empty."""
    secret = key.number + key.seed + key.public.data
    secret += _checksum(key.number, key.seed + key.public.data)
    salt = token_bytes(32)
    kind = _SCRYPT if password else _OPEN
    if password:
        secret = _crossed(secret, _stretched(password, salt, *cost))
    limits = b"".join(each.to_bytes(8, "little") for each in (cost if password else (0, 0)))
    data = WHOLE + kind + _CHECKED + salt + limits + secret
    return f"{UNTRUSTED}pxc secret key\n{b64encode(data).decode()}\n"


def read_secret_key(text: str, password: Callable[[], str]) -> SecretKey:
    """The key of a file; `password` is asked where it is encrypted. Raises SignatureFault."""
    lines = text.strip().splitlines()
    if len(lines) != 2 or not lines[0].startswith(UNTRUSTED):
        raise SignatureFault("it is no secret key of minisign, which has two lines")
    data = decoded(lines[1], "it is no secret key of minisign")
    kind = data[2:4]
    if (
        len(data) != _WHOLE
        or data[:2] != WHOLE
        or kind not in (_SCRYPT, _OPEN)
        or data[4:6] != _CHECKED
    ):
        raise SignatureFault("it is no secret key of minisign that pxc can read")
    secret = data[-_SECRET:]
    if kind == _SCRYPT:
        costs = (int.from_bytes(data[at : at + 8], "little") for at in (38, 46))
        secret = _crossed(secret, _stretched(password(), data[6:38], *costs))
    number, pair, check = secret[:8], secret[8:72], secret[72:]
    if not hmac.compare_digest(check, _checksum(number, pair)):
        raise SignatureFault(
            "the password is wrong" if kind == _SCRYPT else "the secret key is damaged"
        )
    return _key(number, pair[:32])


def _key(number: bytes, seed: bytes) -> SecretKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return SecretKey(number, seed, PublicKey(number, public))


def _checksum(number: bytes, pair: bytes) -> bytes:
    return blake2b(WHOLE + number + pair, digest_size=32).digest()


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _stretched(password: str, salt: bytes, operations: int, memory: int) -> bytes:
    """The bytes that a password stands for, at the cost that libsodium makes of two limits."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    if operations > 4 * COST[0] or memory > COST[1]:
        raise SignatureFault("the password of this key costs more than pxc pays")
    operations = max(operations, 32_768)
    few = operations < memory // 32
    most = operations // 32 if few else memory // 1024
    power = next(n for n in range(1, 63) if 1 << n > most // 2)
    blocks = 1 if few else max(min(operations // 4 >> power, 0x3FFFFFFF) // 8, 1)
    stretching = Scrypt(salt=salt, length=_SECRET, n=1 << power, r=8, p=blocks)
    return stretching.derive(password.encode())
