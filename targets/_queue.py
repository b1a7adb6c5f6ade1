"""Turns the queue of a unit into what the schedulers of its pod read: Volcano, and Kueue."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.plan import Unit
from pxc.targets._pod import PodParts
from pxc.world import Options

__all__ = ["KUEUE_QUEUE", "join_pod", "join_pod_to_kueue"]

KUEUE_QUEUE = "kueue.x-k8s.io/queue-name"
_VOLCANO = "scheduling.volcano.sh/queue-name"


def join_pod(pod: PodParts, unit: Unit, options: Options, report: Report) -> None:
    """Hand a pod to Volcano's scheduler; PXC702 where its author chose another one.

    It changes the pod itself, so it comes before a name is made of the pod's content.
    """
    if unit.queue is None or options.queue_as != "volcano":
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
    pod.annotations[_VOLCANO] = unit.queue


def join_pod_to_kueue(pod: PodParts, unit: Unit, options: Options) -> None:
    """Give a pod that no object of Kueue's own kinds stands before the label by which it waits.

    Kueue reads it where its integration of plain pods is on.
    """
    if unit.queue is not None and options.queue_as == "kueue":
        pod.labels[KUEUE_QUEUE] = unit.queue
