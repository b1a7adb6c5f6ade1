"""Workflows that are too large for one, on a real Argo: their parts do what one would have done."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from benchmarks.pipelines import inline_pipeline, pipeline
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import ArgoOptions, Options, Runtime
from pxc.targets.argo import size
from pxc.targets.argo.size import Budget
from tests.argo_parts import put_together
from tests.argo_runs import dag, differences, outcome_of, ran, scheduled, unit
from tests.engines import argo as engine
from tests.engines import place
from tests.engines.api_server import ApiServer
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.hub import hub
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


def at_once(cluster: Cluster, template: str) -> int:
    """How many pods of a template have run at the same time at the most."""
    path = cluster.server.path(engine.VERSION, "Workflow", cluster.namespace)
    every = [w["status"].get("nodes", {}) for w in cluster.server.ask("GET", path)["items"]]
    pods = [n for nodes in every for n in nodes.values() if n["type"] == "Pod"]
    times = [(n["startedAt"], n["finishedAt"]) for n in pods if n["templateName"] == template]
    return max(sum(begin <= at < end for begin, end in times) for at, _ in times)


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
    assert at_once(argo, "sweep-run") <= 2


def starts(workflow: Object) -> list[float]:
    """How many seconds after the workflow each of its parts was asked for, the last first."""
    begin = datetime.fromisoformat(workflow["status"]["startedAt"])
    nodes = [n for n in engine.nodes(workflow).values() if n["displayName"].startswith("part-")]
    times = [datetime.fromisoformat(n["startedAt"]) for n in nodes if n["type"] == "Pod"]
    return sorted(((at - begin).total_seconds() for at in times), reverse=True)


def chain(name: str, length: int, script: Script = Script(), more: str = "") -> list[str]:  # noqa: B008
    found = [unit(f"{name}0", script, more)]
    for at in range(1, length):
        found.append(unit(f"{name}{at}", more=f"dependencies: [{name}{at - 1}]"))
    return found


def test_a_dag_in_parts(argo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains behind one root, which what comes last waits for; one fails, and one was skipped.

    A part that begins late has what is left of the time of all.
    """
    chains = [
        *chain("a", 4, more="dependencies: [root]"),
        *chain("b", 4, FAILS, more="dependencies: [root]"),
        *chain("c", 4, more="dependencies: [root], conditions: 'false'"),
    ]
    good = unit("good", more="dependencies: [a3, c3]")
    handled = unit("handled", more="dependencies: [b3], trigger: all_done")
    text = dag(unit("root"), *chains, good, handled)
    outcome = split(text.replace("run:", "termination: {timeout: 900}\nrun:", 1), monkeypatch)
    workflow = ran(argo, outcome)
    assert differences(put_together(argo, workflow), outcome, {"b0": FAILS}) == {}
    left = [900 - at for at in starts(workflow)]
    path = argo.server.path(engine.VERSION, "Workflow", argo.namespace)
    every = argo.server.ask("GET", path)["items"]
    uid = workflow["metadata"]["uid"]
    parts = [
        e for e in every if uid in {o["uid"] for o in e["metadata"].get("ownerReferences", ())}
    ]
    given = sorted(each["spec"]["activeDeadlineSeconds"] for each in parts)
    assert all(abs(a - b) <= 2 for a, b in zip(given, left, strict=True)), (given, left)


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


COMPONENTS = {
    "tell/latest": """
        kind: component
        inputs: [{name: text, type: str}]
        outputs: [{name: told, type: str}]
        run:
          kind: job
          container:
            image: any
            command: [sh, -c, 'printf %s "$0" > "$PXC_OUTPUTS_DIR/told"']
            args: ["{{ text }}"]
        """,
}


