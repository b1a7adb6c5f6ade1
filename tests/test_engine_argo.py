"""Compiled dags on a real Argo: every operation comes to what the plan's interpreter says."""

from __future__ import annotations

import pytest

from pxc.options import ArgoOptions, Runtime
from tests.argo_runs import dag, differences, outcome_of, ran, scheduled, unit
from tests.engines import argo as engine
from tests.engines import place
from tests.engines.cluster import Cluster
from tests.plan_interpreter import FAILS, Script
from tests.test_plan_interpreter import PAIRS, TRIGGERS

ROOTS = (
    unit("s"), unit("f", FAILS), unit("k", more="conditions: 'false'"),
    unit("n", more="dependencies: [f]"),
)  # fmt: skip


def test_every_trigger_after_every_pair_of_endings(argo: Cluster) -> None:
    tasks = [
        unit(
            f"{trigger.replace('_', '-')}-{pair}",
            more=f"trigger: {trigger}, dependencies: [{', '.join(dict.fromkeys(pair))}]",
        )
        for trigger in TRIGGERS
        for pair in PAIRS
    ]
    outcome = outcome_of(dag(*ROOTS, *tasks))
    assert differences(ran(argo, outcome), outcome, {"f": FAILS}) == {}


def test_what_is_skipped_where_an_upstream_was(argo: Cluster) -> None:
    """Skips go on where that is asked for, and count as successes behind it."""
    skips = "skipOnUpstreamSkip: true"
    tasks = (
        unit("after-k", more=f"dependencies: [k], {skips}"),
        unit("after-k-and-f", more=f"dependencies: [k, f], trigger: all_done, {skips}"),
        unit("after-k-fails", more=f"dependencies: [k, f], {skips}"),
        unit("after-s", more=f"dependencies: [s], {skips}"),
        unit("after-f", more=f"dependencies: [f], {skips}"),
        unit("behind", more="dependencies: [after-k]"),
        unit("behind-skips", more=f"dependencies: [after-k], {skips}"),
        unit("behind-never", more="dependencies: [after-f], trigger: all_done"),
    )
    outcome = outcome_of(dag(*ROOTS, *tasks))
    assert differences(ran(argo, outcome), outcome, {"f": FAILS}) == {}


def test_tries_and_dags_inside_of_dags(argo: Cluster) -> None:
    """A handled failure fails the dag; what a dag inside came to is what those behind it see."""
    scripts = {
        "flaky": Script(failures=1), "hopeless": Script(failures=3),
        "bad/x": FAILS, "caught/x": FAILS,
    }  # fmt: skip
    inner = "component: {{run: {{kind: dag, operations: [{}]}}}}"
    bad = inner.format(
        ", ".join((unit("x", FAILS), unit("y", more="dependencies: [x]"), unit("z")))
    )
    caught = inner.format(
        ", ".join((unit("x", FAILS), unit("y", more="dependencies: [x], trigger: all_failed")))
    )
    good = inner.format(
        ", ".join((unit("x"), unit("y", more="dependencies: [x], trigger: all_failed")))
    )
    retries = "termination: {maxRetries: 1}"
    outcome = outcome_of(
        dag(
            unit("flaky", scripts["flaky"], retries, log=argo.namespace),
            unit("hopeless", scripts["hopeless"], retries, log=argo.namespace),
            f"{{name: bad, {bad}}}", f"{{name: caught, {caught}}}", f"{{name: good, {good}}}",
            unit("after-bad", more="dependencies: [bad]"),
            unit("after-caught", more="dependencies: [caught], trigger: one_failed"),
            unit("after-good", more="dependencies: [good]"),
            unit("never", more="dependencies: [bad, caught, good]"),
            unit("last", more="dependencies: [never, hopeless], trigger: all_done"),
        )
    )  # fmt: skip
    assert differences(ran(argo, outcome), outcome, scripts) == {}


