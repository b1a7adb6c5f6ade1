"""Searches whose runs a component of the author's own proposes: what it is asked, and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from pxc.tuner.cli import _run
from tests.hub import hub
from tests.kubernetes_oracle import judge
from tests.no_hub import NO_HUB
from tests.reading import found

OUT = "outputs: [{name: suggestions, type: dict, isList: true}]"
COMPONENTS = {
    "all/v1": f"""
        kind: component
        inputs:
        - {{name: matrix, type: dict}}
        - {{name: iteration, type: int}}
        - {{name: bracket_iteration, type: int, isOptional: true}}
        - {{name: configs, type: dict, isList: true}}
        - {{name: metrics, type: float, isList: true}}
        - {{name: more, type: str, isOptional: true}}
        {OUT}
        run: {{kind: job, container: {{image: t, command: [propose], args: ["{{{{ params.matrix.as_arg }}}}", "{{{{ iteration + 1 }}}}", "{{{{ configs }}}}", "{{{{ metrics | length }}}}", "{{{{ bracket_iteration }}}}", "{{{{ more }}}}"]}}}}
        """,
    "few/latest": f"""
        kind: component
        {OUT}
        run: {{kind: tuner, container: {{image: t, command: [propose, "{{{{ configs }}}}"]}}}}
        """,
    "mute/latest": """
        kind: component
        run: {kind: job, container: {image: t, command: [propose]}}
        """,
    "flow/latest": """
        kind: component
        run: {kind: dag, operations: [{name: a, container: {image: t, command: [propose]}}]}
        """,
    "strict/latest": f"""
        kind: component
        inputs: [{{name: must, type: int}}]
        {OUT}
        run: {{kind: job, container: {{image: t, command: [propose, "{{{{ must }}}}"]}}}}
        """,
}
OPERATION = """\
kind: operation
name: s
params: {n: {value: 5}}
matrix: {%s, params: {x: {kind: choice, value: [1, 2]}}, tuner: {hubRef: %s%s}}
component:
  inputs: [{name: x, type: int}, {name: n, type: int}, {name: epochs, type: int, value: 1}]
  outputs: [{name: loss, type: float}]
  run: {kind: job, container: {image: i, command: [c, "{{ x }}", "{{ n }}", "{{ epochs }}"]}}
"""
ITERATIVE = "kind: iterative, maxIterations: 2"
BAND = "kind: hyperband, maxIterations: 4, eta: 2, metric: {name: loss, optimization: minimize}, resource: {name: epochs, type: int}"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)


def compiled(catalog: Path, text: str, target: str = "argo") -> Outcome:
    options = Options(runtime=Runtime(tracking=False), hub=NO_HUB)
    files = (SourceText("f.yaml", text.encode()),)
    return compile_request(Request(files=files, target=target, catalog=(catalog,), options=options))


def templates(catalog: Path, matrix: str, ref: str, more: str = "") -> dict[str, dict[str, Any]]:
    """The templates of a judged workflow, by name, its schema's defaults not filled in."""
    outcome = compiled(catalog, OPERATION % (matrix, ref, more))
    assert outcome.files, found(outcome.report)
    spec = judge("".join(f.text for f in outcome.files))[-1]["spec"]
    return {each["name"]: each for each in spec["templates"]}


def given(task: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in task["arguments"]["parameters"]}


def test_what_a_tuner_is_given(catalog: Path) -> None:
    more = ", queue: q, params: {more: {value: '{{ n }} {{ globals.uuid }}'}}"
    made = templates(catalog, BAND, "all:v1", more)
    look, propose, take = made["s-ask"]["dag"]["tasks"]
    assert (look["template"], take["template"]) == ("s-ask-look", "s-ask-take")
    assert propose["when"] == "{{tasks.look.outputs.parameters.more}} == true"
    asked = given(propose)
    said = "tasks.look.outputs.parameters"
    assert asked["configs"] == f"{{{{{said}.configs}}}}"
    assert asked["bracket_iteration"] == f"{{{{{said}.bracket}}}}"
    assert asked["iteration"] == f"{{{{=string(int({said}.iteration) + 1)}}}}"
    assert asked["metrics"] == f"{{{{=string(len(fromJSON({said}.metrics)))}}}}"
    arguments = made["s-tuner"]["container"]["args"]
    matrix = json.loads(arguments[0].removeprefix("--matrix="))
    assert matrix == {
        "kind": "hyperband", "params": {"x": {"kind": "choice", "value": [1, 2]}},
        "maxIterations": 4, "eta": 2, "resource": {"name": "epochs", "type": "int"},
        "metric": {"name": "loss", "optimization": "minimize"},
    }  # fmt: skip
    assert arguments[-1] == "5 {{inputs.parameters.uuid}}"
    assert asked["uuid"] == "{{inputs.parameters.run}}"


