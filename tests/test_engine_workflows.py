"""What a real Argo does with workflows written by hand: the ground that the target stands on."""

from __future__ import annotations

import json
from textwrap import dedent, indent

import pytest

from tests.engines import argo as engine
from tests.engines import place
from tests.engines.cluster import Cluster
from tests.engines.environment import Object

TEMPLATES = """
- name: says
  inputs: {parameters: [{name: x, value: "3"}]}
  outputs: {parameters: [{name: out, valueFrom: {path: /tmp/out, default: none}}]}
  container: {image: any, command: [sh, -c, 'printf %s "$0" > /tmp/out'], args: ["{{inputs.parameters.x}}"]}
- name: fails
  container: {image: any, command: [sh, -c, "exit 3"]}
"""


def workflow(name: str, tasks: str, templates: str = "", more: str = "") -> str:
    """A workflow of one dag; two templates are always there."""
    head = f"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {{name: {name}}}\nspec:\n"
    dag = "- name: main\n  dag:\n    failFast: false\n    tasks:\n"
    dag += indent(dedent(tasks).strip(), "    ") + "\n"
    every = dag + TEMPLATES.lstrip() + dedent(templates).lstrip()
    spec = f"entrypoint: main\n{dedent(more).lstrip()}templates:\n{every}"
    return head + indent(spec, "  ")


def ran(cluster: Cluster, text: str, name: str, timeout: float = 120) -> Object:
    cluster.apply(text)
    return engine.ended(cluster, name, timeout)


GRAPH = """
- {name: made, template: says}
- {name: small, template: says, depends: made.Succeeded, when: "{{= asInt(tasks.made.outputs.parameters.out) > 3 }}"}
- {name: large, template: says, depends: made.Succeeded, when: "{{= asInt(tasks.made.outputs.parameters.out) == 3 }}"}
- {name: after-small, template: says, depends: small.Skipped, arguments: {parameters: [{name: x, value: "{{tasks.small.outputs.parameters.out}}"}]}}
- {name: unwanted, template: says, depends: made.Failed}
- {name: after-unwanted, template: says, depends: unwanted.Omitted}
- {name: bad, template: fails}
- {name: handler, template: says, depends: bad.Failed}
- {name: flaky, template: flaky}
- {name: hopeless, template: hopeless}
- {name: after-hopeless, template: says, depends: hopeless.Failed}
- name: loop
  template: says
  depends: made
  withItems: [{at: "1"}, {at: "2"}, {at: "3"}]
  arguments: {parameters: [{name: x, value: "{{item.at}}{{tasks.made.outputs.parameters.out}}"}]}
- {name: joined, template: says, depends: loop.Succeeded, arguments: {parameters: [{name: x, value: "{{tasks.loop.outputs.parameters.out}}"}]}}
"""
RETRIED = """
- name: flaky
  retryStrategy: {limit: "2"}
  container: {image: any, command: [sh, -c, "exit $((2 - {{retries}}))"]}
- name: hopeless
  retryStrategy: {limit: "1"}
  container: {image: any, command: ["false"]}
"""


def test_a_graph(argo: Cluster) -> None:
    """Outputs, conditions, results, loops, retries."""
    done = ran(argo, workflow("graph", GRAPH, RETRIED), "graph")
    found = engine.phases(done)
    assert {path: phase for path, phase in found.items() if phase != "Succeeded"} == {
        "small": "Skipped", "unwanted": "Omitted", "bad": "Failed", "hopeless": "Failed",
    }  # fmt: skip
    told = {path: engine.outputs(node).get("out") for path, node in engine.nodes(done).items()}
    assert json.loads(told["joined"] or "") == ["13", "23", "33"]
    # What was skipped has an output without text; from 4.0.7 on its default, when it has one.
    assert told["after-small"] in ("", "none")
    assert len(argo.pods("graph-flaky")) == 3
    assert len(argo.pods("graph-hopeless")) == 2
    # Every failure has somebody who waits for it, and the leaves are well.
    assert done["status"]["phase"] == "Succeeded"


