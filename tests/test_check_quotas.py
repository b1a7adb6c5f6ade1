"""What never fits, would have to wait, costs or lasts too much is told when it is compiled."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from pxc.codes import Severity
from pxc.passes.antichain import heaviest
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


EACH = "schedule: {kind: interval, frequency: '600'%s}\n"
TIMEOUT = "termination: {timeout: %s}\n"
TWICE = "schedule: {kind: cron, cron: '0 9,10 * * *'}\n"
DEAR = "\n---\n{kind: Prices, perHour: {nvidia.com/gpu: 2}}"

SCHEDULES: dict[str, tuple[str, str, list[str]]] = {
    "one after the other": (EACH % "" + TIMEOUT % 600, "nvidia.com/gpu: 2", []),
    "two at once": (EACH % "" + TIMEOUT % 601, "nvidia.com/gpu: 2", ["PXC821"]),
    "two at once fit": (EACH % "" + TIMEOUT % 1200, "nvidia.com/gpu: 4", []),
    "a run that is tried again": (
        EACH % "" + "termination: {timeout: 600, maxRetries: 1}\n", "nvidia.com/gpu: 2", ["PXC821"],
    ),
    "each waits for the last": (
        EACH % ", dependsOnPast: true" + TIMEOUT % 6000, "nvidia.com/gpu: 2", [],
    ),
    "never more than one": (EACH % ", maxRuns: 1", "nvidia.com/gpu: 2", []),
    "never more than two": (EACH % ", maxRuns: 2", "nvidia.com/gpu: 4", []),
    "any number": (EACH % "", "nvidia.com/gpu: 400", ["PXC821"]),
    "any number of which one is too much": (EACH % "", "nvidia.com/gpu: 1", ["PXC820"]),
    "nothing that is counted": (EACH % "", "google.com/tpu: 1", []),
    "close together, but two only": (TWICE + TIMEOUT % 10800, "nvidia.com/gpu: 4", []),
    "more runs than may be": (EACH % "" + TIMEOUT % 1800, "parallelRuns: 2", ["PXC823"]),
    "as many as may be": (EACH % "" + TIMEOUT % 1200, "parallelRuns: 2", []),
    "dear together": (EACH % "" + TIMEOUT % 1200, "costPerHour: 5", ["PXC805"]),
    "cheap one by one": (EACH % "" + TIMEOUT % 600, "costPerHour: 5", []),
}  # fmt: skip


@pytest.mark.parametrize("case", SCHEDULES)
def test_runs_of_a_schedule_that_overlap(case: str, tmp_path: Path) -> None:
    head, limits, expected = SCHEDULES[case]
    outcome = compiled(tmp_path, job(GPU % 2, head), ALL, quota(limits) + DEAR, target="argo")
    assert [d.code.id for d in outcome.report if d.code.id.startswith("PXC8")] == expected


SCHEDULED_DAG = EACH % "" + DAG


@pytest.mark.parametrize(
    ("timeouts", "concurrency", "limit", "expected"),
    [
        ((200, 700, 400), "", 8, []),  # two runs at once, each of two members
        ((600, 1201, 600), "", 8, ["PXC821"]),  # three
        ((200, 200, 200), "", 4, []),  # 400 on the longest way
        ((200, 200, 201), "concurrency: 1", 2, ["PXC821"]),  # 601 one by one
        ((200, 200, 200), "concurrency: 1", 2, []),
    ],
)
def test_how_long_a_dag_lasts(
    timeouts: tuple[int, ...], concurrency: str, limit: int, expected: list[str], tmp_path: Path
) -> None:
    text = SCHEDULED_DAG
    for name, seconds in zip("abc", timeouts, strict=True):
        text = text.replace(
            f"{{name: {name}, ", f"{{name: {name}, termination: {{timeout: {seconds}}}, "
        )
    text = text.replace("  kind: dag\n", f"  kind: dag\n  {concurrency}\n")
    outcome = compiled(tmp_path, text, ALL, quota(f"nvidia.com/gpu: {limit}"), target="argo")
    assert [d.code.id for d in outcome.report if d.code.id.startswith("PXC8")] == expected


def test_the_cost_of_a_dag_is_that_of_its_peak(tmp_path: Path) -> None:
    """Two of three members run at once, each for 4 an hour."""
    for limit, expected in ((8, []), (7, ["PXC805"])):
        outcome = compiled(tmp_path, DAG, ALL, quota(f"costPerHour: {limit}") + DEAR, target="argo")
        assert [d.code.id for d in outcome.report if d.code.id.startswith("PXC8")] == expected
    assert "costs 8 an hour" in next(iter(outcome.report)).message


NODES = """
kind: Cluster
name: a
nodePools:
- {name: small, selector: {pool: small, gen: 3}, allocatable: {cpu: 8, nvidia.com/gpu: 0}}
- name: big
  selector: {pool: big, gen: 5}
  taints: [%s]
  allocatable: {cpu: 96, nvidia.com/gpu: 8}
