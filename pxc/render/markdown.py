"""Turns diagnostics into a Markdown table, for comments on changes and summaries of jobs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pxc.diagnostics import Diagnostic
from pxc.render import Summary, sentence
from pxc.render.excerpt import visible
from pxc.render.plain import plain_lines

__all__ = ["render_markdown"]

_SPECIAL = re.compile(r"[\\`*_{}\[\]#+!~|@]")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CODE = re.compile(r"`([^`]+)`")


def render_markdown(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """A sentence with the counts, and a table with a row a diagnostic when there is any."""
    lines = [f"**pxc**: {sentence(summary)}"]
    if diagnostics:
        lines += ["", "| severity | code | place | finding |", "| --- | --- | --- | --- |"]
        lines += map(_row, diagnostics)
    return "\n".join([*lines, ""])


def _row(found: Diagnostic) -> str:
    said = "<br>".join(map(_prose, plain_lines(found)))
    code = f"{found.code.id} {found.code.slug}"
    return (
        f"| {found.severity.name.lower()} | {code} | {_code(visible(str(found.span)))} | {said} |"
    )


def _prose(line: str) -> str:
    """A line whose names in backticks are code, and in which nothing else means anything."""
    parts = _CODE.split(line)
    return "".join(_code(p) if i % 2 else _plain(p) for i, p in enumerate(parts))


def _plain(text: str) -> str:
    # a reference of HTML is no markup, neither for Markdown nor for what looks for links in it
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text.translate(_HTML))


def _code(text: str) -> str:
    """A code span of any text; a `|` would end the cell even there."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[:1] in ("`", " ", "") or text[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")
