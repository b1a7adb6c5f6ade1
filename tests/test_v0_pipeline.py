"""Pipelines of version 0: what each field comes to, what is told, and that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pxc.diagnostics import Report, Severity
from pxc.driver import Outcome, Request, SourceText, lint_request
from pxc.grammar.v0.migrate import migrate
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Lit, Map, Seq, plain, walk
from pxc.source import Source, Span

TEMPLATES = """
templates:
  - kind: job
    name: load
    outputs: [{name: rows, type: int}, {name: my-path, type: path}]
    build: {image: "load:1"}
    run: {cmd: load}
  - kind: experiment
    name: train
    inputs: [{name: rows, type: int, is_optional: true, default: 1}]
    build: {image: "train:1"}
    run: {cmd: "train {{ rows }}"}
  - kind: job
    name: free
    params: {n: 1}
    build: {image: "free:1"}
    run: {cmd: "echo {{ n }} {{ what }}"}
  - kind: job
    name: built
    build: {image: "base:1", build_steps: [make]}
    run: {cmd: a}
"""
EVERYWHERE = ("PXC942", "PXC953")
"""What any build, and any command, is told."""

OPS = "ops: [{name: a, template: {name: load}}]\n"


def migrated(text: str) -> tuple[Map, Map, Report]:
    """The tree of a file, what it comes to, and what is told."""
    report = Report()
    tree = read_yaml(Source("f.yaml", text), report)
    assert tree is not None
    found = migrate(tree, report)
    assert found is not None
    return tree, found, report


def told(report: Report) -> list[str]:
    """All but that code has to come from somewhere, which every file with a command is told."""
    found = [d for d in report if d.code.id != "PXC953"]
    return [f"{d.code.id} {d.span.line}:{d.span.column} {d.span.text}" for d in found]


def fields_of(text: str) -> tuple[dict[str, Any], list[str]]:
    _, found, report = migrated(f"version: 1\nkind: pipeline\n{text}")
    return plain(found), told(report)


def operation(text: str) -> tuple[dict[str, Any], list[str]]:
    """What an operation that stands after `load` and `other` comes to, without its name."""
    ops = f"""version: 1
