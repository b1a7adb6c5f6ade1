"""Tells of the searches, joins and early endings of a plan, which take a workflow engine."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.plan import Group, Plan, Unit
from pxc.ir.stopping import FAILURE, Stopping
from pxc.source import head_of
from pxc.targets.kubernetes.features import tell

__all__ = ["tell_rule", "tell_searches"]


def tell_searches(plan: Plan, report: Report) -> None:
    """PXC701 for what no object of Kubernetes can say of a matrix, of joins and of their ends.

    A sweep of a unit that is no member of a group can be said.
    """
    for unit in plan.units:
        _tell(unit, report, in_group=False)
    if plan.group is not None:
        _tell(plan.group, report, in_group=False)


def _tell(member: Unit | Group, report: Report, *, in_group: bool) -> None:
    if member.search is not None:
        _tell_matrix(member.search.kind, member.search.kind, member, report)
    elif member.sweep is not None and isinstance(member, Group):
        _tell_matrix("later", member.sweep.kind, member, report)
    elif member.sweep is not None:
        if in_group:
            said = f"matrix: {{kind: {member.sweep.kind}}}"
            tell("dag.matrix", said, member.sweep.span, report)
        for rule in member.sweep.stopping:
            if in_group or rule.kind != FAILURE:  # failures an Indexed Job can count
                tell_rule(rule, report)
    if member.joins:
        tell("joins", "joins", head_of(member.joins[0].span), report)
    if isinstance(member, Group):
        if member.stopping:
            span = head_of(member.stopping[0].span)
            tell("dag.earlyStopping", "earlyStopping", span, report)
        for inner in member.members:
            _tell(inner, report, in_group=True)


def _tell_matrix(feature: str, kind: str, member: Unit | Group, report: Report) -> None:
    expanded = member.search or member.sweep
    assert expanded is not None
    tell(f"matrix.{feature}", f"matrix: {{kind: {kind}}}", expanded.span, report)


def tell_rule(rule: Stopping, report: Report) -> None:
    """PXC701 for a rule that ends a matrix early."""
    said = f"earlyStopping: {{kind: {rule.kind}}}"
    tell("matrix.earlyStopping", said, head_of(rule.span), report)
