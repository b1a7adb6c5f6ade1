"""Turns the versions of a folder into the index of a registry on a web server, and back."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from pxc.hub.keywords import keywords_of
from pxc.hub.reference import parse_reference
from pxc.hub.registry import Registry, RegistryFault, Version

__all__ = [
    "INDEX",
    "MOST_INDEX",
    "Component",
    "Entry",
    "Index",
    "blob_path",
    "entry_of",
    "index_of",
    "read_index",
]

INDEX = "index.json"
MOST_INDEX = 16 * 1024 * 1024
"""The bytes of the largest index that is read: that of some 50,000 versions."""

_Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
_Size = Annotated[int, Meta(ge=0)]
_Tag = Annotated[str, Meta(pattern="^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")]


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One version; see `Version`. `readme` and `example` are the digests of further blobs."""

    digest: _Digest
    size: _Size
    created: str = ""
    stage: str = ""
    replaced_by: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    readme: str = ""
    example: str = ""

    @property
    def about(self) -> dict[str, Any]:
        """What of it a `Version` has, too."""
        own = ("readme", "example")
        told = {name: getattr(self, name) for name in self.__struct_fields__ if name not in own}
        return {**told, "keywords": keywords_of(self.keywords)}


class Component(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One component: what its tags are now, and what they were before, by digest."""

    title: str = ""
    owner: str = ""
    tags: dict[_Tag, Entry] = {}
    former: dict[_Digest, tuple[_Tag, Entry]] = {}

    def moved(self, tags: dict[str, Entry]) -> Component:
        """The component with other tags, which still has what they were."""
        former = dict(self.former)
        for tag, entry in self.tags.items():
            if tag not in tags or tags[tag].digest != entry.digest:
                former[entry.digest] = (tag, entry)
        now = {entry.digest for entry in tags.values()}
        kept = {digest: each for digest, each in sorted(former.items()) if digest not in now}
        return replace(self, tags=dict(sorted(tags.items())), former=kept)


class Index(Struct, frozen=True, kw_only=True):
    """Everything that a registry has.

    `counter` grows with each change, so that an old index is known as one; `expires` is a day.
    """

    version: Annotated[int, Meta(ge=1, le=1)] = 1
    counter: _Size = 0
    expires: str = ""
    components: dict[str, Component] = {}

    def find(self, component: str, tag: str, digest: str = "") -> Version | None:
        """See `Registry`."""
        known = self.components.get(component)
        if known is None:
            return None
        if not digest:
            entry = known.tags.get(tag)
            return None if entry is None else _version(component, known, tag, entry)
        for each in (tag, *known.tags):
            entry = known.tags.get(each)
            if entry is not None and entry.digest == digest:
                return _version(component, known, each, entry)
        if digest in known.former:
            return _version(component, known, *known.former[digest])
        return None

    def over(self, former: Index) -> Index:
        """This index as the next one after `former`, whose versions are kept by their digests."""
        components = {}
        for name in sorted({*self.components, *former.components}):
            new = self.components.get(name, Component())
            old = former.components.get(name, Component())
            components[name] = replace(new, tags=old.tags, former=old.former).moved(new.tags)
        found = replace(self, components=components, expires=self.expires or former.expires)
        if replace(found, counter=former.counter) == former:
            return former
        return replace(found, counter=former.counter + 1)

    def text(self) -> bytes:
        """The index as bytes: one line a field, always in the same order."""
        return msgspec.json.format(msgspec.json.encode(self, order="sorted"), indent=1) + b"\n"


def index_of(registry: Registry) -> Index:
    """The index of what a registry has now. Raises RegistryFault."""
    return Index(components={name: _component(name, registry) for name in registry.components()})


def read_index(data: bytes) -> Index:
    """The index of some bytes. Raises RegistryFault with the first thing that is wrong."""
    try:
        found = msgspec.json.decode(data, type=Index)
    except msgspec.ValidationError as fault:
        raise RegistryFault(f"its index is malformed: {_told(fault)}", kind="malformed") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise RegistryFault("its index is no JSON", kind="malformed") from None
    for name in found.components:
        reference = parse_reference(name)
        if reference is None or reference.component != name:
            message = f"its index is malformed: `{name}` is no name of a component"
            raise RegistryFault(message, kind="malformed")
    return found


def blob_path(digest: str) -> str:
    """Where the bytes of a digest lie, from the index."""
    return f"blobs/{digest.replace(':', '/')}"


def _told(fault: msgspec.ValidationError) -> str:
    said = str(fault)
    return said[:1].lower() + said[1:]


def _component(name: str, registry: Registry) -> Component:
    versions = [registry.find(name, tag) for tag in registry.tags(name)]
    known = [version for version in versions if version is not None]
    return Component(
        title=next((v.title for v in known if v.title), ""),
        owner=next((v.owner for v in known if v.owner), ""),
        tags={version.tag: entry_of(version) for version in known},
    )


def entry_of(version: Version) -> Entry:
    """What an index has of a version."""
    return Entry(
        digest=version.digest,
        size=version.size,
        created=version.created,
        stage=version.stage,
        replaced_by=version.replaced_by,
        description=version.description,
        keywords=version.keywords,
        signatures=version.signatures,
    )


def _version(component: str, known: Component, tag: str, entry: Entry) -> Version:
    return Version(
        component=component,
        tag=tag,
        title=known.title,
        owner=known.owner,
        **entry.about,
    )
