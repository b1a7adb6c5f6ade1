"""Turns rules of early stopping and a history into what stops now, and how it ended then."""

from __future__ import annotations

import math
from statistics import fmean, median

from pxc.tuner.documents import History, Policy, Record, Rule, SearchDocument, Stop
from pxc.tuner.mistakes import MistakeError

__all__ = ["stop"]

_FAILED = ("failed", "upstream_failed")


def stop(search: SearchDocument, history: History, total: int | None = None) -> Stop:
    """What the first rule that holds says; without one, which running runs a policy ends.

    A metric without a policy ends everything as succeeded when one run has come to its value, too
    many failures end it as failed; `total` is how many runs there will be, where not all have
    started. Source: specification of matrices, section 5.
    """
    ended: set[int] = set()
    for number, rule in enumerate(search.early_stopping):
        if rule.kind == "failure_early_stopping":
            found = _failures(rule, history.records, total)
            status = "failed"
        else:
            status = "succeeded"
            _check(rule)
            if rule.policy is not None:
                ended |= _worse(rule, rule.policy, history.records)
                continue
            found = _reached(rule, history.records)
        if found:
            return Stop(1, True, "failed" if status == "failed" else "succeeded", number, found)
    return Stop(1, False, runs=sorted(ended))


def _check(rule: Rule) -> None:
    if rule.metric is None or rule.optimization is None:
        raise MistakeError("a rule of a metric needs `metric` and `optimization`")
    if rule.policy is None and rule.value is None:
        raise MistakeError("a rule of a metric needs a `value`, or a `policy`")
    policy = rule.policy
    if policy is not None and policy.kind != "median" and policy.percent is None:
        raise MistakeError(f"the policy `{policy.kind}` needs a `percent`")


def _failures(rule: Rule, records: list[Record], total: int | None) -> str:
    if rule.percent is None:
        raise MistakeError("a rule of failures needs a `percent`")
    failed = sum(1 for r in records if r.status in _FAILED)
    whole = max(total or 0, len(records))
    if failed == 0 or failed * 100 < rule.percent * whole:
        return ""
    return f"{failed} of {whole} runs have failed, {rule.percent:g} percent are enough"


def _reached(rule: Rule, records: list[Record]) -> str:
    assert rule.metric is not None
    assert rule.value is not None
    for record in records:
        value = _last(record, rule.metric)
        if value is None or record.status in _FAILED:
            continue
        if value >= rule.value if rule.optimization == "maximize" else value <= rule.value:
            return f"run {record.index} has come to {value:g} in `{rule.metric}`"
    return ""


def _last(record: Record, metric: str) -> float | None:
    """The value of a metric at the end of a run, or so far."""
    value = record.outputs.get(metric)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    series = record.series.get(metric)
    return series[-1][1] if series else None


def _worse(rule: Rule, policy: Policy, records: list[Record]) -> set[int]:
    """The running runs that a policy ends, each judged at the last step it is evaluated at."""
    assert rule.metric is not None
    sign = 1.0 if rule.optimization == "maximize" else -1.0
    curves: dict[int, list[tuple[float, float]]] = {}
    for record in records:
        if record.status in ("running", "succeeded") and record.series.get(rule.metric):
            values = [(step, sign * value) for step, value in record.series[rule.metric]]
            curves[record.index] = values
    running = [r.index for r in records if r.status == "running" and r.index in curves]
    ended = set()
    for index in running:
        step = curves[index][-1][0] // policy.evaluation_interval * policy.evaluation_interval
        if step < max(policy.min_interval, policy.evaluation_interval):
            continue
        others = {i: seen for i, curve in curves.items() if (seen := _until(curve, step))}
        own = others.get(index)
        if own is None or len(others) < max(policy.min_samples, 2):
            continue
        if not policy.include_succeeded and policy.kind == "truncation":
            others = {i: seen for i, seen in others.items() if i in running}
        if _is_worse(policy, index, others):
            ended.add(index)
    return ended


def _until(curve: list[tuple[float, float]], step: float) -> list[float]:
    return [value for at, value in curve if at <= step]


def _is_worse(policy: Policy, index: int, seen: dict[int, list[float]]) -> bool:
    """Whether a run is among those that a policy ends; more is better in `seen`."""
    own = max(seen[index])
    if policy.kind == "median":
        return own < median(fmean(values) for i, values in seen.items() if i != index)
    percent = policy.percent or 0.0
    if policy.kind == "diff":
        best = max(max(values) for values in seen.values())
        return best - own > abs(best) * percent / 100
    ranked = sorted(seen, key=lambda i: (max(seen[i]), -i))
    return index in ranked[: math.floor(len(ranked) * percent / 100)]
