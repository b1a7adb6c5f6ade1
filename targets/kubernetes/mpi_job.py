"""Turns a unit of kind `mpijob` into the spec of a kubeflow.org/v2beta1 MPIJob."""

from __future__ import annotations

from typing import Any

from pxc.targets.kubernetes.members import Gang
from pxc.targets.kubernetes.run_policy import put, replica_specs, run_policy, runtime_of

__all__ = ["mpi_job_spec"]

_POLICIES = ("Never", "OnFailure")


def mpi_job_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of the MPIJob; its operator asks for exactly one launcher (PXC104, PXC116)."""
    launcher = gang.needed("launcher")
    if launcher is not None:
        gang.one_pod(launcher)
    spec: dict[str, Any] = {}
    put(gang, spec, "slotsPerWorker", runtime_of(gang).slots_per_worker)
    spec["runPolicy"] = run_policy(gang)
    roles = {"launcher": "Launcher", "worker": "Worker"}
    spec["mpiReplicaSpecs"] = replica_specs(gang, roles, _POLICIES)
    return spec
