"""Workflows that are too large for one, on a real Argo: their parts do what one would have done."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from benchmarks.pipelines import inline_pipeline, pipeline
from pxc.driver import Outcome
from pxc.targets.argo import size
from pxc.targets.argo.size import Budget
from tests.argo_parts import put_together
from tests.argo_runs import dag, differences, outcome_of, ran, unit
from tests.engines import argo as engine
from tests.engines import place
from tests.engines.api_server import ApiServer
from tests.engines.cluster import Cluster
from tests.plan_interpreter import FAILS, Script

SMALL = Budget(large=2_500, runs=4, part=3)


def split(text: str, monkeypatch: pytest.MonkeyPatch, budget: Budget = SMALL) -> Outcome:
    monkeypatch.setattr(size, "_BUDGET", budget)
    outcome = outcome_of(text)
    assert "PXC705" in {d.code.id for d in outcome.report}
    return outcome


LARGE = {
    "a loop over 20,000 runs": """
kind: operation
name: sweep
matrix: {kind: grid, concurrency: 50, params: {n: {kind: range, value: "0:20000:1"}}}
component:
  inputs: [{name: n, type: int}]
  run: {kind: job, container: {image: i, command: [c, "{{ n }}"]}}
""",
    "5,000 operations of ten components": pipeline(5_000, width=10),
    "5,000 components": inline_pipeline(5_000, width=10),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_a_cluster_takes(api_server: ApiServer, name: str, tmp_path: Path) -> None:
    """At its true size: an API server keeps every object, and Argo's lint knows them all."""
    outcome = outcome_of(LARGE[name])
    texts = "".join(file.text for file in outcome.files)
    documents = list(yaml.load_all(texts, yaml.CSafeLoader))
    assert len(documents) > 5
    api_server.know(documents)
    for each in documents:
        path = api_server.path(each["apiVersion"], each["kind"], "default")
        api_server.ask("POST", path, each, fieldValidation="Strict")
    (tmp_path / "all.yaml").write_text(texts)
    for program in engine.LINTS:
        if not place.missing(program):
            assert engine.lint(program, [tmp_path / "all.yaml"]) == {tmp_path / "all.yaml": []}


def check(argo: Cluster, outcome: Outcome, scripts: dict[str, Script]) -> None:
    whole = put_together(argo, ran(argo, outcome))
    assert differences(whole, outcome, scripts) == {}


LOOP = """
kind: component
name: loops
run:
  kind: dag
  operations:
  - name: sweep
    matrix: {kind: grid, concurrency: 2, params: {n: {kind: range, value: "0:7:1"}}}
    component:
      inputs: [{name: n, type: int}]
      run:
        kind: job
        container: {image: i, command: [sh, -ec, 'test {{ n }} != 4']}
  - name: after
    dependencies: [sweep]
    trigger: one_failed
    component: {run: {kind: job, container: {image: i, command: ["true"]}}}
"""


def test_a_loop_in_parts(argo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = split(LOOP, monkeypatch)
    assert outcome.files[0].text.count("kind: WorkflowTemplate") == 3
    check(argo, outcome, {"sweep/4": FAILS})


def chain(name: str, length: int, script: Script = Script(), more: str = "") -> list[str]:  # noqa: B008
    found = [unit(f"{name}0", script, more)]
    for at in range(1, length):
        found.append(unit(f"{name}{at}", more=f"dependencies: [{name}{at - 1}]"))
    return found


def test_a_dag_in_parts(argo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains behind one root, which what comes last waits for; one fails, and one was skipped."""
    chains = [
        *chain("a", 4, more="dependencies: [root]"),
        *chain("b", 4, FAILS, more="dependencies: [root]"),
        *chain("c", 4, more="dependencies: [root], conditions: 'false'"),
    ]
    good = unit("good", more="dependencies: [a3, c3]")
    handled = unit("handled", more="dependencies: [b3], trigger: all_done")
    outcome = split(dag(unit("root"), *chains, good, handled), monkeypatch)
    check(argo, outcome, {"b0": FAILS})


TAKES = """
kind: component
name: takes
run:
  kind: dag
  volumes: [{name: log, hostPath: {path: /log}}]
  operations:
  - name: load
    component:
      outputs: [{name: rows, type: int}]
      run: {kind: job, container: {image: i, command: [sh, -ec, 'printf 3 > "$PXC_OUTPUTS_DIR/rows"']}}
"""
TAKER = """\
  - name: use{0}
    params: {{rows: {{ref: ops.load, value: outputs.rows}}}}
    conditions: "{{{{ rows > {0} }}}}"
    component:
      inputs: [{{name: rows, type: int}}]
      run:
        kind: job
        container:
          image: i
          volumeMounts: [{{name: log, mountPath: /log}}]
          command: [sh, -ec, 'echo "$0 $1" > /log/said{0}', "{{{{ rows }}}}", "{{{{ globals.uuid }}}}"]
"""


def test_values_in_parts(argo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part is given what its tasks take, and its runs are those of the one workflow."""
    outcome = split(TAKES + "".join(map(TAKER.format, range(5))), monkeypatch)
    said = argo.host_path("/log")
    workflow = ran(argo, outcome)
    whole = put_together(argo, workflow)
    assert differences(whole, outcome, {"load": Script(outputs={"rows": 3})}) == {}
    uid = workflow["metadata"]["uid"]
    told = {each.name: each.read_text().strip() for each in said.glob("said*")}
    assert told == {f"said{at}": f"3 {uid}-use{at}" for at in range(3)}


def test_parts_that_never_start(argo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    chains = [task for name in "abc" for task in chain(name, 4, more="dependencies: [root]")]
    ends = unit("end", more="dependencies: [a3, b3, c3]")
    outcome = split(dag(unit("root", FAILS), *chains, ends), monkeypatch)
    check(argo, outcome, {"root": FAILS})
