"""The functions that other programs call: files, texts, data and builders, as the commands do it."""

from __future__ import annotations

import json
import linecache
from pathlib import Path
from typing import Any

import pytest
import yaml

import pxc
from pxc.author import AuthorFault
from tests.command_line import run
from tests.conftest import ROOT
from tests.test_catalog_ref import repository, write

__all__ = ["repository"]

JOB = """\
version: 1.1
kind: component
name: train  # a remark
inputs: [{name: lr, type: float, value: 0.1}]
run: {kind: job, container: {image: "python:3.12-slim", args: ["{{ lr }}"]}}
"""
DATA = yaml.safe_load(JOB)
BUILDER = """\
from pxc.author import *
from pxc.author import input

main = component(
    name="train",
    inputs=[input(name="lr", type="float", value=0.1)],
    run=job(container=container(image="python:3.12-slim", args=["{{ lr }}"])),
)
"""


def built(text: str, file: str = "cell.py") -> Any:
    """`main` of a program that is run as a cell of a notebook is."""
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    found: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, file, "exec"), found)
    return found["main"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "train.yaml", JOB)
    write(tmp_path / "train.json", json.dumps(DATA))
    write(tmp_path / "train.py", BUILDER)
    write(tmp_path / "pxc.yaml", "namespace: team\n")
    return tmp_path


