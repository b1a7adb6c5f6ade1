"""Closes the file system, for this process and for good, but for reading below some paths.

Landlock of Linux, which needs no privilege. Source: landlock(7), to its seventh version.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

__all__ = ["close_files"]

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The three calls, whose numbers are the same on all architectures."""

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_OF_FILES = (1 << 13) - 1
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_NET = 0b11
_SCOPES = 0b11

_VERSION_TRUNCATE = 3
"""The first version that has a say in files that are cut to nothing."""


def close_files(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """Let nothing be read but below `readable`, and nothing be written but the files `writable`.

    False where the system has no Landlock, or one that lets files be truncated. Paths that do not
    exist are left out. The process must have given up new privileges.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = _call(libc, _CREATE, None, 0, 1)
    if version < _VERSION_TRUNCATE:
        return False
    handled = _OF_FILES | _REFER | _TRUNCATE | (_DEVICES if version >= 5 else 0)
    wanted = struct.pack("QQQ", handled, _NET, _SCOPES)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _call(libc, _CREATE, wanted, size, 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(libc, rules, path, _READ_FILE | _READ_DIR)
        for path in writable:
            _allow(libc, rules, path, _READ_FILE | _WRITE_FILE)
        return _call(libc, _RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    """Let a path be used so; only what lies in a folder can be listed."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - this runs before the imports of a program
            access &= ~_READ_DIR
        _call(libc, _ADD, rules, 1, struct.pack("=Qi", access, place), 0)
    finally:
        os.close(place)


def _call(libc: ctypes.CDLL, number: int, *words: bytes | int | None) -> int:
    given = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    return int(libc.syscall(ctypes.c_long(number), *given))
