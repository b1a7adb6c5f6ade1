"""Puts a version onto a web server: its bytes, and then an index that has it."""

from __future__ import annotations

from msgspec.structs import replace

from pxc.hub.index import (
    INDEX,
    MOST_INDEX,
    Component,
    Entry,
    Index,
    blob_path,
    read_index,
)
from pxc.hub.registries.http_client import HttpClient
from pxc.hub.registries.published import check_publishing
from pxc.hub.registry import MOST_BYTES, About, RegistryFault, digest_of
from pxc.options import RegistryOptions

__all__ = ["publish"]

_TRIES = 3
_CHANGED = 412
_TAKES = (200, 201, 204)
_FOLDER = "publish into the folder that it serves, and run: pxc hub index DIR"


def publish(
    client: HttpClient, options: RegistryOptions, component: str, tag: str, data: bytes,
    about: About, signatures: tuple[str, ...],
) -> Index:  # fmt: skip
    """The index with a version in it, once the server has it.

    The server is told which index the new one is made from, and refuses it where somebody else was
    faster. Raises RegistryFault for a server that takes nothing, and for one without such marks.
    """
    for _ in range(_TRIES):
        former, asked = _former(client)
        check_publishing(options, component, tag, data, about, former.find(component, tag))
        entry = Entry(
            digest=_blob(client, data),
            size=len(data),
            readme=_blob(client, about.readme),
            example=_blob(client, about.example),
            signatures=signatures,
            created=about.created,
            stage=about.stage,
            replaced_by=about.replaced_by,
            description=about.description,
            keywords=about.keywords,
        )
        index = _with(former, component, tag, entry, about)
        if index == former or _put(client, INDEX, index.text(), asked):
            return index
    message = "others publish at the same time, again and again"
    raise RegistryFault(message, "try again later", kind="unreachable")


def _former(client: HttpClient) -> tuple[Index, dict[str, str]]:
    """The index until now, and the condition that it is still there."""
    answer = client.ask(INDEX, most=MOST_INDEX)
    if answer.status == 404:
        return Index(), {"If-None-Match": "*"}
    if answer.status != 200:
        message = f"the server answers {answer.status} to a request for `{INDEX}`"
        raise RegistryFault(message, "ask whoever runs the registry", kind="unreachable")
    if not answer.etag:
        message = "the server gives no ETag, so others could lose what they publish"
        raise RegistryFault(message, _FOLDER, kind="unsupported")
    return read_index(answer.data), {"If-Match": answer.etag}


def _with(former: Index, component: str, tag: str, entry: Entry, about: About) -> Index:
    """The next index; what is not told of the same bytes stays as it was told before."""
    known = former.components.get(component, Component())
    before = known.tags.get(tag)
    if before is not None and before.digest == entry.digest:
        kept = {name: getattr(before, name) for name in Entry.__struct_fields__}
        said = {name: getattr(entry, name) for name in kept if getattr(entry, name)}
        entry = Entry(**{**kept, **said})
    changed = replace(
        known,
        title=about.title or known.title,
        owner=about.owner or known.owner,
        tags={**known.tags, tag: entry},
    )
    return Index(components={**former.components, component: changed}).over(former)


def _blob(client: HttpClient, data: bytes) -> str:
    """The digest of some bytes, which the server has from now on; empty for none."""
    if not data:
        return ""
    digest = digest_of(data)
    there = client.ask(blob_path(digest), most=MOST_BYTES)
    if there.status != 200 or there.data != data:
        _put(client, blob_path(digest), data, {})
    return digest


def _put(client: HttpClient, path: str, data: bytes, headers: dict[str, str]) -> bool:
    """Whether the server took some bytes; not where it was told a condition that does not hold."""
    told = {"Content-Type": "application/octet-stream", **headers}
    answer = client.ask(path, most=MOST_BYTES, method="PUT", data=data, headers=told)
    if answer.status in _TAKES:
        return True
    if answer.status == _CHANGED and headers:
        return False
    message = f"the server takes nothing: it answers {answer.status} to a PUT"
    raise RegistryFault(message, _FOLDER, kind="unsupported")
