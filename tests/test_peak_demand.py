"""The most that a dag takes at one moment, with the hooks that run beside its later members."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.driver import Request, SourceText, plan_request
from pxc.language import PolyaxonLanguage
from pxc.passes.peak_demand import peak_of
from tests.hub import hub

POD = "kind: job, container: {image: 'a:1', resources: {limits: {nvidia.com/gpu: %s}}}"
TWO, FIVE = POD % 2, POD % 5
COMPONENTS = {
    "two/latest": f"{{kind: component, run: {{{TWO}}}}}",
    "five/latest": f"{{kind: component, run: {{{FIVE}}}}}",
}
AFTER = ", dependencies: [%s]"


def member(name: str, more: str = "", hooks: str = "") -> str:
    return f"{{name: {name}, component: {{run: {{{TWO}}}}}{more}, hooks: [{hooks}]}}"


TWO_HOOK, FIVE_HOOK = "{hubRef: two}", "{hubRef: five}"
CHAIN = [member("a", hooks=TWO_HOOK), member("b", AFTER % "a")]

CASES: dict[str, tuple[list[str], str, int]] = {
    "a hook beside what follows its member": (CHAIN, "", 4),
    "hooks beside each other": (
        [member("a", hooks=f"{TWO_HOOK}, {FIVE_HOOK}"), member("b", AFTER % "a")], "", 9,
    ),
    "a hook is not beside its member": ([member("a", hooks=TWO_HOOK)], "", 2),
    "a hook of the last member": ([member("a"), member("b", AFTER % "a", FIVE_HOOK)], "", 5),
    "a hook beside a member that does not wait": ([member("a", hooks=FIVE_HOOK), member("b")], "", 7),
    "concurrency counts members alone": (CHAIN, "concurrency: 1, ", 4),
    "few members at once": ([member("a"), member("b"), member("c")], "concurrency: 2, ", 4),
    "few members at once, and a hook": (
        [member("a", hooks=FIVE_HOOK), member("b"), member("c")], "concurrency: 2, ", 9,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_peak_of_a_dag(case: str, tmp_path: Path) -> None:
    operations, more, expected = CASES[case]
    text = f"kind: component\nrun: {{kind: dag, {more}operations: [{', '.join(operations)}]}}\n"
    report, plan = plan_request(
        Request(files=(SourceText("f.yaml", text.encode()),), catalog=(hub(tmp_path, COMPONENTS),))
    )
    assert plan is not None, [found.message for found in report]
    assert plan.group is not None
    need = peak_of(plan.group, lambda unit: True, PolyaxonLanguage())
    assert need.amounts["nvidia.com/gpu"] == expected


def test_a_hook_of_a_dag_runs_when_all_of_it_has_ended(tmp_path: Path) -> None:
    text = (
        f"kind: operation\nhooks: [{FIVE_HOOK}]\ncomponent:\n"
        f"  run: {{kind: dag, operations: [{', '.join(CHAIN)}]}}\n"
    )
    _, plan = plan_request(
        Request(files=(SourceText("f.yaml", text.encode()),), catalog=(hub(tmp_path, COMPONENTS),))
    )
    assert plan is not None
    assert plan.group is not None
    need = peak_of(plan.group, lambda unit: True, PolyaxonLanguage())
    assert need.amounts["nvidia.com/gpu"] == 5
