"""Turns a plan into a DAG file of Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.targets.airflow.emit import emit
from pxc.targets.airflow.features import FEATURES

if TYPE_CHECKING:
    from pxc.contracts import OutFile
    from pxc.diagnostics import Report
    from pxc.ir.plan import Plan
    from pxc.world import World

__all__ = ["TARGET", "AirflowTarget"]


class AirflowTarget:
    """The target `airflow` (protocol: pxc.contracts.Target)."""

    name = "airflow"
    features = FEATURES

    def emit(self, plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
        """One Python file with the DAG; none when anything was refused."""
        return emit(plan, world, report)


TARGET = AirflowTarget()
