"""Tells the units that run until somebody ends them."""

from __future__ import annotations

from pxc.ir.node import is_null
from pxc.ir.plan import Unit
from pxc.ir.run import Cluster

__all__ = ["never_ends"]


def never_ends(unit: Unit) -> bool:
    """Whether a unit never ends by itself: a service, and a cluster on which nothing is started."""
    if unit.kind in ("service", "daskcluster"):
        return True
    runtime = unit.runtime
    if unit.kind not in ("raycluster", "rayjob") or not isinstance(runtime, Cluster):
        return False
    return runtime.entrypoint is None or is_null(runtime.entrypoint)
