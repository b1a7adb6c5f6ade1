"""The interpreter of plans against what the documentation of flows says, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hub import compiled_with, hub
from tests.plan_interpreter import FAILED, FAILS, NEVER, SKIPPED, SUCCEEDED, Fate, Script, interpret
from tests.reading import compiled
from tests.test_expand_dag import dag

ENDINGS = {"s": SUCCEEDED, "f": FAILED, "k": SKIPPED, "n": NEVER}
ROOTS = """
- {name: s, container: {image: i}}
- {name: f, container: {image: i}}
- {name: k, container: {image: i}, conditions: "{{ 1 > 2 }}"}
- {name: n, container: {image: i}, dependencies: [f]}
"""
TRIGGERS = {
    # trigger: what starts, of every pair of endings of two upstreams
    "all_succeeded": {"ss", "sk", "kk"},
    "all_failed": {"ff"},
    "all_done": {"ss", "sf", "sk", "sn", "ff", "fk", "fn", "kk", "kn", "nn"},
    "one_succeeded": {"ss", "sf", "sk", "sn", "fk", "kk", "kn"},
    "one_failed": {"sf", "ff", "fk", "fn"},
    "one_done": {"ss", "sf", "sk", "sn", "ff", "fk", "fn", "kk", "kn", "nn"},
}
PAIRS = sorted(TRIGGERS["all_done"])


def states(operations: str, **scripts: Script) -> dict[str, str]:
    outcome = compiled(dag(operations))
    assert outcome.plan is not None
    return {path: fate.state for path, fate in interpret(outcome.plan, scripts).items()}


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_trigger_of_two(trigger: str) -> None:
    waiting = "".join(
        f"- {{name: t-{pair}, container: {{image: i}}, trigger: {trigger},"
        f" dependencies: [{', '.join(dict.fromkeys(pair))}]}}\n"
        for pair in PAIRS
    )
    found = states(ROOTS + waiting, f=FAILS)
    assert {name: found[name] for name in ENDINGS} == ENDINGS
    assert {pair for pair in PAIRS if found[f"t-{pair}"] == SUCCEEDED} == TRIGGERS[trigger]
    assert {found[f"t-{pair}"] for pair in PAIRS} <= {SUCCEEDED, NEVER}


DAGS = {
    "a handled failure is a failure all the same": (
        "- {name: a, container: {image: i}}\n"
        "- {name: b, container: {image: i}, dependencies: [a], trigger: all_failed}\n",
        {"a": FAILS},
        {"a": FAILED, "b": SUCCEEDED, "": FAILED},
    ),
    "what waits for a failure in vain fails nothing": (
        "- {name: a, container: {image: i}}\n"
        "- {name: b, container: {image: i}, dependencies: [a], trigger: all_failed}\n",
        {},
        {"a": SUCCEEDED, "b": NEVER, "": SUCCEEDED},
    ),
    "a skip goes on where it is asked for, whatever the trigger": (
        "- {name: a, container: {image: i}, conditions: '{{ 1 > 2 }}'}\n"
        "- {name: b, container: {image: i}, dependencies: [a], trigger: all_done,"
        " skipOnUpstreamSkip: true}\n"
        "- {name: c, container: {image: i}, dependencies: [b]}\n",
        {},
        {"a": SKIPPED, "b": SKIPPED, "c": SUCCEEDED, "": SUCCEEDED},
    ),
    "a condition reads an output": (
        "- {name: a, outputs: [{name: y, type: float}], container: {image: i}}\n"
        "- {name: b, container: {image: i}, params: {y: {ref: ops.a, value: outputs.y}},"
        ' conditions: "{{ y > 0.9 }}"}\n'
        "- {name: c, container: {image: i}, params: {y: {ref: ops.a, value: outputs.y}},"
        ' conditions: "{{ y <= 0.9 }}"}\n',
        {"a": Script(outputs={"y": 0.95})},
        {"a": SUCCEEDED, "b": SUCCEEDED, "c": SKIPPED, "": SUCCEEDED},
    ),
    "retries": (
        "- {name: a, termination: {maxRetries: 2}, container: {image: i}}\n"
        "- {name: b, termination: {maxRetries: 1}, container: {image: i}}\n",
        {"a": Script(failures=2), "b": Script(failures=2)},
        {"a": SUCCEEDED, "b": FAILED, "": FAILED},
    ),
    "a dag inside of a dag": (
        "- name: a\n"
        "  component: {run: {kind: dag, operations: [{name: x, container: {image: i}},"
        " {name: y, container: {image: i}, dependencies: [x]}]}}\n"
        "- {name: b, container: {image: i}, dependencies: [a]}\n"
        "- {name: c, container: {image: i}, dependencies: [a], trigger: all_failed}\n",
        {"a/x": FAILS},
        {"a": FAILED, "a/x": FAILED, "a/y": NEVER, "b": NEVER, "c": SUCCEEDED, "": FAILED},
    ),
    "an event asks no trigger": (
        "- {name: a, container: {image: i}}\n"
        "- {name: b, container: {image: i}, events: [{ref: ops.a, kinds: [run_status_failed]}]}\n",
        {"a": FAILS},
        {"a": FAILED, "b": SUCCEEDED, "": FAILED},
    ),
    "a cell fails the whole of a matrix": (
        "- {name: a, matrix: {kind: grid, params: {x: {kind: choice, value: [1, 2, 3]}}},"
        ' container: {image: i, args: ["{{ x }}"]}}\n'
        "- {name: b, container: {image: i}, dependencies: [a]}\n",
        {"a/1": FAILS},
        {"a": FAILED, "a/0": SUCCEEDED, "a/1": FAILED, "a/2": SUCCEEDED, "b": NEVER, "": FAILED},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAGS)
def test_a_dag(name: str) -> None:
    operations, scripts, expected = DAGS[name]
    assert states(operations, **scripts) == expected


def test_tries_are_counted() -> None:
    outcome = compiled(dag(DAGS["retries"][0]))
    assert outcome.plan is not None
    found = interpret(outcome.plan, {"a": Script(failures=1), "b": FAILS})
    assert (found["a"].tries, found["b"].tries) == (2, 2)


OUTPUT = "component: {outputs: [{name: y, type: float}], run: {kind: job, container: {image: i}}}"
AROUND = {
    "a hook hears of the end it names, and of any": (
        "- {name: a, container: {image: i}, hooks: [{hubRef: tell, trigger: succeeded},"
        " {hubRef: tell, trigger: failed}, {hubRef: tell}]}\n",
        {},
        {"a": SUCCEEDED, "a-tell": SUCCEEDED, "a-tell-3": SUCCEEDED, "": SUCCEEDED},
    ),
    "what never ran has an end, too": (
        "- {name: a, container: {image: i}}\n"
        "- {name: b, dependencies: [a], container: {image: i}, hooks: [{hubRef: tell},"
        " {hubRef: tell, trigger: upstream_failed}, {hubRef: tell, trigger: skipped}]}\n"
        "- {name: c, conditions: '{{ 1 > 2 }}', container: {image: i}, hooks: [{hubRef: tell,"
        " trigger: skipped}]}\n",
        {"a": FAILS},
        {"a": FAILED, "b": NEVER, "b-tell": SUCCEEDED, "b-tell-2": SUCCEEDED, "c": SKIPPED,
         "c-tell": SUCCEEDED, "": FAILED},
    ),
    "a condition of a hook reads what the run left": (
        f"- {{name: a, {OUTPUT}, hooks: [{{hubRef: tell, conditions: '{{{{ y > 1 }}}}'}},"
        " {hubRef: tell, conditions: '{{ y <= 1 }}'}]}\n",
        {"a": Script(outputs={"y": 2.0})},
        {"a": SUCCEEDED, "a-tell": SUCCEEDED, "": SUCCEEDED},
    ),
    "what becomes of a hook changes nothing": (
        "- {name: a, container: {image: i}, hooks: [{hubRef: tell}]}\n"
        "- {name: b, dependencies: [a], container: {image: i}}\n",
        {"a-tell": FAILS},
        {"a": SUCCEEDED, "a-tell": FAILED, "b": SUCCEEDED, "": SUCCEEDED},
    ),
    "one hook of many runs": (
        "- {name: a, matrix: {kind: grid, params: {x: {kind: choice, value: [1, 2]}}},"
        ' container: {image: i, args: ["{{ x }}"]}, hooks: [{hubRef: tell, trigger: failed}]}\n',
        {"a/1": FAILS},
        {"a": FAILED, "a/0": SUCCEEDED, "a/1": FAILED, "a-tell": SUCCEEDED, "": FAILED},
    ),
}  # fmt: skip


def around(folder: Path, operations: str, scripts: dict[str, Script]) -> dict[str, Fate]:
    outcome = compiled_with(hub(folder), dag(operations))
    assert outcome.plan is not None, [d.message for d in outcome.report]
    return interpret(outcome.plan, scripts)


@pytest.mark.parametrize("name", AROUND)
def test_hooks(name: str, tmp_path: Path) -> None:
    operations, scripts, expected = AROUND[name]
    found = around(tmp_path, operations, scripts)
    assert {path: fate.state for path, fate in found.items()} == expected


def test_a_hook_of_the_whole(tmp_path: Path) -> None:
    text = "name: p\nhooks: [{hubRef: tell, trigger: failed}]\ncontainer: {image: i}\n"
    plan = compiled_with(hub(tmp_path), text).plan
    assert interpret(plan, {}) == {"": Fate(SUCCEEDED)}
    assert interpret(plan, {"": FAILS}) == {"": Fate(FAILED), "p-tell": Fate(SUCCEEDED, 1)}


def test_somebody_is_asked_before_what_is_to_start(tmp_path: Path) -> None:
    operations = (
        "- {name: a, isApproved: false, container: {image: i}}\n"
        "- {name: b, isApproved: false, dependencies: [a], container: {image: i}}\n"
        "- {name: c, isApproved: false, conditions: '{{ 1 > 2 }}', container: {image: i}}\n"
        "- {name: d, container: {image: i}}\n"
    )
    found = around(tmp_path, operations, {"a": FAILS})
    assert {path for path, fate in found.items() if fate.asked} == {"a"}
