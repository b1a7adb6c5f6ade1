"""Turns a path that somebody wrote into the text of a file under one root, or refuses in words."""

import os
import posixpath
import stat
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pxc.source import Source

__all__ = ["MAX_BYTES", "TooLarge", "Workspace", "display_name", "find_root", "read_bytes"]

MAX_BYTES = 16 * 1024 * 1024
"""No authored file is larger; whoever reads YAML may draw a closer line."""

_ROOT_MARKS = ("pxc.yaml", ".git")


class TooLarge(ValueError):
    """A file of more than `MAX_BYTES`."""


class Workspace:
    """Files under a root, as `pxc.world.Files` asks for them.

    `root` None means that nothing may be read. Names are relative to `base` (the current folder).
    `overlays` are texts that stand for files, by name: standard input, an editor's buffer.
    """

    def __init__(
        self,
        root: Path | None,
        *,
        base: Path | None = None,
        overlays: Mapping[str, bytes] | None = None,
    ) -> None:
        self._root = None if root is None else root.resolve()
        self._base = Path.cwd() if base is None else base
        self._overlays = {self._real(name): data for name, data in (overlays or {}).items()}

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """The text of a file; `beside` is the name of the file that refers to it.

        Raises OSError (FileNotFoundError, ...) for what cannot be read and ValueError for what
        lies outside the root, is no regular file, is too large or is not UTF-8. `str()` of either
        is the reason in words, to stand after "cannot read `path`: ".
        """
        if not path or "\0" in path:
            raise ValueError("the path is empty" if not path else "the path holds a null byte")
        if self._root is None:
            raise ValueError("there is no workspace to read it from")
        folder = posixpath.dirname(beside) if beside else ""
        written = posixpath.join(folder, path.replace(os.sep, "/"))
        real = self._real(written)
        if not real.is_relative_to(self._root):
            root = display_name(self._root, self._base)
            raise ValueError(f"the file is outside the workspace `{root}`")
        name = posixpath.normpath(written)
        if self._real(name) != real:  # a symbolic link before `..`: the short form is another file
            name = written
        data = self._overlays.get(real)
        return _decoded(name, _regular(real) if data is None else data)

    def _real(self, name: str) -> Path:
        try:
            return (self._base / name).resolve()
        except RuntimeError as loop:
            raise OSError("the path is a symbolic link that leads back to itself") from loop


def read_bytes(path: Path) -> bytes:
    """The bytes of a file the user named; a pipe is read too.

    Raises OSError as the system does, and `TooLarge`.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLarge(f"the file is larger than {MAX_BYTES:,} bytes")
    return data


def find_root(path: Path) -> Path:
    """The workspace of a file: the nearest folder above it with `pxc.yaml` or `.git`, else its own.

    `path` need not exist.
    """
    folder = path.absolute().parent
    return _marked_above(folder) or folder


@cache
def _marked_above(folder: Path) -> Path | None:
    if any((folder / mark).exists() for mark in _ROOT_MARKS):
        return folder
    return None if folder.parent == folder else _marked_above(folder.parent)


def display_name(path: Path, base: Path | None = None) -> str:
    """A path as its user wrote it, with forward slashes; an absolute one below `base` (the current
    folder) is shown from there.
    """
    folder = Path.cwd() if base is None else base
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _regular(real: Path) -> bytes:
    try:
        mode = real.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ValueError("it is a folder")
        if not stat.S_ISREG(mode):
            raise ValueError("it is not a regular file")
        return read_bytes(real)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError("the file does not exist") from None
    except OSError as fault:
        raise OSError((fault.strerror or "it cannot be opened").lower()) from None


def _decoded(name: str, data: bytes) -> Source:
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise ValueError(f"the file is not UTF-8 text (byte {fault.start})") from None
