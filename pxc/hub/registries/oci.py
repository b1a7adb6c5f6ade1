"""Answers what a registry is asked from the artifacts of an OCI registry."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pxc.hub.reference import parse_reference
from pxc.hub.registries.oci_manifest import (
    MANIFEST,
    layers_of,
    manifest_digest,
    manifest_of,
    origin_of,
    version_of,
)
from pxc.hub.registries.oci_referrers import (
    INDEX,
    Referrers,
    is_referrers_tag,
    is_signature_for,
    subject_of,
)
from pxc.hub.registries.published import SIGNATURE, check_publishing
from pxc.hub.registry import MOST_BYTES, About, RegistryFault, Version, digest_of
from pxc.options import RegistryOptions

if TYPE_CHECKING:
    from pxc.hub.registries.oci_client import OciClient

__all__ = ["OciRegistry", "client_of"]

_URL = re.compile(r"oci://([A-Za-z0-9.-]+(?::\d{1,5})?)((?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)/?")
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_MOST_TAGS = 100
"""How many tags are looked through for a digest."""


class OciRegistry:
    """The registry of `oci://HOST/PATH`: a component is the repository `PATH/ORG/NAME`.

    A host is asked over https, this machine over http. Raises RegistryFault for another address.
    """

    is_remote = True

    def __init__(self, options: RegistryOptions) -> None:
        match = _URL.fullmatch(options.url)
        if match is None:
            message = f"`{options.url}` is no address of an OCI registry"
            raise RegistryFault(message, "it is `oci://HOST` or `oci://HOST/PATH`")
        self.name = options.name
        self.url = options.url
        self._host, self._path = match[1], match[2].strip("/")
        self._options = options

    def components(self) -> tuple[str, ...]:
        """See `Registry`. Many registries list no repositories: that is a RegistryFault."""
        try:
            pages = self._client.pages("_catalog?n=1000")
        except RegistryFault as fault:
            message = f"`{self._host}` does not list what it has: {fault}"
            raise RegistryFault(message, "name the component", kind="unsupported") from None
        head = f"{self._path}/" if self._path else ""
        names = [str(name) for page in pages for name in page.get("repositories") or ()]
        inside = [name.removeprefix(head) for name in names if name.startswith(head)]
        return tuple(sorted(name for name in set(inside) if _is_component(name)))

    def tags(self, component: str) -> tuple[str, ...]:
        """See `Registry`."""
        repository = self._repository(component)
        if not repository:
            return ()
        pages = self._client.pages(f"{repository}/tags/list?n=1000", may_lack=True)
        found = {str(tag) for page in pages for tag in page.get("tags") or ()}
        return tuple(sorted(tag for tag in found if _is_version(tag)))

    def find(self, component: str, tag: str, digest: str = "") -> Version | None:
        """See `Registry`. A digest is looked for in all that the repository still has."""
        if not digest:
            return self._at(component, tag)
        found = self._of_a_component(component, tag) if tag else None
        if found is not None and found.digest == digest:
            return found
        for other in self.tags(component)[:_MOST_TAGS]:
            version = self._of_a_component(component, other) if other != tag else None
            if version is not None and version.digest == digest:
                return version
        return self._left(component, tag, digest)

    def read(self, version: Version) -> bytes:
        """See `Registry`."""
        from pxc.hub.registries.oci_client import unexpected

        path = f"{self._repository(version.component)}/blobs/{version.digest}"
        answer = self._client.ask(path)
        name = f"{version.component}:{version.tag}"
        if answer.status_code == 404:
            message = f"the manifest of `{name}` is there, and its bytes are gone"
            raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")
        if answer.status_code != 200:
            raise unexpected(answer)
        data: bytes = answer.content
        if len(data) > MOST_BYTES:
            message = f"`{name}` has more bytes than the limit of {MOST_BYTES:,}"
            raise RegistryFault(message, kind="malformed")
        return data

    def signatures(self, version: Version, *, any_tag: bool = False) -> tuple[str, ...]:
        """See `Registry`. Referrers of the manifest, then what older releases wrote into it.

        Tags of one manifest share its referrers: one that names another version is none of this.
        """
        subject = manifest_digest(version)
        if not subject:
            return version.signatures
        attached = Referrers(self._client, self._repository(version.component)).signatures(subject)
        tag = "" if any_tag else version.tag
        own = (text for text in attached if is_signature_for(text, version.component, tag))
        return tuple(dict.fromkeys((*own, *version.signatures)))

    def add_signature(self, version: Version, data: bytes, text: str) -> None:
        """See `Publishing`. The manifest stays as it is, and has one more referrer."""
        from pxc.hub.registries.oci_client import unexpected

        repository, digest = self._repository(version.component), manifest_digest(version)
        answer = self._client.ask(f"{repository}/manifests/{digest}", accept=MANIFEST)
        if answer.status_code != 200:
            raise unexpected(answer)
        if digest_of(answer.content) != digest:
            name = f"{version.component}:{version.tag}"
            message = f"the manifest of `{name}` is not that of its digest"
            raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")
        subject = subject_of(answer.content)
        Referrers(self._client, repository).add(subject, text, _title(version.component))

    def publish(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...] = ()
    ) -> Version:
        """See `Publishing`. What another artifact stands under is never replaced.

        Signatures are there before the version, so that nobody finds it without them.
        """
        from pxc.hub.registries.oci_client import unexpected

        asked = self._manifest(component, tag) if parse_reference(f"{component}:{tag}") else None
        found = asked and self._version(component, tag, *asked)
        check_publishing(self._options, component, tag, data, about, found)
        repository = self._repository(component)
        if not repository:
            message = f"`{component}` is no name of a repository: these have small letters"
            raise RegistryFault(message)
        if is_referrers_tag(tag):
            raise RegistryFault(f"under the tag `{tag}` registries keep what is about a version")
        same = found if found is not None and found.digest == digest_of(data) else None
        signed = signatures or (self.signatures(same) if same is not None else ())
        layers = layers_of(asked[0]) if asked and same else ()
        manifest, parts = manifest_of(component, data, about, same, layers)
        for digest, blob in parts.items():
            self._client.put_blob(repository, blob, digest)
        body = json.dumps(manifest, indent=1).encode()
        referrers = Referrers(self._client, repository)
        for text in signed:
            referrers.add(subject_of(body), text, _title(component))
        place = f"{repository}/manifests/{tag}"
        answer = self._client.ask(place, "PUT", data=body, content=MANIFEST)
        if answer.status_code not in (200, 201, 202):
            raise unexpected(answer)
        return version_of(component, tag, manifest, origin_of(digest_of(body)))

    @cached_property
    def _client(self) -> OciClient:
        return client_of(self._host, self._options.redirect_hosts)

    def _at(self, component: str, tag: str) -> Version | None:
        """The version of a tag. RegistryFault where the tag is of another artifact."""
        asked = self._manifest(component, tag)
        return asked and self._version(component, tag, *asked)

    def _manifest(self, component: str, tag: str) -> tuple[dict[str, Any], str] | None:
        """The manifest of a tag and its digest; None where there is none."""
        from pxc.hub.registries.oci_client import as_json, unexpected

        repository = self._repository(component)
        if not repository:
            return None
        path = f"{repository}/manifests/{tag}"
        answer = self._client.ask(path, accept=f"{MANIFEST}, {INDEX}")
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise unexpected(answer)
        try:
            return as_json(answer), digest_of(answer.content)
        except RegistryFault as fault:
            raise _of_version(component, tag, fault) from None

    def _version(self, component: str, tag: str, manifest: dict[str, Any], digest: str) -> Version:
        try:
            return version_of(component, tag, manifest, origin_of(digest))
        except RegistryFault as fault:
            raise _of_version(component, tag, fault) from None

    def _of_a_component(self, component: str, tag: str) -> Version | None:
        """The version of a tag; None where the tag is of another artifact."""
        try:
            return self._at(component, tag)
        except RegistryFault as fault:
            if fault.kind != "malformed":
                raise
            return None

    def _left(self, component: str, tag: str, digest: str) -> Version | None:
        """Bytes that no tag has any more, and that the repository has not thrown away."""
        repository = self._repository(component)
        if not repository:
            return None
        answer = self._client.ask(f"{repository}/blobs/{digest}", "HEAD")
        if answer.status_code != 200:
            return None
        size = int(answer.headers.get("Content-Length") or 0)
        return Version(
            component=component, tag=tag, digest=digest, size=size, origin="a blob without a tag"
        )

    def _repository(self, component: str) -> str:
        """The repository of a component; empty for a name that no repository has."""
        if not all(_REPOSITORY.fullmatch(part) for part in component.split("/")):
            return ""
        return f"{self._path}/{component}" if self._path else component


def client_of(host: str, redirect_hosts: Collection[str] = ()) -> OciClient:
    """What asks a host, which may send on to others. RegistryFault without the library for it."""
    try:
        from pxc.hub.registries.oci_client import OciClient
    except ImportError as fault:
        if (fault.name or "").partition(".")[0] not in ("oras", "requests"):
            raise
        message = "a registry of the kind `oci` needs the library oras"
        raise RegistryFault(message, "run: pip install 'pxc[oci]'") from None
    return OciClient(host, redirect_hosts)


def _of_version(component: str, tag: str, fault: RegistryFault) -> RegistryFault:
    return RegistryFault(f"`{component}:{tag}`: {fault}", fault.help, kind=fault.kind)


def _title(component: str) -> str:
    """What the file of a signature is called."""
    return f"{component.rpartition('/')[2]}.yaml{SIGNATURE}"


def _is_version(tag: str) -> bool:
    return parse_reference(f"x:{tag}") is not None and not is_referrers_tag(tag)


def _is_component(name: str) -> bool:
    reference = parse_reference(name)
    return reference is not None and reference.component == name
