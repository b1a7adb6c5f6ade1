"""Turns the names of images into their digests, as the registries that have them say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.hub.registries.oci import client_of
from pxc.hub.registry import RegistryFault, digest_of
from pxc.image_reference import image_fault

if TYPE_CHECKING:
    from pxc.hub.registries.oci_client import OciClient

__all__ = ["Images", "place_of"]

_DOCKER_HUB = "registry-1.docker.io"
_OF_DOCKER_HUB = ("docker.io", "index.docker.io")
_OFFICIAL = "library/"
_LATEST = "latest"
_KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""An index first: it is the image of every architecture."""


class Images:
    """Asks registries for images, each once. Credentials are those of Docker's settings."""

    def __init__(self) -> None:
        self._clients: dict[str, OciClient] = {}
        self._digests: dict[str, str] = {}

    def digest(self, image: str) -> str:
        """The digest that an image has now. Raises RegistryFault."""
        if image not in self._digests:
            self._digests[image] = self._asked(image)
        return self._digests[image]

    def _asked(self, image: str) -> str:
        from pxc.hub.registries.oci_client import unexpected

        host, repository, tag = place_of(image)
        if host not in self._clients:
            self._clients[host] = client_of(host)
        answer = self._clients[host].ask(f"{repository}/manifests/{tag}", accept=", ".join(_KINDS))
        if answer.status_code == 404:
            raise RegistryFault(f"`{host}` has no `{repository}:{tag}`", "check the name")
        if answer.status_code != 200:
            raise unexpected(answer)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        if kind not in _KINDS:
            raise RegistryFault(f"`{host}` answers with `{kind[:100]}`, which is no image")
        digest = digest_of(answer.content)
        told = answer.headers.get("Docker-Content-Digest", digest)
        if told != digest:
            message = f"`{host}` tells the digest `{told[:80]}`, and its bytes have `{digest}`"
            raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")
        return digest


def place_of(image: str) -> tuple[str, str, str]:
    """The host, the repository and the tag of an image. RegistryFault for what is none.

    A name without a host is Docker's; there, one without a folder is official.
    """
    fault = image_fault(image)
    if fault is not None or "@" in image:
        raise RegistryFault(fault or "it has a digest already")
    host, slash, rest = image.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, rest = _DOCKER_HUB, image
    name, colon, tag = rest.rpartition(":")
    repository, tag = (name, tag) if colon else (rest, _LATEST)
    if host in _OF_DOCKER_HUB:
        host = _DOCKER_HUB
    if host == _DOCKER_HUB and "/" not in repository:
        repository = f"{_OFFICIAL}{repository}"
    return host, repository, tag
