"""Turns a unit of kind `pytorchjob` into the spec of a kubeflow.org/v1 PyTorchJob."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import Map, Seq
from pxc.ir.run import Distributed, ElasticPolicy
from pxc.targets._data import Place, text_of
from pxc.targets.kubernetes.members import Gang
from pxc.targets.kubernetes.run_policy import put, replica_specs, run_policy, runtime_of

__all__ = ["MAIN", "processes", "pytorch_job_spec"]

MAIN = "pytorch"

_ROLES = {"master": "Master", "worker": "Worker"}

# Polyaxon spells them `rdvz`; the operator would drop that without a word.
_RENDEZVOUS = (
    ("rdzvBackend", "rdvz_backend"),
    ("rdzvPort", "rdvz_port"),
    ("rdzvHost", "rdvz_host"),
    ("rdzvId", "rdvz_id"),
)


def pytorch_job_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of the PyTorchJob; PXC116 where the operator's own rules are broken."""
    runtime = runtime_of(gang)
    master = gang.member("master")
    if master is not None:
        gang.one_pod(master)
    spec: dict[str, Any] = {"runPolicy": run_policy(gang)}
    count = processes(gang, runtime)
    if count is not None:
        spec["nprocPerNode"] = count
    if isinstance(runtime.elastic_policy, ElasticPolicy):
        spec["elasticPolicy"] = _elastic_policy(gang, runtime.elastic_policy)
        gang.needed("worker")
    spec["pytorchReplicaSpecs"] = replica_specs(gang, _ROLES)
    return spec


def processes(gang: Gang, runtime: Distributed) -> str | None:
    """Processes a pod, as the text that the operator takes.

    The field inside `elasticPolicy` is its old place: the operator refuses both together, so it
    is written once. PXC116 when the two differ.
    """
    elastic = runtime.elastic_policy
    inner = elastic.n_proc_per_node if isinstance(elastic, ElasticPolicy) else None
    found = gang.values.value(runtime.n_proc_per_node, Place("nProcPerNode"))
    below = gang.values.value(inner, Place("elasticPolicy.nProcPerNode"))
    if found is not None and below is not None and found != below and inner is not None:
        gang.report.add(
            "PXC116",
            f"`elasticPolicy.nProcPerNode` is {below}, but `nProcPerNode` is {found}",
            inner.span,
            help="leave it out of `elasticPolicy`",
        )
    count = below if found is None else found
    return None if count is None else text_of(count)


def _elastic_policy(gang: Gang, policy: ElasticPolicy) -> dict[str, Any]:
    data: dict[str, Any] = {}
    put(gang, data, "minReplicas", policy.min_replicas)
    put(gang, data, "maxReplicas", policy.max_replicas)
    for field, attribute in _RENDEZVOUS:
        put(gang, data, field, getattr(policy, attribute))
    if isinstance(policy.rdvz_conf, Seq):
        data["rdzvConf"] = [
            setting for item in policy.rdvz_conf.items if (setting := _setting(gang, item))
        ]
    put(gang, data, "standalone", policy.standalone)
    put(gang, data, "maxRestarts", policy.max_restarts)
    put(gang, data, "metrics", policy.metrics)
    return data


def _setting(gang: Gang, item: Any) -> dict[str, str] | None:
    """`{key, value}` as it is written, or a text `key=value`; PXC116 for anything else."""
    found = gang.values.value(item, Place("rdvzConf"))
    if isinstance(item, Map) and isinstance(found, dict) and {*found} == {"key", "value"}:
        return {name: text_of(found[name]) for name in ("key", "value")}
    if isinstance(found, str) and found.partition("=")[1]:
        key, _, value = found.partition("=")
        return {"key": key, "value": value}
    gang.report.add(
        "PXC116",
        "an item of `rdvzConf` is a setting of the rendezvous",
        item.span,
        help="write `{key: timeout, value: '900'}`",
    )
    return None
