"""Dags on a real cluster: the operator of JobSets takes them, and runs them in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines import job_sets, place
from tests.engines.api_server import ApiServer, Refused
from tests.engines.cluster import Cluster
from tests.engines.kubelet import Kubelet
from tests.reading import compiled
from tests.test_expand_dag import dag
from tests.test_target_dags import DIAMOND, ORDERS

POLICIES = ("content", "pinned", "generate")


@pytest.fixture(scope="module")
def operator(
    running_cluster: tuple[ApiServer, Kubelet], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    if place.missing(job_sets.PROGRAM):
        pytest.skip("NO OPERATOR OF JOBSETS: run `make engines`")
    with job_sets.running(running_cluster[0], tmp_path_factory.mktemp("jobset")):
        yield


def manifest(text: str, **options: Any) -> str:
    outcome = compiled(text, **options)
    assert not outcome.report.has_errors
    return outcome.files[0].text


def log(name: str, *upstreams: str, then: str = "true") -> str:
    """An operation that writes its name into the log of the dag, and then that it has ended."""
    after = f", dependencies: [{', '.join(upstreams)}]" if upstreams else ""
    script = f"echo +{name} >> /log/run; sleep 0.5; {then}; echo -{name} >> /log/run"
    return f"- {{name: {name}{after}, container: {{image: i, command: [sh, -ec, {script!r}]}}}}\n"


def written(cluster: Cluster) -> list[str]:
    return (cluster.host_path("/log") / "run").read_text().split()


def starts_after(lines: list[str], late: str, *early: str) -> bool:
    return all(lines.index(f"-{name}") < lines.index(f"+{late}") for name in early)


LOG = """
volumes: [{name: log, hostPath: {path: /log}}]
"""


def in_log(operations: str, more: str = "") -> str:
    mounted = operations.replace(
        "image: i,", "image: i, volumeMounts: [{name: log, mountPath: /log}],"
    )
    return dag(mounted, LOG + more)


@pytest.fixture
def empty_log(cluster: Cluster) -> Cluster:
    (cluster.host_path("/log") / "run").unlink(missing_ok=True)
    return cluster


def test_a_diamond_runs_in_order(operator: None, empty_log: Cluster) -> None:
    operations = log("a") + log("b", "a") + log("c", "a") + log("d", "b", "c")
    empty_log.apply(manifest(in_log(operations)))
    empty_log.wait("JobSet", "pipe", "Completed", timeout=120)
    lines = written(empty_log)
    assert sorted(lines) == sorted(f"{s}{n}" for n in "abcd" for s in "+-")
    assert starts_after(lines, "b", "a")
    assert starts_after(lines, "c", "a")
    assert starts_after(lines, "d", "b", "c")


def test_one_at_a_time(operator: None, empty_log: Cluster) -> None:
    operations = log("a") + log("b") + log("c")
    empty_log.apply(manifest(in_log(operations, "concurrency: 1\n")))
    empty_log.wait("JobSet", "pipe", "Completed", timeout=120)
    assert written(empty_log) == ["+a", "-a", "+b", "-b", "+c", "-c"]


def test_a_failure_ends_the_set(operator: None, empty_log: Cluster) -> None:
    empty_log.apply(manifest(in_log(log("a", then="false") + log("b", "a"))))
    empty_log.wait("JobSet", "pipe", "Failed", timeout=120)
    assert written(empty_log) == ["+a"]


def test_the_uid_of_its_job_is_the_id_of_a_run(operator: None, cluster: Cluster) -> None:
    text = dag(
        "- {name: a, container: {image: i, command: [echo, '{{ globals.uuid }}']}}\n"
        "- {name: b, container: {image: i, command: [echo, b]}, dependencies: [a]}\n"
    )
    [made] = cluster.apply(manifest(text))
    cluster.wait("JobSet", "pipe", "Completed", timeout=120)
    name = made["metadata"]["name"]
    job = cluster.get("Job", f"{name}-a-0")
    assert job is not None
    [pod] = cluster.pods(f"{name}-a-0")
    assert cluster.logs(pod).strip() == job["metadata"]["uid"]


@pytest.mark.parametrize("name", ORDERS)
def test_the_operator_takes_every_order(operator: None, cluster: Cluster, name: str) -> None:
    operations, more, _, _ = ORDERS[name]
    _take(cluster, manifest(dag(operations, f"{more}\n" if more else "")))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    "name", ["p", "7th_Run", "a-pipeline-whose-name-goes-on-and-on-and-on-and-on"]
)
def test_the_operator_takes_every_name(
    operator: None, cluster: Cluster, name: str, policy: str
) -> None:
    text = dag(DIAMOND.replace("name: b", "name: an-operation-with-a-very-long-name").replace(
        "[b, c]", "[an-operation-with-a-very-long-name, c]"))  # fmt: skip
    _take(cluster, manifest(text.replace("name: pipe", f"name: {name}"), name_policy=policy))


def test_the_operator_can_refuse(operator: None, cluster: Cluster) -> None:
    text = manifest(dag(DIAMOND)).replace(
        "- name: a\n          status", "- name: zz\n          status"
    )
    with pytest.raises(Refused):
        _take(cluster, text)


def _take(cluster: Cluster, text: str) -> None:
    """Make the set suspended, so that nothing runs, and take it away again."""
    [made] = cluster.apply(
        text.replace("spec:\n  network:", "spec:\n  suspend: true\n  network:", 1)
    )
    cluster.delete("JobSet", made["metadata"]["name"])
