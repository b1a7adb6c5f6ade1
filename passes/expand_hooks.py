"""Makes a program of every hook whose component is known, with what it has of the run before."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.world import World


def expand_hooks(program: Program, world: World, report: Report) -> Program:
    """Compose, bind and connect the component of every hook, also of a dag's operations.

    In: a program whose dags are expanded. Out: `hooks`, for each hook that names a component of the
    catalog; others stay as they are written. Their params and conditions are rendered with the
    names of the run that they follow, what only that run knows begins with `run.`; hooks of a hook
    follow it in the same way. Faults are those of a file of its own, PXC703 for a value that each
    run of a matrix has its own of, PXC221 for hooks that follow each other without end, PXC447 for
    too many. Source: specification of operations, section 3.4.
    """
    if program.partial or not program.asks_for("hooks"):
        return program
    from pxc.passes.hook_programs import with_hooks  # few files have any

    return with_hooks(program, world, report)
