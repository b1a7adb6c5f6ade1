"""Turns each problem a YAML parser can have into a sentence: what was expected, what was found."""

from __future__ import annotations

import re
from collections.abc import Callable

from pxc.diagnostics import Diagnostic, Fix, Note
from pxc.grammar.yaml_finding import fault
from pxc.grammar.yaml_pieces import (
    last_written,
    line_bounds,
    quoting,
    rest_of_line,
    shorten,
    token,
    what_stands,
    written_line,
)
from pxc.source import Source, Span

_RESERVED = {
    "@": "`@` is reserved",
    "`": "a back-tick is reserved",
    "%": "`%` starts a directive",
    "*": "`*` starts an alias",
    "&": "`&` starts an anchor",
}
_OPENED = {"'": "quote", '"': "quote", "[": "list", "{": "map"}
_CLOSING = {"[": "]", "{": "}"}
_MISSING_SPACE = r"""['"]?[A-Za-z_][\w.-]*['"]?(:)(?![\s/:])\S"""
_SIMPLE_KEY = r"""[ ]*(?:-[ ]+)*(?:"[^"]*"|'[^']*'|[^\s'"#]+)[ ]*:[ ]+(?=\S)"""
_ITEM_OR_KEY = r"""[ ]*(?:-[ ]+)*(?:[\w.-]+:[ ]+)?"""


def by_problem(source: Source, problem: str, context: str, at: int, opened: int) -> Diagnostic:
    """The diagnostic for what a parser said at `at` about something that began at `opened`.

    Known are the words of libyaml 0.2 and of PyYAML 6; the problem counts before its context.
    """
    for said in (problem, context):
        for words, explain in _PROBLEMS:
            if words in said:
                return explain(source, at, opened)
    what = problem.replace("'", "`").replace("did not find expected", "expected")
    return fault("PXC001", f"this is not YAML: {what or 'unreadable'}", token(source, at))


def _odd_start(source: Source, at: int, opened: int) -> Diagnostic:
    sign = source.text[at : at + 1]
    why = f"{_RESERVED[sign]} in YAML" if sign in _RESERVED else f"found {what_stands(source, at)}"
    span = rest_of_line(source, at)
    return fault(
        "PXC001",
        f"a value cannot start like this: {why}",
        span if span.end > span.start else token(source, at),
        help="quote the value",
        fix=quoting(span),
    )


def _alias_name(source: Source, at: int, opened: int) -> Diagnostic:
    return _odd_start(source, opened, opened)


def _block_text(source: Source, at: int, opened: int) -> Diagnostic:
    sign = source.text[opened : opened + 1]
    span = rest_of_line(source, opened)
    return fault(
        "PXC001",
        f"`{sign}` starts a text of several lines, found {what_stands(source, at)} after it",
        span,
        help=f"begin the text on the next line, or quote a value that starts with `{sign}`",
        fix=quoting(span),
    )


def _block_indent(source: Source, at: int, opened: int) -> Diagnostic:
    return fault(
        "PXC001",
        "the lines of this text are not indented alike",
        token(source, at),
        notes=(Note("the text starts here", token(source, opened)),),
        help="indent every line of the text at least like its first one",
    )


def _no_colon(source: Source, at: int, opened: int) -> Diagnostic:
    span = rest_of_line(source, opened)
    missing = re.match(_MISSING_SPACE, span.text)
    if missing:
        return _space_after_colon(source, opened + missing.end(1))
    return fault(
        "PXC001",
        f"expected `key: value`, found `{shorten(span.text)}` without `:`",
        span,
        help="add `:` after the key, or indent the line under the value it continues",
    )


def _space_after_colon(source: Source, after: int) -> Diagnostic:
    add = Fix("add the space", ((Span(source, after, after), " "),))
    colon = Span(source, after - 1, after)
    return fault(
        "PXC001", "a space is missing after `:`", colon, help="write `key: value`", fix=add
    )


