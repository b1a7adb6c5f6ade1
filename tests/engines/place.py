"""Where `make engines` puts what it installs, and what of it is missing here."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

CACHE = (
    Path(os.environ.get("PXC_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "pxc-engines"
)


def program(name: str) -> str | None:
    """The path of an engine: as installed by `make engines`, else as found on the machine."""
    built = CACHE / "bin" / name
    return str(built) if built.is_file() else shutil.which(name)


def missing(*names: str) -> list[str]:
    """Which of these programs are not here."""
    return [name for name in names if program(name) is None]
