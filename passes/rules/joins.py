"""Rules about joins: how many runs they take, and what of them is not used."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.io import Join
from pxc.ir.node import Lit, Template
from pxc.ir.program import Program
from pxc.passes.graph.edges import params_of
from pxc.passes.rules.authored import authored
from pxc.world import World

_MOST = 5_000


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


def ignored_in_joins(program: Program, world: World, report: Report) -> None:
    """PXC410: what a join has and Polyaxon does not use: a very large limit, a `ref` of a param."""
    for node in authored(program, world):
        if not isinstance(node, Join):
            continue
        limit = node.limit.value if isinstance(node.limit, Lit) else None
        if isinstance(limit, int) and limit > _MOST:
            assert node.limit is not None
            report.add(
                "PXC410",
                f"a join takes {_MOST} runs at most, so the `limit` has no effect",
                node.limit.span,
                help=f"write `limit: {_MOST}` or less; `offset` reaches the runs after these",
            )
        for param in params_of(node.params):
            if param.ref is not None:
                report.add(
                    "PXC410",
                    "the `ref` of a param of a join has no effect",
                    param.ref.span,
                    help="the value is taken from each run that the join finds: delete the `ref`",
                )
