"""Turns a unit of several roles into the resource of the operator that runs its kind."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.plan import Output, Plan, Unit
from pxc.ir.run import Cluster
from pxc.options import Options
from pxc.source import head_of
from pxc.targets._data import Place, RunTime, Values
from pxc.targets._metadata import Metadata, identity_labels
from pxc.targets._names import run_name
from pxc.targets._paths import CONTEXT_ROOT, OUTPUTS_MOUNT
from pxc.targets.kubernetes import mpi_job, paddle_job, pytorch_job, tf_job, xgboost_job
from pxc.targets.kubernetes.dask import autoscaler_spec, dask_cluster_spec, dask_job_spec
from pxc.targets.kubernetes.indexed import can_be_indexed, indexed_objects, one_role
from pxc.targets.kubernetes.members import Gang, make_members
from pxc.targets.kubernetes.pod_group import join_group, pod_group
from pxc.targets.kubernetes.queue import join_objects
from pxc.targets.kubernetes.ray import is_ray_job, ray_cluster_spec, ray_job_spec
from pxc.targets.kubernetes.run_time import KubernetesRunTime
from pxc.targets.kubernetes.spark import SPARK_MAINS, spark_application_spec
from pxc.targets.kubernetes.unit_parts import INSTANCE, config_maps, run_uuid

__all__ = ["LONGEST_NAME", "EngineRun", "Made", "distributed_objects", "engine_objects"]

_KUBEFLOW = "kubeflow.org/v1"
_DASK = "kubernetes.dask.org/v1"
_SPARK = "sparkoperator.k8s.io/v1beta2"

# An operator makes pods and services of the name with up to eighteen more characters
# (`-evaluator-` and an index, `-head-svc`, `-scheduler`), and all are labels of 63 characters.
# KubeRay itself refuses a RayJob whose name is longer than 47.
LONGEST_NAME = 45


class _Kind(Struct, frozen=True):
    """What an operator calls the resource and the main container of each pod."""

    api: str
    name: str
    spec: Any
    main: str | None = None
    mains: tuple[tuple[str, str], ...] = ()

    def names(self, unit: Unit) -> dict[str, str]:
        """The name of the main container of each role; none where the author's is taken."""
        if self.main is not None:
            return {role.name: self.main for role in unit.roles}
        return dict(self.mains)


class EngineRun(Struct, frozen=True):
    """How an engine says a run: its values, its name where its content does not make it, labels.

    `mounts_files` tells that it creates ConfigMaps.
    """

    values: RunTime
    name: str = ""
    labels: dict[str, str] = {}
    mounts_files: bool = True


class Made(Struct, frozen=True):
    """The objects of a run, and the pods that they are made of."""

    gang: Gang
    objects: tuple[dict[str, Any], ...]


_KINDS = {
    "tfjob": _Kind(_KUBEFLOW, "TFJob", tf_job.tf_job_spec, tf_job.MAIN),
    "pytorchjob": _Kind(_KUBEFLOW, "PyTorchJob", pytorch_job.pytorch_job_spec, pytorch_job.MAIN),
    "xgbjob": _Kind(_KUBEFLOW, "XGBoostJob", xgboost_job.xgboost_job_spec, xgboost_job.MAIN),
    "paddlejob": _Kind(_KUBEFLOW, "PaddleJob", paddle_job.paddle_job_spec, paddle_job.MAIN),
    "mpijob": _Kind("kubeflow.org/v2beta1", "MPIJob", mpi_job.mpi_job_spec),
    "daskcluster": _Kind(_DASK, "DaskCluster", dask_cluster_spec),
    "daskjob": _Kind(_DASK, "DaskJob", dask_job_spec),
    "spark": _Kind(
        "sparkoperator.k8s.io/v1beta2",
        "SparkApplication",
        spark_application_spec,
        mains=SPARK_MAINS,
    ),
}
_RAY_JOB = _Kind("ray.io/v1", "RayJob", ray_job_spec)
_RAY_CLUSTER = _Kind("ray.io/v1", "RayCluster", ray_cluster_spec)
_INDEXED = _Kind("batch/v1", "Job", None)


