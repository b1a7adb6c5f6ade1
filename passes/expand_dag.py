"""Makes a program of every operation of a dag, at any depth, with names and a matrix of its own."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.world import World


def expand_dag(program: Program, world: World, report: Report) -> Program:
    """Compose, bind and connect every operation of a dag, and expand the matrix of each.

    In: a dag without a fault of its own. Out: `operations`, one program an operation in authored
    order, over what the dag gives all of them; `ref: dag` is the dag's value where it is known,
    outputs of other operations stay references to the run. What is shared is composed once. Faults
    are those of params, presets, connections and a matrix of a file of its own (PXC204 to PXC206,
    PXC209, PXC224 ...), now with the values in them. Source: specification of dags, section 4.
    """
    composed = program.composed
    if program.partial or composed is None or not isinstance(composed.run, Dag):
        return program
    from pxc.passes.graph.components import Size
    from pxc.passes.graph.expand import expanded  # most files have no dag

    return expanded(program, composed.run, Size(), world, report)
