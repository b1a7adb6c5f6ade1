"""Turns a unit of kind `daskcluster` or `daskjob` into objects of kubernetes.dask.org/v1."""

from __future__ import annotations

from typing import Any

from pxc.ir.run import Cluster
from pxc.targets._container import container_order
from pxc.targets._data import Place
from pxc.targets.kubernetes.members import Gang, Member
from pxc.targets.kubernetes.run_policy import refuse_failure_policy

__all__ = ["autoscaler_spec", "dask_cluster_spec", "dask_job_spec"]

_POLICIES = ("Always", "Never", "OnFailure")
_COMM = ("tcp-comm", 8786)
_DASHBOARD = ("http-dashboard", 8787)
_WORKER_DASHBOARD = ("http-dashboard", 8788)
_WORKER = ("dask-worker", "--name", "$(DASK_WORKER_NAME)", "--dashboard",
           "--dashboard-address", "8788")  # fmt: skip


def dask_cluster_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of a DaskCluster, which runs until it is deleted (PXC701, PXC702 for limits)."""
    limits = gang.unit.limits
    if limits.timeout is not None:
        gang.report.add(
            "PXC701",
            f"`termination.timeout` of a `{gang.unit.kind}` cannot be said",
            limits.span,
            help="a DaskCluster runs until it is deleted: leave `timeout` out",
        )
    _leave_out_limits(gang, "a DaskCluster never ends by itself")
    return _cluster(gang)


def dask_job_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of a DaskJob: a pod that runs to its end and the cluster that it has meanwhile."""
    limits = gang.unit.limits
    _leave_out_limits(gang, "a DaskJob has no field for it")
    spec: dict[str, Any] = {}
    job = gang.needed("job")
    if job is not None:
        gang.one_pod(job)
        if job.role.pod.sidecars:
            gang.report.add(
                "PXC701",
                "sidecars of the `job` of a `daskjob` cannot be said",
                job.role.pod.sidecars[0].span,
                help="they would keep the job running for ever: leave them out",
            )
        part = _part(gang, job)
        if limits.timeout is not None:
            part["spec"] = {"activeDeadlineSeconds": limits.timeout} | part["spec"]
        spec["job"] = part
    spec["cluster"] = {"spec": _cluster(gang)}
    return spec


def autoscaler_spec(gang: Gang) -> dict[str, Any] | None:
    """`spec` of the DaskAutoscaler where both bounds are there; PXC702 for one alone."""
    runtime = gang.unit.runtime
    assert isinstance(runtime, Cluster)
    least = gang.values.value(runtime.min_replicas, Place("minReplicas"))
    most = gang.values.value(runtime.max_replicas, Place("maxReplicas"))
    if least is None and most is None:
        return None
    if least is None or most is None:
        there, lacks = ("maxReplicas", "minReplicas") if least is None else (
            "minReplicas", "maxReplicas")  # fmt: skip
        written = runtime.max_replicas if least is None else runtime.min_replicas
        gang.report.add(
            "PXC702",
            f"`{there}` without `{lacks}` is left out",
            (written or runtime).span,
            help="an autoscaler needs both",
        )
        return None
    return {"cluster": gang.name, "minimum": least, "maximum": most}


def _leave_out_limits(gang: Gang, why: str) -> None:
    refuse_failure_policy(gang)
    limits = gang.unit.limits
    for name, count in (("maxRetries", limits.max_retries), ("ttl", limits.ttl)):
        if count is not None:
            gang.report.add(
                "PXC702",
                f"`termination.{name}` of a `{gang.unit.kind}` is left out",
                limits.span,
                help=why,
            )


def _cluster(gang: Gang) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    worker, scheduler = gang.needed("worker"), gang.needed("scheduler")
    if worker is not None:
        _fill_in_worker(worker.pod.main)
        count = worker.role.replicas
        spec["worker"] = {"replicas": 1 if count is None else count} | _part(gang, worker)
    if scheduler is not None:
        gang.one_pod(scheduler)
        names = _fill_in_scheduler(scheduler.pod.main)
        spec["scheduler"] = _part(gang, scheduler) | {"service": _service(gang, names)}
    return spec


def _part(gang: Gang, member: Member) -> dict[str, Any]:
    policy = member.restart_policy(_POLICIES, "Never", gang.report)
    return {
        "metadata": member.metadata.of_pod(),
        "spec": {"restartPolicy": policy} | member.pod.spec,
    }


def _fill_in_worker(main: dict[str, Any]) -> None:
    """The command of a worker where its author gave none."""
    if not main.get("args") and not main.get("command"):
        _put(main, args=list(_WORKER))
        if not main.get("ports"):
            name, port = _WORKER_DASHBOARD
            _put(main, ports=[{"name": name, "containerPort": port, "protocol": "TCP"}])


def _fill_in_scheduler(main: dict[str, Any]) -> tuple[str, str]:
    """Command, ports and probes where their author gave none; the names of its two ports."""
    ours = not main.get("args") and not main.get("command")
    if ours:
        _put(main, args=["dask-scheduler"])
    ports = [dict(port) for port in main.get("ports", ())]
    names = (_port_name(ports, *_COMM), _port_name(ports, *_DASHBOARD))
    _put(main, ports=ports)
    if ours:
        get = {"httpGet": {"port": names[1], "path": "/health"}}
        ready = get | {"initialDelaySeconds": 5, "periodSeconds": 10}
        alive = get | {"initialDelaySeconds": 15, "periodSeconds": 20}
        if "readinessProbe" not in main:
            _put(main, readinessProbe=ready)
        if "livenessProbe" not in main:
            _put(main, livenessProbe=alive)
    return names


def _port_name(ports: list[dict[str, Any]], name: str, number: int) -> str:
    """The name of a port; the definition of the resource lets a service target names only."""
    for port in ports:
        if port.get("containerPort") == number and port.get("protocol", "TCP") == "TCP":
            return str(port.setdefault("name", name))
    ports.append({"name": name, "containerPort": number, "protocol": "TCP"})
    return name


def _service(gang: Gang, names: tuple[str, str]) -> dict[str, Any]:
    """The scheduler's service; the operator calls it `<name>-scheduler`."""
    return {
        "type": "ClusterIP",
        "selector": {"dask.org/cluster-name": gang.name, "dask.org/component": "scheduler"},
        "ports": [
            {"name": name, "protocol": "TCP", "port": port, "targetPort": target}
            for (name, port), target in zip((_COMM, _DASHBOARD), names, strict=True)
        ],
    }


def _put(main: dict[str, Any], **fields: Any) -> None:
    whole = container_order(main | fields)
    main.clear()
    main.update(whole)
