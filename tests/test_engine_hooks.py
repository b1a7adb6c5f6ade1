"""What a real Argo does with hooks as pxc writes them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from tests.argo_runs import differences, ran
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.hub import hub
from tests.plan_interpreter import FAILS, Script
from tests.reading import found

WRITE = 'printf %s "$0" > "$PXC_OUTPUTS_DIR/said"'
COMPONENTS = {
    "tell/latest": f"""
        kind: component
        inputs: [{{name: text, type: str, isOptional: true}}]
        outputs: [{{name: said, type: str}}]
        run: {{kind: job, container: {{image: any, command: [sh, -c, '{WRITE}'], args: ["{{{{ text }}}} {{{{ status }}}}"]}}}}
        """,
    "outer/latest": """
        kind: component
        inputs: [{name: text, type: str}]
        outputs: [{name: size, type: int}]
        hooks:
          - {hubRef: tell, trigger: succeeded, params: {text: {value: "{{ size }} after {{ text }}"}}}
          - {hubRef: tell, trigger: failed}
          - {hubRef: breaks, conditions: "{{ size > 8 }}"}
        run:
          kind: job
          container: {image: any, command: [sh, -c, 'printf 7 > "$PXC_OUTPUTS_DIR/size"']}
        """,
    "breaks/latest": """
        kind: component
        run: {kind: job, container: {image: any, command: [sh, -c, "exit 4"]}}
        """,
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)


def outcome_of(catalog: Path, text: str) -> Outcome:
    """A Polyaxonfile as a workflow."""
    request = Request(
        files=(SourceText("file.yaml", dedent(text).encode()),), catalog=(catalog,), target="argo"
    )
    outcome = compile_request(request)
    assert outcome.files, found(outcome.report)
    return outcome


def said(done: Object) -> dict[str, str]:
    """What the hooks said, by the last name of their paths."""
    found = {path: engine.outputs(node) for path, node in engine.nodes(done).items()}
    return {p.rpartition(".")[2]: texts["said"] for p, texts in found.items() if "said" in texts}


ENDS = """
name: ends
run:
  kind: dag
  operations:
    - name: good
      component:
        inputs: [{name: floor, type: float, value: 0.9}]
        outputs: [{name: accuracy, type: float}]
        run: {kind: job, container: {image: any, command: [sh, -c, 'printf 0.95 > "$PXC_OUTPUTS_DIR/accuracy"']}}
      hooks:
        - {hubRef: tell, trigger: succeeded, conditions: "{{ accuracy > floor }}", params: {text: {value: "{{ accuracy }} of {{ name }}"}}}
        - {hubRef: tell, conditions: "{{ accuracy > 0.99 }}"}
        - {hubRef: tell, trigger: failed}
        - {hubRef: breaks}
    - name: bad
      component:
        outputs: [{name: accuracy, type: float}]
        run: {kind: job, container: {image: any, command: [sh, -c, "exit 3"]}}
      hooks:
        - {hubRef: tell, trigger: succeeded}
        - {hubRef: tell, trigger: failed, params: {text: {value: "<{{ accuracy }}>"}}}
        - {hubRef: tell}
    - name: after-bad
      dependencies: [bad]
      container: {image: any, command: ["true"]}
      hooks: [{hubRef: tell}, {hubRef: tell, trigger: failed}, {hubRef: tell, trigger: upstream_failed}]
    - name: unwanted
      conditions: "{{ false }}"
      container: {image: any, command: ["true"]}
      hooks: [{hubRef: tell}, {hubRef: tell, trigger: skipped}, {hubRef: tell, trigger: succeeded}]
hooks:
  - {hubRef: tell, params: {text: {value: whole}}}
  - {hubRef: breaks}
"""


def test_hooks_hear_how_each_run_ended(argo: Cluster, catalog: Path) -> None:
    outcome = outcome_of(catalog, ENDS)
    done = ran(argo, outcome)
    assert said(done) == {
        "good-tell": "0.95 of good succeeded",
        "bad-tell-2": "<> failed",
        "bad-tell-3": "None failed",
        "after-bad-tell": "None upstream_failed",
        "after-bad-tell-3": "None upstream_failed",
        "unwanted-tell": "None skipped",
        "unwanted-tell-2": "None skipped",
        "ends-tell": "whole failed",
    }
    accuracy = Script(outputs={"accuracy": 0.95})
    scripts = {"good": accuracy, "bad": FAILS, "good-breaks": FAILS, "ends-breaks": FAILS}
    assert differences(done, outcome, scripts) == {}


def test_a_hook_that_fails_fails_nothing(argo: Cluster, catalog: Path) -> None:
    text = """
        name: alone
        hooks: [{hubRef: breaks}, {hubRef: tell, trigger: succeeded}]
        container: {image: any, command: ["true"]}
        """
    outcome = outcome_of(catalog, text)
    done = ran(argo, outcome)
    assert list(said(done)) == ["alone-tell"]
    assert differences(done, outcome, {"alone-breaks": FAILS}) == {}


def test_hooks_of_a_hook_hear_of_it_and_of_its_run(argo: Cluster, catalog: Path) -> None:
    outcome = outcome_of(
        catalog,
        """
        name: nested
        hooks:
          - {hubRef: outer, trigger: failed, params: {text: {value: "{{ globals.status }}"}}}
        container: {image: any, command: [sh, -c, "exit 3"]}
        """,
    )
    done = ran(argo, outcome)
    heard = said(done)
    assert heard == {"nested-outer-tell": "7 after failed succeeded"}
    assert done["status"]["phase"] == "Failed"
    assert "nested-outer-breaks" not in {
        path.rpartition(".")[2]
        for path, node in engine.nodes(done).items()
        if node["type"] == "Pod"
    }


SLOW = """
name: slow
run:
  kind: dag
  operations:
    - name: first
      hooks: [{hubRef: late, params: {x: {value: "{{ inputs.x }}"}}}]
      params: {x: 0.5}
      component:
        inputs: [{name: x, type: float}]
        run: {kind: job, container: {image: any, command: ["true"]}}
    - {name: second, dependencies: [first], container: {image: any, command: ["true"]}}
"""
LATE = """
kind: component
inputs: [{name: x, type: float}]
outputs: [{name: said, type: str}]
run:
  kind: job
  container:
    image: any
    command: [sh, -c, 'sleep 2; printf %s "$0" > "$PXC_OUTPUTS_DIR/said"']
    args: ["{{ name }} {{ kind }} {{ runtime }} {{ uuid }} {{ x }}"]
"""


def test_who_waits_for_a_run_waits_for_its_hooks(
    argo: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A hook is told of its run what it asks for, and ends before anything else starts."""
    late = hub(tmp_path_factory.mktemp("late"), {"late/latest": LATE})
    done = ran(argo, outcome_of(late, SLOW))
    uid = done["metadata"]["uid"]
    assert list(said(done).values()) == [f"first job job {uid}-first 0.5"]
    nodes = engine.nodes(done)
    [hook] = [node for path, node in nodes.items() if path.endswith("first-late")]
    assert hook["finishedAt"] <= nodes["second"]["startedAt"]
