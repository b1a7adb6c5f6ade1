"""Finds what pxc.lock of a workspace fixes, and its bytes where no registry need be asked."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from pxc.diagnostics import Report
from pxc.hub.lock import LOCK_FILE, MOST_LOCK_BYTES, Lock, Locked, LockFault, read_lock
from pxc.hub.store import Store
from pxc.hub.vendor import vendored
from pxc.ir.node import Lit
from pxc.source import Source, Span
from pxc.workspace import display_name

__all__ = ["Fixed", "lock_path", "lock_span"]


class Fixed:
    """What a workspace has fixed. pxc.lock is read when it is first asked for, and never written.

    `is_there` says whether there is a pxc.lock. A user's `store` is asked before the workspace's
    own copies.
    """

    def __init__(self, root: Path | None, store: Store | None) -> None:
        self._root = root
        self.store = store
        self._source: Source | None = None
        self._lock: Lock | None = None
        self._fault: LockFault | None = None
        self._entries: dict[str, Locked] = {}

    @property
    def is_there(self) -> bool:
        """Whether the workspace has a pxc.lock, of whatever kind."""
        return self._root is not None and os.path.lexists(lock_path(self._root))

    @property
    def lock(self) -> Lock:
        """All that is fixed; nothing where there is no pxc.lock. Raises LockFault."""
        if self._fault is not None:
            raise self._fault
        if self._lock is None:
            try:
                self._lock = self._read()
            except LockFault as fault:
                self._fault = fault
                raise
            self._entries = {each.ref: each for each in self._lock.components}
        return self._lock

    def _read(self) -> Lock:
        if self._root is None or not self.is_there:
            return Lock()
        path = lock_path(self._root)
        self._source = Source(display_name(path), "")
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise LockFault("pxc.lock is a link that leads out of the workspace")
        self._source = Source(self._source.name, _text_of(path))
        return _parsed(self._source.text)

    def entry(self, ref: str) -> Locked | None:
        """What fixes a reference that has its registry and its tag. Raises LockFault."""
        return self._entries.get(ref) if self.lock.components else None

    def place_of(self, ref: str) -> Lit[str]:
        """The reference of an entry, as it stands in pxc.lock."""
        source = self._source or Source(LOCK_FILE, "")
        head = 'ref = "'
        at = source.text.find(f'{head}{ref}"')
        start = at + len(head) if at >= 0 else 0
        return Lit(Span(source, start, start + len(ref) if at >= 0 else 0), ref)

    def at_hand(self, ref: str, digest: str) -> bytes | None:
        """The bytes of an entry: of the cache, else of the copies in the workspace."""
        data = None if self.store is None else self.store.get(ref, digest)
        if data is None and self._root is not None:
            data = vendored(self._root, ref, digest)
        return data

    def keep(self, ref: str, data: bytes) -> None:
        """Keep the bytes of an entry in the cache, where there is one."""
        if self.store is not None:
            self.store.put(ref, data)

    def report(self, fault: LockFault, report: Report) -> None:
        """PXC244 at the line of pxc.lock that is at fault."""
        source = self._source or Source(LOCK_FILE, "")
        report.add("PXC244", str(fault), lock_span(source, fault.line), help=fault.help)


def lock_path(root: Path) -> Path:
    """The file that fixes the components of a workspace."""
    return root / LOCK_FILE


def lock_span(source: Source, line: int) -> Span:
    """A line of pxc.lock, as far as there is one."""
    if not source.text:
        return Span(source, 0, 0)
    lines = source.text.splitlines(keepends=True)
    number = min(max(line, 1), len(lines))
    start = sum(map(len, lines[: number - 1]))
    return Span(source, start, start + len(lines[number - 1].rstrip("\r\n")))


def _text_of(path: Path) -> str:
    """The text of pxc.lock. Raises LockFault for one that cannot be read, and for too much."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_LOCK_BYTES + 1)
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise LockFault(f"cannot read pxc.lock: {reason}") from None
    if len(data) > MOST_LOCK_BYTES:
        raise LockFault(f"pxc.lock has more bytes than the limit of {MOST_LOCK_BYTES:,}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise LockFault(f"pxc.lock is no UTF-8 text (byte {fault.start})") from None


@lru_cache(maxsize=4)
def _parsed(text: str) -> Lock:
    """Each text is read once, however many files are compiled under it."""
    return read_lock(text)
