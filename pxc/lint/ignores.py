"""Turns `# pxc: ignore[...]` comments into findings left out, and comments that leave out none."""

from __future__ import annotations

import re

from msgspec import Struct

from pxc.codes import CODES, Code, by_slug, find
from pxc.diagnostics import Diagnostic, Fix, Report, nearest
from pxc.lint.comments import comments
from pxc.lint.select import is_unignorable
from pxc.source import Source, Span

__all__ = ["Ignores", "read_ignores"]

_MARK = "pxc:"
_FORM = re.compile(r"#[ \t]*pxc:[ \t]*(ignore(?:-file)?)[ \t]*(?:\[([^\]\n]*)\])?")
_UNUSED, _UNKNOWN, _SILENT = "PXC902", "PXC903", "PXC904"


class _Item(Struct):
    """One code of one comment; `lines` are those it speaks of, None for the whole file."""

    code: Code
    span: Span
    comment: int
    lines: frozenset[int] | None
    used: bool = False


class _Comment(Struct):
    """One ignore comment: its place, and how many names it lists, good or bad."""

    span: Span
    names: list[str]


class Ignores:
    """The ignore comments of one source; it remembers which of them were of use."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.items: list[_Item] = []
        self.comments: list[_Comment] = []

    def covers(self, found: Diagnostic) -> bool:
        """Whether a comment leaves this finding out."""
        if is_unignorable(found.code) or not self.items:
            return False
        first = found.span.line
        hit = False
        for item in self.items:
            if item.code is found.code and (item.lines is None or first in item.lines):
                item.used = hit = True
        return hit

    def report_unused(self, report: Report, *, all_ran: bool, active: frozenset[str]) -> None:
        """Report the codes that left nothing out, each with a fix that deletes it.

        `active` are the ids that hold; of others nobody can tell. `all_ran` is false when an
        error kept rules from running: then only what could never be ignored is told.
        """
        for item in self.items:
            if item.used or item.code.id in (_UNUSED, _UNKNOWN, _SILENT):
                continue
            never = is_unignorable(item.code)
            if not never and not (all_ran and item.code.id in active):
                continue
            report.add(
                _UNUSED,
                f"`{item.code.id}` cannot be ignored"
                if never
                else f"nothing to ignore here for `{item.code.id}`",
                item.span,
                help="mend the file: it cannot be read with this error"
                if never
                else "delete it from the comment",
                fix=Fix("delete the ignore", (self._deletion(item),)),
            )

    def _deletion(self, item: _Item) -> tuple[Span, str]:
        """The edit that deletes one name, or the whole comment when it lists no other."""
        comment = self.comments[item.comment]
        text, span = self.source.text, item.span
        if len(comment.names) > 1:
            start, end = span.start, span.end
            after = re.compile(r"[ \t]*,[ \t]*").match(text, end)
            if after is not None:
                return Span(self.source, start, after.end()), ""
            before = text[:start].rstrip(" \t")
            return Span(self.source, len(before.removesuffix(",")), end), ""
        start, end = comment.span.start, comment.span.end
        before = text[:start].rstrip(" \t")
        if not before or before.endswith("\n"):
            line_end = text.find("\n", end)
            return Span(self.source, len(before), len(text) if line_end < 0 else line_end + 1), ""
        return Span(self.source, len(before), end), ""


def read_ignores(source: Source, report: Report) -> Ignores:
    """The ignore comments of a source. PXC903 for one without codes and for a code that is none.

    `ignore` speaks of its own line, or of the next one that has content when it stands alone on
    its line; `ignore-file` of the whole file.
    """
    ignores = Ignores(source)
    if _MARK not in source.text:
        return ignores
    for start, end in comments(source.text):
        form = _FORM.match(source.text, start, end)
        if form is not None:
            _add(ignores, form, Span(source, start, end), report)
    return ignores


def _add(ignores: Ignores, form: re.Match[str], span: Span, report: Report) -> None:
    names = [] if form[2] is None else [n for n in form[2].split(",") if n.strip()]
    if not names:
        report.add(
            _UNKNOWN,
            f"`{form[1]}` names no rule",
            Span(span.source, form.start(1), form.end()),
            help=f"write the rules: `# pxc: {form[1]}[PXC207] why`",
        )
        return
    if not span.text[form.end() - span.start :].strip(" \t:-,."):
        report.add(
            _SILENT,
            "the comment does not say why",
            Span(span.source, form.start(1), form.end()),
            help=f"write the reason behind it: `# pxc: {form[1]}[{form[2].strip()}] why`",
        )
    lines = None if form[1] == "ignore-file" else _lines(span)
    index = len(ignores.comments)
    ignores.comments.append(_Comment(span, [n.strip() for n in names]))
    at = form.start(2)
    for piece in form[2].split(","):
        name = piece.strip()
        if name:
            start = at + piece.index(name)
            place = Span(span.source, start, start + len(name))
            code = find(name)
            if code is None:
                _unknown(name, place, report)
            else:
                ignores.items.append(_Item(code, place, index, lines))
        at += len(piece) + 1


def _lines(span: Span) -> frozenset[int]:
    """The line of a comment, or the first line with content below one that stands alone."""
    source, line = span.source, span.line
    if source.line(line).lstrip().startswith("#"):
        last = source.place(len(source.text))[0]
        line += 1
        while line < last and source.line(line).lstrip()[:1] in ("", "#"):
            line += 1
    return frozenset({line})


def _unknown(name: str, place: Span, report: Report) -> None:
    near = nearest(name, [*CODES, *by_slug()])
    report.add(
        _UNKNOWN,
        f"no rule is named `{name}`",
        place,
        help=f"did you mean `{near}`?" if near else "`pxc rule` lists all of them",
    )
