"""Rules about services."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import KObject, walk
from pxc.ir.program import Program
from pxc.ir.run import Service
from pxc.world import World

_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")


def no_probe(program: Program, world: World, report: Report) -> None:
    """PXC516: a service that gets requests as soon as its process exists."""
    whole = program.composed
    if whole is None or whole.run is None:
        return
    for run in walk(whole.run):
        container = run.container if isinstance(run, Service) else None
        if not isinstance(container, KObject):
            continue
        if all(container.get(name) is None for name in _PROBES):
            place = container.get("image") or container
            report.add(
                "PXC516",
                "nobody asks whether the service answers",
                place.span,
                help="add `readinessProbe: {tcpSocket: {port: 8888}}` to the container,"
                " with its own port",
            )
