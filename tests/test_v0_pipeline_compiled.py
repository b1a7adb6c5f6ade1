"""Pipelines of version 0 as a whole: templates, mistakes, and what they are compiled to."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.ir.node import plain
from pxc.options import HubOptions, Options, RegistryOptions
from tests.command_line import run, write
from tests.conftest import ROOT
from tests.test_golden import GOLDEN
from tests.test_v0_pipeline import OPS, TEMPLATES, linted, lost, migrated

GROUPED = """version: 1
kind: pipeline
ops:
  - {name: s, template: {name: search}}
  - {name: few, template: {name: search}, concurrency: 1}
templates:
  - kind: group
    name: search
    hptuning: {concurrency: 2, matrix: {lr: {values: [1, 2]}}}
    build: {image: "train:1"}
    run: {cmd: "train {{ lr }}"}
  - {kind: notebook, name: look, build: {image: "a:1"}}
"""


def test_a_group_is_a_matrix_whose_concurrency_an_operation_may_change() -> None:
    _, found, report = migrated(GROUPED)
    run = plain(found)["run"]
    matrix = {
        "kind": "grid",
        "concurrency": 2,
        "params": {"lr": {"kind": "choice", "value": [1, 2]}},
    }
    searches, few = run["operations"]
    assert (searches["dagRef"], searches["matrix"]) == ("search", matrix)
    assert few["matrix"] == matrix | {"concurrency": 1}
    search, look = run["components"]
    assert "matrix" not in search
    assert search["inputs"] == [{"name": "lr", "type": "int"}]
    assert (look["name"], look["run"]["kind"]) == ("look", "service")
    assert not report.has_errors


def test_what_a_template_gives_itself_its_operations_give() -> None:
    """A component has no params; what an operation gives is read instead."""
    text = """version: 1
kind: pipeline
ops:
  - {name: a, template: {name: t}}
  - {name: b, template: {name: t}, params: {x: 5}}
templates:
  - kind: job
    name: t
    inputs: [{name: x, type: int}, {name: y, type: int}]
    params: {x: 1, y: 2}
    build: {image: "a:1"}
    run: {cmd: "a {{ x }} {{ y }}"}
  - kind: group
    name: unused
    hptuning: {matrix: {lr: {values: [1, 2]}}}
    build: {image: "a:1"}
    run: {cmd: "a {{ lr }}"}
"""
    _, found, _ = migrated(text)
    run = plain(found)["run"]
    assert [operation["params"] for operation in run["operations"]] == [
        {"x": 1, "y": 2},
        {"x": 5, "y": 2},
    ]
    used, unused = run["components"]
    assert {"params", "component"} & used.keys() == set()
    assert unused["matrix"]["kind"] == "grid"
    assert lost(text) == []
    assert not linted(text).report.has_errors


TYPED = {
    # params of a template, those of an operation, and the type of the input that it has then
    ("{x: 1}", "{x: 2}"): "int",
    ("{x: 1}", "{x: 0.5}"): "float",
    ("{x: 0.5}", "{x: 2}"): "float",
    ("{x: 1}", "{x: text}"): None,
    ("{x: text}", "{y: 1}"): "str",
    ("{x: 1}", "{x: '{{ ops.from.outputs.loss }}'}"): "float",
    ("{x: text}", "{x: '{{ ops.from.outputs.loss }}'}"): None,
    ("{x: text}", "{x: '{{ ops.from.outputs.other }}'}"): "str",
}


@pytest.mark.parametrize(("own", "given"), TYPED)
def test_where_nothing_was_declared_any_value_fits(own: str, given: str) -> None:
    text = f"""version: 1
kind: pipeline
ops:
  - {{name: from, template: {{name: from}}}}
  - {{name: a, template: {{name: t}}, params: {given}}}
