"""Options and paths shared by the tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.engines.fixtures import (  # noqa: F401
    api_server,
    argo,
    cluster,
    running_argo,
    running_cluster,
)

IN_CI = "PXC_TESTS_IN_CI"
"""What tells the workers of a run of CI's that they are of one."""

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expected files of goldens")


def pytest_configure(config: pytest.Config) -> None:
    os.environ["PXC_NO_CACHE"] = "1"  # no test leans on another, nor on who ran it
    if os.environ.pop("CI", ""):  # where it is set pxc takes locked components alone
        os.environ[IN_CI] = "1"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # by who started it in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # A busy machine makes no law false; and what CI tries must not change from run to run.
    settings.register_profile(
        "pxc",
        deadline=None,
        derandomize=IN_CI in os.environ,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("pxc")
    if config.getoption("--update") and IN_CI in os.environ:
        raise pytest.UsageError("goldens are never rewritten in CI")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference material that is not part of the project; tests that need it skip without it."""
    path = Path(os.environ.get("PXC_SHARED", ROOT.parent / "shared"))
    if not (path / "corpus" / "manifest.jsonl").is_file():
        pytest.skip(f"no corpus at {path.name}: set PXC_SHARED to run this test")
    return path
