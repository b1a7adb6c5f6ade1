"""What `docs/semantics.md` says of the targets, held to what each of them tells of a small file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pxc.driver import Request, SourceText, compile_request
from tests.hub import hub
from tests.test_docs import table

TARGETS = ("kubernetes", "argo", "airflow")
HEAD = "kind: component\nname: p\nrun:\n  kind: dag\n  operations:\n"
RUN = 'container: {image: i, command: ["true"]}'
A = (
    "{name: a, component: {outputs: [{name: y, type: int}], run: {kind: job, container:"
    ' {image: i, command: ["true"]}}}}'
)
GRID = (
    "{name: m, matrix: {kind: grid, params: {x: {kind: choice, value: [1, 2]}}}, component:"
    " {inputs: [{name: x}], outputs: [{name: y, type: int}], run: {kind: job, container:"
    " {image: i, command: [a, '{{ x }}']}}}}"
)
JOIN = (
    "{name: j, params: {u: {ref: ops.m, value: globals.uuid}}, joins: [{query:"
    " 'pipeline: {{ u }}'%s}], component: {inputs: [{name: u}, {name: l, isList: true, type: int,"
    " isOptional: true}], run: {kind: job, container: {image: i, command: [a, '{{ l }}']}}}}"
)


def after(more: str) -> str:
    return f"{{name: c, {RUN}, dependencies: [a], {more}}}"


SOURCES: dict[str, tuple[str, ...]] = {
    "the default trigger": (A, f"{{name: c, {RUN}, dependencies: [a]}}"),
    "another trigger, of one upstream": (A, after("trigger: all_failed")),
    "`one_succeeded`, `one_failed`, `one_done` of several": (
        A, f"{{name: b, {RUN}}}", f"{{name: c, {RUN}, dependencies: [a, b], trigger: one_failed}}",
    ),
    "a condition on an output": (
        A, "{name: c, params: {y: {ref: ops.a, value: outputs.y}}, conditions: '{{ y > 0 }}',"
        f" {RUN}}}",
    ),
    "an output that is passed on": (
        A, "{name: c, params: {y: {ref: ops.a, value: outputs.y}}, container: {image: i,"
        " command: [a, '{{ y }}']}}",
    ),
    "an upstream that is skipped": (
        f"{{name: a, conditions: '{{{{ 1 > 2 }}}}', {RUN}}}", f"{{name: c, {RUN}, dependencies: [a]}}",
    ),
    "`skipOnUpstreamSkip`": (A, after("skipOnUpstreamSkip: true")),
    "an event of an operation": (
        A, f"{{name: c, {RUN}, events: [{{ref: '{{{{ ops.a }}}}', kinds: [run_status_succeeded]}}]}}",
    ),
    "a dag in a dag": (
        f"{{name: n, component: {{run: {{kind: dag, operations: [{{name: a, {RUN}}}]}}}}}}",
    ),
    "`isApproved: false`": (A, after("isApproved: false")),
    "a hook": (A, after("hooks: [{hubRef: tell}]")),
    "a hook for `stopped`": (A, after("hooks: [{hubRef: tell, trigger: stopped}]")),
    "a build": (A, after("build: {hubRef: 'acme/kaniko:v1', connection: images}")),
    "a cache": (A, after("cache: {ttl: 60}")),
    "a join over a matrix of the dag": (GRID, JOIN % ", params: {l: {value: outputs.y}}"),
    "a join over other runs": (
        GRID, (JOIN % ", params: {l: {value: outputs.y}}").replace("pipeline: {{ u }}", "status: failed"),
    ),
    "a search": (
        "{name: s, matrix: {kind: tpe, seed: 1, numRuns: 2, maxIterations: 1, metric: {name: y,"
        " optimization: minimize}, params: {x: {kind: uniform, value: [0, 1]}}}, component: {inputs:"
        " [{name: x}], outputs: [{name: y}], run: {kind: job, container: {image: i, command:"
        " [a, '{{ x }}']}}}}",
    ),
    "a search whose `tuner` is in the catalog": (
        "{name: s, matrix: {kind: iterative, maxIterations: 2, tuner: {hubRef: proposer}, params:"
        " {x: {kind: uniform, value: [0, 1]}}}, component: {inputs: [{name: x}], run: {kind: job,"
        " container: {image: i, command: [a, '{{ x }}']}}}}",
    ),
}  # fmt: skip
ROWS = {
    row[0]: dict(zip(TARGETS, row[1:], strict=True)) for row in table("semantics.md", "Targets")
}


def codes(folder: Path, operations: tuple[str, ...], target: str) -> set[str]:
    text = HEAD + "".join(f"    - {each}\n" for each in operations)
    file = SourceText("f.yaml", text.encode())
    outcome = compile_request(Request(files=(file,), target=target, catalog=(hub(folder),)))
    found = {d.code.id for d in outcome.report}
    assert bool(outcome.files) != bool(outcome.report.has_errors)
    return found & {"PXC701", "PXC702", "PXC703"} if found - {"PXC704"} else set()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", SOURCES)
def test_what_a_target_tells(row: str, target: str, tmp_path: Path) -> None:
    said = ROWS[row][target]
    assert codes(tmp_path, SOURCES[row], target) == set(re.findall(r"PXC7\d\d", said)), said


def test_every_row_is_held() -> None:
    assert list(ROWS) == list(SOURCES)


def test_of_joins() -> None:
    """`limit` may be text, a query must be readable, and without `params` nothing is gathered."""
    takes = JOIN % ", limit: '10', params: {l: {value: outputs.y}}"
    for join, expected in (
        (takes, set()),
        (JOIN % "", set()),
        (takes.replace("pipeline:", "pipeline"), {"PXC440"}),
    ):
        text = HEAD + f"    - {GRID}\n    - {join}\n"
        file = SourceText("f.yaml", text.encode())
        outcome = compile_request(Request(files=(file,), target="argo"))
        assert {d.code.id for d in outcome.report if d.code.id < "PXC700"} == expected, join
