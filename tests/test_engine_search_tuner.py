"""Searches whose runs a tuner of the author's own proposes, on a real Argo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.hub import hub
from tests.search_interpreter import Params, proposed
from tests.test_engine_search import compiled_and_ran, made, tuner
from tests.test_engine_search_kinds import records

__all__ = ["tuner"]

SCRIPT = """\
import json, os, sys

asked = dict(arg.removeprefix("--").split("=", 1) for arg in sys.argv[1:])
matrix, iteration, configs, metrics, step, rate = map(
    asked.__getitem__, ("matrix", "iteration", "configs", "metrics", "step", "rate"))
spaces = {name: space["value"] for name, space in json.loads(matrix)["params"].items()}
tried = [(value if isinstance(value, float) else value["loss"], at, config)
         for at, (value, config) in enumerate(zip(json.loads(metrics), json.loads(configs)))]
best = min(tried)[2] if tried else {name: values[0] for name, values in spaces.items()}
axis = sorted(spaces)[int(iteration) % len(spaces)]
values = spaces[axis]
at = values.index(best[axis])
near = [at] if not tried else [at - int(step), at + int(step)]
found = [{**best, axis: values[i]} for i in near if 0 <= i < len(values)]
assert rate == "0.5$(HOME)", rate
with open(os.path.join(os.environ["PXC_OUTPUTS_DIR"], "suggestions"), "w") as file:
    json.dump(found, file)
"""
"""Steps along one name after another, from the best of all runs so far."""


def steps(iteration: int, tried: list[tuple[Params, float]]) -> list[Params]:
    """What the script answers."""
    spaces: dict[str, list[Any]] = {"lr": [0.1, 0.2, 0.3, 0.4], "units": ["a", "b", "c'\"{$"]}
    if not tried:
        return [{name: values[0] for name, values in spaces.items()}]
    best = min(tried, key=lambda pair: pair[1])[0]
    axis = sorted(spaces)[iteration % 2]
    values = spaces[axis]
    at = values.index(best[axis])
    return [{**best, axis: values[i]} for i in (at - 1, at + 1) if 0 <= i < len(values)]


COMPONENTS = {
    "acme/step/v1": f"""
        kind: component
        inputs:
        - {{name: matrix, type: dict}}
        - {{name: iteration, type: int}}
        - {{name: configs, type: dict, isList: true}}
        - {{name: metrics, type: float, isList: true}}
        - {{name: step, type: int}}
        - {{name: rate, type: str}}
        outputs: [{{name: suggestions, type: dict, isList: true}}]
        run:
          kind: tuner
          container:
            image: any
            command: [python3, -c, {json.dumps(SCRIPT)}]
            args: ["{{{{ params.matrix.as_arg }}}}", "{{{{ params.iteration.as_arg }}}}", "{{{{ params.configs.as_arg }}}}", "{{{{ params.metrics.as_arg }}}}", "{{{{ params.step.as_arg }}}}", "--rate={{{{ rate }}}}"]
        """,
    "says/v1": """
        kind: component
        inputs: [{name: text, type: str}]
        outputs: [{name: suggestions, type: dict, isList: true}]
        run: {kind: job, container: {image: any, command: [sh, -c, 'printf %s "$0" > "$PXC_OUTPUTS_DIR/suggestions"', "{{ text }}"]}}
        """,
}
SPACES = 'lr: {kind: choice, value: [0.1, 0.2, 0.3, 0.4]}, units: {kind: choice, value: [a, b, "c\'\\"{$"]}'
PREP = """\
version: 1.1
kind: component
name: own
run:
  kind: dag
  operations:
  - name: prep
    component:
      outputs: [{name: rate, type: str}]
      run: {kind: job, container: {image: any, command: [sh, -c, 'printf %s "$0" > "$PXC_OUTPUTS_DIR/rate"', '0.5$$(HOME)']}}
"""
TUNE = """\
  - name: %s
    dependencies: [prep]
    matrix: {%s, params: {%s}, tuner: {hubRef: %s, params: {%s}}}
    component:
      inputs: [{name: lr, type: float}, {name: units, type: str}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: any, command: [python3, -c, 'import os, sys; open(os.environ["PXC_OUTPUTS_DIR"] + "/loss", "w").write(str(abs(float(sys.argv[1]) - 0.3) + 1.0 * ("b" != sys.argv[2])))', "{{ lr }}", "{{ units }}"]}}
"""
STEP = "step: {value: '{{ 2 - 1 }}'}, rate: {ref: ops.prep, value: outputs.rate}"
LEAST = "metric: {name: loss, optimization: minimize}"
KINDS = {
    "plain": "kind: iterative, maxIterations: 2",
    "good": f"kind: bayes, {LEAST}, numInitialRuns: 1, maxIterations: 9, concurrency: 1, earlyStopping: [{{kind: metric_early_stopping, metric: loss, value: 1.1, optimization: minimize}}]",
}
WRONG = {"empty": "", "odd": '[{"lr": 0.1, "units": "z"}]'}


def loss(params: Params) -> float:
    return abs(params["lr"] - 0.3) + (params["units"] != "b")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)


def dag_of() -> str:
    found = [TUNE % (name, matrix, SPACES, "acme/step:v1", STEP) for name, matrix in KINDS.items()]
    for name, said in WRONG.items():
        text = json.dumps(f"text: {{value: {json.dumps(said)}}}")
        matrix = "kind: iterative, maxIterations: 2"
        found.append(TUNE % (name, matrix, SPACES, "says:v1", json.loads(text)))
    return PREP + "".join(found)


def messages(done: Object, name: str) -> list[str]:
    nodes = engine.nodes(done)
    return [node.get("message", "") for path, node in nodes.items() if path.startswith(f"{name}.")]


def test_a_tuner_of_its_own(argo: Cluster, tuner: None, catalog: Path) -> None:
    """Each round is what the tuner says; a wrong answer fails the search before any run."""
    done = compiled_and_ran(argo, dag_of(), catalog=(catalog,))
    phases = engine.phases(done)
    ends = {"plain": 2, "good": 10}
    assert {name: phases[name] for name in (*KINDS, *WRONG)} == {
        **dict.fromkeys(KINDS, "Succeeded"), **dict.fromkeys(WRONG, "Failed")
    }, messages(done, "plain")  # fmt: skip
    for name, most in ends.items():
        good = 1.1 if name == "good" else None
        assert made(records(done, name)) == proposed(steps, loss, most, good), name
    for name in WRONG:
        assert not [
            path for path in phases if path.startswith(f"{name}.") and path.endswith(").run")
        ]
