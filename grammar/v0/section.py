"""Hands out the fields of a section of version 0, each checked once, and reports all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.grammar.build import Builder
from pxc.grammar.shape import missing_field, unknown_field, wrong_type
from pxc.grammar.shapes import Model
from pxc.grammar.v0.tree import Pair
from pxc.ir.node import Invalid, Lit, Map, Seq, is_null, replace
from pxc.source import Span

__all__ = ["Section", "opened"]


class Section:
    """The fields of one map of the old file, by their names in the last release of version 0.

    Unknown fields are reported when the section is opened, as in any file (PXC101 to PXC103,
    PXC119). A field that is null is not there: that is how version 0 read it.
    """

    def __init__(self, node: Map, model: Model, report: Report) -> None:
        self.node = node
        self.span = node.span
        self.model = model
        self.report = report
        self.entries: dict[str, Pair] = {}
        self._taken: set[str] = set()
        self._inner: list[Section] = []
        for key, value in node.entries:
            name = self._name(key)
            if name is not None and not is_null(value):
                self._put(name, (key, value))

    def _name(self, key: Any) -> str | None:
        if not isinstance(key, Lit):
            return None
        if key.value in self.model.fields:
            return str(key.value)
        meant = unknown_field(key, self.model, self.node, self.report)
        return None if meant is None or self.node.key(meant) is not None else meant

    def _put(self, name: str, entry: Pair) -> None:
        """Keep a field that is of use; of a list, the items that are. Faults are reported.

        Where a list is wanted and one item stands alone, it is a list of it.
        """
        key, value = entry
        shape = self.model.fields[name].shape
        built = Builder(self.report).build(shape, value, name)
        if isinstance(built, Seq) and not isinstance(value, Seq) and shape.single:
            value = Seq(value.span, (value,))
        if isinstance(built, Seq) and isinstance(value, Seq):
            kept = zip(value.items, built.items, strict=True)
            value = replace(value, items=tuple(old for old, new in kept if not _faulty(new)))
        if not _faulty(built):
            self.entries[name] = (
                Lit(key.span, name),
                value,
            )  # told already where it was misspelled

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def entry(self, name: str) -> Pair | None:
        """The key and the value of a field; None when it is not there, or is of no use."""
        self._taken.add(name)
        return self.entries.get(name)

    def get(self, name: str) -> Any | None:
        """The value of a field."""
        entry = self.entry(name)
        return None if entry is None else entry[1]

    def fields(self) -> Iterator[tuple[str, Pair]]:
        """All fields in authored order."""
        self._taken.update(self.entries)
        return iter(self.entries.items())

    def place(self, name: str) -> Span:
        """Where the name of a field stands; where the section does when it is not there."""
        entry = self.entries.get(name)
        return self.span if entry is None else entry[0].span

    def section(self, name: str, model: Model) -> Section | None:
        """A field that is a section itself."""
        value = self.get(name)
        inner = None if value is None else opened(value, model, self.report)
        return None if inner is None else self.adopt(inner)

    def adopt(self, inner: Section) -> Section:
        """Take a section that lies below this one in its care."""
        self._inner.append(inner)
        return inner

    def word(self, name: str) -> str | None:
        """The value of a field that holds one word."""
        value = self.get(name)
        return str(value.value) if isinstance(value, Lit) else None

    def settle(self) -> None:
        """Call everything in this section reported: it was refused as a whole."""
        self._taken.update(self.entries)
        self._inner.clear()

    def finish(self) -> None:
        """Report PXC949 for each field, here and in the sections below, that nobody asked for."""
        for name, (key, _) in self.entries.items():
            if name not in self._taken:
                self.report.add(
                    "PXC949",
                    f"`{name}` of `{self.model.name}` has no counterpart",
                    key.span,
                    help="say what it did in another way, or leave it out",
                )
        for inner in self._inner:
            inner.finish()

    def need(self, name: str) -> None:
        """Report PXC104 when a field is not there at all."""
        if self.node.key(name) is None:
            missing_field(self.node, self.model, name, self.report)

    def only_one(self, *names: str) -> str | None:
        """The field that is there of some that exclude each other.

        PXC118 for each further one, which is not there from then on.
        """
        given = [name for name in self.entries if name in names]
        for second in given[1:]:
            self._taken.add(second)
            self.report.add(
                "PXC118",
                f"`{second}` and `{given[0]}` cannot both be set",
                self.place(second),
                notes=(Note(f"`{given[0]}` is set here", self.place(given[0])),),
                help=f"remove one of them; `{given[0]}` is read",
            )
            del self.entries[second]
        return given[0] if given else None


def _faulty(built: Any) -> bool:
    return isinstance(built, Invalid)


def opened(node: Any, model: Model, report: Report) -> Section | None:
    """A node as a section; None after PXC105 when it is no map."""
    if isinstance(node, Map):
        return Section(node, model, report)
    if not isinstance(node, Invalid):
        wrong_type(node, model.name, "a map", report)
    return None
