"""Lowers a runtime to its roles: the one pod of a job, the several of a distributed runtime."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.node import KObject, Lit, Map, Seq, is_null, replace
from pxc.ir.plan import Demand
from pxc.ir.pod import Role
from pxc.ir.run import Cluster, Distributed, Job, Replica, Service, Spark
from pxc.ir.spec import Operation
from pxc.passes.lower_pod import lower_pod
from pxc.passes.lowering import Lowering, whole
from pxc.source import head_of

__all__ = ["bare_runtime", "lower_roles"]

_CLUSTER_ROLES = ("head", "scheduler", "worker", "job")
_HELPERS = ("notifier", "cleaner", "tuner")


def lower_roles(run: Any, composed: Operation, lowering: Lowering) -> tuple[Role, ...]:
    """The roles in authored order; empty after PXC104 for a runtime without any container.

    A job, its helper kinds and a service have the one role `main`.
    """
    if isinstance(run, Job | Service):
        if run.kind in _HELPERS:
            what = f"run.kind: {run.kind}"
            lowering.demands.append(Demand(run.span, f"run.{run.kind}", what))
        return tuple(_role("main", run, composed, lowering, f"`{run.kind}`"))
    found: list[Role] = []
    for name, replica in _replicas(run):
        found += _role(name, replica, composed, lowering, f"`{name}` of a `{run.kind}`")
    if not found and not lowering.report.has_errors:
        lowering.report.add(
            "PXC104",
            f"a `{run.kind}` needs at least one role",
            head_of(run.span),
            label="no role here",
            help="add a role with a `container`, such as `worker`",
        )
    return tuple(found)


def bare_runtime(run: Any) -> Distributed | Cluster | None:
    """The fields of a distributed runtime that are not of a role."""
    if isinstance(run, Spark):
        return replace(run, roles=(), connections=None, volumes=None)
    if isinstance(run, Distributed):
        return replace(run, roles=())
    if isinstance(run, Cluster):
        return replace(run, head=None, workers=None, worker=None, scheduler=None, job=None)
    return None


def _replicas(run: Distributed | Cluster) -> Iterator[tuple[str, Replica]]:
    if isinstance(run, Distributed):
        for name, role in run.roles:
            if isinstance(role, Replica):
                yield name, _sharing(run, role) if isinstance(run, Spark) else role
        return
    for name in _CLUSTER_ROLES:
        role = getattr(run, name)
        if isinstance(role, Replica):
            yield name, role
    for key, role in run.workers if isinstance(run.workers, Map) else ():
        if isinstance(role, Replica) and isinstance(key, Lit):
            yield str(key.value), role


def _sharing(run: Spark, role: Replica) -> Replica:
    """A role with the connections and volumes that its run gives to all."""
    return replace(
        role,
        connections=_joined(role.connections, run.connections),
        volumes=_joined(role.volumes, run.volumes),
    )


def _joined(own: Any, shared: Any) -> Any:
    if isinstance(own, Seq) and isinstance(shared, Seq):
        return replace(own, items=(*own.items, *shared.items))
    return own if isinstance(own, Seq) else shared


def _role(
    name: str, run: Any, composed: Operation, lowering: Lowering, what: str
) -> Iterator[Role]:
    if not isinstance(run.container, KObject):
        if run.container is None or is_null(run.container):
            lowering.report.add(
                "PXC104",
                f"{what} needs a `container`",
                head_of(run.span),
                label="no `container` here",
                help="add `container: {image: ...}`",
            )
        return
    pod = lower_pod(run, composed, lowering)
    counts: dict[str, int | None] = {}
    params = None
    if isinstance(run, Replica):
        params = run.ray_start_params if isinstance(run.ray_start_params, Map) else None
        for field, key in (
            ("replicas", "replicas"), ("min_replicas", "minReplicas"),
            ("max_replicas", "maxReplicas"),
        ):  # fmt: skip
            counts[field] = whole(getattr(run, field), key, lowering.report)
    yield Role(run.span, name, pod, **counts, start_params=params)
