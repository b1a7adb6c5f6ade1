"""Answers what a registry is asked from a folder of a commit of a repository of git."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from msgspec.structs import replace

from pxc.catalog.git_tree import GitTree
from pxc.hub.registries.folder import FolderRegistry, tag_of
from pxc.hub.registries.git_clone import GitClone
from pxc.hub.registries.git_commit import commit_files
from pxc.hub.registries.published import SIGNATURE, SignaturesAlong
from pxc.hub.registry import (
    MOST_BYTES,
    About,
    ReadYaml,
    RegistryFault,
    SetYaml,
    Version,
    digest_of,
)
from pxc.options import RegistryOptions

__all__ = ["GitRegistry"]

_MOST_EARLIER = 1000
"""How many former files of a component are looked through for a digest."""

_DEEPEST = 2
_READ = (".yaml", ".yml", SIGNATURE)
"""How deep below a registry's folder what is read of it lies, and how its name ends."""

_CHANGE = re.compile(r":\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) [AMT]\t(.*)")


class GitRegistry(SignaturesAlong):
    """The registry of a repository: its folder `path` in the commit that `ref` points at."""

    is_remote = True

    def __init__(
        self,
        options: RegistryOptions,
        home: Path,
        read_yaml: ReadYaml,
        set_yaml: SetYaml | None = None,
    ) -> None:
        self.name = options.name
        self.url = options.url
        self.clone = GitClone(options.url, options.ref, home)
        self.inside = _inside(options.path)
        self._options = options
        self._read_yaml = read_yaml
        self._set_yaml = set_yaml
        self._had: set[str] = set()
        self._earlier: dict[tuple[str, str], tuple[Version, bytes]] = {}

    def components(self) -> tuple[str, ...]:
        """See `Registry`."""
        if not self.clone.commit:
            return ()
        self._have(".")
        return self._files.components()

    def tags(self, component: str) -> tuple[str, ...]:
        """See `Registry`."""
        return self._files.tags(component)

    def find(self, component: str, tag: str, digest: str = "") -> Version | None:
        """See `Registry`. A digest is looked for in what was there before, too."""
        if self.clone.commit:
            self._have(component)
        found = self._files.find(component, tag, digest)
        if found is not None:
            day = found.created or self._day(found)
            return replace(found, origin=f"commit {self.clone.commit}", created=day)
        return self._find_earlier(component, digest) if digest and self.clone.commit else None

    def _have(self, folder: str) -> None:
        """Have what is read of a component, or of all, once it is asked for any of it."""
        if not self._had & {folder, "."}:
            self._had.add(folder)
            found = self._tree.blobs(self._tree.top / self.inside / folder)
            wanted = [
                digest
                for path, digest in found.items()
                if path.count("/") <= _DEEPEST and path.endswith(_READ)
            ]
            self.clone.have(wanted, self._folder_of(folder))

    def read(self, version: Version) -> bytes:
        """See `Registry`."""
        earlier = self._earlier.get((version.component, version.digest))
        return earlier[1] if earlier else self._files.read(version)

    def publish(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...] = ()
    ) -> Version:
        """See `Publishing`. It is a commit on the branch that `ref` names."""

        def files() -> dict[str, bytes]:
            self._forget()
            made = self._files.files_with(component, tag, data, about, signatures)
            return {(PurePosixPath(self.inside) / name).as_posix(): made[name] for name in made}

        commit_files(self.clone, files, f"Publish {component}:{tag}")
        self._forget()
        found = self.find(component, tag)
        if found is None:
            raise RegistryFault(f"`{component}:{tag}` is gone", kind="malformed")
        return found

    def _forget(self) -> None:
        self._had.clear()
        for name in ("_tree", "_files"):
            self.__dict__.pop(name, None)

    @cached_property
    def _tree(self) -> GitTree:
        return GitTree(self.clone.commit, self.clone.folder, self.clone.git)

    @cached_property
    def _files(self) -> FolderRegistry:
        if not self.clone.commit:
            nothing = self.clone.folder / "nothing"
            return FolderRegistry(self._options, nothing, self._read_yaml, self._set_yaml)
        folder = self._tree.path(self._tree.top / self.inside)
        return FolderRegistry(self._options, folder, self._read_yaml, self._set_yaml)

    def _day(self, version: Version) -> str:
        """The day of the last commit that changed a version."""
        paths = [
            f"{self._folder_of(version.component)}/{version.tag}{s}" for s in (".yaml", ".yml")
        ]
        said = self.clone.git("log", "-1", "--format=%cs", self.clone.commit, "--", *paths)
        return said.decode().strip()

    def _folder_of(self, component: str) -> str:
        return (PurePosixPath(self.inside) / component).as_posix()

    def _find_earlier(self, component: str, digest: str) -> Version | None:
        """A version that a tag of the component had before, by its digest."""
        folder = self._folder_of(component)
        told = self.clone.git(
            "log", "--format=%H %cs", "--raw", "--no-renames", "--no-abbrev",
            "--diff-merges=first-parent", self.clone.commit, "--", folder,
        )  # fmt: skip
        changes = _changes(told.decode("utf-8", "replace"))
        self.clone.have([change.blob for change in changes], folder, before=True)
        for change in changes:
            data = self.clone.git("cat-file", "blob", change.blob)
            if digest_of(data) == digest and len(data) <= MOST_BYTES:
                version = Version(
                    component=component, tag=change.tag, digest=digest, size=len(data),
                    created=change.day, origin=f"commit {change.commit}",
                )  # fmt: skip
                self._earlier[component, digest] = (version, data)
                return version
        return None


class _Change(NamedTuple):
    """A file of a version as a commit left it."""

    blob: str
    tag: str
    commit: str
    day: str


def _changes(told: str) -> list[_Change]:
    """What the log of a component's folder tells, the newest first, each file once."""
    commit, day = "", ""
    found: dict[str, _Change] = {}
    for line in told.splitlines():
        change = _CHANGE.fullmatch(line)
        if change is None:
            commit, _, day = line.partition(" ") if line else (commit, "", day)
            continue
        mode, blob, path = change.groups()
        tag = tag_of(PurePosixPath(path))
        if tag and mode.startswith("100") and len(found) < _MOST_EARLIER:
            found.setdefault(blob, _Change(blob, tag, commit, day))
    return list(found.values())


def _inside(path: str) -> str:
    """A folder of a repository. Raises RegistryFault for one outside of it."""
    pure = PurePosixPath(path or ".")
    if pure.is_absolute() or ".." in pure.parts:
        raise RegistryFault(f"the folder `{path}` is outside of the repository", "check `path`")
    return pure.as_posix()
