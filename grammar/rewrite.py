"""Turns a text and the fixes of its findings into the mended text, by edits on spans alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from pxc.diagnostics import Fix, Report, Severity
from pxc.grammar.yaml_scalars import resolve
from pxc.grammar.yaml_tree import Tree, read_yaml
from pxc.ir.node import Lit, Map, Node, Seq
from pxc.source import Source

__all__ = ["Rewritten", "rewrite", "same_but", "selected"]

Edit = tuple[int, int, str]


class Rewritten(Struct, frozen=True):
    """A text after its fixes: those that were applied, those that would have changed more."""

    text: str
    applied: tuple[Fix, ...]
    refused: tuple[Fix, ...]


def rewrite(source: Source, fixes: Iterable[Fix]) -> Rewritten:
    """The text of a source with fixes applied that touch nothing but what they name.

    Of fixes that overlap, the first in the text wins; the others are left for another round. A fix
    is refused when the text could be read before and cannot after, or when any key or value
    outside of its spans differs. Of a text that could not be read, the fault must move on.
    """
    chosen = selected(source, fixes)
    known = Report()
    before = read_yaml(source, known)
    taken: list[Fix] = []
    refused: list[Fix] = []

    def holds(candidates: list[Fix]) -> bool:
        if any(_changes_nothing(source, fix) for fix in candidates):
            return False
        edits = sorted(e for fix in candidates for e in _edits(fix))
        if before is None:
            return _moves_on(source, edits)
        found = Report()
        after = read_yaml(Source(source.name, _applied(source.text, edits)), found)
        return (
            after is not None
            and _errors(found) <= _errors(known)
            and same_but(before, after, edits)
        )

    def take(group: Sequence[Fix]) -> None:
        if not group:
            return
        if holds([*taken, *group]):
            taken.extend(group)
        elif len(group) == 1:
            refused.extend(group)
        else:
            middle = len(group) // 2
            take(group[:middle])
            take(group[middle:])

    take(chosen)
    edits = sorted(e for fix in taken for e in _edits(fix))
    return Rewritten(_applied(source.text, edits), tuple(taken), tuple(refused))


def selected(source: Source, fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes of this source that can be applied at once, in the order of the text."""
    own = [f for f in fixes if f.edits and all(s.source is source for s, _ in f.edits)]
    own.sort(key=lambda f: (min(s.start for s, _ in f.edits), max(s.end for s, _ in f.edits)))
    end = -1  # an insertion at the end of another edit has no order of its own: it waits
    chosen = []
    for fix in own:
        edits = sorted(_edits(fix))
        inner = all(a[1] <= b[0] for a, b in pairwise(edits))
        if inner and edits[0][0] > end:
            chosen.append(fix)
            end = edits[-1][1]
    return chosen


def same_but(before: Tree, after: Tree, edits: Sequence[Edit]) -> bool:
    """Whether two trees differ in no scalar but those of the first that an edit touches."""
    stack: list[tuple[object, object]] = [(before, after)]
    while stack:
        old, new = stack.pop()
        if isinstance(old, Node) and any(_covers(e, old) for e in edits):
            continue  # the whole of it was written anew
        if isinstance(old, Map) and isinstance(new, Map):
            if len(old.entries) != len(new.entries):
                return False
            for (k, v), (k2, v2) in zip(old.entries, new.entries, strict=True):
                stack += ((k, k2), (v, v2))
        elif isinstance(old, Seq) and isinstance(new, Seq):
            if len(old.items) != len(new.items):
                return False
            stack += zip(old.items, new.items, strict=True)
        elif isinstance(old, Lit) and isinstance(new, Lit):
            touched = any(e[0] <= old.span.end and e[1] >= old.span.start for e in edits)
            if not touched and not _same_value(old, new):
                return False
        elif type(old) is not type(new):
            return False
    return True


def _covers(edit: Edit, node: Node) -> bool:
    span = node.span
    return edit[0] <= span.start and span.end <= edit[1] and span.start < span.end


def _same_value(old: Lit[object], new: Lit[object]) -> bool:
    a, b = old.value, new.value
    if type(a) is not type(b) or old.plain != new.plain:
        return False
    return a == b or (isinstance(a, float) and isinstance(b, float) and _both_nan(a, b))


def _both_nan(a: float, b: float) -> bool:
    return math.isnan(a) and math.isnan(b)


def _edits(fix: Fix) -> list[Edit]:
    return [(s.start, s.end, _in_its_quotes(s.text, new)) for s, new in fix.edits]


def _changes_nothing(source: Source, fix: Fix) -> bool:
    return all(source.text[start:end] == new for start, end, new in _edits(fix))


def _in_its_quotes(old: str, new: str) -> str:
    """A word that takes the place of a quoted word stays quoted, so that JSON stays JSON."""
    sign = old[:1]
    if len(old) < 2 or sign not in ("'", '"') or old[-1] != sign:
        return new
    if not new or new[0] in "'\"[{" or set(new) & {sign, "\\"}:
        return new
    return f"{sign}{new}{sign}" if isinstance(resolve(new)[0], str) else new


def _applied(text: str, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, new in edits:
        parts += (text[at:start], new)
        at = end
    return "".join((*parts, text[at:]))


def _errors(report: Report) -> Counter[str]:
    return Counter(d.code.id for d in report if d.severity is Severity.ERROR)


def _moves_on(source: Source, edits: Sequence[Edit]) -> bool:
    """Whether what could not be read can be read now, or first fails further on."""
    text = _applied(source.text, edits)
    fault = _first_fault(Source(source.name, text))
    grown = len(text) - len(source.text)
    before = max(_first_fault(source) or 0, edits[-1][1])
    return fault is None or fault > before + grown


def _first_fault(source: Source) -> int | None:
    report = Report()
    read_yaml(source, report)
    faults = [d.span.start for d in report if d.severity is Severity.ERROR]
    return min(faults, default=None)
