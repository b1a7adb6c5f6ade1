"""How many runs go on at once on a real Argo: as `concurrency` says, of a dag at any depth and of a matrix."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.argo_runs import differences, outcome_of, ran
from tests.engines.cluster import Cluster
from tests.hub import hub
from tests.test_engine_hooks import outcome_of as with_catalog

HEAD = """
kind: component
name: levels
run:
  kind: dag
  concurrency: 2
  volumes: [{name: log, hostPath: {path: /log}}]
  environment: {annotations: {team: vision}}
  operations:
"""
RUN = (
    "container: {image: i, volumeMounts: [{name: log, mountPath: /log}],"
    " command: [sh, -c, 'echo +$0 >> /log/$0; sleep 1; echo -$0 >> /log/$0', %s]}"
)
ALONE = "  - {name: %s, " + RUN % "outer" + "}\n"
INNER = """
  - name: inner
    component:
      run:
        kind: dag
        concurrency: 1
        operations:
""" + "".join(f"        - {{name: {name}, {RUN % 'inner'}}}\n" for name in "xyz")
CELLS = f"""
  - name: cells
    matrix: {{kind: grid, concurrency: 2, params: {{x: {{kind: choice, value: [1, 2, 3, 4]}}}}}}
    component:
      inputs: [{{name: x, type: int}}]
      run:
        kind: dag
        operations: [{{name: only, {RUN % "cells"}}}]
"""


def most(log: Path) -> int:
    """How many went on at once at most; each wrote when it began and when it ended."""
    running = found = 0
    for line in log.read_text().split():
        running += 1 if line[0] == "+" else -1
        found = max(found, running)
    assert running == 0
    return found


def test_at_every_level(argo: Cluster) -> None:
    """What a dag gives all of its operations reaches the inner ones, too: they write to its volume."""
    logs = {name: argo.host_path("/log") / name for name in ("outer", "inner", "cells")}
    for log in logs.values():
        log.unlink(missing_ok=True)
    outcome = outcome_of(HEAD + "".join(ALONE % name for name in "abcd") + INNER + CELLS)
    done = ran(argo, outcome)
    assert differences(done, outcome, {}) == {}
    assert {name: most(log) for name, log in logs.items()} == {"outer": 2, "inner": 1, "cells": 2}
    pods = argo.pods(done["metadata"]["name"])
    assert [pod["metadata"]["annotations"]["team"] for pod in pods] == ["vision"] * 11


AROUND = """
name: narrow
run:
  kind: dag
  concurrency: 1
  operations:
    - {name: a, hooks: [{hubRef: tell}], container: {image: i, command: ["true"]}}
    - {name: b, hooks: [{hubRef: tell}, {hubRef: tell}], conditions: "{{ false }}", container: {image: i, command: ["true"]}}
    - name: c
      dependencies: [a, b]
      component: {run: {kind: dag, concurrency: 1, operations: [{name: d, container: {image: i, command: ["true"]}}]}}
      hooks: [{hubRef: tell}]
    - {name: e, dependencies: [c], trigger: all_done, container: {image: i, command: ["true"]}}
"""


def test_what_stands_around_runs_takes_no_place_for_ever(
    argo: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One at a time, with hooks, tasks that end in the place of others, and a verdict."""
    tell = "{kind: component, run: {kind: job, container: {image: i, command: ['true']}}}"
    catalog = hub(tmp_path_factory.mktemp("catalog"), {"tell/latest": tell})
    outcome = with_catalog(catalog, AROUND)
    done = ran(argo, outcome)
    assert differences(done, outcome, {}) == {}
    assert done["status"]["phase"] == "Succeeded"
