"""Common mistakes, each answered by exactly one error at the right characters.

The real system answers these with several errors, with none, or without a place; the table is the
promise to do better.
"""

from __future__ import annotations

import pytest

from pxc.diagnostics import Severity
from tests.reading import compiled, describe

JOB = "run: {kind: job, container: {image: a}}\n"

# name, file, the one error as `CODE line:column underlined text`, a word of its message or help
MISTAKES = [
    (
        "unknown field",
        "kind: component\nrun:\n  kind: job\n  contaner: {image: busybox}\n",
        "PXC102 4:3 contaner",
        "`container`",
    ),
    (
        "wrong type",
        "kind: component\ntermination: {maxRetries: three}\n" + JOB,
        "PXC105 2:27 three",
        "whole number",
    ),
    (
        "container is text",
        "kind: component\nrun: {kind: job, container: busybox}\n",
        "PXC105 2:29 busybox",
        "map",
    ),
    (
        "container without image",
        "kind: component\nrun: {kind: job, container: {command: [ls]}}\n",
        "PXC104 2:29 {command: [ls]}",
        "image",
    ),
    (
        "job without container",
        "kind: component\nrun: {kind: job}\n",
        "PXC104 2:6 {kind: job}",
        "container",
    ),
    (
        "missing required input",
        "kind: component\ninputs: [{name: lr, type: float}]\n" + JOB,
        "PXC204 2:17 lr",
        "`lr`",
    ),
    (
        "default of the wrong type",
        "kind: component\ninputs: [{name: lr, type: float, value: abc}]\n" + JOB,
        "PXC202 2:41 abc",
        "float",
    ),
    (
        "distribution in a grid",
        "kind: operation\nmatrix: {kind: grid, params: {lr: {kind: uniform, value: [0, 1]}}}\n"
        "component: {inputs: [{name: lr, type: float}], run: {kind: job, container: {image: a}}}\n",
        "PXC403 2:42 uniform",
        "grid",
    ),
    (
        "misspelled space",
        "kind: operation\nmatrix: {kind: grid, params: {lr: {kind: chioce, value: [0, 1]}}}\n"
        + JOB,
        "PXC116 2:42 chioce",
        "`choice`",
    ),
    (
        "range with step 0",
        "kind: operation\nmatrix: {kind: grid, params: {lr: {kind: range, value: [0, 9, 0]}}}\n"
        + JOB,
        "PXC401 2:63 0",
        "step",
    ),
    (
        "bad cron",
        "schedule: {kind: cron, cron: 99 * * *}\n" + JOB,
        "PXC430 1:30 99 * * *",
        "fields",
    ),
    (
        "no cron at all",
        "schedule: {kind: cron, cron: this is not a cron}\n" + JOB,
        "PXC430 1:30 this is not a cron",
        "cron",
    ),
    (
        "typo in a Kubernetes field",
        "kind: component\nrun: {kind: job, container: {image: a, image_pull_policyy: Always}}\n",
        "PXC102 2:40 image_pull_policyy",
        "imagePullPolicy",
    ),
    (
        "typo inside resources",
        "kind: component\nrun: {kind: job, container: {image: a, resources: {limts: {cpu: 1}}}}\n",
        "PXC102 2:52 limts",
        "limits",
    ),
    (
        "typo inside env",
        "kind: component\nrun: {kind: job, container: {image: a, env: [{nme: A, value: b}]}}\n",
        "PXC102 2:47 nme",
        "`name`",
    ),
    (
        "typo inside volumeMounts",
        "kind: component\nrun: {kind: job, container: {image: a,\n"
        "  volumeMounts: [{name: v, mountpath: /d}]}}\n",
        "PXC102 3:28 mountpath",
        "mountPath",
    ),
    (
        "typo in environment",
        "kind: component\nrun: {kind: job, environment: {nodeSelektor: {a: b}}, container: {image: a}}\n",
        "PXC102 2:32 nodeSelektor",
        "nodeSelector",
    ),
    (
        "duplicate key",
        "kind: component\nname: one\nname: two\n" + JOB,
        "PXC003 3:1 name",
        "twice",
    ),
    (
        "tab",
        "kind: component\nrun:\n  kind: job\n\tcontainer: {image: a}\n",
        "PXC009 4:1 \t",
        "spaces",
    ),
    (
        "bad indentation",
        "kind: component\nrun:\n  kind: job\n container: {image: a}\n",
        "PXC001 4:2 container:",
        "indent",
    ),
    (
        "unterminated template",
        "kind: component\ninputs: [{name: lr, type: float, value: 1}]\n"
        "run: {kind: job, container: {image: a, args: ['--lr={{ lr']}}\n",
        "PXC301 3:53 {{ lr",
        "}}",
    ),
    (
        "undefined variable",
        "kind: component\ninputs: [{name: lr, type: float, value: 1}]\n"
        "run: {kind: job, container: {image: a, args: ['--lr={{ lrr }}']}}\n",
        "PXC302 3:56 lrr",
        "`lr`",
    ),
    (
        "unknown filter",
        "kind: component\nrun: {kind: job, container: {image: a, args: ['{{ 1 | nofilter }}']}}\n",
        "PXC304 2:55 nofilter",
        "filter",
    ),
    (
        "template injection",
        "kind: component\nrun: {kind: job, container: {image: a, args: [\n"
        "  \"{{ cycler.__init__.__globals__.os.popen('id').read() }}\"]}}\n",
        "PXC607 3:7 cycler.__init__.__globals__.os.popen('id').read()",
        "template",
    ),
    (
        "misspelled runtime",
        "kind: component\nrun: {kind: jobb, container: {image: a}}\n",
        "PXC109 2:13 jobb",
        "`job`",
    ),
    ("empty file", "", "PXC014 1:1 ", "empty"),
    ("a list", "- a\n- b\n", "PXC002 1:1 -", "list"),
    ("a scalar", "hello\n", "PXC002 1:1 hello", "text"),
    (
        "python tag",
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
        "wrong field in a distributed runtime",
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
]


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


def test_unknown_param_is_named_with_the_nearest() -> None:
    text = (
        "kind: operation\nparams: {lrr: 1}\ncomponent:\n  inputs: [{name: lr, value: 2}]\n  " + JOB
    )
    outcome = compiled(text)
    (found,) = outcome.report
    assert describe(found).startswith("PXC205 2:10 lrr")
    assert "`lr`" in f"{found.message} {found.help}"
    assert outcome.files


def test_five_mistakes_are_five_errors() -> None:
    outcome = compiled(
        "version: 1.1\nkind: component\nname: has spaces\n"
        "inputs: [{name: lr, tipe: float}]\n"
        "termination: {maxRetries: three}\ntags: {a: b}\n"
        "run: {kind: jobb, container: {image: a}}\n"
    )
    lines = [d.span.line for d in outcome.report]
    assert lines == [3, 4, 5, 6, 7]


BOMBS = {
    "aliases in a value": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n"
        for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + JOB,
    "depth": "args: " + "[" * 3000 + "]" * 3000 + "\n" + JOB,
    "great depth": "[" * 1_000_000,
    "long scalar": "description: '" + "x" * 2_000_000 + "'\n" + JOB,
    "long file": "# " + "x" * 10_000_000 + "\n" + JOB,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name: str) -> None:
    outcome = compiled(BOMBS[name])
    (found,) = outcome.report
    assert found.code.id in {"PXC015", "PXC016", "PXC017", "PXC022"}
