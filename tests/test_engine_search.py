"""Searches on a real Argo: rounds, failures, and what comes after."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options
from pxc.tuner.documents import Record
from pxc.tuner.step import unpacked
from tests.conftest import ROOT
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.search_interpreter import Does, Params, rounds_of

DAG = """\
version: 1.1
kind: component
name: %s
run:
  kind: dag
  operations:
  - name: prep
    component:
      outputs: [{name: rate, type: float}]
      run:
        kind: job
        container: {image: any, command: [sh, -c, 'printf 0.5 > "$PXC_OUTPUTS_DIR/rate"']}
  - name: tune
    params: {rate: {ref: ops.prep, value: outputs.rate}}
    matrix: {%s, metric: {name: loss, optimization: minimize}, params: {lr: {kind: uniform, value: [0, 1]}, deep: {kind: choice, value: [true, false]}}}
    component:
      inputs: [{name: rate, type: float}, {name: lr, type: float}, {name: deep, type: bool}, {name: epochs, type: int, value: 1}]
      outputs: [{name: loss, type: float}]
      run:
        kind: job
        container:
          image: any
          command: [sh, -c]
          args: ['%s printf "%%s\\n" "$0" > "$PXC_OUTPUTS_DIR/loss"; echo "$@"', "{{ lr }}", "rate={{ rate }}", "deep={{ deep }}", "{{ params.epochs.as_arg }}"]
  - name: after
    dependencies: [tune]
    container: {image: any, command: [echo, done]}
