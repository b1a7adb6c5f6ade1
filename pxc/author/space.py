"""What the builders of search spaces do besides: their numbers stand in order, or by name."""

from __future__ import annotations

from pxc.author.section import Section
from pxc.author.written import Entry, Written

__all__ = ["Space"]


class _Numbers:
    """The numbers of a space as the map that the language has for them."""

    def __init__(self, written: Written) -> None:
        self._written = written

    def __pxc_document__(self) -> Written:
        return self._written


class Space(Section):
    """A search space: its numbers, or a whole `value` in any form that the language has."""

    def __pxc_document__(self) -> Written:
        """Its kind and its value."""
        written = super().__pxc_document__()
        kind, *given = written.entries
        values = [entry for entry in given if entry.name == "value"]
        numbers = [entry for entry in given if entry.name != "value"]
        if values and numbers:
            number = numbers[0].name
            message = f"`value` is the whole space, so `{number}` cannot be given besides"
            raise self._fault("PXC031", message, values[0].argument, "keep one of them")
        if not values:
            values = [Entry("value", _Numbers(written._replace(entries=tuple(numbers))))]
        return written._replace(entries=(kind, *values))