def distributed_objects(
    plan: Plan, unit: Unit, options: Options, report: Report
) -> list[dict[str, Any]]:
    """The ConfigMaps that the pods mount, the operator's resource, and what goes with it.

    The run's uuid is made from its content, and from the revision that starts it again where
    there is one: pods of an operator have no label that holds a uid.
    PXC701, PXC702 for what the operator has no field for, PXC104 and PXC116 for what it refuses.
    """
    _refuse_schedule(plan, unit, report)
    kind = _kind(unit)
    namespace = unit.namespace or options.namespace
    if options.distributed == "indexed":
        if not can_be_indexed(unit, options, report):
            return []
        run = EngineRun(KubernetesRunTime(uuid=unit.own_uuid, namespace=namespace))
        gang = _gang(plan, one_role(unit), run, _INDEXED, options, report)
        return _complete(gang, indexed_objects(gang))
    unit = _without_copies(unit, report) if kind.api == _DASK else unit
    uuid = unit.own_uuid or run_uuid(plan, unit, options, unit.identity)
    run = EngineRun(KubernetesRunTime(uuid=uuid, namespace=namespace))
    gang = _gang(plan, unit, run, kind, options, report)
    if options.name_policy == "generate":
        if kind.api == _DASK:
            _refuse_generated(gang)
        else:
            _tell_shared(gang)
    group = join_group(gang) if kind.api.startswith("kubeflow.org/") else None
    spec = kind.spec(gang)
    gang.metadata.own["pxc.dev/run-uuid"] = uuid
    objects = _of_operator(kind, gang, spec)
    if group is not None:
        objects.insert(0, pod_group(gang, group, spec["runPolicy"].get("schedulingPolicy", {})))
    return _complete(gang, objects)


def engine_objects(
    plan: Plan, unit: Unit, run: EngineRun, options: Options, report: Report
) -> Made | None:
    """The same objects where an engine creates them once for each run; None after PXC701.

    Without `run.mounts_files` no ConfigMap is needed: containers write the files.
    """
    kind = _kind(unit)
    if options.distributed == "indexed":
        if not can_be_indexed(unit, options, report):
            return None
        gang = _gang(plan, one_role(unit), run, _INDEXED, options, report)
        objects = indexed_objects(gang)
    else:
        unit = _without_copies(unit, report) if kind.api == _DASK else unit
        gang = _gang(plan, unit, run, kind, options, report)
        objects = _of_operator(kind, gang, kind.spec(gang))
    join_objects(objects, unit, options, report)
    return Made(gang, tuple(objects))


