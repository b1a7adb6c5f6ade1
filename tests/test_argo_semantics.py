"""A dag compiled for Argo does what its plan says, whatever its graph and whoever fails.

The plan's interpreter says what every member must come to, the model of Argo's controller what the
workflow makes of it; the same comparison on a real controller is in `test_engine_argo.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pxc.targets.argo import size
from pxc.targets.argo.size import Budget
from tests.argo_model import phases
from tests.argo_runs import outcome_of
from tests.argo_terms import STATES
from tests.plan_interpreter import FAILS, Script, interpret

TRIGGERS = (
    "all_succeeded", "all_failed", "all_done", "one_succeeded", "one_failed", "one_done",
)  # fmt: skip
PROGRAM = {"run": {"kind": "job", "container": {"image": "i", "command": ["true"]}}}


@st.composite
def graphs(
    draw: st.DrawFn, path: str = "", depth: int = 2, most: int = 6
) -> tuple[list[Any], dict[str, Script]]:
    """The operations of a dag, and which of its units fail."""
    operations: list[Any] = []
    scripts: dict[str, Script] = {}
    for index in range(draw(st.integers(1, most if depth == 2 else 3))):
        name = f"t{index}"
        operation: dict[str, Any] = {"name": name}
        before = [f"t{i}" for i in range(index)]
        chosen = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        if chosen:
            operation["dependencies"] = chosen
            operation["trigger"] = draw(st.sampled_from(TRIGGERS))
            operation["skipOnUpstreamSkip"] = draw(st.booleans())
        if draw(st.integers(0, 5)) == 0:
            operation["conditions"] = "false"
        if depth and draw(st.integers(0, 5)) == 0:
            inner, fails = draw(graphs(f"{path}{name}/", depth - 1))
            operation["component"] = {"run": {"kind": "dag", "operations": inner}}
            scripts |= fails
        else:
            operation["component"] = PROGRAM
            if draw(st.integers(0, 2)) == 0:
                scripts[f"{path}{name}"] = FAILS
        operations.append(operation)
    return operations, scripts


def check(operations: list[Any], scripts: dict[str, Script]) -> int:
    """Hold a dag to what its plan says; the number of its parts."""
    source = {"kind": "component", "name": "pipe", "run": {"kind": "dag", "operations": operations}}
    outcome = outcome_of(yaml.safe_dump(source))
    *parts, workflow = yaml.safe_load_all(outcome.files[0].text)
    assert outcome.plan is not None
    expected = {p: fate.state for p, fate in interpret(outcome.plan, scripts).items()}
    seen = phases(workflow, scripts, parts)
    assert {path: STATES.get(seen.get(path, ""), "absent") for path in expected} == expected
    return len(parts)


@settings(max_examples=200)
@given(graphs())
def test_every_graph(graph: tuple[list[Any], dict[str, Script]]) -> None:
    assert not check(*graph)


BUDGETS = (
    Budget(large=400, tasks=5),
    Budget(tasks=4),
    Budget(templates=8, tasks=5),
)


@settings(max_examples=300)
@given(graphs(most=12), st.sampled_from(BUDGETS))
def test_every_graph_in_parts(graph: tuple[list[Any], dict[str, Script]], budget: Budget) -> None:
    """However little room there is, the parts do what the one workflow would have done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(size, "_BUDGET", budget)
        event(f"{check(*graph)} parts")
