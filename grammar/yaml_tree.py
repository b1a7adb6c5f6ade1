"""Turns YAML (or JSON) text into its root map, in which every key and value has its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from pxc.diagnostics import Diagnostic, Report
from pxc.grammar.yaml_bytes import load_source
from pxc.grammar.yaml_characters import forbidden_character
from pxc.grammar.yaml_events import Events, open_events
from pxc.grammar.yaml_finding import fault, hand_over
from pxc.grammar.yaml_frame import Tree, describe
from pxc.grammar.yaml_reader import LIMITS, LimitPassed, Limits, TreeReader
from pxc.ir.node import Invalid, Lit, Map, Seq
from pxc.source import Source, Span

__all__ = ["LIMITS", "Limits", "Tree", "load_source", "read_documents", "read_yaml"]


def read_yaml(
    source: Source, report: Report, *, limits: Limits = LIMITS, pure: bool = False
) -> Map | None:
    """The root map of a text; None, after reporting, when there is none to work with.

    A text that is not YAML, or that passes a limit, has that one finding and no other. Errors:
    PXC001 to PXC003, PXC009, PXC011, PXC012, PXC014 to PXC016, PXC019, PXC022; warnings: PXC004
    to PXC006, PXC008, PXC010, PXC020. `pure` reads without libyaml, to the same tree.
    """
    unreadable = forbidden_character(source)
    if unreadable:
        hand_over(unreadable, report)
        return None
    reader = TreeReader(source, limits)
    try:
        events = open_events(source.text, pure=pure)
        root = reader.read(events)
        further = _further_document(source, events)
    except yaml.YAMLError as error:
        from pxc.grammar.yaml_faults import syntax_fault  # what a correct file never needs

        hand_over(syntax_fault(source, error), report)
        return None
    except LimitPassed as passed:
        hand_over(passed.finding, report)
        return None
    unusable = None if further else _unusable(source, root)
    for finding in (unusable,) if unusable else reader.findings:
        hand_over(finding, report)
    if further:
        hand_over(further, report)
    return root if isinstance(root, Map) else None


def read_documents(source: Source, report: Report, *, limits: Limits = LIMITS) -> Iterator[Map]:
    """The root map of each document of a text; empty documents are passed over.

    Findings are those of `read_yaml` but PXC012. What follows a text that is not YAML, or that
    passes a limit, is not read. PXC014 where all is empty.
    """
    unreadable = forbidden_character(source)
    if unreadable:
        hand_over(unreadable, report)
        return
    found = 0
    try:
        events = open_events(source.text)
        while True:
            reader = TreeReader(source, limits)
            root = reader.read(events)
            if root is None:
                break
            if _is_nothing(root):
                continue
            found += 1
            unusable = _unusable(source, root)
            for finding in (unusable,) if unusable else reader.findings:
                hand_over(finding, report)
            if isinstance(root, Map):
                yield root
    except yaml.YAMLError as error:
        from pxc.grammar.yaml_faults import syntax_fault  # what a correct file never needs

        hand_over(syntax_fault(source, error), report)
        return
    except LimitPassed as passed:
        hand_over(passed.finding, report)
        return
    empty = None if found else _unusable(source, None)
    if empty is not None:
        hand_over(empty, report)


def _is_nothing(root: Tree) -> bool:
    return isinstance(root, Lit) and root.span.start == root.span.end


def _unusable(source: Source, root: Tree | None) -> Diagnostic | None:
    """Why this root has no fields, unless that was said where it was read."""
    if root is None or _is_nothing(root):
        return fault(
            "PXC014",
            "the file is empty",
            Span(source, 0, 0),
            help="begin it with `version: 1.1` and `kind: operation` or `kind: component`",
        )
    if isinstance(root, Map | Invalid):
        return None
    start = root.span.start
    width = 1 if isinstance(root, Seq) else len(root.span.text.partition("\n")[0].rstrip("\r"))
    return fault(
        "PXC002",
        f"expected a map of fields, found {describe(root)}",
        Span(source, start, start + width),
        help="write fields as `key: value` lines, with a space after `:`",
    )


def _further_document(source: Source, events: Events) -> Diagnostic | None:
    """PXC012 at the first further document that is not empty."""
    while type(start := events.get_event()) is yaml.DocumentStartEvent:
        try:
            empty = _is_empty(events)
        except yaml.YAMLError:  # one fault: the document should not be there at all
            empty = False
        if not empty:
            at = _place(start)[0]
            return fault(
                "PXC012",
                "a second document starts here, but a file holds one",
                Span(source, at, min(at + 3, len(source.text))),
                help="put it in a file of its own",
            )
    return None


def _is_empty(events: Events) -> bool:
    event = events.get_event()
    start, end = _place(event)
    if type(event) is not yaml.ScalarEvent or start < end:
        return False
    return isinstance(events.get_event(), yaml.DocumentEndEvent)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index
