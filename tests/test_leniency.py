"""Runs every numbered row of docs/leniency.md: what pxc makes of the case it speaks of."""

from __future__ import annotations

import re

import pytest
from msgspec import Struct

from tests.conftest import ROOT
from tests.reading import compiled, linted

RUN = "run: {kind: job, container: {image: a"
JOB = f"component: {{{RUN}}}}}}}"
EVENT = "events: [{{ref: '{ref}', kinds: [run_status_succeeded]}}]"
LATER = "runs.8aac02e3a62a4f0aaa257c59da5eab80"


class Case(Struct):
    """A row: the files, how they are run, the codes that must come and what the output holds."""

    row: int
    text: str
    codes: str = ""
    holds: str = ""
    preset: str = ""
    lint: bool = False
    params: dict[str, str] = {}


def component(more: str, container: str = "") -> str:
    return f"kind: component\n{more}\n{RUN}{container}}}}}"


def operation(more: str, inner: str = "", container: str = "") -> str:
    return f"kind: operation\n{more}\ncomponent: {{{inner}{RUN}{container}}}}}}}"


def dag(*operations: str) -> str:
    return "run:\n  kind: dag\n  operations:\n" + "".join(f"    - {{{o}}}\n" for o in operations)


def flow(output: str, declared: str) -> str:
    """Two operations: one has an output of a type, the other takes it as an input of another."""
    return dag(
        f"name: a, component: {{outputs: [{{name: o, type: {output}}}], {RUN}}}}}}}",
        "name: b, params: {i: {ref: ops.a, value: outputs.o}}, component: {inputs: [{name: i,"
        f" type: {declared}, toEnv: I}}], {RUN}}}}}}}",
    )


def search(kind: str, more: str, value: str = "1", params: str = "x") -> str:
    space = f", params: {{{params}: {{kind: choice, value: [{value}]}}}}" if params else ""
    seed = "" if kind in ("grid", "mapping") or "seed" in more else ", seed: 1"
    return operation(
        f"matrix: {{kind: {kind}, {more}{seed}{space}}}",
        "inputs: [{name: x, type: int, toEnv: X}], ",
    )


def inputs(more: str, args: str = "'{{ x }}'") -> str:
    return component(f"inputs: [{{name: x, {more}}}]", f", args: [{args}]")


