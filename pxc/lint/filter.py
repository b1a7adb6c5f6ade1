"""Turns what the passes found into what the settings and the ignore comments let through."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pxc.codes import CODES
from pxc.diagnostics import Diagnostic, Report, cut_code
from pxc.lint.ignores import Ignores, read_ignores
from pxc.lint.settings import Settings
from pxc.source import Source

__all__ = ["filtered"]


def filtered(
    found: Report, settings: Settings, sources: Iterable[Source], *, all_ran: bool
) -> Report:
    """The report that is left; `sources` are the files given, whose ignores must be of use.

    `all_ran` tells that no error kept a pass from running. An ignore in another file, such as a
    component, holds too; whether it is of use is told where that file is linted. Reports PXC902
    to PXC904, which obey settings and comments like any other code. PXC023 is told where some of
    the findings that it counts are.
    """
    kept, meta = Report(), Report()
    given = list(sources)
    read: dict[Source, Ignores] = {s: read_ignores(s, meta) for s in given}
    told: set[str | None] = {None}
    for one in sorted(found, key=lambda d: cut_code(d) is not None):  # what is cut off comes last
        source = one.span.source
        if cut_code(one) not in told:
            continue
        if settings.holds(one.code, source.name):
            if source not in read:
                read[source] = read_ignores(source, Report())
            if not read[source].covers(one):
                told.add(one.code.id)
                kept.keep(_graded(one, settings))
    for source in given:
        if read[source].items:
            active = frozenset(i for i, c in CODES.items() if settings.holds(c, source.name))
            read[source].report_unused(meta, all_ran=all_ran, active=active)
    for one in meta:
        source = one.span.source
        if settings.holds(one.code, source.name) and not read[source].covers(one):
            kept.keep(_graded(one, settings))
    return kept


def _graded(one: Diagnostic, settings: Settings) -> Diagnostic:
    """A finding with the severity that its code has here."""
    severity = settings.severity_of(one.code)
    if severity is one.code.severity:
        return one
    return replace(one, code=replace(one.code, severity=severity))
