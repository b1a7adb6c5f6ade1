"""Runs the lint rules: warnings about what would run, and is hardly meant."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.world import World


def check_rules(program: Program, world: World, report: Report) -> Program:
    """Report what the rules find in the main file, when a file is linted and not compiled.

    Of files that it refers to nothing is said: they are linted under their own settings. Codes:
    PXC113, PXC207, PXC311, PXC402, PXC404 to PXC406, PXC408, PXC434, PXC441, PXC501, PXC503,
    PXC504, PXC506 to PXC508, PXC511, PXC512, PXC515, PXC519, PXC601, PXC603, PXC605, PXC606,
    PXC610.
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
