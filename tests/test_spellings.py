"""Every spelling of a section builds the IR that it should: a table for each family of sections."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pxc.diagnostics import Severity
from pxc.driver import Request, SourceText, lint_request
from tests.reading import describe

JOB = "run: {kind: job, container: {image: a}}\n"
LATER = "runs.8aac02e3a62a4f0aaa257c59da5eab80"


def ir(text: str, path: str) -> Any:
    """What stands at a path of the composed operation."""
    request = Request(
        files=(SourceText("file.yaml", text.encode()),), dump_after="compose_layers", verify=True
    )
    outcome = lint_request(request)
    assert [describe(d) for d in outcome.report if d.severity is Severity.ERROR] == []
    assert outcome.dump is not None
    tree = json.loads(outcome.dump)["composed"]
    for step in path.split("."):
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


def search(more: str, kind: str = "random, seed: 1, numRuns: 2") -> str:
    return (
        f"kind: operation\nmatrix: {{kind: {kind}, {more}}}\n"
        "component: {inputs: [{name: x, value: 1}], run: {kind: job, container: {image: a}}}\n"
    )


SPACES = [
    ("{kind: choice, value: [1, a, 0.5]}", [1, "a", 0.5]),
    ("{kind: choice, value: '{{ xs }}'}", {"template": [{"expression": "xs"}]}),
    ("{kind: pchoice, value: [[1, 0.1], [2, 0.9]]}", [[1, 0.1], [2, 0.9]]),
    ("{kind: range, value: [1, 9, 2]}", [1, 9, 2]),
    ("{kind: range, value: {start: 1, stop: 9, step: 2}}", {"start": 1, "stop": 9, "step": 2}),
    ("{kind: range, value: '1:9:2'}", [1, 9, 2]),
    ("{kind: range, value: 1:9:2}", [1, 9, 2]),
    ("{kind: linspace, value: '0.1:0.3:3'}", [0.1, 0.3, 3]),
    ("{kind: logspace, value: '0:3:4:10'}", [0, 3, 4, 10]),
    ("{kind: geomspace, value: [1, 8, 4]}", [1, 8, 4]),
    ("{kind: uniform, value: 0:1}", [0, 1]),
    ("{kind: quniform, value: {low: 0, high: 1, q: 0.1}}", {"low": 0, "high": 1, "q": 0.1}),
    ("{kind: loguniform, value: '-4:-1'}", [-4, -1]),
    ("{kind: qloguniform, value: [0, 1, 0.1]}", [0, 1, 0.1]),
    ("{kind: normal, value: {loc: 0, scale: 1}}", {"loc": 0, "scale": 1}),
    ("{kind: qnormal, value: [0, 1, 0.5]}", [0, 1, 0.5]),
    ("{kind: lognormal, value: '0:1'}", [0, 1]),
    ("{kind: qlognormal, value: '0:1:0.5'}", [0, 1, 0.5]),
    ("{kind: daterange, value: ['2020-01-01', '2020-02-01', 1]}", ["2020-01-01", "2020-02-01", 1]),
    (
        "{kind: datetimerange, value: {start: '2020-01-01', stop: '2020-02-01', step: 3600}}",
        {"start": "2020-01-01", "stop": "2020-02-01", "step": 3600},
    ),
]


@pytest.mark.parametrize(("space", "expected"), SPACES, ids=[s[0] for s in SPACES])
def test_spaces(space: str, expected: Any) -> None:
    assert ir(search(f"params: {{x: {space}}}"), "matrix.params.x.value") == expected


def test_the_fix_of_an_unquoted_range_is_its_quoted_form() -> None:
    text = search("params: {x: {kind: range, value: 1:10:2}}")
    source = SourceText("file.yaml", text.encode())
    found = [d for d in lint_request(Request(files=(source,))).report if d.code.id == "PXC006"]
    assert [d.span.text for d in found] == ["1:10:2"]
    assert found[0].fix is not None
    assert [new for _, new in found[0].fix.edits] == ['"1:10:2"']
    quoted = text.replace("1:10:2", '"1:10:2"')
    assert ir(quoted, "matrix.params.x.value") == ir(text, "matrix.params.x.value") == [1, 10, 2]


def test_text_of_another_kind_is_no_range() -> None:
    for text in ("params: {x: {kind: daterange, value: '2020-01-01:2020-02-01:1'}}",
                 "params: {x: {kind: range, value: '1:a:2'}}",
                 "params: {x: {kind: range, value: '1:9'}}"):  # fmt: skip
        report = lint_request(Request(files=(SourceText("f", search(text).encode()),))).report
        assert [d.code.id for d in report if d.severity is Severity.ERROR] == ["PXC401"], text


METRIC = "metric: {name: loss, optimization: minimize}"
SPACE = "params: {x: {kind: uniform, value: [0, 1]}}"
SECTIONS = [
    (search("values: [{x: 1}, {x: 2}]", "mapping"), "matrix.values", [{"x": 1}, {"x": 2}]),
    (search("values: '{{ rows }}'", "mapping"), "matrix.kind", "mapping"),
    (
        search(f"{SPACE}, seed: 1, maxIterations: 9, eta: 3, resource: {{name: n, type: int}}, {METRIC}",
               "hyperband"),
        "matrix.resource", {"is": "Resource", "name": "n", "type": "int"},
    ),
    (
        search(f"{SPACE}, seed: 1, maxIterations: 9, numInitialRuns: 3, {METRIC}, utilityFunction:"
               " {acquisitionFunction: ucb, kappa: 1.2, gaussianProcess: {kernel: matern, nu: 1.5}}",
               "bayes"),
        "matrix.utility_function.gaussian_process",
        {"is": "GaussianProcess", "kernel": "matern", "nu": 1.5},
    ),
    (
        search(f"{SPACE}, seed: 1, numRuns: 3, maxIterations: 9, {METRIC}, tuner: {{hubRef: 't:1',"
               " params: {p: {value: 1}}}", "tpe"),
        "matrix.tuner.params", {"p": {"is": "Param", "value": 1}},
    ),
    (search(f"{SPACE}, seed: 1, maxIterations: 9", "iterative"), "matrix.max_iterations", 9),
    (
        search(f"{SPACE}, earlyStopping: [{{kind: metric_early_stopping, metric: l, value: 0.5,"
               " optimization: maximize, policy: {kind: truncation, percent: 50,"
               " evaluationInterval: 2, includeSucceeded: true}}]"),
        "matrix.early_stopping.0.policy",
        {"is": "StopPolicy", "kind": "truncation", "percent": 50, "evaluation_interval": 2,
         "include_succeeded": True},
    ),
    (
        search(f"{SPACE}, earlyStopping: [{{kind: failure_early_stopping, percent: 30}}]"),
        "matrix.early_stopping.0",
        {"is": "EarlyStopping", "kind": "failure_early_stopping", "percent": 30},
    ),
    ("container: {image: a}\ncmd: ls\n", "run",
     {"is": "Job", "kind": "job",
      "container": {"image": "a", "command": ["/bin/sh", "-c"], "args": ["set -e\nls"]}}),
    ("container: {image: a}\ncmd: [ls, pwd]\n", "run.container.args", ["set -e\nls\npwd"]),
    ("container: {image: a}\nenv: {A: b}\n", "run.container.env", [{"name": "A", "value": "b"}]),
    ("container: {image: a}\nresources: {cpu: 500m..1, memory: 1Gi, gpu: 1}\n",
     "run.container.resources",
     {"requests": {"cpu": "500m", "memory": "1Gi", "nvidia.com/gpu": "1"},
      "limits": {"cpu": "1", "nvidia.com/gpu": "1"}}),
    ("ports: [80]\ncontainer: {image: a}\n", "run",
     {"is": "Service", "kind": "service", "ports": [80], "container": {"image": "a"}}),
    ("kind: operation\nrun: {container: {args: [x]}}\n"
     "component: {run: {kind: job, container: {image: a}}}\n", "run.container",
     {"image": "a", "args": ["x"]}),
    ("kind: operation\nenvironment: {nodeName: n}\n"
     "component: {run: {kind: tfjob, worker: {container: {image: a}}, ps: {container: {image: a}}}}\n",
     "run.roles.0.1.environment.node_name", "n"),
    ("mount: ['a:b', {from: c, to: d}, {path_from: e, path_to: f}, g]\n" + JOB, "mount",
     [{"is": "Mount", "path_from": "a", "path_to": "b"},
      {"is": "Mount", "path_from": "c", "path_to": "d"},
      {"is": "Mount", "path_from": "e", "path_to": "f"}, {"is": "Mount", "path_from": "g"}]),
    ("template: {enabled: true, description: d, fields: [a]}\n" + JOB, "template",
     {"is": "TemplateSection", "enabled": True, "description": "d", "fields": ["a"]}),
    (f"events: [{{ref: {LATER}, kinds: [run_status_done, alert_info]}}]\n" + JOB, "events.0",
     {"is": "Event", "ref": LATER, "kinds": ["run_status_done", "alert_info"]}),
    ("cache: {disable: 'yes', ttl: 5, io: [a], sections: [init]}\n" + JOB, "cache",
     {"is": "Cache", "disable": True, "ttl": 5, "io": ["a"], "sections": ["init"]}),
    ("hooks: [{hubRef: 'slack:1', trigger: failed, connection: c, conditions: '{{ x }}',"
     " disableDefaults: true, params: {p: {value: 1}}}]\ninputs: [{name: x, value: 1}]\n" + JOB,
     "hooks.0.trigger", "failed"),
    ("build: {hubRef: 'kaniko:1', connection: c, presets: 'a, b', patchStrategy: replace,"
     " runPatch: {init: [{dockerfile: {image: a}}]}}\n" + JOB, "build.presets", ["a", "b"]),
    ("tags: 'a, b'\n" + JOB, "tags", ["a", "b"]),
    ("run: {kind: job, init: [{paths: p}, {paths: [p, [q, r]]}], container: {image: a}}", "run.init",
     [{"is": "Init", "paths": ["p"]}, {"is": "Init", "paths": ["p", ["q", "r"]]}]),
    ("run: {kind: job, init: [{artifacts: {files: [a, [b, c]], dirs: [d]}, connection: c, path: /d}],"
     " container: {image: a}}", "run.init.0",
     {"is": "Init", "connection": "c", "path": "/d",
      "artifacts": {"is": "ArtifactsInit", "files": ["a", ["b", "c"]], "dirs": ["d"]}}),
    ("run: {kind: job, init: [{git: {url: u, revision: 1.10}}], container: {image: a}}",
     "run.init.0.git", {"is": "GitInit", "url": "u", "revision": "1.10"}),
    ("run: {kind: job, init: [{file: {filename: f, content: c, chmod: '+x'}}], container: {image: a}}",
     "run.init.0.file", {"is": "FileInit", "filename": "f", "content": "c", "chmod": "+x"}),
    ("run: {kind: job, init: [{model_ref: 'm:1'}], container: {image: a}}", "run.init.0.model_ref",
     "m:1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), SECTIONS, ids=[s[1] for s in SECTIONS])
def test_sections(text: str, path: str, expected: Any) -> None:
    assert ir(text, path) == expected


PARAMS = [
    ("1", {"is": "Param", "value": 1, "short": True}),
    ("{value: 2}", {"is": "Param", "value": 2}),
    ("{value: {value: 3}}", {"is": "Param", "value": {"value": 3}}),
    ("{a: 1}", {"is": "Param", "value": {"a": 1}, "short": True}),
    ("[1, 2]", {"is": "Param", "value": [1, 2], "short": True}),
    ("{}", {"is": "Param", "short": True}),
    ("null", None),
    (
        f"{{ref: {LATER}, value: outputs.loss}}",
        {"is": "Param", "ref": LATER, "value": "outputs.loss"},
    ),
    ("{value: 1, to_env: X}", {"is": "Param", "value": 1, "to_env": "X"}),
    ("{value: 1, contextOnly: true}", {"is": "Param", "value": 1, "context_only": True}),
]


@pytest.mark.parametrize(("param", "expected"), PARAMS, ids=[p[0] for p in PARAMS])
def test_params(param: str, expected: Any) -> None:
    text = f"kind: operation\nparams: {{x: {param}}}\ncomponent: {{{JOB.strip()}}}\n"
    assert ir(text, "params.x") == expected


# type, the predicate, a value that it lets through, one that it refuses
PREDICATES = [
    ("int", "gt: 1", "2", "1"),
    ("int", "ge: 1", "1", "0"),
    ("float", "lt: 1", "0.5", "1"),
    ("float", "le: 1", "1", "1.5"),
    ("int", "multipleOf: 4", "8", "6"),
    ("int", "minDigits: 2", "10", "9"),
    ("int", "maxDigits: 2", "99", "100"),
    ("float", "decimalPlaces: 2", "0.25", "0.125"),
    ("str", "regex: 'a.c'", "abc", "abcd"),
    ("str", "minLength: 2", "ab", "a"),
    ("str", "maxLength: 2", "ab", "abc"),
    ("str", "contains: b", "abc", "axc"),
    ("str", "contains: [a, b]", "abc", "axc"),
    ("str", "excludes: b", "axc", "abc"),
    ("'List[int]'", "contains: 3", "[3, 4]", "[4, 5]"),
    ("str", "options: [a, b]", "a", "c"),
    ("'List[int]'", "minItems: 2", "[1, 2]", "[1]"),
    ("'List[int]'", "maxItems: 2", "[1, 2]", "[1, 2, 3]"),
    ("dict", "keys: [a]", "{a: 1, b: 2}", "{b: 2}"),
    ("dict", "containsKeys: [a]", "{a: 1}", "{b: 2}"),
    ("dict", "excludesKeys: [a]", "{b: 2}", "{a: 1}"),
]


@pytest.mark.parametrize(
    ("type", "predicate", "right", "wrong"), PREDICATES, ids=[p[1] for p in PREDICATES]
)
def test_predicates(type: str, predicate: str, right: str, wrong: str) -> None:
    for value, codes in ((right, []), (wrong, ["PXC214"])):
        text = (
            f"inputs: [{{name: x, type: {type}, value: {value}, validation: {{{predicate}}},"
            " toEnv: X}]\n" + JOB
        )
        report = lint_request(Request(files=(SourceText("f", text.encode()),))).report
        assert [d.code.id for d in report if d.severity is Severity.ERROR] == codes, value
