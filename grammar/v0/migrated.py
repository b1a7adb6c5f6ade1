"""Turns the text of a v0 file into the text of version 1.1, and proves that nothing got lost."""

from __future__ import annotations

import re
from collections import Counter

import yaml
from msgspec import Struct

from pxc.diagnostics import Diagnostic, Note, Report, Severity
from pxc.grammar.fmt import format_text
from pxc.grammar.v0 import is_v0
from pxc.grammar.v0.comments import comments_of
from pxc.grammar.v0.migrate import migrate
from pxc.grammar.v0.write import in_order, write
from pxc.grammar.v0.write_json import write_json
from pxc.grammar.yaml_events import open_events
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Lit, Map, Seq, Value
from pxc.source import Source, Span, head_of

__all__ = ["Lost", "Migrated", "migrated"]


_OF_VERSIONS = "PXC940"
"""The first of the codes that tell what one version has and the other has not."""

_MISSING = frozenset({"PXC104", "PXC120"})


class Lost(Exception):
    """What was written does not say what was meant: a fault of pxc."""


class Migrated(Struct, frozen=True):
    """A v0 file and what it comes to: its text with the line ends of the old, and its tree.

    The nodes of `tree` have the places of the old file; `read` is the same tree as read from the
    new text.
    """

    old: Source
    text: str
    tree: Map
    read: Map

    def old_place(self, found: Diagnostic) -> Diagnostic:
        """A finding in the new text as one at the place of the old that it came from."""
        place = _place(self.read, self.tree, found.span.start)
        span = head_of(place) if place is not None and place.source is self.old else None
        note = Note("in the migrated file it is here", found.span)
        if span is None:
            span = Span(self.old, 0, 0)
        return Diagnostic(found.code, found.message, span, "", (note, *found.notes), found.help)


def migrated(source: Source, report: Report, *, as_json: bool = False) -> Migrated | None:
    """A v0 file in version 1.1; None for one of another version, and for one with mistakes.

    What cannot be read or carried is reported: the codes of `read_yaml` and of `migrate`, PXC964
    for anchors. Raises Lost when a comment or value would be lost.
    """
    old = read_yaml(source, report)
    if old is None or not is_v0(old):
        return None
    new = migrate(old, report)
    if new is None or any(map(_is_mistake, report)):
        return None
    new = in_order(new)
    if as_json:
        text = write_json(new, source)
    else:
        _report_anchors(source, report)
        text = format_text(source.name, write(new, old, source)).text
    if re.match(r"[^\n]*\r\n", source.text):
        text = text.replace("\n", "\r\n")
    return Migrated(source, text, new, _proven(text, new, source))


def _is_mistake(found: Diagnostic) -> bool:
    """Whether an error is one of the v0 file itself, and part of it would be left out for it.

    What is missing has no place, and what version 1.1 cannot say is no mistake.
    """
    code = found.code.id
    return found.severity is Severity.ERROR and code < _OF_VERSIONS and code not in _MISSING


def _report_anchors(source: Source, report: Report) -> None:
    if "&" not in source.text:
        return
    scanner = open_events(source.text)
    spans = [
        Span(source, token.start_mark.index, token.end_mark.index)
        for token in iter(lambda: scanner.get_token() if scanner.check_token() else None, None)  # type: ignore[attr-defined]
        if isinstance(token, yaml.AnchorToken)
    ]
    if spans:
        named = f"the anchor `{spans[0].text}` is" if len(spans) == 1 else "anchors are"
        report.add(
            "PXC964",
            f"{named} written out at each alias",
            spans[0],
            help="put what several files or runs share into a preset",
        )


def _proven(text: str, meant: Map, source: Source) -> Map:
    """The tree of a text that says what was meant, and has every comment."""
    written = Source(source.name, text)
    read = read_yaml(written, Report())
    if read is None:
        raise Lost("the migrated text cannot be read")
    if not _same(read, meant):
        raise Lost("the migrated text does not say what was meant")
    lost = Counter(comments_of(source).texts) - Counter(comments_of(written).texts)
    if lost:
        raise Lost(f"{lost.total()} comments would be lost")
    return read


def _same(one: Value, other: Value) -> bool:
    waiting: list[tuple[object, object]] = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        if isinstance(a, Map) and isinstance(b, Map) and len(a.entries) == len(b.entries):
            waiting += [
                pair for pairs in zip(a, b, strict=True) for pair in zip(*pairs, strict=True)
            ]
        elif isinstance(a, Seq) and isinstance(b, Seq) and len(a.items) == len(b.items):
            waiting += zip(a.items, b.items, strict=True)
        elif not isinstance(a, Lit) or not isinstance(b, Lit) or not _same_value(a.value, b.value):
            return False
    return True


def _same_value(one: object, other: object) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


def _place(new: Value, old: Value, at: int) -> Span | None:
    """The old place of the smallest node around a place in the new text."""
    found = None
    waiting: list[tuple[Value, Value]] = [(new, old)]
    while waiting:
        here, there = waiting.pop()
        if not here.span.start <= at <= here.span.end:
            continue
        found = there.span
        if isinstance(here, Map) and isinstance(there, Map):
            for (key, value), (old_key, old_value) in zip(here, there, strict=True):
                if at >= key.span.start:
                    found = old_key.span if at <= value.span.end else found
                waiting += ((key, old_key), (value, old_value))
            waiting = [pair for pair in waiting if pair[0].span.start <= at <= pair[0].span.end]
        elif isinstance(here, Seq) and isinstance(there, Seq):
            waiting += zip(here.items, there.items, strict=True)
    return found