---
{kind: Queue, name: a/small, nodePools: [small]}
---
{kind: Queue, name: a/big, nodePools: [big]}
---
{kind: Queue, name: a/any}
"""
TAINT = "{key: team, value: x, effect: NoSchedule}"
CPU = "resources: {requests: {cpu: 64}}"


def placed(environment: str, container: str = CPU, head: str = "") -> str:
    return job(container, head).replace("{kind: job,", f"{{kind: job, environment: {environment},")


def required(*terms: str) -> str:
    wanted = ", ".join(f"{{matchExpressions: [{term}]}}" for term in terms)
    return (
        "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
        f" {{nodeSelectorTerms: [{wanted}]}}}}}}}}"
    )


def preferred(term: str) -> str:
    return (
        "{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution:"
        f" [{{weight: 1, preference: {{matchExpressions: [{term}]}}}}]}}}}}}"
    )


IN_SMALL = "{key: pool, operator: In, values: [small]}"
IN_BIG = "{key: pool, operator: In, values: [big]}"

PLACES: dict[str, tuple[str, str, bool]] = {
    "no taint": (job(CPU), "", True),
    "a taint": (job(CPU), TAINT, False),
    "a taint that only prefers": (job(CPU), TAINT.replace("NoS", "PreferNoS"), True),
    "a tolerated taint": (
        placed("{tolerations: [{key: team, operator: Equal, value: x, effect: NoSchedule}]}"),
        TAINT, True,
    ),
    "another value": (placed("{tolerations: [{key: team, value: y}]}"), TAINT, False),
    "another effect": (
        placed("{tolerations: [{key: team, value: x, effect: NoExecute}]}"), TAINT, False,
    ),
    "any value": (placed("{tolerations: [{key: team, operator: Exists}]}"), TAINT, True),
    "any taint": (placed("{tolerations: [{operator: Exists}]}"), TAINT, True),
    "one of two taints": (
        placed("{tolerations: [{key: team, operator: Exists}]}"),
        TAINT + ", {key: other, effect: NoExecute}", False,
    ),
    "a taint of the resource": (
        job(GPU % 8), "{key: nvidia.com/gpu, value: present, effect: NoSchedule}", True,
    ),
    "that taint and no such resource": (
        job(CPU), "{key: nvidia.com/gpu, value: present, effect: NoSchedule}", False,
    ),
    "a queue that leads there": (job(CPU, "queue: a/big\n"), TAINT, True),
    "a queue that leads elsewhere": (job(CPU, "queue: a/small\n"), "", False),
    "a queue that says nothing": (job(CPU, "queue: a/any\n"), "", True),
    "required elsewhere": (placed(required(IN_SMALL)), "", False),
    "required there": (placed(required(IN_BIG)), "", True),
    "required here or there": (placed(required(IN_SMALL, IN_BIG)), "", True),
    "required here and there": (placed(required(f"{IN_SMALL}, {IN_BIG}")), "", False),
    "preferred elsewhere": (placed(preferred(IN_SMALL)), "", True),
    "required to be no other": (
        placed(required("{key: pool, operator: NotIn, values: [big]}")), "", False,
    ),
    "required to be newer": (placed(required("{key: gen, operator: Gt, values: ['4']}")), "", True),
    "required to be older": (placed(required("{key: gen, operator: Lt, values: ['4']}")), "", False),
    "required to lack a label": (
        placed(required("{key: pool, operator: DoesNotExist}")), "", False,
    ),
    "required to have one": (placed(required("{key: pool, operator: Exists}")), "", True),
    "a label that nobody tells of": (
        placed(required("{key: zone, operator: In, values: [a]}")), "", True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_nodes_that_a_pod_may_land_on(case: str, tmp_path: Path) -> None:
    text, taints, fits = PLACES[case]
    outcome = compiled(tmp_path, text, ALL, NODES % taints)
    assert ("PXC803" not in errors(outcome)) is fits
    if not fits:
        (found,) = (d for d in outcome.report if d.code.id == "PXC803")
        assert any(note.message.startswith("big has ") for note in found.notes)


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


COUNTING = "{kind: Cluster, name: b, namespaces: [{name: ml, quota: {cpu: 64, memory: 1Ti}}]}"
BLOCK = """namespace: ml
run:
  kind: job
  container:
    image: a:1 # the image
