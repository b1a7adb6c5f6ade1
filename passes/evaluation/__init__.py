"""Turns parsed expressions into values, within bounds and without reaching beyond plain data."""

from pxc.passes.evaluation.budget import Budget
from pxc.passes.evaluation.evaluate import evaluate
from pxc.passes.evaluation.faults import EvaluationFault
from pxc.passes.evaluation.scope import Scope
from pxc.passes.evaluation.templates import evaluate_template, node_of, report_fault

__all__ = [
    "Budget", "EvaluationFault", "Scope", "evaluate", "evaluate_template", "node_of",
    "report_fault",
]  # fmt: skip
