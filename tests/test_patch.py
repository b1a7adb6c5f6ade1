"""The four patch strategies: the worked table of the specification, and its rules one by one."""

from __future__ import annotations

from typing import Any

import pytest

from pxc.ir.node import plain
from pxc.ir.spec import PATCH_STRATEGIES
from pxc.passes.patch import patch
from tests.reading import operation

BASE = """
kind: operation
tags: [a, b]
termination: {maxRetries: 1, timeout: 5}
run:
  kind: job
  environment: {labels: {l1: a}}
  container: {image: x, args: [b], env: [{name: A, value: "0"}], resources: {limits: {cpu: 2}}}
"""
PRESET = """
kind: operation
tags: [b, z]
termination: {maxRetries: 9, ttl: 7}
run:
  kind: job
  environment: {labels: {l1: P, l2: P}}
  container: {args: [q], env: [{name: B, value: P}], resources: {limits: {memory: 1}}}
"""

WORKED = {
    "post_merge": {
        "tags": ["a", "b", "z"],
        "termination": {"max_retries": 9, "ttl": 7, "timeout": 5},
        "labels": {"l1": "P", "l2": "P"},
        "args": ["b", "q"],
        "env": ["A=0", "B=P"],
        "limits": {"cpu": "2", "memory": "1"},
    },
    "pre_merge": {
        "tags": ["b", "z", "a"],
        "termination": {"max_retries": 1, "ttl": 7, "timeout": 5},
        "labels": {"l1": "a", "l2": "P"},
        "args": ["q", "b"],
        "env": ["B=P", "A=0"],
        "limits": {"cpu": "2", "memory": "1"},
    },
    "replace": {
        "tags": ["b", "z"],
        "termination": {"max_retries": 9, "ttl": 7, "timeout": 5},
        "labels": {"l1": "P", "l2": "P"},
        "args": ["q"],
        "env": ["B=P"],
        "limits": {"memory": "1"},
    },
    "isnull": {
        "tags": ["a", "b"],
        "termination": {"max_retries": 1, "ttl": 7, "timeout": 5},
        "labels": {"l1": "a"},
        "args": ["b"],
        "env": ["A=0"],
        "limits": {"cpu": "2"},
    },
}


def read(text: str) -> Any:
    built, report = operation(text)
    assert built is not None
    assert not report.has_errors, list(report)
    return built


@pytest.mark.parametrize("strategy", PATCH_STRATEGIES)
def test_worked_table(strategy: str) -> None:
    base, preset = read(BASE), read(PRESET)
    run = patch(base.run, preset.run, strategy)
    container = plain(run.container)
    merged = {
        "tags": plain(patch(base.tags, preset.tags, strategy)),
        "termination": plain(patch(base.termination, preset.termination, strategy)),
        "labels": plain(run.environment.labels),
        "args": container["args"],
        "env": [f"{e['name']}={e['value']}" for e in container["env"]],
        "limits": {k: str(v) for k, v in container["resources"]["limits"].items()},
    }
    assert merged == WORKED[strategy]


ROWS = [
    # field, base, incoming, results under replace, isnull, post_merge, pre_merge
    ("queue", None, "q", "q", "q", "q", "q"),
    ("queue", "p", None, "p", "p", "p", "p"),
    ("queue", "p", "q", "q", "p", "q", "p"),
    ("queue", "p", "null", None, "p", None, "p"),
    ("queue", "null", "q", "q", "q", "q", "q"),
    ("tags", "[a]", "[]", [], ["a"], ["a"], ["a"]),
    ("tags", "[a]", "null", None, ["a"], None, ["a"]),
    ("tags", "[a, b]", "[b, c]", ["b", "c"], ["a", "b"], ["a", "b", "c"], ["b", "c", "a"]),
    ("termination", "{timeout: 5}", "null", *[{"timeout": 5}] * 4),
    ("schedule", "{kind: cron, cron: 0 0 * * *}", "null", None, "kept", None, "kept"),
    (
        "params",
        "{a: {value: 1, toEnv: A}, b: 2}",
        "{a: 9, c: 3}",
        {"a": {"value": 9, "short": True}, "c": {"value": 3, "short": True}},
        {"a": {"value": 1, "to_env": "A", "short": False}, "b": {"value": 2, "short": True}},
        {
            "a": {"value": 9, "short": True},
            "b": {"value": 2, "short": True},
            "c": {"value": 3, "short": True},
        },
        {
            "a": {"value": 1, "to_env": "A", "short": False},
            "b": {"value": 2, "short": True},
            "c": {"value": 3, "short": True},
        },
    ),
    (
        "schedule",
        "{kind: cron, cron: 0 0 * * *, maxRuns: 1}",
        "{kind: cron, cron: 5 0 * * *}",
        {"kind": "cron", "cron": "5 0 * * *"},
        "kept",
        {"kind": "cron", "cron": "5 0 * * *", "max_runs": 1},
        "kept",
    ),
    (
        "schedule",
        "{kind: cron, cron: 0 0 * * *}",
        "{kind: interval, frequency: 60}",
        {"kind": "interval", "frequency": "60"},
        "kept",
        {"kind": "interval", "frequency": "60"},
        "kept",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r[0]}: {r[1]} <- {r[2]}")
def test_rules(row: tuple[Any, ...]) -> None:
    field, base_text, incoming_text, *results = row

    def value(text: str | None) -> Any:
        if text is None:
            return None
        return getattr(read(f"{field}: {text}\nrun: {{kind: job, container: {{image: a}}}}"), field)

    base, incoming = value(base_text), value(incoming_text)
    for strategy, wanted in zip(
        ("replace", "isnull", "post_merge", "pre_merge"), results, strict=True
    ):
        merged = patch(base, incoming, strategy)
        expected = plain(base) if wanted == "kept" else wanted
        assert plain(merged) == expected, strategy


KUBERNETES = [
    # a null never removes an attribute of a container; nested objects merge as plain data
    ("{image: x}", "{image: null}", *["x"] * 4),
    ("{image: x}", "{image: y}", "y", "x", "y", "x"),
]


@pytest.mark.parametrize("row", KUBERNETES)
def test_container_attributes(row: tuple[Any, ...]) -> None:
    base_text, incoming_text, *results = row
    base = read(f"run: {{kind: job, container: {base_text}}}").run.container
    incoming = read(f"run: {{kind: job, container: {incoming_text}}}").run.container
    for strategy, wanted in zip(
        ("replace", "isnull", "post_merge", "pre_merge"), results, strict=True
    ):
        assert plain(patch(base, incoming, strategy))["image"] == wanted


def test_other_runtime_replaces_or_yields() -> None:
    job = read("run: {kind: job, container: {image: a}}").run
    service = read("run: {kind: service, container: {image: b}}").run
    assert patch(job, service, "post_merge").kind == "service"
    assert patch(job, service, "replace").kind == "service"
    assert patch(job, service, "isnull").kind == "job"
    assert patch(job, service, "pre_merge").kind == "job"


@pytest.mark.parametrize("strategy", PATCH_STRATEGIES)
def test_merging_with_itself_changes_nothing(strategy: str) -> None:
    base = read(BASE)
    assert plain(patch(base.run, base.run, strategy)) == plain(base.run)
    assert plain(patch(base.termination, base.termination, strategy)) == plain(base.termination)


def test_spans_are_the_layers_own() -> None:
    base, preset = read(BASE), read(PRESET)
    merged = patch(base.termination, preset.termination, "post_merge")
    assert merged.max_retries.span is preset.termination.max_retries.span
    assert merged.timeout.span is base.termination.timeout.span
