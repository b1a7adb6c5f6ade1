"""Turns the queue of a unit into what Kueue or Volcano reads it from."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.plan import Unit
from pxc.options import Options
from pxc.targets._queue import IN_CLUSTER, KUEUE_QUEUE, queue_name

__all__ = ["join_objects", "join_set"]

_KUEUE_KINDS = frozenset(
    ("Job", "CronJob", "Deployment", "TFJob", "PyTorchJob", "XGBoostJob", "PaddleJob", "MPIJob",
     "RayJob", "RayCluster", "JobSet")
)  # fmt: skip
"""The kinds that Kueue suspends and admits by themselves."""

_KUBEFLOW = frozenset(("TFJob", "PyTorchJob", "XGBoostJob", "PaddleJob", "MPIJob"))
_RAY = frozenset(("RayJob", "RayCluster"))


def join_objects(
    objects: list[dict[str, Any]], unit: Unit, options: Options, report: Report
) -> None:
    """Tell the objects of a unit which queue they wait in; PXC702 where no object can.

    Kueue's own webhook suspends what carries its label. A suspension written here would come back
    each time the file is applied and stop a run that Kueue has admitted.
    """
    queue = queue_name(unit, report) if options.queue_as in IN_CLUSTER else None
    if queue is None:
        return
    if options.queue_as == "volcano":
        for found in objects:
            _join_volcano(found, queue)
        return
    joined = [found for found in objects if found["kind"] in _KUEUE_KINDS]
    for found in joined:
        carrier = found["spec"]["jobTemplate"] if found["kind"] == "CronJob" else found
        carrier["metadata"].setdefault("labels", {})[KUEUE_QUEUE] = queue
    if not joined:
        report.add(
            "PXC702",
            f"Kueue knows no queue for `run.kind: {unit.kind}`: `queue` is left out",
            unit.span,
            help="Volcano takes its pods",
        )


def join_set(found: dict[str, Any], units: list[Unit], options: Options, report: Report) -> None:
    """Tell one object of several units which queue it waits in; PXC702 where they name several."""
    named = [unit for unit in units if unit.queue is not None]
    if not named or options.queue_as not in IN_CLUSTER:
        return
    other = next((unit for unit in named if unit.queue != named[0].queue), None)
    if other is None:
        join_objects([found], named[0], options, report)
    elif options.queue_as == "kueue":
        report.add(
            "PXC702",
            f"`queue: {other.queue}` is left out: what waits for each other waits in one queue",
            other.span,
            help=f"give all of them the queue `{named[0].queue}`",
        )
        join_objects([found], named[0], options, report)


def _join_volcano(found: dict[str, Any], queue: str) -> None:
    """What the operators that make Volcano's pod groups themselves read."""
    spec = found.get("spec", {})
    if found["kind"] in _KUBEFLOW:
        spec.setdefault("runPolicy", {}).setdefault("schedulingPolicy", {}).setdefault(
            "queue", queue
        )
    elif found["kind"] in _RAY:
        labels = found["metadata"].setdefault("labels", {})
        labels["ray.io/scheduler-name"] = "volcano"
        labels["volcano.sh/queue-name"] = queue
    elif found["kind"] == "SparkApplication":
        spec["batchScheduler"] = "volcano"
        spec["batchSchedulerOptions"] = {"queue": queue}
