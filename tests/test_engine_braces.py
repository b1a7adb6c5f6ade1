"""No brace of an author's means anything to Argo: its own packages leave every text as written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.argo_values import compiled_for_argo
from tests.engines.controller_passes import pods_of
from tests.engines.environment import Object, expand
from tests.engines.expressions import RELEASES, Substitution, substitution
from tests.engines.place import missing
from tests.hub import hub
from tests.reading import found


@pytest.fixture(scope="module", params=RELEASES)
def argo(request: pytest.FixtureRequest) -> Iterator[Substitution]:
    if missing(RELEASES[request.param]):
        pytest.skip(f"NO ARGO {request.param}: {RELEASES[request.param]}; run `make engines`")
    with substitution(request.param) as started:
        yield started


PIECES = (
    "{", "}", "{{", "}}", "{{{", "}}}", "=", " ", "a", "é", "'", '"', "\\", "$", "$(", ")", "$$",
    "inputs.parameters.run", "workflow.name", "item", "tasks.a", "pod.name", "{{workflow.name}}",
    "{{=1}}", "{{ inputs.parameters.run }}", "\n", "<", "%", "#", "- ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


def literal(text: str) -> str:
    """A template that gives a text, whatever is in it, as a scalar of YAML."""
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return json.dumps("{{ '" + quoted + "' ~ '' }}")


def compiled(text: str) -> tuple[Object, list[Object], list[str]]:
    """The workflow, the other objects, and the findings."""
    outcome = compiled_for_argo(text)
    objects = [each for file in outcome.files for each in yaml.safe_load_all(file.text)]
    return (objects[-1] if objects else {}), objects[:-1], found(outcome.report)


def seen(container: Object) -> tuple[list[str], dict[str, str]]:
    """The words and the variables of a container as its process gets them."""
    variables: dict[str, str] = {}
    for entry in container.get("env", ()):
        variables[entry["name"]] = expand(entry["value"], variables)
    words = [*container["command"], *container.get("args", ())]
    return [expand(word, variables) for word in words], variables


JOB = """
kind: component
name: job
run:
  kind: job
  init:
  - file: {{filename: f.txt, content: {0}}}
  container:
    image: i
    command: [run, {0}]
    args: [{1}, "x{{{{ '{{' }}}}{{{{ globals.uuid }}}}{{{{ '}}' }}}}"]
    env: [{{name: A, value: {1}}}]
"""


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS)
@example("$($$a{{b)", "$$($({{)$$)")
@example("$({{", "$({$({{)}})")
def test_a_job(argo: Substitution, first: str, second: str) -> None:
    workflow, _, findings = compiled(JOB.format(literal(first), literal(second)))
    assert workflow, findings
    [template] = pods_of(workflow, argo)
    words, variables = seen(template["container"])
    known = {key: value for key, value in variables.items() if key != "A"}
    assert variables["A"] == expand(second, known)
    texts = [expand(text, variables) for text in (first, second) if text]  # empty ones are left out
    assert words == ["run", *texts, "x{u-1}"]


DAG = """
kind: component
name: pipe
run:
  kind: dag
  components:
  - name: says
    inputs: [{{name: t}}, {{name: u}}]
    run:
      kind: job
      container: {{image: i, command: [say, "{{{{ t }}}}"], env: [{{name: U, value: "-{{{{ u }}}}"}}]}}
  operations:
  - {{name: a, dagRef: says, params: {{t: {0}, u: {1}}}}}
  - {{name: b, dagRef: says, params: {{t: {1}, u: {0}}}}}
  - name: inner
    component:
      run:
        kind: dag
        components:
        - name: says
          inputs: [{{name: t}}, {{name: u}}]
          run:
            kind: job
            container: {{image: i, command: [say, "{{{{ t }}}}"], env: [{{name: U, value: "-{{{{ u }}}}"}}]}}
        operations:
        - {{name: c, dagRef: says, params: {{t: {0}, u: {0}}}}}
        - {{name: d, dagRef: says, params: {{t: {1}, u: {1}}}}}
