"""Compiles a change under the rules of a commit and under its own, and says which of them hold.

A change is judged by rules that it did not make. Its own count, too: what they forbid would be
forbidden as soon as it is accepted, and what they allow holds for whoever may edit the rules.
"""

from __future__ import annotations

from pxc.codes import CODES
from pxc.diagnostics import Diagnostic, Note, Report
from pxc.driver import Outcome, compile_request
from pxc.driver.access import read_rules
from pxc.request import Request

__all__ = ["compile_change"]

_OF_RULES = frozenset(("PXC209", "PXC224", "PXC802")) | {
    code for code, about in CODES.items() if about.error
}
"""What a run is refused for because of what the catalog says, or lacks."""

_EDITS = "policy:edit"


def compile_change(trusted: Request, proposed: Request) -> Outcome:
    """What a change comes to that may edit the rules it is judged by.

    In: the request under the rules of a commit, and the one under those of the change. Out: the
    first one's outcome where both are without errors; the second's where that has some, or, with
    PXC831, where it alone has none and who asks may edit the rules of the commit.
    """
    first = compile_request(trusted)
    if not first.report.has_errors:
        second = compile_request(proposed)
        return second if second.report.has_errors else first
    refused = [d for d in first.report.sorted() if d.severity == d.severity.ERROR]
    if not {d.code.id for d in refused} <= _OF_RULES:
        return first
    second = compile_request(proposed)
    if second.report.has_errors:
        return first
    if not _may_edit(trusted):
        return Outcome(_with_note(first.report), decision=first.decision, asked=first.asked)
    principal = trusted.principal.subject.partition(":")[2] if trusted.principal else ""
    second.report.add(
        "PXC831",
        f"only the rules of this change allow it; they hold, since `{principal}` may edit rules",
        refused[0].span,
        notes=tuple(Note(f"without it: {each.message}", each.span) for each in refused),
        help="look at what the change does to the rules: `pxc acl diff REF`",
    )
    return second


def _may_edit(request: Request) -> bool:
    """Whether who asks, and who acts for him, may edit the rules as the commit has them."""
    from msgspec.structs import replace

    from pxc.access.roles import standing

    asks = request.principal
    if asks is None:
        return False
    rules = read_rules(request.catalog, request.root, Report())
    everybody = [asks]
    if asks.bound_by is not None:
        everybody.append(replace(asks, subject=asks.bound_by, groups=(), bound_by=None))
    return all(_EDITS in standing(rules, each, None).can for each in everybody)


def _with_note(report: Report) -> Report:
    """The report of a denial that the change itself would lift."""
    told = Report()
    note = Note(
        "the rules of this change would allow it: bring them in first, by a change that somebody"
        " accepts who may edit the rules"
    )
    for found in report:
        refused = found.code.id in _OF_RULES
        told.keep(_noted(found, note) if refused else found)
    return told


def _noted(found: Diagnostic, note: Note) -> Diagnostic:
    from msgspec.structs import replace

    return replace(found, notes=(*found.notes, note))
