"""Gathers the pods of a distributed run in a group of Volcano's: all of them start, or none."""

from __future__ import annotations

from typing import Any

from pxc.ir.run import SchedulingPolicy
from pxc.targets._data import Place
from pxc.targets._queue import queue_name
from pxc.targets.kubernetes.members import Gang
from pxc.targets.kubernetes.run_policy import runtime_of

__all__ = ["counted", "is_gathered", "join_group", "pod_group"]

_GROUP = "scheduling.k8s.io/group-name"
_COUNT = "scheduling.volcano.sh/group-min-member"
_OF_MPI = "-gang"
"""MPI's operator takes a group of the name of its job for somebody else's, and stops."""


def is_gathered(gang: Gang) -> bool:
    """Whether Volcano schedules every pod, and no author chose a group for one."""
    if gang.options.queue_as != "volcano" or queue_name(gang.unit, gang.report) is None:
        return False
    pods = [member.pod for member in gang.members]
    return all(
        pod.spec.get("schedulerName") == "volcano" and _GROUP not in pod.annotations for pod in pods
    )


def join_group(gang: Gang) -> str | None:
    """Tell the pods of a Kubeflow job their group, before its spec is made; the group's name.

    None where there is no group: PXC702 where only the server knows its name. The training
    operator makes a group by itself where it is told to when it starts; by its job's name it
    finds this one and takes it for its own.
    """
    if not is_gathered(gang):
        return None
    if gang.options.name_policy == "generate":
        gang.report.add(
            "PXC702",
            f"the pods of this `{gang.unit.kind}` are scheduled one by one",
            gang.unit.span,
            help="a group of Volcano's has a name that its pods know before: take another name"
            " policy, or have the operator make it (`--gang-scheduler-name=volcano`)",
        )
        return None
    name = gang.name + (_OF_MPI if gang.unit.kind == "mpijob" else "")
    for member in gang.members:
        member.pod.annotations[_GROUP] = name
    return name


def pod_group(gang: Gang, name: str, policy: dict[str, Any]) -> dict[str, Any]:
    """The PodGroup; `policy` is the `schedulingPolicy` of the job, which goes before the queue."""
    spec: dict[str, Any] = {"minMember": policy.get("minAvailable", _size(gang))}
    spec["queue"] = policy.get("queue", queue_name(gang.unit, gang.report))
    for field, said in (("minResources", "minResources"), ("priorityClassName", "priorityClass")):
        if said in policy:
            spec[field] = policy[said]
    return {
        "apiVersion": "scheduling.volcano.sh/v1beta1",
        "kind": "PodGroup",
        "metadata": gang.metadata.of_object(name),
        "spec": spec,
    }


def counted(gang: Gang) -> dict[str, str]:
    """What the Job of all pods says, of which Volcano's controller makes a group."""
    written = runtime_of(gang).scheduling_policy
    least = None
    if isinstance(written, SchedulingPolicy):
        least = gang.values.value(written.min_available, Place("schedulingPolicy.minAvailable"))
    return {_COUNT: str(_size(gang) if least is None else least)}


def _size(gang: Gang) -> int:
    counts = (member.role.replicas for member in gang.members)
    return sum(1 if count is None else count for count in counts)