def test_tries_and_hooks_in_parts(
    argo: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A try that fails is tried again, and what follows a run does, wherever the run is."""
    monkeypatch.setattr(size, "_BUDGET", SMALL)
    tell = "hooks: [{hubRef: tell, params: {text: {value: '{{ globals.name }} {{ status }}'}}}]"
    scripts = {"b0": Script(failures=1), "c0": FAILS, "d0": Script(failures=1), "d1": FAILS}
    retried = "termination: {maxRetries: 1}"
    operations = [
        *chain("a", 2, more=tell),
        unit("b0", scripts["b0"], retried, log=argo.namespace),
        unit("b1", more=f"dependencies: [b0], {tell}"),
        *chain("c", 2, FAILS, more=tell),
        unit("d0", scripts["d0"], retried, log=argo.namespace),
        unit("d1", FAILS, f"dependencies: [d0], {tell}"),
    ]
    request = Request(
        files=(SourceText("f.yaml", dag(*operations).encode()),),
        target="argo",
        catalog=(hub(tmp_path, COMPONENTS),),
        options=Options(runtime=Runtime(tracking=False)),
    )
    outcome = compile_request(request)
    assert outcome.files[0].text.count("kind: WorkflowTemplate") > 1
    whole = put_together(argo, ran(argo, outcome))
    assert differences(whole, outcome, scripts) == {}
    nodes = engine.nodes(whole).items()
    told = {engine.outputs(n).get("told") for path, n in nodes if ".onExit." in path} - {None}
    assert told == {"a0 succeeded", "b1 succeeded", "c0 failed", "d1 failed"}


TICKING = """
kind: component
name: ticking
schedule: {kind: interval, frequency: 2, maxRuns: 1, dependsOnPast: true}
run:
  kind: dag
  volumes: [{name: log, hostPath: {path: /log}}]
  operations:
"""
TICK = """\
  - name: tick{0}
    component:
      run:
        kind: job
        container:
          image: i
          volumeMounts: [{{name: log, mountPath: /log}}]
          command: [sh, -ec, ': > "/log/$0-tick{0}"', "{{{{ globals.schedule_at }}}}"]
"""


def test_parts_of_what_is_kept(argo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a template and of a schedule, which runs for a moment that its parts know."""
    chains = [task for name in "abc" for task in chain(name, 3)]
    monkeypatch.setattr(size, "_BUDGET", SMALL)
    outcome = outcome_of(dag(*chains), argo=ArgoOptions(kind="template"))
    *parts, kept = argo.apply(outcome.files[0].text)
    assert {each["kind"] for each in (*parts, kept)} == {"WorkflowTemplate"}
    argo.apply(
        f"apiVersion: {engine.VERSION}\nkind: Workflow\nmetadata: {{name: from-template}}\n"
        f"spec: {{workflowTemplateRef: {{name: {kept['metadata']['name']}}}}}\n"
    )
    monkeypatch.setattr(size, "_BUDGET", Budget(large=1_500))
    timed = outcome_of(TICKING + "".join(map(TICK.format, range(6))))
    *parts, cron = argo.apply(timed.files[0].text)
    assert (cron["kind"], bool(parts)) == ("CronWorkflow", True)
    whole = put_together(argo, engine.ended(argo, "from-template", 300))
    assert differences(whole, outcome, {}) == {}
    [first, *_] = scheduled(argo, cron["metadata"]["name"])
    done = engine.ended(argo, first, 300)
    assert differences(put_together(argo, done), timed, {}) == {}
    moment = done["metadata"]["annotations"]["workflows.argoproj.io/scheduled-time"]
    told = {each.name for each in argo.host_path("/log").iterdir()}
    assert told >= {f"{moment}-tick{at}" for at in range(6)}


def test_parts_that_never_start(argo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    chains = [task for name in "abc" for task in chain(name, 4, more="dependencies: [root]")]
    ends = unit("end", more="dependencies: [a3, b3, c3]")
    outcome = split(dag(unit("root", FAILS), *chains, ends), monkeypatch)
    check(argo, outcome, {"root": FAILS})
