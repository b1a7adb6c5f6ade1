"""What the resources of cells have of their own, put into the first, gives each of them back."""

from __future__ import annotations

import ast
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import pxc.targets.airflow
from pxc.targets.airflow.differences import differences

INLINED = Path(pxc.targets.airflow.__file__).parent / "inlined" / "ResourceOperator.py"


def changed(resource: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """What the operator of a DAG file makes of them, by its own text."""
    tree = ast.parse(INLINED.read_text("utf-8"))
    [function] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "changed"
    ]
    function.decorator_list = []
    names: dict[str, Any] = {"deepcopy": deepcopy}
    exec(compile(ast.Module([function], []), "changed", "exec"), names)
    found: dict[str, Any] = names["changed"](resource, changes)
    return found


KEYS = st.sampled_from(("a", "b", "a/b", "~1", "~", "0", ""))
LEAVES = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(("", "x", "{{ x"))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)


def kinds_of(tree: Any) -> Any:
    """The classes of what is in a tree: `True == 1`."""
    if isinstance(tree, dict):
        return {key: kinds_of(value) for key, value in tree.items()}
    return [kinds_of(value) for value in tree] if isinstance(tree, list) else type(tree)


@given(st.lists(TREES, min_size=1, max_size=4))
def test_changes_give_each_back(trees: list[Any]) -> None:
    objects = [{"kind": "Job", "spec": tree} for tree in trees]
    before = deepcopy(objects)
    found = differences(objects)
    made = [changed(objects[0], each) for each in found]
    assert made == before
    assert [*map(kinds_of, made)] == [*map(kinds_of, before)]
    assert objects == before


def test_only_what_differs_is_said() -> None:
    def made(args: list[str], image: str) -> dict[str, Any]:
        containers = [{"image": "same", "args": args}, {"image": image}]
        return {"metadata": {"labels": {"a/b": "c"}}, "spec": {"containers": containers}}

    both = differences([made(["1"], "x"), made(["2", "3"], "y")])
    assert both == [
        {"/spec/containers/0/args": ["1"], "/spec/containers/1/image": "x"},
        {"/spec/containers/0/args": ["2", "3"], "/spec/containers/1/image": "y"},
    ]
    assert differences([made([], "x")] * 3) == [{}] * 3
