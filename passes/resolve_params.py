"""Turns declared inputs and given params into bindings: one value, or its absence, a name."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.program import Program
from pxc.passes.binder import Binder
from pxc.passes.io_types.settle import is_true
from pxc.world import World


def resolve_params(program: Program, world: World, report: Report) -> Program:
    """Bind every input, output and undeclared param of `composed`, in that order.

    In: `composed`. Out: `bindings`, each value coerced to its type, unless it is a template, which
    `settle` coerces once it has been evaluated. PXC201 to PXC206, PXC214, PXC217 to PXC219,
    PXC222, PXC223, PXC226. A missing param is no fault of a component linted alone (`partial`).
    Source: specification of inputs, sections 1, 5 and 6.
    """
    if program.composed is None:
        return program
    strict = world.options.strict_params or is_true(program.composed.strict_params)
    binder = Binder(program.composed, report, strict=strict, partial=program.partial)
    return replace(program, bindings=binder.bindings())
