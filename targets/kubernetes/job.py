"""Turns a unit of kind `job` into the spec of a batch/v1 Job."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed
from pxc.ir.node import Node
from pxc.ir.plan import Limits, Unit
from pxc.targets._data import Place, Values
from pxc.targets._pod import PodParts

__all__ = ["job_spec"]

_POLICIES = ("Never", "OnFailure")
_POLYAXON_MAIN = "polyaxon-main"


def job_spec(unit: Unit, pod: PodParts, metadata: dict[str, Any], values: Values) -> dict[str, Any]:
    """`spec` of the Job; `metadata` is that of its pods.

    A Job without `backoffLimit` would try a failed training six more times, so it is always
    written: zero where the author said nothing.
    """
    report, limits = values.report, unit.limits
    policy = _restart_policy(unit, pod, report)
    spec: dict[str, Any] = {}
    counts = (
        ("backoffLimit", "maxRetries", _tries(limits.max_retries or 0, policy)),
        ("activeDeadlineSeconds", "timeout", limits.timeout),
        ("ttlSecondsAfterFinished", "ttl", limits.ttl),
    )
    for field, name, count in counts:
        if count is not None:
            spec[field] = _not_negative(count, f"termination.{name}", limits, report)
    if limits.pod_failure_policy is not None:
        spec["podFailurePolicy"] = _failure_policy(unit, pod, policy, values)
    spec["template"] = {"metadata": metadata, "spec": {"restartPolicy": policy} | pod.spec}
    return spec


def _tries(retries: int, policy: Any) -> int:
    """`backoffLimit` for a number of retries.

    Under `OnFailure` the kubelet restarts the container in its pod, and the Job controller ends the
    Job when the restarts reach the limit, one earlier than failed pods do.
    """
    return retries + 1 if policy == "OnFailure" and retries > 0 else retries


def _restart_policy(unit: Unit, pod: PodParts, report: Report) -> str:
    policy = pod.spec.get("restartPolicy", "Never")
    if policy not in _POLICIES:
        told = "is no policy of Kubernetes" if policy == "ExitCode" else "cannot be said for a Job"
        report.add(
            "PXC701",
            f"`restartPolicy: {policy}` {told}",
            _place_of_policy(unit).span,
            help=f"a job takes {allowed(_POLICIES)}; retries are `termination.maxRetries`",
        )
    return str(policy)


def _place_of_policy(unit: Unit) -> Node:
    environment = unit.pod.environment
    written = environment.restart_policy if environment is not None else None
    return written if written is not None else unit


def _not_negative(count: int, name: str, limits: Limits, report: Report) -> int:
    if count < 0:
        report.add(
            "PXC116",
            f"`{name}: {count}` is negative",
            limits.span,
            help="write zero or more",
        )
    return count


def _failure_policy(unit: Unit, pod: PodParts, policy: str, values: Values) -> Any:
    """`podFailurePolicy`, with the main container under the name that it has here."""
    node = unit.limits.pod_failure_policy
    assert node is not None
    data = values.value(node, Place("termination.podFailurePolicy"))
    if policy == "OnFailure":
        values.report.add(
            "PXC118",
            "`podFailurePolicy` does not go with `restartPolicy: OnFailure`",
            node.span,
            help="leave `restartPolicy` out: with a failure policy it is `Never`",
        )
    main = pod.main["name"]
    known = [c["name"] for c in (*pod.spec.get("initContainers", ()), *pod.spec["containers"])]
    for rule in data.get("rules", ()) if isinstance(data, dict) else ():
        codes = rule.get("onExitCodes") if isinstance(rule, dict) else None
        name = codes.get("containerName") if isinstance(codes, dict) else None
        if codes is None or name is None or name in known:
            continue
        if name == _POLYAXON_MAIN:  # what Polyaxon calls every main container
            codes["containerName"] = main
            continue
        values.report.add(
            "PXC116",
            f"`podFailurePolicy` names the container `{name}`, which the pod does not have",
            node.span,
            help=f"its containers: {allowed(known)}",
        )
    return data
