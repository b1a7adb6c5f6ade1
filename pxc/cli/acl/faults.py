"""The command that finds rules which do not do what was meant."""

from __future__ import annotations

import sys

import click

from pxc.cli.acl.rules import asked, rules_options, today_option
from pxc.cli.findings import exit_code, printed
from pxc.cli.options import format_option
from pxc.diagnostics import Report, Severity

__all__ = ["command"]

_CODES = {"rule-lint": "PXC832", "open-project": "PXC804"}


@click.command(
    "lint",
    epilog="""\b
Examples:
  pxc acl lint
  pxc acl lint --catalog catalog --format sarif

\b
Exit codes:
  0 nothing found, 1 something found, 2 wrong use""",
)
@today_option
@format_option
@rules_options
def command(
    today: str,
    format_: str,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Find grants that ended, give nothing, or give everything to everybody, and other oddities."""
    from pxc.access.rule_faults import rule_faults

    found = asked(catalogs, catalog_ref, isolated, color)
    report = Report()
    for said in rule_faults(found.rules, today=today):
        code = _CODES[said.reason]
        report.add(code, said.message, said.span, notes=said.notes, help=said.help)
    printed(report.sorted(), len(found.paths), format_, color, sys.stdout)
    return exit_code(report, Severity.WARNING)
