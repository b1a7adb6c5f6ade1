"""Turns the queue of a unit into what the schedulers of its pod read: Volcano, and Kueue."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.plan import Unit
from pxc.ir.queues import name_in_cluster
from pxc.options import Options
from pxc.targets._pod import PodParts

__all__ = ["IN_CLUSTER", "KUEUE_QUEUE", "join_pod", "join_pod_to_kueue", "queue_name"]

IN_CLUSTER = ("kueue", "volcano")
"""What queues runs in the cluster; a pool is one of Airflow."""

KUEUE_QUEUE = "kueue.x-k8s.io/queue-name"
_VOLCANO = "scheduling.volcano.sh/queue-name"


def queue_name(unit: Unit, report: Report) -> str | None:
    """What a cluster calls the queue of a unit; PXC116 for what cannot be the name of one."""
    if not unit.queue:
        return None
    name = name_in_cluster(unit.queue)
    if name is not None:
        return name
    report.add(
        "PXC116",
        f"`{unit.queue}` is no queue of a cluster",
        unit.span,
        help="a name has at most 63 lower-case letters, digits and `-`; the name of an agent may"
        " stand before it: `agent/queue`",
    )
    return None


def join_pod(pod: PodParts, unit: Unit, options: Options, report: Report) -> None:
    """Hand a pod to Volcano's scheduler; PXC702 where its author chose another one.

    It changes the pod itself, so it comes before a name is made of the pod's content.
    """
    queue = queue_name(unit, report) if options.queue_as == "volcano" else None
    if queue is None:
        return
    chosen = pod.spec.get("schedulerName", "volcano")
    if chosen != "volcano":
        report.add(
            "PXC702",
            f"`queue: {unit.queue}` is left out, because `schedulerName` is `{chosen}`",
            unit.span,
            help="leave `schedulerName` out, or the queue",
        )
        return
    pod.spec = {"schedulerName": "volcano"} | pod.spec
    pod.annotations[_VOLCANO] = queue


def join_pod_to_kueue(pod: PodParts, unit: Unit, options: Options, report: Report) -> None:
    """Give a pod that no object of Kueue's own kinds stands before the label by which it waits.

    Kueue reads it where its integration of plain pods is on.
    """
    queue = queue_name(unit, report) if options.queue_as == "kueue" else None
    if queue is not None:
        pod.labels[KUEUE_QUEUE] = queue
