"""The target argo: hooks of small files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.hub import hub
from tests.kubernetes_oracle import judge
from tests.no_hub import NO_HUB
from tests.reading import found
from tests.test_expand_hooks import dag

COMPONENTS = {
    "tell/latest": """
        kind: component
        inputs: [{name: text, type: str, isOptional: true}]
        run: {kind: job, container: {image: t, command: [tell], args: ["{{ text }}"]}}
        """,
    "outer/latest": """
        kind: component
        inputs: [{name: text, type: str, isOptional: true}]
        outputs: [{name: o, type: int}]
        hooks:
          - {hubRef: tell, trigger: failed, params: {text: {value: "{{ o }} {{ text }} {{ globals.uuid }}"}}}
          - {hubRef: tell, conditions: "{{ o > 1 }}"}
        run: {kind: job, container: {image: t, command: [outer]}}
        """,
    "endless/latest": """
        kind: component
        hooks: [{hubRef: again}]
        run: {kind: job, container: {image: t, command: [endless]}}
        """,
    "again/latest": """
        kind: component
        hooks: [{hubRef: endless}]
        run: {kind: job, container: {image: t, command: [again]}}
        """,
    "builds/latest": """
        kind: component
        inputs: [{name: destination, type: image}]
        run: {kind: job, container: {image: b, command: [build, "{{ destination }}"]}}
        """,
}
JOB = "container: {image: i, command: [c]}"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)


def compiled(catalog: Path, text: str) -> Outcome:
    return compile_request(
        Request(
            files=(SourceText("f.yaml", text.encode()),),
            target="argo",
            catalog=(catalog,),
            options=Options(project="p", runtime=Runtime(tracking=False), hub=NO_HUB),
        )
    )


def templates(catalog: Path, text: str) -> dict[str, dict[str, Any]]:
    """The templates of a judged workflow, by name."""
    outcome = compiled(catalog, text)
    assert outcome.files, found(outcome.report)
    spec = judge("".join(f.text for f in outcome.files))[-1]["spec"]
    return {each["name"]: each for each in spec["templates"]} | {"": {"is": spec["entrypoint"]}}


def tasks(made: dict[str, dict[str, Any]], name: str = "") -> dict[str, dict[str, Any]]:
    """The tasks of a template, of the entry point without a name."""
    return {t["name"]: t for t in made[name or made[""]["is"]]["dag"]["tasks"]}


def arguments(call: dict[str, Any]) -> dict[str, str]:
    return {p["name"]: p["value"] for p in call.get("arguments", {}).get("parameters", ())}


def test_a_run_alone_gets_its_hooks_in_a_dag_around_it(catalog: Path) -> None:
    made = templates(catalog, f"name: a\nhooks: [{{hubRef: tell, trigger: failed}}]\n{JOB}\n")
    call = tasks(made)["a"]["hooks"]["exit"]
    assert call["template"] == "a-hooks"
    assert arguments(call) == {
        "run-status": "{{=tasks['a'].status == 'Succeeded' ? 'succeeded' : 'failed'}}"
    }
    [hook] = made["a-hooks"]["dag"]["tasks"]
    assert hook["when"] == "{{=inputs.parameters['run-status'] == 'failed'}}"


ENDINGS = [
    ("", "trigger: failed", []),
    ("", "trigger: done", []),
    ("dependencies: [z]", "trigger: succeeded", []),
    ("dependencies: [z]", "trigger: upstream_failed", ["a-upstream-failed"]),
    ("dependencies: [z]", "trigger: done", ["a-upstream-failed"]),
    ("conditions: 'false'", "trigger: skipped", ["a-skipped"]),
    (
        "conditions: 'false', dependencies: [z]",
        "trigger: done",
        ["a-skipped", "a-upstream-failed"],
    ),
]


@pytest.mark.parametrize(("start", "trigger", "endings"), ENDINGS)
def test_tasks_that_end_where_one_never_ran(
    start: str, trigger: str, endings: list[str], catalog: Path
) -> None:
    text = dag(
        f"name: z, {JOB}",
        f"name: a, {JOB}, hooks: [{{hubRef: tell, {trigger}}}]{start and ', '}{start}",
    )
    made = tasks(templates(catalog, text))
    added = [n for n in made if n not in ("z", "a") and "verdict" not in n]
    assert added == endings
    assert any("verdict" in name for name in made) == ("a-upstream-failed" in endings)
    for name in endings:
        assert made[name]["hooks"]["exit"]["template"] == "a-hooks"
    assert ("hooks" in made["a"]) == (
        trigger not in ("trigger: skipped", "trigger: upstream_failed")
    )


def test_a_hook_has_values_of_its_run_and_of_others(catalog: Path) -> None:
    text = dag(
        f"name: z, component: {{outputs: [{{name: o, type: str}}], run: {{kind: job, {JOB}}}}}",
        "name: a, component: {outputs: [{name: o, type: float}], run: {kind: job, "
        + JOB
        + "}}, dependencies: [z], hooks: [{hubRef: tell, trigger: succeeded, conditions:"
        " '{{ o > 1 }}', params: {text: {value: '{{ globals.uuid }}={{ o }}'}}},"
        " {hubRef: tell, trigger: failed, params: {text: {ref: ops.z, value: outputs.o}}}]",
    )
    made = templates(catalog, text)
    given = arguments(tasks(made)["a"]["hooks"]["exit"])
    assert given["run-uuid"] == "{{workflow.uid}}-a"
    assert given["z-o"] == "{{tasks.z.outputs.parameters.o}}"
    assert given["run-o"].startswith("{{=tasks['a'].status == '' ? '' : (tasks['a']?.outputs")
    first, second = made["a-hooks"]["dag"]["tasks"]
    assert first["when"] == (
        "{{=inputs.parameters['run-status'] == 'succeeded'"
        " && (float(inputs.parameters['run-o']) > 1)}}"
    )
    assert "{{inputs.parameters.z-o}}" in arguments(second).values()


REFUSED = {
    "trigger: stopped": "hooks: [{hubRef: tell, trigger: stopped}]",
    "wait_time": "hooks: [{hubRef: tell, params: {text: {value: '{{ wait_time }}'}}}]",
    "duration": "hooks: [{hubRef: tell, params: {text: {value: '{{ duration }}'}}}]",
    "hub": "hooks: [{hubRef: nowhere}]",
    "build": "build: {hubRef: nowhere}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_argo_cannot_say_is_refused(name: str, catalog: Path) -> None:
    outcome = compiled(catalog, f"name: a\n{REFUSED[name]}\n{JOB}\n")
    errors = [d.code.id for d in outcome.report if d.code.id.startswith("PXC7")]
    assert errors == ["PXC703" if name in ("duration", "wait_time") else "PXC701"]
    assert not outcome.files


def test_a_hook_that_can_never_fire_is_left_out(catalog: Path) -> None:
    outcome = compiled(catalog, f"name: a\nhooks: [{{hubRef: tell, trigger: skipped}}]\n{JOB}\n")
    assert [d.code.id for d in outcome.report if d.code.id.startswith("PXC7")] == ["PXC702"]
    assert "hooks" not in outcome.files[0].text


def test_hooks_of_a_hook_follow_it(catalog: Path) -> None:
    """They have values of the hook, and by its params those of the run that it follows."""
    made = templates(
        catalog,
        f"name: a\nhooks: [{{hubRef: outer, params: {{text: {{value: '<{{{{ status }}}}>'}}}}}}]\n{JOB}\n",
    )
    [outer] = made["a-hooks"]["dag"]["tasks"]
    call = outer["hooks"]["exit"]
    assert call["template"] == "a-outer-hooks"
    assert arguments(call) == {
        "run-status": "{{=tasks['a-outer'].status == 'Succeeded' ? 'succeeded' : 'failed'}}",
        "run-run-status": "{{inputs.parameters.run-status}}",
        "run-o": "{{=tasks['a-outer'].status == '' ? '' :"
        " (tasks['a-outer']?.outputs?.parameters?.['o'] ?? '')}}",
        "run-uuid": "{{inputs.parameters.run}}-a-outer",
    }
    first, second = made["a-outer-hooks"]["dag"]["tasks"]
    assert first["when"] == "{{=inputs.parameters['run-status'] == 'failed'}}"
    assert second["when"] == "{{=int(inputs.parameters['run-o']) > 1}}"
    [said] = made[first["template"]]["container"]["args"]
    assert said == (
        "{{=replace(inputs.parameters['run-o'], '$', '$$')}} <{{inputs.parameters.run-run-status}}>"
        " {{inputs.parameters.run-uuid}}"
    )


def test_hooks_that_never_end_are_told(catalog: Path) -> None:
    outcome = compiled(catalog, f"name: a\nhooks: [{{hubRef: endless}}]\n{JOB}\n")
    told = [d.message for d in outcome.report if d.code.id == "PXC221"]
    assert told == ["the hooks follow each other without end: endless -> again -> endless"]
    assert not outcome.files


def test_hooks_of_hooks_have_a_bound(tmp_path: Path) -> None:
    """Each of ten components has ten hooks of the next: ten thousand million in all."""
    run = f"run: {{kind: job, {JOB}}}"
    chain = {
        f"c{n}/latest": f"kind: component\nhooks: [{', '.join([f'{{hubRef: c{n + 1}}}'] * 10)}]\n{run}\n"
        for n in range(10)
    }
    known = hub(tmp_path, chain | {"c10/latest": f"kind: component\n{run}\n"})
    outcome = compiled(known, f"name: a\nhooks: [{{hubRef: c0}}]\n{JOB}\n")
    assert [d.code.id for d in outcome.report if d.code.id == "PXC447"] == ["PXC447"]


HOOKS = (
    "{hubRef: tell, trigger: failed}",
    "{hubRef: tell, trigger: succeeded, params: {text: {value: '{{ status }}'}}}",
    "{hubRef: outer, conditions: '{{ o > 1 }}'}",
    "{hubRef: builds, params: {destination: {value: '{{ globals.uuid }}'}}}",
)


@settings(max_examples=24, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(HOOKS))
def test_hooks_have_no_order(catalog: Path, hooks: list[str]) -> None:
    """Whatever their order, the same runs follow under the same conditions."""
    head = "name: a\ncomponent: {outputs: [{name: o, type: int}], run: {kind: job, " + JOB + "}}\n"
    seen = set()
    for order in (HOOKS, hooks):
        made = templates(catalog, f"{head}hooks: [{', '.join(order)}]\n")
        calls = []
        for task in made["a-hooks"]["dag"]["tasks"]:
            container = json.dumps(made[task["template"]]["container"], sort_keys=True)
            inner = task.get("hooks", {}).get("exit", {}).get("template", "")
            assert "depends" not in task
            calls.append((task.get("when", ""), re.sub(r"-tell(-2)?", "", container), bool(inner)))
        seen.add(tuple(sorted(calls)))
    assert len(seen) == 1
