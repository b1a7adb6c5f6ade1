"""The target argo: names, `depends`, verdicts, parameters and braces of small files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import ArgoOptions, Options, Runtime
from pxc.targets.argo.task_names import free, parameter_name, task_names
from tests.kubernetes_oracle import judge

JOB = "run: {kind: job, container: {image: a, command: [b]}}"
HEAD = "version: 1.1\nkind: component\nname: x\n"


def compiled(text: str, **options: Any) -> tuple[str, list[str]]:
    """The emitted text and what was told as `PXC701 message`; a matrix makes it an operation."""
    head = (
        HEAD.replace("component", "operation")
        if text.startswith(("matrix:", "schedule:"))
        else HEAD
    )
    given: Any = {"runtime": Runtime(tracking=False)} | options
    request = Request(
        files=(SourceText("f.yaml", (head + text).encode()),),
        target="argo",
        options=Options(**given),
    )
    outcome = compile_request(request)
    found = [f"{d.code.id} {d.message}" for d in outcome.report]
    return "".join(file.text for file in outcome.files), found


def workflow(text: str, **options: Any) -> dict[str, Any]:
    """The judged workflow of a file without findings."""
    written, found = compiled(text, **options)
    assert found == []
    return judge(written)[-1]


def dag(*operations: str) -> str:
    lines = "".join(f"    - {{{each}}}\n" for each in operations)
    return f"run:\n  kind: dag\n  operations:\n{lines}"


def operation(name: str, more: str = "", component: str = JOB) -> str:
    return f"name: {name}, {more}{', ' if more else ''}component: {{{component}}}"


def tasks(text: str, **options: Any) -> dict[str, dict[str, Any]]:
    """The tasks of the entry point of a dag."""
    templates = workflow(text, **options)["spec"]["templates"]
    return {task["name"]: task for task in templates[0]["dag"]["tasks"]}


A, B = operation("a"), operation("b")
MAYBE = operation("a", "conditions: 'false'")


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("", "a.Succeeded && b.Succeeded"),
        ("trigger: all_succeeded", "a.Succeeded && b.Succeeded"),
        ("trigger: all_failed", "(a.Failed || a.Errored) && (b.Failed || b.Errored)"),
        (
            "trigger: all_done",
            "(a.Succeeded || a.Failed || a.Errored || a.Omitted)"
            " && (b.Succeeded || b.Failed || b.Errored || b.Omitted)",
        ),
    ],
)
def test_a_trigger_is_said_with_results(trigger: str, said: str) -> None:
    last = operation("c", f"dependencies: [a, b]{', ' if trigger else ''}{trigger}")
    assert tasks(dag(A, B, last))["c"]["depends"] == said


@pytest.mark.parametrize("trigger", ["one_succeeded", "one_failed", "one_done"])
def test_one_of_several_is_told_to_be_late(trigger: str) -> None:
    last = operation("c", f"dependencies: [a, b], trigger: {trigger}")
    written, found = compiled(dag(A, B, last))
    assert found == [f"PXC702 by `trigger: {trigger}` Argo starts `c` when the last of its"
                     " upstreams has ended"]  # fmt: skip
    [depends] = [
        task["depends"]
        for task in judge(written)[0]["spec"]["templates"][0]["dag"]["tasks"]
        if task["name"] == "c"
    ]
    assert " && " not in depends
    alone = operation("c", f"dependencies: [a], trigger: {trigger}")
    assert compiled(dag(A, alone))[1] == []


def test_a_skipped_upstream_counts_as_one_that_succeeded() -> None:
    found = tasks(dag(MAYBE, operation("c", "dependencies: [a]")))
    assert found["a"]["when"] == "false"
    assert found["c"]["depends"] == "a.Succeeded || a.Skipped"
    assert "when" not in found["c"]


def test_a_skip_that_is_handed_on_is_a_skip() -> None:
    found = tasks(dag(MAYBE, operation("c", "dependencies: [a], skipOnUpstreamSkip: true")))
    assert found["c"]["depends"] == "a.Succeeded || a.Skipped"
    assert found["c"]["when"] == "{{=tasks['a'].status != 'Skipped'}}"


@pytest.mark.parametrize(
    ("operations", "kept"),
    [
        ((A, operation("b", "dependencies: [a]")), []),
        ((A, operation("b", "dependencies: [a], trigger: all_done")), ["a"]),
        ((A, operation("b", "dependencies: [a], trigger: all_failed")), ["a"]),
        (
            (
                A,
                operation("b", "dependencies: [a]"),
                operation("c", "dependencies: [b], trigger: all_done"),
            ),
            ["a", "b"],
        ),
        (
            (
                A,
                operation("b", "dependencies: [a], trigger: all_done"),
                operation("c", "dependencies: [a]"),
            ),
            [],
        ),
    ],
)
def test_a_failure_is_not_hidden_by_what_runs_after_it(
    operations: tuple[str, ...], kept: list[str]
) -> None:
    found = tasks(dag(*operations))
    assert ("verdict" in found) is bool(kept)
    if kept:
        assert found["verdict"]["depends"] == " && ".join(f"{name}.Succeeded" for name in kept)
        assert found["verdict"]["when"] == "false"


def test_values_go_by_parameters() -> None:
    inner = (
        "inputs: [{name: z, type: int}], run: {kind: dag, operations: [{name: b, params: {q: {ref:"
        " dag, value: inputs.z}}, component: {inputs: [{name: q, type: int}], run: {kind: job,"
        " container: {image: a, command: [b], args: ['{{ q }}', '{{ globals.uuid }}']}}}}]}"
    )
    first = operation("a", component="outputs: [{name: y, type: int}], " + JOB)
    text = dag(first, operation("i", "params: {z: {ref: ops.a, value: outputs.y}}", inner))
    templates = {each["name"]: each for each in workflow(text)["spec"]["templates"]}
    assert templates["a"]["outputs"]["parameters"] == [
        {"name": "y", "valueFrom": {"path": "/plx-context/outputs/y", "default": ""}}
    ]
    [_, outer] = templates["x"]["dag"]["tasks"]
    assert outer["arguments"]["parameters"] == [
        {"name": "run", "value": "{{workflow.uid}}-i"},
        {"name": "z", "value": "{{tasks.a.outputs.parameters.y}}"},
    ]
    [task] = templates["i"]["dag"]["tasks"]
    assert task["arguments"]["parameters"] == [
        {"name": "run", "value": "{{inputs.parameters.run}}-b"},
        {"name": "q", "value": "{{inputs.parameters.z}}"},
    ]
    assert templates["i-b"]["container"]["args"] == [
        "{{inputs.parameters.q}}",
        "{{inputs.parameters.run}}",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("docker ps --format {{.ID}}", "docker ps --format {$(PXC_BRACE).ID}}"),
        ("{{{x}}}", "{$(PXC_BRACE){x}}}"),
        ("a {{ b", "a {$(PXC_BRACE) b"),
        ("$${{x}}", "$${$(PXC_BRACE)x}}"),
        ("{{workflow.uid}}", "{$(PXC_BRACE)workflow.uid}}"),
        ('{"a":{"b":{}}}', '{"a":{"b":{}}}'),
    ],
)
def test_an_authors_braces_are_no_tags(written: str, said: str) -> None:
    text = (
        "run:\n  kind: job\n  container:\n    image: a\n    command: [b]\n"
        f"    args: ['{{% raw %}}{written}{{% endraw %}}']\n"
    )
    found = workflow(text)["spec"]["templates"][0]["container"]
    assert found["args"] == [said]
    assert ({"name": "PXC_BRACE", "value": "{"} in found.get("env", [])) is ("PXC_BRACE" in said)


def test_a_brace_before_a_tag_is_no_part_of_it() -> None:
    text = JOB.replace("[b]", "[b, '{\"run\":{{{ globals.uuid }}}}']")
    written, found = compiled(
        text.replace("{{{ globals", "{ {{ globals").replace("}}}}'", "}} }}'")
    )
    assert found == []
    assert judge(written)


def test_braces_where_nothing_can_stand_for_them() -> None:
    text = "run: {kind: job, environment: {annotations: {a: '{% raw %}X{% endraw %}'}}, container:"
    text += " {image: a, command: [b]}}"
    assert compiled(text.replace("X", "{{.ID}}"))[1] == []
    for bad in ("{{workflow.uid}}", "{{= 1 }}", "{{ open"):
        found = compiled(text.replace("X", bad))[1]
        assert found == ["PXC701 Argo would fill in the braces of `metadata.annotations.a`"]


def test_names() -> None:
    assert task_names(["a", "b-c", "A1"]) == {"a": "a", "b-c": "b-c", "A1": "A1"}
    assert task_names(["pre_process", "not", "1st"]) == {
        "pre_process": "pre-process",
        "not": "op-not",
        "1st": "op-1st",
    }
    two = task_names(["a_b", "a-b", "a.b"])
    assert two["a-b"] == "a-b"
    assert len(set(two.values())) == 3
    assert len(task_names(["x" * 200])["x" * 200]) <= 128
    assert len(free("y" * 128, {"y" * 128})) <= 128
    assert parameter_name("a.b", ["a-b"]) == "a-b-2"


def test_limits() -> None:
    text = "termination: {maxRetries: 2, timeout: 60, ttl: 3600}\n" + JOB
    spec = workflow(text)["spec"]
    assert spec["ttlStrategy"] == {"secondsAfterCompletion": 3600}
    [template] = spec["templates"]
    assert template["retryStrategy"] == {"limit": "2", "retryPolicy": "OnFailure"}
    assert template["activeDeadlineSeconds"] == 60
    whole = "termination: {maxRetries: 1, timeout: 60}\n" + dag(A).replace(
        "kind: dag", "kind: dag\n  concurrency: 2"
    )
    spec = workflow(whole)["spec"]
    assert spec["activeDeadlineSeconds"] == 60
    assert spec["templates"][0]["parallelism"] == 2
    assert spec["templates"][0]["retryStrategy"]["limit"] == "1"


def test_limits_of_a_dag_are_those_of_what_is_in_it() -> None:
    """What is given to all operations asks for nothing that the workflow does not do."""
    service = operation("s", component=JOB.replace("job", "service"))
    inner = operation("n", "%s", f"run: {{kind: dag, operations: [{{{A}}}]}}")
    head = "termination: {timeout: 60, ttl: 9}\n"
    spec = workflow(head + dag(inner.replace("%s, ", ""), service, A))["spec"]
    assert (spec["activeDeadlineSeconds"], spec["ttlStrategy"]) == (
        60,
        {"secondsAfterCompletion": 9},
    )
    later = inner.replace("%s", "termination: {timeout: 61}")
    assert compiled(head + dag(later))[1] == []
    sooner = inner.replace("%s", "termination: {timeout: 59, ttl: 8}")
    assert [each[:6] for each in compiled(head + dag(sooner))[1]] == ["PXC701", "PXC702", "PXC702"]
    every = "matrix: {kind: mapping, values: [{lr: 0.1}]}\n" + head + dag(inner.replace("%s, ", ""))
    assert "PXC701" in {each[:6] for each in compiled(every)[1]}


def test_a_service_in_a_dag_is_a_daemon() -> None:
    service = operation("board", component=JOB.replace("job", "service"))
    found = tasks(dag(service, operation("c", "dependencies: [board]")))
    assert found["c"]["depends"] == "board.Succeeded || board.Daemoned"


def test_the_runs_of_a_matrix_are_a_loop_over_one_template() -> None:
    text = (
        "inputs: [{name: lr, type: float}, {name: mem, type: str}]\n"
        "run: {kind: job, container: {image: a, command: [b], args: ['--rate={{ lr }}', same],"
        " resources: {limits: {memory: '{{ mem }}'}}}}\n"
    )
    matrix = "{kind: grid, concurrency: 3, params: {lr: {kind: linspace, value: '0:1:5'}, mem:"
    matrix += " {kind: choice, value: [1Gi, 2Gi]}}}"
    spec = workflow(f"matrix: {matrix}\n{text}")["spec"]
    loop, run = spec["templates"]
    assert loop["parallelism"] == 3
    [task] = loop["dag"]["tasks"]
    assert len(task["withItems"]) == 10
    assert task["withItems"][3] == {"index": "3", "lr": "0.25", "mem": "2Gi"}
    assert run["container"]["args"] == ["--rate={{inputs.parameters.lr}}", "same"]
    assert "resources" not in run["container"]
    assert '"memory": "{{inputs.parameters.mem}}"' in run["podSpecPatch"]


def test_cells_that_lack_an_argument_have_a_template_of_their_own() -> None:
    text = (
        "matrix: {kind: mapping, values: [{fast: true}, {fast: false}, {fast: true}]}\n"
        "inputs: [{name: fast, type: bool, isFlag: true}]\n"
        "run: {kind: job, container: {image: a, command: [b], args: ['{{ params.fast.as_arg }}']}}\n"
    )
    loop, *runs = workflow(text)["spec"]["templates"]
    assert [[i["index"] for i in t["withItems"]] for t in loop["dag"]["tasks"]] == [
        ["0", "2"],
        ["1"],
    ]
    assert [run["container"].get("args") for run in runs] == [["--fast"], None]


def test_a_dag_with_a_matrix_is_a_loop_over_the_dag() -> None:
    inner = "inputs: [{name: q, type: float}], " + JOB.replace("[b]", "[b, '{{ q }}']")
    text = (
        "matrix: {kind: mapping, values: [{lr: 0.1}, {lr: 0.2}]}\n"
        "inputs: [{name: lr, type: float}]\n"
        + dag(operation("a", "params: {q: {ref: dag, value: inputs.lr}}", inner))
    )
    loop, whole, run = workflow(text)["spec"]["templates"]
    [task] = loop["dag"]["tasks"]
    assert task["withItems"] == [{"index": "0", "lr": "0.1"}, {"index": "1", "lr": "0.2"}]
    [first] = whole["dag"]["tasks"]
    assert first["arguments"]["parameters"] == [{"name": "q", "value": "{{inputs.parameters.lr}}"}]
    assert run["container"]["command"] == ["b", "{{inputs.parameters.q}}"]


def test_operations_of_one_component_share_a_template() -> None:
    component = (
        "  components:\n    - name: step\n      inputs: [{name: n, type: int}, {name: s, type: str}]\n"
        "      run: {kind: job, container: {image: a, command: [b], args: ['--n={{ n }}',"
        " 'say {{ s }} {{ n }}'], env: [{name: S, value: '{{ s }}'}]}}\n"
    )
    operations = [f"name: o{n}, dagRef: step, params: {{n: {n}, s: t{n}}}" for n in range(5)]
    top, *others = workflow(dag(*operations) + component)["spec"]["templates"]
    [shared] = others
    for at, task in enumerate(top["dag"]["tasks"]):
        assert task["template"] == "o0"
        given = {p["name"]: p["value"] for p in task["arguments"]["parameters"]}
        assert given == {"n": str(at), "s": f"t{at}"}
    assert shared["container"]["args"] == [
        "--n={{inputs.parameters.n}}",
        "say {{inputs.parameters.s}} {{inputs.parameters.n}}",
    ]
    assert shared["container"]["env"] == [{"name": "S", "value": "{{inputs.parameters.s}}"}]


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("{kind: cron, cron: '0 3 * * 7'}", {"schedules": ["0 3 * * 0"]}),
        ("{kind: cron, cron: '0 3 * jan,DEC Mon-fri'}", {"schedules": ["0 3 * 1,12 1-5"]}),
        ("{kind: cron, cron: '@daily', dependsOnPast: true}",
         {"schedules": ["0 0 * * *"], "concurrencyPolicy": "Forbid"}),
        ("{kind: interval, frequency: PT90S}", {"schedules": ["@every 90s"]}),
        ("{kind: interval, frequency: P1D, startAt: '2030-01-01', maxRuns: 3}",
         {"schedules": ["@every 86400s"], "when": "{{=now() >= date('2030-01-01T00:00:00Z')}}",
          "stopStrategy": {"expression": "cronworkflow.succeeded + cronworkflow.failed >= 3"}}),
        ("{kind: cron, cron: '0 3 * * *', startAt: '2030-01-01 02:00:00+02:00', endAt: '2031-01-01'}",
         {"schedules": ["0 3 * * *"], "when": "{{=now() >= date('2030-01-01T00:00:00Z') && now() <"
                                              " date('2031-01-01T00:00:00Z')}}"}),
        ("{kind: datetime, startAt: '2030-02-01T10:30:00Z'}",
         {"schedules": ["30 10 1 2 *"],
          "when": "{{=now() >= date('2030-02-01T10:30:00Z') && now() < date('2030-02-01T10:30:00Z') +"
                  " duration('24h')}}",
          "stopStrategy": {"expression": "cronworkflow.succeeded + cronworkflow.failed >= 1"}}),
    ],
)  # fmt: skip
def test_a_schedule_is_a_cron_workflow(schedule: str, said: dict[str, Any]) -> None:
    found = workflow(f"schedule: {schedule}\n{JOB}")
    assert found["kind"] == "CronWorkflow"
    assert found["metadata"]["name"] == "x"
    spec = found["spec"]
    known = {"timezone": "Etc/UTC", "workflowSpec": spec["workflowSpec"],
             "workflowMetadata": spec["workflowMetadata"]}  # fmt: skip
    assert spec == said | known


def test_what_a_workflow_is_written_as() -> None:
    as_template = {"argo": ArgoOptions(kind="template", service_account="runner")}
    found = workflow(JOB, **as_template)
    assert (found["kind"], found["metadata"]["name"]) == ("WorkflowTemplate", "x")
    assert found["spec"]["serviceAccountName"] == "runner"
    written, told = compiled("schedule: {kind: cron, cron: '@daily'}\n" + JOB, **as_template)
    template, cron = judge(written)
    assert told == []
    assert template["kind"] == "WorkflowTemplate"
    assert cron["spec"]["workflowSpec"] == {"workflowTemplateRef": {"name": "x"}}
    assert compiled(JOB, argo=ArgoOptions(kind="cron")) == (
        "", ["PXC701 what has no `schedule` cannot be a CronWorkflow"]
    )  # fmt: skip


def test_a_workflow_that_no_cluster_keeps() -> None:
    args = ", ".join(["x" * 100_000] * 12)
    text = f"run: {{kind: job, container: {{image: a, command: [b], args: [{args}]}}}}\n"
    written, told = compiled(text)
    assert written == ""
    assert len(told) == 1
    assert told[0].startswith("PXC701 the workflow has ")


def test_a_name_that_argo_cannot_hold_is_shown_where_it_can() -> None:
    text = dag(operation("pre_process"), operation("b"))
    plain = workflow(text)["spec"]["templates"]
    shown = workflow(text, argo=ArgoOptions(version="4.0"))["spec"]["templates"]
    assert all("annotations" not in each for each in plain)
    assert [each.get("annotations") for each in shown] == [
        None, {"workflows.argoproj.io/display-name": "pre_process"}, None
    ]  # fmt: skip


@pytest.mark.parametrize(
    "matrix",
    ["schedule: {kind: cron, cron: '@daily'}\n", "matrix: {kind: mapping, values: [{x: 1}]}\n"],
)
def test_a_run_alone_has_nobody_to_take_values_from(matrix: str) -> None:
    path = "runs.8d2f1a0b3a14b0f8b2d9d8a4cb4cc11a"
    text = (
        f"{matrix}params: {{y: {{ref: {path}, value: outputs.y}}}}\n"
        "inputs: [{name: x, type: int, value: 1}, {name: y, type: str}]\n"
        "run: {kind: job, container: {image: a, command: [b], args: ['{{ y }}']}}\n"
    )
    written, told = compiled(text)
    assert written == ""
    assert told == [
        f"PXC703 `{path}.outputs.y` is known only when the run exists, and Argo cannot tell it"
    ]


@pytest.mark.parametrize(
    ("queue_as", "said"),
    [
        ("kueue", {"metadata": {"labels": {"kueue.x-k8s.io/queue-name": "gpu"}}}),
        (
            "volcano",
            {
                "metadata": {"annotations": {"scheduling.volcano.sh/queue-name": "gpu"}},
                "schedulerName": "volcano",
            },
        ),
    ],
)
def test_a_queue_is_one_of_the_pod(queue_as: str, said: dict[str, Any]) -> None:
    (template,) = workflow("queue: gpu\n" + JOB, queue_as=queue_as)["spec"]["templates"]
    assert {key: template.get(key) for key in said} == said


@pytest.mark.parametrize(
    ("cache", "counted"),
    [
        ("{}", "toJson([inputs.parameters['a'], inputs.parameters['b']])"),
        ("{io: [a]}", "inputs.parameters['a']"),
        ("{io: [b]}", "inputs.parameters['b']"),
    ],
)
def test_a_memory_counts_what_is_chosen(cache: str, counted: str) -> None:
    taker = (
        "inputs: [{name: a, type: str}, {name: b, type: str}],"
        " run: {kind: job, container: {image: i, command: [c, '{{ a }}', '{{ b }}']}}"
    )
    params = "{a: {ref: ops.x, value: outputs.a}, b: {ref: ops.x, value: outputs.b}}"
    giver = JOB + ", outputs: [{name: a, type: str}, {name: b, type: str}]"
    first = operation("x", component=giver)
    last = operation("y", f"params: {params}, cache: {cache}", component=taker)
    templates = workflow(dag(first, last))["spec"]["templates"]
    (key,) = (t["memoize"]["key"] for t in templates if "memoize" in t)
    assert key.endswith(f"-{{{{=sprig.sha256sum({counted})}}}}")


def test_words_of_operations_stand_on_the_workflow() -> None:
    plain = workflow(dag(A, B))
    told = workflow(dag(operation("a", "description: loads, tags: [x, y]"), B))
    words = told["metadata"].pop("annotations")["pxc.dev/operations"]
    assert json.loads(words) == {"a": {"description": "loads", "tags": ["x", "y"]}}
    assert told["metadata"]["name"] == plain["metadata"]["name"]
    assert told["spec"] == plain["spec"]