"""


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS)
def test_arguments_of_tasks(argo: Substitution, first: str, second: str) -> None:
    workflow, _, findings = compiled(DAG.format(literal(first), literal(second)))
    assert workflow, findings
    pods = pods_of(workflow, argo)
    expected = [(first, second), (second, first), (first, first), (second, second)]
    assert_says(pods, expected)


def assert_says(pods: list[Object], expected: list[tuple[str, str]]) -> None:
    def told(word: str, value: str) -> tuple[list[str], str]:
        return ["say", *([expand(word, {})] if word else [])], expand(f"-{value}", {})

    found = [(words, variables["U"]) for words, variables in (seen(p["container"]) for p in pods)]
    assert sorted(found) == sorted(told(*each) for each in expected)


LOOP = """
kind: operation
name: sweep
matrix:
  kind: mapping
  values:
  - {{t: {0}, u: {1}}}
  - {{t: {1}, u: {0}}}
  - {{t: same, u: {0}}}
component:
  inputs: [{{name: t, type: str}}, {{name: u, type: str}}]
  run:
    kind: job
    container: {{image: i, command: [say, "{{{{ t }}}}"], env: [{{name: U, value: "-{{{{ u }}}}"}}]}}
"""


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS)
def test_items_of_loops(argo: Substitution, first: str, second: str) -> None:
    workflow, _, findings = compiled(LOOP.format(literal(first), literal(second)))
    assert workflow, findings
    assert_says(pods_of(workflow, argo), [(first, second), (second, first), ("same", first)])


SAYS = """
kind: component
inputs: [{name: t}, {name: u}]
run:
  kind: job
  container: {image: i, command: [say, "{{ t }}"], env: [{name: U, value: "-{{ u }}"}]}
"""
FOLLOWED = """
kind: operation
name: first
hooks:
- {{hubRef: says, trigger: succeeded, params: {{t: {{value: {0}}}, u: {{value: {1}}}}}}}
- {{hubRef: says, params: {{t: {{value: {1}}}, u: {{value: {0}}}}}}}
component: {{run: {{kind: job, container: {{image: i, command: [say], env: [{{name: U, value: "-"}}]}}}}}}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), {"says/latest": SAYS})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS)
def test_what_follows_a_run(argo: Substitution, catalog: Path, first: str, second: str) -> None:
    request = Request(
        files=(SourceText("f.yaml", FOLLOWED.format(literal(first), literal(second)).encode()),),
        target="argo",
        catalog=(catalog,),
        options=Options(runtime=Runtime(tracking=False)),
    )
    outcome = compile_request(request)
    assert outcome.files, found(outcome.report)
    *_, workflow = yaml.safe_load_all(outcome.files[0].text)
    assert_says(pods_of(workflow, argo), [("", ""), (first, second), (second, first)])


LABELLED = """
kind: component
name: job
run:
  kind: job
  environment: {{annotations: {{note: {0}}}, nodeSelector: {{x: {1}}}}}
  container: {{image: i, command: [run], workingDir: {0}}}
"""


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS)
def test_other_fields_are_left_alone_or_refused(
    argo: Substitution, first: str, second: str
) -> None:
    workflow, _, findings = compiled(LABELLED.format(literal(first), literal(second)))
    if not workflow:
        assert findings
        return
    [template] = pods_of(workflow, argo)
    assert template.get("metadata", {}).get("annotations", {}).get("note", "") == first
    assert template.get("nodeSelector", {}).get("x", "") == second
    assert template["container"].get("workingDir", "") == first


def test_files(argo: Substitution) -> None:
    """What lies in a ConfigMap is never read by Argo."""
    text = "{{workflow.name}} {{{ }} {{=1}} {{"
    workflow, others, findings = compiled(JOB.format(literal(text), literal("")))
    assert workflow, findings
    data: dict[str, Any] = next(o for o in others if o["kind"] == "ConfigMap")["data"]
    assert text in data.values()
