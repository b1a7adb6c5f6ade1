"""Reports queues that the catalog lacks, where it has any."""

from __future__ import annotations

from pxc.diagnostics import Report, allowed, nearest
from pxc.ir.node import Lit
from pxc.ir.program import Program
from pxc.world import World


def check_queues(program: Program, world: World, report: Report) -> Program:
    """Report PXC802 for a `queue` that is none of the catalog's.

    In: `composed` with its expressions evaluated. A catalog without queues takes any name, and so
    does `acl: {undeclared: allow}`.
    """
    known = world.catalog.queue_names()
    if not known or world.options.acl.undeclared == "allow":
        return program
    composed = program.composed
    queue = composed.queue if composed is not None else None
    if isinstance(queue, Lit) and queue.value is not None and str(queue.value) not in known:
        near = nearest(str(queue.value), known)
        report.add(
            "PXC802",
            f"the queue `{queue.value}` is not in the catalog",
            queue.span,
            help=f"did you mean `{near}`?" if near else f"queues: {allowed(known)}",
        )
    for inner in program.inner():
        check_queues(inner, world, report)
    return program
