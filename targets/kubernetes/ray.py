"""Turns a unit of kind `raycluster` or `rayjob` into a ray.io/v1 RayJob or RayCluster."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import allowed
from pxc.ir.node import Map, is_null
from pxc.ir.run import Cluster
from pxc.targets._container import container_order
from pxc.targets._data import Place, text_of
from pxc.targets._names import dns_label
from pxc.targets.kubernetes.members import Gang, Member
from pxc.targets.kubernetes.run_policy import refuse_failure_policy
from pxc.yaml_writer import write_documents

__all__ = ["is_ray_job", "ray_cluster_spec", "ray_job_spec"]

_POLICIES = ("Always", "Never", "OnFailure")
_GROUP_LIMIT = 30

_HEAD_PORTS = (("gcs-server", 6379), ("dashboard", 8265), ("client", 10001), ("serve", 8000))
"""Those that Ray listens on and that the operator's service for the head leads to."""

_AUTOSCALER = (
    "version", "upscalingMode", "idleTimeoutSeconds", "image", "imagePullPolicy", "command",
    "args", "env", "envFrom", "resources", "volumeMounts", "securityContext",
)  # fmt: skip
_UPSCALING = ("Default", "Aggressive", "Conservative")

_APPLICATION = "app.kubernetes.io/name"


def is_ray_job(runtime: Cluster) -> bool:
    """Whether there is something to run on the cluster; else it stays until it is deleted."""
    return runtime.entrypoint is not None and not is_null(runtime.entrypoint)


def ray_job_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of the RayJob: its cluster is shut down when the entrypoint has ended.

    PXC116 for a deadline of no seconds, which the operator refuses.
    """
    runtime, limits = _runtime(gang), gang.unit.limits
    refuse_failure_policy(gang)
    place = Place("entrypoint")
    spec: dict[str, Any] = {"entrypoint": gang.values.text(runtime.entrypoint, place)}
    environment = _runtime_env(gang, runtime)
    if environment:
        spec["runtimeEnvYAML"] = environment
    metadata = gang.values.texts(runtime.metadata, Place("metadata"))
    if metadata:
        spec["metadata"] = metadata
    spec["shutdownAfterJobFinishes"] = True
    if limits.timeout == 0:
        gang.report.add(
            "PXC116",
            "`termination.timeout` of a RayJob must be more than zero",
            limits.span,
            help="write the seconds that it may take, or leave it out",
        )
    for field, count in (
        ("ttlSecondsAfterFinished", limits.ttl),
        ("activeDeadlineSeconds", limits.timeout),
        ("backoffLimit", limits.max_retries),
    ):
        if count is not None:
            spec[field] = count
    spec["rayClusterSpec"] = _cluster(gang, runtime)
    return spec


def ray_cluster_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of a RayCluster; PXC701 and PXC702 for what only a RayJob has."""
    runtime, limits = _runtime(gang), gang.unit.limits
    refuse_failure_policy(gang)
    for field, node in (("runtimeEnv", runtime.runtime_env), ("metadata", runtime.metadata)):
        if node is not None and not is_null(node):
            gang.report.add(
                "PXC701",
                f"`{field}` of a `{gang.unit.kind}` without `entrypoint` cannot be said",
                node.span,
                help="it belongs to what runs on the cluster: add `entrypoint`",
            )
    if limits.timeout is not None:
        gang.report.add(
            "PXC701",
            f"`termination.timeout` of a `{gang.unit.kind}` without `entrypoint` cannot be said",
            limits.span,
            help="a RayCluster runs until it is deleted: leave `timeout` out",
        )
    for name, count in (("maxRetries", limits.max_retries), ("ttl", limits.ttl)):
        if count is not None:
            gang.report.add(
                "PXC702",
                f"`termination.{name}` of a `{gang.unit.kind}` without `entrypoint` is left out",
                limits.span,
                help="a RayCluster never ends by itself",
            )
    return _cluster(gang, runtime)


def _runtime(gang: Gang) -> Cluster:
    runtime = gang.unit.runtime
    assert isinstance(runtime, Cluster)
    return runtime


def _runtime_env(gang: Gang, runtime: Cluster) -> str | None:
    """The runtime environment as the YAML text that the operator reads."""
    found = gang.values.value(runtime.runtime_env, Place("runtimeEnv"))
    if found is None or isinstance(found, str):
        return found
    return write_documents([found])


