"""Turns signatures into referrers of a manifest in an OCI registry, and back.

A referrer is a manifest whose `subject` is the one that it is about, so that what is signed stays
as it is. Source: the distribution specification 1.1 of OCI, "Listing Referrers", "Pushing Manifests
with Subject" and "Referrers Tag Schema", which is for registries that know no referrers.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pxc.hub.minisign import MOST_SIGNATURE_BYTES, SignatureFault, parse_signature
from pxc.hub.registries.oci_manifest import EMPTY, EMPTY_TYPE, MANIFEST, is_digest, layers_of
from pxc.hub.registry import RegistryFault, digest_of

if TYPE_CHECKING:
    from pxc.hub.registries.oci_client import OciClient

__all__ = [
    "INDEX",
    "MOST_REFERRERS",
    "SIGNATURE",
    "Referrers",
    "is_referrers_tag",
    "is_signature_for",
    "subject_of",
]

SIGNATURE = "application/vnd.pxc.signature.v1+minisign"
INDEX = "application/vnd.oci.image.index.v1+json"

MOST_REFERRERS = 64
"""How many signatures, or what may be some, are looked at for one manifest."""

_MOST_BYTES = 64 * 1024
"""More than the manifest of a referrer needs."""

_MOST_PAGES = 16
_TRIES = 3
"""How often a list that others change at the same time is written."""

_UNKNOWN = (400, 404, 405, 406, 501)
"""What registries say that know no referrers."""

_TAG = re.compile(r"sha256-[0-9a-f]{64}(\..*)?")
_TITLE = "org.opencontainers.image.title"
_KEY = "vnd.pxc.key"

Descriptor = dict[str, Any]
"""What a list or a manifest tells of another one."""


class Referrers:
    """The signatures of the manifests of one repository. Each question may raise RegistryFault."""

    def __init__(self, client: OciClient, repository: str) -> None:
        self._client = client
        self._repository = repository

    def signatures(self, subject: str) -> tuple[str, ...]:
        """The texts that are attached to a manifest as its signatures; nobody has verified them.

        What says to be one and is none (gone, changed, too large, of another manifest) is left out.
        They come in the order of their digests, whatever the order of the registry.
        """
        told = [each for each in self._listed(subject) if _may_be_signature(each)]
        found = sorted({each["digest"] for each in told})
        if len(found) > MOST_REFERRERS:
            message = f"`{subject}` has more than {MOST_REFERRERS} signatures"
            raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")
        texts = (self._text(digest, subject) for digest in found)
        return tuple(text for text in texts if text is not None)

    def add(self, subject: Descriptor, text: str, title: str) -> None:
        """Attach a signature to a manifest, beside what is attached to it."""
        from pxc.hub.registries.oci_client import unexpected

        data = text.encode()
        manifest = _referrer(subject, data, title)
        body = json.dumps(manifest, indent=1).encode()
        for blob in (EMPTY, data):
            self._client.put_blob(self._repository, blob, digest_of(blob))
        told = {key: manifest[key] for key in ("artifactType", "annotations") if key in manifest}
        own = _descriptor(body) | told
        path = f"{self._repository}/manifests/{own['digest']}"
        answer = self._client.ask(path, "PUT", data=body, content=MANIFEST)
        if answer.status_code not in (200, 201, 202):
            raise unexpected(answer)
        if answer.headers.get("OCI-Subject") == subject["digest"]:
            return
        known = self._known(subject["digest"])
        if known is None:
            self._list(subject["digest"], own)
        elif own["digest"] not in {each["digest"] for each in known}:
            message = "the registry took a signature, and does not tell of it"
            raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")

    def _listed(self, subject: str) -> list[Descriptor]:
        """What a registry has about a manifest."""
        known = self._known(subject)
        return _descriptors(self._under_tag(subject)) if known is None else known

    def _known(self, subject: str) -> list[Descriptor] | None:
        """What the API of referrers tells about a manifest; None where there is no such API."""
        from pxc.hub.registries.oci_client import as_json, unexpected

        path = f"{self._repository}/referrers/{subject}?artifactType={SIGNATURE}"
        path = path.replace("+", "%2B")
        found: list[Descriptor] = []
        for _ in range(_MOST_PAGES):
            answer = self._client.ask(path, accept=INDEX)
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
            if answer.status_code in _UNKNOWN or (answer.status_code == 200 and kind != INDEX):
                return None
            if answer.status_code != 200:
                raise unexpected(answer)
            found += _descriptors(as_json(answer))
            path = self._client.next_page(answer)
            if not path:
                return found
        message = f"the list of what is about `{subject}` has more than {_MOST_PAGES} pages"
        raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")

    def _under_tag(self, subject: str) -> dict[str, Any]:
        """The index that stands under a tag of its own, where there is no API; empty for none."""
        from pxc.hub.registries.oci_client import as_json, unexpected

        answer = self._client.ask(self._tag(subject), accept=INDEX)
        if answer.status_code == 404:
            return {}
        if answer.status_code != 200:
            raise unexpected(answer)
        return as_json(answer)

    def _list(self, subject: str, own: Descriptor) -> None:
        """Have the index under a tag tell of a referrer; who does so at the same time stays."""
        from pxc.hub.registries.oci_client import unexpected

        for _ in range(_TRIES):
            index = self._under_tag(subject)
            before = index.get("manifests")
            told = before if isinstance(before, list) else []
            if own["digest"] in {each["digest"] for each in _descriptors(index)}:
                return
            index |= {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*told, own]}
            body = json.dumps(index, indent=1).encode()
            answer = self._client.ask(self._tag(subject), "PUT", data=body, content=INDEX)
            if answer.status_code not in (200, 201, 202):
                raise unexpected(answer)
        if own["digest"] not in {each["digest"] for each in _descriptors(self._under_tag(subject))}:
            message = "others sign the same version at the same time"
            raise RegistryFault(message, "try again", kind="unreachable")

    def _tag(self, subject: str) -> str:
        return f"{self._repository}/manifests/{subject.replace(':', '-')}"

    def _text(self, digest: str, subject: str) -> str | None:
        """The text of a referrer; None for what is no signature of the manifest."""
        manifest = self._bytes(f"manifests/{digest}", digest, _MOST_BYTES, accept=MANIFEST)
        try:
            found = json.loads(manifest or b"")
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict) or found.get("artifactType") != SIGNATURE:
            return None
        about, layers = found.get("subject"), layers_of(found)
        if not isinstance(about, dict) or about.get("digest") != subject or len(layers) != 1:
            return None
        blob = layers[0].get("digest")
        if not is_digest(blob):
            return None
        data = self._bytes(f"blobs/{blob}", blob, MOST_SIGNATURE_BYTES)
        return None if data is None else data.decode("utf-8", "replace")

    def _bytes(self, path: str, digest: str, most: int, accept: str = "") -> bytes | None:
        """The bytes of a digest; None where they are gone, others, or too many."""
        from pxc.hub.registries.oci_client import unexpected

        answer = self._client.ask(f"{self._repository}/{path}", accept=accept)
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise unexpected(answer)
        data: bytes = answer.content
        return data if len(data) <= most and digest_of(data) == digest else None


def subject_of(manifest: bytes) -> Descriptor:
    """What a referrer tells of the manifest that it is about."""
    return _descriptor(manifest)


def is_referrers_tag(tag: str) -> bool:
    """Whether what is about a manifest, and no version, stands under a tag."""
    return bool(_TAG.fullmatch(tag))


def is_signature_for(text: str, component: str, tag: str) -> bool:
    """Whether a text is a signature that is for a version, any where no tag is told, or for none.

    Whether it is a good one is for others to say.
    """
    from pxc.hub.signers import named_in

    try:
        names = [name.partition(":") for name in named_in(parse_signature(text).comment)]
    except SignatureFault:
        return False
    return all(name == component and (said == tag or not tag) for name, _, said in names)


def _descriptor(manifest: bytes) -> Descriptor:
    return {"mediaType": MANIFEST, "digest": digest_of(manifest), "size": len(manifest)}


def _referrer(subject: Descriptor, data: bytes, title: str) -> dict[str, Any]:
    """The manifest of a signature; the same signature is the same manifest."""
    layer = {"mediaType": SIGNATURE, "digest": digest_of(data), "size": len(data)}
    manifest: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": SIGNATURE,
        "config": {"mediaType": EMPTY_TYPE, "digest": digest_of(EMPTY), "size": len(EMPTY)},
        "layers": [layer | {"annotations": {_TITLE: title}}],
        "subject": subject,
    }
    try:
        number = parse_signature(data.decode()).number
    except SignatureFault:
        return manifest
    return manifest | {"annotations": {_KEY: number[::-1].hex().upper()}}


def _descriptors(index: dict[str, Any]) -> list[Descriptor]:
    """What an index tells of manifests, but for what is malformed."""
    told = index.get("manifests")
    listed = told if isinstance(told, list) else []
    return [each for each in listed if isinstance(each, dict) and is_digest(each.get("digest"))]


def _may_be_signature(told: Descriptor) -> bool:
    """Whether a list does not rule out that a manifest is one; old registries tell the config's."""
    return told.get("artifactType") in (SIGNATURE, EMPTY_TYPE, "", None)
