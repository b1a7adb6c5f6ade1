"""Turns the files of a catalog into one archive, always the same bytes, and such an archive back.

An archive is a plain tar: `bundle.json`, which says its counter and its last day, then the files of
the catalog in the order of their paths. Its signature lies beside it.
"""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from pxc.catalog.tree_paths import paths_of

__all__ = [
    "BUNDLE_SUFFIX",
    "MOST_BUNDLE_BYTES",
    "About",
    "Bundle",
    "BundleFault",
    "BundleTree",
    "pack",
    "read_bundle",
]

BUNDLE_SUFFIX = ".tar"
MOST_BUNDLE_BYTES = 64 * 1024 * 1024
_MOST_FILES = 20_000
_ABOUT = "bundle.json"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BundleFault(ValueError):
    """Why an archive is no catalog: a sentence."""


class About(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bundle says of itself: `counter` grows with each; `expires` is its last day, or none.

    `version` is that of the format.
    """

    version: Annotated[int, Meta(ge=1, le=1)] = 1
    counter: Annotated[int, Meta(ge=1, le=10**15)]
    expires: str = ""


class Bundle(Struct, frozen=True):
    """What it says of itself, and its files by their paths."""

    about: About
    files: Mapping[str, bytes]


def pack(files: Mapping[str, bytes], about: About) -> bytes:
    """The archive of some files: nothing but their paths and bytes decides what it is."""
    said = msgspec.json.format(msgspec.json.encode(about), indent=1) + b"\n"
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in ((_ABOUT, said), *sorted(files.items())):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return found.getvalue()


def read_bundle(data: bytes) -> Bundle:
    """The files of an archive, and what it says of itself. Raises BundleFault."""
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                _check(entry, files)
                content = archive.extractfile(entry)
                files[entry.name] = content.read() if content is not None else b""
    except (tarfile.TarError, ValueError, OSError, EOFError) as fault:
        if isinstance(fault, BundleFault):
            raise
        raise BundleFault("it is no archive that `pxc catalog pack` made") from None
    try:
        about = msgspec.json.decode(files.pop(_ABOUT, b""), type=About)
    except msgspec.DecodeError:
        raise BundleFault(f"it has no `{_ABOUT}` that says its counter") from None
    if about.expires and not _DAY.fullmatch(about.expires):
        raise BundleFault(f"`expires` of its `{_ABOUT}` is no day")
    return Bundle(about, files)


def _check(entry: tarfile.TarInfo, files: Mapping[str, bytes]) -> None:
    path = PurePosixPath(entry.name)
    is_inside = not path.is_absolute() and ".." not in path.parts
    if not entry.isreg() or not is_inside or path.as_posix() != entry.name:
        raise BundleFault(f"`{entry.name}` is not a plain file inside of it")
    if entry.name in files or len(files) >= _MOST_FILES:
        raise BundleFault(f"it has `{entry.name}` twice, or more than {_MOST_FILES:,} files")


class BundleTree:
    """The files of a bundle as if they lay in a folder of the name of its archive."""

    def __init__(self, path: Path, bundle: Bundle) -> None:
        self.top = Path(os.path.normpath(path.absolute()))
        self._files = bundle.files
        self._folders: dict[str, set[str]] = {"": set()}
        for name in bundle.files:
            parts = PurePosixPath(name).parts
            for depth in range(len(parts)):
                self._folders.setdefault("/".join(parts[:depth]), set()).add(parts[depth])
        self.root: Path = paths_of(self)(path)

    def entry(self, path: Path) -> str | None:
        """See `Tree`."""
        name = self._name(path)
        if name is None:
            return None
        return "folder" if name in self._folders else "file" if name in self._files else None

    def names(self, path: Path) -> list[str]:
        """See `Tree`."""
        return sorted(self._folders.get(self._name(path) or "", ()))

    def read(self, path: Path) -> bytes:
        """See `Tree`."""
        name = self._name(path)
        if name is None or name not in self._files:
            raise FileNotFoundError(2, "it is no file of the bundle")
        return self._files[name]

    def shown(self, path: str) -> str:
        """See `Tree`."""
        return path

    def _name(self, path: Path) -> str | None:
        within = Path(os.path.normpath(Path(os.fspath(path)).absolute()))
        if not within.is_relative_to(self.top):
            return None
        name = within.relative_to(self.top).as_posix()
        return "" if name == "." else name
