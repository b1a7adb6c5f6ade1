"""The target argo: which failures are tried again, and the moment of a schedule."""

from __future__ import annotations

from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import ArgoOptions, Options, Runtime
from tests.engines.expressions import RELEASES, substitution
from tests.engines.place import missing
from tests.kubernetes_oracle import judge

HEAD = "version: 1.1\nkind: operation\nname: x\n"
JOB = "container: {image: a, command: [b, '{{ globals.schedule_at }}']}\n"


def compiled(text: str, **argo: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The judged objects, and what was told."""
    request = Request(
        files=(SourceText("f.yaml", (HEAD + text).encode()),),
        target="argo",
        options=Options(runtime=Runtime(tracking=False), argo=ArgoOptions(**argo)),
    )
    outcome = compile_request(request)
    told = [f"{d.code.id} {d.message}" for d in outcome.report]
    return (judge(outcome.files[0].text) if outcome.files else []), told


def policy(*rules: str, retries: str = "maxRetries: 2, ") -> str:
    listed = ", ".join(f"{{{rule}}}" for rule in rules)
    return (
        f"termination: {{{retries}podFailurePolicy: {{rules: [{listed}]}}}}\n"
        "container: {image: a, command: [b]}\n"
    )


def codes(operator: str, values: str, name: str = "") -> str:
    container = f"containerName: {name}, " if name else ""
    return f"onExitCodes: {{{container}operator: {operator}, values: [{values}]}}"


FAIL, COUNT = "action: FailJob, ", "action: Count, "
ONE = FAIL + codes("In", "3, 42")
RULES = [
    ((ONE,), "!(asInt(lastRetry.exitCode) in [3, 42])", {3: False, 42: False, 1: True, -1: True}),
    ((FAIL + codes("In", "3", "polyaxon-main"),), "!(asInt(lastRetry.exitCode) in [3])", {}),
    ((COUNT + codes("In", "3"),), None, {}),
    (
        (FAIL + codes("NotIn", "3"),),
        "!(!(asInt(lastRetry.exitCode) in [-1, 0, 3]))",
        {3: True, 4: False, -1: True},
    ),
    (
        (COUNT + codes("In", "3"), FAIL + codes("In", "3, 4")),
        "asInt(lastRetry.exitCode) in [3] ? true :"
        " (asInt(lastRetry.exitCode) in [3, 4] ? false : true)",
        {3: True, 4: False, 5: True},
    ),
    (
        (FAIL + codes("In", "3"), COUNT + codes("NotIn", "9"), FAIL + codes("In", "9")),
        None,
        {3: False, 4: True, 9: False, -1: True},
    ),
]


@pytest.mark.parametrize(("rules", "condition", "again"), RULES)
def test_rules_are_a_condition(
    rules: tuple[str, ...], condition: str | None, again: dict[int, bool]
) -> None:
    [workflow], told = compiled(policy(*rules))
    assert told == []
    retries = workflow["spec"]["templates"][0]["retryStrategy"]
    if condition is not None or not again:
        assert retries.get("expression") == condition
    for release, program in RELEASES.items():
        if missing(program):
            pytest.skip(f"NO ARGO {release}; run `make engines`")
        with substitution(release) as argo:
            for code, meant in again.items():
                found = argo.evaluate(retries["expression"], {"lastRetry.exitCode": str(code)})
                assert found == (str(meant).lower(), "")


def test_without_retries_there_is_nothing_to_decide() -> None:
    [workflow], told = compiled(policy(ONE, retries=""))
    assert told == []
    assert "retryStrategy" not in workflow["spec"]["templates"][0]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("action: Ignore, " + codes("In", "3"), "`action: Ignore` of a `podFailurePolicy`"),
        ("action: FailIndex, " + codes("In", "3"), "`action: FailIndex` of a `podFailurePolicy`"),
        (FAIL + codes("In", "3", "helper"), "a rule of a `podFailurePolicy` on anything but exit"),
        (FAIL + "onPodConditions: [{type: Ready, status: 'True'}]", "a rule of a `podFailure"),
    ],
)
def test_what_argo_cannot_decide_is_refused(rule: str, message: str) -> None:
    objects, told = compiled(policy(rule))
    assert objects == []
    assert [each.partition(message)[0] for each in told] == ["PXC701 "]


def test_a_schedule_tells_its_moment() -> None:
    """`globals.schedule_at` is the time for which the CronWorkflow has made the workflow."""
    for kind in ("workflow", "template"):
        objects, told = compiled("schedule: {kind: cron, cron: '@daily'}\n" + JOB, kind=kind)
        assert told == []
        [spec] = [each["spec"] for each in objects if "templates" in each["spec"]] or [
            objects[-1]["spec"]["workflowSpec"]
        ]
        assert spec["templates"][0]["container"]["command"][1] == "{{workflow.scheduledTime}}"


def test_without_a_schedule_there_is_no_moment() -> None:
    objects, told = compiled(JOB)
    assert (objects, [each[:6] for each in told]) == ([], ["PXC703"])
