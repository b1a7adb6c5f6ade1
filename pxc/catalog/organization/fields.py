"""Turns the fields of one map of a catalog into plain values, and what is wrong into PXC810."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from pxc.catalog.connections import check_keys, text_of
from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.node import Invalid, Lit, Map, Seq, is_null
from pxc.source import Span

if TYPE_CHECKING:
    from pxc.catalog.organization.references import References

__all__ = ["Fields", "Reading", "ReadsAmounts", "fault", "is_name", "unique"]

_SEGMENT = r"[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?"
_NAME = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_LONGEST_NAME = 253


class ReadsAmounts(Protocol):
    """The part of the language that amounts need."""

    def quantity(self, text: str) -> Decimal | None:
        """The number that a Kubernetes quantity is; None for a text that is none."""

    def quantity_fault(self, text: str) -> str | None:
        """Why a text is no Kubernetes quantity; None when it is one."""

    def duration_seconds(self, text: str) -> Decimal | str:
        """The seconds of a duration such as `24h`; a sentence when it is none."""


class Reading(Struct, frozen=True):
    """What every reader of an object is given besides the object."""

    report: Report
    language: ReadsAmounts
    references: References


def is_name(text: str) -> bool:
    """Whether a text can be the name of an object."""
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None


def fault(reading: Reading, message: str, span: Span, help: str | None = None) -> None:
    """Report a PXC810."""
    reading.report.add("PXC810", message, span, help=help)


def unique(names: Iterable[tuple[str, Span]], what: str, reading: Reading) -> None:
    """PXC810 for each name that is there twice, with both places."""
    first: dict[str, Span] = {}
    for name, span in names:
        if first.setdefault(name, span) is not span:
            reading.report.add(
                "PXC810",
                f"{what} `{name}` is there twice",
                span,
                label="again",
                notes=(Note("first here", first[name]),),
                help="delete one",
            )


class Fields:
    """One map: each method reads a field, reports what is wrong with it, and passes over null.

    `what` names the map in messages (`a team`). Unknown and missing keys are told at once.
    """

    def __init__(
        self,
        node: Map,
        what: str,
        keys: Iterable[str],
        reading: Reading,
        required: Iterable[str] = (),
    ) -> None:
        self.node, self.what, self.reading = node, what, reading
        check_keys(node, keys, required, what, reading.report)

    @property
    def span(self) -> Span:
        """The place of the first key, for what is about the map as a whole."""
        return self.node.entries[0][0].span if self.node.entries else self.node.span

    def given(self, key: str) -> Any | None:
        """The node of a field, None when nothing was given, or nothing that could be read."""
        value = self.node.get(key)
        return None if value is None or is_null(value) or isinstance(value, Invalid) else value

    def text(self, key: str) -> Lit[str] | None:
        """A text that is not empty."""
        value = self.given(key)
        if value is None or _is_text(value):
            return value
        self._wrong(key, "must be text", value, "put it in quotes" if _is_scalar(value) else None)
        return None

    def prose(self, key: str) -> str:
        """A text for people; empty where there is none."""
        found = self.text(key)
        return found.value if found is not None else ""

    def name(self, key: str) -> Lit[str] | None:
        """A name: segments of letters, digits, `-`, `_` and `.`, with `/` between them."""
        found = self.text(key)
        if found is None or is_name(found.value):
            return found
        self._wrong(
            key,
            f"`{found.value}` cannot be a name",
            found,
            "use letters, digits, `-`, `_` and `.`, and `/` between segments",
        )
        return None

    def reference(self, key: str, kind: str, *, within: str = "") -> str | None:
        """The name of another object of this kind, or of a part of the cluster `within`."""
        found = self.text(key)
        if found is not None:
            self.reading.references.add(kind, found.value, found.span, within)
        return found.value if found is not None else None

    def texts(self, key: str) -> tuple[Lit[str], ...] | None:
        """A list of texts, each once; None when it is not there."""
        items = self._items(key, "a list of text")
        if items is None:
            return None
        for item in items:
            if not _is_text(item) and not isinstance(item, Invalid):
                self._wrong(key, "must be a list of text", item)
        found = tuple(item for item in items if _is_text(item))
        unique(((each.value, each.span) for each in found), f"in `{key}`,", self.reading)
        return found

    def references(self, key: str, kind: str, *, within: str = "") -> tuple[str, ...] | None:
        """A list of such names; None when it is not there."""
        found = self.texts(key)
        for each in found or ():
            self.reading.references.add(kind, each.value, each.span, within)
        return tuple(each.value for each in found) if found is not None else None

    def maps(self, key: str) -> tuple[Map, ...]:
        """A list of maps; none where it is not there."""
        items = self._items(key, "a list of maps") or ()
        for item in items:
            if not isinstance(item, Map | Invalid):
                self._wrong(key, "must be a list of maps", item)
        return tuple(item for item in items if isinstance(item, Map))

    def map(self, key: str) -> Map | None:
        """A map."""
        value = self.given(key)
        if value is None or isinstance(value, Map):
            return value
        self._wrong(key, "must be a map", value)
        return None

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of some words, the first where none is given."""
        found = self.text(key)
        if found is None or found.value in choices:
            return found.value if found is not None else choices[0]
        near = nearest(found.value, choices)
        hint = f"did you mean `{near}`?" if near else f"it is one of {allowed(choices)}"
        self._wrong(key, f"cannot be `{found.value}`", found, hint)
        return choices[0]

    def count(self, key: str, least: int = 0) -> int | None:
        """A whole number."""
        value = self.given(key)
        if value is None:
            return None
        number = value.value if isinstance(value, Lit) else None
        if isinstance(number, int) and not isinstance(number, bool) and number >= least:
            return number
        self._wrong(key, f"must be a whole number, {least} or more", value)
        return None

    def amount(self, key: str, *, seconds: bool = False) -> Decimal | None:
        """An amount as Kubernetes writes it, or the seconds of a duration."""
        value = self.given(key)
        if value is None:
            return None
        found = amount_of(value, self.reading, seconds=seconds)
        if isinstance(found, str):
            self._wrong(key, f"has no amount: {found}", value)
            return None
        return found

    def strings(self, key: str) -> dict[str, str]:
        """A map of texts; numbers are as they were written."""
        found = self.map(key)
        pairs = found.entries if found is not None else ()
        for _, value in pairs:
            if not isinstance(value, Lit) or value.value is None:
                self._wrong(key, "must be a map of text", value)
        return {text_of(k): text_of(v) for k, v in pairs if isinstance(v, Lit)}

    def nothing(self, key: str) -> None:
        """PXC810 for a list that must name something and is empty."""
        value = self.given(key)
        if isinstance(value, Seq) and not value.items:
            self._wrong(key, "names nothing", value, "name something, or leave the field out")

    def _items(self, key: str, shape: str) -> tuple[Any, ...] | None:
        value = self.given(key)
        if value is None or isinstance(value, Seq):
            return value.items if value is not None else None
        self._wrong(key, f"must be {shape}", value, "write `[...]`")
        return None

    def _wrong(self, key: str, why: str, node: Any, help: str | None = None) -> None:
        fault(self.reading, f"`{key}` of {self.what} {why}", node.span, help)


def amount_of(node: Any, reading: Reading, *, seconds: bool = False) -> Decimal | str:
    """The amount of a scalar that is not negative; a sentence when it has none."""
    if not isinstance(node, Lit) or isinstance(node.value, bool) or node.value is None:
        return "it is no number"
    written = str(node.span.text) if node.plain else str(node.value)
    for code in ("PXC004", "PXC008"):  # as a number it loses nothing
        reading.report.withdraw(code, node.span)
    language = reading.language
    if seconds:
        found = language.duration_seconds(written)
    else:
        found = language.quantity(written) or language.quantity_fault(written) or Decimal(0)
    if not isinstance(found, str) and found < 0:
        return "it is less than nothing"
    return found


def _is_text(node: Any) -> bool:
    return isinstance(node, Lit) and isinstance(node.value, str) and bool(node.value)


def _is_scalar(node: Any) -> bool:
    return isinstance(node, Lit) and node.value not in (None, "")
