"""Rules about when a run that does not end by itself is ended."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.diagnostics import Report
from pxc.ir.node import Lit
from pxc.ir.program import Program
from pxc.ir.run import Dag, Service
from pxc.ir.spec import Operation, Schedule, Termination
from pxc.passes.rules.authored import authored, items
from pxc.source import head_of
from pxc.world import World

_MOST_RETRIES = 20
"""Kubernetes waits 10 seconds before the first retry and twice as long before each further one,
six minutes at most: 20 retries are an hour and a half of waiting alone."""


def no_timeout(program: Program, world: World, report: Report) -> None:
    """PXC513: a run that nothing stops when it hangs. Services are meant to go on."""
    whole = program.composed
    if whole is None or whole.presets is not None or program.main.presets is not None:
        return
    for operation in _endless(whole):
        if operation.run is not None:
            report.add(
                "PXC513",
                "nothing ends the run when it hangs",
                head_of(operation.run.span),
                help="add `termination: {timeout: 86400}` at the root, in seconds",
            )


def _endless(operation: Operation) -> Iterator[Operation]:
    """The innermost operation, or operations of a dag, that no `timeout` above them bounds."""
    if _has_timeout(operation) or operation.presets is not None:
        return
    if operation.run is None:
        if isinstance(operation.component, Operation):
            yield from _endless(operation.component)
    elif isinstance(operation.run, Dag):
        for inner in items(operation.run.operations):
            if isinstance(inner, Operation):
                yield from _endless(inner)
    elif not isinstance(operation.run, Service):
        yield operation


def _has_timeout(operation: Operation) -> bool:
    termination = operation.termination
    if not isinstance(termination, Termination):
        return termination is not None
    return termination.timeout is not None


def unbounded_retries(program: Program, world: World, report: Report) -> None:
    """PXC514: retries without an end (a negative number), or so many that there is none."""
    for node in authored(program, world):
        if not isinstance(node, Termination) or not isinstance(node.max_retries, Lit):
            continue
        most = node.max_retries.value
        if not isinstance(most, int) or isinstance(most, bool) or 0 <= most <= _MOST_RETRIES:
            continue
        report.add(
            "PXC514",
            "a negative number of retries is no limit"
            if most < 0
            else f"{most} retries hide a fault for hours, and pay for each",
            node.max_retries.span,
            help=f"name a number from 0 to {_MOST_RETRIES}, such as `maxRetries: 3`",
        )


def short_lived_runs(program: Program, world: World, report: Report) -> None:
    """PXC712: a run that deletes itself, where a controller keeps the cluster like a repository."""
    whole = program.composed
    if whole is None or isinstance(whole.run, Service) or isinstance(whole.schedule, Schedule):
        return
    termination = whole.termination
    ttl = termination.ttl if isinstance(termination, Termination) else None
    if isinstance(ttl, Lit) and ttl.value is not None:
        report.add(
            "PXC712",
            "a finished run that is deleted is started again by a controller that heals",
            ttl.span,
            help="leave `ttl` out and prune from the repository, or let a schedule start the runs",
        )