def _second_colon(source: Source, at: int, opened: int) -> Diagnostic:
    start, end = line_bounds(source.text, at)
    first = re.compile(_SIMPLE_KEY).match(source.text, start, end)
    if first and first.end() < at:
        return _colon_in_value(rest_of_line(source, first.end()))
    above = last_written(source, start)
    line = written_line(source, above.start)
    missing = re.match(_MISSING_SPACE, line.text)
    if missing:
        return _space_after_colon(source, line.start + missing.end(1))
    begin = written_line(source, at).start
    key = Span(source, min(begin, at), at)
    notes: tuple[Note, ...] = ()
    if above.end > above.start and source.text[above.start] != ":":
        notes = (Note("this line already has a value, so nothing can be nested under it", line),)
    return fault(
        "PXC001",
        f"the key `{shorten(key.text)}` is not expected here",
        key,
        notes=notes,
        help="check the indentation: keys of one map start in the same column",
    )


def _colon_in_brackets(source: Source, at: int, opened: int) -> Diagnostic:
    return _space_after_colon(source, at + 1)


def _colon_in_value(value: Span) -> Diagnostic:
    return fault(
        "PXC001",
        "a value with `: ` in it must be quoted",
        value,
        help="quote the value, or put the inner map on lines of its own",
        fix=quoting(value),
    )


def _entry_here(source: Source, at: int, opened: int) -> Diagnostic:
    return fault(
        "PXC001",
        "a list item is not expected here",
        token(source, at),
        help="put each `- ` on a line of its own, in the column of the items beside it",
    )


def _block_entry(source: Source, at: int, opened: int) -> Diagnostic:
    """Something stands in a block map or list that is neither its next entry nor its end."""
    text = source.text
    start = line_bounds(text, at)[0]
    if text[start:at].strip(" -"):
        return _after_value(source, at)
    column, wanted = at - start + 1, opened - line_bounds(text, opened)[0] + 1
    a_list = bool(re.compile(r"-(?:\s|\Z)").match(text, opened))
    what, item = ("list", "a list item (`- `)") if a_list else ("map", "a key")
    opening = Span(source, opened, token(source, opened).end)
    note = Note(f"the {what} starts here, in column {wanted}", opening)
    found = what_stands(source, at)
    if column == wanted:
        message = f"expected {item}, found {found}"
        help = "a list and a map cannot be mixed at one indentation"
    else:
        message = f"bad indentation: no map or list starts in column {column}, where {found} does"
        help = f"indent it to column {wanted}, or like the level it belongs to"
    return fault("PXC001", message, token(source, at), notes=(note,), help=help)


def _after_value(source: Source, at: int) -> Diagnostic:
    text = source.text
    start = line_bounds(text, at)[0]
    before = text[start:at]
    item = re.match(_ITEM_OR_KEY, before)
    value = rest_of_line(source, start + (item.end() if item else 0))
    if re.search(r"\s:\s|['\"]:\s", value.text[: at - value.start]):
        return _colon_in_value(value)
    if at == len(text):
        return _no_node(source, at, at)
    if text[at] in ",]}":
        message = f"unexpected `{text[at]}`: no bracket is open here"
        return fault("PXC001", message, Span(source, at, at + 1), help="remove it")
    missing = re.compile(_MISSING_SPACE).match(text, value.start)
    if missing:
        return _space_after_colon(source, missing.end(1))
    sign = value.text[:1]
    return fault(
        "PXC001",
        f"expected the end of the line after the value, found {what_stands(source, at)}",
        rest_of_line(source, at) if text[at : at + 1] != "#" else token(source, at),
        help="quote the whole value" if sign and sign in "'\"[{*&!" else
        "put the next entry on a line of its own",
        fix=quoting(value) if sign and sign in "[{*" else None,
    )  # fmt: skip


def _not_closed(source: Source, at: int, opened: int) -> Diagnostic:
    sign = source.text[opened : opened + 1]
    what, close = _OPENED.get(sign, "list"), _CLOSING.get(sign, "]")
    note = Note(f"the {what} is opened here", Span(source, opened, opened + 1))
    if not source.text[at:].strip():
        return fault(
            "PXC001",
            f"`{sign}` is never closed",
            last_written(source, at),
            label=f"expected `{close}` before the end of the file",
            notes=(note,),
            help=f"add `{close}`, or quote the value if it is text",
        )
    return fault(
        "PXC001",
        f"expected `,` or `{close}`, found {what_stands(source, at)}",
        token(source, at),
        notes=(note,),
        help=f"close the {what} with `{close}`, put `,` between its items, "
        "or quote the value if it is text",
    )


