"""What never fits, would have to wait, costs or lasts too much is told when it is compiled."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from pxc.codes import Severity
from pxc.passes.peak_demand import heaviest
from tests.test_check_access import compiled, errors

ALL = "{kind: Grant, name: all, to: ['*'], allow: [{use: ['**']}]}"
GPU = "resources: {limits: {nvidia.com/gpu: %s}}"


def job(container: str = "", head: str = "", name: str = "train") -> str:
    more = f", {container}" if container else ""
    return f"{head}name: {name}\nrun: {{kind: job, container: {{image: 'a:1'{more}}}}}\n"


def quota(limits: str, whom: str = "team: vision") -> str:
    return f"{{kind: Quota, name: q, for: {{{whom}}}, limits: {{{limits}}}}}"


POOLS = """
kind: Cluster
name: a
nodePools:
- {name: small, selector: {pool: small}, allocatable: {cpu: 8, memory: 32Gi}}
- {name: a100, selector: {pool: a100}, allocatable: {cpu: 47, memory: 330Gi, nvidia.com/gpu: 4}}
"""
MATRIX = "matrix: {kind: grid, %sparams: {v: {kind: choice, value: [1, 2, 3, 4]}}}\n"
DAG = """
name: dag
run:
  kind: dag
  operations:
    - {name: a, component: {run: {kind: job, container: {image: 'a:1', RES}}}}
    - {name: b, component: {run: {kind: job, container: {image: 'a:1', RES}}}}
    - {name: c, dependencies: [a], component: {run: {kind: job, container: {image: 'a:1', RES}}}}
