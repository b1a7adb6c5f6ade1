"""Holds what is read against the files of a commit that somebody signed."""

from __future__ import annotations

import os
from hashlib import new
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from pxc.source import Source

__all__ = ["Held", "SignedFiles"]

_HASHES = {40: "sha1", 64: "sha256"}
"""By how many digits a digest of git has."""

_MARK = b"\xef\xbb\xbf"
"""What a text may begin with; it is no part of what is read."""


class Reads(Protocol):
    """What is held to the commit: `pxc.world.Files`."""

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """The text of a file. Raises OSError or ValueError."""


class SignedFiles(Struct, frozen=True, kw_only=True):
    """The files of a commit: the digest that git has of each, by its path from `top`.

    `commit` is its short name. Without symbolic links and submodules: what they lead to is no file
    of the commit.
    """

    commit: str
    top: str
    digests: dict[str, str]

    def fault(self, name: str, data: bytes) -> str | None:
        """Why a file, by its path from the current folder, is not one that was signed; or None."""
        path, real = os.path.normpath(Path.cwd() / name), os.path.realpath(name)
        within = os.path.relpath(real, self.top)
        if os.path.realpath(path.removesuffix(within)) != self.top:
            return "it is outside of the repository, or a symbolic link leads to it"
        known = self.digests.get(within.replace(os.sep, "/"))
        if known is None:
            return f"it is no file of the signed commit `{self.commit}`"
        if known not in (_digest(data, len(known)), _digest(_MARK + data, len(known))):
            return f"it differs from the signed commit `{self.commit}`"
        return None


class Held:
    """Files of which only those are read that are as in a signed commit."""

    def __init__(self, files: Reads, signed: SignedFiles) -> None:
        self._files = files
        self._signed = signed

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """See `pxc.world.Files`. Raises ValueError for what is not as it was signed, too."""
        source = self._files.read(path, beside=beside)
        fault = self._signed.fault(source.name, source.text.encode())
        if fault is not None:
            raise ValueError(fault)
        return source


def _digest(data: bytes, digits: int) -> str:
    """The digest that git has of a file of these bytes."""
    found = new(_HASHES[digits], b"blob %d\0" % len(data), usedforsecurity=False)
    found.update(data)
    return found.hexdigest()
