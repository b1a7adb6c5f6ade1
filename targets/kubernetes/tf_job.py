"""Turns a unit of kind `tfjob` into the spec of a kubeflow.org/v1 TFJob."""

from __future__ import annotations

from typing import Any

from pxc.targets.kubernetes.members import Gang
from pxc.targets.kubernetes.run_policy import put, replica_specs, run_policy, runtime_of

__all__ = ["MAIN", "tf_job_spec"]

MAIN = "tensorflow"

_ROLES = {"chief": "Chief", "ps": "PS", "worker": "Worker", "evaluator": "Evaluator"}


def tf_job_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of the TFJob. The operator gives each container `TF_CONFIG`."""
    runtime = runtime_of(gang)
    spec: dict[str, Any] = {"runPolicy": run_policy(gang)}
    put(gang, spec, "successPolicy", runtime.success_policy)
    put(gang, spec, "enableDynamicWorker", runtime.enable_dynamic_worker)
    spec["tfReplicaSpecs"] = replica_specs(gang, _ROLES)
    return spec
