"""Params meet inputs: what is bound, and the one diagnostic each mistake gets."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pxc.catalog import EmptyCatalog
from pxc.diagnostics import Diagnostic, Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.io import Param
from pxc.ir.node import Hole, Invalid, Lit, Map, Template, plain
from pxc.ir.program import Binding, Program
from pxc.language import PolyaxonLanguage
from pxc.options import Options
from pxc.passes.compose_layers import compose_layers
from pxc.passes.io_types.declare import find_io
from pxc.passes.io_types.settle import node_of, settle
from pxc.passes.overlay_params import overlay_params
from pxc.passes.resolve_params import resolve_params
from pxc.source import Source, Span
from pxc.workspace import Workspace
from pxc.world import World
from tests.reading import describe, operation

RUN = "c8d2f1a0b3a14b0f8b2d9d8a4cb4cc11"


def bound(
    text: str, *, partial: bool = False, strict: bool = False, cli: dict[str, str] | None = None
) -> tuple[Program, Report]:
    """The program of a YAML string after its params are resolved, and what was reported."""
    world = World(
        options=Options(strict_params=strict),
        language=PolyaxonLanguage(),
        files=Workspace(Path()),
        catalog=EmptyCatalog(),
    )
    main, report = operation(text)
    assert main is not None, list(report)
    if cli:
        main = overlay_params(main, pairs(*cli.items()), world.language, report)
    program = compose_layers(Program(main.span, main, partial=partial), world, report)
    return resolve_params(program, world, report), report


def pairs(*given: tuple[str, str]) -> tuple[tuple[Lit[str], Lit[str]], ...]:
    made = []
    for name, value in given:
        span = Span(Source(f"-P {name}", value), 0, len(value))
        made.append((Lit(span, name), Lit(span, value)))
    return tuple(made)


def document(inputs: str, params: str = "{}", more: str = "") -> str:
    return dedent(f"""\
        kind: operation
        params: {params}
        {more}
        component:
          inputs: {inputs}
          run: {{kind: job, container: {{image: a}}}}
        """)


def only(report: Report, *codes: str) -> Diagnostic:
    found = list(report)
    assert [d.code.id for d in found] == list(codes), [describe(d) + d.message for d in found]
    return found[0]


def one(program: Program, name: str) -> Binding:
    (binding,) = (b for b in program.bindings if b.name == name)
    return binding


# inputs, params, the plain value of `x`
VALUES = [
    ("[{name: x, type: float}]", "{x: 1}", 1.0),
    ("[{name: x, type: int}]", "{x: '3.0'}", 3),
    ("[{name: x, type: int, value: '4'}]", "{}", 4),
    ("[{name: x, type: int, value: 4}]", "{x: null}", 4),
    ("[{name: x, type: int, value: 4}]", "{x: {}}", 4),
    ("[{name: x, type: int, value: 4}]", "{x: {toEnv: X}}", 4),
    ("[{name: x, type: int, value: null}]", "{}", None),
    ("[{name: x, type: int, isOptional: true}]", "{}", None),
    ("[{name: x, type: str}]", "{x: 1.5}", "1.5"),
    ("[{name: x, type: str}]", "{x: true}", "true"),
    ("[{name: x, type: str}]", "{x: '007'}", "007"),
    ("[{name: x}]", "{x: '3'}", "3"),
    ("[{name: x, type: any}]", "{x: '1.10'}", "1.10"),
    ("[{name: x, type: int, isList: true}]", "{x: ['1', 2]}", [1, 2]),
    ("[{name: x, type: 'List[float]'}]", "{x: '[1, 2]'}", [1.0, 2.0]),
    ("[{name: x, type: dict}]", "{x: {opt: adam}}", {"opt": "adam"}),
    ("[{name: x, type: dict}]", "{x: {value: {ref: literally-a-key}}}", {"ref": "literally-a-key"}),
    ("[{name: x, type: gcs}]", "{x: {value: {bucket: b, blob: k}}}", "gs://b/k"),
    ("[{name: x, type: datetime}]", "{x: '2020-01-02T10:00:00'}", "2020-01-02T10:00:00"),
    ("[{name: x, type: bool, isFlag: true}]", "{x: 'yes'}", True),
    ("[{name: x, type: int}]", "{x: {value: 2, contextOnly: true}}", 2),
    ("[{name: x, type: git}]", "{x: {value: {url: u}}}", {"url": "u"}),
    ("[{name: x, type: 'Optional[int]', isOptional: true}]", "{x: null}", None),
]


@pytest.mark.parametrize(("inputs", "params", "value"), VALUES)
def test_values(inputs: str, params: str, value: Any) -> None:
    program, report = bound(document(inputs, params))
    only_none(report)
    found = plain(one(program, "x").value)
    assert repr(found) == repr(value)


def only_none(report: Report) -> None:
    assert [describe(d) + d.message for d in report] == []


# inputs, params, code, the text underlined, a word of the message, a word of the help
FAULTS = [
    ("[{name: x, type: int}, {name: x, type: str}]", "{x: 1}", "PXC201", "x", "twice", "rename"),
    ("[{name: globals, value: 1}]", "{}", "PXC217", "globals", "cannot be named", "another"),
    ("[{name: init, value: 1}]", "{}", "PXC217", "init", "cannot be named", "another"),
    ("[{name: x, type: int, value: a}]", "{}", "PXC202", "a", "`a` is not a whole", ""),
    ("[{name: x, type: 'List[int]', value: [1, b]}]", "{}", "PXC202", "b", "`b` is not", ""),
    ("[{name: x, type: int, value: '{{ globals.iteration }}'}]", "{}", "PXC202",
     "'{{ globals.iteration }}'", "cannot be a template", "`str`"),
    ("[{name: x, type: int, value: 1, isOptional: false}]", "{}", "PXC203", "false",
     "cannot be required", "remove"),
    ("[{name: x, type: int}]", "{}", "PXC204", "x", "`x` is required", "-P x="),
    ("[{name: x, type: int}]", "{x: null}", "PXC204", "null", "has no value", "default"),
    ("[{name: x, type: int}]", "{x: {}}", "PXC204", "{}", "has no value", "default"),
    ("[{name: rate, type: int}]", "{raet: 1}", "PXC204", "rate", "no param gives", "rename"),
    ("[{name: x, type: int, isOptional: false}]", "{}", "PXC204", "x", "required", "-P"),
    ("[{name: rate, value: 1}]", "{raet: 1}", "PXC205", "raet", "named `raet`", "mean `rate`"),
    ("[]", "{extra: hello}", "PXC205", "extra", "no input", "contextOnly"),
    ("[{name: x, type: int}]", "{x: 0.5}", "PXC206", "0.5", "is of type `int`", "float"),
    ("[{name: x, type: int}]", "{x: {value: a}}", "PXC206", "a", "whole number", ""),
    ("[{name: x, type: int}]", "{x: {value: a, contextOnly: true}}", "PXC206", "a", "whole", ""),
    ("[{name: x, type: 'Dict[str, int]'}]", "{x: {k: v}}", "PXC206", "v", "`v` is not", ""),
    ("[{name: x, type: 'List[int]'}]", "{x: '[1, \"b\"]'}", "PXC206", "'[1, \"b\"]'",
     "(at `[1]`)", ""),
    ("[{name: x, type: git}]", "{x: {value: {branch: b}}}", "PXC206", "b", "`branch` is not", ""),
    ("[{name: x, type: int, validation: {gt: 3}}]", "{x: 2}", "PXC214", "2", "greater than", ""),
    ("[{name: x, type: int, value: 9, options: [1, 2]}]", "{}", "PXC214", "9", "options", ""),
    ("[{name: x, validation: {options: [a]}}]", "{x: b}", "PXC214", "b", "options", ""),
    ("[{name: x, type: strr, value: 1}]", "{}", "PXC218", "strr", "unknown type", "`str`"),
    ("[{name: x, type: 'Dict[str, auth]'}]", "{x: 5}", "PXC218", "auth", "cannot hold", ""),
    ("[{name: x, type: 'Union[int, str]', value: 1}]", "{}", "PXC218", "Union", "hold", "any"),
    ("[{name: x, type: str, value: a, isFlag: true}]", "{}", "PXC222", "true", "booleans", ""),
    ("[{name: x, value: true, isFlag: true}]", "{}", "PXC222", "true", "no type", "type: bool"),
    ("[{name: x, type: str, value: a, validation: {gt: 1}}]", "{}", "PXC226", "1", "`gt`", "num"),
    ("[{name: x, value: 1}]", "{y: {value: 1, contextOnly: false}}", "PXC223", "y",
     "`contextOnly: false`", "x"),
    ("[{name: x, type: str}]", "{x: 2024-01-01}", "PXC007", "2024-01-01", "for a date", "quote"),
    ("[{name: x, type: str, value: 2024-1-1 10:00:00}]", "{}", "PXC007", "2024-1-1 10:00:00",
     "for a date", "quote"),
    ("[{name: x, value: 1, toEnv: '{{ y }}'}]", "{}", "PXC124", "'{{ y }}'", "`toEnv`", ""),
    ("[{name: x}]", "{x: {ref: ops.a, value: outputs.o}}", "PXC219", "ops.a", "operation `a`",
     "of a dag"),
    ("[{name: x}]", "{x: {ref: dag, value: inputs.o}}", "PXC219", "dag", "no dag", "of a dag"),
    ("[{name: x}]", "{x: {ref: run.1, value: inputs}}", "PXC219", "run.1", "not a ref", "runs."),
    ("[{name: x}]", "{x: {ref: runs.12, value: inputs}}", "PXC219", "runs.12", "`12` is not", ""),
    ("[{name: x}]", f"{{x: {{ref: runs.{RUN}}}}}", "PXC219", f"runs.{RUN}", "no `value`", "value"),
    ("[{name: x}]", f"{{x: {{ref: runs.{RUN}, value: 5}}}}", "PXC219", "5", "must be text", ""),
    ("[{name: x}]", f"{{x: {{ref: runs.{RUN}, value: output.o}}}}", "PXC219", "output.o",
     "`output` is not", "`outputs`"),
    ("[{name: x}]", f"{{x: {{ref: runs.{RUN}, value: outputs.a.b}}}}", "PXC219", "outputs.a.b",
     "too deep", "outputs.NAME"),
    ("[{name: x}]", f"{{x: {{ref: runs.{RUN}, value: io.a}}}}", "PXC219", "io.a", "too deep", ""),
    ("[{name: x}]", f"{{x: {{ref: runs.{RUN}, value: 'outputs.'}}}}", "PXC219", "'outputs.'",
     "lacks a name", ""),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "params", "code", "at", "says", "helps"), FAULTS)
def test_each_mistake_is_said_once(
    inputs: str, params: str, code: str, at: str, says: str, helps: str
) -> None:
    _, report = bound(document(inputs, params))
    found = only(report, code)
    assert found.span.text == at
    assert says in found.message
    assert helps in (found.help or "")
    assert not found.message.endswith(".")


def test_every_missing_input_is_named() -> None:
    _, report = bound(document("[{name: a}, {name: b, value: 1}, {name: c, type: int}]"))
    only(report, "PXC204", "PXC204")
    assert [d.span.text for d in report] == ["a", "c"]


def test_a_typo_is_shown_where_it_was_made() -> None:
    _, report = bound(document("[{name: lr, type: float}]", "{lrr: 0.1}"))
    found = only(report, "PXC204")
    assert [n.span.text for n in found.notes if n.span] == ["lrr"]


def test_a_misfit_shows_where_the_type_is_declared() -> None:
    _, report = bound(document("[{name: x, type: int}]", "{x: a}"))
    (note,) = only(report, "PXC206").notes
    assert note.span is not None
    assert note.span.text == "int"


# requiredness: section, io, whether PXC204 is due
REQUIRED = [
    ("inputs", "", True), ("inputs", "isOptional: true", False), ("inputs", "value: null", False),
    ("inputs", "delayValidation: true", False), ("inputs", "delayValidation: false", True),
    ("inputs", "validation: {delay: true}", False), ("inputs", "validation: {gt: 1}", True),
    ("outputs", "", False), ("outputs", "delayValidation: false", True),
    ("outputs", "validation: {delay: false}", True), ("outputs", "delayValidation: true", False),
    ("outputs", "delayValidation: false, isOptional: true", False),
    ("outputs", "delayValidation: false, value: 2", False),
]  # fmt: skip


@pytest.mark.parametrize(("section", "fields", "due"), REQUIRED)
@pytest.mark.parametrize("partial", [False, True])
def test_requiredness(section: str, fields: str, due: bool, partial: bool) -> None:
    text = document("[]").replace("inputs: []", f"{section}: [{{name: x, type: int, {fields}}}]")
    program, report = bound(text, partial=partial)
    assert [d.code.id for d in report] == (["PXC204"] if due and not partial else [])
    if partial and due:
        assert one(program, "x").value is None


def test_a_param_of_an_output_is_checked_at_once() -> None:
    text = document("[]", "{x: a}").replace("inputs: []", "outputs: [{name: x, type: int}]")
    assert only(bound(text)[1], "PXC206").span.text == "a"


STRICT = [
    ("{extra: 1}", ["PXC223"]), ("{extra: {value: 1, contextOnly: true}}", []), ("{x: 2}", []),
]  # fmt: skip


@pytest.mark.parametrize(("params", "codes"), STRICT)
@pytest.mark.parametrize("by_option", [False, True])
def test_strict_params(params: str, codes: list[str], by_option: bool) -> None:
    more = "" if by_option else "strictParams: true"
    _, report = bound(document("[{name: x, value: 1}]", params, more), strict=by_option)
    assert [d.code.id for d in report] == codes


def test_bindings_come_in_order_with_all_their_facts() -> None:
    program, report = bound("""
        kind: operation
        params:
          extra: {value: [1], contextOnly: true}
          lr: {value: 1, toEnv: MY_LR}
          out: 3
        component:
          inputs:
            - {name: data, type: s3, value: "s3://b", connection: bucket, toInit: true}
            - {name: lr, type: float, toEnv: LR, argFormat: "--rate {{ lr }}"}
            - {name: v, type: bool, isFlag: true, value: false}
            - {name: many, type: int, isList: true, value: [1]}
          outputs: [{name: out, type: metric}, {name: late}]
          run: {kind: job, container: {image: a}}
        """)
    only_none(report)
    seen = [(b.section, b.name, b.type, plain(b.value)) for b in program.bindings]
    assert seen == [
        ("inputs", "data", "s3", "s3://b"),
        ("inputs", "lr", "float", 1.0),
        ("inputs", "v", "bool", False),
        ("inputs", "many", "List[int]", [1]),
        ("outputs", "out", "metric", 3.0),
        ("outputs", "late", "", None),
        ("contexts", "extra", "", [1]),
    ]
    data, lr, v, *_ = program.bindings
    assert (data.connection, data.to_init, data.to_env) == ("bucket", True, None)
    assert (lr.to_env, lr.arg_format, lr.is_flag) == ("MY_LR", "--rate {{ lr }}", False)
    assert v.is_flag
    assert lr.given_at is not None
    assert (lr.span.text, lr.given_at.text) == ("lr", "1")
    assert one(program, "late").value is None


def test_what_the_author_wrote_keeps_its_node() -> None:
    program, _ = bound(document("[{name: x, type: 'List[int]'}]", "{x: [1, '2']}"))
    first, second = one(program, "x").value.items
    assert (first.plain, first.span.text) == (True, "1")
    assert (second.value, second.span.text) == (2, "'2'")


# matrix, joins: the inputs they satisfy
MATRIX = [
    ("matrix: {kind: grid, params: {x: {kind: choice, value: [1]}}}", []),
    ("matrix: {kind: mapping, values: [{x: 1}, {x: 2}]}", []),
    ("matrix: {kind: mapping, values: '{{ rows }}'}", []),
    ("matrix: {kind: grid, params: {y: {kind: choice, value: [1]}}}", ["PXC204"]),
    ("matrix: {kind: mapping, values: [{x: 1}, {y: 2}]}", ["PXC204"]),
    ("matrix: {kind: hyperband, maxIterations: 9, eta: 3, resource: {name: x, type: int},"
     " metric: {name: m, optimization: maximize}, params: {y: {kind: choice, value: [1]}}}", []),
    ("joins: [{query: 'status:succeeded', params: {x: {value: outputs.o}}}]", ["PXC206"]),
    ("joins: [{query: 'status:succeeded', params: {z: {value: outputs.o}}}]", []),
]  # fmt: skip


@pytest.mark.parametrize(("more", "codes"), MATRIX)
def test_matrix_and_joins_provide_names(more: str, codes: list[str]) -> None:
    inputs = "[{name: x, type: int}, {name: z, type: 'List[int]', value: []}]"
    if "z:" in more:
        inputs = "[{name: x, type: int, value: 1}, {name: z, type: 'List[int]'}]"
    _, report = bound(document(inputs, "{}", more))
    assert [d.code.id for d in report] == codes


def test_undeclared_names_of_a_matrix_are_bound() -> None:
    more = "matrix: {kind: grid, params: {y: {kind: choice, value: [1]}}}"
    program, report = bound(document("[]", "{}", more))
    only_none(report)
    assert (one(program, "y").section, one(program, "y").value) == ("contexts", None)


REFS = [
    ("outputs.loss", "outputs.loss"), ("'{{ outputs.loss }}'", "outputs.loss"),
    ("inputs", "inputs"), ("globals", "globals"), ("artifacts.a.b", "artifacts.a.b"),
    ("globals.status", "globals.status"), ("io", "io"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "path"), REFS)
def test_a_reference_to_a_run_waits_for_it(value: str, path: str) -> None:
    params = f"{{x: {{ref: runs.{RUN}, value: {value}}}}}"
    program, report = bound(document("[{name: x, type: float}]", params))
    only_none(report)
    template = one(program, "x").value
    assert isinstance(template, Template)
    (hole,) = template.parts
    assert isinstance(hole, Hole)
    assert isinstance(hole.expr, RunTimeRef)
    assert hole.expr.path == f"runs.{RUN}.{path}"


def test_templates_wait_until_they_are_settled() -> None:
    inputs = "[{name: x, type: int, validation: {le: 5}}, {name: y, value: 1}]"
    program, report = bound(document(inputs, "{x: '{{ y }}'}"))
    only_none(report)
    binding = one(program, "x")
    assert isinstance(binding.value, Template)
    span = binding.value.span
    assert settle(binding, Lit(span, "3"), report).value == 3
    assert settle(binding, binding.value, report) is binding.value
    assert not list(report)
    assert program.composed is not None
    declared = find_io(program.composed, binding)
    assert isinstance(settle(binding, Lit(span, 9), report, declared=declared), Invalid)
    assert isinstance(settle(binding, node_of(["a"], span), report, declared=declared), Invalid)
    assert [d.code.id for d in report] == ["PXC206", "PXC214"]


# templates as defaults: only what any text fits
DEFAULTS = [
    ("str", "'{{ y }}'", True), ("path", "'a/{{ y }}'", True), ("image", "'i:{{ y }}'", True),
    ("any", "'{{ y }}'", True), ("float", "'{{ y }}'", False), ("List[str]", "['{{ y }}']", True),
    ("List[int]", "['{{ y }}']", False), ("dict", "{k: '{{ y }}'}", True),
    ("dict", "'{{ y }}'", False), ("Dict[str, int]", "{k: '{{ y }}'}", False),
]  # fmt: skip


@pytest.mark.parametrize(("type", "default", "fits"), DEFAULTS)
def test_templates_as_defaults(type: str, default: str, fits: bool) -> None:
    _, report = bound(document(f"[{{name: x, type: '{type}', value: {default}}}]"))
    assert [d.code.id for d in report] == ([] if fits else ["PXC202"])


# the command line


def test_the_command_line_gives_text_that_types_read() -> None:
    inputs = "[{name: l, type: 'List[int]'}, {name: n, type: int}, {name: raw}]"
    cli = {"l": "[1,2]", "n": "3", "raw": "007", "t": "{{ n }}"}
    program, report = bound(document(inputs), cli=cli)
    only(report, "PXC205")
    values = {b.name: plain(b.value) for b in program.bindings}
    assert values == {"l": [1, 2], "n": 3, "raw": "007", "t": "{{ n }}"}
    assert isinstance(one(program, "t").value, Template)


def test_a_date_on_the_command_line_is_no_yaml() -> None:
    _, report = bound(document("[{name: x, type: str}]"), cli={"x": "2024-01-01"})
    only_none(report)


def test_the_command_line_keeps_what_else_a_param_says() -> None:
    main, report = operation("""
        params: {a: {value: 1, toEnv: A}, b: 2, c: {ref: ops.x, value: outputs.o}, d: null}
        container: {image: i}
        """)
    assert main is not None
    language = PolyaxonLanguage()
    given = pairs(("d", "4"), ("a", "5"), ("c", "6"), ("e", "7"))
    laid = overlay_params(main, given, language, report)
    assert isinstance(laid.params, Map)
    params = {plain(k): v for k, v in laid.params.entries}
    assert list(params) == ["a", "b", "c", "d", "e"]
    assert all(isinstance(p, Param) for p in params.values())
    shown = {k: (plain(p.value), plain(p.to_env), p.ref) for k, p in params.items()}
    assert shown == {
        "a": ("5", "A", None), "b": (2, None, None), "c": ("6", None, None),
        "d": ("4", None, None), "e": ("7", None, None),
    }  # fmt: skip
    assert overlay_params(main, (), language, report) is main


def test_a_param_given_twice_on_the_command_line_is_refused() -> None:
    main, report = operation("container: {image: i}")
    assert main is not None
    laid = overlay_params(main, pairs(("a", "1"), ("a", "2")), PolyaxonLanguage(), report)
    found = only(report, "PXC225")
    assert found.span.text == "2"
    assert [n.span.text for n in found.notes if n.span] == ["1"]
    assert plain(laid.params.get("a").value) == "1"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (document("[{name: d, type: datetime}]", "{d: '2020-01-02'}"), True),
        (document("[{name: n, type: int}]", "{n: 3}"), True),
        (document("[{name: k, type: int, value: 9, options: [1, 2]}]"), False),
        (
            document("[{name: lr, type: float, value: 0.2}]", "{typo: 1}", "strictParams: true"),
            False,
        ),
    ],
)
def test_examples(text: str, accepted: bool) -> None:
    assert bound(text)[1].has_errors is not accepted
