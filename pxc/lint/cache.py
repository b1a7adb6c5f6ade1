"""Keeps what was found in files, a pack a working folder, for as long as nothing has changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

import msgspec
from msgspec import Struct

from pxc.lint.digest import SIZE, blake2b
from pxc.lint.identity import Identity
from pxc.lint.record import Record
from pxc.lint.trace import Question

__all__ = ["Cache", "Entry", "cache_home"]

PACK_BYTES = 32 * 1024 * 1024
"""How large one pack may be; the oldest entries go first."""

HOME_BYTES = 128 * 1024 * 1024
"""How large all packs may be; those that were not used for longest go first."""

ENTRY_BYTES = 256 * 1024
"""What is larger is found again each time."""

_MAGIC = b"pxc lint cache 1\n"
_SUFFIX = ".pack"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of pxc.\n"


class Entry(Struct, array_like=True, frozen=True):
    """What was found in a file: `data` is the digest of its bytes, `asked` what else was read."""

    data: bytes
    asked: tuple[Question, ...]
    record: Record


class _Pack(Struct, array_like=True):
    """One cache file: the code that wrote it, as it looked and as it read, and the entries."""

    look: bytes
    content: bytes
    entries: dict[bytes, bytes]


class Cache:
    """The entries of one working folder: read at once, written at once, never waited for.

    Whatever is wrong with the files of a cache is taken for an empty one, and a cache that cannot
    be written is not: it makes nothing fail. Of two runs that write at the same time one may lose
    its entries; they are found again.
    """

    def __init__(self, home: Path, folder: Path, identity: Identity | None = None) -> None:
        name = blake2b(os.fsencode(folder.absolute()), digest_size=SIZE).hexdigest()
        self.home = home
        self.path = home / "lint" / (name + _SUFFIX)
        self.hits = 0
        self._identity = identity or Identity()
        self._look = self._identity.look()
        self._content: bytes | None = None
        self._stale_look = False
        self._seen: os.stat_result | None = None
        self._entries = self._read()
        self._used: set[bytes] = set()
        self._new: dict[bytes, bytes] = {}

    def find(self, key: bytes, data: bytes) -> Entry | None:
        """The entry of a key, when it was made from a file with the digest `data`."""
        packed = self._entries.get(key)
        if packed is None:
            return None
        try:
            entry = msgspec.msgpack.decode(packed, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if entry.data != data:
            return None
        self._used.add(key)
        return entry

    def keep(self, key: bytes, entry: Entry) -> None:
        """Remember an entry, unless it is too large or holds what cannot be written."""
        try:
            packed = msgspec.msgpack.encode(entry)
        except UnicodeEncodeError:
            return
        if len(packed) <= ENTRY_BYTES:
            self._new[key] = packed

    def save(self) -> None:
        """Write what is new, over what others have written since, and make room."""
        if not self._identity.is_known:
            return
        with suppress(OSError):
            if self._new or self._stale_look:
                self._write()
            elif self._used:
                os.utime(self.path)  # the packs that were used last are kept longest

    def _read(self) -> dict[bytes, bytes]:
        """The entries of the pack that are of this very code."""
        try:
            with self.path.open("rb") as file:
                self._seen = os.fstat(file.fileno())
                data = file.read(2 * PACK_BYTES)
        except OSError:
            return {}
        pack = _unpacked(data)
        if pack is None or not self._identity.is_known:
            return {}
        if pack.look != self._look:
            if pack.content != self._code():
                return {}
            self._stale_look = True
        else:
            self._content = pack.content
        return pack.entries

    def _code(self) -> bytes:
        if self._content is None:
            with suppress(OSError):
                self._content = self._identity.content()
        return self._content or b""

    def _write(self) -> None:
        content = self._code()
        if not content:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _mark(self.home)
        seen = self._seen
        now = self.path.stat() if self.path.exists() else None
        if now is not None and (seen is None or not os.path.samestat(seen, now)):
            self._entries = {**self._entries, **self._read()}
        entries = _bounded({**self._entries, **self._new}, self._used | self._new.keys())
        payload = msgspec.msgpack.encode(_Pack(self._look, content, entries))
        _replace(self.path, _MAGIC + _sum(payload) + payload)
        _prune(self.path.parent, keep=self.path)


def cache_home(environ: Mapping[str, str], platform: str) -> Path | None:
    """The folder for caches: `PXC_CACHE_DIR`, else `pxc` below that of the platform.

    None when the user has no home.
    """
    if chosen := environ.get("PXC_CACHE_DIR"):
        return Path(chosen)
    xdg = environ.get("XDG_CACHE_HOME", "")
    if Path(xdg).is_absolute():  # the specification has others ignored
        return Path(xdg) / "pxc"
    if platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "pxc" / "Cache"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if platform == "darwin" else ".cache") / "pxc"


def _sum(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=SIZE).digest()


def _unpacked(data: bytes) -> _Pack | None:
    """The pack in a file's bytes; None for a file that is broken or of somebody else."""
    start = len(_MAGIC) + SIZE
    payload = data[start:]
    if data[:start] != _MAGIC + _sum(payload):
        return None
    try:
        return msgspec.msgpack.decode(payload, type=_Pack)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _bounded(entries: dict[bytes, bytes], used: set[bytes]) -> dict[bytes, bytes]:
    """Entries without the oldest of those that were of no use now, when they are too many."""
    size = sum(map(len, entries.values()))
    for key in [k for k in entries if k not in used] + [k for k in entries if k in used]:
        if size <= PACK_BYTES:
            break
        size -= len(entries.pop(key))
    return entries


def _replace(path: Path, data: bytes) -> None:
    """Put bytes under a path in one step."""
    for number in count():
        temporary = path.with_name(f"{path.stem}.{os.getpid()}.{number}.tmp")
        with suppress(FileExistsError), temporary.open("xb") as file:
            break
    try:
        with temporary.open("wb") as file:
            file.write(data)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def _mark(home: Path) -> None:
    """Tell backups and git that a folder is a cache."""
    for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        path = home / name
        if not path.exists():
            path.write_text(text, "utf-8")


def _prune(folder: Path, *, keep: Path) -> None:
    """Delete the packs that were used longest ago until the rest is small enough."""
    packs = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((_SUFFIX, ".tmp")):
                seen = entry.stat()
                packs.append((seen.st_mtime_ns, seen.st_size, entry.path))
    size = sum(s for _, s, _ in packs)
    for _, taken, path in sorted(packs):
        if size <= HOME_BYTES:
            break
        if path != str(keep):
            with suppress(OSError):
                Path(path).unlink()
            size -= taken
