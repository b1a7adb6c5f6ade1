"""The fixtures of tests against real servers; they skip, loudly, where an engine is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines import api_server as servers


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.ApiServer]:
    """An API server that keeps objects and does nothing with them."""
    lacking = servers.missing()
    if lacking:
        pytest.skip(f"NO REAL API SERVER: {', '.join(lacking)} missing; run `make engines`")
    with servers.running(tmp_path_factory.mktemp("apiserver")) as started:
        yield started
