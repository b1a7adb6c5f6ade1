"""Turns a plan into plain Kubernetes objects: Jobs, CronJobs, Deployments and Services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.targets.kubernetes.emit import emit
from pxc.targets.kubernetes.features import FEATURES

if TYPE_CHECKING:
    from pxc.contracts import OutFile
    from pxc.diagnostics import Report
    from pxc.ir.plan import Plan
    from pxc.world import World

__all__ = ["TARGET", "KubernetesTarget"]


class KubernetesTarget:
    """The target `kubernetes` (protocol: pxc.contracts.Target)."""

    name = "kubernetes"
    features = FEATURES

    def emit(self, plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
        """One file with every object; none when anything was refused."""
        return emit(plan, world, report)


TARGET = KubernetesTarget()
