"""Hooks in the plan: what they run, when, and what they have of the run that they follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from pxc.ir.asked import asked
from pxc.ir.dump import dump
from pxc.ir.plan import Group, Hook, Plan, Unit
from tests.hub import compiled_with, hub
from tests.reading import found
from tests.test_expand_dag import _texts

HEAD = """\
kind: operation
name: train
params: {lr: 0.5}
component:
  inputs: [{name: lr, type: float}]
  outputs: [{name: loss, type: float}]
  run: {kind: job, container: {image: "i:1"}}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"))


def root(hooks: str, more: str = "") -> str:
    return f"{HEAD}hooks: [{hooks}]\n{more}"


def dag(*operations: str, more: str = "") -> str:
    listed = indent("\n".join(f"- {{{each}}}" for each in operations), "    ")
    return f"name: pipe\n{more}run:\n  kind: dag\n  operations:\n{listed}\n"


def members(plan: Plan) -> Iterator[Unit | Group]:
    """Every member of a plan, and the root."""
    waiting: list[Unit | Group] = [*plan.units, *([plan.group] if plan.group else [])]
    while waiting:
        member = waiting.pop(0)
        yield member
        if isinstance(member, Group):
            waiting[:0] = member.members


def told(hook: Hook) -> str:
    """A hook as a line: what it runs with which args, and when."""
    condition = "" if hook.condition is None else f" if {_texts(dump(hook.condition))}"
    unit = hook.unit
    args = "" if isinstance(unit, Group) else f" {_texts(dump(unit.pod.main.get('args')) or [])}"
    return f"{unit.name} on {hook.trigger}{condition}{args}"


