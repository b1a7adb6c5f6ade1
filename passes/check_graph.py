"""Reports dags that cannot run: names, edges, cycles, and params across edges."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.world import World


def check_graph(program: Program, world: World, report: Report) -> Program:
    """Check a dag and every dag inside of it; nothing is expanded.

    PXC104 for an empty dag and missing names, PXC126, PXC221, PXC410, PXC420, PXC421, PXC422,
    PXC424, PXC425, PXC426, PXC428, PXC429, PXC445, PXC446, PXC447, and for the params, matrix and
    expressions of each operation what a file of its own would get. Source: specification of
    dags, sections 2 to 5.
    """
    composed = program.composed
    if composed is None or not isinstance(composed.run, Dag):
        return program
    from pxc.passes.graph.check import check_dags  # most files have none

    check_dags(program, composed, composed.run, world, report)
    return program
