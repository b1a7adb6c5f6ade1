"""What a registry of components is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from pxc.sha256 import sha256

__all__ = [
    "MOST_BYTES",
    "STAGES",
    "About",
    "Publishing",
    "ReadYaml",
    "Registry",
    "RegistryFault",
    "SetYaml",
    "Version",
    "digest_of",
]

ReadYaml = Callable[[str, bytes], Any]
"""Turns the name and the bytes of a YAML file into plain data. Raises RegistryFault."""

SetYaml = Callable[[str, bytes, tuple[str, ...], Any], bytes]
"""Turns the name and the bytes of a YAML file, the keys that lead to a value, and that value into
the bytes of the file with it; whatever else stands there stays. Raises RegistryFault."""

MOST_BYTES = 1024 * 1024
"""More than any component needs."""

STAGES = ("testing", "staging", "production", "deprecated", "disabled")
"""How far a version has come; of a disabled one only what is locked is taken."""


class RegistryFault(Exception):
    """Why a registry gives no answer: a sentence for the user, and what to do.

    `kind` is `setting`, `unreachable`, `unauthorized`, `malformed`, `offline`, `exists` (a version
    that is not replaced) or `unsupported` (what this kind of registry does not do).
    """

    def __init__(self, message: str, help: str | None = None, *, kind: str = "setting") -> None:
        super().__init__(message)
        self.help = help
        self.kind = kind


class Version(Struct, frozen=True, kw_only=True):
    """One version of a component, as its registry tells of it.

    `component` is `org/name`, or the name alone. `digest` is `sha256:` and the digits of the exact
    bytes, whatever the registry. `created` is a day, `origin` what the bytes were found in, such as
    `commit 9f3c...`, `keywords` the words that it is to be found by; `signatures` are texts in
    minisign's format, as far as they come along with it: `Registry.signatures` are all. What a
    registry does not tell is empty.
    """

    component: str
    tag: str
    digest: str
    size: int
    created: str = ""
    origin: str = ""
    stage: str = ""
    replaced_by: str = ""
    title: str = ""
    description: str = ""
    owner: str = ""
    keywords: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


class Registry(Protocol):
    """Where components are kept. Each question may raise RegistryFault.

    A folder and the components that come with pxc are asked without a network; every other kind
    `is_remote`.
    """

    name: str
    url: str
    is_remote: bool

    def components(self) -> tuple[str, ...]:
        """The components, each as `org/name` or its name alone, sorted."""

    def tags(self, component: str) -> tuple[str, ...]:
        """The tags of a component, sorted; none for one that is not there."""

    def find(self, component: str, tag: str, digest: str = "") -> Version | None:
        """The version of a tag, or the one with a digest, whatever its tag; None without one."""

    def read(self, version: Version) -> bytes:
        """The exact bytes of a version, `MOST_BYTES` at most; whoever asks checks the digest."""

    def signatures(self, version: Version, *, any_tag: bool = False) -> tuple[str, ...]:
        """What says to be signatures of a version, or of its bytes under `any_tag`; nobody has
        verified them.

        They may have to be fetched: to be asked where it matters who signed.
        """


class About(Struct, frozen=True, kw_only=True):
    """What is told of a version when it is published; what is not known is empty.

    `title` and `owner` are those of the component. `readme` and `example` are the bytes of a page
    and of a Polyaxonfile that uses the version.
    """

    created: str = ""
    stage: str = ""
    replaced_by: str = ""
    title: str = ""
    description: str = ""
    owner: str = ""
    keywords: tuple[str, ...] = ()
    readme: bytes = b""
    example: bytes = b""


@runtime_checkable
class Publishing(Registry, Protocol):
    """A registry that takes versions. Each question may raise RegistryFault."""

    def publish(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...] = ()
    ) -> Version:
        """The version as the registry has it from now on.

        A tag that has other bytes is left as it is (the fault is of the kind `exists`), but for the
        registry's `mutable_tags`. For the same bytes what is told of them is replaced.
        """

    def add_signature(self, version: Version, data: bytes, text: str) -> None:
        """Keep one more signature of a version, whose bytes are `data`, beside those of others."""


def digest_of(data: bytes) -> str:
    """`sha256:` and the digits of some bytes."""
    return f"sha256:{sha256(data).hexdigest()}"
