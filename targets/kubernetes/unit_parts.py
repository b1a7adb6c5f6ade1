"""Turns a unit into the pod, the metadata and the values that its objects are made of."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.plan import Plan, Unit
from pxc.options import Options
from pxc.targets._data import Values
from pxc.targets._metadata import Metadata, identity_labels
from pxc.targets._names import uuid_of
from pxc.targets._objects import config_map
from pxc.targets._pod import PodParts, build_pod
from pxc.targets.kubernetes.run_time import KubernetesRunTime
from pxc.world import World

__all__ = ["INSTANCE", "UnitParts", "config_maps", "run_uuid", "unit_parts"]

INSTANCE = "app.kubernetes.io/instance"
"""The label that tells the objects of two runs of one name apart."""


class UnitParts(Struct, frozen=True):
    """What the objects of a unit share."""

    pod: PodParts
    metadata: Metadata
    values: Values


def unit_parts(
    plan: Plan,
    unit: Unit,
    world: World,
    report: Report,
    *,
    uuid: str | None = None,
    indexed: bool = False,
) -> UnitParts:
    """The parts of a unit with one pod; `uuid` is the run's where it is known now.

    `indexed` tells that each pod of its Job is a run of its own.
    """
    options = world.options
    uuid = unit.own_uuid or uuid
    if uuid is None and options.runtime.polyaxon and not indexed and plan.timetable is None:
        group = (plan.group.name,) if plan.group is not None else ()
        uuid = run_uuid(plan, unit, options, unit.identity, *group)
    namespace = unit.namespace or world.options.namespace
    run_time = KubernetesRunTime(uuid=uuid, namespace=namespace, indexed=indexed)
    pod = build_pod(
        unit, unit.pod, run_time, world.options, report, native_sidecars=unit.kind != "service"
    )
    if world.options.queue_as == "volcano":
        from pxc.targets._queue import join_pod

        join_pod(pod, unit, world.options, report)
    own = identity_labels(plan, unit)
    if uuid is not None:
        own["pxc.dev/run-uuid"] = uuid
    metadata = Metadata(plan, unit, namespace, pod.labels, pod.annotations, own)
    return UnitParts(pod, metadata, Values(run_time, report))


def run_uuid(plan: Plan, unit: Unit, options: Options, *content: str) -> str:
    """A uuid made from a unit's name, what else decides which run it is, and the revision.

    Polyaxon's server takes one without dashes only.
    """
    again = (options.revision,) if options.name_policy == "revision" and content else ()
    made = uuid_of("/".join((plan.owner, plan.project, unit.name, *content, *again)))
    return made.replace("-", "") if options.runtime.polyaxon else made


def config_maps(pod: PodParts, metadata: Metadata) -> list[dict[str, Any]]:
    """What the pod mounts, before what mounts it."""
    return [config_map(name, data, metadata) for name, data in pod.config_maps.items()]