VALUES = """
kind: component
name: values
run:
  kind: dag
  volumes: [{name: log, hostPath: {path: /log}}]
  operations:
  - name: a
    component:
      outputs: [{name: loss, type: float}, {name: text, type: str}]
      run:
        kind: job
        container:
          image: i
          command: [sh, -c, 'cd "$PXC_OUTPUTS_DIR"; printf 0.5 > loss; printf %s "$0" > text', 'it''s "x" $HOME \\ {"a": 1}']
  - name: b
    params: {loss: {ref: ops.a, value: outputs.loss}}
    component:
      inputs: [{name: loss, type: float}]
      outputs: [{name: twice, type: float}]
      run:
        kind: job
        container: {image: i, command: [sh, -c, 'printf "$0$0" > "$PXC_OUTPUTS_DIR/twice"'], args: ["{{ loss }}"]}
  - name: c
    params: {text: {ref: ops.a, value: outputs.text}, id: {ref: ops.a, value: globals.uuid}}
    component:
      inputs: [{name: text, type: str, toEnv: TEXT}, {name: id, type: str}]
      run: {kind: job, container: {image: i, command: [sh, -c, 'echo "$0|$TEXT"'], args: ["{{ id }}"]}}
  - name: d
    dependencies: [c]
    params: {twice: {ref: ops.b, value: outputs.twice}, loss: {ref: ops.a, value: outputs.loss}}
    component:
      inputs: [{name: twice, type: float}, {name: loss, type: float}]
      run: {kind: job, container: {image: i, command: [echo], args: ["--twice={{ twice }}", "{{ loss }}"]}}
"""


def test_values_go_along_a_diamond(argo: Cluster) -> None:
    outcome = outcome_of(VALUES)
    done = ran(argo, outcome)
    assert differences(done, outcome, {}) == {}
    name, uid = done["metadata"]["name"], done["metadata"]["uid"]
    [c], [d] = argo.pods(f"{name}-c"), argo.pods(f"{name}-d")
    said = 'it\'s "x" $HOME \\ {"a": 1}'
    assert argo.logs(c).rstrip("\n") == f"{uid}-a|{said}"
    assert argo.logs(d) == "--twice=0.50.5 0.5\n"


MATRIX = """
kind: component
name: sweep
run:
  kind: dag
  volumes: [{name: log, hostPath: {path: /log}}]
  operations:
  - name: few
    matrix: {kind: grid, concurrency: 2, params: {x: {kind: choice, value: [1, 2, 3, 4]}}}
    component:
      inputs: [{name: x, type: int}]
      run:
        kind: job
        container:
          image: i
          volumeMounts: [{name: log, mountPath: /log}]
          command: [sh, -c, 'echo +$0 >> /log/few; sleep 1; echo -$0 >> /log/few']
          args: ["{{ x }}"]
  - name: some
    matrix: {kind: mapping, values: [{code: 0}, {code: 3}, {code: 0}]}
    component:
      inputs: [{name: code, type: int}]
      run: {kind: job, container: {image: i, command: [sh, -c, 'exit $0'], args: ["{{ code }}"]}}
  - {name: after-few, dependencies: [few], container: {image: i, command: ["true"]}}
  - {name: after-some, dependencies: [some], container: {image: i, command: ["true"]}}
  - {name: caught, dependencies: [some], trigger: all_failed, container: {image: i, command: ["true"]}}
  - name: whole
    matrix: {kind: grid, params: {x: {kind: choice, value: [1, 2]}}}
    component:
      inputs: [{name: x, type: int}]
      run:
        kind: dag
        operations:
        - {name: p, params: {q: {ref: dag, value: inputs.x}}, container: {image: i, command: [sh, -c, '[ $0 = 1 ]'], args: ["{{ q }}"]}}
        - {name: q, dependencies: [p], container: {image: i, command: ["true"]}}
"""


def test_matrices_of_and_around_dags(argo: Cluster) -> None:
    (argo.host_path("/log") / "few").unlink(missing_ok=True)
    outcome = outcome_of(MATRIX)
    assert differences(ran(argo, outcome), outcome, {"some/1": FAILS, "whole/1/p": FAILS}) == {}
    running = most = 0
    for line in (argo.host_path("/log") / "few").read_text().split():
        running += 1 if line[0] == "+" else -1
        most = max(most, running)
    assert (running, most) == (0, 2)