"""

MENDED: dict[str, tuple[str, str]] = {
    "a map in braces": (
        "namespace: ml\nrun: {kind: job, container: {image: 'a:1'}}\n",
        "{resources: {requests: {cpu: 1, memory: 1Gi}}, image: 'a:1'}",
    ),
    "a block": (BLOCK, "    resources: {requests: {cpu: 1, memory: 1Gi}}\n    image: a:1 # the image"),
    "DOS": (BLOCK.replace("\n", "\r\n"), "memory: 1Gi}}\r\n    image: a:1 # the image\r\n"),
    "limits of another": (
        BLOCK + "    resources:\n      limits:\n        cpu: 2\n",
        "    resources:\n      requests: {memory: 1Gi}\n      limits:\n        cpu: 2\n",
    ),
    "requests of another": (
        BLOCK + "    resources:\n      requests:\n        nvidia.com/gpu: 2\n",
        "      requests:\n        cpu: 1\n        memory: 1Gi\n        nvidia.com/gpu: 2\n",
    ),
    "nothing in braces": (
        BLOCK + "    resources: {}\n", "    resources: {requests: {cpu: 1, memory: 1Gi}}\n",
    ),
    "nothing in requests": (
        BLOCK + "    resources: {requests: {}}\n", "{requests: {cpu: 1, memory: 1Gi}}\n",
    ),
    "a sidecar": (
        BLOCK + "    resources: {requests: {cpu: 1, memory: 1Gi}}\n"
        "  sidecars:\n    -   name: s\n        image: b:1\n",
        "    -   resources: {requests: {cpu: 1, memory: 1Gi}}\n        name: s\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MENDED)
def test_requests_that_are_missing_are_added(case: str, tmp_path: Path) -> None:
    text, expected = MENDED[case]
    (found,) = (d for d in compiled(tmp_path, text, ALL, COUNTING).report if d.code.id == "PXC822")
    assert found.fix is not None
    assert not found.fix.safe
    ((span, added),) = found.fix.edits
    mended = text[: span.start] + added + text[span.end :]
    assert expected in mended
    assert errors(compiled(tmp_path, mended, ALL, COUNTING)) == []


def test_text_of_others_is_not_mended(tmp_path: Path) -> None:
    preset = {"few": "isPreset: true\nrunPatch: {container: {resources: {requests: {cpu: 1}}}}"}
    text = "presets: [few]\n" + BLOCK
    (found,) = compiled(tmp_path, text, ALL, COUNTING, presets=preset).report
    assert (found.code.id, found.fix) == ("PXC822", None)


def test_waiting_is_no_error(tmp_path: Path) -> None:
    outcome = compiled(tmp_path, job(GPU % 2, MATRIX % ""), ALL, quota("nvidia.com/gpu: 4"))
    (found,) = outcome.report
    assert found.severity is Severity.INFO
    assert outcome.files


def test_nothing_is_told_to_whom_the_project_is_closed(tmp_path: Path) -> None:
    outcome = compiled(tmp_path, job(GPU % 9), ALL, quota("nvidia.com/gpu: 4"), who="user:zed")
    assert errors(outcome) == ["PXC812"]


def brute(weights: list[Decimal], edges: list[tuple[int, int]], most: int | None) -> Decimal:
    """The heaviest set of members without a path between any two, by trying all sets."""
    count = len(weights)
    reach = [[(i, j) in edges for j in range(count)] for i in range(count)]
    for k in range(count):
        for i in range(count):
            for j in range(count):
                reach[i][j] = reach[i][j] or (reach[i][k] and reach[k][j])
    best = Decimal(0)
    for size in range((count if most is None else min(most, count)) + 1):
        for chosen in combinations(range(count), size):
            if not any(reach[i][j] or reach[j][i] for i, j in combinations(chosen, 2)):
                best = max(best, sum((weights[i] for i in chosen), Decimal(0)))
    return best


def drawn(seed: int) -> tuple[list[Decimal], list[tuple[int, int]]]:
    """The weights and the order of some members."""
    draw = random.Random(seed)
    count = draw.randint(0, 8)
    weights = [Decimal(draw.randint(0, 9)) / 2 for _ in range(count)]
    edges = [(i, j) for i in range(count) for j in range(i + 1, count) if draw.random() < 0.3]
    return weights, edges


@pytest.mark.parametrize("seed", range(60))
def test_the_heaviest_members_at_once(seed: int) -> None:
    weights, edges = drawn(seed)
    assert heaviest(weights, edges) == (brute(weights, edges, None), True)


def test_the_heaviest_few_members_at_once() -> None:
    met = 0
    for seed in range(300):
        weights, edges = drawn(seed)
        for most in (1, 2, 3):
            bound, is_met = heaviest(weights, edges, most)
            truth = brute(weights, edges, most)
            assert bound == truth if is_met else bound >= truth
            met += is_met
    assert met > 850


def test_the_same_weight_for_all_is_always_met() -> None:
    for seed in range(60):
        _, edges = drawn(seed)
        ones = [Decimal(1)] * 9
        for most in (1, 2, 3):
            assert heaviest(ones, edges, most) == (brute(ones, edges, most), True)


def test_many_members() -> None:
    weights = [Decimal(at % 7 + 1) for at in range(200)]
    edges = [(i, j) for i in range(100) for j in range(100, 200)]
    half = max(sum(weights[:100], Decimal(0)), sum(weights[100:], Decimal(0)))
    assert heaviest(weights, edges) == (half, True)
    assert heaviest(weights, edges, 3) == (Decimal(21), True)
