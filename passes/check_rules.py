"""Runs the lint rules: warnings about what would run, and is hardly meant."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.program import Program
from pxc.source import Span
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
    from pxc.passes.rules.dag_programs import dag_programs

    found = Report()
    walked = replace(  # once for all rules
        program, authored=authored(program, world), operations=dag_programs(program, world)
    )
    for rule in RULES:
        rule(walked, world, found)
    told: set[tuple[str, Span]] = set()  # operations of a dag may share what is at fault
    for one in found:
        place = (one.code.id, one.span)
        if one.span.source is program.main.span.source and place not in told:
            told.add(place)
            report.keep(one)
    return program
