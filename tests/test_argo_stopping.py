"""Loops that may end early in the target argo: their batches, their runs, and what is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from pxc.tuner.documents import SearchDocument
from pxc.tuner.reading import read_document
from pxc.tuner.suggest import suggest
from tests.engines.environment import expand
from tests.kubernetes_oracle import judge

GOOD = "{kind: metric_early_stopping, metric: loss, value: 0.1, optimization: minimize}"
BAD = "{kind: failure_early_stopping, percent: 30}"
POLICY = GOOD.replace("}", ", policy: {kind: median, evaluationInterval: 1}}")
ROUNDS = "Argo ends the matrix between two rounds, not the runs of one"
AT_ONCE = "Argo ends no run of the matrix: all of them start at once"


def compiled(matrix: str, args: str = "'{{ x }}'", tracking: bool = True) -> tuple[Any, list[str]]:
    text = (
        f"kind: operation\nname: s\nmatrix: {{{matrix}}}\ncomponent:\n  inputs: [{{name: x}}]\n"
        f"  run: {{kind: job, container: {{image: 'i:1', command: [c], args: [{args}]}}}}\n"
    )
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", text.encode()),), target="argo",
                options=Options(runtime=Runtime(tracking=tracking)))
    )  # fmt: skip
    told = [f"{d.code.id} {d.message}" for d in outcome.report]
    if not outcome.files:
        return None, told
    judge(outcome.files[0].text)
    [workflow] = list(yaml.safe_load_all(outcome.files[0].text))
    return {t["name"]: t for t in workflow["spec"]["templates"]}, told


def loop(values: str, more: str, *rules: str) -> str:
    return f"kind: mapping, values: [{values}], {more}earlyStopping: [{', '.join(rules)}]"


def rows(count: int) -> str:
    return ", ".join(f"{{x: {number}}}" for number in range(count))


def document(templates: Any) -> SearchDocument:
    args = templates["s-ask"]["container"]["args"]
    text = args[args.index("--search") + 1].replace("$$", "$")
    return read_document("--search", text, SearchDocument)


BATCHES = [
    (7, "concurrency: 2, ", 2, 2),
    (7, "concurrency: 9, ", 9, 9),
    (7, "", 7, None),
    (300, "concurrency: 2, ", 4, 2),  # 85 rounds at most
    (84, "concurrency: 1, ", 1, 1),
    (600, "", 500, None),  # more results are no argument
    (600, "concurrency: 550, ", 500, 550),
]


@pytest.mark.parametrize(("count", "more", "batch", "parallelism"), BATCHES)
def test_batches(count: int, more: str, batch: int, parallelism: int | None) -> None:
    templates, _ = compiled(loop(rows(count), more, BAD))
    wanted = document(templates)
    assert wanted.num_runs == batch
    assert templates["s"].get("parallelism") == parallelism
    assert [row.text for row in wanted.rows] == [{"x": str(n)} for n in range(count)]
    first = suggest(wanted, [], None, None).items
    assert [item.index for item in first] == list(range(min(batch, count)))


TOLD = [
    ("concurrency: 1, ", [GOOD, BAD],
     [f"PXC702 by `metric_early_stopping` {ROUNDS}", f"PXC702 by `failure_early_stopping` {ROUNDS}"]),
    ("", [BAD], [f"PXC702 by `failure_early_stopping` {AT_ONCE}"]),
    ("", [POLICY], ["PXC702 `policy` of `earlyStopping` has no counterpart in the argo target and is left out"]),
    ("concurrency: 1, ", [POLICY, BAD],
     ["PXC702 `policy` of `earlyStopping` has no counterpart in the argo target and is left out",
      f"PXC702 by `failure_early_stopping` {ROUNDS}"]),
]  # fmt: skip


@pytest.mark.parametrize(("more", "rules", "expected"), TOLD)
def test_told(more: str, rules: list[str], expected: list[str]) -> None:
    templates, told = compiled(loop(rows(3), more, *rules))
    assert told == expected
    assert ("s-ask" in templates) == (BAD in rules)


def test_a_policy_alone_makes_no_rounds() -> None:
    templates, _ = compiled(loop(rows(3), "concurrency: 1, ", POLICY))
    plain, _ = compiled(f"kind: mapping, concurrency: 1, values: [{rows(3)}]")
    assert templates == plain


def test_a_metric_that_no_run_tells() -> None:
    templates, told = compiled(loop(rows(3), "concurrency: 1, ", GOOD), tracking=False)
    assert templates is None
    assert told == [
        "PXC701 by `metric_early_stopping` nothing can end: `loss` is no output of its runs"
    ]


def test_more_runs_than_an_argument_holds() -> None:
    templates, told = compiled(loop(rows(3000), "concurrency: 1000, ", BAD))
    assert templates is None
    assert (
        "PXC701 the 3,000 runs of `s`, which a rule may end early, are more than one argument of"
        " `pxc-tuner` holds"
    ) in told


HOSTILE = ["$(HOME)", "$$(HOME)", "$$$", "{{ '{{workflow.name}}' }}", 'a"b', "$(A) $", "é\\n"]


def test_texts_come_through() -> None:
    """What the kubelet expands in the tuner's arguments is what was written."""
    values = ", ".join(f"{{x: {json.dumps(text)}}}" for text in HOSTILE)
    templates, _ = compiled(loop(values, "concurrency: 1, ", BAD), "'<{{ x }}>'")
    container = templates["s-ask"]["container"]
    variables = {entry["name"]: entry["value"] for entry in container.get("env", ())}
    args = [expand(text, variables) for text in container["args"]]
    wanted = read_document("--search", args[args.index("--search") + 1], SearchDocument)
    plain, _ = compiled(f"kind: mapping, values: [{values}]", "'<{{ x }}>'")
    expected = {
        int(item["index"]): {name: text for name, text in item.items() if name != "index"}
        for task in plain["s"]["dag"]["tasks"]
        for item in task["withItems"]
    }
    for number, row in enumerate(wanted.rows):
        assert row.text is not None
        assert {k: v for k, v in row.text.items() if k != "pxc-kind"} == expected[number]


