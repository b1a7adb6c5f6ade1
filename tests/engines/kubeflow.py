"""Starts the controllers of Kubeflow's training and MPI operators on the API server of a cluster."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import api_server, place
from tests.engines.api_server import ApiServer
from tests.engines.control_plane import kubeconfig

PROGRAM = "training-operator"
MPI_PROGRAM = "mpi-operator"
KINDS = ("PaddleJob", "PyTorchJob", "TFJob", "XGBoostJob")

# Workers of a PyTorchJob look up the name of their master, which a cluster's DNS would tell.
_WAIT = "- {name: init-pytorch, image: any, command: ['true']}\n"


@contextmanager
def running(server: ApiServer, folder: Path) -> Iterator[None]:
    """The controllers, minding every job of these kinds."""
    server.know([{"apiVersion": "kubeflow.org/v1", "kind": kind} for kind in KINDS])
    (folder / "kubeconfig").write_text(json.dumps(kubeconfig(server)))
    (folder / "wait.yaml").write_text(_WAIT)
    command = [
        str(place.CACHE / "bin" / PROGRAM), f"--worker-init-template={folder / 'wait.yaml'}",
        f"--kubeconfig={folder / 'kubeconfig'}",
    ]  # fmt: skip
    processes = api_server.start([command], folder, dict(os.environ))
    try:
        yield
    finally:
        api_server.stop(processes)


@contextmanager
def minding_mpi(server: ApiServer, folder: Path, namespace: str) -> Iterator[None]:
    """The controller of MPIJobs, in one namespace: those of others may be minded otherwise."""
    server.know([{"apiVersion": "kubeflow.org/v2beta1", "kind": "MPIJob"}])
    (folder / "kubeconfig").write_text(json.dumps(kubeconfig(server)))
    command = [
        str(place.CACHE / "bin" / MPI_PROGRAM), f"--kubeConfig={folder / 'kubeconfig'}",
        f"--namespace={namespace}",
    ]  # fmt: skip
    processes = api_server.start([command], folder, dict(os.environ))
    try:
        yield
    finally:
        api_server.stop(processes)
