"""Says how a resource tells that its run has ended: the conditions that Argo waits for.

Argo reads them as label selectors over the paths of the object: all that is said of a success must
hold, one thing that is said of a failure is enough, and a failure is asked for first.
"""

from __future__ import annotations

from typing import Any

__all__ = ["KEPT", "endings"]

_MOST_CONDITIONS = 6
"""A status has one condition of each type, and no kind has more types."""

_FAILED = ", ".join(f"status.conditions.{at}.type = Failed" for at in range(_MOST_CONDITIONS))

KEPT = frozenset(("Job", "TFJob", "PyTorchJob", "XGBoostJob", "PaddleJob", "MPIJob"))
"""Kinds that have ended when their pods have, and so when all that these leave is kept.

They tell a failure by a condition, after all retries and also at a deadline, of which their counts
of pods say nothing. The time of completion is that of success or of failure.
"""

_OTHERS = {
    "RayCluster": ("status.state = ready", ""),
    "DaskCluster": ("status.phase = Running", ""),
    "DaskJob": ("status.jobStatus = Successful", "status.jobStatus = Failed"),
    "SparkApplication": (
        "status.applicationState.state = COMPLETED",
        "status.applicationState.state = FAILED",
    ),
}
"""Of a SparkApplication SUBMISSION_FAILED is not the end: its operator makes it FAILED then."""

_RAY = "status.jobDeploymentStatus = Complete, status.jobStatus = SUCCEEDED"
_RAY_ENDED = "status.jobDeploymentStatus in (Failed, ValidationFailed)"


def endings(resource: dict[str, Any]) -> dict[str, str]:
    """`successCondition` and `failureCondition` of what a resource template creates."""
    kind = resource["kind"]
    if kind in KEPT:
        success, failure = "status.completionTime", _FAILED
    elif kind == "RayJob":
        # a job that failed may be tried again; one that was stopped is not
        tried = "status.jobStatus = STOPPED"
        once = "status.jobStatus in (FAILED, STOPPED)"
        again = bool(resource["spec"].get("backoffLimit"))
        success, failure = _RAY, f"{_RAY_ENDED}, {tried if again else once}"
    else:
        success, failure = _OTHERS[kind]
    found = {"successCondition": success, "failureCondition": failure}
    return {name: text for name, text in found.items() if text}
