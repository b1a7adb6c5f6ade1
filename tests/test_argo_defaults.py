"""What the pods of a large workflow have alike stands once, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from pxc.targets.argo.defaults import with_defaults
from tests.argo_oracle import whole_templates
from tests.kubernetes_oracle import judge
from tests.test_target_argo import compiled, dag, operation

LONG = "x" * 1500
ENV = f"env: [{{name: A, value: {LONG}}}]"


def job(image: str, more: str = "") -> str:
    return f"run: {{kind: job, container: {{image: {image}, command: [b], {more}{ENV}}}}}"


def spec(*operations: str) -> dict[str, Any]:
    """The judged spec of a dag."""
    written, found = compiled(dag(*operations))
    assert found == []
    return judge(written)[-1]["spec"]


def test_what_all_pods_have_stands_once() -> None:
    names = "abc"
    found = spec(*(operation(name, component=job(f"i-{name}")) for name in names))
    assert found["templateDefaults"]["container"]["env"] == [{"name": "A", "value": LONG}]
    _, *pods = found["templates"]
    assert [pod["container"] for pod in pods] == [
        {"image": f"i-{name}", "command": ["b"]} for name in names
    ]
    whole = whole_templates(found)
    assert str(whole).count(LONG) == 3
    assert "volumes" not in whole[0]


@pytest.mark.parametrize(
    "other",
    [
        job("i").replace(LONG, "short"),
        job("i").replace(ENV, f"env: [{{name: B, value: y}}, {{name: A, value: {LONG}}}]"),
        job("i").replace(ENV, "tty: true"),
    ],
)
def test_a_list_is_moved_as_a_whole_or_not_at_all(other: str) -> None:
    """Argo would merge two lists by names, in an order of its own."""
    found = spec(
        *(operation(name, component=job(f"i-{name}")) for name in "abc"),
        operation("d", component=other),
    )
    assert "env" not in found.get("templateDefaults", {}).get("container", {})
    assert str(found).count(LONG) >= 3


def test_a_small_workflow_is_left_whole() -> None:
    assert "templateDefaults" not in spec(operation("a"), operation("b"))


def test_one_pod_is_none_of_many() -> None:
    template = {"name": "a", "volumes": [{"name": LONG}], "container": {"image": "i"}}
    assert with_defaults({"templates": [template]}) == {"templates": [template]}


def test_what_makes_an_object_is_a_pod_too() -> None:
    """Its pod would get what is moved, so it must have it."""
    pods = [{"name": n, "nodeSelector": {"a": LONG}, "container": {"image": n}} for n in "abc"]
    maker = {"name": "m", "resource": {"action": "create"}}
    alone = {"templates": [*pods, maker]}
    assert with_defaults(alone) == alone
    alike = with_defaults({"templates": [*pods, maker | {"nodeSelector": {"a": LONG}}]})
    assert alike["templateDefaults"] == {"nodeSelector": {"a": LONG}}
    assert alike["templates"][-1] == maker
