"""Turns a unit of kind `paddlejob` into the spec of a kubeflow.org/v1 PaddleJob."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import allowed
from pxc.ir.run import ElasticPolicy
from pxc.targets.kubernetes.members import Gang
from pxc.targets.kubernetes.run_policy import put, replica_specs, run_policy, runtime_of

__all__ = ["MAIN", "paddle_job_spec"]

MAIN = "paddle"

_ELASTIC = (
    ("minReplicas", "min_replicas"),
    ("maxReplicas", "max_replicas"),
    ("maxRestarts", "max_restarts"),
    ("metrics", "metrics"),
)
_OF_PYTORCH = (
    ("rdvzBackend", "rdvz_backend"),
    ("rdvzPort", "rdvz_port"),
    ("rdvzHost", "rdvz_host"),
    ("rdvzId", "rdvz_id"),
    ("rdvzConf", "rdvz_conf"),
    ("standalone", "standalone"),
    ("nProcPerNode", "n_proc_per_node"),
)


def paddle_job_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of the PaddleJob; PXC701 for fields of `elasticPolicy` that only PyTorch has."""
    policy = runtime_of(gang).elastic_policy
    spec: dict[str, Any] = {"runPolicy": run_policy(gang)}
    if isinstance(policy, ElasticPolicy):
        data: dict[str, Any] = {}
        spec["elasticPolicy"] = data
        for field, attribute in _ELASTIC:
            put(gang, data, field, getattr(policy, attribute))
        for field, attribute in _OF_PYTORCH:
            written = getattr(policy, attribute)
            if written is not None:
                gang.report.add(
                    "PXC701",
                    f"`elasticPolicy.{field}` of a `paddlejob` cannot be said",
                    written.span,
                    help=f"a PaddleJob has {allowed([name for name, _ in _ELASTIC[:3]])}",
                )
    spec["paddleReplicaSpecs"] = replica_specs(gang, {"master": "Master", "worker": "Worker"})
    return spec
