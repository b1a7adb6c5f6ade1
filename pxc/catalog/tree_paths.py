"""Makes paths whose files are those of a tree that is kept elsewhere: a commit, or a bundle."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path, PosixPath
from typing import IO, Any, Protocol

__all__ = ["Tree", "paths_of"]


class Tree(Protocol):
    """Files and folders by their paths."""

    def entry(self, path: Path) -> str | None:
        """What a path is: `file`, `link`, `folder`; None for nothing."""

    def names(self, path: Path) -> list[str]:
        """The names in a folder."""

    def read(self, path: Path) -> bytes:
        """The bytes of a file. Raises OSError for what is none."""

    def shown(self, path: str) -> str:
        """A path as people are to see it."""


def paths_of(tree: Tree) -> type[PosixPath]:
    """The class of the paths of a tree: whatever is derived from one is one, too."""

    class TreePath(PosixPath):
        def as_posix(self) -> str:
            return tree.shown(super().as_posix())

        def exists(self, **_: Any) -> bool:
            return tree.entry(self) is not None

        def is_file(self, **_: Any) -> bool:
            return tree.entry(self) == "file"

        def is_dir(self, **_: Any) -> bool:
            return tree.entry(self) == "folder"

        def is_symlink(self) -> bool:
            return tree.entry(self) == "link"

        def iterdir(self) -> Any:
            return iter([self / name for name in tree.names(self)])

        def resolve(self, strict: bool = False) -> Any:
            return type(self)(os.path.normpath(self.absolute()))

        def open(self, mode: str = "r", *_: Any, **__: Any) -> IO[Any]:  # type: ignore[override]
            if mode != "rb":
                raise ValueError("a file of a tree is read as bytes")
            return BytesIO(tree.read(self))

    return TreePath
