"""Turns a commit of git into paths that read what was committed instead of what lies there now."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from pxc.catalog.tree_paths import paths_of

__all__ = ["GitTree", "git_in"]

_ENVIRONMENT = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
    # What a partial clone lacks is not fetched: nobody asked for the network.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
}
_LINK, _MODULE = "120000", "160000"
_SECONDS = 30
_TOP = ("rev-parse", "--show-toplevel")


class GitTree:
    """The files of one commit of the repository that a folder is in.

    `ref` is a name of the commit, as `origin/main`. Nothing is checked out, and no file of the work
    tree is read. Raises ValueError with the reason when there is no such repository or commit. With
    `git`, which runs a command of git, the folder is a repository without a work tree, and the
    files are as if they lay there; the faults are those of `git`.
    """

    def __init__(self, ref: str, folder: Path, git: Callable[..., bytes] | None = None) -> None:
        self.ref = ref
        self._folder = folder
        self._git = git or self._here
        self.top = folder if git else Path(os.fsdecode(self._git(*_TOP).rstrip(b"\n")))
        name = f"{ref}^{{commit}}"
        found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        self.commit = found.decode().strip()
        self._files: dict[str, tuple[str, str]] = {}
        self._folders: dict[str, set[str]] = {"": set()}
        for entry in self._git("ls-tree", "-r", "-z", "--full-tree", self.commit).split(b"\0"):
            if entry:
                about, _, path = entry.partition(b"\t")
                mode, _, digest = about.decode().split(" ")
                self._add(os.fsdecode(path), mode, digest)
        self._kind = paths_of(self)

    def path(self, path: Path) -> Path:
        """A path whose file, or folder, is that of the commit."""
        found: Path = self._kind(path)
        return found

    def root_of(self, file: Path) -> Path:
        """The workspace that a file had in the commit: the nearest folder above it with `pxc.yaml`.

        Else the top of the repository; a `pxc.yaml` of the work tree makes no workspace. Raises
        ValueError for a file outside of the repository.
        """
        within = Path(os.path.normpath(file.absolute()))
        for top in (self.top, self.top.resolve()):
            if within.is_relative_to(top):
                break
        else:
            raise ValueError(f"`{file.as_posix()}` is outside of the repository")
        for folder in within.relative_to(top).parents:
            if (folder / "pxc.yaml").as_posix() in self._files:
                return top / folder
        return top

    def entry(self, path: Path) -> str | None:
        """What a path is: `file`, `link`, `folder`; None for nothing."""
        name = self._name(path)
        if name is None:
            return None
        if name in self._folders:
            return "folder"
        mode = self._files.get(name, ("", ""))[0]
        return {"": None, _LINK: "link", _MODULE: None}.get(mode, "file")

    def blobs(self, path: Path) -> dict[str, str]:
        """The digest that git has of each file below a folder, by its path from there."""
        name = self._name(path)
        if name is None:
            return {}
        head = f"{name}/" if name else ""
        return {
            each.removeprefix(head): digest
            for each, (mode, digest) in self._files.items()
            if each.startswith(head) and mode not in (_LINK, _MODULE)
        }

    def names(self, path: Path) -> list[str]:
        """The names in a folder."""
        return sorted(self._folders.get(self._name(path) or "", ()))

    def read(self, path: Path) -> bytes:
        """The bytes of a file. Raises OSError for what is none."""
        name = self._name(path)
        if self.entry(path) != "file" or name is None:
            raise FileNotFoundError(2, "it is no file of the commit")
        try:
            return self._git("cat-file", "blob", self._files[name][1])
        except ValueError as fault:
            raise OSError(5, str(fault)) from None

    def shown(self, path: str) -> str:
        """A path as people are to see it: with the commit's name."""
        return f"{path}@{self.ref}"

    def _add(self, path: str, mode: str, digest: str) -> None:
        self._files[path] = (mode, digest)
        folder, _, name = path.rpartition("/")
        while True:
            known = folder in self._folders
            self._folders.setdefault(folder, set()).add(name)
            if known:
                return
            folder, _, name = folder.rpartition("/")

    def _name(self, path: Path) -> str | None:
        """A path from the top, empty for the top itself; None outside of the repository."""
        within = Path(os.path.normpath(Path(os.fspath(path)).absolute()))
        for top in (self.top, self.top.resolve()):
            if within.is_relative_to(top):
                name = within.relative_to(top).as_posix()
                return "" if name == "." else name
        return None

    def _here(self, *arguments: str) -> bytes:
        return git_in(self._folder, *arguments, reason=f"there is no commit `{self.ref}`")


def git_in(
    folder: Path, *arguments: str, reason: str, more: Mapping[str, str] | None = None
) -> bytes:
    """What a command of git prints that only reads, run in a folder; `more` is environment.

    Raises ValueError with what git says, with `reason` where that is nothing.
    """
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder, env={**os.environ, **_ENVIRONMENT, **(more or {})}, timeout=_SECONDS,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise ValueError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise ValueError("git takes too long") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        if "promisor remote" in said:
            raise ValueError("this partial clone lacks files of it, which `git fetch` can bring")
        raise ValueError(said.splitlines()[0] if said else reason)
    return done.stdout
