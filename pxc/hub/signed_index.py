"""Holds the index of a registry to who must have signed it, and to the newest that was seen."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pxc.hub.index import Index, read_index
from pxc.hub.minisign import SignatureFault, parse_public_key, parse_signature, verify
from pxc.hub.registry import RegistryFault

__all__ = ["COUNTER_SUFFIX", "check_index"]

COUNTER_SUFFIX = ".counter"
_ASK = "ask whoever runs the registry"
_MOST_DIGITS = 18


def check_index(
    data: bytes, signature: str | None, keys: Iterable[str], today: str, seen: Path | None
) -> Index:
    """The index that bytes are, signed by one of some keys, not ended, and no older than before.

    `seen` is the file that remembers the counter of the newest; it is written. Raises
    RegistryFault.
    """
    _check_signature(data, signature, keys)
    index = read_index(data)
    if index.expires and index.expires < today:
        message = f"its index is believed until {index.expires} alone, and has not been renewed"
        raise RegistryFault(message, _ASK, kind="malformed")
    newest = _counter(seen)
    if index.counter < newest:
        message = f"it sends index {index.counter}, an older one than {newest}, which was seen here"
        help = f"somebody may hold newer versions back: {_ASK}"
        raise RegistryFault(message, help, kind="malformed")
    if seen is not None and index.counter > newest:
        with suppress(OSError):
            seen.parent.mkdir(parents=True, exist_ok=True)
            seen.write_text(str(index.counter), "utf-8")
    return index


def _check_signature(data: bytes, text: str | None, keys: Iterable[str]) -> None:
    if text is None:
        message = "its index is not signed, and `signedBy` of pxc.yaml says that it must be"
        raise RegistryFault(message, _ASK, kind="malformed")
    try:
        signature = parse_signature(text)
        for key in map(parse_public_key, keys):
            if key.number == signature.number:
                verify(signature, data, key)
                return
        raise SignatureFault("it was made by a key that `signedBy` of pxc.yaml does not name")
    except SignatureFault as fault:
        message = f"the signature of its index is not to be trusted: {fault}"
        raise RegistryFault(message, _ASK, kind="malformed") from None
    except ImportError:
        message = "the signature of its index cannot be verified here"
        raise RegistryFault(message, "pip install 'pxc[sign]'") from None


def _counter(seen: Path | None) -> int:
    """The counter of the newest index that was seen; 0 where nobody remembers."""
    if seen is None:
        return 0
    try:
        text = seen.read_text("utf-8")[:_MOST_DIGITS]
    except (OSError, UnicodeDecodeError):
        return 0
    return int(text) if text.isascii() and text.isdigit() else 0
