"""Turns a `{{ ... }}` that was written without quotes into the diagnostic that quotes it.

YAML reads `queue: {{ q }}` as a map whose key is a map, and stops at what follows the braces.
"""

from __future__ import annotations

import re

from pxc.diagnostics import Diagnostic, Fix
from pxc.grammar.yaml_finding import fault
from pxc.grammar.yaml_pieces import line_bounds, quote, shorten
from pxc.source import Source, Span

_PIECES = r"""(?x)
    (?P<template> \{\{ | \{% )
  | (?P<comment>  (?:^|(?<=[ \t]))\# )
  | (?P<blank>    [ \t]+ )
  | (?P<quoted>   "(?:\\.|[^"\\])*" | '(?:''|[^'])*' )
  | (?P<value>    [:?-](?=[ \t]|$) )
  | (?P<open>     [\[{] )
  | (?P<close>    [\]}] )
  | (?P<comma>    , )
  | (?P<text>     . )
"""
_LONGEST_LINE = 2_000  # the search is quadratic in the worst case
_BLOCK_REST = r"(?:\{\{.*?\}\}|\{%.*?%\}|[^\s]|[ \t]+(?!#))*"
_FLOW_REST = r"(?:\{\{.*?\}\}|\{%.*?%\}|[^,\[\]{}\s]|[ \t]+(?!#))*"


def unquoted_template(source: Source, at: int, *, in_flow: bool = False) -> Diagnostic | None:
    """PXC011 for the unquoted template on the line of an offset, at or before it, if any.

    `in_flow` says that the line starts inside brackets that an earlier line opened.
    """
    start, end = line_bounds(source.text, at)
    if end - start > _LONGEST_LINE:
        return None
    line = source.text[start:end]
    found = _last_template(line, at - start, in_flow)
    if found is None:
        return None
    begin, flow = found
    rest = re.compile(_FLOW_REST if flow else _BLOCK_REST).match(line, begin)
    stop = begin + max(len(rest[0].rstrip()) if rest else 0, 2)
    return template_fault(Span(source, start + begin, start + stop))


def template_fault(span: Span) -> Diagnostic:
    """PXC011 for one scalar with an unquoted template, with the fix that quotes all of it."""
    text = span.text
    return fault(
        "PXC011",
        f"`{shorten(text)}` is not quoted, so YAML takes its `{{` for the start of a map",
        span,
        help="quote the whole value",
        fix=Fix("quote it", ((span, quote(text)),)) if "}" in text else None,
    )


def _last_template(line: str, at: int, in_flow: bool) -> tuple[int, bool] | None:
    """Where the scalar around the last unquoted template starts, and whether it is in brackets.

    Braces inside a plain scalar are text, but not between brackets; quotes count only where a
    value may start.
    """
    depth = int(in_flow)
    scalar: int | None = None
    found = None
    begin = 0
    pieces = re.compile(_PIECES)
    while begin <= at and (piece := pieces.match(line, begin)):
        kind, end = piece.lastgroup, piece.end()
        if kind == "comment":
            break
        if kind == "template":
            scalar_start = begin if scalar is None else scalar
            if scalar is None or depth:
                found = scalar_start, bool(depth)
            scalar = scalar_start
            closing = line.find("}}" if piece[0] == "{{" else "%}", begin)
            if closing < 0:
                break
            end = closing + 2
        elif kind == "value":
            if piece[0] == ":" and re.search(r"\s.*['\"]", line[scalar or begin : begin]):
                return None  # words and quotes before `: ` are no key: the whole value is text
            scalar = None
        elif kind == "open" and (scalar is None or depth):
            depth, scalar = depth + 1, None
        elif kind in ("close", "comma") and depth:
            depth, scalar = depth - (kind == "close"), None
        elif kind != "blank":
            end = end if kind != "quoted" or scalar is None else begin + 1
            scalar = begin if scalar is None else scalar
        begin = end
    return found
