"""Turns a pod failure policy into the condition under which a template is tried again.

Kubernetes goes through the rules of a policy, and the first that a failed pod meets decides; a pod
that meets none counts as one of the tries. Argo asks one expression whether to try again, which
knows the exit code of the main container; `-1` stands for a pod that ended without one.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Limits
from pxc.targets._data import Place, RunTime, Values
from pxc.targets.argo.build import Build
from pxc.targets.argo.features import tell

__all__ = ["retry_condition"]

_MAIN = ("main", "polyaxon-main")
"""How the main container of a run is called."""

_AGAIN = {"FailJob": "false", "Count": "true"}


def retry_condition(limits: Limits, run_time: RunTime, build: Build) -> str:
    """The expression of a `retryStrategy`; empty where every failure is tried again.

    PXC701 for a rule that says more than exit codes of the main container, or that asks for tries
    which do not count.
    """
    if limits.pod_failure_policy is None:
        return ""
    place = Place("termination.podFailurePolicy")
    data = Values(run_time, build.report).value(limits.pod_failure_policy, place)
    rules = data.get("rules", ()) if isinstance(data, dict) else ()
    found = "true"
    for rule in reversed(rules):
        clause, again = _clause(rule), _AGAIN.get(rule.get("action", ""))
        if not clause or again is None:
            _refuse(rule, limits, build)
            return ""
        if again != found:
            found = f"{clause} ? {again} : {_nested(found)}"
    return "" if found == "true" else _plain(found)


def _clause(rule: dict[str, Any]) -> str:
    """That a failed pod meets a rule; empty for one that Argo cannot tell."""
    codes = rule.get("onExitCodes")
    if not isinstance(codes, dict) or rule.get("onPodConditions"):
        return ""
    if codes.get("containerName", _MAIN[0]) not in _MAIN:
        return ""
    values = codes.get("values", ())
    numbers = ", ".join(str(each) for each in values if isinstance(each, int))
    if not numbers or len(numbers.split(", ")) != len(values):
        return ""
    code = "asInt(lastRetry.exitCode)"
    # Kubernetes looks at containers that have failed: one that has not has no code to compare.
    return {
        "In": f"{code} in [{numbers}]",
        "NotIn": f"!({code} in [-1, 0, {numbers}])",
    }.get(codes.get("operator", ""), "")


def _nested(text: str) -> str:
    return f"({text})" if " ? " in text else text


def _plain(text: str) -> str:
    """The common case, one rule, without a choice between words."""
    clause, mark, rest = text.partition(" ? ")
    if rest == "false : true":
        return f"!({clause})"
    return clause if rest == "true : false" and mark else text


def _refuse(rule: dict[str, Any], limits: Limits, build: Build) -> None:
    assert limits.pod_failure_policy is not None
    action = rule.get("action")
    if action not in _AGAIN:
        feature, what = "failurePolicy.action", f"`action: {action}` of a `podFailurePolicy`"
    else:
        feature = "failurePolicy.rule"
        what = "a rule of a `podFailurePolicy` on anything but exit codes of the main container"
    tell(feature, what, limits.pod_failure_policy.span, build.report)
