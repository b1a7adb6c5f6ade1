"""Searches around a dag, and joins over loops of several templates and of dags, on a real Argo."""

from __future__ import annotations

import json
from typing import Any

from pxc.tuner.step import unpacked
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.test_engine_search import compiled_and_ran, foretold, made, tuner

__all__ = ["tuner"]

AROUND = """\
version: 1.1
kind: operation
name: around
matrix: {kind: hyperband, seed: 3, maxIterations: 2, eta: 2, resume: true, resource: {name: epochs, type: int}, metric: {name: loss, optimization: minimize}, params: {lr: {kind: uniform, value: [0, 1]}, deep: {kind: choice, value: [true, false]}}}
component:
  inputs: [{name: lr, type: float}, {name: deep, type: bool}, {name: epochs, type: int, value: 1}]
  outputs: [{name: loss, type: float}]
  run:
    kind: dag
    operations:
    - name: train
      params: {lr: {ref: dag, value: inputs.lr}, deep: {ref: dag, value: inputs.deep}, epochs: {ref: dag, value: inputs.epochs}}
      component:
        inputs: [{name: lr, type: float}, {name: deep, type: bool}, {name: epochs, type: int}]
        outputs: [{name: model, type: str}]
        run: {kind: job, container: {image: any, command: [sh, -c, 'printf "$0 $1 $2" > "$PXC_OUTPUTS_DIR/model"'], args: ["{{ lr }}", "deep={{ deep }}", "epochs={{ epochs }}"]}}
    - name: judge
      params: {model: {ref: ops.train, value: outputs.model}}
      component:
        inputs: [{name: model, type: str}]
        outputs: [{name: loss, type: float}]
        run: {kind: job, container: {image: any, command: [sh, -c, 'printf "${0%% *}" > "$PXC_OUTPUTS_DIR/loss"'], args: ["{{ model }}"]}}
    - {name: tidy, dependencies: [judge], container: {image: any, command: [echo, tidy]}}
"""


def test_a_search_around_a_dag(argo: Cluster, tuner: None) -> None:
    """The metric is that of the operation which declares it; a later rung has its parameters."""
    done = compiled_and_ran(argo, AROUND)
    assert done["status"]["phase"] == "Succeeded"
    nodes = engine.nodes(done)
    found = list(unpacked(engine.outputs(_root(done))["state"]).records)
    assert [(r.bracket, r.rung, r.params["epochs"]) for r in found] == [
        (0, 0, 1), (0, 0, 1), (0, 1, 2), (1, 0, 2), (1, 0, 2),
    ]  # fmt: skip
    assert all(r.metric == r.params["lr"] for r in found)
    assert found[2].params["lr"] == min(r.params["lr"] for r in found[:2])
    assert made(found) == foretold(AROUND, "around", lambda params: params["lr"])
    models = [engine.outputs(n)["model"] for n in nodes.values() if n["displayName"] == "train"]
    assert sorted(models) == sorted(
        f"{r.params['lr']} deep={r.params['deep']} epochs={r.params['epochs']}" for r in found
    )


def _root(done: Any) -> Any:
    name = done["metadata"]["name"]
    return next(n for n in done["status"]["nodes"].values() if n["name"] == name)


GATHERED = """\
version: 1.1
kind: component
name: gathered
run:
  kind: dag
  operations:
  - name: mixed
    matrix: {kind: grid, concurrency: 2, params: {lr: {kind: choice, value: [0.1, 0.2]}, deep: {kind: choice, value: [true, false]}}}
    component:
      inputs: [{name: lr, type: float}, {name: deep, type: bool, isFlag: true}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf "$0$#" > "$PXC_OUTPUTS_DIR/loss"'], args: ["{{ lr }}", "{{ params.deep.as_arg }}"]}}
  - name: dags
    matrix: {kind: mapping, values: [{x: 3}, {x: 4}]}
    component:
      inputs: [{name: x, type: int}]
      run:
        kind: dag
        operations:
        - {name: first, container: {image: any, command: [echo, hi]}}
        - name: second
          dependencies: [first]
          params: {x: {ref: dag, value: inputs.x}}
          component:
            inputs: [{name: x, type: int}]
            outputs: [{name: loss, type: float}]
            run: {kind: job, container: {image: any, command: [sh, -c, 'printf $0.5 > "$PXC_OUTPUTS_DIR/loss"'], args: ["{{ x }}"]}}
  - name: stopped
    matrix: {kind: mapping, concurrency: 1, values: [{x: 3}, {x: 4}, {x: 5}], earlyStopping: [{kind: metric_early_stopping, metric: loss, value: 4, optimization: maximize}]}
    component:
      inputs: [{name: x, type: int}]
      outputs: [{name: loss, type: float}, {name: note, type: str}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf $0 > "$PXC_OUTPUTS_DIR/loss"; echo "aSS b S(HOME)" | tr S "\044" > "$PXC_OUTPUTS_DIR/note"'], args: ["{{ x }}"]}}
  - name: report
    dependencies: [mixed, dags, stopped]
    joins:
    - {ref: ops.mixed, query: "status: succeeded", sort: "-metrics.loss", params: {lrs: {value: inputs.lr}, flags: {value: inputs.deep}}}
    - {ref: ops.dags, query: "metrics.loss: > 3", params: {xs: {value: inputs.x}, losses: {value: outputs.loss}, ids: {value: globals.uuid}}}
    - {ref: ops.stopped, query: "status: succeeded", params: {tried: {value: inputs.x}, notes: {value: outputs.note}}}
    component:
      inputs: [{name: lrs, type: float, isList: true}, {name: flags, type: bool, isList: true}, {name: xs, type: int, isList: true}, {name: losses, type: float, isList: true}, {name: ids, type: str, isList: true}, {name: tried, type: int, isList: true}, {name: notes, type: str, isList: true}]
      outputs: [{name: told, type: str}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf "%s\\n" "$0" "$@" > "$PXC_OUTPUTS_DIR/told"', "{{ lrs }}", "{{ flags }}", "{{ xs }}", "{{ losses }}", "{{ ids }}", "{{ tried }}", "{{ lrs | max }}", "{{ losses | sum }}", "{{ tried | length }}", "{{ lrs[0] }}", "{{ notes | length }}", "{{ notes[0] | length }}"]}}
"""


def test_joins_over_loops_of_several_templates_and_of_dags(argo: Cluster, tuner: None) -> None:
    done = compiled_and_ran(argo, GATHERED)
    assert done["status"]["phase"] == "Succeeded"
    told = engine.outputs(engine.nodes(done)["report"])["told"]
    lists = [json.loads(line) for line in told.strip().splitlines()]
    uid = done["metadata"]["uid"]
    assert lists == [
        [0.2, 0.2, 0.1, 0.1], [True, False, True, False], [3, 4], [3.5, 4.5],
        [f"{uid}-dags-0", f"{uid}-dags-1"], [3, 4], 0.2, 8.0, 2, 0.2, 2, 13,
    ]  # fmt: skip
