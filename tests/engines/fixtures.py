"""The fixtures of tests against real servers; they skip, loudly, where an engine is missing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import yaml

from tests.engines import api_server as servers
from tests.engines import argo as argo_engine
from tests.engines import control_plane, place
from tests.engines.cluster import Cluster
from tests.engines.kubelet import Kubelet
from tests.engines.roles import documented_role, make

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.ApiServer]:
    """An API server that keeps objects and does nothing with them."""
    lacking = servers.missing()
    if lacking:
        pytest.skip(f"NO REAL API SERVER: {', '.join(lacking)} missing; run `make engines`")
    with servers.running(tmp_path_factory.mktemp("apiserver")) as started:
        yield started


@pytest.fixture(scope="session")
def running_cluster(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[servers.ApiServer, Kubelet]]:
    """A whole cluster, for all tests of the session."""
    lacking = control_plane.missing()
    if lacking:
        pytest.skip(f"NO REAL CLUSTER: {', '.join(lacking)} missing; run `make engines`")
    with control_plane.running(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture
def cluster(running_cluster: tuple[servers.ApiServer, Kubelet]) -> Iterator[Cluster]:
    """A namespace of its own in the running cluster."""
    made = Cluster(*running_cluster, f"test-{next(_NUMBERS)}")
    yield made
    made.close()


@pytest.fixture(scope="session")
def running_argo(
    running_cluster: tuple[servers.ApiServer, Kubelet], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Argo's controller, for all tests of the session."""
    lacking = place.missing(argo_engine.CONTROLLER, argo_engine.EXECUTOR)
    if lacking:
        pytest.skip(f"NO REAL ARGO: {', '.join(lacking)} missing; run `make engines`")
    server, kubelet = running_cluster
    with argo_engine.running(server, kubelet, tmp_path_factory.mktemp("argo")):
        make(server, yaml.safe_load_all(documented_role("caches")))
        yield


@pytest.fixture
def argo(running_argo: None, cluster: Cluster) -> Cluster:
    """A namespace of its own in the running cluster, where workflows run."""
    return cluster