templates:
  - {{kind: job, name: t, params: {own}, build: {{image: "a:1"}}, run: {{cmd: "a {{{{ x }}}}"}}}}
  - {{kind: job, name: from, outputs: [{{name: loss, type: metric}}], build: {{image: "a:1"}}, run: {{cmd: b}}}}
"""
    _, found, _ = migrated(text)
    [declared] = plain(found)["run"]["components"][0]["inputs"]
    assert declared.get("type") == TYPED[own, given]
    errors = [d.code.id for d in linted(text).report if d.code.severity is Severity.ERROR]
    assert errors == (["PXC446"] if "other" in given else [])  # which version 0 refused, too


def compiled(text: str, root: Path, **options: Any) -> Outcome:
    files = (SourceText("f.yaml", text.encode()),)
    given: dict[str, Any] = {k: options.pop(k) for k in ("catalog",) if k in options}
    request = Request(files=files, target="argo", root=root, options=Options(**options), **given)
    with contextlib.chdir(root):
        return compile_request(request)


ACTION = """version: 1
kind: job
inputs: [{name: lr, type: float}]
build: {image: "act:1"}
run: {cmd: "act {{ lr }}"}
"""
CALLS = "version: 1\nkind: pipeline\nname: p\nops: [{name: a, template: {%s}, params: {lr: 0.5}}]\n"


@pytest.mark.parametrize(
    "template", ["action: acme/act", "event: acme/act", "action: 'lab//act'", "path: act.yaml"]
)
def test_an_action_is_a_component_of_a_registry(template: str, tmp_path: Path) -> None:
    """It may itself be a file of version 0, as one beside the pipeline may be."""
    names = ("hub/acme/act/latest.yaml", "hub/act/latest.yaml", "act.yaml")
    write(tmp_path, dict.fromkeys(names, ACTION))
    lab = RegistryOptions(name="lab", kind="dir", url="hub", orgs=("acme",))
    outcome = compiled(CALLS % template, tmp_path, hub=HubOptions(registries=(lab,)))
    assert outcome.files, [d.message for d in outcome.report]
    assert "act 0.5" in outcome.files[0].text


def test_a_pipeline_is_an_operation_of_another(tmp_path: Path) -> None:
    write(tmp_path, {"inner.yaml": f"version: 1\nkind: pipeline\nconcurrency: 1\n{OPS}{TEMPLATES}"})
    text = "version: 1\nkind: pipeline\nname: p\nops: [{name: all, template: {path: inner.yaml}}]\n"
    outcome = compiled(text, tmp_path)
    assert outcome.plan is not None
    assert outcome.plan.group is not None
    assert [unit.name for unit in outcome.plan.group.units()] == ["a"]


MISTAKES = {
    # what the dag of the pipeline tells, at the place in the old file
    "dependencies: [lod]": "PXC421 lod",
    "dependencies: [it]": "PXC420 it",
    "params: {rows: '{{ ops.lod.outputs.rows }}'}": "PXC421 ops.lod.outputs.rows",
    "conditions: {kind: status, op: lod, trigger: done}": "PXC421 lod",
    "params: {row: 1}": "PXC205 row",
    "params: {rows: many}": "PXC206 many",
    "trigger: all_well": "PXC116 all_well",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_where_it_stands(text: str) -> None:
    ops = f"ops:\n  - {{name: load, template: {{name: load}}}}\n  - {{name: it, template: {{name: train}}, {text}}}"
    found = linted(f"version: 1\nkind: pipeline\nname: p\n{ops}{TEMPLATES}").report
    told = [f"{d.code.id} {d.span.text}" for d in found if d.code.id[3] in "124"]
    assert told == [MISTAKES[text]]


@pytest.mark.parametrize(
    "text",
    [f"nme: p\n{OPS}{TEMPLATES}", f"concurency: 2\n{OPS}{TEMPLATES}", f"{OPS}tempates: []\n"],
)
def test_a_misspelled_field_is_told_once_and_read(text: str) -> None:
    found = linted(f"version: 1\nkind: pipeline\n{text}").report
    told = [d.code.id for d in found if d.code.severity is Severity.ERROR]
    assert sorted(told) == ["PXC102"] + (["PXC428"] if "tempates" in text else [])


CORPUS = {
    "cyclic-pipeline": ["PXC420"],
    "docs-references-polyflow": ["PXC213"],  # no hub has the action
    "pipeline-with-no-ops": ["PXC104"],
    "pipeline-with-no-templates": ["PXC428"] * 4,
    "simple-parallel-pipeline": [],
    "simple-sequential-pipeline": [],
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_real_pipeline(name: str, shared: Path) -> None:
    """Its mistakes are told, its fields carried or told, and what has none is compiled."""
    [path] = (shared / "corpus" / "v0").glob(f"pipeline__*{name}__*.yaml")
    text = path.read_text("utf-8")
    assert lost(text) == []
    outcome = compiled(text, ROOT)
    errors = [d.code.id for d in outcome.report if d.code.severity is Severity.ERROR]
    assert errors == CORPUS[name]
    assert bool(outcome.files) is not bool(errors)


def test_the_example_of_the_documentation_tells_its_mistakes(shared: Path) -> None:
    """It gives a param that its template does not have; all else is told, and is carried."""
    [path] = (shared / "corpus" / "v0").glob("pipeline__docs-references-polyflow__*.yaml")
    text = path.read_text("utf-8")
    catalog = GOLDEN / "v0-pipeline" / "catalog"
    found = compiled(text, ROOT, catalog=(catalog,))
    own = [d for d in found.report if d.span.source.name == "f.yaml"]
    assert not found.files
    assert [f"{d.code.id} {d.span.line} {d.span.text}" for d in own] == [
        "PXC901 3 pipeline",
        "PXC204 14 job1",
        "PXC205 17 bucket",
        "PXC942 30 'dockerfile'",
        "PXC943 34 s3-secret",
    ]
    mended = compiled(text.replace("bucket: s3", "input-bucket: s3"), ROOT, catalog=(catalog,))
    assert [d.message for d in mended.report if d.code.severity is Severity.ERROR] == []
    [written] = yaml.safe_load_all(mended.files[0].text)
    assert written["kind"] == "CronWorkflow"
    assert written["spec"]["schedules"] == ["@every 120s"]
    assert written["spec"]["concurrencyPolicy"] == "Forbid"


PIPELINES = sorted(GOLDEN.glob("v0-pipeline*/polyaxonfile.yaml"))


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.parent.name)
def test_a_migrated_pipeline_says_the_same_and_nothing_is_told_of_it(
    path: Path, tmp_path: Path
) -> None:
    """`pxc migrate` twice is once, and both files have one plan but for places."""
    catalog = path.parent / "catalog"
    given = ("--catalog", str(catalog)) if catalog.exists() else ()
    copy = tmp_path / "polyaxonfile.yaml"
    copy.write_bytes(path.read_bytes())
    before = run("compile", str(copy), "--target", "argo", *given)
    assert run("migrate", "--write", str(copy)).code == 0
    once = copy.read_bytes()
    after = run("compile", str(copy), "--target", "argo", *given)
    assert (before.code, after.code) == (0, 0)
    assert before.out == after.out
    about = run("lint", str(copy), "--format", "concise", *given)
    assert [line for line in about.out.splitlines() if "polyaxonfile.yaml:" in line] == []
    run("migrate", "--write", str(copy))
    assert copy.read_bytes() == once


def test_a_picture_of_a_pipeline(tmp_path: Path) -> None:
    case = GOLDEN / "v0-pipeline"
    line = ("graph", str(case / "polyaxonfile.yaml"), "--catalog", str(case / "catalog"))
    drawn = run(*line, "--format", "mermaid")
    assert drawn.code == 0, drawn.err
    assert "process" in drawn.out
    assert "train" in drawn.out