def _cluster(gang: Gang, runtime: Cluster) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    version = gang.values.text(runtime.ray_version, Place("rayVersion"))
    if version is not None:
        spec["rayVersion"] = version
    scales = gang.values.value(runtime.enable_in_tree_autoscaling, Place("autoscaling"))
    if scales is not None:
        spec["enableInTreeAutoscaling"] = scales
    options = _autoscaler(gang, runtime)
    if options:
        spec["autoscalerOptions"] = options
    head = gang.needed("head")
    if head is not None:
        gang.one_pod(head)
        spec["headGroupSpec"] = _head(gang, head)
    workers = [_workers(gang, member) for member in gang.members if member is not head]
    if workers:
        spec["workerGroupSpecs"] = workers
    return spec


def _autoscaler(gang: Gang, runtime: Cluster) -> dict[str, Any]:
    written = runtime.autoscaler_options
    found = gang.values.value(written, Place("autoscalerOptions"))
    if found is None:
        return {}
    if not isinstance(written, Map) or not isinstance(found, dict):
        gang.report.add("PXC116", "`autoscalerOptions` is a map", written.span,
                        help="such as `{upscalingMode: Default}`")  # fmt: skip
        return {}
    for key, node in written.entries:
        name = text_of(gang.values.value(key, Place("autoscalerOptions")))
        if name not in _AUTOSCALER:
            gang.report.add(
                "PXC701",
                f"`autoscalerOptions.{name}` is no option of Ray's autoscaler",
                key.span,
                help=f"it has {allowed(_AUTOSCALER)}",
            )
        elif name == "upscalingMode" and found.get(name) not in _UPSCALING:
            gang.report.add(
                "PXC116",
                f"`upscalingMode: {found.get(name)}` is no mode of Ray's autoscaler",
                node.span,
                help=f"one of {allowed(_UPSCALING)}",
            )
    return found


def _head(gang: Gang, member: Member) -> dict[str, Any]:
    params = gang.values.texts(member.role.start_params, Place("head.rayStartParams"))
    bounds = {"minReplicas": member.role.min_replicas, "maxReplicas": member.role.max_replicas}
    for field, count in bounds.items():
        if count is not None:
            gang.report.add(
                "PXC702",
                f"`{field}` of the `head` of a `{gang.unit.kind}` is left out",
                member.role.span,
                help="the head is one pod: give it to a group of workers",
            )
    main = member.pod.main
    if not main.get("ports"):
        ports = [{"name": name, "containerPort": port} for name, port in _HEAD_PORTS]
        _put(main, "ports", ports)
    return {
        "rayStartParams": {"dashboard-host": "0.0.0.0"} | params,
        "template": _template(gang, member),
    }


def _workers(gang: Gang, member: Member) -> dict[str, Any]:
    """A group of workers; without bounds it keeps the size that it begins with."""
    role = member.role
    least, most = role.min_replicas, role.max_replicas
    count = role.replicas
    if count is None:
        count = 1 if least is None else least
    if most is not None and least is not None and most < least:
        gang.report.add(
            "PXC116",
            f"`maxReplicas: {most}` is less than `minReplicas: {least}`",
            role.span,
            help="give a maximum that is not below the minimum",
        )
    main = member.pod.main
    if "lifecycle" not in main:
        stop = ["/bin/sh", "-c", "ray stop"]
        _put(main, "lifecycle", {"preStop": {"exec": {"command": stop}}})
    return {
        "groupName": dns_label(role.name, _GROUP_LIMIT),
        "replicas": count,
        "minReplicas": min(count, most or count) if least is None else least,
        "maxReplicas": max(count, least or 0) if most is None else most,
        "rayStartParams": gang.values.texts(role.start_params, Place("rayStartParams")),
        "template": _template(gang, member),
    }


def _template(gang: Gang, member: Member) -> dict[str, Any]:
    """The pod template, without the one label that the operator's services select by."""
    policy = member.restart_policy(_POLICIES, "Never", gang.report)
    member.pod.spec = {"restartPolicy": policy} | member.pod.spec
    found = member.template()
    found["metadata"]["labels"].pop(_APPLICATION, None)
    return found


def _put(main: dict[str, Any], field: str, value: Any) -> None:
    whole = container_order(main | {field: value})
    main.clear()
    main.update(whole)