"""


JOINS = """\
version: 1.1
kind: component
name: joins
run:
  kind: dag
  operations:
  - name: floor
    component:
      outputs: [{name: least, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf 0.15 > "$PXC_OUTPUTS_DIR/least"']}}
  - name: tune
    matrix: {kind: tpe, seed: 7, numRuns: 2, maxIterations: 2, metric: {name: loss, optimization: minimize}, params: {lr: {kind: uniform, value: [0, 1]}}}
    component: &train
      inputs: [{name: lr, type: float}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf "$0" > "$PXC_OUTPUTS_DIR/loss"', "{{ lr }}"]}}
  - name: sweep
    matrix: {kind: grid, params: {lr: {kind: choice, value: [0.1, 0.2, 0.3]}}}
    component: *train
  - name: report
    params: {tuned: {ref: ops.tune, value: globals.uuid}, swept: {ref: ops.sweep, value: globals.uuid}, least: {ref: ops.floor, value: outputs.least}}
    joins:
    - {query: "pipeline: {{ tuned }}, status: succeeded", sort: metrics.loss, limit: 3, params: {lrs: {value: inputs.lr}, losses: {value: outputs.loss}}}
    - {query: "pipeline: {{ swept }}, metrics.loss: > {{ least }}", sort: -metrics.loss, params: {others: {value: inputs.lr}, runs: {value: globals.uuid}}}
    component:
      inputs: [{name: lrs, type: float, isList: true}, {name: losses, type: float, isList: true}, {name: others, type: float, isList: true}, {name: runs, type: str, isList: true}, {name: tuned}, {name: swept}, {name: least}]
      outputs: [{name: told, type: str}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf "%s\\n" "$0" "$@" > "$PXC_OUTPUTS_DIR/told"', "{{ lrs }}", "{{ losses }}", "{{ others }}", "{{ runs }}"]}}
  - name: after
    params: {told: {ref: ops.report, value: outputs.told}}
    container: {image: any, command: [echo, "{{ told }}"]}
"""


@pytest.fixture
def tuner(running_argo: None, running_cluster: Any, tmp_path: Path) -> None:
    """Containers find `pxc-tuner`, which is that of this very tree."""
    _, kubelet = running_cluster
    program = tmp_path / "pxc-tuner"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m pxc.tuner "$@"\n', "utf-8"
    )
    program.chmod(0o755)
    kubelet.programs.append((program, "/usr/local/bin/pxc-tuner", True))


def ran(argo: Cluster, name: str, matrix: str, script: str = "") -> Object:
    return compiled_and_ran(argo, DAG % (name, matrix, script))


def compiled_and_ran(
    argo: Cluster, text: str, revision: str = "a", catalog: tuple[Path, ...] = ()
) -> Object:
    return engine.ended(argo, compiled_and_started(argo, text, revision, catalog), 150)


def compiled_and_started(
    argo: Cluster, text: str, revision: str = "a", catalog: tuple[Path, ...] = ()
) -> str:
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", text.encode()),), target="argo",
                catalog=catalog, options=Options(name_policy="revision", revision=revision))
    )  # fmt: skip
    assert outcome.files, [f"{d.code.id} {d.message}" for d in outcome.report]
    argo.apply(outcome.files[0].text)
    [workflow] = [d for d in yaml.safe_load_all(outcome.files[0].text) if d["kind"] == "Workflow"]
    return str(workflow["metadata"]["name"])


def foretold(text: str, name: str, does: Does) -> list[list[Params]]:
    """What the interpreter says of the rounds of an operation of a dag, or of the file's own."""
    outcome = compile_request(Request(files=(SourceText("f.yaml", text.encode()),), target="argo"))
    assert outcome.plan is not None
    group = outcome.plan.group
    assert group is not None
    member = group if group.name == name else next(m for m in group.members if m.name == name)
    return rounds_of(member, does)[0]


def made(found: list[Record]) -> list[list[Params]]:
    """The params of the runs of each round that there was."""
    last = max(record.iteration for record in found)
    return [[r.params for r in found if r.iteration == at] for at in range(last + 1)]


def records(workflow: Object) -> list[Any]:
    state = engine.outputs(engine.nodes(workflow)["tune"])["state"]
    return list(unpacked(state).records)


BAND = (
    "kind: hyperband, seed: 3, maxIterations: 4, eta: 2, concurrency: 3,"
    " resource: {name: epochs, type: int}"
)


def test_a_hyperband_keeps_the_best(argo: Cluster, tuner: None) -> None:
    done = ran(argo, "band", BAND)
    assert done["status"]["phase"] == "Succeeded"
    found = records(done)
    sizes = [sum(1 for r in found if (r.bracket, r.rung) == at) for at in
             ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0))]  # fmt: skip
    assert sizes == [4, 2, 1, 3, 1, 3]
    first = sorted(r.metric for r in found if (r.bracket, r.rung) == (0, 0))
    assert sorted(r.metric for r in found if (r.bracket, r.rung) == (0, 1)) == first[:2]
    assert [r.metric for r in found if (r.bracket, r.rung) == (0, 2)] == first[:1]
    assert all(r.metric == r.params["lr"] for r in found)
    assert engine.phases(done)["after"] == "Succeeded"
    assert made(found) == foretold(DAG % ("band", BAND, ""), "tune", lambda params: params["lr"])


def test_a_run_that_fails_fails_the_search_at_its_end(argo: Cluster, tuner: None) -> None:
    """The others are run, and what waits for the success of the search is not."""
    script = 'case "$2" in deep=True) exit 1;; esac;'
    done = ran(argo, "tpe", "kind: tpe, seed: 1, numRuns: 3, maxIterations: 2", script)
    assert done["status"]["phase"] == "Failed"
    phases = engine.phases(done)
    assert phases["tune"] == "Failed"
    assert phases["after"] == "Omitted"
    runs = [phase for path, phase in phases.items() if path.endswith(").run")]
    assert len(runs) == 6
    assert set(runs) == {"Succeeded", "Failed"}


def test_joins(argo: Cluster, tuner: None) -> None:
    """What runs of a search and of a loop left comes to who gathers it, in order."""
    done = compiled_and_ran(argo, JOINS)
    assert done["status"]["phase"] == "Succeeded"
    told = engine.outputs(engine.nodes(done)["report"])["told"]
    lrs, losses, others, runs = map(json.loads, told.strip().splitlines())
    best = sorted(r.metric for r in records(done))[:3]
    assert lrs == losses == best
    assert others == [0.3, 0.2]
    uid = done["metadata"]["uid"]
    assert runs == [f"{uid}-sweep-2", f"{uid}-sweep-1"]


SKIPPED = """\
version: 1.1
kind: component
name: skipped
run:
  kind: dag
  operations:
  - name: floor
    component:
      outputs: [{name: least, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf 0.15 > "$PXC_OUTPUTS_DIR/least"']}}
  - name: tune
    params: {least: {ref: ops.floor, value: outputs.least}}
    conditions: "{{ least > 1 }}"
    matrix: {kind: tpe, seed: 7, numRuns: 1, maxIterations: 1, metric: {name: loss, optimization: minimize}, params: {lr: {kind: uniform, value: [0, 1]}}}
    component: &train
      inputs: [{name: lr, type: float}, {name: least, type: float}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf "$0" > "$PXC_OUTPUTS_DIR/loss"', "{{ lr }}"]}}
  - name: sweep
    params: {least: {ref: ops.floor, value: outputs.least}}
    conditions: "{{ least > 1 }}"
    matrix: {kind: grid, params: {lr: {kind: choice, value: [0.1, 0.2]}}}
    component: *train
  - name: ran
    params: {least: {ref: ops.floor, value: outputs.least}}
    conditions: "{{ least < 1 }}"
    matrix: {kind: grid, params: {lr: {kind: choice, value: [0.1, 0.2]}}}
    component: *train
  - name: report
    dependencies: [tune, sweep]
    joins:
    - {ref: ops.tune, query: "status: ~running", params: {tuned: {value: inputs.lr}}}
    - {ref: ops.sweep, query: "status: ~running", params: {swept: {value: inputs.lr}}}
    component: &report
      inputs: [{name: tuned, type: float, isList: true}, {name: swept, type: float, isList: true}]
      outputs: [{name: told, type: str}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf "%s %s" "$0" "$1" > "$PXC_OUTPUTS_DIR/told"', "{{ tuned }}", "{{ swept }}"]}}
  - name: other
    trigger: one_succeeded
    dependencies: [ran]
    joins:
    - {ref: ops.ran, query: "status: succeeded", sort: -outputs.loss, params: {tuned: {value: outputs.loss}, swept: {value: inputs.lr}}}
    component: *report
"""


def test_runs_that_were_skipped_are_none(argo: Cluster, tuner: None) -> None:
    """A join over them gathers nothing, and whoever gathers starts as after a success."""
    done = compiled_and_ran(argo, SKIPPED)
    assert done["status"]["phase"] == "Succeeded"
    phases = engine.phases(done)
    assert {name: phases[name] for name in ("tune", "sweep", "ran", "report", "other")} == {
        "tune": "Skipped", "sweep": "Skipped", "ran": "Succeeded", "report": "Succeeded",
        "other": "Succeeded",
    }  # fmt: skip
    nodes = engine.nodes(done)
    assert engine.outputs(nodes["report"])["told"] == "[] []"
    assert engine.outputs(nodes["other"])["told"] == "[0.2,0.1] [0.2,0.1]"
