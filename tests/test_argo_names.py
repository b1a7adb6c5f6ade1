"""Whatever operations are called, tasks and templates have names of their own that Argo can hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.argo_model import phases
from tests.argo_terms import STATES
from tests.hub import hub
from tests.kubernetes_oracle import judge
from tests.reading import found

NAMES = (
    "a", "b", "a-b", "a_b", "A", "a-b-c", "not", "and", "or", "in", "if", "nil", "true", "let",
    "matches", "op-not", "1st", "op-1st", "verdict", "verdict-2", "run", "a-run", "approval",
    "a-approval", "pass", "a-hooks", "a-skipped", "a-upstream-failed", "a-tell", "tell", "again",
    "ask", "item", "index", "tasks", "workflow", "inputs", "pipe", "x" * 63, "x" * 62 + "y",
)  # fmt: skip
RUN = {"run": {"kind": "job", "container": {"image": "i", "command": ["true"]}}}
TELL = {"kind": "component", "run": {"kind": "job", "container": {"image": "t", "command": ["t"]}}}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), {"tell/latest": yaml.safe_dump(TELL)})


@st.composite
def dags(draw: st.DrawFn, depth: int = 2) -> list[dict[str, Any]]:
    """Operations with names that are hard to hold, and with all that makes tasks beside them."""
    operations: list[dict[str, Any]] = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True)):
        operation: dict[str, Any] = {"name": name, "component": RUN}
        before = [each["name"] for each in operations]
        if before and draw(st.booleans()):
            operation["dependencies"] = draw(
                st.lists(st.sampled_from(before), min_size=1, max_size=2, unique=True)
            )
            operation["trigger"] = draw(st.sampled_from(("all_succeeded", "all_done")))
        if draw(st.integers(0, 3)) == 0:
            operation["hooks"] = [{"hubRef": "tell"}] * draw(st.integers(1, 2))
        if draw(st.integers(0, 4)) == 0:
            operation["conditions"] = "false"
        if depth and draw(st.integers(0, 3)) == 0:
            inner = draw(dags(depth - 1))
            operation["component"] = {"run": {"kind": "dag", "operations": inner}}
        operations.append(operation)
    return operations


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(NAMES), dags())
def test_any_names(catalog: Path, whole: str, operations: list[dict[str, Any]]) -> None:
    source = {"kind": "component", "name": whole, "run": {"kind": "dag", "operations": operations}}
    request = Request(
        files=(SourceText("f.yaml", yaml.safe_dump(source).encode()),),
        target="argo",
        catalog=(catalog,),
        options=Options(runtime=Runtime(tracking=False)),
    )
    outcome = compile_request(request)
    assert outcome.files, found(outcome.report)
    workflow = judge(outcome.files[0].text)[-1]
    assert outcome.plan is not None
    reached = {STATES[phase] for phase in phases(workflow, {}).values()}
    assert reached <= {STATES["Succeeded"], STATES["Skipped"], STATES["Omitted"]}
    tasks = [
        t for each in workflow["spec"]["templates"] for t in each.get("dag", {}).get("tasks", ())
    ]
    assert outcome.plan.group is not None
    assert len(tasks) >= len(list(outcome.plan.group.units()))
