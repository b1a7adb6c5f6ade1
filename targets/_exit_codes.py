"""Turns the rules of a pod failure policy into exit codes of the main container.

Kubernetes goes through the rules of a policy, and the first that a failed pod meets decides; a pod
that meets none counts as one of the tries.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.ir.plan import Limits
from pxc.targets._data import Place, Values

__all__ = ["ExitRule", "exit_rule", "policy_rules", "refusal"]

_MAIN = ("main", "polyaxon-main")
"""How the main container of a run is called."""

_ACTIONS = ("FailJob", "Count")


class ExitRule(Struct, frozen=True):
    """Whether a run is tried again that ended with one of these codes, or, `inverted`, another."""

    codes: tuple[int, ...]
    inverted: bool
    again: bool


def policy_rules(limits: Limits, values: Values) -> list[dict[str, Any]]:
    """The rules of a policy as plain data; none without a policy."""
    if limits.pod_failure_policy is None:
        return []
    data = values.value(limits.pod_failure_policy, Place("termination.podFailurePolicy"))
    return list(data.get("rules", ())) if isinstance(data, dict) else []


def exit_rule(rule: dict[str, Any]) -> ExitRule | None:
    """A rule on exit codes of the main container that fails the run, or counts; None for another.

    Kubernetes looks at containers that have failed: one that has not has no code to compare.
    """
    codes = rule.get("onExitCodes")
    if not isinstance(codes, dict) or rule.get("onPodConditions"):
        return None
    if codes.get("containerName", _MAIN[0]) not in _MAIN or rule.get("action") not in _ACTIONS:
        return None
    values = codes.get("values", ())
    numbers = tuple(each for each in values if isinstance(each, int))
    if not numbers or len(numbers) != len(values) or codes.get("operator") not in ("In", "NotIn"):
        return None
    return ExitRule(numbers, codes["operator"] == "NotIn", rule["action"] == "Count")


def refusal(rule: dict[str, Any]) -> tuple[str, str]:
    """The feature that a rule asks for which is no ExitRule, and what its author calls it."""
    action = rule.get("action")
    if action not in _ACTIONS:
        return "failurePolicy.action", f"`action: {action}` of a `podFailurePolicy`"
    return (
        "failurePolicy.rule",
        "a rule of a `podFailurePolicy` on anything but exit codes of the main container",
    )
