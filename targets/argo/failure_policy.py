"""Turns a pod failure policy into the condition under which a template is tried again.

Argo asks one expression whether to try again, which knows the exit code of the main container; `-1`
stands for a pod that ended without one.
"""

from __future__ import annotations

from pxc.ir.plan import Limits
from pxc.targets._data import RunTime, Values
from pxc.targets._exit_codes import ExitRule, exit_rule, policy_rules, refusal
from pxc.targets.argo.build import Build
from pxc.targets.argo.features import tell

__all__ = ["retry_condition"]


def retry_condition(limits: Limits, run_time: RunTime, build: Build) -> str:
    """The expression of a `retryStrategy`; empty where every failure is tried again.

    PXC701 for a rule that says more than exit codes of the main container, or that asks for tries
    which do not count.
    """
    values = Values(run_time, build.report)
    found = "true"
    for written in reversed(policy_rules(limits, values)):
        rule = exit_rule(written)
        if rule is None:
            assert limits.pod_failure_policy is not None
            tell(*refusal(written), limits.pod_failure_policy.span, build.report)
            return ""
        again = "true" if rule.again else "false"
        if again != found:
            found = f"{_clause(rule)} ? {again} : {_nested(found)}"
    return "" if found == "true" else _plain(found)


def _clause(rule: ExitRule) -> str:
    """That a failed pod meets a rule."""
    code, numbers = "asInt(lastRetry.exitCode)", ", ".join(map(str, rule.codes))
    return f"!({code} in [-1, 0, {numbers}])" if rule.inverted else f"{code} in [{numbers}]"


def _nested(text: str) -> str:
    return f"({text})" if " ? " in text else text


def _plain(text: str) -> str:
    """The common case, one rule, without a choice between words."""
    clause, mark, rest = text.partition(" ? ")
    if rest == "false : true":
        return f"!({clause})"
    return clause if rest == "true : false" and mark else text
