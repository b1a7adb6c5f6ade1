"""Appends lines to the file of an audit log, one at a time whoever else writes to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

from pxc.access.audit import FIRST, previous_of

__all__ = ["AuditFault", "Line", "append"]

Line = Callable[[str], str]
"""Makes a line from the hash of the one before it."""

_MOST_BYTES = 64 * 1024 * 1024
"""How long the last line may be that is read back."""


class AuditFault(Exception):
    """Why nothing can be written to a log, as a sentence."""


def append(path: Path, lines: list[Line]) -> None:
    """Append lines, each made from the hash of the one before it. Raises AuditFault.

    A log whose last line was changed or cut is refused: what follows would hide it.
    """
    try:
        with _locked(path) as file:
            last = _last_line(file)
            try:
                previous = previous_of(last) if last else FIRST
            except ValueError as fault:
                raise AuditFault(f"cannot continue `{path}`: {fault}") from fault
            for make in lines:
                line = make(previous)
                file.write(line.encode() + b"\n")
                previous = previous_of(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise AuditFault(f"cannot write `{path}`: {(fault.strerror or '').lower()}") from fault


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The file, for its user alone, while nobody else appends to it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            from fcntl import LOCK_EX, flock
        except ImportError:  # where there is none, as on Windows, one writer at a time must do
            pass
        else:
            flock(file.fileno(), LOCK_EX)
        yield file


def _last_line(file: BinaryIO) -> str:
    """The last line of a file; empty for an empty one, and what is none for one without an end."""
    size = file.seek(0, SEEK_END)
    if size == 0:
        return ""
    step, data = 64 * 1024, b""
    while data.count(b"\n") < 2 and len(data) < min(size, _MOST_BYTES):
        start = max(0, size - len(data) - step)
        file.seek(start)
        data = file.read(size - len(data) - start) + data
    file.seek(0, SEEK_END)
    if not data.endswith(b"\n"):
        return "cut"
    return data[:-1].rpartition(b"\n")[2].decode("utf-8", "replace")
