"""Turns a unit of kind `pytorchjob` into an Indexed Job and the headless Service of its pods."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.dump import dump
from pxc.ir.node import is_null, replace
from pxc.ir.plan import Unit
from pxc.ir.run import Distributed, SchedulingPolicy
from pxc.options import Options
from pxc.source import head_of
from pxc.targets._container import container_order
from pxc.targets.kubernetes.job import job_spec
from pxc.targets.kubernetes.members import Gang
from pxc.targets.kubernetes.pod_group import counted, is_gathered
from pxc.targets.kubernetes.pytorch_job import processes
from pxc.targets.kubernetes.run_policy import runtime_of

__all__ = ["can_be_indexed", "indexed_objects", "one_role"]

_PORT = 29500
"""Where torch.distributed meets unless it is told otherwise."""

_INDEX = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
_JOB_NAME = "batch.kubernetes.io/job-name"


def can_be_indexed(unit: Unit, options: Options, report: Report) -> bool:
    """Whether one Job of equal pods can be the unit; PXC701 for what it cannot be."""
    runtime = unit.runtime
    if not isinstance(runtime, Distributed) or unit.kind != "pytorchjob":
        report.add(
            "PXC701",
            f"`run.kind: {unit.kind}` cannot be an Indexed Job",
            head_of((runtime or unit).span),
            help="its operator runs it",
        )
        return False
    if runtime.elastic_policy is not None and not is_null(runtime.elastic_policy):
        report.add(
            "PXC701",
            "`elasticPolicy` cannot be said of an Indexed Job",
            runtime.elastic_policy.span,
            help="an Indexed Job has a fixed number of pods: leave it out, or let the operator run"
            " it",
        )
    first = unit.roles[0]
    for role in unit.roles[1:]:
        if dump(role.pod) != dump(first.pod):
            report.add(
                "PXC701",
                f"`{role.name}` is another pod than `{first.name}`, and an Indexed Job has one"
                " template",
                role.span,
                help="write the same pod in both roles, or let the operator run it",
            )
    if options.name_policy == "generate":
        report.add(
            "PXC701",
            "an Indexed Job needs a name that is known before the run",
            unit.span,
            help="its pods find one another by it: take another name policy",
        )
    return not report.has_errors


def one_role(unit: Unit) -> Unit:
    """The unit with one role of all its pods."""
    count = sum(1 if role.replicas is None else role.replicas for role in unit.roles)
    return replace(unit, roles=(replace(unit.roles[0], replicas=count),))


def indexed_objects(gang: Gang) -> list[dict[str, Any]]:
    """The Service that names the pods, and the Job; `gang` has the one role of `one_role`.

    Each pod gets what the operator would give it: the variables that `torch.distributed` reads,
    and those that `torchrun` takes its options from. PXC702 for what only tunes the operator.
    """
    [member] = gang.members
    pod, name = member.pod, gang.name
    _leave_out(gang)
    count = member.role.replicas or 0
    _tell(pod.main, _variables(gang, count))
    pod.spec = {"subdomain": name} | pod.spec
    spec = job_spec(gang.unit, pod, member.metadata.of_pod(), gang.values)
    template = spec.pop("template")
    indexed = {"completionMode": "Indexed", "completions": count, "parallelism": count}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": gang.metadata.of_object(name),
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": {_JOB_NAME: name},
            "ports": [{"name": "rendezvous", "port": _PORT, "targetPort": _PORT}],
        },
    }
    about = member.metadata.of_object(name)
    if is_gathered(gang):
        about["annotations"] = about.get("annotations", {}) | counted(gang)
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": about,
        "spec": {**spec, **indexed, "template": template},
    }
    return [service, job]


def _variables(gang: Gang, count: int) -> list[dict[str, Any]]:
    master = f"{gang.name}-0.{gang.name}"
    rank = {"valueFrom": {"fieldRef": {"fieldPath": _INDEX}}}
    found: dict[str, dict[str, Any]] = {
        "MASTER_ADDR": {"value": master},
        "MASTER_PORT": {"value": str(_PORT)},
        "WORLD_SIZE": {"value": str(count)},
        "RANK": rank,
        "NODE_RANK": rank,
        "PET_NNODES": {"value": str(count)},
        "PET_NODE_RANK": rank,
        "PET_MASTER_ADDR": {"value": master},
        "PET_MASTER_PORT": {"value": str(_PORT)},
    }
    number = processes(gang, runtime_of(gang))
    if number is not None:
        found["PET_NPROC_PER_NODE"] = {"value": number}
    return [{"name": name, **value} for name, value in found.items()]


def _tell(main: dict[str, Any], variables: list[dict[str, Any]]) -> None:
    """Give the container these variables before its own, but for those that it sets itself."""
    own = main.get("env", [])
    names = {entry["name"] for entry in own}
    added = [variable for variable in variables if variable["name"] not in names]
    whole = container_order(main | {"env": [*added, *own]})
    main.clear()
    main.update(whole)


def _leave_out(gang: Gang) -> None:
    runtime = runtime_of(gang)
    policy = runtime.scheduling_policy
    gathered = is_gathered(gang)
    if isinstance(policy, SchedulingPolicy) and not (gathered and _counts_alone(policy)):
        gang.report.add(
            "PXC702",
            "`schedulingPolicy` of an Indexed Job is left out"
            + (", but for `minAvailable`" if gathered else ""),
            policy.span,
            help="the group that Volcano makes of a Job has nothing else of it"
            if gathered
            else "pods of a Job are scheduled one by one, unless a queue holds them",
        )
    written = runtime.clean_pod_policy
    value = getattr(written, "value", written)
    if value is not None and value != "None":
        gang.report.add(
            "PXC702",
            "`cleanPodPolicy` of an Indexed Job is left out",
            runtime.span if written is None else written.span,
            help="a Job keeps its pods until it is deleted: `termination.ttl` deletes it",
        )


def _counts_alone(policy: SchedulingPolicy) -> bool:
    others = (policy.queue, policy.min_resources, policy.priority_class,
              policy.schedule_timeout_seconds)  # fmt: skip
    return all(other is None or is_null(other) for other in others)
