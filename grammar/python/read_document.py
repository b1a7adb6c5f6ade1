"""Turns the bytes that a Python file handed over into a tree whose places are in that file.

`pxc.author.document` tells the format. Whoever wrote the bytes is not trusted: the limits are those
of a YAML file, and what is not exactly of the format is refused.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from pxc.diagnostics import Report
from pxc.grammar.yaml_frame import describe
from pxc.grammar.yaml_reader import LIMITS, Limits
from pxc.ir.characters import unfit_character, unfit_message
from pxc.ir.node import Lit, Map, Seq
from pxc.source import Authored, Source, Span, head_of, whole

__all__ = ["MOST_BYTES", "TOLD", "read_document"]

MOST_BYTES = 32 * 1024 * 1024
"""The largest document; places take many times the room of what they are of."""

MOST_VALUES = 500_000

TOLD = frozenset(("PXC015", "PXC017", "PXC024", "PXC030", "PXC031", "PXC032", "PXC033"))
"""The faults that a program may tell of in the place of a document."""

_MOST_TEXT = 10_000
"""The longest sentence of a fault."""

_WIDE_NUMBER = re.compile(r"-?[0-9]{1,3500}|-?inf|nan")

_Place = tuple[int, int, int, int, int]


class _Part(Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    place: _Place | None


class _Scalar(_Part, tag="s"):
    value: str | int | float | bool | None


class _Wide(_Part, tag="n"):
    text: str


class _List(_Part, tag="l"):
    items: list[_Scalar | _Wide | _List | _Map]


class _Map(_Part, tag="m"):
    entries: list[tuple[_Scalar | _Wide, _Scalar | _Wide | _List | _Map]]


class _Fault(Struct, array_like=True, forbid_unknown_fields=True):
    code: str
    message: str
    place: _Place | None
    help: str


class _Document(Struct, forbid_unknown_fields=True):
    files: list[str]
    tree: _Scalar | _Wide | _List | _Map | None = None
    fault: _Fault | None = None


class _Refused(Exception):
    """What is wrong with a document: a code, a sentence, a place, help."""

    def __init__(self, code: str, message: str, span: Span, help: str) -> None:
        super().__init__(message)
        self.row = code, message, span, help


def read_document(
    source: Source, authored: Authored, report: Report, *, limits: Limits = LIMITS
) -> Map | None:
    """The root map of what a program handed over; None, after reporting, when there is none.

    Errors: PXC034 for bytes that are no document, PXC002 for a root that is no map, PXC015, PXC017
    and PXC022 for limits, PXC024; and the fault, where the program handed one over.
    """
    try:
        found = _decoded(source, authored)
        reader = _Reader(source, authored, found.files, report, limits)
        if found.fault is not None:
            reader.tell(found.fault)
            return None
        root = reader.node(found.tree, reader.top, 1)
    except _Refused as refused:
        code, message, span, help = refused.row
        report.add(code, message, span, help=help)
        return None
    if isinstance(root, Map):
        return root
    message = f"expected a map of fields, found {describe(root)}"
    help = "give a component, an operation or a dict of fields"
    report.add("PXC002", message, head_of(root.span), help=help)
    return None


def _decoded(source: Source, authored: Authored) -> _Document:
    data, top = authored.document, head_of(whole(source))
    if len(data) > MOST_BYTES:
        message = f"the document has {len(data):,} bytes, more than the limit of {MOST_BYTES:,}"
        raise _Refused("PXC017", message, top, "split it, or move large texts to files")
    try:
        found = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise _malformed(reason[:_MOST_TEXT], top) from None
    if (found.tree is None) == (found.fault is None):
        raise _malformed("it has to have a tree or a fault", top)
    return found


def _malformed(reason: str, span: Span) -> _Refused:
    reason = reason[:1].lower() + reason[1:]
    help = "print nothing where the document goes, and let pxc.author write it"
    message = f"what the program handed over is no document: {reason}"
    return _Refused("PXC034", message, span, help)


class _Reader:
    """Makes the nodes of one document; what has no place has that of what is around."""

    def __init__(
        self, source: Source, authored: Authored, files: list[str], report: Report, limits: Limits
    ) -> None:
        texts = dict(authored.modules)
        self.top = head_of(whole(source))
        self._sources = [
            source
            if name == source.name
            else Source(name, texts[name], source.via, Authored(b""))
            if name in texts
            else None
            for name in files
        ]
        self._report = report
        self._limits = limits
        self._count = 0

    def span(self, place: _Place | None, around: Span) -> Span:
        """A place; that of what is around for one that is not in a text that is at hand."""
        if place is None:
            return around
        if not 0 <= place[0] < len(self._sources):
            raise _malformed(f"it has no file {place[0]}", self.top)
        source = self._sources[place[0]]
        if source is None:
            return around
        start, end = source.offset(place[1], place[2]), source.offset(place[3], place[4])
        if start is None or end is None or end < start:
            return around
        return Span(source, start, end)

    def tell(self, fault: _Fault) -> None:
        """Report what a program said is wrong with it."""
        span = self.span(fault.place, self.top)
        if fault.code not in TOLD:
            raise _malformed(f"`{fault.code[:20]}` is no fault of a program", span)
        message, help = fault.message[:_MOST_TEXT], fault.help[:_MOST_TEXT]
        self._report.add(fault.code, message, span, help=help or None)

    def node(self, part: Any, around: Span, depth: int) -> Lit[Any] | Seq | Map:
        """A part of the document as a node."""
        span = self.span(part.place, around)
        self._count += 1
        if self._count > MOST_VALUES:
            message = f"the document has more than {MOST_VALUES:,} values"
            raise _Refused("PXC017", message, span, "split it")
        kind = part.__class__
        if kind is _Scalar or kind is _Wide:
            return self._scalar(part, span)
        if depth > self._limits.depth:
            message = f"nested deeper than {self._limits.depth} levels"
            raise _Refused("PXC015", message, head_of(span), "flatten the structure")
        if kind is _List:
            return Seq(span, tuple(self.node(each, span, depth + 1) for each in part.items))
        return self._map(part, span, depth)

    def _map(self, part: _Map, span: Span, depth: int) -> Map:
        entries: dict[object, tuple[Lit[Any], Lit[Any] | Seq | Map]] = {}
        for key, value in part.entries:
            shown = self._scalar(key, self.span(key.place, span))
            if shown.value in entries:
                raise _malformed(f"the key `{shown.value}` is given twice in one map", shown.span)
            entries[shown.value] = shown, self.node(value, span, depth + 1)
        return Map(span, tuple(entries.values()))

    def _scalar(self, part: _Scalar | _Wide, span: Span) -> Lit[Any]:
        if isinstance(part, _Wide):
            return Lit(span, _wide(part.text, span))
        value = part.value
        if not isinstance(value, str):
            return Lit(span, value)
        if len(value) > self._limits.scalar_chars:
            limit = self._limits.scalar_chars
            message = f"one value has {len(value):,} characters, more than the limit of {limit:,}"
            raise _Refused("PXC022", message, head_of(span), "move the text to its own file")
        if not value.isascii() and (unfit := unfit_character(value)):
            help = "leave it out: programs keep such characters for themselves"
            self._report.add("PXC024", unfit_message(unfit), head_of(span), help=help)
            value = value.replace(unfit, "")
        return Lit(span, value)


def _wide(text: str, span: Span) -> int | float:
    """A number that JSON has not."""
    if not _WIDE_NUMBER.fullmatch(text):
        raise _malformed(f"`{text[:40]}` is no number", span)
    return float(text) if text[-1] in "fn" else int(text)
