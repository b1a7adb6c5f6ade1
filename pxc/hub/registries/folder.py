"""Answers what a registry is asked from a folder with a file for each version.

`NAME/TAG.yaml` is a version of a component of no organization, `ORG/NAME/TAG.yaml` of one; a clone
of a public hub's repository is such a folder. `hub.yaml` beside the versions tells of them.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from pxc.hub.keywords import keywords_of
from pxc.hub.registries.published import (
    SIGNATURE,
    SignaturesAlong,
    check_publishing,
    files_of,
)
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

__all__ = ["FolderRegistry", "bytes_of", "tag_of", "write_bytes"]

_ABOUT = "hub.yaml"
_SUFFIXES = (".yaml", ".yml")
_NEXT_SIGNATURE = re.compile("^(?=untrusted comment:)", re.M)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


class FolderRegistry(SignaturesAlong):
    """The registry of a folder. A link that leads out of it is as nothing."""

    is_remote = False

    def __init__(
        self,
        options: RegistryOptions,
        folder: Path,
        read_yaml: ReadYaml,
        set_yaml: SetYaml | None = None,
    ) -> None:
        self.name = options.name
        self.url = options.url
        self._options = options
        self._folder = folder
        self._read_yaml = read_yaml
        self._set_yaml = set_yaml

    def components(self) -> tuple[str, ...]:
        """See `Registry`."""
        found = []
        for folder in self._folders(self._folder):
            if self._files(folder):
                found.append(folder.name)
            found += [f"{folder.name}/{b.name}" for b in self._folders(folder) if self._files(b)]
        return tuple(sorted(found))

    def tags(self, component: str) -> tuple[str, ...]:
        """See `Registry`."""
        return tuple(sorted(self._files(self._folder / component)))

    def find(self, component: str, tag: str, digest: str = "") -> Version | None:
        """See `Registry`."""
        folder = self._folder / component
        if not digest:
            return self._version(component, tag, folder)
        first = [tag] if tag else []
        for each in (*first, *self.tags(component)):
            version = self._version(component, each, folder)
            if version is not None and version.digest == digest:
                return version
        return None

    def read(self, version: Version) -> bytes:
        """See `Registry`."""
        path = self._path(self._folder / version.component, version.tag)
        if path is None:
            raise RegistryFault(f"`{version.component}:{version.tag}` is gone", kind="malformed")
        return bytes_of(path)

    def publish(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...] = ()
    ) -> Version:
        """See `Publishing`."""
        if self.url.startswith("builtin:"):
            message = f"the registry `{self.name}` comes with pxc and takes nothing"
            raise RegistryFault(message, kind="unsupported")
        files = self.files_with(component, tag, data, about, signatures)
        if not self._is_inside(self._folder / component):
            raise RegistryFault(f"the folder of `{component}` is outside of the registry")
        for name, content in files.items():
            write_bytes(self._folder / name, content)
        found = self.find(component, tag)
        if found is None:
            raise RegistryFault(f"`{component}:{tag}` is gone", kind="malformed")
        return found

    def files_with(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...]
    ) -> dict[str, bytes]:
        """The files that publishing a version writes, by their paths in the folder."""
        if self._set_yaml is None:
            raise RegistryFault("nothing is published here", kind="unsupported")
        found = self.find(component, tag)
        check_publishing(self._options, component, tag, data, about, found)
        known = self._folder / component / _ABOUT
        hub_file = bytes_of(known) if known.is_file() and self._is_inside(known) else b""
        return files_of(
            component, tag, data, about, signatures,
            file=found.origin if found else f"{tag}.yaml",
            hub_file=hub_file, set_yaml=self._set_yaml,
        )  # fmt: skip

    def _version(self, component: str, tag: str, folder: Path) -> Version | None:
        path = self._path(folder, tag)
        if path is None:
            return None
        data = bytes_of(path)
        about = self._about(folder)
        said = {**about, **_told_of(tag, about.get("tags"), component)}
        return Version(
            component=component,
            tag=tag,
            digest=digest_of(data),
            size=len(data),
            created=_text(said.get("created")),
            origin=path.name,
            stage=_text(said.get("stage")),
            replaced_by=_text(said.get("replacedBy")),
            title=_text(said.get("title")),
            description=_text(said.get("description")),
            owner=_text(said.get("owner")),
            keywords=keywords_of(said.get("keywords")),
            signatures=self._signatures(path),
        )

    def _about(self, folder: Path) -> dict[str, Any]:
        """What `hub.yaml` tells of a component, none where there is no such file."""
        path = folder / _ABOUT
        if not path.is_file() or not self._is_inside(path):
            return {}
        found = self._read_yaml(path.as_posix(), bytes_of(path))
        return found if isinstance(found, dict) else {}

    def _signatures(self, path: Path) -> tuple[str, ...]:
        signed = path.with_name(f"{path.name}{SIGNATURE}")
        if not signed.is_file() or not self._is_inside(signed):
            return ()
        text = bytes_of(signed).decode("utf-8", "replace")
        return tuple(part for part in _NEXT_SIGNATURE.split(text) if part.strip())

    def _path(self, folder: Path, tag: str) -> Path | None:
        """The file of a version, where the folder and it lie in the registry."""
        for suffix in _SUFFIXES:
            path = folder / f"{tag}{suffix}"
            if path.name != _ABOUT and path.is_file() and self._is_inside(path):
                return path
        return None

    def _files(self, folder: Path) -> list[str]:
        """The tags of the versions in a folder."""
        if not folder.is_dir() or not self._is_inside(folder):
            return []
        return [
            path.stem
            for path in folder.iterdir()
            if tag_of(path) and path.is_file() and self._is_inside(path)
        ]  # fmt: skip

    def _folders(self, folder: Path) -> list[Path]:
        if not folder.is_dir():
            raise RegistryFault(f"there is no folder `{self.url}`", "check `url`")
        return [
            path
            for path in folder.iterdir()
            if path.is_dir() and path.name[:1].isalnum() and self._is_inside(path)
        ]

    def _is_inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._folder.resolve())


def tag_of(path: PurePath) -> str:
    """The tag of the version that a file holds; empty for a file that holds none."""
    is_version = path.suffix in _SUFFIXES and path.name != _ABOUT and _TAG.fullmatch(path.stem)
    return path.stem if is_version else ""


def _told_of(tag: str, tags: Any, component: str) -> dict[str, Any]:
    """What `tags` of `hub.yaml` tells of one. RegistryFault for a number
    with a point, which may have been written otherwise: 1.10 is 1.1.
    """
    known: dict[str, Any] = {}
    for key, value in tags.items() if isinstance(tags, dict) else ():
        if isinstance(key, bool) or not isinstance(key, str | int):
            message = f"`{component}/{_ABOUT}` has the tag `{key}`, which is no text"
            raise RegistryFault(message, "write the tag in quotes", kind="malformed")
        known[str(key)] = value
    own = known.get(tag)
    return own if isinstance(own, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat() if _is_day(value) else ""


def _is_day(value: Any) -> bool:
    return isinstance(value, date)


def write_bytes(path: Path, data: bytes) -> None:
    """Put a file in its place at once. Raises RegistryFault where that cannot be."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as fault:
        part.unlink(missing_ok=True)
        reason = (fault.strerror or "it cannot be written").lower()
        raise RegistryFault(f"cannot write `{path.name}`: {reason}", kind="unreachable") from fault


def bytes_of(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file. Raises RegistryFault for what cannot be read and for too many."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise RegistryFault(f"cannot read `{path.name}`: {reason}", kind="unreachable") from fault
    if len(data) > most:
        message = f"`{path.name}` has more bytes than the limit of {most:,}"
        raise RegistryFault(message, kind="malformed")
    return data