def test_a_tuner_that_takes_little(catalog: Path) -> None:
    """What nobody declares is given by its name alone; `kind: tuner` is a job."""
    made = templates(catalog, ITERATIVE, "few")
    propose = made["s-ask"]["dag"]["tasks"][1]
    asked = {name: text for name, text in given(propose).items() if name != "run"}
    assert asked == {"configs": "{{tasks.look.outputs.parameters.configs}}"}
    outputs = [each["name"] for each in made["s-ask-look"]["outputs"]["parameters"]]
    assert outputs == ["state", "iteration", "configs", "more"]
    assert "--keep=loss" in made["s-ask-look"]["container"]["args"]


REFUSED = {
    "no output": (
        ITERATIVE, "mute", "", "PXC701 `matrix: {kind: iterative}` cannot be run: its tuner, `mute`,"
        " does not declare the output `suggestions`",
    ),
    "a dag": (ITERATIVE, "flow", "", "PXC701 `tuner` whose component is no job cannot be said in the argo target"),
    "resumed": (
        BAND + ", resume: true", "few", "", "PXC701 `matrix: {kind: hyperband}` cannot be run: `few`"
        " does not tell which run another one goes on from",
    ),
    "a value of each run": (
        ITERATIVE, "all:v1", ", params: {more: {value: '{{ x }}'}}", "PXC703 a tuner proposes the"
        " runs of the matrix, and each has a value of its own here",
    ),
    "a value that nobody gives": (ITERATIVE, "strict", "", "PXC204 the input `must` is required, but no param gives it"),
    "a component that nobody knows": (
        ITERATIVE, "other", "", "PXC701 `matrix: {kind: iterative}` cannot be run: the component of"
        " its tuner, `other`, is not known",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(catalog: Path, name: str) -> None:
    matrix, ref, more, said = REFUSED[name]
    outcome = compiled(catalog, OPERATION % (matrix, ref, more))
    assert not outcome.files
    assert [f"{d.code.id} {d.message}" for d in outcome.report if d.code.id < "PXC702"
            or d.code.id == "PXC703"] == [said]  # fmt: skip


def test_airflow_refuses(catalog: Path) -> None:
    outcome = compiled(catalog, OPERATION % (ITERATIVE, "few", ""), "airflow")
    assert not outcome.files
    assert [d.code.id for d in outcome.report] == ["PXC701"]


SEARCH: dict[str, Any] = {
    "version": 1, "kind": "iterative", "maxIterations": 2,
    "axes": [
        {"name": "a", "values": [1, True, [2, {"k": "v"}], "t"]},
        {"name": "b", "kind": "uniform", "numbers": [0, 1]},
        {"name": "c", "kind": "quniform", "numbers": [0, 9, 1], "whole": True},
    ],
}  # fmt: skip
ROW = {"a": 1, "b": 0.5, "c": 3}


def asked(
    folder: Path, search: dict[str, Any], state: str = "", results: Any = ()
) -> dict[str, Any]:
    """What `ask` writes, and its exit code."""
    names = ("state", "configs", "metrics", "iteration", "bracket", "more", "history")
    files = {name: folder / name for name in names}
    writes = [part for name, file in files.items() for part in (f"--write-{name}", str(file))]
    code = _run(["ask", "--search", json.dumps(search), "--state", state, "--run", "r",
                 "--results", json.dumps(list(results)), "--keep", "loss", *writes])  # fmt: skip
    texts = {name: file.read_text() for name, file in files.items()}
    return {
        "code": code,
        "state": texts.pop("state"),
        **{n: json.loads(t) for n, t in texts.items()},
    }


def taken(folder: Path, search: dict[str, Any], state: str, said: str) -> tuple[int, str, Any]:
    """What `take` writes, after its exit code."""
    files = folder / "state", folder / "items"
    code = _run(["take", "--search", json.dumps(search), "--state", state, "--suggestions", said,
                 "--write-state", str(files[0]), "--write-items", str(files[1])])  # fmt: skip
    return (
        (code, "", None)
        if code == 2
        else (code, files[0].read_text(), json.loads(files[1].read_text()))
    )


def test_rounds(tmp_path: Path) -> None:
    first = asked(tmp_path, SEARCH)
    assert (first["configs"], first["metrics"], first["iteration"], first["more"]) == (
        [],
        [],
        0,
        True,
    )
    rows = [ROW, {"a": [2.0, {"k": "v"}], "b": 0, "c": 4.0}]
    code, state, items = taken(tmp_path, SEARCH, first["state"], json.dumps(rows))
    assert code == 0
    assert [each["text"] for each in items] == [
        {"a": "1", "b": "0.5", "c": "3"}, {"a": '[2, {"k": "v"}]', "b": "0.0", "c": "4"},
    ]  # fmt: skip
    second = asked(tmp_path, SEARCH, state, [{"index": 0, "outputs": {"loss": "0.25", "o": 1}}])
    assert (second["configs"], second["metrics"]) == ([ROW], [{"loss": 0.25}])
    assert (second["iteration"], second["more"], second["code"]) == (1, True, 0)
    code, state, items = taken(tmp_path, SEARCH, second["state"], json.dumps([ROW]))
    assert [each["index"] for each in items] == [2]
    last = asked(tmp_path, SEARCH, state, [{"index": 2, "outputs": {"loss": 1}}])
    assert (last["more"], last["code"]) == (False, 1), "one run has failed"
    assert [r["status"] for r in last["history"]["records"]] == ["succeeded", "failed", "succeeded"]


def test_brackets_and_metrics(tmp_path: Path) -> None:
    """A rung at a time; with a metric only runs that told it are handed on."""
    search = {**SEARCH, "kind": "hyperband", "maxIterations": 4, "eta": 2, "metric": {"name": "loss"},
              "resource": {"name": "e", "type": "int"}}  # fmt: skip
    state, places = "", []
    while True:
        found = asked(tmp_path, search, state, [{"index": len(places) - 1, "outputs": {"loss": 2}}]
                      if places else ())  # fmt: skip
        if not found["more"]:
            break
        assert found["metrics"] == [2.0] * len(places)
        places.append((found["iteration"], found["bracket"]))
        _, state, [item] = taken(tmp_path, search, found["state"], json.dumps([{**ROW, "e": 2}]))
        assert item["text"]["e"] == "2"
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0)]
    assert found["code"] == 0


