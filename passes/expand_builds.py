"""Makes a program of every build whose component is known, and gives its image to the run."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.world import World


def expand_builds(program: Program, world: World, report: Report) -> Program:
    """Compose, bind and connect what builds an image, for a file and for a dag's operations.

    In: a program whose dags are expanded. Out: `build`, where its component is in the catalog, and
    `composed` with the image that it makes in every main container; other builds stay as they are
    written. An image has the name that the param `destination` gives it, else that of the project
    with the uuid of the build as its tag, in the registry of the build's connection. Faults are
    those of a file of its own. Source: specification of operations, section 3.3.
    """
    if program.partial or not program.asks_for("build"):
        return program
    from pxc.passes.build_programs import with_builds  # few files have any

    return with_builds(program, world, report)
