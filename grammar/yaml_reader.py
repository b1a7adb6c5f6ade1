"""Turns the events of one YAML document into nodes, inside limits.

A stack of its own instead of recursion; no YAML constructor runs; each limit is counted before
what it bounds has been built.
"""

from __future__ import annotations

from typing import Any

import yaml
from msgspec import Struct

from pxc.diagnostics import Diagnostic, Note, allowed, nearest
from pxc.grammar.yaml_events import Events
from pxc.grammar.yaml_finding import fault
from pxc.grammar.yaml_frame import Anchor, Frame, Tree
from pxc.grammar.yaml_pieces import shorten
from pxc.grammar.yaml_properties import after_properties, written_anchor, written_tag
from pxc.grammar.yaml_scalars import resolve, resolve_tagged
from pxc.grammar.yaml_spelling import warn
from pxc.ir.characters import unfit_character, unfit_message
from pxc.ir.node import Invalid, Lit
from pxc.source import Source, Span

_TAGS = "tag:yaml.org,2002:"
_SCALARS = ("str", "int", "float", "bool", "null")
_SUGGESTIONS = 50  # comparing every unknown alias with every anchor would be quadratic
_STANDARD = (*_SCALARS, "map", "seq")


class Limits(Struct, frozen=True):
    """What one text may cost.

    `depth`: levels of nesting, aliases followed. `alias_values`: values that aliases add, where a
    text weighs one more for every 100 characters. `scalar_chars`: length of one scalar.
    """

    depth: int = 100
    alias_values: int = 100_000
    scalar_chars: int = 1024 * 1024


LIMITS = Limits()