VALUE = 'params: {{v: {{ref: ops.{}, value: outputs.v}}}}, conditions: "{{{{ {} }}}}"'
CONDITIONS = {
    # operation: what it reads, what must hold of it
    "high": ("loss", "v > 0.4"), "low": ("loss", "v < 0.4"), "both": ("loss", "0.1 < v <= 0.5"),
    "half": ("loss", "v * 2 == 1"), "big": ("count", "v >= 10"), "small": ("count", "v < 9"),
    "even": ("count", "v % 2 == 0"), "odd": ("count", "not v % 2 == 0"),
    "named": ("text", "v == 'a \\\"b\\\"'"), "other": ("text", "v != 'a \\\"b\\\"'"),
    "sure": ("flag", "v"), "unsure": ("flag", "not v"), "either": ("flag", "v or 1 > 2"),
}  # fmt: skip


def test_conditions_on_outputs(argo: Cluster) -> None:
    """A condition is asked of what an upstream has left, by its declared type."""
    values = {"loss": 0.5, "count": 10, "text": 'a "b"', "flag": True}
    scripts = {name: Script(outputs={"v": value}) for name, value in values.items()}
    conditions = [unit(name, more=VALUE.format(*asked)) for name, asked in CONDITIONS.items()]
    after = unit("after", more="dependencies: [low, small], skipOnUpstreamSkip: true")
    behind = unit("behind", more="dependencies: [low, high]")
    sources = [unit(name, script) for name, script in scripts.items()]
    outcome = outcome_of(dag(*sources, *conditions, after, behind))
    assert differences(ran(argo, outcome), outcome, scripts) == {}


TRACKED = """
kind: component
name: tracked
run:
  kind: dag
  operations:
  - name: train
    component:
      outputs: [{{name: loss, type: float}}, {{name: note, type: str}}]
      run:
        kind: job
        container:
          image: i
          command: [{python}, -c]
          args:
          - |
            from polyaxon import tracking
            tracking.init()
            tracking.log_metrics(loss=0.5, step=1)
            tracking.log_metrics(loss=0.25, step=2)
            tracking.log_outputs(note="it's done")
  - name: good
    params: {{loss: {{ref: ops.train, value: outputs.loss}}, note: {{ref: ops.train, value: outputs.note}}}}
    component:
      inputs: [{{name: loss, type: float}}, {{name: note, type: str}}]
      run: {{kind: job, container: {{image: i, command: [echo, "{{{{ loss }}}}", "{{{{ note }}}}"]}}}}
"""


def test_what_the_tracking_client_logs_is_an_output(argo: Cluster) -> None:
    """Existing code, unchanged: whoever runs next reads its last metric."""
    python = place.CACHE / "tracking-2" / "bin" / "python"
    if not python.exists():
        pytest.skip("NO TRACKING CLIENT: run `make engines`")
    outcome = outcome_of(TRACKED.format(python=python), runtime=Runtime(tracking=True))
    done = ran(argo, outcome)
    scripts = {"train": Script(outputs={"loss": 0.25, "note": "it's done"})}
    assert differences(done, outcome, scripts) == {}
    [good] = argo.pods(f"{done['metadata']['name']}-good")
    assert argo.logs(good) == "0.25 it's done\n"


def test_a_template_and_a_schedule(argo: Cluster) -> None:
    """What is kept for later is submitted, by a reference or by the clock."""
    text = dag(unit("a"), unit("b", more="dependencies: [a]"))
    [kept] = argo.apply(outcome_of(text, argo=ArgoOptions(kind="template")).files[0].text)
    assert kept["kind"] == "WorkflowTemplate"
    argo.apply(
        f"apiVersion: {engine.VERSION}\nkind: Workflow\nmetadata: {{name: from-template}}\n"
        f"spec: {{workflowTemplateRef: {{name: {kept['metadata']['name']}}}}}\n"
    )
    every = "kind: operation\nname: often\nschedule: {kind: interval, frequency: 2, maxRuns: 1, dependsOnPast: true}\n"
    lines = "".join(f"  {line}\n" for line in text.splitlines())
    [cron] = argo.apply(outcome_of(f"{every}component:\n{lines}").files[0].text)
    assert cron["kind"] == "CronWorkflow"
    outcome = outcome_of(text)
    done = engine.ended(argo, "from-template")
    assert differences(done, outcome, {}) == {}
    [first, *_] = scheduled(argo, cron["metadata"]["name"])
    done = engine.ended(argo, first)
    assert differences(done, outcome, {}) == {}
