"""What a section written in Python says of itself: its fields, and the call that made it."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from pxc.author.calls import Call

__all__ = ["Entry", "Section", "Written"]


class Entry(NamedTuple):
    """A field: its name in the language, its value, and how the call spelled it.

    `argument` is the keyword of the call, or the position of the argument; None where the value
    came by itself. `call` is where it came from later: both have that place.
    """

    name: str
    value: object
    argument: str | int | None = None
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
