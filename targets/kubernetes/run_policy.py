"""Turns the limits and policies of a Kubeflow job into its `runPolicy` and replica specs."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import Map
from pxc.ir.run import Distributed, SchedulingPolicy
from pxc.targets._data import Place, text_of
from pxc.targets.kubernetes.members import Gang, Member

__all__ = ["put", "refuse_failure_policy", "replica_specs", "run_policy", "runtime_of"]

_POLICIES = ("Always", "ExitCode", "Never", "OnFailure")
_DEFAULT_POLICY = "OnFailure"
_IN_PLACE = frozenset(("Always", "OnFailure"))

_TIMED = frozenset(("mpijob",))
"""Kinds whose launcher is a Job: Kubernetes itself holds it to the deadline.

The training operator looks at the time only when a pod changes, so a job that hangs would hang for
ever: its pods have the deadline, too.
"""


def runtime_of(gang: Gang) -> Distributed:
    """The fields of the runtime that are not of a role."""
    runtime = gang.unit.runtime
    assert isinstance(runtime, Distributed)
    return runtime


def put(gang: Gang, data: dict[str, Any], field: str, node: Any) -> None:
    """Write a field where its author gave it a value."""
    value = gang.values.value(node, Place(field))
    if value is not None:
        data[field] = value


def run_policy(gang: Gang) -> dict[str, Any]:
    """`runPolicy`; pods stay when the run has ended unless `cleanPodPolicy` says otherwise.

    No `backoffLimit` where the author gave no number of retries: containers start again by the
    restart policy of their role. PXC701 for a failure policy, which no operator reads.
    """
    runtime, limits = runtime_of(gang), gang.unit.limits
    refuse_failure_policy(gang)
    data: dict[str, Any] = {}
    put(gang, data, "cleanPodPolicy", runtime.clean_pod_policy)
    data.setdefault("cleanPodPolicy", "None")
    for field, count in (
        ("ttlSecondsAfterFinished", limits.ttl),
        ("activeDeadlineSeconds", limits.timeout),
        ("backoffLimit", _tries(gang, limits.max_retries)),
    ):
        if count is not None:
            data[field] = count
    scheduling = _scheduling_policy(gang, runtime)
    if scheduling:
        data["schedulingPolicy"] = scheduling
    return data


def _tries(gang: Gang, retries: int | None) -> int | None:
    """`backoffLimit` for a number of retries.

    A container that starts again in its pod ends the job when its restarts reach the limit, one
    earlier than pods that are made again do. Of an MPIJob the launcher's count alone.
    """
    if not retries:
        return retries
    counted = (m for m in gang.members if gang.unit.kind != "mpijob" or m.role.name == "launcher")
    policies = {str(m.pod.spec.get("restartPolicy", _DEFAULT_POLICY)) for m in counted}
    return retries + 1 if policies & _IN_PLACE else retries


def refuse_failure_policy(gang: Gang) -> None:
    """PXC701 for `termination.podFailurePolicy`: only a batch/v1 Job has one."""
    policy = gang.unit.limits.pod_failure_policy
    if policy is not None:
        gang.report.add(
            "PXC701",
            f"`termination.podFailurePolicy` of a `{gang.unit.kind}` cannot be said",
            policy.span,
            help="its operator has no failure policy: leave it out",
        )


def _scheduling_policy(gang: Gang, runtime: Distributed) -> dict[str, Any]:
    written = runtime.scheduling_policy
    data: dict[str, Any] = {}
    if not isinstance(written, SchedulingPolicy):
        return data
    put(gang, data, "minAvailable", written.min_available)
    put(gang, data, "queue", written.queue)
    resources = written.min_resources
    if isinstance(resources, Map):
        values = gang.values.map(resources, Place("schedulingPolicy.minResources"))
        data["minResources"] = {name: text_of(value) for name, value in values.items()}
    elif gang.values.value(resources, Place("minResources")) is not None:
        gang.report.add(
            "PXC116",
            "`minResources` names resources and how much of each",
            resources.span,
            help="write a map, such as `{cpu: 8, memory: 16Gi}`",
        )
    put(gang, data, "priorityClass", written.priority_class)
    put(gang, data, "scheduleTimeoutSeconds", written.schedule_timeout_seconds)
    return data


def replica_specs(
    gang: Gang, names: dict[str, str], policies: tuple[str, ...] = _POLICIES
) -> dict[str, Any]:
    """The replica specs of the roles that there are, under the operator's names for them."""
    return {
        kind: _replica_spec(member, policies, gang)
        for name, kind in names.items()
        if (member := gang.member(name)) is not None
    }


def _replica_spec(member: Member, policies: tuple[str, ...], gang: Gang) -> dict[str, Any]:
    count = member.role.replicas
    policy = member.restart_policy(policies, _DEFAULT_POLICY, gang.report)
    template = member.template()
    if gang.unit.limits.timeout and gang.unit.kind not in _TIMED:
        template["spec"] = {"activeDeadlineSeconds": gang.unit.limits.timeout} | template["spec"]
    return {
        "replicas": 1 if count is None else count,
        "restartPolicy": policy,
        "template": template,
    }
