"""What stands around a run on Argo: builds, approvals and caches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.hub import hub
from tests.kubernetes_oracle import judge

COMPONENTS = {
    "tell/latest": """
        kind: component
        inputs: [{name: text, type: str}]
        run: {kind: job, container: {image: "tell:1", command: [tell, "{{ text }}"]}}
        """,
    "kaniko/latest": """
        kind: component
        inputs: [{name: destination, type: image}, {name: context, type: str, value: .}]
        run: {kind: job, container: {image: "kaniko:1", command: [kaniko, "{{ destination }}"]}}
        """,
}
RUN = "run: {kind: job, container: {image: a, command: [b]}}"
HEAD = "version: 1.1\nkind: component\nname: x\n"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)


def compiled(catalog: Path, text: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The judged templates, those of the entry point first, and what was told."""
    request = Request(
        files=(SourceText("f.yaml", (HEAD + text).encode()),),
        target="argo",
        catalog=(catalog,),
        options=Options(runtime=Runtime(tracking=False)),
    )
    outcome = compile_request(request)
    told = [f"{d.code.id} {d.message}" for d in outcome.report]
    if not outcome.files:
        return [], told
    return judge(outcome.files[0].text)[-1]["spec"]["templates"], told


def first(templates: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {task["name"]: task for task in templates[0]["dag"]["tasks"]}


def test_an_approval_waits_before_the_task(catalog: Path) -> None:
    operations = [
        f"name: a, component: {{{RUN}}}",
        f"name: b, dependencies: [a], isApproved: false, component: {{{RUN}}}",
        f"name: c, dependencies: [b], conditions: 'no', isApproved: false, component: {{{RUN}}}",
    ]
    listed = "".join(f"    - {{{each}}}\n" for each in operations)
    templates, told = compiled(catalog, f"run:\n  kind: dag\n  operations:\n{listed}")
    assert told == []
    tasks = first(templates)
    assert tasks["b-approval"]["depends"] == "a.Succeeded"
    assert tasks["b"]["depends"] == "b-approval.Succeeded"
    assert tasks["c-approval"]["when"] == tasks["c"]["when"] == "false"
    assert tasks["c"]["depends"] == "c-approval.Succeeded || c-approval.Skipped"
    assert [t for t in templates if "suspend" in t] == [{"name": "approval", "suspend": {}}]


def test_a_run_alone_waits_for_its_approval(catalog: Path) -> None:
    templates, told = compiled(catalog, f"isApproved: false\n{RUN}\n")
    assert told == []
    assert list(first(templates)) == ["x-approval", "x"]


def test_a_build_comes_before(catalog: Path) -> None:
    text = "build: {hubRef: kaniko, params: {destination: {value: 'r.example/x:1'}}}\n"
    templates, told = compiled(catalog, text + RUN + "\n")
    assert told == []
    [build, task] = first(templates).values()
    assert task["depends"] == f"{build['name']}.Succeeded"


@pytest.mark.parametrize(
    ("cache", "age"),
    [("{ttl: 60}", "60s"), ("{disable: false}", "87600h"), ("{disable: true}", "")],
)
def test_a_cache_is_a_memory(catalog: Path, cache: str, age: str) -> None:
    templates, told = compiled(catalog, f"cache: {cache}\n{RUN}\n")
    assert told == []
    memory = templates[0].get("memoize")
    if not age:
        assert memory is None
        return
    assert memory["maxAge"] == age
    assert memory["cache"] == {"configMap": {"name": "x-cache"}}
    assert memory["key"].isalnum()


def test_a_cache_counts_what_comes_with_the_run(catalog: Path) -> None:
    taking = RUN.replace("[b]", "[b, '{{ z }}']")
    text = (
        "run:\n  kind: dag\n  operations:\n"
        f"    - {{name: a, component: {{outputs: [{{name: y, type: int}}], {RUN}}}}}\n"
        "    - name: b\n      cache: {ttl: 9}\n"
        "      params: {z: {ref: ops.a, value: outputs.y}}\n"
        f"      component: {{inputs: [{{name: z, type: int}}], {taking}}}\n"
    )
    templates, told = compiled(catalog, text)
    assert told == []
    [key] = [t["memoize"]["key"] for t in templates if "memoize" in t]
    assert key.endswith("-{{=sprig.sha256sum(inputs.parameters['z'])}}")
