"""Tells of what a plan asks of searches and early endings, and Argo cannot say."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.plan import Group, Plan, Unit
from pxc.source import head_of
from pxc.targets.argo.features import tell

__all__ = ["tell_searches"]


def tell_searches(plan: Plan, report: Report) -> None:
    """PXC701 for early stopping of dags."""
    waiting: list[Unit | Group] = [*plan.units, *([plan.group] if plan.group is not None else ())]
    while waiting:
        member = waiting.pop(0)
        if isinstance(member, Group):
            if member.stopping:
                span = head_of(member.stopping[0].span)
                tell("dag.earlyStopping", "earlyStopping", span, report)
            waiting += member.members
