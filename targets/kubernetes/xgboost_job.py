"""Turns a unit of kind `xgbjob` into the spec of a kubeflow.org/v1 XGBoostJob."""

from __future__ import annotations

from typing import Any

from pxc.targets.kubernetes.members import Gang
from pxc.targets.kubernetes.run_policy import replica_specs, run_policy

__all__ = ["MAIN", "xgboost_job_spec"]

MAIN = "xgboost"


def xgboost_job_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of the XGBoostJob; its operator asks for exactly one master (PXC104, PXC116)."""
    master = gang.needed("master")
    if master is not None:
        gang.one_pod(master)
    return {
        "runPolicy": run_policy(gang),
        "xgbReplicaSpecs": replica_specs(gang, {"master": "Master", "worker": "Worker"}),
    }