kind: pipeline
ops:
  - {{name: load, template: {{name: load}}}}
  - {{name: other, template: {{name: load}}}}
  - {{name: it, {text}}}"""
    _, found, report = migrated(ops + TEMPLATES)
    [*_, made] = plain(found)["run"]["operations"]
    assert made.pop("name") == "it"
    return made, [f"{d.code.id} {d.span.text}" for d in report if d.code.id not in EVERYWHERE]


HEAD: dict[str, dict[str, Any]] = {
    "name: nightly": {"name": "nightly"},
    "description: what": {"description": "what"},
    "tags: [a, b]": {"tags": ["a", "b"]},
    "logging: {level: DEBUG}": {"plugins": {"logLevel": "DEBUG"}},
    "timeout: 60": {"termination": {"timeout": 60}},
    "backend: native": {},
    "tags:": {},
}


@pytest.mark.parametrize("text", HEAD)
def test_a_field_of_a_pipeline(text: str) -> None:
    found, codes = fields_of(f"{text}\n{OPS}{TEMPLATES}")
    run = found.pop("run")
    assert found == {"version": 1.1, "kind": "component"} | HEAD[text]
    assert (run["kind"], len(run["operations"]), len(run["components"])) == ("dag", 1, 4)
    assert [code for code in codes if code.split()[0] not in EVERYWHERE] == []


def test_how_many_run_at_once() -> None:
    found, _ = fields_of(f"concurrency: 3\n{OPS}{TEMPLATES}")
    assert found["run"]["concurrency"] == 3


T, U = "2019-06-24T21:20:07+00:00", "2030-01-01"
SCHEDULES = {
    f"schedule: {{kind: interval, start_at: '{T}', frequency: 120, depends_on_past: true}}":
        {"kind": "interval", "frequency": 120, "startAt": T, "dependsOnPast": True},
    "schedule: {kind: interval, frequency: '60'}": {"kind": "interval", "frequency": "60"},
    f"schedule: {{kind: interval, frequency: 60, end_at: {U}, depends_on_past: no}}":
        {"kind": "interval", "frequency": 60, "endAt": U, "dependsOnPast": False},
    f"schedule: {{kind: cron, cron: '0 1 * * *', start_at: {U}}}":
        {"kind": "cron", "cron": "0 1 * * *", "startAt": U},
    f"execute_at: '{T}'": {"kind": "datetime", "startAt": T},
}  # fmt: skip


@pytest.mark.parametrize("text", SCHEDULES)
def test_a_schedule(text: str) -> None:
    found, _ = fields_of(f"name: p\ntimeout: 5\n{text}\n{OPS}{TEMPLATES}")
    assert found["kind"] == "operation"
    assert found["schedule"] == SCHEDULES[text]
    assert (found["name"], found["termination"]) == ("p", {"timeout": 5})
    assert [*found["component"]] == ["run"]


def ref(name: str, **more: Any) -> dict[str, Any]:
    operation, _, value = name.partition(".")
    return {"ref": f"ops.{operation}", "value": value, **more}


LOAD = {"dagRef": "load"}
ONLY = {"contextOnly": True}
ASKS = "template: {name: train}, conditions: {kind: outputs, op: load,"
OPERATIONS: dict[str, dict[str, Any]] = {
    "template: {name: load}": LOAD,
    "template: {path: a/b.yaml}": {"pathRef": "a/b.yaml"},
    "template: {url: 'https://e.org/a.yaml'}": {"urlRef": "https://e.org/a.yaml"},
    "template: {action: deep}": {"hubRef": "deep"},
    "template: {event: wait}": {"hubRef": "wait"},
    "template: {name: load, path: ''}": LOAD,
    "template: {name: load}, version: 1, kind: job": LOAD,
    "template: {name: load}, description: d, tags: [x]": {"description": "d", "tags": ["x"]} | LOAD,
    "template: {name: load}, logging: {level: WARN}": {"plugins": {"logLevel": "WARN"}} | LOAD,
    "template: {name: load}, max_retries: 2": {"termination": {"maxRetries": 2}} | LOAD,
    "template: {name: load}, max_retries: 2, retry_exp_backoff: false":
        {"termination": {"maxRetries": 2}} | LOAD,
    "template: {name: load}, dependencies: [load]": {"dependencies": ["load"]} | LOAD,
    "template: {name: load}, dependencies: [load], trigger: one_failed":
        {"dependencies": ["load"], "trigger": "one_failed"} | LOAD,
    "template: {name: load}, dependencies: [load], trigger: ALL_DONE":
        {"dependencies": ["load"], "trigger": "all_done"} | LOAD,
    "template: {name: load}, skip_on_upstream_skip: true": {"skipOnUpstreamSkip": True} | LOAD,
    # params
    "template: {name: train}, params: {rows: 5}": {"params": {"rows": 5}, "dagRef": "train"},
    "template: {name: train}, params: {rows: '{{ops.load.outputs.rows}}'}":
        {"params": {"rows": ref("load.outputs.rows")}, "dagRef": "train"},
    "template: {name: train}, params: {other: 5}": {"params": {"other": 5}, "dagRef": "train"},
    "template: {name: free}, params: {n: 2, what: x}":
        {"params": {"n": 2, "what": {"value": "x"} | ONLY}, "dagRef": "free"},
    "template: {name: free}, params: {what: '{{ ops.load.outputs.my-path }}'}":
        {"params": {"what": ref("load.outputs.my-path", **ONLY)}, "dagRef": "free"},
    "template: {action: x}, params: {a: '{{ ops.load.outputs }}', b: {value: 1}}":
        {"params": {"a": ref("load.outputs"), "b": {"value": {"value": 1}}}, "hubRef": "x"},
    # conditions on the end of an operation
    **{
        f"template: {{name: load}}, {given}conditions: {{kind: status, op: load, trigger: {status}}}":
            {"dependencies": ["load"]} | ({"trigger": trigger} if trigger else {}) | LOAD
        for given, status, trigger in (
            ("", "failed", "all_failed"), ("", "done", "all_done"),
            ("", "succeeded", ""), ("trigger: all_failed, ", "done", "all_failed"),
            ("trigger: one_done, ", "failed", "all_failed"),
            ("trigger: one_failed, ", "failed", "one_failed"),
            ("dependencies: [load], ", "failed", "all_failed"),
        )
    },
    "template: {name: load}, dependencies: [other], conditions: {kind: status, op: load, trigger: done}":
        {"dependencies": ["other", "load"]} | LOAD,
    "template: {name: load}, dependencies: [load, other], conditions: {kind: status, op: load, trigger: succeeded}":
        {"dependencies": ["load", "other"]} | LOAD,
    "template: {name: load}, dependencies: [load, other], trigger: all_failed, conditions: {kind: status, op: load, trigger: failed}":
        {"dependencies": ["load", "other"], "trigger": "all_failed"} | LOAD,
    # conditions on outputs
    f"{ASKS} exp: eq, params: [[rows, 5]]}}":
        {"conditions": "{{ rows == 5 }}", "params": {"rows": ref("load.outputs.rows", **ONLY)}, "dagRef": "train"},
    f"{ASKS} exp: ne, params: [[my-path, a\"b], [load.loss, 0.5]]}}":
        {"conditions": '{{ my_path != "a\\"b" and loss | float != 0.5 }}',
         "params": {"my_path": ref("load.outputs.my-path", **ONLY), "loss": ref("load.outputs.loss", **ONLY)}, "dagRef": "train"},
    f"params: {{rows: '{{{{ ops.load.outputs.rows }}}}'}}, {ASKS} exp: eq, params: [[rows, '{{{{ ops.other.outputs.rows }}}}']]}}":
        {"conditions": "{{ rows == rows_2 }}",
         "params": {"rows": ref("load.outputs.rows"), "rows_2": ref("other.outputs.rows", **ONLY)}, "dagRef": "train"},
    f"{ASKS} exp: eq, params: [[globals, true]]}}":
        {"conditions": "{{ output_globals == true }}",
         "params": {"output_globals": ref("load.outputs.globals", **ONLY)}, "dagRef": "train"},
    # what it changes of its template
    "template: {name: load}, environment: {node_selector: {a: b}, resources: {cpu: {requests: 1}}}":
        {"runPatch": {"environment": {"nodeSelector": {"a": "b"}}, "container": {"resources": {"requests": {"cpu": 1}}}}} | LOAD,
    "template: {name: load}, environment: {max_restarts: 3}": {"termination": {"maxRetries": 3}} | LOAD,
    "template: {action: x}, environment: {service_account: s}":
        {"runPatch": {"environment": {"serviceAccountName": "s"}}, "hubRef": "x"},
    "template: {name: load}, build: {image: 'b:2'}": {"runPatch": {"container": {"image": "b:2"}}} | LOAD,
}  # fmt: skip


@pytest.mark.parametrize("text", OPERATIONS)
def test_an_operation(text: str) -> None:
    found, codes = operation(text)
    assert found == OPERATIONS[text]
    assert codes == []


FINDINGS = {
    # an operation: the codes, with what each points at
    "template: {}": ["PXC104 {}"],
    "dependencies: [load]": ["PXC104 name"],
    "template: {name: lod}": ["PXC428 lod"],
    "template: {name: load, path: a.yaml}": ["PXC118 path"],
    "template: {nme: load}": ["PXC102 nme"],
    "template: {name: load}, triggr: all_done": ["PXC102 triggr"],
    "template: {name: load}, schedule: {kind: cron}": ["PXC103 schedule"],
    "template: {name: load}, max_retries: many": ["PXC105 many"],
    "template: {name: load}, version: 2": ["PXC111 2"],
    "template: {name: load}, kind: group": ["PXC961 group"],
    "template: {action: x}, kind: group": ["PXC961 group"],
    "template: {name: load}, concurrency: 2": ["PXC960 concurrency"],
    "template: {name: load}, max_retries: 1, retry_delay: 5, max_retry_delay: 9": ["PXC956 retry_delay"],
    "template: {name: load}, max_retries: 1, environment: {max_restarts: 2}": ["PXC118 max_restarts"],
    "template: {name: load}, logging: {formatter: x}": ["PXC949 formatter"],
    "template: {name: train}, params: {rows: 'a {{ ops.load.outputs.rows }}'}": ["PXC959 'a {{ ops.load.outputs.rows }}'"],
    "template: {name: train}, params: {rows: '{{ rows }}'}": ["PXC959 rows"],
    "template: {name: train}, params: {rows: '{{ ops.load.inputs.rows }}'}": ["PXC959 ops.load.inputs.rows"],
    "template: {name: train}, params: {rows: '{{ experiments.12.outputs.rows }}'}": ["PXC940 experiments.12.outputs.rows"],
    "template: {name: train}, params: {rows: '{{ jobs.12.outputs.rows }}'}": ["PXC940 jobs.12.outputs.rows"],
    "template: {name: load}, conditions: {op: load}": ["PXC104 op"],
    "template: {name: load}, conditions: {kind: state, op: load}": ["PXC108 state"],
    "template: {name: load}, conditions: {kind: status, op: load}": ["PXC104 op"],
    "template: {name: load}, conditions: {kind: status, op: load, trigger: fine}": ["PXC116 fine"],
    "template: {name: load}, trigger: all_succeeded, conditions: {kind: status, op: load, trigger: failed}": ["PXC957 conditions"],
    "template: {name: load}, dependencies: [other], conditions: {kind: status, op: load, trigger: failed}": ["PXC957 conditions"],
    "template: {name: load}, conditions: {kind: outputs, op: load, exp: gt, params: [[a, 1]]}": ["PXC116 gt"],
    "template: {name: load}, conditions: {kind: outputs, op: load, exp: eq, params: [[a]]}": ["PXC957 [a]"],
    "template: {name: load}, conditions: {kind: outputs, op: load, exp: eq, params: [[a.b.c, 1]]}": ["PXC957 a.b.c"],
    "template: {name: load}, conditions: {kind: outputs, op: load, exp: eq, params: [[a, [1]]]}": ["PXC957 [1]"],
    "template: {name: load}, environment: {n_workers: 2}": ["PXC962 n_workers"],
    "template: {name: built}, build: {image: x}": ["PXC962 build"],
    "template: {name: load}, environment: {secret_refs: [k]}": ["PXC943 k"],
    "template: {name: load}, build: {ref: 12}": ["PXC940 12"],
}  # fmt: skip


@pytest.mark.parametrize("text", FINDINGS)
def test_what_is_told_of_an_operation(text: str) -> None:
    _, codes = operation(text)
    assert codes == FINDINGS[text]


WHOLE = {
    # a pipeline without its templates, and what is told
    f"schedule: {{frequency: 5}}\n{OPS}": ["PXC104 3:12 frequency"],
    f"schedule: {{kind: hourly}}\n{OPS}": ["PXC108 3:18 hourly"],
    f"schedule: {{kind: cron, frequency: 5}}\n{OPS}": ["PXC104 3:24 frequency", "PXC101 3:24 frequency"],
    f"schedule: {{kind: cron, cron: '@daily'}}\nexecute_at: 2030-01-01\n{OPS}": ["PXC118 4:1 execute_at"],
    f"backend: airflow\n{OPS}": ["PXC958 3:10 airflow"],
    f"environment: {{}}\n{OPS}": ["PXC103 3:1 environment"],
    f"concurrency: 0\n{OPS}": ["PXC116 3:14 0"],
    f"framework: x\n{OPS}": ["PXC101 3:1 framework"],
    "ops: {a: 1}\n": ["PXC105 3:6 {a: 1}"],
    "name: p\n": ["PXC104 1:1 version"],
}  # fmt: skip


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_told_of_a_pipeline(text: str) -> None:
    _, codes = fields_of(text + TEMPLATES)
    assert sorted(c for c in codes if "PXC942" not in c) == sorted(WHOLE[text])


AT_ONCE = ("conditions", "schedule")
"""What is read as a whole, or not at all."""
Leaf = tuple[tuple[str, ...], Lit[Any], tuple[Span, ...]]
IMPLIED = {("version",), ("kind",), ("backend",)}
"""What the new file says by being one."""


def leaves(node: Any, path: tuple[str, ...] = (), around: tuple[Span, ...] = ()) -> Iterator[Leaf]:
    """The scalars of a tree, the names that lead to them, and the places of what they are in."""
    if isinstance(node, Map):
        for key, value in node.entries:
            name = str(plain(key))
            outer = () if name in AT_ONCE else around
            yield from leaves(value, (*path, name), (*outer, key.span, value.span))
    elif isinstance(node, Seq):
        for item in node.items:
            yield from leaves(item, path, (*around, item.span))
    elif isinstance(node, Lit):
        yield path, node, around


def meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def lost(text: str) -> list[str]:
    """Scalars of a pipeline that are neither in what it comes to nor told."""
    tree, found, report = migrated(text)
    made = [node for node in walk(found) if isinstance(node, Lit)]
    kept = [node.span for node in made]
    expressions = " ".join(str(node.value) for node in made if "{{" in str(node.value))
    faults = [
        d for d in report if d.code.id != "PXC104"
    ]  # what is missing says nothing of the rest
    said = [d.span for d in faults] + [n.span for d in faults for n in d.notes if n.span]
    starts = {span.start for span in said}
    errors = [d.span for d in report if d.code.severity is Severity.ERROR]
    return [
        f"{'.'.join(path)}: {leaf.value}"
        for path, leaf, around in leaves(tree)
        if path not in IMPLIED
        and path[-1] not in ("version", "kind")
        and leaf.value not in (None, "", False, 0)
        and not any(meet(leaf.span, span) for span in (*kept, *said))
        and not any(span.start in starts for span in around)
        and not ("ops" in path and path[-1] in ("trigger", "op", "exp") and "conditions" in text)
        and not ("conditions" in path and json.dumps(leaf.value) in expressions)
        and not (
            {*AT_ONCE} & {*path} and any(meet(span, error) for span in around for error in errors)
        )
    ]


@pytest.mark.parametrize("text", [*OPERATIONS, *FINDINGS])
def test_no_field_of_an_operation_is_lost(text: str) -> None:
    ops = f"ops:\n  - {{name: load, template: {{name: load}}}}\n  - {{name: it, {text}}}"
    assert lost(f"version: 1\nkind: pipeline\n{ops}{TEMPLATES}") == []


@pytest.mark.parametrize("text", [*(f"{t}\n{OPS}" for t in (*HEAD, *SCHEDULES)), *WHOLE])
def test_no_field_of_a_pipeline_is_lost(text: str) -> None:
    assert lost(f"version: 1\nkind: pipeline\n{text}{TEMPLATES}") == []


NAMES = st.sampled_from(["a", "b", "load", "it"])
SCALARS = st.one_of(
    st.integers(-2, 9), st.booleans(), NAMES, st.none(), st.just("{{ ops.a.outputs.b }}")
)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda t: st.lists(t, max_size=3) | st.dictionaries(NAMES, t, max_size=3)
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": NAMES, "kind": st.just("job"), "version": st.just(1), "tags": st.lists(NAMES, max_size=2),
    "template": st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "path", "action", "event"), NAMES)),
    "params": st.dictionaries(NAMES, TREES, max_size=3),
    "dependencies": st.lists(NAMES, max_size=3), "trigger": st.sampled_from(["all_done", "ONE_FAILED", "x"]),
    "conditions": st.one_of(
        st.fixed_dictionaries({"kind": st.just("status"), "op": NAMES, "trigger": st.sampled_from(["failed", "done"])}),
        st.fixed_dictionaries({"kind": st.just("outputs"), "op": NAMES, "exp": st.sampled_from(["eq", "ne"]),
                               "params": st.lists(st.lists(SCALARS, min_size=2, max_size=2), max_size=2)}),
    ),
    "environment": st.dictionaries(st.sampled_from(["labels", "max_restarts", "n_ps", "index"]), TREES, max_size=2),
    "build": st.fixed_dictionaries({}, optional={"image": NAMES, "build_steps": st.lists(NAMES)}),
    "concurrency": st.integers(0, 3), "max_retries": st.integers(0, 3), "retry_delay": SCALARS, "oops": TREES,
}  # fmt: skip
OPERATION = st.fixed_dictionaries({}, optional=FIELDS)


@given(st.lists(st.one_of(OPERATION, TREES), max_size=4), TREES)
def test_any_pipeline_is_read_and_nothing_of_it_is_lost(ops: list[Any], templates: Any) -> None:
    document = {"version": 1, "kind": "pipeline", "ops": ops}
    text = yaml.safe_dump(document, sort_keys=False) + TEMPLATES
    assert lost(text) == []
    document["templates"] = templates
    outcome = linted(yaml.safe_dump(document, sort_keys=False))
    assert "PXC000" not in {d.code.id for d in outcome.report}


def linted(text: str) -> Outcome:
    return lint_request(Request(files=(SourceText("f.yaml", text.encode()),)))
