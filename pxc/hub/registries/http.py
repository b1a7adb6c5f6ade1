"""Answers what a registry is asked from the index and the blobs of a web server."""

from __future__ import annotations

import os
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pxc.hub.index import INDEX, MOST_INDEX, Index, blob_path, read_index
from pxc.hub.minisign import MOST_SIGNATURE_BYTES
from pxc.hub.registries.credentials import Credentials
from pxc.hub.registries.http_client import HttpClient
from pxc.hub.registries.published import SIGNATURE, SignaturesAlong
from pxc.hub.registry import MOST_BYTES, About, RegistryFault, Version
from pxc.hub.store import touch
from pxc.options import RegistryOptions

__all__ = ["HttpRegistry"]


class HttpRegistry(SignaturesAlong):
    """The registry of a URL that `index.json` is below; the index is asked for once.

    What the server sent last is kept in a cache folder, so that an index that did not change is not
    sent again. A signed index is held against `today`, a day as `2027-03-31`.
    """

    is_remote = True

    def __init__(self, options: RegistryOptions, home: Path | None, today: str) -> None:
        self.name = options.name
        self.url = options.url
        self.client = HttpClient(options.url, Credentials(options), options.redirect_hosts)
        self._options = options
        self._today = today
        self._kept = home and home / "http" / sha256(self.client.url.encode()).hexdigest()[:32]

    def components(self) -> tuple[str, ...]:
        """See `Registry`."""
        return tuple(sorted(name for name, c in self.index.components.items() if c.tags))

    def tags(self, component: str) -> tuple[str, ...]:
        """See `Registry`."""
        known = self.index.components.get(component)
        return tuple(sorted(known.tags)) if known else ()

    def find(self, component: str, tag: str, digest: str = "") -> Version | None:
        """See `Registry`. A digest is looked for in what was there before, too."""
        return self.index.find(component, tag, digest)

    def read(self, version: Version) -> bytes:
        """See `Registry`."""
        answer = self.client.ask(blob_path(version.digest), most=MOST_BYTES, is_digested=True)
        if answer.status == 200:
            return answer.data
        name = f"{version.component}:{version.tag}"
        if answer.status in (404, 410):
            message = f"`{name}` is in its index, and its bytes are gone ({answer.status})"
            raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")
        raise _unexpected(answer.status, f"the bytes of `{name}`")

    def publish(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...] = ()
    ) -> Version:
        """See `Publishing`. The server must take a PUT, and one of an index that nobody changed."""
        from pxc.hub.registries.http_publishing import publish

        if self._options.signed_by:
            help = "publish into the folder that it serves, and run: pxc hub index DIR --key FILE"
            raise RegistryFault("its index is signed where it is made", help)
        index = publish(self.client, self._options, component, tag, data, about, signatures)
        self.__dict__["index"] = index
        found = index.find(component, tag)
        if found is None:
            raise RegistryFault(f"`{component}:{tag}` is gone", kind="malformed")
        return found

    @cached_property
    def index(self) -> Index:
        """What the registry has. Raises RegistryFault."""
        data = self.index_bytes
        if not self._options.signed_by:
            return read_index(data)
        from pxc.hub.signed_index import COUNTER_SUFFIX, check_index

        seen = self._kept and self._kept.with_name(f"{self._kept.name}{COUNTER_SUFFIX}")
        return check_index(data, self._signature(), self._options.signed_by, self._today, seen)

    def _signature(self) -> str | None:
        """The signature beside the index; None for none."""
        answer = self.client.ask(f"{INDEX}{SIGNATURE}", most=MOST_SIGNATURE_BYTES)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise _unexpected(answer.status, f"the signature of `{INDEX}`")
        return answer.data.decode("utf-8", "replace")

    @cached_property
    def index_bytes(self) -> bytes:
        """The index as it is on the server."""
        data, etag = self._last()
        asked = {"If-None-Match": etag} if etag else {}
        answer = self.client.ask(INDEX, most=MOST_INDEX, headers=asked)
        if answer.status == 304 and etag:
            return data
        if answer.status == 200:
            self._keep(answer.data, answer.etag)
            return answer.data
        if answer.status in (404, 410):
            help = "`url` is the folder that `pxc hub index` wrote `index.json` into"
            raise RegistryFault(f"there is no `{INDEX}` below `{self.url}`", help)
        raise _unexpected(answer.status, f"`{INDEX}`")

    def _last(self) -> tuple[bytes, str]:
        """What the server sent last, and its mark."""
        if self._kept is None:
            return b"", ""
        try:
            kept = self._kept.read_bytes()
        except OSError:
            return b"", ""
        touch(self._kept)
        digest, etag, data = (*kept.split(b"\n", 2), b"", b"")[:3]
        if digest != sha256(data).hexdigest().encode():
            return b"", ""
        return data, etag.decode("latin-1")

    def _keep(self, data: bytes, etag: str) -> None:
        """Keep an index that may be asked for again by its mark; what fails costs time alone."""
        if self._kept is None or not etag or not etag.isprintable():
            return
        head = f"{sha256(data).hexdigest()}\n{etag}\n".encode("latin-1", "replace")
        new = self._kept.with_name(f"{self._kept.name}.{os.getpid()}")
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(head + data)
            new.replace(self._kept)
        except OSError:
            new.unlink(missing_ok=True)


def _unexpected(status: int, what: str) -> RegistryFault:
    message = f"the server answers {status} to a request for {what}"
    return RegistryFault(message, "ask whoever runs the registry", kind="unreachable")
