"""What the target airflow says of runs that an operator carries out, of pools and of exit codes."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime

IMAGE = "container: {image: i}"
TRAIN = f"kind: pytorchjob, worker: {{replicas: 2, {IMAGE}}}"
SPARK = (
    f"kind: spark, type: r, sparkVersion: 3.5.1, mainApplicationFile: a.yaml, driver: {{{IMAGE}}},"
    f" executor: {{{IMAGE}}}, arguments: ['{{% raw %}}{{{{ x }}}}{{% endraw %}}', conf.yaml]"
)
DASK = f"kind: daskjob, job: {{{IMAGE}}}, worker: {{{IMAGE}}}, scheduler: {{{IMAGE}}}"


def compiled(text: str, **options: Any) -> Outcome:
    files = (SourceText("x.yaml", text.encode()),)
    made = Options(runtime=Runtime(tracking=False), **options)
    return compile_request(Request(files=files, target="airflow", options=made, verify=True))


def component(run: str, more: str = "", **options: Any) -> Outcome:
    return compiled(f"kind: component\nname: x\n{more}\nrun: {{{run}}}", **options)


def task(outcome: Outcome) -> dict[str, Any]:
    """The arguments of the one task of a file, but for calls."""
    [file] = outcome.files
    [*_, last] = ast.parse(file.text).body
    assert isinstance(last, ast.With)
    [expression] = last.body
    assert isinstance(expression, ast.Expr)
    assert isinstance(expression.value, ast.Call)
    assert isinstance(expression.value.func, ast.Name)
    named = {each.arg: _plain(each.value) for each in expression.value.keywords if each.arg}
    return {"operator": expression.value.func.id, **named}


def _plain(node: ast.expr) -> Any:
    class Literals(ast.NodeTransformer):
        def visit_Call(self, call: ast.Call) -> Any:
            return self.visit(call.args[0]) if call.args else ast.Constant(None)

    return ast.literal_eval(Literals().visit(node))


def test_the_resource_keeps_retries_and_the_deadline() -> None:
    never = TRAIN.replace("worker: {", "worker: {environment: {restartPolicy: Never}, ")
    found = task(component(never, "termination: {maxRetries: 2, timeout: 60}"))
    policy = found["resource"]["spec"]["runPolicy"]
    assert (policy["backoffLimit"], policy["activeDeadlineSeconds"]) == (2, 60)
    assert found.keys().isdisjoint({"retries", "deadline"})


def test_the_task_keeps_what_the_resource_cannot() -> None:
    dask = task(component(DASK, "termination: {maxRetries: 2}\nplugins: {collectArtifacts: false}"))
    spark = task(component(SPARK, "termination: {timeout: 60}"))
    assert (dask["retries"], dask["resource"]["kind"]) == (2, "DaskJob")
    assert (spark["deadline"], spark["template_spec"]["kind"]) == (60, "SparkApplication")
    pods = [spark["template_spec"]["spec"][role]["template"] for role in ("driver", "executor")]
    assert [each["spec"].get("activeDeadlineSeconds") for each in pods] == [60, None]


def test_every_try_of_every_run_has_a_name() -> None:
    found = task(compiled(f"kind: component\nname: {'n' * 80}\nrun: {{{TRAIN}}}"))["resource"]
    name = found["metadata"]["name"]
    assert name.endswith("-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}")
    assert len(name.partition("{{")[0]) + 10 + 4 <= 45


def test_text_is_no_template_and_names_no_file() -> None:
    """`rendered` is tried with any text elsewhere; here it is seen that a resource goes through it."""
    text = component(SPARK).files[0].text
    assert 'literal("{{ x }}")' in text
    assert "template_ext = ()" in text
    found = task(component(SPARK))
    assert found["operator"] == "SparkOperator"
    assert found["template_spec"]["spec"]["arguments"] == ["{{ x }}", "conf.yaml"]


def test_a_deadline_of_the_dag_is_one_of_what_it_may_leave_behind() -> None:
    operation = f"operations: [{{name: a, component: {{run: {{{TRAIN}}}}}}}]"
    found = task(component(f"kind: dag, {operation}", "termination: {timeout: 90}"))
    assert found["resource"]["spec"]["runPolicy"]["activeDeadlineSeconds"] == 90


@pytest.mark.parametrize(
    ("run", "more", "fault"),
    [
        (f"kind: raycluster, head: {{{IMAGE}}}", "", "PXC701 `run.kind: raycluster` that never ends"),
        (f"kind: service, {IMAGE}", "", "PXC701 `run.kind: service`"),
        (
            f"kind: pytorchjob, schedulingPolicy: {{minAvailable: '{{{{ globals.uuid }}}}'}},"
            f" worker: {{{IMAGE}}}",
            "",
            "PXC703 `globals.uuid` is known only when the run exists and cannot stand in",
        ),
        (
            f"kind: rayjob, entrypoint: e, runtimeEnv: {{a: '{{{{ globals.uuid }}}}'}}, head:"
            f" {{{IMAGE}}}",
            "",
            "PXC703 `globals.uuid` is known only when the run exists and cannot stand in",
        ),
        (TRAIN, "queue: GPU", "PXC116 `GPU` is no queue of a cluster"),
    ],
)  # fmt: skip
def test_what_cannot_be_said(run: str, more: str, fault: str) -> None:
    outcome = component(run, more, queue_as="pool")
    assert outcome.files == ()
    told = [f"{each.code.id} {each.message}" for each in outcome.report]
    assert any(each.startswith(fault) for each in told), told


def test_a_queue_is_a_pool_in_which_a_resource_keeps_its_place() -> None:
    job = task(component(f"kind: job, {IMAGE}", "queue: agent/gpu", queue_as="pool"))
    train = task(component(TRAIN, "queue: gpu", queue_as="pool"))
    assert (job["pool"], "mode" in job) == ("gpu", False)
    assert (train["pool"], train["mode"]) == ("gpu", "poke")
    assert "pool" not in task(component(TRAIN, "queue: gpu"))


def test_a_policy_that_ends_no_retries_needs_no_operator() -> None:
    rule = "{action: %s, onExitCodes: {operator: In, values: [3]}}"
    limits = "termination: {maxRetries: 2, podFailurePolicy: {rules: [%s]}}"
    counts = task(component(f"kind: job, {IMAGE}", limits % rule % "Count"))
    fails = task(component(f"kind: job, {IMAGE}", limits % rule % "FailJob"))
    assert counts["operator"] == "KubernetesPodOperator"
    assert fails["operator"] == "ExitCodeOperator"
    assert fails["exit_codes"] == [{"action": "FailJob", "operator": "In", "values": [3]}]
