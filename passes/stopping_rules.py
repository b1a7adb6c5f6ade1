"""Turns `earlyStopping` of a matrix or a dag into the rules of the plan."""

from __future__ import annotations

from typing import Any

from pxc.ir.matrix import EarlyStopping, StopPolicy
from pxc.ir.node import Lit, Seq, is_null, plain
from pxc.ir.stopping import FAILURE, METRIC, Policy, Stopping
from pxc.passes.io_types.settle import is_pending, is_true

__all__ = ["number_of", "stopping_rules"]


def stopping_rules(field: Any) -> tuple[Stopping, ...] | None:
    """The rules in order; None when a part of them is faulty or waits for the run.

    Source: specification of matrices, section 5.
    """
    if field is None or is_null(field):
        return ()
    if not isinstance(field, Seq) or is_pending(field):
        return None
    rules = [_rule(item) for item in field.items if isinstance(item, EarlyStopping)]
    return tuple(rules) if len(rules) == len(field.items) else None


def _rule(rule: EarlyStopping) -> Stopping:
    kind = str(plain(rule.kind))
    if kind == FAILURE:
        return Stopping(rule.span, FAILURE, percent=number_of(rule.percent))
    return Stopping(
        rule.span,
        METRIC,
        metric=text_of(rule.metric),
        value=number_of(rule.value),
        optimization=text_of(rule.optimization),
        policy=_policy(rule.policy) if isinstance(rule.policy, StopPolicy) else None,
    )


def _policy(policy: StopPolicy) -> Policy:
    return Policy(
        policy.span,
        str(plain(policy.kind)),
        _whole(policy.evaluation_interval) or 1,
        min_interval=_whole(policy.min_interval),
        min_samples=_whole(policy.min_samples),
        percent=number_of(policy.percent),
        include_succeeded=is_true(policy.include_succeeded),
    )


def text_of(field: Any) -> str:
    """A scalar as text; empty where there is none."""
    return str(field.value) if isinstance(field, Lit) and field.value is not None else ""


def number_of(field: Any) -> float | None:
    """A scalar as a number; None where there is none."""
    value = field.value if isinstance(field, Lit) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _whole(field: Any) -> int | None:
    number = number_of(field)
    return int(number) if number is not None else None
