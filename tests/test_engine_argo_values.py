"""A real Argo hands values from one operation to another, computes with them, and asks them."""

from __future__ import annotations

import json

import yaml

from tests.argo_values import compiled_for_argo
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.reading import found

PIPELINE = """
kind: component
name: values
run:
  kind: dag
  operations:
  - name: train
    component:
      outputs: [{name: acc, type: float}, {name: n, type: int}, {name: ok, type: bool}, {name: tag}]
      run:
        kind: job
        container:
          image: any
          command: [sh, -c, 'cd "$PXC_OUTPUTS_DIR"; echo 0.5 > acc; echo 7 > n; echo true > ok; echo v1 > tag']
  - name: log
    component:
      outputs: [{name: config, type: dict}, {name: loss, type: float}]
      run:
        kind: job
        container:
          image: any
          command: [sh, -c, 'echo ''{"outputs": {"config": {"name": "a b", "k": 3}, "loss": 0.25}}'' > "$PXC_OUTPUTS_DIR/../run.plx.json"']
  - name: deploy
    params:
      acc: {ref: ops.train, value: outputs.acc}
      n: {ref: ops.train, value: outputs.n}
      ok: {ref: ops.train, value: outputs.ok}
      tag: {ref: ops.train, value: outputs.tag}
      loss: {ref: ops.log, value: outputs.loss}
      config: {ref: ops.log, value: outputs.config}
    conditions: "{{ acc > 0.4 and loss < 0.3 and ok and tag in ['v1', 'v2'] }}"
    component:
      inputs: [{name: acc}, {name: n}, {name: ok}, {name: tag}, {name: loss}, {name: config}]
      outputs: [{name: said}]
      run:
        kind: job
        container:
          image: any
          command: [sh, -c, 'printf "%s;" "$@" > "$PXC_OUTPUTS_DIR/said"', sh]
          args:
          - "{{ acc * 3 }}"
          - "{{ n // 2 }}-{{ n % 4 }}"
          - "{{ ok }}"
          - "{{ tag | upper }}"
          - "--loss={{ loss / 2 }}"
          - "{{ config.name }}"
          - "{{ config.k }}"
          - "{{ 'large' if n > 5 else 'small' }}"
          - "{{ '{{x}} {{{' }}"
  - name: skipped
    params: {acc: {ref: ops.train, value: outputs.acc}}
    conditions: "{{ acc > 0.9 }}"
    component:
      inputs: [{name: acc, type: float}]
      run: {kind: job, container: {image: any, command: ["false"]}}
  - name: inner
    params: {acc: {ref: ops.train, value: outputs.acc}}
    component:
      inputs: [{name: acc, type: float}]
      run:
        kind: dag
        operations:
        - name: leaf
          params: {a: {ref: dag, value: inputs.acc}}
          conditions: "{{ a != 1 }}"
          component:
            inputs: [{name: a, type: float}]
            outputs: [{name: said}]
            run:
              kind: job
              container:
                image: any
                command: [sh, -c, 'printf %s "$1" > "$PXC_OUTPUTS_DIR/said"', sh, "{{ a + 1 }}"]
"""


def ran(cluster: Cluster, text: str) -> Object:
    """The workflow of a file once it has ended."""
    outcome = compiled_for_argo(text)
    assert not outcome.report.has_errors, found(outcome.report)
    [file] = outcome.files
    objects = list(yaml.safe_load_all(file.text))
    cluster.apply(file.text)
    return engine.ended(cluster, objects[-1]["metadata"]["name"])


def test_values(argo: Cluster) -> None:
    nodes = engine.nodes(ran(argo, PIPELINE))
    phases = {path: node["phase"] for path, node in nodes.items()}
    assert phases.pop("skipped") == "Skipped"
    assert set(phases.values()) == {"Succeeded"}, phases
    said = engine.outputs(nodes["deploy"])["said"].split(";")
    assert said[:-1] == [
        "1.5", "3-3", "True", "V1", "--loss=0.125", "a b", "3", "large", "{{x}} {{{",
    ]  # fmt: skip
    assert engine.outputs(nodes["inner.leaf"])["said"] == "1.5"


def test_a_value_that_does_not_fit_fails(argo: Cluster) -> None:
    phases = engine.phases(ran(argo, PIPELINE.replace("echo 7 > n", "echo seven > n")))
    assert phases["train"] == "Succeeded"
    assert phases["deploy"] == "Error"


DOLLARS = (
    "$(H)", "$$(H)", "$$$(H)", "$", "$$", "(H)", "$(", "$(H", "a $(H) $$ b$", "$(PXC_RUN_UUID)",
    "$(H)$(H)", "\\$(H) '\"", "\n$(H)",
)  # fmt: skip
"""Texts that the kubelet would read as variables, and parts of such."""

FORMS = {
    "{{ %s }}": "{0}",
    "$(H)={{ %s }}": "home={0}",
    "a${{ %s }}": "a${0}",
    "$$${{ %s }}": "$${0}",
    "{{ %s }}(H)": "{0}(H)",
    "{{ %s ~ '-' }}$(H)": "{0}-home",
    "{{ %s if %s else '' }}{{ globals.uuid | length > 1 }}": "{0}True",
}
"""What an author writes around such a value, and what the program is given."""

KEPT = """
kind: component
name: dollars
run:
  kind: dag
  operations:
  - name: say
    component:
      outputs: %s
      run:
        kind: job
        container:
          image: any
          command: [python3, -c, 'import json, os, sys; [open(os.environ["PXC_OUTPUTS_DIR"] + f"/v{at}", "w").write(text) for at, text in enumerate(json.loads(sys.argv[1]))]']
          args: [%s]
  - name: take
    params: %s
    component:
      inputs: %s
      outputs: [{name: said, type: str}]
      run:
        kind: job
        init:
        - {file: {filename: note, content: "%s"}}
        container:
          image: any
          env: [{name: H, value: home}, {name: E, value: "%s"}]
          command: [python3, -c, 'import json, os, sys; note = open("/plx-context/artifacts/note").read(); open(os.environ["PXC_OUTPUTS_DIR"] + "/said", "w").write(json.dumps([sys.argv[1:], os.environ["E"], note]))']
          args: %s
"""


def dollars() -> tuple[str, list[str]]:
    """A dag in which an operation takes texts of another one, and what it is given."""
    names = [f"v{at}" for at in range(len(DOLLARS))]
    forms = [(name, form) for name in names for form in FORMS]
    text = KEPT % (
        json.dumps([{"name": name, "type": "str"} for name in names]),
        json.dumps(json.dumps(DOLLARS).replace("$", "$$")),
        json.dumps({name: {"ref": "ops.say", "value": f"outputs.{name}"} for name in names}),
        json.dumps([{"name": name, "type": "str"} for name in names]),
        "".join(f"{{{{ {name} }}}}" for name in names),
        "".join(f"{{{{ {name} }}}}" for name in names),
        json.dumps([form.replace("%s", name) for name, form in forms]),
    )
    values = dict(zip(names, DOLLARS, strict=True))
    return text, [FORMS[form].replace("{0}", values[name]) for name, form in forms]


def test_dollar_signs(argo: Cluster) -> None:
    """A value of the run arrives as it is, wherever the kubelet expands variables."""
    text, expected = dollars()
    nodes = engine.nodes(ran(argo, text))
    given, variable, note = json.loads(engine.outputs(nodes["take"])["said"])
    wrong = {e: g for e, g in zip(expected, given, strict=True) if e != g}
    assert wrong == {}
    assert variable == note == "".join(DOLLARS)
