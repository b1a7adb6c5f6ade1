"""What ends a run, and what deletes it, on a real Argo: as `termination` says."""

from __future__ import annotations

import time

from tests.argo_runs import outcome_of, ran
from tests.engines import argo as engine
from tests.engines.cluster import Cluster

SLEEPS = "component: {run: {kind: job, container: {image: i, command: [sh, -c, 'sleep 120']}}}"
DAG = "kind: component\nname: NAME\n{}\nrun:\n  kind: dag\n  operations:\n"


def test_a_deadline_is_one_of_each_try(argo: Cluster) -> None:
    """A run that is too slow is tried again; what waits for its end goes on."""
    late = f"  - {{name: late, termination: {{timeout: 2, maxRetries: 1}}, {SLEEPS}}}\n"
    after = "  - {name: after, dependencies: [late], trigger: all_failed, container: {image: i, command: ['true']}}\n"
    done = ran(argo, outcome_of(DAG.format("").replace("NAME", "tries") + late + after))
    pods = [n for n in done["status"]["nodes"].values() if n["type"] == "Pod"]
    assert {n["phase"] for n in pods if "late" in n["displayName"]} == {"Failed"}
    assert sum("late" in n["displayName"] for n in pods) == 2
    assert engine.phases(done)["after"] == "Succeeded"
    assert done["status"]["phase"] == "Failed"


def test_the_deadline_of_a_dag_ends_what_runs(argo: Cluster) -> None:
    """Whatever depth it runs at; and a workflow goes, with its pods, when its time to live is over."""
    inner = f"{{name: inner, component: {{run: {{kind: dag, operations: [{{name: slow, {SLEEPS}}}]}}}}}}"
    more = "termination: {timeout: 4, ttl: 1}"
    text = DAG.format(more).replace("NAME", "short") + f"  - {inner}\n"
    made = argo.apply("---\n".join(file.text for file in outcome_of(text).files))
    name = made[-1]["metadata"]["name"]
    deadline, seen = time.monotonic() + 150, {}
    while (found := argo.get("Workflow", name)) and time.monotonic() < deadline:
        seen = found
        time.sleep(0.1)
    assert found is None, "it lives on"
    assert seen["status"]["phase"] == "Failed"
    assert engine.phases(seen)["inner.slow"] == "Failed"