def _of_operator(kind: _Kind, gang: Gang, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The resource of an operator, and what goes with it."""
    found = [_object(kind, gang, spec)]
    if kind.api == _DASK and (scaling := autoscaler_spec(gang)) is not None:
        found.append(_object(_Kind(_DASK, "DaskAutoscaler", None), gang, scaling))
    return found


def _gang(
    plan: Plan, unit: Unit, run: EngineRun, kind: _Kind, options: Options, report: Report
) -> Gang:
    """The pods of a unit and the name of what they belong to."""
    namespace = unit.namespace or options.namespace
    run_time = run.values
    own = identity_labels(plan, unit) | run.labels
    whole = Metadata(plan, unit, namespace, {}, {}, own)
    members = make_members(
        _with_outputs(unit, run_time),
        whole,
        kind.names(unit),
        run_time,
        options,
        report,
        native_sidecars=kind.api != _DASK,
        mounts_files=run.mounts_files,
    )
    gang = Gang(plan, unit, "", members, whole, Values(run_time, report), options)
    gang.name = run.name or _name(gang, options)
    if options.name_policy != "generate":
        whole.own.setdefault(INSTANCE, gang.name)
    return gang


def _complete(gang: Gang, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects behind the ConfigMaps that their pods mount, in their queue."""
    maps = [found for m in gang.members for found in config_maps(m.pod, gang.metadata)]
    found = [*{found["metadata"]["name"]: found for found in maps}.values(), *objects]
    for member in gang.members:
        member.metadata.check(gang.report)
    join_objects(found, gang.unit, gang.options, gang.report)
    return found


def _refuse_schedule(plan: Plan, unit: Unit, report: Report) -> None:
    """PXC701: a CronJob starts Jobs and nothing else."""
    if plan.timetable is not None:
        report.add(
            "PXC701",
            f"`schedule` of a `{unit.kind}` cannot be said in the kubernetes target",
            plan.timetable.span,
            help="a CronJob starts jobs only",
        )


def _kind(unit: Unit) -> _Kind:
    if unit.kind in ("raycluster", "rayjob") and isinstance(unit.runtime, Cluster):
        return _RAY_JOB if is_ray_job(unit.runtime) else _RAY_CLUSTER
    return _KINDS[unit.kind]


def _name(gang: Gang, options: Options) -> str:
    content = (gang.unit.identity, gang.canonical())
    return run_name(gang.unit.name, LONGEST_NAME, options, *content, letter_first=True)


def _tell_shared(gang: Gang) -> None:
    """PXC702: the server names each run, and the uuid is made before."""
    gang.report.add(
        "PXC702",
        f"every `{gang.unit.kind}` that is created of this file has the same `globals.uuid`",
        head_of(gang.unit.runtime.span) if gang.unit.runtime is not None else gang.unit.span,
        help="the results of one lie where those of the next one do: `--name-policy revision` with"
        " another `--revision` makes another run",
    )


def _refuse_generated(gang: Gang) -> None:
    gang.report.add(
        "PXC701",
        f"a `{gang.unit.kind}` needs a name that is known before the run",
        gang.unit.span,
        help="the service of its scheduler selects by it: take another name policy",
    )


def _object(kind: _Kind, gang: Gang, spec: dict[str, Any]) -> dict[str, Any]:
    generate = gang.options.name_policy == "generate"
    about = gang.metadata.of_object(gang.name, generate=generate)
    return {"apiVersion": kind.api, "kind": kind.name, "metadata": about, "spec": spec}


def _with_outputs(unit: Unit, run_time: RunTime) -> Unit:
    """The unit with its outputs directory wanted where the entrypoint of a Ray job writes to it.

    The entrypoint runs in the pod of the head, but is no part of its container.
    """
    runtime = unit.runtime
    if not isinstance(runtime, Cluster) or unit.outputs:
        return unit
    text = Values(run_time, Report()).text(runtime.entrypoint, Place("entrypoint")) or ""
    if not any(path in text for path in (CONTEXT_ROOT, OUTPUTS_MOUNT, "PXC_OUTPUTS_DIR")):
        return unit
    return replace(unit, outputs=(Output(unit.span, "entrypoint"),))


def _without_copies(unit: Unit, report: Report) -> Unit:
    """The unit without what copies results: Dask's definitions know no native sidecar.

    A store that is a volume needs none: the run's own directory is the store's.
    """
    kept = next((role.pod.results for role in unit.roles if role.pod.results is not None), None)
    if kept is None:
        return unit
    store = kept.attachment.store
    direct = None
    if store is not None and store.volume and not store.read_only:
        direct = replace(kept, copied=False)
    else:
        report.add(
            "PXC702",
            f"what a `{unit.kind}` leaves is not kept in the artifacts store",
            head_of(unit.runtime.span) if unit.runtime is not None else kept.span,
            help="let the program itself write to a connection, or keep artifacts in a volume",
        )
    roles = tuple(replace(role, pod=replace(role.pod, results=direct)) for role in unit.roles)
    return replace(unit, roles=roles)
