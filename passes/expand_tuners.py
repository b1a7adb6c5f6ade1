"""Makes a program of the component that proposes the runs of a search, where it is known."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.world import World


def expand_tuners(program: Program, world: World, report: Report) -> Program:
    """Compose, bind and connect the tuner of every search, also of a dag's operations.

    In: a program whose matrices and dags are expanded. Out: `tuner`, for a search whose `tuner`
    names a component of the catalog; the components that Polyaxon itself has for a kind, and those
    that are not known, stay as they are written. As in Polyaxon the component is given the params
    `matrix`, `iteration`, `configs` and `metrics`, and `bracket_iteration` for hyperband, as far as
    it uses them; what only a round knows begins with `search.`. Its own params are rendered with
    the names of the operation. Faults are those of a file of its own, PXC703 for a value that each
    run of the matrix has its own of. Source: specification of matrices, section 4.
    """
    if program.partial or not program.asks_for("matrix"):
        return program
    from pxc.passes.tuner_programs import with_tuners  # few files have any

    return with_tuners(program, world, report)
