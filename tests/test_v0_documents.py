"""Documents of version 0: what each kind and section comes to, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pxc.diagnostics import Report, Severity
from pxc.driver import lint_request
from pxc.grammar.v0 import is_v0
from pxc.grammar.v0.command import squeezed
from pxc.grammar.v0.inputs import inferred_type
from pxc.request import Request, SourceText
from tests.v0_reading import comes_to, read, tree_of

RUN = "build: {image: a:1}\nrun: {cmd: x}\n"
SHELL = ["/bin/bash", "-c"]
CONTAINER = {"image": "a:1", "command": SHELL, "args": ["x"]}
JOB = {"kind": "job", "container": CONTAINER}

EXPERIMENT: list[tuple[str, dict[str, Any]]] = [
    ("", {"run": JOB}),
    ("name: a\ndescription: b\ntags: [c]\n", {"name": "a", "description": "b", "tags": ["c"]}),
    ("framework: keras\n", {"tags": ["keras"]}),
    ("tags: [a]\nframework: keras\n", {"tags": ["a", "keras"]}),
    ("tags: a, keras\nframework: keras\n", {"tags": "a, keras"}),
    ("tags: a, b\nframework: keras\n", {"tags": ["a", "b", "keras"]}),
    ("logging: {level: WARN}\n", {"plugins": {"logLevel": "WARN"}}),
    ("backend: native\n", {"run": JOB}),
    ("params: {lr: 0.1}\n", {"inputs": [{"name": "lr", "type": "float", "value": 0.1}]}),
    ("declarations: {n: 1}\n", {"inputs": [{"name": "n", "type": "int", "value": 1}]}),
    ("params: {a: null}\n", {"inputs": [{"name": "a", "value": None}]}),
    ("environment: {max_restarts: 2}\n", {"termination": {"maxRetries": 2}}),
    (
        "inputs: [{name: a, type: gcs_path, default: gs://a, is_optional: true, options: [gs://a]}]\n",
        {"inputs": [{"name": "a", "type": "gcs", "value": "gs://a", "isOptional": True,
                     "validation": {"options": ["gs://a"]}}]},
    ),
    ("inputs: [{name: a, type: bool, is_flag: true, is_list: false, description: b}]\n",
     {"inputs": [{"name": "a", "type": "bool", "isFlag": True, "isList": False, "description": "b"}]}),
    ("outputs: [{name: a, type: metric}]\n", {"outputs": [{"name": "a", "type": "metric"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), EXPERIMENT, ids=[t for t, _ in EXPERIMENT])
def test_an_experiment(text: str, expected: dict[str, Any]) -> None:
    found, told = comes_to(f"version: 1\nkind: experiment\n{text}{RUN}")
    assert found == {"version": 1.1, "kind": "component", "run": JOB, **expected}
    assert told == []


OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("inputs: [{name: a, type: int}]\nparams: {a: 1}\n", {"params": {"a": 1}}),
    ("inputs: [{name: a}]\nparams: {a: {value: 1}}\n", {"params": {"a": {"value": {"value": 1}}}}),
    ("outputs: [{name: a}]\nparams: {a: '{{ ops.b.outputs.c }}'}\n",
     {"params": {"a": {"ref": "ops.b", "value": "outputs.c"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), OPERATIONS, ids=[t for t, _ in OPERATIONS])
def test_params_of_declared_inputs_need_an_operation(text: str, expected: dict[str, Any]) -> None:
    found, told = comes_to(f"version: 1\nkind: job\n{text}{RUN}")
    assert {name: found[name] for name in expected} == expected
    assert found["kind"] == "operation"
    assert list(found["component"]["run"]) == ["kind", "container"]
    assert told == []


COMMANDS: list[tuple[str, str]] = [
    ("a b", "a b"),
    ("  a\n  b", "a b"),
    ("a \\\n --x=1 \\\n --y", "a --x=1 --y"),
    ("a \\ --x", "a --x"),
    ("a --x\\\n --y", "a --x --y"),
    ("\\", ""),
    ("echo '{{ a }}'   {{b}}", "echo '{{ a }}' {{b}}"),
]


@pytest.mark.parametrize(("text", "line"), COMMANDS)
def test_commands_are_squeezed_as_they_were(text: str, line: str) -> None:
    assert squeezed(text) == line


LINES: list[tuple[Any, Any]] = [
    ("a  b", "a b"),
    (["a", "b c"], "a && b c"),
    (["a  b"], "a b"),
    (["a", "\\"], "a"),
    ("a \\\n  --x \\\n  --y\n", "a \\\n  --x \\\n  --y\n"),
    ("a\n--x", "a --x"),
    (["a \\\n  --x", "b"], "a --x && b"),
]


@pytest.mark.parametrize(("cmd", "line"), LINES, ids=map(str, LINES))
def test_a_command_is_one_line_of_bash(cmd: Any, line: str) -> None:
    text = yaml.safe_dump(
        {"version": 1, "kind": "job", "build": {"image": "a:1"}, "run": {"cmd": cmd}}
    )
    found, _ = comes_to(text)
    assert found["run"]["container"] == {"image": "a:1", "command": SHELL, "args": [line]}


TYPES: list[tuple[str, str | None]] = [
    ("1", "int"), ("1.5", "float"), ("true", "bool"), ("a", "str"), ("null", None), ("1e-4", "float"), ("[0.1, 1e-4]", "List[float]"), ("e4", "str"),
    ("[1, 2]", "List[int]"), ("[1, 2.5]", "List[float]"), ("[a]", "List[str]"), ("[1, a]", "list"),
    ("[]", "list"), ("[[1]]", "list"), ("{a: 1}", "dict"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), TYPES, ids=[v for v, _ in TYPES])
def test_the_type_of_a_param_is_that_of_its_value(value: str, expected: str | None) -> None:
    assert inferred_type(read(f"a: {value}").get("a")) == expected


KANIKO = "kaniko:latest"
BUILDS: list[tuple[str, dict[str, Any] | None, str | None]] = [
    ("image: a:1", None, "a:1"),
    ("image: a:1, backend: kaniko", None, "a:1"),
    ("image: a:1, nocache: false", {"runPatch": {"init": [{"dockerfile": {"image": "a:1"}}]}}, None),
    ("image: a:1, build_steps: [b, c]",
     {"runPatch": {"init": [{"dockerfile": {"image": "a:1", "run": ["b", "c"]}}]}}, None),
    ("image: a:1, steps: [b]",
     {"runPatch": {"init": [{"dockerfile": {"image": "a:1", "run": ["b"]}}]}}, None),
    ("image: a:1, env_vars: [[A, 1], [B, c]], lang_env: C",
     {"runPatch": {"init": [{"dockerfile": {"image": "a:1", "env": {"A": 1, "B": "c"}, "langEnv": "C"}}]}}, None),
    ("image: a:1, env_vars: [[A, 1], [A, 2]]",
     {"runPatch": {"init": [{"dockerfile": {"image": "a:1", "env": [["A", 1], ["A", 2]]}}]}}, None),
    ("dockerfile: d/Dockerfile, context: d, nocache: true",
     {"params": {"dockerfile": {"value": "d/Dockerfile"}, "context": {"value": "d"},
                 "cache": {"value": False}}}, None),
    ("image: a:1, environment: {node_selector: {a: b}, resources: {cpu: {limits: 2}}, data_refs: [d], secret_refs: [s]}",
     {"runPatch": {"init": [{"dockerfile": {"image": "a:1"}}], "environment": {"nodeSelector": {"a": "b"}},
                   "container": {"envFrom": [{"secretRef": {"name": "s"}}], "resources": {"limits": {"cpu": 2}}},
                   "connections": ["d"]}}, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "build", "image"), BUILDS, ids=[t for t, *_ in BUILDS])
def test_a_build(text: str, build: dict[str, Any] | None, image: str | None) -> None:
    found, told = comes_to(f"version: 1\nkind: job\nbuild: {{{text}}}\nrun: {{cmd: x}}\n")
    assert found.get("build") == (build and {"hubRef": KANIKO, **build})
    assert found["run"]["container"].get("image") == image
    assert told == []


def test_a_file_that_only_builds_is_an_operation_over_the_component_that_builds() -> None:
    text = "version: 1\nkind: build\nname: b\nimage: a:1\nbuild_steps: [s]\n"
    patch = {"init": [{"dockerfile": {"image": "a:1", "run": ["s"]}}]}
    head = {"version": 1.1, "kind": "operation", "name": "b", "hubRef": KANIKO}
    assert comes_to(text) == ({**head, "runPatch": patch}, [])
    assert list(comes_to(text)[0]) == ["version", "kind", "name", "hubRef", "runPatch"]
    old = "version: 1\nkind: build\nbuild: {dockerfile: D}\n"
    assert comes_to(old)[0]["params"] == {"dockerfile": {"value": "D"}}


@pytest.mark.parametrize("backend", ["notebook", "lab"])
def test_a_notebook_is_a_service_that_starts_jupyter(backend: str) -> None:
    found, told = comes_to(
        f"version: 1\nkind: notebook\nbackend: {backend}\nbuild: {{image: a:1}}\n"
    )
    assert (found["kind"], found["run"]["kind"], found["run"]["ports"]) == (
        "component",
        "service",
        [8888],
    )
    container = found["run"]["container"]
    assert (container["image"], container["command"]) == ("a:1", ["jupyter", backend])
    assert "--NotebookApp.base_url={{ globals.base_url }}/" in container["args"]
    assert told == []


def test_a_tensorboard_asks_for_the_runs_it_shows() -> None:
    found, told = comes_to("version: 1\nkind: tensorboard\nbuild: {image: a:1}\n")
    assert [(i["name"], i["type"]) for i in found["inputs"]] == [("uuids", "List[str]")]
    assert found["run"]["ports"] == [6006]
    assert found["run"]["init"][0]["artifacts"]["dirs"].startswith("{{ uuids ")
    assert found["run"]["container"]["command"] == ["tensorboard"]
    assert told == ["PXC947 tensorboard"]


TOLD: list[tuple[str, list[str]]] = [
    ("logging: {formatter: x, level: INFO}\n" + RUN, ["PXC949 formatter"]),
    ("backend: other\n" + RUN, ["PXC949 backend"]),
    ("build: {image: a:1, backend: other}\nrun: {cmd: x}\n", ["PXC949 other"]),
    ("build: {image: a:1, commit: abc}\nrun: {cmd: x}\n", ["PXC954 abc"]),
    ("build: {image: a:1, branch: dev}\nrun: {cmd: x}\n", ["PXC954 dev"]),
    ("build: {image: a, environment: {max_restarts: 1}}\nrun: {cmd: x}\n", ["PXC949 max_restarts"]),
    ("build: {ref: 12}\nrun: {cmd: x}\n", ["PXC940 12"]),
    ("build: {ref: a, image: b}\nrun: {cmd: x}\n", ["PXC954 a"]),
    ("build: {image: a, dockerfile: b}\nrun: {cmd: x}\n", ["PXC118 dockerfile"]),
    ("build: {nocache: true}\nrun: {cmd: x}\n", ["PXC104 nocache"]),
    ("build: {image: a:1, git: g}\nrun: {cmd: x}\n", ["PXC954 g"]),
    ("params: {a: '{{ experiments.12.outputs.b }}'}\n" + RUN, ["PXC940 '{{ experiments.12.outputs.b }}'"]),
    ("inputs: [{name: a}]\nparams: {a: '{{ jobs.1.outputs.b }}'}\n" + RUN,
     ["PXC940 '{{ jobs.1.outputs.b }}'"]),
    ("params: {a: 1}\ndeclarations: {b: 1}\n" + RUN, ["PXC118 declarations"]),
    ("model: {a: b}\ntrain: {c: d}\n" + RUN, ["PXC951 model", "PXC951 train"]),
    ("inputs: [{type: int}]\n" + RUN, ["PXC104 type"]),
    ("inputs: [a]\n" + RUN, ["PXC105 a"]),
    ("params: [a]\n" + RUN, ["PXC105 [a]"]),
    ("enviroment: {}\n" + RUN, ["PXC102 enviroment"]),
    ("strange: {}\n" + RUN, ["PXC101 strange"]),
    ("hptuning: {matrix: {}}\n" + RUN, ["PXC101 hptuning"]),
    ("build: {imge: a}\nrun: {cmd: x}\n", ["PXC102 imge"]),
    ("build: a\nrun: {cmd: x}\n", ["PXC105 a"]),
    ("run: {cmd: [{a: b}]}\nbuild: {image: a}\n", ["PXC105 {a: b}"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TOLD, ids=[t for t, _ in TOLD])
def test_what_is_told(text: str, expected: list[str]) -> None:
    found, told = comes_to(f"version: 1\nkind: experiment\n{text}")
    assert told == expected
    assert found["version"] == 1.1


def test_a_version_that_never_was_is_told() -> None:
    assert comes_to(f"version: 0.6\nkind: experiment\n{RUN}")[1] == ["PXC111 0.6"]


ASSUMED: list[tuple[str, list[str]]] = [
    ("build: {image: a:1, build_steps: [b]}\nrun: {cmd: x}\n", ["PXC942 image", "PXC953 cmd"]),
    ("build: {dockerfile: D}\nrun: {cmd: x}\n", ["PXC942 dockerfile", "PXC953 cmd"]),
    ("environment: {data_refs: [a, a, b], artifact_refs: [a]}\n" + RUN,
     ["PXC943 a", "PXC943 b", "PXC953 cmd"]),
    ("environment: {secret_refs: [a], config_map_refs: [a]}\n" + RUN,
     ["PXC943 a", "PXC943 a", "PXC953 cmd"]),
    ("environment: {resources: {memory: {limits: 1}}}\n" + RUN, ["PXC948 1", "PXC953 cmd"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ASSUMED, ids=[t for t, _ in ASSUMED])
def test_what_is_assumed_is_told_once(text: str, expected: list[str]) -> None:
    assert comes_to(f"version: 1\nkind: experiment\n{text}", told=())[1] == expected


OLD_FILES = [
    "version: 1\nkind: experiment\n", "kind: group\n", "kind: plugin\n", "kind: pipeline\n",
    "hptuning: {}\n", "declarations: {a: 1}\n", "version: 1\nenvironment: {resources: {}}\n",
    "environment: {data_refs: [a]}\n", "build: {image: a}\n", "run: {cmd: a}\n",
    "matrix: {lr: {values: [1]}}\n",
]  # fmt: skip
NEW_FILES = [
    "version: 1.1\nkind: experiment\n", "version: 1.1\nhptuning: {}\n", "kind: component\n",
    "kind: operation\n", "kind: expriment\n", "version: 1\nparams: {a: 1}\n",
    "environment: {nodeSelector: {a: b}}\n", "build: {hubRef: kaniko}\n", "run: {kind: job}\n",
    "matrix: {kind: grid, params: {}}\n", "run: {container: {}}\n", "{}\n", "version: 1\n",
    "version: '2'\nkind: job\n", "1: 2\n",
]  # fmt: skip


@pytest.mark.parametrize("text", OLD_FILES)
def test_files_of_version_0_are_known(text: str) -> None:
    assert is_v0(read(text))


@pytest.mark.parametrize("text", NEW_FILES)
def test_files_of_later_versions_are_not_taken_for_old_ones(text: str) -> None:
    assert not is_v0(read(text))


def test_an_unknown_kind_of_an_old_file_is_a_mistake_of_any_file() -> None:
    report = Report()
    from pxc.grammar.v0.component import converted

    assert converted(read("version: 1\nkind: expriment\n"), report) is None
    assert [d.code.id for d in report if d.severity is Severity.ERROR] == ["PXC108"]


FIXES: list[tuple[str, list[tuple[str, bool]]]] = [
    ("enviroment: {}\nbuild: {image: a:1}\nrun: {cmd: x}\n", [("PXC102", True)]),
    ("build: {image: a:1}\nrun: {cmd: '{{ params.lr.valeu }}'}\nparams: {lr: 1}\n", []),
    ("build: {image: a:1}\nrun: {cmd: x}\nenvironment: {tolerations: [{operatr: Exists}]}\n",
     [("PXC102", True)]),
    ("hptuning: {matrix: {lr: {values: 3}}}\nrun: {cmd: x}\n", [("PXC101", False)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FIXES, ids=[t for t, _ in FIXES])
def test_fixes_are_those_of_the_old_text(text: str, expected: list[tuple[str, bool]]) -> None:
    """A mistake of version 0 has its fix; what a later pass would change is not in this text."""
    data = f"version: 1\nkind: experiment\n{text}".encode()
    found = lint_request(Request(files=(SourceText("f.yaml", data),))).report
    errors = [d for d in found if d.severity is Severity.ERROR]
    assert [(d.code.id, d.fix is not None) for d in errors] == expected
    assert not any(d.fix for d in found if d.severity is not Severity.ERROR)


def test_what_is_carried_keeps_its_place() -> None:
    text = "version: 1\nkind: experiment\nparams: {lr: 0.1}\nbuild: {image: 'a:1'}\nrun:\n  cmd: x --lr={{ lr }}\n"
    _, found, _ = tree_of(text)
    assert found is not None
    container = found.get("run").get("container")
    assert container.get("image").span.text == "'a:1'"
    assert container.key("args").span.text == "cmd"
    assert container.get("args").items[0].span.text == "x --lr={{ lr }}"
    (lr,) = found.get("inputs").items
    assert [value.span.text for _, value in lr] == ["lr", "0.1", "0.1"]
