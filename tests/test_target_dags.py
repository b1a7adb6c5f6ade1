"""Dags as plain Kubernetes: Jobs side by side, a JobSet where order matters, refusals else."""

from __future__ import annotations

from typing import Any

import pytest

from pxc.targets.kubernetes.flat_group import FlatUnit, run_at_once
from tests.kubernetes_oracle import judge
from tests.no_hub import NO_HUB
from tests.reading import compiled, describe
from tests.test_expand_dag import dag

BESIDE = "PXC702 when one operation fails, the JobSet ends those that run beside it"


def objects(text: str, **options: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The judged objects of a file and what was said."""
    outcome = compiled(text, hub=NO_HUB, **options)
    assert all(d.help for d in outcome.report)
    said = [f"{d.code.id} {d.message}" for d in outcome.report]
    return (judge(outcome.files[0].text) if outcome.files else []), said


def order(found: list[dict[str, Any]]) -> list[str]:
    """The one JobSet as `job < upstream upstream`."""
    [job_set] = found
    assert job_set["kind"] == "JobSet"
    return [
        " ".join([job["name"], *(["<"] if "dependsOn" in job else ()), *_upstreams(job)])
        for job in job_set["spec"]["replicatedJobs"]
    ]


def _upstreams(job: dict[str, Any]) -> list[str]:
    assert all(d["status"] == "Complete" for d in job.get("dependsOn", ()))
    return [d["name"] for d in job.get("dependsOn", ())]


def step(name: str, *upstreams: str, more: str = "") -> str:
    after = f", dependencies: [{', '.join(upstreams)}]" if upstreams else ""
    return f"- {{name: {name}, container: {{image: i}}{after}{more}}}\n"


def inner(name: str, operations: str, *upstreams: str, more: str = "") -> str:
    items = ", ".join(line.removeprefix("- ") for line in operations.splitlines())
    after = f", dependencies: [{', '.join(upstreams)}]" if upstreams else ""
    return f"- {{name: {name}{after}, component: {{run: {{kind: dag{more}, operations: [{items}]}}}}}}\n"


CHAIN = step("c", "b") + step("b", "a") + step("a")
DIAMOND = step("a") + step("b", "a") + step("c", "a") + step("d", "b", "c")
WIDE = "".join(step(f"n{i}") for i in range(4))

ORDERS = {
    "each after those it waits for": (CHAIN, "", ["a", "b < a", "c < b"], []),
    "both sides of a diamond": (DIAMOND, "", ["a", "b < a", "c < a", "d < b c"], [BESIDE]),
    "what another upstream implies is left out": (
        step("a") + step("b", "a") + step("c", "a", "b"), "", ["a", "b < a", "c < b"], [],
    ),
    "an event of success is an edge": (
        step("a") + step("b", more=", events: [{kinds: [run_status_succeeded], ref: ops.a}]"),
        "", ["a", "b < a"], [],
    ),
    "a trigger that waits for nothing": (
        step("a", more=", trigger: all_done") + step("b", "a"), "", ["a", "b < a"], ["PXC410"],
    ),
    "inner dags lie in the outer one": (
        step("a") + inner("x", step("b") + step("c", "b") + step("d"), "a") + step("e", "x"),
        "", ["a", "x-b < a", "x-c < x-b", "x-d < a", "e < x-c x-d"], [BESIDE],
    ),
    "an inner dag before another": (
        inner("x", step("a") + step("b")) + inner("y", step("a") + step("b"), "x"),
        "", ["x-a", "x-b", "y-a < x-a x-b", "y-b < x-a x-b"], [BESIDE],
    ),
    "one at once": (WIDE, "concurrency: 1", ["n0", "n1 < n0", "n2 < n1", "n3 < n2"], []),
    "two at once": (WIDE, "concurrency: 2", ["n0", "n1", "n2 < n0", "n3 < n1"], [BESIDE]),
    "as many as there are": (
        step("a", "b") + step("b"), "concurrency: 2", ["b", "a < b"], [],
    ),
    "a lane that is free anyway": (
        step("a") + step("b", "a") + step("c") + step("d", "c"),
        "concurrency: 2", ["a", "b < a", "c", "d < c"], [BESIDE],
    ),
    "one at once inside": (
        step("z") + inner("x", step("a") + step("b"), "z", more=", concurrency: 1"),
        "", ["z", "x-a < z", "x-b < x-a"], [],
    ),
    "an inner dag is one of those at once": (
        inner("x", step("a") + step("b")) + step("c"),
        "concurrency: 1", ["x-a", "x-b", "c < x-a x-b"], [BESIDE],
    ),
    "what is skipped passes on what it waited for": (
        step("a") + step("b", "a", more=", conditions: 'false'") + step("c", "b"),
        "", ["a", "c < a"], ["PXC702 the `conditions` of `b` are false, so it is left out"],
    ),
    "a skip that skips what follows": (
        step("a") + step("b", "a") + step("s", "a", more=", conditions: 'false'")
        + step("c", "s", more=", skipOnUpstreamSkip: true") + step("d", "c"),
        "", ["a", "b < a", "d < a"],
        [BESIDE, "PXC702 the `conditions` of `s` are false, so it is left out"],
    ),
    "an inner dag that is skipped": (
        step("a") + inner("x", step("b"), "a").replace("component", "conditions: 'false', component")
        + step("c", "x"),
        "", ["a", "c < a"], ["PXC702 the `conditions` of `x` are false, so it is left out"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
def test_order(name: str) -> None:
    operations, more, expected, said = ORDERS[name]
    found, told = objects(dag(operations, f"{more}\n" if more else ""))
    assert order(found) == expected
    assert len(told) == len(said)
    assert all(
        text.startswith(start) for text, start in zip(sorted(told), sorted(said), strict=True)
    )


NEEDS = {
    "a value": (
        "- {name: a, container: {image: i}}\n"
        "- {name: b, container: {image: i, args: ['{{ x }}']}, "
        "params: {x: {ref: ops.a, value: outputs.y}}}\n",
        "`b`", ["`b` takes `outputs.y` from `a`"],
    ),
    "a trigger": (
        step("a") + step("b", "a", more=", trigger: all_done"), "`b`", ["`b` starts by `all_done`"],
    ),
    "conditions": (
        "- {name: a, container: {image: i}, conditions: '{{ globals.uuid == 1 }}'}\n" + step("b", "a"),
        "`a`", ["`a` has `conditions` that wait for the run"],
    ),
    "an event": (
        step("a") + step("b", more=", events: [{kinds: [run_status_running], ref: ops.a}]"),
        "`b`", ["`b` is started by an event of `a`"],
    ),
    "an event among edges": (
        step("a") + step("z")
        + step("b", "z", more=", events: [{kinds: [run_status_succeeded], ref: ops.a}]"),
        "`b`", ["`b` is started by an event of `a`"],
    ),
    "a service in the way": (
        "- {name: a, ports: [80], container: {image: i}}\n" + step("b", "a"),
        "`a`", ["`a` is a `service` among jobs that wait"],
    ),
    "too many upstreams": (
        "".join(step(f"n{i}") for i in range(6)) + step("z", *(f"n{i}" for i in range(6))),
        "`z`", ["`z` waits for 6 others; a job of a JobSet waits for 5 at most"],
    ),
    "an operation inside": (
        step("z") + inner("x", step("a") + step("b", "a", more=", trigger: one_done"), "z"),
        "`x-b`", ["`x-b` starts by `one_done`"],
    ),
    "several": (
        step("a") + step("b", "a", more=", trigger: all_done") + step("c", "b", more=", trigger: all_failed"),
        "`b`, `c`", ["`b` starts by `all_done`", "`c` starts by `all_failed`"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEEDS)
def test_what_needs_an_engine(name: str) -> None:
    operations, who, notes = NEEDS[name]
    outcome = compiled(dag(operations))
    [said] = [d for d in outcome.report if d.code.id == "PXC701"]
    assert said.message == f"the dag needs a workflow engine for {who}"
    assert [note.message for note in said.notes] == notes
    assert all(note.span is not None for note in said.notes)
    assert describe(said) == "PXC701 4:3 kind: dag"
    assert said.help is not None
    assert "`pxc compile -t argo`" in said.help
    assert not outcome.files


def test_operations_without_order_are_runs_of_their_own() -> None:
    text = dag(step("a") + "- {name: web, ports: [80], container: {image: i}}\n" + step("b"))
    found, said = objects(text)
    assert said == []
    assert [(o["kind"], o["metadata"]["name"].rsplit("-", 1)[0]) for o in found] == [
        ("Job", "pipe-a"), ("Deployment", "pipe"), ("Service", "pipe"), ("Job", "pipe-b"),
    ]  # fmt: skip
    assert {o["metadata"]["labels"]["pxc.dev/dag"] for o in found} == {"pipe"}
    scheduled = dag(step("a"), around="schedule: {kind: cron, cron: '0 3 * * *'}\n")
    assert [o["kind"] for o in objects(scheduled)[0]] == ["CronJob"]


def test_everything_skipped_is_nothing() -> None:
    found, said = objects(dag(step("a", more=", conditions: 'false'")))
    assert found == []
    assert [text.split()[0] for text in said] == ["PXC702"]


REFUSED = {
    "a schedule": (CHAIN, "schedule: {kind: cron, cron: '0 3 * * *'}\n", "PXC701 a `schedule` of"),
    "two namespaces": (
        step("a") + step("b", "a", more=", namespace: other"), "namespace: ml\n",
        "PXC701 `b` runs in another namespace than `a`",
    ),
    "hooks": (
        step("a") + step("b", "a", more=", hooks: [{hubRef: notify}]"), "", "PXC701 `hooks` cannot",
    ),
    "a matrix": (
        step("a") + step("b", "a", more=", matrix: {kind: mapping, values: [{x: 1}]}"), "",
        "PXC701 `matrix: {kind: mapping}` cannot",
    ),
    "early stopping": (
        inner("x", step("a") + step("b", "a"),
              more=", earlyStopping: [{kind: failure_early_stopping, percent: 50}]"), "",
        "PXC701 `earlyStopping` cannot",
    ),
    "a value of the run of the dag": (
        step("a") + "- {name: b, dependencies: [a], params: {x: {ref: dag, value: globals.uuid}},"
        " container: {image: i, args: ['{{ x }}']}}\n", "", "PXC703 `dag.globals.uuid` is known only",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    operations, around, start = REFUSED[name]
    found, said = objects(dag(operations, around=around))
    assert found == []
    errors = [text for text in said if not text.startswith("PXC702")]
    assert len(errors) == 1
    assert errors[0].startswith(start)


LIMITS = {
    "all the same": ("ttl: 60", "", "", 60, []),
    "one is longer": ("ttl: 60", "", ", termination: {ttl: 90}", 90, ["the longest holds"]),
    "one stays": ("maxRetries: 2", ", termination: {ttl: 90}", "", None, ["they stay"]),
    "a deadline": ("timeout: 60", "", "", None, ["has no deadline"]),
}


@pytest.mark.parametrize("name", LIMITS)
def test_times_of_a_set(name: str) -> None:
    given, first, second, ttl, losses = LIMITS[name]
    text = dag(
        step("a", more=first) + step("b", "a", more=second), around=f"termination: {{{given}}}\n"
    )
    [found], said = objects(text)
    assert found["spec"].get("ttlSecondsAfterFinished") == ttl
    jobs = [job["template"]["spec"] for job in found["spec"]["replicatedJobs"]]
    assert not any("ttlSecondsAfterFinished" in job for job in jobs)
    assert {job["backoffLimit"] for job in jobs} == {2 if "maxRetries" in given else 0}
    assert {job.get("activeDeadlineSeconds") for job in jobs} == {
        60 if "timeout" in given else None
    }
    assert len(said) == len(losses)
    assert all(loss in text for text, loss in zip(said, losses, strict=True))


@pytest.mark.parametrize("policy", ["content", "pinned", "generate"])
@pytest.mark.parametrize(
    "name", ["p", "a-very-long-name-of-a-pipeline-that-goes-on-and-on", "7th_Run"]
)
def test_names(policy: str, name: str) -> None:
    """The operator's own names of Jobs and pods are DNS-1035 labels of at most 63 characters."""
    long = "prepare-all-of-the-data-of-the-last-thirty-days"
    text = dag(step(f"{long}-a") + step(f"{long}-b", f"{long}-a") + step("3rd", f"{long}-b"))
    [found], _ = objects(text.replace("name: pipe", f"name: {name}"), name_policy=policy)
    about = found["metadata"]
    whole = about["name"] if policy != "generate" else f"{about['generateName']}xxxxx"
    jobs = [job["name"] for job in found["spec"]["replicatedJobs"]]
    assert len(set(jobs)) == 3
    for job in jobs:
        assert len(f"{whole}-{job}-0-xxxxx") <= 63
        assert job[0].isalpha()
    assert whole[0].isalpha()


@pytest.mark.parametrize(("size", "fits"), [(600_000, True), (750_000, False)])
def test_a_set_that_no_cluster_stores(size: int, fits: bool) -> None:
    """A cluster takes 1.5 MiB in one request."""
    texts = ", ".join(["x" * 50_000] * (size // 50_000))
    long = f"container: {{image: i, args: [{texts}]}}"
    found, said = objects(dag(f"- {{name: a, {long}}}\n- {{name: b, {long}, dependencies: [a]}}\n"))
    assert bool(found) is fits
    assert [text.partition(" has ")[0] for text in said] == (
        [] if fits else ["PXC701 the JobSet of the dag"]
    )


def test_another_content_is_another_set() -> None:
    texts = [CHAIN, CHAIN.replace("image: i}, dependencies: [b]", "image: j}, dependencies: [b]"),
             step("a") + step("b") + step("c", "b", "a")]  # fmt: skip
    names = [objects(dag(text))[0][0]["metadata"]["name"] for text in texts]
    assert len(set(names)) == 3
    assert names[0] == objects(dag(CHAIN))[0][0]["metadata"]["name"]


def test_labels_that_all_have_are_on_the_set() -> None:
    more = "environment: {labels: {kueue.x-k8s.io/queue-name: gpu}}\n"
    operations = step("a") + step("b", "a", more=", environment: {labels: {own: b}}")
    [found], _ = objects(dag(operations, more))
    labels = found["metadata"]["labels"]
    assert labels["kueue.x-k8s.io/queue-name"] == "gpu"
    assert "own" not in labels
    pods = [j["template"]["spec"]["template"] for j in found["spec"]["replicatedJobs"]]
    assert [pod["metadata"]["labels"].get("own") for pod in pods] == [None, "b"]


def test_files_of_operations_come_before_the_set() -> None:
    file = "init: [{file: {filename: run.sh, content: 'echo hi'}}]"
    operations = step("a", more=f", {file}") + step("b", "a", more=f", {file}")
    found, said = objects(dag(operations))
    assert said == []
    assert [o["kind"] for o in found] == ["ConfigMap", "ConfigMap", "JobSet"]
    same = inner("x", step("a", more=f", {file}")) + step("x-a", "x", more=f", {file}")
    found, _ = objects(dag(same))
    assert [o["kind"] for o in found] == ["ConfigMap", "JobSet"]
    assert order(found[1:]) == ["x-a", "x-a-2 < x-a"]


WORDED = (
    step("a", more=", description: first, tags: [x, y]") + step("b", "a"),
    "description: all\ntags: [z]\n",
)


def test_words_of_operations_are_kept() -> None:
    operations, around = WORDED
    [found], _ = objects(dag(operations, around=around))
    told = {k: v for k, v in found["metadata"]["annotations"].items() if "source" not in k}
    assert told == {
        "a.pxc.dev/description": "first", "a.pxc.dev/tags": "x,y",
        "pxc.dev/description": "all", "pxc.dev/tags": "z",
    }  # fmt: skip
    bare = objects(dag(operations.replace("first", "second"), around=around))[0]
    assert bare[0]["metadata"]["name"] == found["metadata"]["name"]


def test_words_of_a_dag_are_those_of_its_runs() -> None:
    operations, around = WORDED
    found, _ = objects(dag(operations.replace(", dependencies: [a]", ""), around=around))
    told = [
        {k: v for k, v in o["metadata"]["annotations"].items() if "source" not in k} for o in found
    ]
    assert told == [
        {"pxc.dev/description": "first", "pxc.dev/tags": "z,x,y"},
        {"pxc.dev/description": "all", "pxc.dev/tags": "z"},
    ]


def test_at_once() -> None:
    unit: Any = None
    lists: list[list[tuple[int, ...]]] = [
        [()], [(), (0,)], [(), ()], [(), (0,), (0,)], [(), (0,), (1,), (2,)],
    ]  # fmt: skip
    assert [run_at_once([FlatUnit("", unit, ups) for ups in found]) for found in lists] == [
        False, False, True, True, False,
    ]  # fmt: skip
