"""Runs the lint rules: warnings about what would run, and is hardly meant."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import replace
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
    from pxc.passes.rules.authored import authored

    found = Report()
    walked = replace(program, authored=authored(program, world))  # once for all rules
    for rule in RULES:
        rule(walked, world, found)
    for one in found:
        if one.span.source is program.main.span.source:
            report.keep(one)
    return program
