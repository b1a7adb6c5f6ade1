"""Turns a plan into an Argo Workflow, and into the ConfigMaps that its pods mount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.targets.argo.emit import emit
from pxc.targets.argo.features import FEATURES

if TYPE_CHECKING:
    from pxc.contracts import OutFile
    from pxc.diagnostics import Report
    from pxc.ir.plan import Plan
    from pxc.world import World

__all__ = ["TARGET", "ArgoTarget"]


class ArgoTarget:
    """The target `argo` (protocol: pxc.contracts.Target)."""

    name = "argo"
    features = FEATURES

    def emit(self, plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
        """One file with every object; none when anything was refused."""
        return emit(plan, world, report)


TARGET = ArgoTarget()