WAYS: dict[str, Any] = {
    "YAML file": lambda: "train.yaml",
    "path": lambda: Path("train.yaml"),
    "JSON file": lambda: "train.json",
    "YAML": lambda: JOB,
    "JSON": lambda: json.dumps(DATA),
    "data": lambda: DATA,
    "builder": lambda: built(BUILDER),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_document_is_the_same_from_wherever(way: str, folder: Path) -> None:
    document = pxc.load(WAYS[way](), name="train")
    assert document.to_dict() == DATA
    assert yaml.safe_load(document.to_yaml()) == DATA
    assert json.loads(document.to_json()) == DATA
    assert list(document.to_dict()) == list(DATA)
    assert document.diagnostics == ()
    assert document.operation is not None
    assert document.operation.name is not None
    assert document.lint().ok
    outcome = document.compile(params={"lr": 0.5}).checked()
    assert outcome.ok
    assert "namespace: team" in outcome.text
    assert '- "0.5"' in outcome.text
    assert repr(document).startswith("<component of ")


@pytest.mark.parametrize("way", WAYS)
def test_a_document_is_compiled_for_any_target(way: str, folder: Path) -> None:
    given = WAYS[way]()
    document = pxc.load(given)
    assert document.lint().diagnostics == ()
    assert "kind: Workflow" in document.compile("argo", params={"lr": 0.5}).checked().text
    assert document.compile().text == pxc.load(given).compile().text


def test_a_python_file_is_executed_where_that_is_allowed(folder: Path) -> None:
    refused = pxc.load("train.py")
    assert [d.code.id for d in refused.diagnostics] == ["PXC035"]
    assert not refused.compile().ok
    assert not refused.lint().ok
    with pytest.raises(pxc.DiagnosticError, match="PXC035"):
        refused.to_yaml()
    document = pxc.load("train.py:main", allow_python=True)
    assert document.to_dict() == DATA
    assert pxc.compile_file("train.py", allow_python=True).ok
    assert [d.code.id for d in pxc.lint_file("train.py").diagnostics] == ["PXC044"]
    assert [d.code.id for d in pxc.lint_file("train.py:main").diagnostics] == ["PXC044"]
    assert pxc.load("train.py", allow_python=True).lint().diagnostics == ()


def test_faults_are_findings_with_places(folder: Path) -> None:
    outcome = pxc.load(built(BUILDER.replace('"{{ lr }}"', '"{{ lrr }}"'))).lint()
    (found,) = (d for d in outcome.diagnostics if d.code.id == "PXC318")
    assert (str(found.span), found.span.text) == ("cell.py:7:69", "lrr")
    assert "cell.py:7:69" in str(outcome)
    assert repr(outcome) == "<Outcome: 0 files, 2 warnings>"
    assert outcome.checked() is outcome
    failed = pxc.load(built(BUILDER.replace('"train"', '"tr ain"'))).compile()
    assert repr(failed) == "<Outcome: 0 files, 1 error>"
    with pytest.raises(pxc.DiagnosticError, match="PXC112") as raised:
        failed.checked()
    assert raised.value.diagnostics == failed.diagnostics
    assert '5 |     name="tr ain",' in str(raised.value)
    assert not pxc.load(DATA | {"run": {"kind": "jobb"}}).compile().files


def test_a_value_of_another_file_of_the_program_is_shown_there(folder: Path) -> None:
    part = built(BUILDER)
    part.run.container.tty = "much"
    linecache.cache["other.py"] = 30, None, ["main = wrapped(component=part)\n"], "other.py"
    found: dict[str, Any] = {"__name__": "x", "part": part}
    from pxc.author import operation

    found["wrapped"] = operation
    exec(compile("main = wrapped(component=part)\n", "other.py", "exec"), found)
    (fault,) = (d for d in pxc.load(found["main"]).lint().diagnostics if d.code.id == "PXC105")
    assert fault.span.source.name.endswith("test_api.py")
    assert fault.span.text == "part.run.container.tty"


def test_what_cannot_be_read_says_so(folder: Path) -> None:
    document = pxc.load("kind: [\n", name="mine")
    assert [str(d.span).partition(":")[0] for d in document.diagnostics] == ["mine"]
    assert document.operation is None
    for method in (document.to_dict, document.to_yaml, document.to_json):
        with pytest.raises(pxc.DiagnosticError):
            method()
    with pytest.raises(FileNotFoundError):
        pxc.load("none.yaml")
    with pytest.raises(AuthorFault, match="PXC032"):
        pxc.load({"tags": {1}})


def test_places_of_data_are_in_its_yaml(folder: Path) -> None:
    (found,) = pxc.load({**DATA, "nmae": "x", "name": "y"}).lint().diagnostics
    assert found.span.source.name == "<dict>"
    assert found.span.text == "nmae"


def test_settings_of_the_workspace_hold(folder: Path) -> None:
    write(folder / "a.yaml", JOB.replace("python:3.12-slim", "python:latest"))
    assert [d.code.id for d in pxc.lint_file("a.yaml").diagnostics] == ["PXC504"]
    write(folder / "pxc.yaml", "lint: {ignore: [PXC504]}\n")
    assert pxc.lint_file("a.yaml").diagnostics == ()
    write(folder / "pxc.yaml", "lint: {severity: {PXC504: error}}\n")
    assert not pxc.lint_file("a.yaml").ok
    write(folder / "pxc.yaml", "lint: {ignroe: [PXC504]}\n")
    with pytest.raises(ValueError, match="ignroe"):
        pxc.lint_file("a.yaml")


def test_what_a_baseline_knows_is_not_told(folder: Path) -> None:
    write(folder / "a.yaml", JOB.replace("python:3.12-slim", "python:latest"))
    write(folder / "pxc.yaml", "lint: {baseline: known.json}\n")
    with pytest.raises(ValueError, match=r"known\.json"):
        pxc.lint_file("a.yaml")
    assert run("lint", "a.yaml", "--write-baseline").code == 0
    assert pxc.lint_file("a.yaml").diagnostics == ()
    assert run("lint", "a.yaml").code == 0
    write(folder / "known.json", "[]")
    with pytest.raises(ValueError, match="version"):
        pxc.lint_file("a.yaml")


def test_rules_are_those_of_the_commit_that_the_workspace_names(repository: Path) -> None:
    write(repository / "pxc.yaml", "catalog: mine\nnamespace: taken\n")
    assert pxc.compile_file("jobs/new.yaml").ok
    write(repository / "pxc.yaml", "catalog: mine\nnamespace: taken\ntrust: {baseRef: base}\n")
    for path in ("jobs/new.yaml", repository / "jobs" / "new.yaml"):
        assert [d.code.id for d in pxc.compile_file(path).diagnostics] == ["PXC209"]
        assert [d.code.id for d in pxc.lint_file(path).diagnostics] == ["PXC209"]
    assert "namespace: trusted" in pxc.compile_file("jobs/old.yaml").text
    assert pxc.compile_file("jobs/old.yaml").text == run("compile", "jobs/old.yaml").out
    write(repository / "pxc.yaml", "trust: {baseRef: gone}\n")
    with pytest.raises(ValueError, match="the rules of `gone`: there is no commit"):
        pxc.compile_file("jobs/old.yaml")


def test_the_workspace_is_that_of_the_file_wherever_the_program_runs(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository / "pxc.yaml", "catalog: mine\ntrust: {baseRef: base}\n")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    outcome = pxc.compile_file(repository / "jobs" / "old.yaml").checked()
    assert "namespace: trusted" in outcome.text


def test_names_are_documented_and_typed() -> None:
    for name in pxc.__all__:
        assert getattr(pxc, name).__doc__ or name == "__version__"
    assert (Path(pxc.__file__).parent / "py.typed").is_file()
    assert set(pxc.__all__) <= set(dir(pxc))


CONVERSIONS = {
    "YAML": (("train.yaml",), json.dumps(DATA, indent=2) + "\n"),
    "JSON": (("train.json",), None),
    "Python": (("train.py", "--allow-python"), None),
    "Python to JSON": (
        ("train.py", "--allow-python", "--to", "json"),
        json.dumps(DATA, indent=2) + "\n",
    ),
}


@pytest.mark.parametrize("name", CONVERSIONS)
def test_files_are_converted(name: str, folder: Path) -> None:
    arguments, expected = CONVERSIONS[name]
    ended = run("convert", *arguments)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (expected or pxc.load(DATA).to_yaml())
    assert run("convert", *arguments, "-o", "out.txt").code == 0
    assert (folder / "out.txt").read_text("utf-8") == ended.out


def test_what_cannot_be_converted_is_told(folder: Path) -> None:
    write(folder / "a.yaml", "kind: [\n")
    write(folder / "b.yaml", "kind: component\ncost: .inf\n")
    ended = run("convert", "a.yaml", "-o", "out.json")
    assert (ended.code, ended.out, "PXC001" in ended.err) == (1, "", True)
    assert not (folder / "out.json").exists()
    ended = run("convert", "b.yaml")
    assert (ended.code, ended.out, "PXC032" in ended.err) == (1, "", True)
    assert run("convert", "train.py").err.startswith("error[PXC035]")
    assert run("convert", "none.yaml").code == 2
    assert run("convert", "-", stdin=JOB.encode()).out == json.dumps(DATA, indent=2) + "\n"


STEPS = """\
from pxc.author import *
from pxc.author import input

def step(name, out, image, **params):
    return operation(name=name, params=params, component=component(
        inputs=[input(name=each, type="float") for each in params],
        outputs=[output(name=out, type="float")],
        run=job(container=container(
            image=image, command=["python", name],
            resources=resource_requirements(requests={"cpu": 1, "memory": "1Gi"}))),
    ))

a = step("a", "x", "python:3.11-slim")
b = step("b", "y", "python:3.12-slim")
c = step("c", "z", "python:3.12-slim", p=a.outputs["x"], q=b.outputs["y"])
main = component(name="loop", run=dag(operations=[a, b, c]))
"""
"""Operations of one call, which have one place and little else in common."""

EXAMPLE = (ROOT / "examples" / "pipeline.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "target"), [(STEPS, "argo"), (STEPS, "airflow"), (EXAMPLE, "airflow")]
)
def test_a_pipeline_in_python_compiles_to_what_its_yaml_does(
    text: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "pipeline.py", text)
    assert run("convert", "pipeline.py", "--allow-python", "-o", "pipeline.yaml").code == 0
    assert run("lint", "pipeline.yaml").code == 0
    assert run("fmt", "--check", "pipeline.yaml").code == 0
    compiled = ("--target", target, "--name-policy", "pinned")
    python = run("compile", "pipeline.py", "--allow-python", *compiled)
    assert (python.code, "pipeline.py" in python.out) == (0, True)
    expected = run("compile", "pipeline.yaml", *compiled).out
    assert python.out.replace("pipeline.py", "pipeline.yaml") == expected


def test_a_component_that_operations_share_is_one_template(folder: Path) -> None:
    write(folder / "pipeline.py", EXAMPLE)
    ended = run("compile", "pipeline.py", "--allow-python", "--target", "argo")
    assert (ended.code, ended.out.count("- train.py")) == (0, 1)
    assert ended.out.count("template: train-0") == 3
