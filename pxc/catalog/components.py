"""Turns the path of a component's file, and a reference to one, into the name it is known by."""

from __future__ import annotations

__all__ = ["LATEST", "full_reference", "reference_of"]

LATEST = "latest"
_PUBLIC = "polyaxon/"


def full_reference(ref: str) -> str:
    """`[org/]name:tag` for a reference; without a tag it is the latest of its name.

    Components of no organization are those of the public hub. Source: specification of references,
    section 6.
    """
    name, _, tag = ref.removeprefix(_PUBLIC).partition(":")
    return f"{name}:{tag or LATEST}"


def reference_of(path: str) -> str:
    """The reference for a file's path below `components`, without its suffix.

    `kaniko/1.5` is `kaniko:1.5`, `acme/train/v1` is `acme/train:v1`; a file that lies in no folder
    of its own is the latest of its name.
    """
    name, _, tag = path.rpartition("/")
    return full_reference(f"{name}:{tag}" if name else tag)
