"""Turns text with `{{ ... }}` into a template: text and placed expressions, cut as Jinja does."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.expression import (
    SIMPLE,
    Place,
    parse_tokens,
    report_fault,
    simple_expression,
)
from pxc.grammar.expression_tokens import Fault, MissingEnd, missing_end, tokenize
from pxc.grammar.template_places import places
from pxc.ir.node import Hole, Invalid, Lit, Template

_OPEN = re.compile(r"\{([{%#])([-+]?)")
_RAW = re.compile(r"\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})")
_END_RAW = re.compile(r"\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\})")
_END_COMMENT = re.compile(r"\+#\}|-#\}\s*|#\}")
_SIMPLE_HOLE = re.compile(SIMPLE + r"(?:-\}\}\s*|\}\})")
_LINE_END = re.compile(r"\r\n|\r")

MAX_LENGTH = 1 << 20


class _Statements(Exception):
    """The text has a statement: it is no matter of holes."""


def parse_template(
    lit: Lit[Any], report: Report, expects: str = ""
) -> Lit[Any] | Template | Invalid:
    """A literal as a template when its text has `{{` or `{%`, else the literal itself.

    `expects` is what the field wants once rendered (see Template). Comments, `{% raw %}` and white
    space control are applied as Jinja does, and like Jinja one last line end is dropped. A faulty
    expression is reported (PXC301, PXC315) and gives a hole that is Invalid; text in which an
    expression never ends gives Invalid. Statements are kept for the evaluation.
    """
    text = lit.value
    if not isinstance(text, str) or ("{{" not in text and "{%" not in text):
        return lit
    place = places(lit)
    if len(text) > MAX_LENGTH:
        report.add("PXC315", f"a template may have {MAX_LENGTH} characters", lit.span,
                   help="read the text from a file")  # fmt: skip
        return Invalid(lit.span)
    try:
        return Template(lit.span, text, _Cutter(text, place, report).cut(), expects=expects)
    except _Statements:
        return Template(lit.span, text, (), statements=True, expects=expects)
    except Fault as fault:
        report_fault(fault, place, report)
        return Invalid(lit.span)


class _Cutter:
    """Cuts one text from left to right."""

    def __init__(self, text: str, place: Place, report: Report) -> None:
        self.text = text
        self.place = place
        self.report = report
        self.parts: list[str | Hole] = []

    def cut(self) -> tuple[str | Hole, ...]:
        """The parts. Raises _Statements, and Fault when something never ends."""
        text, at = self.text, 0
        end = len(text)
        if text.endswith("\n"):
            end -= 2 if text.endswith("\r\n") else 1
        elif text.endswith("\r"):
            end -= 1
        while opening := _OPEN.search(text, at, end):
            self.add_text(text[at : opening.start()], opening[2] == "-")
            kind, start = opening[1], opening.end()
            if kind == "{":
                at = self.hole(opening.start(), start)
            elif kind == "#":
                if (close := _END_COMMENT.search(text, start)) is None:
                    raise Fault(
                        "`{#` has no `#}`", opening.start(), start, help="close the comment"
                    )
                at = close.end()
            else:
                at = self.raw(opening.start())
        self.add_text(text[at:end], False)
        return tuple(self.parts)

    def add_text(self, piece: str, strip: bool) -> None:
        """Add text, joined to text before it; `strip` drops the blanks at its end."""
        if strip:
            piece = piece.rstrip()
        if "\r" in piece:
            piece = _LINE_END.sub("\n", piece)
        if not piece:
            return
        if self.parts and isinstance(last := self.parts[-1], str):
            self.parts[-1] = last + piece
        else:
            self.parts.append(piece)

    def raw(self, start: int) -> int:
        """Add the text of a `{% raw %}` block; the offset after it."""
        opening = _RAW.match(self.text, start)
        if opening is None:
            raise _Statements
        close = _END_RAW.search(self.text, opening.end())
        if close is None:
            raise Fault("`{% raw %}` has no `{% endraw %}`", start, opening.end(),
                        help="close it with `{% endraw %}`")  # fmt: skip
        self.add_text(self.text[opening.end() : close.start()], close[1] == "-")
        return close.end()

    def hole(self, opening: int, start: int) -> int:
        """Add the hole whose expression starts at `start`; the offset after it."""
        match = _SIMPLE_HOLE.match(self.text, start)
        if match is not None:
            end = match.end()
            simple = simple_expression(match, self.place)
            if simple is not None:
                self.parts.append(Hole(self.place(opening, self.close(start, end)), simple))
                return end
        try:
            tokens, end = tokenize(self.text, start, in_braces=True)
        except Fault as fault:
            end = self.guess_end(start, fault)
            self.broken(opening, end, fault)
            return end
        close = self.close(start, end)
        try:
            found = parse_tokens(tokens, opening, close, self.place)
        except Fault as fault:
            self.broken(opening, close, fault)
        else:
            self.parts.append(Hole(self.place(opening, close), found))
        return end

    def close(self, start: int, end: int) -> int:
        """The offset after the `}}` of a hole, without the blanks that `-}}` takes along."""
        return end if self.text[end - 1] == "}" else self.text.rindex("}}", start, end) + 2

    def guess_end(self, start: int, fault: Fault) -> int:
        """Where a hole with a fault that hides its end most likely ends. Raises MissingEnd."""
        text = self.text
        end = text.find("}}", max(start, fault.start))
        if isinstance(fault, MissingEnd):
            raise fault
        if end < 0:
            end = text.find("}}", start)
        if end < 0:
            raise fault if fault.closes else missing_end(text, start)
        if text.find("{{", start, end) >= 0:
            raise missing_end(text, start)
        return end + 2

    def broken(self, opening: int, end: int, fault: Fault) -> None:
        """Report a fault and put a hole that is Invalid in its place."""
        report_fault(fault, self.place, self.report)
        span = self.place(opening, end)
        self.parts.append(Hole(span, Invalid(span)))