""".replace("RES", GPU % 2)

CASES: dict[str, tuple[str, str, list[str]]] = {
    "fits": (job(GPU % 4), POOLS, []),
    "no node has so many": (job(GPU % 8), POOLS, ["PXC803"]),
    "the chosen node has none": (
        job(GPU % 1).replace("{kind: job,", "{kind: job, environment: {nodeSelector: {pool: small}},"),
        POOLS,
        ["PXC803"],
    ),
    "no node has so much memory": (job("resources: {requests: {memory: 1Ti}}"), POOLS, ["PXC803"]),
    "within a quota": (job(GPU % 4), quota("nvidia.com/gpu: 4"), []),
    "above a quota of a team": (job(GPU % 5), quota("nvidia.com/gpu: 4"), ["PXC820"]),
    "as ResourceQuota writes it": (job(GPU % 5), quota("requests.nvidia.com/gpu: 4"), ["PXC820"]),
    "above a quota of a user": (job(GPU % 5), quota("nvidia.com/gpu: 4", "user: ana"), ["PXC820"]),
    "above that of another": (job(GPU % 5), quota("nvidia.com/gpu: 4", "user: bo"), []),
    "above that of the project": (
        job(GPU % 5), quota("nvidia.com/gpu: 4", "project: vision/detector"), ["PXC820"],
    ),
    "above that of another project": (
        job(GPU % 5), quota("nvidia.com/gpu: 4", "project: vision/other"), [],
    ),
    "above that of everybody": (
        job(GPU % 5), quota("nvidia.com/gpu: 4", "organization: acme"), ["PXC820"],
    ),
    "above that of its queue": (
        job(GPU % 5, "queue: gke/q\n"),
        "{kind: Queue, name: gke/q, namespace: prod, quota: {nvidia.com/gpu: 4}}",
        ["PXC820"],
    ),
    "several pods of one run": (
        "name: t\nrun: {kind: pytorchjob, worker: {replicas: 3, container: {image: 'a:1', %s}}}"
        % (GPU % 2),
        quota("nvidia.com/gpu: 4"),
        ["PXC820"],
    ),
    "runs of a matrix will wait": (job(GPU % 2, MATRIX % ""), quota("nvidia.com/gpu: 4"), ["PXC821"]),
    "as many as there is room for": (
        job(GPU % 2, MATRIX % "concurrency: 2, "), quota("nvidia.com/gpu: 4"), [],
    ),
    "members of a dag that wait for each other": (DAG, quota("nvidia.com/gpu: 4"), []),
    "members of a dag at once": (DAG, quota("nvidia.com/gpu: 3"), ["PXC821"]),
    "too many runs": (job("", MATRIX % ""), quota("parallelRuns: 3"), ["PXC823"]),
    "members of a dag are runs": (DAG, quota("parallelRuns: 1"), ["PXC823"]),
    "a run without an end": (job(), quota("runDuration: 1h"), ["PXC824"]),
    "a run that is too long": (
        job("", "termination: {timeout: 7200}\n"), quota("runDuration: 1h"), ["PXC824"],
    ),
    "a run that ends": (job("", "termination: {timeout: 3600}\n"), quota("runDuration: 1h"), []),
    "a cost without a bound": (
        job(GPU % 1), quota("costPerRun: 5") + "\n---\n{kind: Prices, perHour: {nvidia.com/gpu: 2}}",
        ["PXC805"],
    ),
    "a cost above the hour's": (
        job(GPU % 4), quota("costPerHour: 5") + "\n---\n{kind: Prices, perHour: {nvidia.com/gpu: 2}}",
        ["PXC805"],
    ),
    "nothing that has a price": (
        job(), quota("costPerRun: 5") + "\n---\n{kind: Prices, perHour: {nvidia.com/gpu: 2}}", [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_cases(case: str, tmp_path: Path) -> None:
    text, objects, expected = CASES[case]
    outcome = compiled(tmp_path, text, ALL, objects)
    told = [d.code.id for d in outcome.report if d.code.id.startswith("PXC8")]
    assert told == expected


def test_a_namespace_that_counts(tmp_path: Path) -> None:
    counting = "{kind: Cluster, name: b, namespaces: [{name: ml, quota: {cpu: 64, memory: 1Ti}}]}"
    text = job("resources: {limits: {memory: 1Gi}}", "namespace: ml\n")
    outcome = compiled(tmp_path, text, ALL, counting)
    assert errors(outcome) == ["PXC822"]
    assert "how much `cpu` it needs" in next(iter(outcome.report)).message


def test_waiting_is_no_error(tmp_path: Path) -> None:
    outcome = compiled(tmp_path, job(GPU % 2, MATRIX % ""), ALL, quota("nvidia.com/gpu: 4"))
    (found,) = outcome.report
    assert found.severity is Severity.INFO
    assert outcome.files


def test_nothing_is_told_to_whom_the_project_is_closed(tmp_path: Path) -> None:
    outcome = compiled(tmp_path, job(GPU % 9), ALL, quota("nvidia.com/gpu: 4"), who="user:zed")
    assert errors(outcome) == ["PXC812"]


def brute(weights: list[Decimal], edges: list[tuple[int, int]]) -> Decimal:
    """The heaviest set of members without a path between any two, by trying all sets."""
    count = len(weights)
    reach = [[(i, j) in edges for j in range(count)] for i in range(count)]
    for k in range(count):
        for i in range(count):
            for j in range(count):
                reach[i][j] = reach[i][j] or (reach[i][k] and reach[k][j])
    best = Decimal(0)
    for size in range(count + 1):
        for chosen in combinations(range(count), size):
            if not any(reach[i][j] or reach[j][i] for i, j in combinations(chosen, 2)):
                best = max(best, sum((weights[i] for i in chosen), Decimal(0)))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_heaviest_members_at_once(seed: int) -> None:
    draw = random.Random(seed)
    count = draw.randint(0, 8)
    weights = [Decimal(draw.randint(0, 9)) / 2 for _ in range(count)]
    edges = [(i, j) for i in range(count) for j in range(i + 1, count) if draw.random() < 0.3]
    assert heaviest(weights, edges) == brute(weights, edges)