STEP = "component: {%srun: {kind: job, container: {image: 'i:1', command: [c]}}}"
PLAIN, RETRIED = STEP % "", STEP % "termination: {maxRetries: 2}, "
LEAVES = STEP % "outputs: [{name: loss, type: float}], "
INNER = (
    "component: {run: {kind: dag, earlyStopping: [%s], operations: [{name: x, %s}, {name: y, %s}]}}"
)


def dag(rule: str, *operations: str) -> tuple[Any, list[str]]:
    named = ", ".join(f"{{name: {chr(97 + at)}, {each}}}" for at, each in enumerate(operations))
    text = f"kind: component\nname: d\nrun: {{kind: dag, earlyStopping: [{rule}], operations: [{named}]}}\n"
    outcome = compile_request(Request(files=(SourceText("f.yaml", text.encode()),), target="argo"))
    told = [f"{d.code.id} {d.message}" for d in outcome.report]
    if not outcome.files:
        return None, told
    judge(outcome.files[0].text)
    [workflow] = list(yaml.safe_load_all(outcome.files[0].text))
    return {t["name"]: t for t in workflow["spec"]["templates"]}, told


def failing(percent: float) -> str:
    return f"{{kind: failure_early_stopping, percent: {percent}}}"


CANNOT = "PXC701 `earlyStopping: {kind: failure_early_stopping}` of a dag cannot be held to: "
FAST = "PXC702 by `failure_early_stopping` Argo starts nothing more, and ends nothing that runs"
RULES = [
    (failing(25), [PLAIN] * 4, True, [FAST]),
    (failing(0.1), [PLAIN] * 2, True, [FAST]),
    (failing(26), [PLAIN] * 4, None,
     [CANNOT + "2 of its 4 operations must have failed, and Argo ends a dag with the first or not at all"]),
    (failing(76), [PLAIN] * 4, False, []),  # when all have failed nothing is left to be ended
    (failing(150), [PLAIN] * 4, False, []),
    (failing(10), [PLAIN], False, []),
    (failing(10), [PLAIN, RETRIED], None, [CANNOT + "`b` has retries, and its first failed try would count"]),
    ("", [PLAIN, INNER % (failing(10), PLAIN, PLAIN)], None,
     [CANNOT + "Argo never ends the dag around one that fails before its last operation"]),
    (GOOD, [LEAVES, f"dependencies: [a], {PLAIN}"], False, []),
    (GOOD, [LEAVES, PLAIN], False,
     ["PXC702 by `metric_early_stopping` Argo skips what follows `a`, not what runs beside"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "operations", "fast", "expected"), RULES)
def test_rules_of_a_dag(
    rule: str, operations: list[str], fast: bool | None, expected: list[str]
) -> None:
    templates, told = dag(rule, *operations)
    assert told == expected
    assert (templates["d"].get("failFast", False) if templates else None) == fast


def test_what_follows_a_metric_is_skipped() -> None:
    templates, _ = dag(GOOD, LEAVES, f"dependencies: [a], {PLAIN}", f"dependencies: [b], {PLAIN}")
    first, *others = templates["d"]["dag"]["tasks"]
    assert "when" not in first
    assert all("float(#) > 0.1 : true" in task["when"] for task in others)
