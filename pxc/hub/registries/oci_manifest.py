"""Turns what is told of a version into the manifest of an OCI artifact, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeGuard

from pxc.hub.keywords import joined, split
from pxc.hub.registry import About, RegistryFault, Version, digest_of

__all__ = [
    "ARTIFACT",
    "EMPTY",
    "EMPTY_TYPE",
    "MANIFEST",
    "Layer",
    "Parts",
    "is_digest",
    "layers_of",
    "manifest_digest",
    "manifest_of",
    "origin_of",
    "version_of",
]

ARTIFACT = "application/vnd.pxc.component.v1+yaml"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
EMPTY = b"{}"
"""The bytes of the config of an artifact that has none."""

EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
_EXAMPLE = "application/vnd.pxc.example.v1+yaml"
_README = "text/markdown"
_STANDARD = "org.opencontainers.image."
_OWN = "vnd.pxc."
_NAMES = {
    "title": f"{_STANDARD}title",
    "description": f"{_STANDARD}description",
    "created": f"{_STANDARD}created",
    "owner": f"{_OWN}owner",
    "stage": f"{_OWN}stage",
    "replaced_by": f"{_OWN}replaced-by",
}
_KEYWORDS = f"{_OWN}keywords"
_SIGNATURE = f"{_OWN}signature."
_ORIGIN = "manifest "
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Parts = dict[str, bytes]
"""Blobs by their digests."""

Layer = dict[str, Any]
"""What a manifest tells of one of its blobs."""


def manifest_of(
    component: str,
    data: bytes,
    about: About,
    before: Version | None,
    layers_before: Iterable[Layer] = (),
) -> tuple[dict[str, Any], Parts]:
    """The manifest of a version, and the blobs that it names which may not be there yet.

    What is not told stays as `before`, the same version with `layers_before`, told it. Signatures
    are no part of it: they refer to it.
    """
    kept = {each.get("mediaType"): each for each in layers_before}
    name = component.rpartition("/")[2]
    layers = [_layer(ARTIFACT, data, f"{name}.yaml")]
    parts = {digest_of(each): each for each in (EMPTY, data)}
    for kind, content, title in (
        (_README, about.readme, "README.md"), (_EXAMPLE, about.example, "example.yaml"),
    ):  # fmt: skip
        if content:
            layers.append(_layer(kind, content, title))
            parts[digest_of(content)] = content
        elif kind in kept:
            layers.append(kept[kind])
    told = {key: getattr(about, key) or getattr(before, key, "") for key in _NAMES}
    annotations = {_NAMES[key]: value for key, value in told.items() if value}
    if words := about.keywords or (before.keywords if before else ()):
        annotations[_KEYWORDS] = joined(words)
    if day := annotations.get(_NAMES["created"]):
        annotations[_NAMES["created"]] = f"{day}T00:00:00Z" if _DAY.fullmatch(day) else day
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": ARTIFACT,
        "config": {"mediaType": EMPTY_TYPE, "digest": digest_of(EMPTY), "size": len(EMPTY)},
        "layers": layers,
        "annotations": dict(sorted(annotations.items())),
    }
    return manifest, parts


def version_of(component: str, tag: str, manifest: dict[str, Any], origin: str) -> Version:
    """The version that a manifest is of, with the signatures that older releases wrote into it.

    RegistryFault for one that is no component's.
    """
    layer = _component_layer(manifest)
    digest, size = layer.get("digest"), layer.get("size")
    if not is_digest(digest) or not isinstance(size, int):
        raise RegistryFault(f"the manifest of `{component}:{tag}` is malformed", kind="malformed")
    said = manifest.get("annotations")
    told = said if isinstance(said, dict) else {}
    known = {key: str(told.get(name, "")) for key, name in _NAMES.items()}
    known["created"] = known["created"][:10]
    signatures = sorted(name for name in told if str(name).startswith(_SIGNATURE))
    return Version(
        component=component,
        tag=tag,
        digest=digest,
        size=size,
        origin=origin,
        keywords=split(str(told.get(_KEYWORDS, ""))),
        signatures=tuple(str(told[name]) for name in signatures),
        **known,
    )


def layers_of(manifest: dict[str, Any]) -> list[Layer]:
    """What a manifest tells of its blobs."""
    found = manifest.get("layers")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def origin_of(manifest_digest: str) -> str:
    """What the version of a manifest is told to be found in."""
    return f"{_ORIGIN}{manifest_digest}"


def manifest_digest(version: Version) -> str:
    """The digest of the manifest that a version was found in; empty for one found without."""
    digest = version.origin.removeprefix(_ORIGIN)
    return digest if is_digest(digest) else ""


def is_digest(text: Any) -> TypeGuard[str]:
    """Whether something that a registry tells is a digest."""
    return isinstance(text, str) and bool(_DIGEST.fullmatch(text))


def _component_layer(manifest: dict[str, Any]) -> Layer:
    """The layer with the component: the one of its type, or the only one of such an artifact."""
    layers = layers_of(manifest)
    own = [each for each in layers if each.get("mediaType") == ARTIFACT]
    if not own and manifest.get("artifactType") == ARTIFACT:
        own = layers
    if len(own) != 1:
        config = manifest.get("config")
        told = config.get("mediaType") if isinstance(config, dict) else None
        kind = manifest.get("artifactType") or told or manifest.get("mediaType")
        message = f"it holds no component but `{str(kind)[:100]}`"
        raise RegistryFault(message, f"a component is of the type {ARTIFACT}", kind="malformed")
    return own[0]


def _layer(kind: str, data: bytes, title: str) -> Layer:
    return {
        "mediaType": kind,
        "digest": digest_of(data),
        "size": len(data),
        "annotations": {f"{_STANDARD}title": title},
    }
