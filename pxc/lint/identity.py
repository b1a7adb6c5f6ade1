"""Turns the installed code of pxc into a digest, so that nothing outlives the code that made it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pxc.lint.digest import SIZE, blake2b

__all__ = ["DEPENDENCIES", "Identity"]

DEPENDENCIES = (
    "click", "cronsim", "google-re2", "jinja2", "jsonschema", "kubernetes", "lark", "msgspec",
    "pyyaml", "ruamel.yaml", "tomli-w", "tzdata",
)  # fmt: skip
"""Libraries whose version may change what is found; a test compares with pyproject.toml."""

_ROOMS = ("grammar", "passes")
_ENDINGS = (".py", ".json", ".lark")


class Identity:
    """The code under a folder: first how it looks (names, sizes, times), then what it says.

    What looks the same is the same; what looks different, such as a fresh installation of the same
    release, is read.
    """

    def __init__(self, package: Path | None = None) -> None:
        self._package = package or Path(__file__).parent.parent
        self._files = [] if self._is_odd() else sorted(_files(str(self._package)))

    @property
    def is_known(self) -> bool:
        """Whether there is code to look at: inside of an archive there is none."""
        return bool(self._files)

    def look(self) -> bytes:
        """The digest of the names, sizes and times of the code's files."""
        made = self._start()
        for path, size, time in self._files:
            made.update(f"{path}\0{size}\0{time}\0".encode("utf-8", "surrogateescape"))
        return made.digest()

    def content(self) -> bytes:
        """The digest of what is in the files. Raises OSError."""
        made = self._start()
        for path, size, _ in self._files:
            name = os.path.relpath(path, self._package)
            made.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
            made.update(Path(path).read_bytes())
        return made.digest()

    def _is_odd(self) -> bool:
        return not all((self._package / room).is_dir() for room in _ROOMS)

    def _start(self) -> blake2b:
        said = (sys.version, *_libraries())
        return blake2b("\0".join(said).encode("utf-8", "surrogateescape"), digest_size=SIZE)


def _files(folder: str) -> list[tuple[str, int, int]]:
    """Path, size and time of each file of code below a folder."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_ENDINGS):
                seen = entry.stat()
                found.append((entry.path, seen.st_size, seen.st_mtime_ns))
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                found += _files(entry.path)
    return found


def _libraries() -> list[str]:
    """The installed releases of the dependencies, by the names of their metadata folders."""
    wanted = tuple(name.replace("-", "_") + "-" for name in DEPENDENCIES)
    found: set[str] = set()
    for folder in sys.path:
        if folder.endswith("-packages"):
            try:
                names = [entry.name for entry in os.scandir(folder)]
            except OSError:
                continue
            found.update(
                n for n in names if n.lower().replace("ruamel_", "ruamel.").startswith(wanted)
            )
    return sorted(found)
