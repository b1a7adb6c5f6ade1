"""Keeps the bytes of components in the cache of a user, each under what it was asked for as.

What is read is held to its digest each time: bytes that were changed on disk are never used. Who
asks for a digest under the name of another component does not get what that one has: a right to
the one is no right to the other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from msgspec import Struct

from pxc.hub.registry import MOST_BYTES, digest_of

__all__ = ["Blob", "Store", "bounded_bytes", "delete", "touch", "user_store", "write_whole"]

_DAY = 24 * 60 * 60
_PREFIX = "sha256:"


class Blob(Struct, frozen=True):
    """Bytes in a store: where they are, how many, and when somebody last asked for them."""

    path: Path
    size: int
    used: float


class Store:
    """The bytes below a folder, `sha256/ab/abcd...` each, which nobody else can read or change.

    The digits are those of a reference and of the digest of its bytes together. A cache that cannot
    be written makes nothing fail.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, ref: str, digest: str) -> bytes | None:
        """The bytes of a reference that have a digest; None without, and others are deleted."""
        path = self.path_of(ref, digest)
        data = bounded_bytes(path)
        if data is None:
            return None
        if digest_of(data) != digest:
            delete(path)
            return None
        touch(path)
        return data

    def put(self, ref: str, data: bytes) -> str:
        """Keep the bytes of a reference, if that is possible, and say their digest."""
        digest = digest_of(data)
        path = self.path_of(ref, digest)
        with suppress(OSError):
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_whole(path, data, mode=0o400)
        return digest

    def path_of(self, ref: str, digest: str) -> Path:
        """Where the bytes of a reference that have a digest are, or would be."""
        digits = digest_of(f"{ref}\n{digest}".encode()).removeprefix(_PREFIX)
        return self.folder / "sha256" / digits[:2] / digits

    def blobs(self) -> list[Blob]:
        """Everything that is kept, sorted, with what an interrupted run has left."""
        found = []
        for path in sorted(self.folder.glob("sha256/??/*")):
            with suppress(OSError):
                seen = path.stat()
                found.append(Blob(path, seen.st_size, seen.st_mtime))
        return found

    def prune(self, before: float) -> list[Blob]:
        """Delete what nobody asked for since a moment; what was deleted."""
        old = [blob for blob in self.blobs() if blob.used < before]
        return [blob for blob in old if delete(blob.path)]


def user_store(environ: Mapping[str, str], platform: str) -> Store | None:
    """The store in the cache of a user; None without a home, and where PXC_NO_CACHE is set."""
    from pxc.lint.cache import cache_home

    home = None if environ.get("PXC_NO_CACHE") else cache_home(environ, platform)
    return None if home is None else Store(home / "blobs")


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put bytes under a path in one step, with the folders above it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for number in count():
        temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.{number}.tmp")
        with suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            descriptor = os.open(temporary, flags, mode)
            break
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        temporary.replace(path)
    except OSError:
        delete(temporary)
        raise


def bounded_bytes(path: Path) -> bytes | None:
    """The bytes of a regular file of a bearable size."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        return None
    return data if len(data) <= MOST_BYTES else None


def touch(path: Path) -> None:
    """Remember, to the day, that somebody asked: what is used stays."""
    with suppress(OSError):
        import time

        if time.time() - path.stat().st_mtime > _DAY:
            os.utime(path)


def delete(path: Path) -> bool:
    """Delete a file, if that is possible; some systems first want it to be writable."""
    try:
        with suppress(OSError):
            path.chmod(0o600)
        path.unlink()
    except OSError:
        return False
    return True
