"""Turns a text that is not YAML into the one diagnostic a person can act on.

The parser says where it gave up; the sentence comes from the text around that place, so that
libyaml and the parser in Python lead to the same words.
"""

from __future__ import annotations

import re

import yaml

from pxc.diagnostics import Diagnostic, Note
from pxc.grammar.yaml_finding import fault
from pxc.grammar.yaml_pieces import last_written, line_bounds, written_line
from pxc.grammar.yaml_problems import by_problem
from pxc.grammar.yaml_templates import unquoted_template
from pxc.source import Source, Span

# A byte order mark is text, but at the start of a line parsers do not agree on it.
_LEFT_OUT = r"(?:- +)?(?:\.{3,}|…|<\.{3}>|\[\.{3}\])\Z"


def syntax_fault(source: Source, error: yaml.YAMLError) -> Diagnostic:
    """The one diagnostic for a text that is not YAML: PXC009, PXC011 or PXC001."""
    text = source.text
    problem = str(getattr(error, "problem", None) or "")
    context = str(getattr(error, "context", None) or "")
    at = _offset(getattr(error, "problem_mark", None), len(text), len(text))
    opened = _offset(getattr(error, "context_mark", None), len(text), at)
    return (
        _tab(source, at)
        or _template(source, context, at, opened)
        or _left_out(source, problem, at, opened)
        or _pasted(source, at, opened)
        or by_problem(source, problem, context, at, opened)
    )


def _offset(mark: object, most: int, otherwise: int) -> int:
    index = getattr(mark, "index", None)
    return otherwise if index is None else min(int(index), most)


def _tab(source: Source, at: int) -> Diagnostic | None:
    start, end = line_bounds(source.text, at)
    found = re.compile(r"[ ]*(?:[-?:][ ]*)*(\t)").match(source.text, start, end)
    if not found or found.start(1) > at:
        return None
    blank = not source.text[start:end].strip()
    return fault(
        "PXC009",
        "a line of nothing but blanks has a tab" if blank else "a tab is used for indentation",
        Span(source, found.start(1), found.end(1)),
        label="YAML indents with spaces only",
        help="empty the line" if blank else "replace the tab by spaces",
    )


def _template(source: Source, context: str, at: int, opened: int) -> Diagnostic | None:
    """The template on the line of the fault, or on the line of what was never closed."""
    in_flow = "flow" in context and source.text.rfind("\n", 0, at) > opened
    found = unquoted_template(source, at, in_flow=in_flow)
    if found is None and ("flow" in context or "quoted scalar" in context):
        found = unquoted_template(source, opened if "flow" not in context else opened + 1)
    return found


def _left_out(source: Source, problem: str, at: int, opened: int) -> Diagnostic | None:
    """A literal `...`, as pages write it where something was left out."""
    if "unexpected document" in problem:  # an open quote ran into it
        return None
    here = written_line(source, at)
    lines = [here, written_line(source, opened)]
    ended = "document start>" in problem
    if ended or "not allowed" in problem:
        above = last_written(source, line_bounds(source.text, at)[0])
        lines.append(written_line(source, above.start))
    span = next((line for line in lines if re.match(_LEFT_OUT, line.text)), None)
    if span is None:
        return None
    note = Note("in the first column it ends the document, so this cannot follow", here)
    return fault(
        "PXC001",
        f"`{span.text}` stands where fields should be",
        span,
        notes=(note,) if ended and span.start < here.start else (),
        help="write the fields that were left out, or remove the line",
    )


def _pasted(source: Source, at: int, opened: int) -> Diagnostic | None:
    """What comes along when a snippet is copied from a page: a prompt, a Markdown fence."""
    for span in (written_line(source, at), written_line(source, opened)):
        line = span.text
        if line.startswith((">>>", "$ ")):
            prompt = Span(source, span.start, span.start + len(line.split(" ")[0]))
            return fault(
                "PXC001",
                f"the prompt `{prompt.text}` is not YAML",
                prompt,
                help=f"remove `{prompt.text}` from the start of the lines",
            )
        if line.startswith(("```", "~~~")):
            help = "remove the lines of the fence, above and below the YAML"
            return fault("PXC001", "a Markdown code fence is not YAML", span, help=help)
    return None
