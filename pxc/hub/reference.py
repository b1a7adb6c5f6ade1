"""Turns the text of a reference to a component of a hub into its parts, and back."""

from __future__ import annotations

import re

from msgspec import Struct, structs

__all__ = [
    "FILES",
    "LATEST",
    "PUBLIC",
    "RANGES",
    "HubReference",
    "parse_reference",
    "without_polyaxon",
]

LATEST = "latest"
RANGES = ("~", "^")
"""What a range of versions begins with, as no tag does."""

PUBLIC = "public"
"""The registry of components of no organization."""

_POLYAXON = "polyaxon"
"""The organization that components of no other are of, where it is written at all."""

FILES = ("yaml", "yml", "json", "py")
"""What names of files end with, as no name of a component does."""

_REGISTRY = "[A-Za-z0-9_-]+"
_NAME = (
    r"(?![A-Za-z0-9._-]{64})"
    rf"(?![A-Za-z0-9._-]*\.(?i:{'|'.join(FILES)})(?![A-Za-z0-9._-]))"
    r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
)
_REFERENCE = re.compile(
    rf"(?:({_REGISTRY})//)?(?:({_NAME})/)?({_NAME})"
    r"(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?"
)


class HubReference(Struct, frozen=True):
    """A component of a hub; parts that are not written are empty."""

    name: str
    org: str = ""
    tag: str = ""
    digest: str = ""
    registry: str = ""

    @property
    def component(self) -> str:
        """`org/name`, or the name alone."""
        return f"{self.org}/{self.name}" if self.org else self.name

    @property
    def key(self) -> str:
        """`registry//org/name:tag`: how it is known once its registry and its tag are given."""
        return f"{self.registry}//{self.component}:{self.tag or LATEST}"

    @property
    def entry(self) -> str:
        """What pxc.lock calls it: its key, and the digest where the reference fixes it itself."""
        return self.key + (f"@{self.digest}" if self.digest else "")

    @property
    def text(self) -> str:
        """The shortest text that means this."""
        head = f"{self.registry}//" if self.registry else ""
        tag = f":{self.tag}" if self.tag else ""
        return f"{head}{self.component}{tag}" + (f"@{self.digest}" if self.digest else "")


def parse_reference(text: str) -> HubReference | None:
    """The component that a text names; None for what is no reference.

    `[registry//][org/]name[:tag][@sha256:digest]`; a registry is one of pxc.yaml. A name has 63
    characters at most, dots between others, and no ending of a file, so that no path to one is a
    reference. Source: specification of components, section 6.
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    return HubReference(match[3], match[2] or "", match[4] or "", match[5] or "", match[1] or "")


def without_polyaxon(reference: HubReference) -> HubReference:
    """The reference without the organization that public components are of."""
    return structs.replace(reference, org="") if reference.org == _POLYAXON else reference
