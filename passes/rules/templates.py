"""Rules about expressions written in the manner of another tool."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import Template
from pxc.ir.program import Program
from pxc.passes.rules.authored import authored
from pxc.source import Span
from pxc.world import World


def dollar_brace(program: Program, world: World, report: Report) -> None:
    """PXC311: `${{ x }}`, whose `$` stays in the text."""
    for node in authored(program, world):
        if not isinstance(node, Template):
            continue
        raw, at = node.span.text, -1
        while (at := raw.find("${{", at + 1)) >= 0:
            end = raw.find("}}", at)
            start = node.span.start + at
            stop = node.span.start + (end + 2 if end >= 0 else at + 3)
            report.add(
                "PXC311",
                "the `$` before `{{` stays in the text",
                Span(node.span.source, start, stop),
                help="delete the `$`: expressions are `{{ name }}`",
            )