class LimitPassed(Exception):
    """A limit was passed; `finding` says which and where, and is all there is to say."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


class TreeReader:
    """Reads one document; `findings` are in the order they were met."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.findings: list[Diagnostic] = []
        self._source = source
        self._text = source.text
        self._limits = limits
        self._stack: list[Frame] = []
        self._anchors: dict[str, Anchor] = {}
        self._weight = 0
        self._alias_weight = 0
        self._has_merged = False
        self._unknown = 0
        self._root: Tree | None = None

    def read(self, events: Events) -> Tree | None:
        """The root of the first document, its end event read; None when the stream is empty.

        Raises LimitPassed, and yaml.YAMLError where the text is not YAML.
        """
        next_event = events.get_event
        while True:
            event = next_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, kind is yaml.MappingStartEvent)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentEndEvent or kind is yaml.StreamEndEvent:
                return self._root

    def _put(self, node: Tree, span: Span, height: int = 0) -> None:
        if self._stack:
            self._stack[-1].put(node, span, height)
        else:
            self._root = node

    def _scalar(self, event: Any) -> None:
        value: str = event.value
        at = start = event.start_mark.index
        end = event.end_mark.index
        if len(value) > self._limits.scalar_chars:
            raise self._too_large(len(value), start)
        tag, style = event.tag, event.style
        anchor = None
        if tag is not None or event.anchor is not None:
            anchor = self._anchor(event)
            start = min(after_properties(self._text, start), end)
        if start == end and self._stack:
            start = end = self._stack[-1].place_of_nothing(start, self._text)
        elif style == "|" or style == ">":
            end = start + len(self._text[start:end].rstrip())
        span = Span(self._source, start, end)
        if not value.isascii() and (unfit := unfit_character(value)):
            self._tell_unfit(unfit, span)
            value = value.replace(unfit, "")
        node: Tree
        if tag is not None:
            node = self._tagged(tag, value, span, at)
        elif style:
            node = Lit(span, value)
        else:
            node = self._plain(value, span)
        weight = 1 + len(value) // 100
        self._weight += weight
        if anchor:
            anchor.node, anchor.weight = node, weight
        self._put(node, span)

    def _tell_unfit(self, character: str, span: Span) -> None:
        help = "leave it out: programs keep such characters for themselves"
        self.findings.append(fault("PXC024", unfit_message(character), span, help=help))

    def _plain(self, value: str, span: Span) -> Lit[Any]:
        resolved, code = resolve(value)
        is_key = bool(self._stack) and self._stack[-1].wants_key
        if is_key and value == "<<":
            self._merge_key(span)
        if code:
            self.findings.append(warn(code, value, span, is_key=is_key))
            if is_key and code == "PXC005":  # `on:` is a name, whatever its readers make of it
                resolved = value
        return Lit(span, resolved, True)

    def _merge_key(self, span: Span) -> None:
        self._stack[-1].next_is_merge = True
        if self._has_merged:
            return
        self._has_merged = True
        self.findings.append(
            fault(
                "PXC010",
                "the merge key `<<` is of YAML 1.1: a reader of YAML 1.2 takes it for a field",
                span,
                help="write the fields out, or move them to a preset",
            )
        )

    def _tagged(self, tag: str, value: str, span: Span, at: int) -> Tree:
        kind = "str" if tag == "!" else tag.removeprefix(_TAGS)
        if kind in _SCALARS and tag in ("!", _TAGS + kind):
            resolved = resolve_tagged(kind, value)
            if resolved:
                return Lit(span, resolved[0])
        self._refuse_tag(tag, at, f"`{shorten(value, 40)}`")
        return Invalid(span)

    def _refuse_tag(self, tag: str, at: int, what: str) -> None:
        start, end = written_tag(self._text, at)
        span = Span(self._source, start, end)
        if tag.startswith(_TAGS) and tag.removeprefix(_TAGS) in _STANDARD:
            message, help = f"`{span.text}` does not fit {what}", "remove the tag"
        else:
            message = f"the tag `{span.text}` is not allowed"
            help = f"remove it; allowed are {allowed(f'!!{name}' for name in _STANDARD)}"
        self.findings.append(fault("PXC019", message, span, help=help))

    def _anchor(self, event: Any) -> Anchor | None:
        name = event.anchor
        if name is None:
            return None
        start, end = written_anchor(self._text, event.start_mark.index)
        anchor = Anchor(Span(self._source, start, end))
        first = self._anchors.get(name)
        if first:
            self.findings.append(
                fault(
                    "PXC001",
                    f"the anchor `&{name}` is given twice",
                    anchor.span,
                    notes=(Note("first given here", first.span),),
                    help="rename one of them",
                )
            )
        self._anchors[name] = anchor
        return anchor

    def _alias(self, event: Any) -> None:
        span = Span(self._source, event.start_mark.index, event.end_mark.index)
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            self._unknown_alias(event.anchor, span)
            return
        note = (Note("the anchor is here", anchor.span),)
        if anchor.node is None:
            message = f"the alias `{span.text}` stands inside its own anchor, so it has no end"
            raise LimitPassed(fault("PXC016", message, span, notes=note, help="write it out"))
        self._alias_weight += anchor.weight
        self._weight += anchor.weight
        if self._alias_weight > self._limits.alias_values:
            raise LimitPassed(
                fault(
                    "PXC016",
                    f"the aliases add more than {self._limits.alias_values:,} values to the file",
                    span,
                    label="the limit is passed here",
                    notes=note,
                    help="use fewer aliases inside anchored values",
                )
            )
        self._check_depth(anchor.height, span)
        self._put(anchor.node, span, anchor.height)

    def _unknown_alias(self, name: str, span: Span) -> None:
        self._unknown += 1
        few = self._unknown <= _SUGGESTIONS and len(self._anchors) <= _SUGGESTIONS
        near = nearest(name, self._anchors) if few else None
        self.findings.append(
            fault(
                "PXC001",
                f"the alias `*{name}` has no anchor `&{name}` before it",
                span,
                help=f"did you mean `*{near}`?" if near else
                "quote it if it is text, or set the anchor first",
            )
        )  # fmt: skip
        self._put(Invalid(span), span)

    def _open(self, event: Any, is_map: bool) -> None:
        at = start = event.start_mark.index
        self._check_depth(1, Span(self._source, start, min(start + 1, len(self._text))))
        frame = Frame(start, is_map, event.flow_style, self.findings)
        if event.tag is not None or event.anchor is not None:
            frame.anchor = self._anchor(event)
            frame.start = frame.end = after_properties(self._text, start)
            kind = "map" if is_map else "seq"
            if event.tag not in (None, "!", _TAGS + kind):
                self._refuse_tag(event.tag, at, "a map" if is_map else "a list")
                frame.fits = False
        frame.weight = self._weight
        self._weight += 1
        self._stack.append(frame)

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        span = Span(self._source, frame.start, event.end_mark.index if frame.flow else frame.end)
        node = frame.finish(span)
        if not frame.fits:
            node = Invalid(span)
        if frame.anchor:
            frame.anchor.node = node
            frame.anchor.weight = self._weight - frame.weight
            frame.anchor.height = frame.height
        self._put(node, span, frame.height)

    def _check_depth(self, more: int, span: Span) -> None:
        if len(self._stack) + more > self._limits.depth:
            message = f"nested deeper than {self._limits.depth} levels"
            raise LimitPassed(fault("PXC015", message, span, help="flatten the structure"))

    def _too_large(self, length: int, start: int) -> LimitPassed:
        limit = self._limits.scalar_chars
        message = f"one value has {length:,} characters, more than the limit of {limit:,}"
        span = Span(self._source, start, start + 1)
        return LimitPassed(fault("PXC022", message, span, help="move the text to its own file"))