def _quote_open(source: Source, at: int, opened: int) -> Diagnostic:
    sign = source.text[opened : opened + 1]
    return fault(
        "PXC001",
        f"the quote `{sign}` is never closed",
        last_written(source, at),
        label="the quoted text runs to here",
        notes=(Note("the quote is opened here", Span(source, opened, opened + 1)),),
        help=f"add the closing `{sign}`",
    )


def _escape(source: Source, at: int, opened: int) -> Diagnostic:
    text = source.text
    start = at if text.startswith("\\", at) else text.rfind("\\", opened, at + 1)
    if start < opened:  # the parser in Python points at the opening quote only
        found = re.compile(r"\\(?:u[dD][89a-fA-F]|U)").search(text, opened)
        start = found.start() if found else opened
    shown = re.compile(r"\\(?:u\w{0,4}|U\w{0,8}|x\w{0,2}|.)?").match(text, start)
    span = Span(source, start, shown.end() if shown else min(start + 1, len(text)))
    if re.match(r"\\u[dD][89a-fA-F]", span.text):
        help = "write the character itself: YAML has no surrogate pairs"
    else:
        help = "write a backslash as two backslashes, or use single quotes"
    return fault("PXC001", f"`{span.text}` is not an escape YAML knows", span, help=help)


def _no_node(source: Source, at: int, opened: int) -> Diagnostic:
    return fault(
        "PXC001",
        f"expected a value, found {what_stands(source, at)}",
        token(source, at),
        help="write the value, or quote it if it is text",
    )


def _after_document(source: Source, at: int, opened: int) -> Diagnostic:
    if source.text[line_bounds(source.text, at)[0] : at].strip():
        return _after_value(source, at)
    if not source.text[at:].strip() or source.text[:1] == "%":
        return _no_document(source, at)
    return fault(
        "PXC001",
        f"{what_stands(source, at)} starts left of everything above it, after the document's end",
        token(source, at),
        help="indent the fields of the file alike, from the first line on",
    )


def _no_document(source: Source, at: int) -> Diagnostic:
    return fault(
        "PXC001",
        f"expected `---` after the directives, found {what_stands(source, at)}",
        token(source, at),
        help="remove the lines that start with `%`",
    )


def _directive(source: Source, at: int, opened: int) -> Diagnostic:
    return fault(
        "PXC001",
        "a line that starts with `%` is a directive, and this one is not understood",
        written_line(source, opened),
        help="remove the line, or quote it if it is text",
    )


def _tag(source: Source, at: int, opened: int) -> Diagnostic:
    span = rest_of_line(source, opened)
    return fault(
        "PXC001",
        f"`{shorten(span.text)}` is not a tag YAML can read",
        span,
        help="quote the value if it is text",
        fix=quoting(span),
    )


_Explain = Callable[[Source, int, int], Diagnostic]
_PROBLEMS: tuple[tuple[str, _Explain], ...] = (
    ("could not find expected ':'", _no_colon),
    ("mapping values are not allowed", _second_colon),
    ("sequence entries are not allowed", _entry_here),
    ("mapping keys are not allowed", _entry_here),
    ("cannot start any token", _odd_start),
    ("found unexpected ':'", _colon_in_brackets),
    ("too large", _directive),
    ("unexpected end of stream", _quote_open),
    ("unexpected document", _quote_open),
    ("unknown escape", _escape),
    ("document start>", _after_document),
    ("YAML document", _directive),
    ("%", _directive),
    ("tag handle", _tag),
    ("tab character", _block_indent),
    ("scanning an alias", _alias_name),
    ("scanning an anchor", _alias_name),
    ("scanning a tag", _tag),
    ("parsing a tag", _tag),
    ("scanning a directive", _directive),
    ("scanning a block scalar", _block_text),
    ("quoted scalar", _escape),
    ("flow sequence", _not_closed),
    ("flow mapping", _not_closed),
    ("block mapping", _block_entry),
    ("block collection", _block_entry),
    ("node content", _no_node),
    ("block node", _no_node),
    ("flow node", _no_node),
)
