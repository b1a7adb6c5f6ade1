"""Turns a code's id and its parts into a finding that can be held back before it is reported."""

from __future__ import annotations

from pxc.codes import CODES
from pxc.diagnostics import Diagnostic, Fix, Note, Report
from pxc.source import Span


def fault(
    code: str,
    message: str,
    span: Span,
    *,
    label: str = "",
    notes: tuple[Note, ...] = (),
    help: str | None = None,
    fix: Fix | None = None,
) -> Diagnostic:
    """A finding under the code with this id."""
    return Diagnostic(CODES[code], message, span, label, notes, help, fix)


def hand_over(found: Diagnostic, report: Report) -> None:
    """Put a finding into the report."""
    report.add(
        found.code.id,
        found.message,
        found.span,
        label=found.label,
        notes=found.notes,
        help=found.help,
        fix=found.fix,
    )
