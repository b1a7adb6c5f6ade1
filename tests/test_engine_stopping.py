"""Loops that end early on a real Argo: batches, what ends them, and how they have ended."""

from __future__ import annotations

from typing import Any

import pytest

from pxc.tuner.step import unpacked
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.test_engine_search import compiled_and_ran, foretold, tuner

__all__ = ["tuner"]

LOOP = """\
version: 1.1
kind: component
name: %s
run:
  kind: dag
  operations:
  - name: tune
    matrix: {kind: mapping, concurrency: %d, values: [%s], earlyStopping: [%s]}
    component:
      inputs: [{name: loss, type: float}, {name: code, type: int, value: 0}, {name: extra, type: str, value: a}]
      outputs: [{name: loss, type: float}]
      run:
        kind: job
        container: {image: any, command: [sh, -c, 'printf $0 > "$PXC_OUTPUTS_DIR/loss"; exit $1'], args: ["{{ loss }}", "{{ code }}", "{{ extra }}"]}
  - name: after
    dependencies: [tune]
    container: {image: any, command: [echo, done]}
"""
GOOD = "{kind: metric_early_stopping, metric: loss, value: 0.25, optimization: minimize}"
BAD = "{kind: failure_early_stopping, percent: 40}"


def tried(done: Object) -> list[Any]:
    state = engine.outputs(engine.nodes(done)["tune"])["state"]
    return [(r.index, r.status, r.outputs.get("loss")) for r in unpacked(state).records]


def test_a_metric_that_is_good_enough_ends_the_loop(argo: Cluster, tuner: None) -> None:
    """The batch in which it is reached is the last, and a failure before it counts no more."""
    rows = "{loss: 1, code: 3}, {loss: 0.5}, {loss: 0.2}, {loss: 0.9}, {loss: 0.1}, {loss: 0.1}"
    text = LOOP % ("good", 2, rows, f"{GOOD}, {BAD}")
    done = compiled_and_ran(argo, text)
    assert done["status"]["phase"] == "Succeeded"
    expected = foretold(text, "tune", lambda row: None if row.get("code") else row["loss"])
    assert [len(each) for each in expected] == [2, 2]
    assert len(tried(done)) == sum(map(len, expected))
    assert tried(done) == [
        (0, "failed", None), (1, "succeeded", 0.5), (2, "succeeded", 0.2), (3, "succeeded", 0.9),
    ]  # fmt: skip
    assert engine.phases(done)["after"] == "Succeeded"


def test_too_many_failures_end_the_loop(argo: Cluster, tuner: None) -> None:
    """Two of five are 40 %; the fifth never runs, and neither does what waits for the loop."""
    rows = "{loss: 1, code: 3}, {loss: 0.5, extra: 'b$(X)'}, {loss: 0.6, code: 1}, {loss: 0.2}, {loss: 1}"
    done = compiled_and_ran(argo, LOOP % ("bad", 1, rows, BAD))
    assert done["status"]["phase"] == "Failed"
    phases = engine.phases(done)
    assert phases["after"] == "Omitted"
    runs = [node for node in engine.nodes(done).values() if node["type"] == "Pod"]
    identities = [
        p["value"] for n in runs for p in n["inputs"]["parameters"] if p["name"] == "run"
        if "ask" not in n["displayName"]
    ]  # fmt: skip
    uid = done["metadata"]["uid"]
    assert sorted(identities) == [f"{uid}-tune-{index}" for index in range(3)]


DAG = """\
version: 1.1
kind: operation
name: inner
matrix: {kind: mapping, concurrency: 1, values: [{code: 0}, {code: 3}, {code: 0}], earlyStopping: [{kind: failure_early_stopping, percent: 10}]}
component:
  inputs: [{name: code, type: int}]
  run:
    kind: dag
    operations:
    - name: one
      params: {code: {ref: dag, value: inputs.code}}
      component:
        inputs: [{name: code, type: int}]
        run: {kind: job, container: {image: any, command: [sh, -c, exit $0], args: ["{{ code }}"]}}
    - {name: two, dependencies: [one], container: {image: any, command: [echo, hi]}}
"""


def test_the_runs_of_a_dag_end_early(argo: Cluster, tuner: None) -> None:
    done = compiled_and_ran(argo, DAG)
    assert done["status"]["phase"] == "Failed"
    ends = [
        p.rpartition(".")[2] + " " + s
        for p, s in engine.phases(done).items()
        if p[-4:] in (".one", ".two")
    ]
    assert sorted(ends) == ["one Failed", "one Succeeded", "two Omitted", "two Succeeded"]


