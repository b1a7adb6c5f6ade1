"""What a section written in Python says of itself: its fields, and the call that made it."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from pxc.author.calls import Call

__all__ = ["Argument", "Entry", "Section", "Written"]


Argument = str | int | tuple[int, str]
"""A keyword of a call, a position, or a position and a key of the dict that stands there."""


class Entry(NamedTuple):
    """A field: its name in the language, its value, and how the call spelled it.

    `argument` says where in the call the value stands; None where it came by itself. `call` is
    where it came from later: both have that place.
    """

    name: str
    value: object
    argument: Argument | None = None
    call: Call | None = None


class Written(NamedTuple):
    """The fields of a section in their order, and the call that made it."""

    entries: tuple[Entry, ...]
    call: Call | None = None


@runtime_checkable
class Section(Protocol):
    """Anything that can be asked for its fields; classes of other libraries may answer, too."""

    def __pxc_document__(self) -> Written:
        """The fields that were given, and who gave them."""