CASES = [
    Case(1, "run: {container: {image: a}}", "PXC117", "image: a"),
    Case(
        2,
        operation("run_patch: {environment: {node_name: gpu-1}}"),
        "PXC110 PXC110",
        "nodeName: gpu-1",
    ),
    Case(
        3,
        "kind: component\nrun: {kind: job, environment: {securityContext: {fsGroup: 5}},"
        " container: {image: a}}",
        holds="fsGroup: 5",
    ),
    Case(
        4, inputs("type: datetime, value: '2020-01-02T10:00:00'"), holds='- "2020-01-02T10:00:00"'
    ),
    Case(5, inputs("type: s3, value: {bucket: b, key: k}"), holds="- s3://b/k"),
    Case(6, inputs("type: int, validation: {delay: true}", "a"), holds="- a"),
    Case(7, inputs("type: str, value: abc, validation: {contains: [a, b]}"), holds="- abc"),
    Case(7, inputs("type: int, value: 3, validation: {decimalPlaces: 2}"), holds='- "3"'),
    Case(8, component("hooks: [{hubRef: a, params: {p: 1}}]"), "PXC129", lint=True),
    Case(
        9,
        operation(
            f"params: {{x: {{ref: {LATER}, value: globals}}}}",
            "inputs: [{name: x, type: dict, toEnv: X}], ",
        ),
        lint=True,
    ),
    Case(
        10,
        operation(
            "joins: [{query: 'status:succeeded', limit: 5, params: {x: {value: outputs.a}}}]",
            "inputs: [{name: x, type: 'List[float]', toEnv: X}], ",
        ),
        lint=True,
    ),
    Case(11, operation("joins: [{query: 'status:succeeded', limit: 5}]"), lint=True),
    Case(
        12,
        "kind: component\ninputs: [{name: p, type: int, value: 80}]\n"
        "run: {kind: service, ports: ['{{ p }}'], container: {image: a}}",
        holds="- port: 80",
    ),
    Case(13, "kind: component\nrun: {kind: flink, jars: [a]}", "PXC122", lint=True),
    Case(14, component("name: a\nname: b"), "PXC003"),
    Case(15, component("", ", livenessProbe: {httpGet: {port: 1, paht: /}}"), "PXC102"),
    Case(16, component("", ", args: ['{{ x }}']"), "PXC302"),
    Case(17, component("name: 'a-{{ x }}'"), "PXC124"),
    Case(18, "kind: component\nrun: {kind: job}", "PXC104"),
    Case(18, "kind: component\nrun: {kind: job, container: {command: [a]}}", "PXC104"),
    Case(19, inputs("type: 'Union[int, str]', isOptional: true", "a"), "PXC218"),
    Case(
        20,
        operation("inputs: [{name: x, value: 1}]", "inputs: [{name: x, value: 2}], "),
        "PXC201",
    ),
    Case(21, inputs("type: int, value: 1, validation: {minLength: 1}"), "PXC226"),
    Case(22, component("schedule: {kind: cron, cron: hourly}"), "PXC430"),
    Case(
        23,
        component("matrix: {kind: grid, params: {x: {kind: range, value: [3, 1, 1]}}}"),
        "PXC401",
        lint=True,
    ),
    Case(24, component("inputs: [{name: init, value: 1}]"), "PXC217"),
    Case(
        25,
        operation(
            "matrix: {kind: mapping, values: [{x: 1}, {y: 1}]}",
            "inputs: [{name: x, type: int}], ",
        ),
        "PXC204",
    ),
    Case(48, component("matrix: {kind: iterative, maxIterations: 2}"), "PXC104"),
    Case(
        49,
        operation(
            "matrix: {kind: hyperband, maxIterations: 9, params: {x: {kind: choice, value: [1]}}}",
            "inputs: [{name: x, type: int}], ",
        ),
        "PXC407",
        lint=True,
    ),
    Case(50, component("schedule: {kind: datetime, startAt: soon}"), "PXC436"),
    Case(
        50,
        component("schedule: {kind: cron, cron: '@daily', startAt: 2031-01-01, endAt: 2030-01-01}"),
        "PXC433",
        lint=True,
    ),
    Case(51, component("joins: [{query: 'status: x', limit: 0}]"), "PXC116"),
    Case(
        52,
        component(
            "matrix: {kind: random, numRuns: 1, seed: 0, params: {x: {kind: choice, value: [1]}}}"
        ),
        "PXC410",
        lint=True,
    ),
    Case(
        26,
        "kind: component\nrun: {kind: pytorchjob, master: {replicas: 5, container: {image: a}}}",
        "PXC521",
        lint=True,
    ),
    Case(27, inputs("type: str, value: '1.10'"), holds='- "1.10"'),
    Case(27, component("", ", env: [{name: A, value: 'None'}]"), holds="value: None"),
    Case(28, inputs("value: 1:10:2"), "PXC006", '- "1:10:2"'),
    Case(29, component("termination: {timeout: 0}"), holds="activeDeadlineSeconds: 0"),
    Case(29, component("termination: {ttl: 0}"), holds="ttlSecondsAfterFinished: 0"),
    Case(30, inputs("type: str, value: abc, validation: {regex: a}"), "PXC214"),
    Case(31, inputs("type: dict, value: {a: 1, b: 2}, validation: {keys: [a]}", "a"), holds="- a"),
    Case(32, operation("params: {x: 3}"), "PXC205", "image: a"),
    Case(33, component("version: 9"), "PXC111", "image: a"),
    Case(34, component(""), "PXC121", "image: a", preset="isPreset: true\nhubRef: b"),
    Case(
        35,
        "kind: component\nrun: {kind: job, environment: {hostPID: true}, container: {image: a}}",
        holds="hostPID: true",
    ),
    Case(
        36,
        operation("runPatch: {container: {args: [c]}}", "", ", args: [b]"),
        holds="- b\n            - c",
    ),
    Case(
        37,
        inputs("type: int, value: 1"),
        "PXC229",
        holds='- "7"',
        preset="isPreset: true\nparams: {x: 7}",
        params={"x": "5"},
    ),
    Case(
        38,
        inputs("type: bool, value: true", "'{{ x }}', '{{ params.x.as_arg }}'"),
        holds='- "True"\n            - --x=true',
    ),
    Case(
        38,
        inputs("type: bool, value: true, isFlag: true", "'{{ x }}', '{{ params.x.as_arg }}'"),
        holds="- --x\n            - --x",
    ),
    Case(39, inputs("type: int, value: null", "a, '{{ x }}', b"), holds="- a\n            - b"),
    Case(40, inputs("type: int, value: 1", "'{{ params.as_args }}'"), holds="- \"['--x=1']\""),
    Case(
        41,
        operation(
            "params: {x: '{{ y }}', y: 3}",
            "inputs: [{name: x, type: str}, {name: y, type: int}], ",
            ", args: ['{{ x }}']",
        ),
        holds='- "3"',
    ),
    Case(
        42,
        operation("params: {x: {value: a, contextOnly: true}}", "inputs: [{name: x, type: int}], "),
        "PXC206",
    ),
    Case(43, operation("strictParams: false\nparams: {x: 1}", "strictParams: true, "), "PXC223"),
    Case(44, operation("hubRef: b"), "PXC125", holds="image: a"),
    Case(45, inputs("type: int, value: true"), holds='- "1"'),
    Case(46, component("", ", args: ['{# x #}']"), holds='- "{# x #}"'),
    Case(
        47,
        "kind: component\ninputs: [{name: lr, type: float, value: 0.1}]\nrun:\n  kind: dag\n"
        "  operations:\n  - {name: a, params: {lr: '{{ lr }}'}, container: {image: a}}",
        "PXC316",
    ),
    Case(53, flow("metric", "float"), lint=True),
    Case(53, flow("str", "uuid"), lint=True),
    Case(
        54,
        dag(
            f"name: a, dependencies: [b], {JOB}",
            f"name: b, {EVENT.format(ref='{{ ops.a }}')}, {JOB}",
        ),
        "PXC420",
        lint=True,
    ),
    Case(
        55, operation("joins: [{query: 'status: succeeded', limit: '5', offset: '2'}]"), lint=True
    ),
    Case(
        57,
        dag(
            "name: outer, component: {run: {kind: dag, operations:"
            f" [{{name: a, dependencies: [b], {JOB}}}, {{name: b, dependencies: [a], {JOB}}}]}}}}"
        ),
        "PXC420",
        lint=True,
    ),
    Case(58, "build: {hubRef: 'k:1'}\n" + dag(f"name: a, {JOB}"), "PXC126", lint=True),
    Case(60, search("grid", "numRuns: 2", "abc"), "PXC206", lint=True),
    Case(
        60,
        operation(
            "matrix: {kind: mapping, values: [{x: 1}, {x: abc}]}",
            "inputs: [{name: x, type: int, toEnv: X}], ",
        ),
        "PXC206",
        lint=True,
    ),
    Case(61, component("presets: '{{ p }}'"), "PXC124", lint=True),
    Case(62, operation("joins: [{query: 'status succeeded', limit: 5}]"), "PXC440", lint=True),
    Case(
        56, component("schedule: {kind: interval, frequency: '3600'}"), holds="schedule: 0 * * * *"
    ),
    Case(
        63,
        operation(
            "queue: null\ntermination: null\nrunPatch: {container: {args: null}}",
            "queue: q, termination: {timeout: 5}, ",
            ", args: [b]",
        ),
        holds="- b",
    ),
    Case(
        64,
        operation("runPatch: {container: {command: [c]}}", "", ", command: [b]"),
        "PXC128",
        lint=True,
    ),
    Case(59, operation("joins: [{query: 'status: succeeded'}]"), "PXC441", lint=True),
    Case(65, component("", ", volumeMounts: [{name: v, mountPath: /v}]"), "PXC211"),
    Case(
        66,
        dag(
            "name: a, matrix: {kind: mapping, values: [{p: 1}]}, container: {image: a}",
            "name: b, params: {x: {ref: ops.a, value: outputs.o, contextOnly: true}},"
            " container: {image: a}",
        ),
        "PXC216",
    ),
    Case(
        67,
        "kind: component\nrun: {kind: job, environment: {securityContext: {privileged: true,"
        " fsGroup: 5}}, container: {image: a}}",
        "PXC136",
        holds="securityContext:\n            privileged: true",
    ),
    Case(
        68,
        component(
            "inputs: [{name: tls_verify, type: bool, value: true}]", ", args: ['{{ tls-verify }}']"
        ),
        "PXC303",
        lint=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.row))
def test_row(case: Case) -> None:
    texts = (case.text, case.preset) if case.preset else (case.text,)
    outcome = linted(*texts) if case.lint else compiled(*texts, params=case.params)
    assert [d.code.id for d in outcome.report] == case.codes.split()
    if case.holds:
        assert case.holds in "".join(file.text for file in outcome.files)


def test_every_row_has_a_case() -> None:
    text = (ROOT / "docs" / "leniency.md").read_text("utf-8")
    rows = [int(number) for number in re.findall(r"^\| (\d+) \|", text, re.M)]
    assert sorted(rows) == list(range(1, len(rows) + 1))
    assert {case.row for case in CASES} == set(rows)
