"""Common mistakes, each answered by exactly one error at the right characters.

The real system answers these with several errors, with none, or without a place; the table is the
promise to do better.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pxc.diagnostics import Severity
from pxc.driver import Request, SourceText, compile_request, lint_request
from tests.command_line import run
from tests.reading import compiled, describe

JOB = "run: {kind: job, container: {image: a}}\n"

INNER = "component: {run: {kind: job, container: {image: a}}}"
TAKES = "component: {inputs: [{name: v, type: float, toEnv: V}], run: {kind: job, container: {image: a}}}"


def dag(*operations: str) -> str:
    return "run:\n  kind: dag\n  operations:\n" + "".join(f"    - {{{o}}}\n" for o in operations)


# number in the reference and name, file, the one error as `CODE line:column underlined text`, a word of its message or help
MISTAKES = [
    (
        "01 unknown field",
        "kind: component\nrun:\n  kind: job\n  contaner: {image: busybox}\n",
        "PXC102 4:3 contaner",
        "`container`",
    ),
    (
        "02 wrong type",
        "kind: component\ntermination: {maxRetries: three}\n" + JOB,
        "PXC105 2:27 three",
        "whole number",
    ),
    (
        "02b container is text",
        "kind: component\nrun: {kind: job, container: busybox}\n",
        "PXC105 2:29 busybox",
        "map",
    ),
    (
        "03 container without image",
        "kind: component\nrun: {kind: job, container: {command: [ls]}}\n",
        "PXC104 2:29 {command: [ls]}",
        "image",
    ),
    (
        "03b job without container",
        "kind: component\nrun: {kind: job}\n",
        "PXC104 2:6 {kind: job}",
        "container",
    ),
    (
        "05 missing required input",
        "kind: component\ninputs: [{name: lr, type: float}]\n" + JOB,
        "PXC204 2:17 lr",
        "`lr`",
    ),
    (
        "05b default of the wrong type",
        "kind: component\ninputs: [{name: lr, type: float, value: abc}]\n" + JOB,
        "PXC202 2:41 abc",
        "float",
    ),
    (
        "08 distribution in a grid",
        "kind: operation\nmatrix: {kind: grid, params: {lr: {kind: uniform, value: [0, 1]}}}\n"
        "component: {inputs: [{name: lr, type: float}], run: {kind: job, container: {image: a}}}\n",
        "PXC403 2:42 uniform",
        "grid",
    ),
    (
        "08b misspelled space",
        "kind: operation\nmatrix: {kind: grid, params: {lr: {kind: chioce, value: [0, 1]}}}\n"
        + JOB,
        "PXC116 2:42 chioce",
        "`choice`",
    ),
    (
        "08c range with step 0",
        "kind: operation\nmatrix: {kind: grid, params: {lr: {kind: range, value: [0, 9, 0]}}}\n"
        + JOB,
        "PXC401 2:63 0",
        "step",
    ),
    (
        "09 bad cron",
        "schedule: {kind: cron, cron: 99 * * *}\n" + JOB,
        "PXC430 1:30 99 * * *",
        "fields",
    ),
    (
        "25 no cron at all",
        "schedule: {kind: cron, cron: this is not a cron}\n" + JOB,
        "PXC430 1:30 this is not a cron",
        "cron",
    ),
    (
        "10 typo in a Kubernetes field",
        "kind: component\nrun: {kind: job, container: {image: a, image_pull_policyy: Always}}\n",
        "PXC102 2:40 image_pull_policyy",
        "imagePullPolicy",
    ),
    (
        "10b typo inside resources",
        "kind: component\nrun: {kind: job, container: {image: a, resources: {limts: {cpu: 1}}}}\n",
        "PXC102 2:52 limts",
        "limits",
    ),
    (
        "10b typo inside env",
        "kind: component\nrun: {kind: job, container: {image: a, env: [{nme: A, value: b}]}}\n",
        "PXC102 2:47 nme",
        "`name`",
    ),
    (
        "10b typo inside volumeMounts",
        "kind: component\nrun: {kind: job, container: {image: a,\n"
        "  volumeMounts: [{name: v, mountpath: /d}]}}\n",
        "PXC102 3:28 mountpath",
        "mountPath",
    ),
    (
        "10c typo in environment",
        "kind: component\nrun: {kind: job, environment: {nodeSelektor: {a: b}}, container: {image: a}}\n",
        "PXC102 2:32 nodeSelektor",
        "nodeSelector",
    ),
    (
        "11 duplicate key",
        "kind: component\nname: one\nname: two\n" + JOB,
        "PXC003 3:1 name",
        "twice",
    ),
    (
        "12 tab",
        "kind: component\nrun:\n  kind: job\n\tcontainer: {image: a}\n",
        "PXC009 4:1 \t",
        "spaces",
    ),
    (
        "12b bad indentation",
        "kind: component\nrun:\n  kind: job\n container: {image: a}\n",
        "PXC001 4:2 container:",
        "indent",
    ),
    (
        "14 unterminated template",
        "kind: component\ninputs: [{name: lr, type: float, value: 1}]\n"
        "run: {kind: job, container: {image: a, args: ['--lr={{ lr']}}\n",
        "PXC301 3:53 {{ lr",
        "}}",
    ),
    (
        "14b undefined variable",
        "kind: component\ninputs: [{name: lr, type: float, value: 1}]\n"
        "run: {kind: job, container: {image: a, args: ['--lr={{ lrr }}']}}\n",
        "PXC302 3:56 lrr",
        "`lr`",
    ),
    (
        "14c unknown filter",
        "kind: component\nrun: {kind: job, container: {image: a, args: ['{{ 1 | nofilter }}']}}\n",
        "PXC304 2:55 nofilter",
        "filter",
    ),
    (
        "15 template injection",
        "kind: component\nrun: {kind: job, container: {image: a, args: [\n"
        "  \"{{ cycler.__init__.__globals__.os.popen('id').read() }}\"]}}\n",
        "PXC607 3:7 cycler.__init__.__globals__.os.popen('id').read()",
        "template",
    ),
    (
        "16b misspelled runtime",
        "kind: component\nrun: {kind: jobb, container: {image: a}}\n",
        "PXC109 2:13 jobb",
        "`job`",
    ),
    ("19 empty file", "", "PXC014 1:1 ", "empty"),
    ("19 a list", "- a\n- b\n", "PXC002 1:1 -", "list"),
    ("19 a scalar", "hello\n", "PXC002 1:1 hello", "text"),
    (
        "20b python tag",
        "kind: component\nname: !!python/object/apply:os.system [id]\n" + JOB,
        "PXC019 2:7 !!python/object/apply:os.system",
        "tag",
    ),
    (
        "two references",
        "kind: operation\nhubRef: a\nurlRef: b\n",
        "PXC107 3:1 urlRef",
        "hubRef",
    ),
    (
        "a connection written inline",
        "run: {kind: job, connections: [{name: c, kind: s3}], container: {image: a}}\n",
        "PXC106 1:33 name",
        "catalog",
    ),
    (
        "-- wrong field in a distributed runtime",
        "run:\n  kind: pytorchjob\n  cleanPodPolicy: all\n  worker: {container: {image: a}}\n",
        "PXC116 3:19 all",
        "`All`",
    ),
    (
        "quoted port",
        "run: {kind: service, ports: ['8080'], container: {image: a}}\n",
        "PXC105 1:30 '8080'",
        "quotes",
    ),
    (
        "default for value",
        "inputs: [{name: a, type: int, default: 3}]\n" + JOB,
        "PXC103 1:31 default",
        "`value`",
    ),
    (
        "unknown type",
        "inputs: [{name: a, type: flaot, isOptional: true}]\n" + JOB,
        "PXC218 1:26 flaot",
        "float",
    ),
    ("name with spaces", "name: every monday\n" + JOB, "PXC112 1:7 every monday", "letters"),
    (
        "unquoted template",
        "queue: {{ q }}\n" + JOB,
        "PXC011 1:8 {{ q }}",
        "quote",
    ),
    ("two documents", JOB + "---\n" + JOB, "PXC012 2:1 ---", "document"),
    ("nothing to run", "kind: component\nname: a\n", "PXC120 1:1 kind", "run"),
    (
        "06 cycle",
        dag(f"name: x, dependencies: [y], {INNER}", f"name: y, dependencies: [z], {INNER}",
            f"name: z, dependencies: [x], {INNER}"),
        "PXC420 4:32 y",
        "x -> y -> z -> x",
    ),
    (
        "26 an operation that waits for itself",
        dag(f"name: x, dependencies: [x], {INNER}"),
        "PXC420 4:32 x",
        "x -> x",
    ),
    (
        "06b unknown dependency",
        dag(f"name: node, {INNER}", f"name: x, dependencies: [nodee], {INNER}"),
        "PXC421 5:32 nodee",
        "did you mean `node`",
    ),
    (
        "07 unknown output",
        dag("name: x, component: {outputs: [{name: loss, type: float}], run: {kind: job, container:"
            " {image: a}}}", f"name: w, params: {{v: {{ref: ops.x, value: outputs.los}}}}, {TAKES}"),
        "PXC446 5:49 outputs.los",
        "did you mean `loss`",
    ),
    (
        "07b unknown component",
        "run:\n  kind: dag\n  operations: [{name: x, dagRef: nodee}]\n"
        "  components: [{name: node, run: {kind: job, container: {image: a}}}]\n",
        "PXC428 3:34 nodee",
        "did you mean `node`",
    ),
    (
        "07c types across an edge",
        dag("name: x, component: {outputs: [{name: o, type: str}], run: {kind: job, container:"
            " {image: a}}}", f"name: w, params: {{v: {{ref: ops.x, value: outputs.o}}}}, {TAKES}"),
        "PXC425 5:49 outputs.o",
        "`float`",
    ),
    (
        "-- rendezvous under its usual name",
        "run:\n  kind: pytorchjob\n  elasticPolicy: {rdzvBackend: c10d}\n"
        "  worker: {replicas: 2, container: {image: a}}\n",
        "PXC103 3:19 rdzvBackend",
        "`rdvzBackend`",
    ),
    (
        "-- a kind of version 0",
        "version: 1.1\nkind: experiment\nrun: {kind: job, container: {image: a}}\n",
        "PXC108 2:7 experiment",
        "`kind: component`",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected", "word"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_one_error_at_its_place(text: str, expected: str, word: str) -> None:
    outcome = compiled(text)
    errors = [d for d in outcome.report if d.severity is Severity.ERROR]
    assert [describe(d) for d in errors] == [expected]
    said = f"{errors[0].message} {errors[0].label} {errors[0].help}"
    assert word in said
    assert not outcome.files


def test_04_unknown_param_is_named_with_the_nearest() -> None:
    text = (
        "kind: operation\nparams: {lrr: 1}\ncomponent:\n  inputs: [{name: lr, value: 2}]\n  " + JOB
    )
    outcome = compiled(text)
    (found,) = outcome.report
    assert describe(found).startswith("PXC205 2:10 lrr")
    assert "`lr`" in f"{found.message} {found.help}"
    assert outcome.files


def test_27_five_mistakes_are_five_errors() -> None:
    outcome = compiled(
        "version: 1.1\nkind: component\nname: has spaces\n"
        "inputs: [{name: lr, tipe: float}]\n"
        "termination: {maxRetries: three}\ntags: {a: b}\n"
        "run: {kind: jobb, container: {image: a}}\n"
    )
    lines = [d.span.line for d in outcome.report]
    assert lines == [3, 4, 5, 6, 7]


def test_18_an_unknown_connection_is_named_with_the_nearest(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text("connections: [{name: bucket, kind: s3, schema: {bucket: 's3://b'}}]\n")
    text = "run: {kind: job, connections: [buckt], container: {image: a}}\n"
    request = Request(files=(SourceText("file.yaml", text.encode()),), catalog=(catalog,))
    (found,) = compile_request(request).report
    assert describe(found) == "PXC209 1:32 buckt"
    assert "`bucket`" in f"{found.message} {found.help}"


def test_20_bytes_that_are_no_text() -> None:
    request = Request(files=(SourceText("file.yaml", b"name: a\nqueue: \xff\n"),))
    (found,) = lint_request(request).report
    assert found.code.id == "PXC018"
    assert (found.span.line, found.span.column) == (2, 8)


def test_21_the_traps_of_yaml_1_1_are_told_one_by_one() -> None:
    text = (
        "run:\n  kind: job\n  environment: {labels: {on: a}}\n  container:\n    image: a\n"
        "    env:\n      - {name: A, value: no}\n      - {name: B, value: 1.10}\n"
        "      - {name: C, value: 0o17}\n      - {name: D, value: 12:30:45}\n"
    )
    outcome = compiled(text)
    assert [describe(d) for d in outcome.report] == [
        "PXC005 3:26 on",
        "PXC005 7:26 no",
        "PXC008 8:26 1.10",
        "PXC020 9:26 0o17",
        "PXC006 10:26 12:30:45",
    ]
    assert "12:30:45" in outcome.files[0].text


RIGHT = {
    "13b honest anchors": "run:\n  kind: job\n  container: {image: a, args: &x [b]}\n"
    "  sidecars: [{name: s, image: b, args: *x}]\n",
    "15b quotes in a value": "inputs: [{name: x, type: str, value: 'a\"b'}]\n"
    "run: {kind: job, container: {image: a, args: ['{{ x }}']}}\n",
    "16 no kind": "name: a\n" + JOB,
    "28 quoted scalars": "run: {kind: job, container: {image: '1.10', args: ['1', 'true', 'null']}}",
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_not_told(name: str) -> None:
    outcome = compiled(RIGHT[name])
    assert [d.message for d in outcome.report] == []
    assert len(outcome.files) == 1


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    done = run("lint", tmp_path / "none.yaml")
    assert done.code == 2
    assert "none.yaml" in done.out
    assert "Traceback" not in done.out + done.err


BOMBS = {
    "23b aliases in a value": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n"
        for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + JOB,
    "23 aliases in args": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n"
        for p, c in zip("abcdefg", "bcdefgh", strict=True)
    )
    + "run: {kind: job, container: {image: a, args: *h}}\n",
    "22 depth": "args: " + "[" * 3000 + "]" * 3000 + "\n" + JOB,
    "22 great depth": "[" * 1_000_000,
    "long scalar": "description: '" + "x" * 2_000_000 + "'\n" + JOB,
    "long file": "# " + "x" * 10_000_000 + "\n" + JOB,
}


ELSEWHERE = {
    "04": "above", "18": "above", "20": "above", "21": "above", "21b": "above", "27": "above",
    "13": "an alias that stays small is an unknown field like any other, 01",
    "30": "tests/test_target_kubernetes.py: a connection without a secret",
}  # fmt: skip
"""Mistakes of the reference that no table here holds."""


def test_every_mistake_of_the_reference_is_here(shared: Path) -> None:
    text = (shared / "reference" / "ERRORS.md").read_text("utf-8")
    rows = re.findall(r"^\| ([0-9][0-9b-d, ]*) \|", text, re.M)
    asked = {number for row in rows for number in row.split(", ")}
    held = {name.split()[0] for name in (*(m[0] for m in MISTAKES), *RIGHT, *BOMBS)}
    assert len(asked) > 45
    assert asked - held - set(ELSEWHERE) == set()


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name: str) -> None:
    outcome = compiled(BOMBS[name])
    (found,) = outcome.report
    assert found.code.id in {"PXC015", "PXC016", "PXC017", "PXC022"}
