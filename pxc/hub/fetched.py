"""Finds what registries elsewhere have left in the cache: clones of git, and indexes of the web.

The counters of signed indexes lie beside these and are none of them: without its counter an older
index than the one that was seen would be believed.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from pxc.hub.signed_index import COUNTER_SUFFIX
from pxc.hub.store import Blob, delete

__all__ = ["fetched", "forget"]

_CLONES, _INDEXES = "git", "http"
_USED = "config"
"""The file of a clone whose day is that of its last use."""


def fetched(home: Path) -> list[Blob]:
    """Each clone and each index in the cache, sorted, with what an interrupted run has left."""
    found = []
    for path in sorted((home / _CLONES).glob("*")):
        mark = path / _USED
        with suppress(OSError):
            used = (mark if mark.is_file() else path).stat().st_mtime
            found.append(Blob(path, _size(path), used))
    for path in sorted((home / _INDEXES).glob("*")):
        if path.suffix != COUNTER_SUFFIX:
            with suppress(OSError):
                found.append(Blob(path, path.stat().st_size, path.stat().st_mtime))
    return found


def forget(kept: Blob) -> bool:
    """Delete a clone or an index, if that is possible."""
    if not kept.path.is_dir():
        return delete(kept.path)
    gone = kept.path.with_name(f"gone-{kept.path.name}")
    with suppress(OSError):
        kept.path.rename(gone)  # whoever reads it fails at once, or not at all
    shutil.rmtree(gone, ignore_errors=True)
    return not kept.path.exists() and not gone.exists()


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total
