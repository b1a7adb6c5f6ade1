"""What the names of expressions hold: inputs, params, globals, connections, as_arg and as_str."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.reading import compiled, found

FILE = """
kind: component
name: ctx
inputs:
  - {{name: lr, type: float, value: 0.1}}
  - {{name: n, type: int, value: 3}}
  - {{name: b, type: bool, value: true}}
  - {{name: s, type: str, isOptional: true}}
  - {{name: f, type: bool, value: true, isFlag: true}}
  - {{name: quiet, type: bool, value: false, isFlag: true}}
  - {{name: d, type: dict, value: {{a: 1, b: [x, y]}}}}
  - {{name: l, type: "List[int]", value: [1, 2]}}
  - {{name: v, type: str, value: "1.10"}}
  - {{name: q, type: str, value: fast, argFormat: "--queue {{{{ q }}}}"}}
  - {{name: z, type: str, isOptional: true, argFormat: "--z {{{{ z }}}}"}}
  - {{name: other, type: str, value: "{{{{ v }}}}/x"}}
  - {{name: a-b, type: int, value: 7}}
run:
  kind: job
  container:
    image: a:1
    args: {args}
"""


def arguments(*items: str, whole: str | None = None) -> Any:
    args = yaml.safe_dump(whole if whole is not None else list(items), default_flow_style=True)
    outcome = compiled(
        FILE.format(args=args.replace("\n...", "").strip()), owner="acme", project="p"
    )
    assert outcome.files, found(outcome.report)
    (job,) = yaml.safe_load_all(outcome.files[0].text)
    return job["spec"]["template"]["spec"]["containers"][0].get("args", [])


# One argument as authored, and the arguments the process gets.
RENDERINGS = [
    ("{{ lr }}", ["0.1"]),
    ("--lr={{ lr }}", ["--lr=0.1"]),
    ("{{ b }}", ["True"]),
    ("{{ s }}", []),
    ("{{ params.b.as_arg }}", ["--b=true"]),
    ("{{ params.b.as_str }}", ["true"]),
    ("{{ params.f.as_arg }}", ["--f"]),
    ("{{ f }}", ["--f"]),
    ("{{ quiet }}", []),
    ("{{ params.quiet.as_arg }}", []),
    ("{{ params.s.as_arg }}", []),
    ("{{ params.lr.value * 2 }}", ["0.2"]),
    ("{{ params.lr.type }}", ["float"]),
    ("{{ params.d.as_arg }}", ['--d={"a": 1, "b": ["x", "y"]}']),
    ("{{ params.l.as_arg }}", ["--l=[1, 2]"]),
    ("{{ params.q.as_arg }}", ["--queue fast"]),
    ("{{ params.z.as_arg }}", []),
    ("{{ params['a-b'].value }}", ["7"]),
    ("{{ d.b[1] }}", ["y"]),
    ("{{ d | tojson }}", ['{"a": 1, "b": ["x", "y"]}']),
    ("{{ d }}", ["{'a': 1, 'b': ['x', 'y']}"]),
    ("{{ l | join(',') }}", ["1,2"]),
    ("{{ v }}", ["1.10"]),
    ("{{ other }}", ["1.10/x"]),
    ("[1,2]", ["[1,2]"]),
    ("007", ["007"]),
    ("null", ["null"]),
    ("{{ globals.owner_name }}/{{ globals.project_name }}", ["acme/p"]),
    ("{{ globals.project_unique_name }}", ["acme.p"]),
    ("{{ globals.name }}", ["ctx"]),
    ("{{ globals.context_path }}", ["/plx-context"]),
    ("{{ globals.artifacts_path }}", ["/plx-context/artifacts"]),
    ("{{ globals.run_outputs_path }}", ["/plx-context/artifacts/$(PXC_RUN_UUID)/outputs"]),
    ("{{ globals.run_info }}", ["acme.p.runs.$(PXC_RUN_UUID)"]),
    ("{% if n > 1 %}--many{% endif %}", ["--many"]),
    ("{% if n > 9 %}--many{% endif %}", []),
    ("{# a comment stays #}", ["{# a comment stays #}"]),
]


@pytest.mark.parametrize(("item", "wanted"), RENDERINGS, ids=[r[0] for r in RENDERINGS])
def test_renderings(item: str, wanted: list[str]) -> None:
    assert arguments(item) == wanted


def test_as_args_as_a_whole_is_a_list() -> None:
    assert arguments(whole="{{ params.as_args }}") == [
        "--lr=0.1", "--n=3", "--b=true", "--f", '--d={"a": 1, "b": ["x", "y"]}', "--l=[1, 2]",
        "--v=1.10", "--queue fast", "--other=1.10/x", "--a-b=7",
    ]  # fmt: skip


# File, and what is reported.
FAULTS = [
    (
        "inputs: [{name: a, value: '{{ b }}'}, {name: b, value: '{{ a }}'}]\n"
        "run: {kind: job, container: {image: x, args: ['{{ a }}']}}",
        ["PXC316 1:27 '{{ b }}'"],
    ),
    (
        "inputs: [{name: n, type: int}]\nparams: {n: '{{ word }}', word: many}\n"
        "run: {kind: job, container: {image: x, args: ['{{ n }}']}}",
        ["PXC206 2:13 '{{ word }}'"],
    ),
    (
        "termination: {maxRetries: '{{ w }}'}\nparams: {w: many}\n"
        "run: {kind: job, container: {image: x}}",
        ["PXC305 1:27 '{{ w }}'"],
    ),
    (
        "run: {kind: job, container: {image: x, args: ['{{ dag.inputs.x }}']}}",
        ["PXC307 1:51 dag"],
    ),
    (
        "run: {kind: job, connections: [c], container: {image: x, args: ['{{ connections.c.url }}']}}",
        ["PXC307 1:69 connections"],
    ),
    (
        "outputs: [{name: o, type: int}]\n"
        "run: {kind: job, container: {image: x, args: ['{{ o }}']}}",
        ["PXC703 2:51 o"],
    ),
    (
        "params: {m: 2GBB}\nrun: {kind: job, container: {image: x,\n"
        "  resources: {limits: {memory: '{{ m }}'}}}}",
        ["PXC510 3:32 '{{ m }}'"],
    ),
    (
        "params: {h: 99}\nschedule: {kind: cron, cron: '0 {{ h }} * * *'}\n"
        "run: {kind: job, container: {image: x}}",
        ["PXC430 2:30 '0 {{ h }} * * *'"],
    ),
    (
        "conditions: '{{ n }}'\nparams: {n: 7}\nrun: {kind: job, container: {image: x}}",
        ["PXC317 1:13 '{{ n }}'"],
    ),
]


@pytest.mark.parametrize(("text", "wanted"), FAULTS)
def test_faults(text: str, wanted: list[str]) -> None:
    assert found(compiled(text).report) == wanted


def test_conditions_decide_at_compile_time() -> None:
    file = "conditions: '{{{{ n > {0} }}}}'\nparams: {{n: 2}}\nrun: {{kind: job, container: {{image: x}}}}"
    assert compiled(file.format(1)).files
    skipped = compiled(file.format(5))
    assert not skipped.files
    assert not skipped.report.has_errors
    assert [d.code.id for d in skipped.report] == ["PXC702"]


def test_conditions_need_no_braces() -> None:
    text = "conditions: n == 2\nparams: {n: 2}\nrun: {kind: job, container: {image: x}}"
    assert compiled(text).files
    wrong = "conditions: n == nope\nparams: {n: 2}\nrun: {kind: job, container: {image: x}}"
    assert found(compiled(wrong).report) == ["PXC302 1:18 nope"]


def test_context_params_are_names_too() -> None:
    text = "params: {extra: hello, cfg: {opt: adam}}\nrun: {kind: job, container: {image: x, args: ['{{ extra }}', '{{ cfg.opt }}']}}"
    assert "- hello\n" in compiled(text).files[0].text
    assert "- adam\n" in compiled(text).files[0].text
