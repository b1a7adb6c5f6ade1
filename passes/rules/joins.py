"""Rules about joins."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.io import Join
from pxc.ir.node import Lit, Template
from pxc.ir.program import Program
from pxc.passes.rules.authored import authored
from pxc.world import World


def unbounded_joins(program: Program, world: World, report: Report) -> None:
    """PXC441: a join that takes as many runs as its query finds."""
    for node in authored(program, world):
        if isinstance(node, Join) and node.limit is None and isinstance(node.query, Lit | Template):
            report.add(
                "PXC441",
                "the join has no `limit`",
                node.query.span,
                help="say how many runs are wanted, such as `limit: 100`; without it up to 5000"
                " are taken",
            )