def test_nothing_more(tmp_path: Path) -> None:
    """A tuner that suggests nothing ends the search, but for the first time."""
    assert taken(tmp_path, SEARCH, "", "")[0] == 2
    _, state, _ = taken(tmp_path, SEARCH, "", json.dumps([ROW]))
    found = asked(tmp_path, SEARCH, state, [{"index": 0}])
    for said in ("", "[]", " "):
        assert taken(tmp_path, SEARCH, found["state"], said)[::2] == (0, [])


WRONG = {
    "nothing": "is not JSON",
    '{"a": 1}': "is no list",
    "[1]": "`1` is no map",
    '[{"a": 1, "b": 0.5}]': "has no value for `c`",
    '[{"a": 1, "b": 0.5, "c": 3, "d": 1}]': "has `d`, which the search does not have",
    '[{"a": 2, "b": 0.5, "c": 3}]': "`2` as `a` is no value of its space",
    '[{"a": "1", "b": 0.5, "c": 3}]': '`"1"` as `a` is no value of its space',
    '[{"a": 1, "b": "0.5", "c": 3}]': '`"0.5"` as `b` is no number',
    '[{"a": 1, "b": true, "c": 3}]': "`true` as `b` is no number",
    '[{"a": 1, "b": 0.5, "c": 3.5}]': "`3.5` as `c` is no whole number",
    "[" * 5000: "is not JSON",
    json.dumps([ROW] * 10_001): "10,001 runs are more than 10,000",
}


@pytest.mark.parametrize("said", WRONG, ids=lambda said: said[:40])
def test_wrong_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str) -> None:
    assert taken(tmp_path, SEARCH, "", said)[0] == 2
    assert WRONG[said] in capsys.readouterr().err