@pytest.mark.parametrize("concurrency", [1, 5])
def test_a_loop_that_ends_by_itself(argo: Cluster, tuner: None, concurrency: int) -> None:
    """Every run is run, and the loop has failed when one of them has."""
    rows = "{loss: 1}, {loss: 2, code: 3}, {loss: 3}"
    done = compiled_and_ran(argo, LOOP % (f"whole-{concurrency}", concurrency, rows, GOOD))
    assert done["status"]["phase"] == "Failed"
    phases = engine.phases(done)
    assert sorted(s for p, s in phases.items() if p.endswith(").run")) == [
        "Failed", "Succeeded", "Succeeded"
    ]  # fmt: skip


FLOW = """\
version: 1.1
kind: component
name: %s
run:
  kind: dag
  earlyStopping: [%s]
  operations:
  - name: fails
    component:
      outputs: [{name: good, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf %s > "$PXC_OUTPUTS_DIR/good"; exit %d']}}
  - {name: runs, container: {image: any, command: [sleep, "8"]}}
  - {name: later, dependencies: [runs], container: {image: any, command: [echo, later]}}
  - {name: next, dependencies: [fails], container: {image: any, command: [echo, next]}}
  - {name: last, dependencies: [next], trigger: all_done, container: {image: any, command: [echo, last]}}
  - name: loop
    dependencies: [runs]
    matrix: {kind: mapping, values: [{x: 1}, {x: 2}]}
    component: {inputs: [{name: x, type: int}], run: {kind: job, container: {image: any, command: [echo, "{{ x }}"]}}}
"""
FIRST = "{kind: failure_early_stopping, percent: 10}"
ENOUGH = "{kind: metric_early_stopping, metric: good, value: 0.5, optimization: maximize}"


def states(done: Object) -> dict[str, str]:
    return {path: phase for path, phase in engine.phases(done).items() if "." not in path}


def test_the_first_failure_ends_a_dag(argo: Cluster, tuner: None) -> None:
    """What runs goes on to its end, and nothing more starts."""
    done = compiled_and_ran(argo, FLOW % ("first", FIRST, "0", 3))
    assert done["status"]["phase"] == "Failed"
    assert states(done) == {"fails": "Failed", "runs": "Succeeded"}


def test_without_a_rule_the_others_go_on(argo: Cluster, tuner: None) -> None:
    done = compiled_and_ran(argo, FLOW % ("others", "", "0", 3))
    assert done["status"]["phase"] == "Failed"
    found = states(done)
    assert (found["later"], found["last"], found["loop"]) == ("Succeeded",) * 3


@pytest.mark.parametrize(("value", "next"), [("0.75", "Skipped"), ("0.25", "Succeeded")])
def test_a_metric_ends_what_follows(argo: Cluster, tuner: None, value: str, next: str) -> None:
    done = compiled_and_ran(argo, FLOW % (f"metric-{value[-2:]}", ENOUGH, value, 0))
    assert done["status"]["phase"] == "Succeeded"
    found = states(done)
    assert found["next"] == next
    assert (found["last"] == "Succeeded") == (next == "Succeeded")
    assert (found["later"], found["loop"]) == ("Succeeded", "Succeeded")


INNER = """\
version: 1.1
kind: component
name: inner
run:
  kind: dag
  operations:
  - name: part
    component:
      run:
        kind: dag
        earlyStopping: [{kind: metric_early_stopping, metric: loss, value: 0.5, optimization: minimize}]
        operations:
        - name: first
          component:
            outputs: [{name: loss, type: float}]
            run: {kind: job, container: {image: any, command: [sh, -c, 'printf 0.5 > "$PXC_OUTPUTS_DIR/loss"']}}
        - {name: second, dependencies: [first], container: {image: any, command: [echo, second]}}
        - name: many
          dependencies: [first]
          matrix: {kind: mapping, values: [{x: 1}, {x: 2}]}
          component: {inputs: [{name: x, type: int}], run: {kind: job, container: {image: any, command: [echo, "{{ x }}"]}}}
        - {name: third, dependencies: [second], trigger: all_done, container: {image: any, command: [echo, third]}}
  - {name: after, dependencies: [part], container: {image: any, command: [echo, after]}}
"""


def test_a_metric_ends_a_dag_in_a_dag(argo: Cluster, tuner: None) -> None:
    """What follows in it is not run, a loop neither, and the dag around it goes on."""
    done = compiled_and_ran(argo, INNER)
    assert done["status"]["phase"] == "Succeeded"
    ran = {path for path, phase in engine.phases(done).items() if phase == "Succeeded"}
    assert ran == {"part", "part.first", "after"}
