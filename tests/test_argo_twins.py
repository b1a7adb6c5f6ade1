"""A template that is made of an earlier one is what building it gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.driver import compile_request
from pxc.ir.plan import Unit
from pxc.request import Request, SourceText
from pxc.targets.argo import dag_template
from pxc.targets.argo.build import Leaf
from pxc.targets.argo.twins import likeness, twin_of

ARGUMENTS = (
    "--lr={{ lr }}", "{{ lr }}", "{{ seed }}", "--seed={{ seed }}", "{{ flag }}", "", None, True, 3,
    "--out={{ globals.run_outputs_path }}/{{ lr }}", "{{ globals.uuid }}", "{{ params.as_args }}",
    "{{ globals.name }}", "$(HOME)", "{$(HOME)", "a{{ '{{' }}b", "$PXC_OUTPUTS_DIR", "plain",
)  # fmt: skip
WORDS = ("0.1", "0.2", "a b", "", "{", "$", "$(X)", "/plx-context/artifacts/x", "PXC_OUTPUTS_DIR")
MORE = (
    {}, {"env": [{"name": "LR", "value": "{{ lr }}"}]}, {"workingDir": "/w/{{ lr }}"},
    {"resources": {"limits": {"cpu": "{{ seed }}"}}},
)  # fmt: skip


def dag(arguments: list[Any], more: dict[str, Any], given: list[dict[str, Any]]) -> str:
    """A dag of which every operation runs the one component with params of its own."""
    container = {"image": "i", "command": ["c"], "args": arguments, **more}
    inputs = [("lr", "str"), ("seed", "int"), ("flag", "bool")]
    component = {
        "name": "part",
        "inputs": [{"name": n, "type": t} for n, t in inputs],
        "outputs": [{"name": "loss", "type": "float"}],
        "run": {"kind": "job", "container": container},
    }
    operations = [
        {"name": f"n{at}", "dagRef": "part", "params": {n: {"value": v} for n, v in each.items()}}
        for at, each in enumerate(given)
    ]
    run = {"kind": "dag", "operations": operations, "components": [component]}
    return json.dumps({"version": 1.1, "kind": "component", "name": "many", "run": run})


def compiled(text: str) -> Any:
    request = Request(files=(SourceText("many.yaml", text.encode()),), target="argo")
    outcome = compile_request(request)
    return [file.text for file in outcome.files], [(d.code.id, d.message) for d in outcome.report]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(ARGUMENTS), max_size=4),
    st.sampled_from(MORE),
    st.lists(
        st.fixed_dictionaries(
            {"lr": st.sampled_from(WORDS), "seed": st.integers(0, 1), "flag": st.booleans()}
        ),
        min_size=2,
        max_size=4,
    ),
)
def test_a_twin_is_what_building_it_gives(
    arguments: list[Any], more: dict[str, Any], given: list[dict[str, Any]]
) -> None:
    text = dag(arguments, more, given)
    made = compiled(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dag_template, "likeness", lambda unit: None)
        assert compiled(text) == made


def test_words_of_one_component_are_built_once() -> None:
    given = [{"lr": str(at), "seed": at, "flag": False} for at in range(5)]
    text = dag(["--lr={{ lr }}", "{{ seed }}", "{{ globals.uuid }}"], {}, given)
    units: list[Unit] = []

    def made(first: Leaf, unit: Unit, name: str) -> Leaf:
        units.append(unit)
        return twin_of(first, unit, name)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dag_template, "twin_of", made)
        files, told = compiled(text)
    assert files
    assert told == []
    assert [unit.name for unit in units] == ["n1", "n2", "n3", "n4"]
    assert len({likeness(unit) for unit in units}) == 1
