"""Gives a DAG that begins from an earlier run an id of its own, beside the one that made that."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.plan import Plan
from pxc.targets._earlier import AIRFLOW, check_earlier

__all__ = ["named_apart"]


def named_apart(plan: Plan, report: Report) -> Plan:
    """The plan under a name that tells which run it begins from.

    A DAG file under the name of the other would take the place of the DAG, and of its history.
    PXC530 as `check_earlier` says.
    """
    earlier = check_earlier(plan, AIRFLOW, report)
    if earlier is None:
        return plan
    again = f"-{earlier.iteration}" if earlier.iteration > 1 else ""
    return replace(plan, name=f"{plan.name}-{earlier.kind}-{earlier.run}{again}")