SERVED = """
- {name: server, template: server}
- {name: client, template: client, depends: server.Daemoned}
- {name: config, template: config}
- {name: beside, template: beside}
- {name: noisy, template: noisy}
- name: hooked
  template: says
  hooks:
    exit: {template: says, arguments: {parameters: [{name: x, value: "{{tasks.hooked.status}}"}]}}
    sad: {template: says, expression: tasks.hooked.status == "Failed"}
"""
SERVERS = """
- name: server
  daemon: true
  container:
    image: any
    command: [sh, -c, "trap 'echo bye; exit 0' TERM; touch /tmp/up; while :; do sleep 0.1; done"]
    readinessProbe: {exec: {command: [test, -e, /tmp/up]}, periodSeconds: 1}
- name: client
  container: {image: any, command: [echo, hello]}
- name: config
  resource:
    action: create
    manifest: |
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: made-by-argo}
      data: {a: b}
  outputs: {parameters: [{name: out, valueFrom: {jsonPath: "{.data.a}"}}]}
- name: beside
  volumes: [{name: work, emptyDir: {}}]
  initContainers:
  - name: feeder
    image: any
    restartPolicy: Always
    command: [sh, -c, "trap 'exit 0' TERM; echo fed > /work/a; while :; do sleep 0.1; done"]
    volumeMounts: [{name: work, mountPath: /work}]
  container:
    image: any
    command: [sh, -c, "while ! [ -s /work/a ]; do sleep 0.1; done; cat /work/a"]
    volumeMounts: [{name: work, mountPath: /work}]
- name: noisy
  sidecars: [{name: noise, image: any, command: [sleep, "600"]}]
  container: {image: any, command: [sleep, "1"]}
"""


def test_what_runs_beside(argo: Cluster) -> None:
    """Daemons, sidecars of both kinds, objects, hooks of tasks and of the workflow."""
    text = workflow(
        "served", SERVED, SERVERS,
        """
        onExit: farewell
        """,
    )  # fmt: skip
    farewell = (
        "  - {name: farewell, container: {image: any, command: [echo, '{{workflow.status}}']}}\n"
    )
    done = ran(argo, text + farewell, "served")
    assert done["status"]["phase"] == "Succeeded"
    found = engine.phases(done)
    # While an exit handler runs, Argo takes a daemon that it has ended for one that failed.
    assert found.pop("server") in ("Succeeded", "Failed")
    assert {path: phase for path, phase in found.items() if phase != "Succeeded"} == {}
    assert engine.outputs(engine.nodes(done)["hooked.onExit"]) == {"out": "Succeeded"}
    assert "hooked.hooks.sad" not in found
    made = argo.get("ConfigMap", "made-by-argo")
    assert made is not None
    assert engine.outputs(engine.nodes(done)["config"])["out"] == "b"
    [server] = argo.pods("served-server")
    [beside] = argo.pods("served-beside")
    assert argo.logs(beside).splitlines() == ["fed"]
    [bye] = argo.pods("served-farewell")
    assert argo.logs(bye).splitlines() == ["Succeeded"]
    argo.wait("Pod", server["metadata"]["name"], "Succeeded", timeout=20)
    assert argo.logs(server).splitlines()[-1] == "bye"


def test_a_pause(argo: Cluster) -> None:
    tasks = """
    - {name: before, template: says}
    - {name: pause, template: pause, depends: before.Succeeded}
    - {name: after, template: says, depends: pause.Succeeded}
    """
    argo.apply(workflow("pauses", tasks, "- {name: pause, suspend: {}}\n"))
    engine.once(argo, "pauses", lambda w: engine.phases(w).get("pause") == "Running")
    engine.resume(argo, "pauses")
    assert engine.phases(engine.ended(argo, "pauses"))["after"] == "Succeeded"


def test_a_deadline_ends_what_runs(argo: Cluster) -> None:
    tasks = "- {name: long, template: long}\n"
    long = "- {name: long, container: {image: any, command: [sleep, '600']}}\n"
    done = ran(argo, workflow("late", tasks, long, "activeDeadlineSeconds: 4\n"), "late", 60)
    assert done["status"]["phase"] == "Failed"
    [pod] = argo.pods("late-long")
    argo.wait("Pod", pod["metadata"]["name"], "Failed", timeout=45)


def test_a_schedule_makes_workflows(argo: Cluster) -> None:
    spec = workflow("unused", "- {name: made, template: says}\n").split("spec:\n")[1]
    argo.apply(
        "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: often}\n"
        'spec:\n  schedules: ["@every 2s"]\n  stopStrategy: {expression: "cronworkflow.succeeded >= 1"}\n'
        "  workflowSpec:\n" + indent(spec, "  ")
    )
    found = engine.once(argo, "often", lambda workflow: True, timeout=60)
    done = engine.ended(argo, found["metadata"]["name"])
    assert done["status"]["phase"] == "Succeeded"


@pytest.mark.parametrize("program", engine.LINTS)
def test_lint_can_say_no(program: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    if place.missing(program):
        pytest.skip(f"NO ARGO LINT: {program} missing; run `make engines`")
    folder = tmp_path_factory.mktemp("lint")
    good, bad = folder / "good.yaml", folder / "bad.yaml"
    good.write_text(workflow("good", GRAPH, RETRIED))
    bad.write_text(workflow("bad", "- {name: a, template: says, depends: nobody.Succeeded}\n"))
    found = engine.lint(program, [good, bad])
    assert found[good] == []
    assert "nobody" in found[bad][0]
