"""Turns what an engine says of the identity of a run into the run's uuid."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

__all__ = ["named"]

_BY_NAME = "uuid5:"


def named(said: str, plain: str, name: str) -> str:
    """The plain text, or the uuid of a name where the engine has said `uuid5:NAME`.

    Its runs know their uuids only as those of names, which say which run of which task it is.
    """
    if not said.startswith(_BY_NAME):
        return plain
    return uuid5(NAMESPACE_OID, name.removeprefix(_BY_NAME)).hex
