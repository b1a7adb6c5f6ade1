"""Turns a folder of components into what a web server serves: an index, and a blob a version."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from pxc.hub.index import INDEX, MOST_INDEX, Index, blob_path, index_of, read_index
from pxc.hub.keywords import keywords_of
from pxc.hub.registries.folder import FolderRegistry, bytes_of, write_bytes
from pxc.hub.registry import ReadYaml
from pxc.options import RegistryOptions

__all__ = ["write_index"]


def write_index(folder: Path, read_yaml: ReadYaml, *, expires: str = "") -> tuple[Index, bool]:
    """The index of a folder, which lies in it from now on, and whether it is another than before.

    The versions that an index had before are kept by their digests, so that what was locked is
    still to be had. Nothing is written where nothing changed. Raises RegistryFault for versions and
    an index that cannot be read, and for a folder that cannot be written to.
    """
    registry = FolderRegistry(
        RegistryOptions(name="index", kind="dir", url=os.fspath(folder)), folder, read_yaml
    )
    path = folder / INDEX
    former = read_index(bytes_of(path, MOST_INDEX)) if path.is_file() else Index()
    found = _with_keywords(index_of(registry), registry, read_yaml)
    index = replace(found, expires=expires).over(former)
    for name, component in index.components.items():
        for tag, entry in component.tags.items():
            blob = folder / blob_path(entry.digest)
            version = index.find(name, tag)
            if version is not None and not blob.is_file():
                write_bytes(blob, registry.read(version))
    if index == former and path.is_file():
        return index, False
    write_bytes(path, index.text())
    return index, True


def _with_keywords(index: Index, registry: FolderRegistry, read_yaml: ReadYaml) -> Index:
    """The index with the tags of each component that nobody has told other keywords of.

    Who reads an index has not the texts of its components, and searches for what it says.
    """
    components = {}
    for name, component in index.components.items():
        tags = {}
        for tag, entry in component.tags.items():
            version = None if entry.keywords else index.find(name, tag)
            if version is not None:
                said = read_yaml(f"{name}/{version.tag}.yaml", registry.read(version))
                words = said.get("tags") if isinstance(said, dict) else ()
                entry = replace(entry, keywords=keywords_of(words))
            tags[tag] = entry
        components[name] = replace(component, tags=tags)
    return replace(index, components=components)
