"""Finds the copies of components that lie in a workspace, by what pxc.lock calls them."""

from __future__ import annotations

from pathlib import Path

from pxc.hub.reference import parse_reference
from pxc.hub.registry import digest_of
from pxc.hub.store import bounded_bytes

__all__ = ["VENDOR_FOLDER", "vendor_path", "vendored"]

VENDOR_FOLDER = "vendor/pxc"

_OF_URLS = "by.url"
"""No registry has a dot in its name."""


def vendor_path(ref: str, digest: str) -> str:
    """Where the copy of an entry of pxc.lock lies: a path that shows what it is."""
    parsed = parse_reference(ref)
    if parsed is None:
        return f"{VENDOR_FOLDER}/{_OF_URLS}/{digest.replace(':', '-')}.yaml"
    fixed = f"@{parsed.digest.replace(':', '-')}" if parsed.digest else ""
    return f"{VENDOR_FOLDER}/{parsed.registry}/{parsed.component}/{parsed.tag}{fixed}.yaml"


def vendored(root: Path, ref: str, digest: str) -> bytes | None:
    """The copy of an entry; None where there is none, and for one that was changed."""
    path = root / vendor_path(ref, digest)
    if not path.exists() or not path.resolve().is_relative_to(root.resolve()):
        return None
    data = bounded_bytes(path)
    return data if data is not None and digest_of(data) == digest else None
