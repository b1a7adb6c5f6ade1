"""Says of the resources that operators run what an engine has to know: how each tells its end."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.source import Span

__all__ = ["CONDITIONS", "KEPT", "Ending", "Signs", "ending_of", "is_number", "refuse_number"]

CONDITIONS = "status.conditions"
"""The list of what a resource tells of itself: its words are types of conditions."""

KEPT = frozenset(("Job", "TFJob", "PyTorchJob", "XGBoostJob", "PaddleJob", "MPIJob"))
"""Kinds that have ended when their pods have, and so when all that these leave is kept.

They tell a failure by a condition, after all retries and also at a deadline, of which their counts
of pods say nothing. The time of completion is that of success or of failure.
"""

_NUMBERS = frozenset(
    ("slotsPerWorker", "minAvailable", "scheduleTimeoutSeconds", "minReplicas", "maxReplicas",
     "maxRestarts", "rdvzPort", "rdzvPort", "standalone", "enableDynamicWorker", "autoscaling")
)  # fmt: skip
"""Fields of the resources that hold no text, and so no value that comes with the run."""

Signs = tuple[tuple[str, tuple[str, ...]], ...]


class Ending(Struct, frozen=True):
    """Fields by which a resource tells that its run has ended, each with the words that tell it.

    All that is said of a success must hold, one thing that is said of a failure is enough, and a
    failure is asked for first. A field without words has to be there.
    """

    succeeded: Signs
    failed: Signs = ()


_KEPT = Ending((("status.completionTime", ()),), ((CONDITIONS, ("Failed",)),))
_OTHERS = {
    "RayCluster": Ending((("status.state", ("ready",)),)),
    "DaskCluster": Ending((("status.phase", ("Running",)),)),
    "DaskJob": Ending(
        (("status.jobStatus", ("Successful",)),), (("status.jobStatus", ("Failed",)),)
    ),
    "SparkApplication": Ending(
        (("status.applicationState.state", ("COMPLETED",)),),
        (("status.applicationState.state", ("FAILED",)),),
    ),
}
"""Of a SparkApplication SUBMISSION_FAILED is not the end: its operator makes it FAILED then."""


def ending_of(resource: dict[str, Any]) -> Ending:
    """How a resource that an engine creates and waits for tells its end; of a cluster, its begin.

    A job on Ray that failed may be tried again; one that was stopped is not.
    """
    kind = resource["kind"]
    if kind in KEPT:
        return _KEPT
    if kind != "RayJob":
        return _OTHERS[kind]
    ended = ("STOPPED",) if resource["spec"].get("backoffLimit") else ("FAILED", "STOPPED")
    deployment, job = "status.jobDeploymentStatus", "status.jobStatus"
    return Ending(
        ((deployment, ("Complete",)), (job, ("SUCCEEDED",))),
        ((deployment, ("Failed", "ValidationFailed")), (job, ended)),
    )


def is_number(field: str) -> bool:
    """Whether a field of a resource holds no text."""
    return field.rpartition(".")[2] in _NUMBERS


def refuse_number(path: str, field: str, span: Span, report: Report) -> None:
    """PXC703 for a value that comes with the run where a number has to stand."""
    report.add(
        "PXC703",
        f"`{path}` is known only when the run exists and cannot stand in `{field}`",
        span,
        help="what is filled in then is text: give the number by a param",
    )
