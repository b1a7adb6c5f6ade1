"""The reference's list of surprises, row by row: the stance on each is what pxc does.

The rows have the reference's ids, A1 to F11. A row that a user sees as a difference is a case of
`test_leniency.py`; it is named in `IN_LENIENCY` and not told twice. `later` says what of a row is
still to come, and one test lists those.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from tests.test_leniency import CASES, component, inputs, operation

IN_LENIENCY = {
    "A1": 33, "A2": 1, "A4": 2, "A6": 17, "A7": 15, "A8": 3, "A9": 44, "A13": 28, "A14": 14,
    "B2": 4, "B3": 19, "B4": 5, "B5": 6, "B8": 32, "B9": 42, "B12": 53, "B13": 9, "B14": 10,
    "B17": 45, "B19": 24, "C1": 27, "C4": 38, "C5": 38, "C6": 16, "C7": 39, "C17": 46, "D1": 36,
    "D5": 63, "D6": 34, "D7": 37, "D9": 43, "E1": 54, "E3": 57, "E10": 55, "E15": 58, "E16": 22,
    "F3": 35, "F8": 29,
}  # fmt: skip
"""Rows whose stance a case of docs/leniency.md shows: id and the number there."""


class Row(Struct):
    """A row: a file, how it is run, the findings, and what the output or the IR holds.

    `codes` are `CODE` or `CODE line:column`; `holds` is text of the output; `ir` is a path into the
    composed operation and what is there.
    """

    id: str
    text: str
    codes: str = ""
    holds: str = ""
    ir: tuple[str, Any] | None = None
    lint: bool = False
    presets: tuple[str, ...] = ()
    later: str = ""


JOB = "component: {run: {kind: job, container: {image: a}}}"
JOIN = "joins: [{query: 'status: succeeded', limit: 5, "
TYPED = "inputs: [{name: x, type: int, toEnv: X}], "


def dag(*operations: str) -> str:
    return "run:\n  kind: dag\n  operations:\n" + "".join(f"    - {{{o}}}\n" for o in operations)


def search(kind: str, more: str, inner: str = TYPED) -> str:
    return operation(f"matrix: {{kind: {kind}, {more}}}", inner)


def edge(output: str, declared: str) -> str:
    return dag(
        f"name: a, component: {{outputs: [{{name: o, type: {output}}}], run: {{kind: job,"
        " container: {image: a}}}",
        "name: b, params: {i: {ref: ops.a, value: outputs.o}}, component: {inputs: [{name: i,"
        f" type: {declared}, toEnv: I}}], run: {{kind: job, container: {{image: a}}}}}}",
    )


def role(kind: str, fault: str) -> str:
    return f"run:\n  kind: {kind}\n  {fault}\n  worker: {{container: {{image: a}}}}\n"


SPACE = "params: {x: {kind: choice, value: [1, 2]}}"
BAYES = f"{SPACE}, seed: 1, numInitialRuns: 2, maxIterations: 3"

ROWS = [
    Row("A3", operation("inputs: [{name: x, type: int}]\nparams: {x: 1}", "", ", args: ['{{ x }}']"),
        holds='- "1"'),
    Row("A3", component("params: {x: 1}\ninputs: [{name: x, type: int}]", ", args: ['{{ x }}']"),
        holds='- "1"'),
    Row("A3", component("schedule: {kind: interval, frequency: 3600}"), holds="kind: CronJob"),
    Row("A5", component("name: org/x"), "PXC112 2:7"),
    Row("A5", component("name: 'x:v1'"), "PXC112 2:7"),
    Row("A5", dag("name: a.b, " + JOB), "PXC112 4:14"),
    Row("A10", "run: {kind: job, container: '{{ x }}'}", "PXC124 1:29"),
    Row("A10", "run: {kind: job, sidecars: '{{ x }}', container: {image: a}}", "PXC124 1:28"),
    Row("A10", "run: {kind: job, volumes: '{{ x }}', container: {image: a}}", "PXC124 1:27"),
    Row("A10", "run: {kind: job, init: [{git: '{{ x }}'}], container: {image: a}}", "PXC124 1:31"),
    Row("A11", role("pytorchjob", "cleanPodPolicy: all"), "PXC116 3:19"),
    Row("A11", role("tfjob", "schedulingPolicy: {minAvailable: many}"), "PXC105 3:36"),
    Row("A11", role("mpijob", "slotsPerWorker: x"), "PXC105 3:19"),
    Row("A11", role("daskcluster", "minReplicas: x"), "PXC105 3:16"),
    Row("A11", "run: {kind: raycluster, rayVersion: [2], head: {container: {image: a}}}",
        "PXC105 1:37"),
    Row("A12", "run: {kind: job}", "PXC104 1:6"),
    Row("A12", "run: {kind: service}", "PXC104 1:6"),
    Row("A12", "run: {kind: job, container: {command: [a]}}", "PXC104 1:29"),
    Row("A15", component("tags: 'a, b'"), ir=("tags", ["a", "b"])),
    Row("A15", component("hooks: [{hubRef: a, presets: p}]"), "PXC105 2:30"),
    Row("B1", inputs("type: int, value: null", "a"), holds="- a"),
    Row("B6", inputs("type: str, value: abc, validation: {contains: [z]}"), "PXC214 2:38"),
    Row("B6", inputs("type: str, value: abc, validation: {contains: [a]}"), holds="- abc"),
    Row("B6", inputs("type: int, value: 3, validation: {decimalPlaces: 2}"), holds='- "3"'),
    Row("B6", inputs("type: dict, value: {a: 1}, validation: {keys: [b]}", "a"), "PXC214 2:39"),
    Row("B6", inputs("type: str, value: abc, validation: {regex: 'a.c'}"), holds="- abc"),
    Row("B7", inputs("type: int, value: 3, validation: {min: 1}"), "PXC103 2:54"),
    Row("B7", inputs("type: int, value: 3, validation: {max: 9}"), "PXC103 2:54"),
    Row("B7", inputs("type: int, default: 3"), "PXC103 2:31"),
    Row("B10", component("hooks: [{hubRef: a, params: {p: 1}}]"), "PXC129 2:33", lint=True),
    Row("B10", component("build: {hubRef: a, params: {p: 1}}"), "PXC129 2:32", lint=True),
    Row("B10", operation(JOIN + "params: {x: outputs.a}}]", TYPED.replace("int", "'List[int]'")),
        "PXC129 2:60", lint=True),
    Row("B10", search("tpe", SPACE + ", numRuns: 2, maxIterations: 2, seed: 1, metric: {name: l,"
        " optimization: minimize}, tuner: {hubRef: t, params: {p: 1}}"), "PXC129 2:178", lint=True),
    Row("B11", operation("params: {x: {value: 3}}", "inputs: [{name: x, type: dict}], "),
        "PXC206 2:21"),
    Row("B11", operation("params: {x: {value: 3, extra: 4}}", "inputs: [{name: x, type: dict}], "),
        "PXC101 2:24"),
    Row("B11", operation("params: {x: {value: {value: 3}}}",
                         "inputs: [{name: x, type: dict, toEnv: X}], "), holds='{"value": 3}'),
    Row("B15", search("mapping", "values: [{x: 1}, {x: abc}]"), "PXC206 2:46", lint=True),
    Row("B15", search("mapping", "values: [{x: 1}, {y: 1}]"), "PXC204 2:42"),
    Row("B15", search("grid", "params: {x: {kind: choice, value: [1, abc]}}"), "PXC206 2:60",
        lint=True),
    Row("B15", search("random", "numRuns: 2, seed: 1, params: {x: {kind: pchoice, value: [[a, 0.5],"
        " [2, 0.5]]}}"), "PXC206 2:82", lint=True),
    Row("B15", search("grid", "params: {x: {kind: range, value: [1, 5, 1]}}",
                      TYPED.replace("int", "bool")), "PXC206 2:41", lint=True),
    Row("B16", search("grid", "params: {x: {kind: range, value: [1, 5, 1]}}"), lint=True,
        ir=("matrix.params.x.value", [1, 5, 1]), later="the values of a range, expanded"),
    Row("B18", component("inputs: [{name: a-b, type: int, value: 1}]", ", args: ['{{ a-b }}']"),
        "PXC303 3:51"),
    Row("B18", component("inputs: [{name: a-b, type: int, value: 1}]",
                         ", args: [\"{{ params['a-b'].value }}\"]"), holds='- "1"'),
    Row("C2", component("", ", command: ['1.10'], args: ['None', '1e3', '{\"a\": 1}']"),
        holds="- '{\"a\": 1}'"),
    Row("C3", operation("params: {x: '{{ y }}', y: 3}",
                        "inputs: [{name: x, type: str}, {name: y, type: int}], ",
                        ", args: ['{{ x }}']"), holds='- "3"'),
    Row("C3", operation("params: {x: '{{ y }}', y: '{{ x }}'}",
                        "inputs: [{name: x, type: str}, {name: y, type: str}], ",
                        ", args: ['{{ x }}']"), "PXC316 2:13"),
    Row("C8", inputs("type: int, value: 1", "'{{ params.as_args }}'"), "PXC319 3:47", lint=True),
    Row("C8", component("inputs: [{name: x, type: int, value: 1}]", ", args: '{{ params.as_args }}'"),
        holds="- --x=1"),
    Row("C9", component("inputs: [{name: p, type: str, value: a}]\npresets: \"{{ ['a', p] }}\""),
        "PXC124 3:10", lint=True, later="presets named by an expression: they may set what it uses"),
    Row("C10", "inputs: [{name: p, type: int, value: 80}]\n"
        "run: {kind: service, ports: ['{{ p }}'], container: {image: a}}", holds="- port: 80"),
    Row("C10", "inputs: [{name: p, type: 'List[int]', value: [80]}]\n"
        "run: {kind: service, ports: '{{ p }}', container: {image: a}}", holds="- port: 80"),
    Row("C11", operation("params: {a: 1}\nconditions: 'a == 1'", "inputs: [{name: a, type: int}], "),
        holds="image: a"),
    Row("C11", operation("params: {a: 1}\nconditions: 'a == 2'", "inputs: [{name: a, type: int}], "),
        "PXC702 3:13"),
    Row("C12", operation("hooks: [{hubRef: 'h:1'}]"), lint=True, ir=("hooks.0.hub_ref", "h:1")),
    Row("C12", operation("build: {hubRef: 'b:1'}"), lint=True, ir=("build.hub_ref", "b:1")),
    Row("C12", operation(JOIN + "}]"), lint=True, ir=("joins.0.limit", 5)),
    Row("C12", operation("events: [{ref: runs.8aac02e3a62a4f0aaa257c59da5eab80,"
                         " kinds: [run_status_done]}]"), lint=True,
        ir=("events.0.kinds", ["run_status_done"])),
    Row("C13", component("inputs: [{name: x, type: str, value: '{{ y }}'}, {name: y, value: 4}]",
                         ", args: ['{{ x }}']"), holds='- "4"'),
    Row("C14", component("queue: 'a/{{ globals.namespace }}'"), "PXC320 2:8", lint=True),
    Row("C15", "run: {kind: raycluster, head: {container: {image: a}}, workers: {w: {replicas: 1,"
        " container: {image: a, args: ['{{ globals.uuid }}']}}}}", lint=True,
        later="the manifest of a ray cluster"),
    Row("C16", component("", ", args: ['{{ globals.run_info }}']"), holds=".runs."),
    Row("C16", component("", ", args: ['{{ globals.context_path }}']"), holds="- /plx-context"),
    Row("D2", operation("tags: [x]", "tags: [y], "), ir=("tags", ["y", "x"])),
    Row("D2", operation("hooks: [{hubRef: 'b:1'}]", "hooks: [{hubRef: 'a:1'}], "), lint=True,
        ir=("hooks.1.hub_ref", "b:1")),
    Row("D2", operation("inputs: [{name: x, value: 1}]", "inputs: [{name: x, value: 2}], "),
        "PXC201 2:17"),
    Row("D3", operation("runPatch: {container: {args: [c]}}", "", ", args: [b]"),
        ir=("run.container.args", ["b", "c"])),
    Row("D3", operation("runPatch: {container: {command: [c]}}", "", ", command: [b]"),
        "PXC128 2:34", ir=("run.container.command", ["b", "c"]), lint=True),
    Row("D4", operation("patchStrategy: replace\nrunPatch: {container: {args: [c]}}", "",
                        ", args: [b], workingDir: /w"), ir=("run.container.args", ["c"])),
    Row("D4", operation("patchStrategy: replace\nrunPatch: {container: {args: [c]}}", "",
                        ", args: [b], workingDir: /w"), ir=("run.container.workingDir", "/w")),
    Row("D4", "kind: operation\npatchStrategy: replace\nrunPatch: {environment: {labels: {a: '1'}}}\n"
        "component: {run: {kind: job, environment: {labels: {b: '2'}, nodeName: n}, container:"
        " {image: a}}}", ir=("run.environment.labels", {"a": "1"})),
    Row("D8", "kind: operation\nhubRef: a:1\nrunPatch: {container: {args: [c]}}",
        presets=("isPreset: true\nrunPatch: {environment: {nodeName: n}}",), lint=True,
        ir=("main.run_patch.container.args", ["c"])),
    Row("D8", "kind: operation\nhubRef: a:1\nrunPatch: {container: {args: [c]}}",
        presets=("isPreset: true\nrunPatch: {environment: {nodeName: n}}",), lint=True,
        ir=("main.run_patch.environment.nodeName", "n")),
    Row("D10", search("grid", SPACE, "inputs: [{name: x, type: int, toEnv: X}, {name: y, type: int,"
        " toEnv: Y}], matrix: {kind: grid, params: {x: {kind: range, value: [1, 9, 1]}, y: {kind:"
        " choice, value: [3]}}}, "), lint=True, ir=("matrix.params.x.value", [1, 2])),
    Row("D10", search("grid", SPACE, "inputs: [{name: x, type: int, toEnv: X}, {name: y, type: int,"
        " toEnv: Y}], matrix: {kind: grid, params: {x: {kind: range, value: [1, 9, 1]}, y: {kind:"
        " choice, value: [3]}}}, "), lint=True, ir=("matrix.params.y.value", [3])),
    Row("E2", dag("name: a, " + JOB, f"name: b, {JOIN}ref: ops.a}}], {JOB}"), "PXC445 5:69",
        lint=True),
    Row("E4", dag("name: a, " + JOB, f"name: b, dependencies: [a], trigger: one_succeeded, {JOB}"),
        lint=True, ir=("run.operations.1.trigger", "one_succeeded"),
        later="triggers, when dags are emitted"),
    Row("E5", dag("name: a, " + JOB, f"name: b, dependencies: [a], trigger: all_succeeded, {JOB}"),
        lint=True, ir=("run.operations.1.trigger", "all_succeeded"),
        later="whether a skipped upstream counts as succeeded"),
    Row("E6", dag("name: a, " + JOB, f"name: b, dependencies: [a], trigger: all_failed, {JOB}"),
        lint=True, ir=("run.operations.1.trigger", "all_failed"),
        later="triggers, when dags are emitted"),
    Row("E7", dag("name: a, component: {outputs: [{name: x, type: int}], run: {kind: job, container:"
        " {image: a}}}", "name: b, params: {x: {ref: ops.a, value: outputs.x}}, component: {run:"
        " {kind: job, container: {image: a, args: ['{{ x }}']}}}"), lint=True,
        later="falsy outputs on their way to the next operation"),
    Row("E7", dag("name: a, " + JOB, "name: b, params: {x: {ref: ops.a, value: outputs.x}}, component:"
        " {inputs: [{name: x, type: int, toEnv: X}], run: {kind: job, container: {image: a}}}"),
        "PXC446 5:49", lint=True),
    Row("E8", search("random", SPACE + ", numRuns: 2, seed: 1, earlyStopping: [{kind:"
        " metric_early_stopping, metric: l, value: 0.1, optimization: minimize, policy: {kind: median,"
        " evaluationInterval: 1}}]"), "PXC410 2:190", lint=True,
        ir=("matrix.early_stopping.0.policy.evaluation_interval", 1),
        later="early stopping: n/a in the reference, kept in the IR"),
    Row("E9", operation("joins: [{query: 'status: succeeded'}]"), "PXC441 2:17", lint=True),
    Row("E11", search("hyperband", "maxIterations: 9, eta: 3, seed: 1, resource: {name: n, type: int},"
        " metric: {name: l, optimization: minimize}"), "PXC104 2:27", lint=True),
    Row("E11", search("iterative", "maxIterations: 9, seed: 1"), "PXC104 2:27", lint=True),
    Row("E12", component("cache: {io: [a], sections: [containers, init, connections]}"),
        ir=("cache.sections", ["containers", "init", "connections"]),
        later="a key of the cache that knows image, environment and resources"),
    Row("E12", component("cache: {sections: [env]}"), "PXC116 2:20"),
    Row("E13", component("cache: {ttl: 0}"), ir=("cache", {"is": "Cache", "ttl": 0}),
        later="what an unset `cache.disable` means"),
    Row("E14", dag(f"name: a, schedule: {{kind: cron, cron: '0 0 * * *'}}, {JOB}"), "PXC429 4:27",
        lint=True),
    Row("E14", operation("schedule: {kind: cron, cron: '0 0 * * *'}\nmatrix: {kind: grid, "
        f"{SPACE}}}", TYPED), lint=True, ir=("schedule.cron", "0 0 * * *")),
    Row("E17", search("bayes", BAYES + ", metric: {name: l}"), "PXC411 2:128", lint=True),
    Row("E18", search("random", SPACE + ", numRuns: 2, seed: 0"), "PXC410 2:86", lint=True, ir=("matrix.seed", 0),
        later="the values of a search, drawn from the seed"),
    Row("F4", "run: {kind: tfjob, successPolicy: AllWorkers, enableDynamicWorker: true, worker:"
        " {container: {image: a}}}", ir=("run.success_policy", "AllWorkers"), lint=True,
        later="the manifest of a tfjob"),
    Row("F4", "run: {kind: tfjob, successPolicy: AllWorkers, enableDynamicWorker: true, worker:"
        " {container: {image: a}}}", ir=("run.enable_dynamic_worker", True), lint=True),
    Row("F5", "run: {kind: tfjob, worker: {container: {image: a}}}", lint=True,
        ir=("run.roles.0.1", {"is": "Replica", "container": {"image": "a"}}),
        later="replicas of distributed runtimes"),
    Row("F5", "run: {kind: service, ports: [80], container: {image: a}}", holds="replicas: 1"),
    Row("F6", operation("params: {x: 1}", "inputs: [{name: x, type: int, toEnv: A}], ",
                        ", env: [{name: A, value: z}]"), holds='value: "1"'),
    Row("F7", component("", ", name: mine"), holds="name: mine"),
    Row("F7", component(""), holds="name: main"),
    Row("F10", inputs("type: str, value: '2'", "a", ).replace("image: a,",
        "image: a, resources: {limits: {nvidia.com/gpu: '{{ x }}'}},"), holds='nvidia.com/gpu: "2"'),
    Row("F11", "termination: {podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type:"
        " DisruptionTarget, status: 'True'}]}]}}\nrun: {kind: job, environment: {restartPolicy: Never},"
        " container: {image: a}}", holds='status: "True"'),
]  # fmt: skip

NOT_OURS = {
    "F1": "tests/test_catalog.py: the env of a connection, in both forms",
    "F2": "tests/test_target_kubernetes.py: the items of a secret",
    "F9": "agents have no counterpart: nothing of theirs is patched",
}
"""Rows that other tests hold, or that speak of a part that pxc has not."""


PRACTICE = ("PXC5", "PXC6", "PXC9")
"""Codes about good practice, of which the rows say nothing."""


def at(tree: Any, path: str) -> Any:
    for step in path.split("."):
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


def run(row: Row) -> Outcome:
    files = [SourceText("file.yaml", row.text.encode())]
    files += [SourceText(f"preset{i}.yaml", t.encode()) for i, t in enumerate(row.presets)]
    after = "compose_layers" if row.ir else None
    request = Request(files=tuple(files), dump_after=after, verify=True)
    return (lint_request if row.lint else compile_request)(request)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row(row: Row) -> None:
    outcome = run(row)
    told = [
        (d.code.id, f"{d.span.line}:{d.span.column}")
        for d in outcome.report
        if not d.code.id.startswith(PRACTICE)
    ]
    if not row.codes:
        assert [code for code, _ in told if code not in ("PXC701", "PXC702", "PXC213")] == []
    else:
        assert [" ".join(t) for t in told] == [row.codes]
    if row.holds:
        assert row.holds in "".join(file.text for file in outcome.files)
    if row.ir:
        path, expected = row.ir
        assert outcome.dump is not None
        tree = json.loads(outcome.dump)
        assert at(tree if path.startswith("main.") else tree["composed"], path) == expected


WIDENED = [
    ("int", "float"), ("metric", "float"), ("float", "metric"), ("int", "any"), ("str", "uuid"),
    ("path", "str"), ("uri", "str"), ("'List[int]'", "'List[float]'"),
]  # fmt: skip
REFUSED = [
    ("int", "str"),
    ("str", "int"),
    ("float", "int"),
    ("int", "bool"),
    ("float", "'List[float]'"),
]


@pytest.mark.parametrize(("output", "declared"), WIDENED)
def test_types_are_widened_across_edges(output: str, declared: str) -> None:
    assert [d.message for d in run(Row("B12", edge(output, declared), lint=True)).report] == []


@pytest.mark.parametrize(("output", "declared"), REFUSED)
def test_other_types_do_not_fit_across_edges(output: str, declared: str) -> None:
    report = run(Row("B12", edge(output, declared), lint=True)).report
    assert [d.code.id for d in report] == ["PXC425"]


STILL_TO_COME = {"B16", "C9", "C15", "E4", "E5", "E6", "E7", "E8", "E12", "E13", "E18", "F4", "F5"}


def test_what_is_still_to_come_is_listed() -> None:
    """Rows of which only the part that is decided now is held; the rest has no test yet."""
    assert {row.id for row in ROWS if row.later} == STILL_TO_COME


def test_every_row_of_the_reference_is_here() -> None:
    ids = {row.id for row in ROWS} | set(IN_LENIENCY) | set(NOT_OURS)
    counts = {"A": 15, "B": 19, "C": 17, "D": 10, "E": 18, "F": 11}
    assert ids == {f"{s}{n}" for s, count in counts.items() for n in range(1, count + 1)}
    assert set(IN_LENIENCY.values()) <= {case.row for case in CASES}


def test_the_reference_has_no_further_rows(shared: Path) -> None:
    text = (shared / "spec" / "surprises.md").read_text("utf-8")
    ids = set(re.findall(r"^\| ([A-F][0-9]+) \|", text, re.M))
    assert ids == {row.id for row in ROWS} | set(IN_LENIENCY) | set(NOT_OURS)