HOOKS: dict[str, tuple[str, list[str]]] = {
    "a trigger, and none": (
        root("{hubRef: tell, trigger: failed}, {hubRef: tell}"),
        ["train-tell on failed [None, '1']", "train-tell-2 on done [None, '1']"],
    ),
    "values of the run, known and not": (
        root(
            "{hubRef: tell, params: {text: {value: '{{ lr }} {{ loss }} {{ globals.project_name }}"
            " {{ globals.uuid }}'}}}"
        ),
        [
            "train-tell on done [\"<'0.5 ' ~ run.outputs.loss ~ ' p ' ~ run.globals.uuid>\", '1']",
        ],
    ),
    "what every hook is given": (
        root("{hubRef: 'told:v1'}"),
        ["train-told on done ['train <run.status>', 'job/job', '0.5', '<run.outputs.loss>']"],
    ),
    "a condition that is known, one that is not, and one that holds": (
        root(
            "{hubRef: tell, conditions: '{{ lr > 1 }}'}, {hubRef: tell, conditions:"
            " \"{{ loss < lr and status == 'failed' }}\"}, {hubRef: tell, conditions: '{{ lr < 1 }}'}"
        ),
        [
            "train-tell on done if False [None, '1']",
            "train-tell-2 on done if <run.outputs.loss < 0.5 and run.status == 'failed'> [None, '1']",
            "train-tell-3 on done [None, '1']",
        ],
    ),
    "an output that a run may log without declaring it": (
        root("{hubRef: tell, conditions: '{{ auc > 0.9 }}'}"),
        ["train-tell on done if <run.outputs.auc > 0.9> [None, '1']"],
    ),
    "a run of its own by its uuid": (
        root(
            "{hubRef: tell, params: {text: {ref: runs.8d2f1a0b3a14b0f8b2d9d8a4cb4cc11a,"
            " value: outputs.o}}}"
        ),
        ["train-tell on done [\"<runs['8d2f1a0b3a14b0f8b2d9d8a4cb4cc11a'].outputs.o>\", '1']"],
    ),
    "an operation of a dag, with what the dag and others give it": (
        dag(
            "name: a, component: {outputs: [{name: o, type: str}],"
            " run: {kind: job, container: {image: i}}}",
            "name: b, container: {image: i}, params: {x: {ref: ops.a, value: outputs.o}},"
            " hooks: [{hubRef: tell, conditions: '{{ x == 1 }}',"
            " params: {text: {ref: ops.a, value: outputs.o}}},"
            " {hubRef: tell, params: {text: {ref: dag, value: globals.name}}},"
            " {hubRef: tell, params: {text: {ref: dag, value: globals.uuid}}}]",
        ),
        [
            "b-tell on done if <ops.a.outputs.o == 1> ['<ops.a.outputs.o>', '1']",
            "b-tell-2 on done ['pipe', '1']",
            "b-tell-3 on done ['<dag.globals.uuid>', '1']",
        ],
    ),
    "a dag as a whole, and a name that an operation has": (
        dag(
            "name: a, container: {image: i}, hooks: [{hubRef: tell}]",
            "name: a-tell, container: {image: i}",
            more="hooks: [{hubRef: tell, trigger: upstream_failed}]\n",
        ),
        ["pipe-tell on upstream_failed [None, '1']", "a-tell-2 on done [None, '1']"],
    ),
    "a hook that is a dag": (
        root("{hubRef: flow, params: {text: {value: '{{ loss }}'}}}"),
        ["train-flow on done"],
    ),
    "the runs of a matrix as a whole": (
        root("{hubRef: tell, params: {text: {value: '{{ status }} {{ kind }}'}}}")
        + "matrix: {kind: mapping, values: [{lr: 1.0}, {lr: 2.0}]}\n",
        ["train-tell on done [\"<run.status ~ ' matrix'>\", '1']"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOOKS)
def test_hooks(name: str, catalog: Path) -> None:
    text, expected = HOOKS[name]
    outcome = compiled_with(catalog, text)
    assert outcome.plan is not None, found(outcome.report)
    assert [told(hook) for m in members(outcome.plan) for hook in m.hooks] == expected
    assert [d.feature for d in asked(outcome.plan) if d.feature == "hooks"]


def test_a_dag_inside_of_a_hook_takes_values_of_the_run(catalog: Path) -> None:
    outcome = compiled_with(catalog, HOOKS["a hook that is a dag"][0])
    flow = outcome.plan.units[0].hooks[0].unit
    assert _texts(dump(flow.members[0].pod.main.get("args"))) == ["<dag.run.outputs.loss>"]
    assert [i.name for i in flow.inputs] == ["text"]


def test_a_hook_joins_its_connection(catalog: Path) -> None:
    outcome = compiled_with(catalog, root("{hubRef: tell, connection: images}"))
    unit = outcome.plan.units[0].hooks[0].unit
    assert [a.name for a in unit.pod.attachments] == ["images"]


def test_defaults_can_be_left_out(catalog: Path) -> None:
    outcome = compiled_with(catalog, root("{hubRef: 'told:v1', disableDefaults: true}"))
    assert {d.code.id for d in outcome.report} >= {"PXC302"}


FAULTS: dict[str, tuple[str, list[str]]] = {
    "a missing param": (root("{hubRef: strict}"), ["PXC204 8:18 strict"]),
    "a param of another type": (
        root("{hubRef: strict, params: {must: {value: x}}}"),
        ["PXC206 8:49 x"],
    ),
    "a value of the run of another type": (
        root("{hubRef: strict, params: {must: {value: '{{ name }}'}}}"),
        ["PXC206 8:49 '{{ name }}'"],
    ),
    "an operation of a dag counts as a file": (
        dag("name: a, container: {image: i}, hooks: [{hubRef: strict}]"),
        ["PXC204 5:57 strict"],
    ),
    "a component with nothing to run": (root("{hubRef: nothing}"), ["PXC120 1:1 kind"]),
    "a preset that is not there": (
        root("{hubRef: tell, presets: [absent]}"),
        ["PXC224 8:34 absent"],
    ),
    "a connection that is not there": (
        root("{hubRef: tell, connection: absent}"),
        ["PXC209 8:36 absent"],
    ),
    "an output of another operation of another type": (
        dag(
            "name: a, component: {outputs: [{name: o, type: str}],"
            " run: {kind: job, container: {image: i}}}",
            "name: b, dependencies: [a], container: {image: i},"
            " hooks: [{hubRef: strict, params: {must: {ref: ops.a, value: outputs.o}}}]",
        ),
        ["PXC425 6:119 outputs.o"],
    ),
    "an output that another operation does not have": (
        dag(
            "name: a, component: {outputs: [{name: o, type: str}],"
            " run: {kind: job, container: {image: i}}}",
            "name: b, dependencies: [a], container: {image: i},"
            " hooks: [{hubRef: tell, params: {text: {ref: ops.a, value: outputs.p}}}]",
        ),
        ["PXC446 6:117 outputs.p"],
    ),
    "an output that another operation does not have, for a build beside a hook": (
        dag(
            "name: a, component: {outputs: [{name: o, type: str}],"
            " run: {kind: job, container: {image: i}}}",
            "name: b, dependencies: [a], container: {image: i}, hooks: [{hubRef: tell}],"
            " build: {hubRef: 'acme/kaniko:v1', params: {context: {ref: ops.a, value: outputs.p}}}",
        ),
        ["PXC446 6:156 outputs.p"],
    ),
    "a value that each run of a matrix has": (
        root("{hubRef: tell, params: {text: {value: '{{ lr }}'}}}")
        + "matrix: {kind: mapping, values: [{lr: 1.0}, {lr: 2.0}]}\n",
        ["PXC703 8:47 '{{ lr }}'"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str, catalog: Path) -> None:
    text, expected = FAULTS[name]
    outcome = compiled_with(catalog, text)
    assert [f for f in found(outcome.report) if "PXC50" not in f] == expected


def test_an_unknown_component_is_a_demand_of_its_owner(catalog: Path) -> None:
    text = dag(
        "name: a, container: {image: i}, hooks: [{hubRef: tell}, {hubRef: 'no:1'}]",
        "name: b, container: {image: i}, isApproved: false, cache: {disable: true}",
        "name: c, run: {kind: dag, operations: [{name: d, container: {image: i}, cost: 2}]}",
        more="hooks: [{hubRef: 'no:1'}]\n",
    )
    plan = compiled_with(catalog, text).plan
    listed: list[Any] = [(d.feature, d.owner) for d in asked(plan)]
    assert sorted(listed) == [
        ("approval", "b"), ("cache", "b"), ("cost", "c/d"), ("hooks", ""), ("hooks", "a"),
    ]  # fmt: skip


def test_one_section_is_refused_once(catalog: Path) -> None:
    outcome = compiled_with(catalog, root("{hubRef: tell}, {hubRef: tell}, {hubRef: 'no:1'}"))
    assert [d.code.id for d in outcome.report if "hooks" in d.message] == ["PXC701"]


LINTED: dict[str, tuple[str, list[str]]] = {
    "a name that the operation does not have": (
        dag("name: a, container: {image: i}, hooks: [{hubRef: 'h:1', conditions: '{{ x > 1 }}'}]"),
        ["PXC318 5:80 x"],
    ),
    "a reference to what no run has": (
        dag(
            "name: a, container: {image: i},"
            " hooks: [{hubRef: 'h:1', params: {t: {ref: runs.x, value: outputs.o}}}]"
        ),
        ["PXC219 5:82 runs.x"],
    ),
    "an output that a dag never has": (
        dag(
            "name: a, run: {kind: dag, operations: [{name: z, container: {image: i}}]}",
            "name: b, dependencies: [a], container: {image: i},"
            " hooks: [{hubRef: 'h:1', params: {t: {ref: ops.a, value: outputs.o}}}]",
        ),
        ["PXC216 6:115 outputs.o"],
    ),
    "names that are there": (
        dag(
            "name: a, container: {image: i}, params: {p: 1}, hooks: [{hubRef: 'h:1',"
            " conditions: '{{ p > 1 and status == globals.x }}', params: {q: {value: '{{ q }}'}}}]"
        ),
        [],
    ),
}


@pytest.mark.parametrize("name", LINTED)
def test_hooks_of_operations_are_linted(name: str, catalog: Path) -> None:
    text, expected = LINTED[name]
    codes = ("PXC318", "PXC219", "PXC216", "PXC446")
    report = compiled_with(catalog, text, lint=True).report
    assert [f for f in found(report) if f.startswith(codes)] == expected
