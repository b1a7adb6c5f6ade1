"""Runs the lint rules: warnings about what would run, and is hardly meant."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.world import World


def check_rules(program: Program, world: World, report: Report) -> Program:
    """Report what the rules find in the main file, when a file is linted and not compiled.

    Of files that it refers to nothing is said: they are linted under their own settings. The
    codes are those of the rules in `rules/`, each at its rule.
    """
    if not program.partial:
        return program
    from pxc.passes.rules import RULES  # a compilation needs none of them

    found = Report()
    for rule in RULES:
        rule(program, world, found)
    for one in found:
        if one.span.source is program.main.span.source:
            report.add(
                one.code.id, one.message, one.span, label=one.label, notes=one.notes,
                help=one.help, fix=one.fix,
            )  # fmt: skip
    return program
