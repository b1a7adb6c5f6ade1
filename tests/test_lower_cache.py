"""The cache of a unit: whether it is on, what counts, and when two keys are the same."""

from __future__ import annotations

import pytest

from pxc.ir.plan import Cache
from tests.reading import compiled, found


def cache_of(
    cache: str = "{}",
    *,
    lr: str = "0.5",
    image: str = "i:1",
    args: str = "'--lr={{ lr }}'",
    more: str = "",
    run: str = "",
) -> Cache:
    outcome = compiled(
        f"name: t\ncache: {cache}\nparams: {{lr: {lr}}}\n{more}component:\n"
        "  inputs: [{name: lr, type: float}, {name: x, type: int, value: 1}]\n"
        f"  run: {{kind: job, {run}container: {{image: '{image}', args: [{args}]}}}}\n"
    )
    assert outcome.plan is not None, found(outcome.report)
    cache_found = outcome.plan.units[0].cache
    assert cache_found is not None
    return cache_found


SAME: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "a ttl": ({}, {"cache": "{ttl: 3}"}),
    "resources": ({}, {"more": "resources: {memory: 1Gi}\n"}),
    "a description": ({}, {"more": "description: d\n"}),
    "an input that does not count": (
        {"cache": "{io: [x]}"}, {"cache": "{io: [x]}", "lr": "0.6"},
    ),
    "a section that does not count": (
        {"cache": "{sections: [init]}"}, {"cache": "{sections: [init]}", "image": "i:2"},
    ),
}  # fmt: skip
OTHER: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "an input": ({}, {"lr": "0.6"}),
    "an image": ({}, {"image": "i:2"}),
    "args": ({}, {"args": "a"}),
    "an input that counts": ({"cache": "{io: [lr]}"}, {"cache": "{io: [lr]}", "lr": "0.6"}),
    "args as they are written": ({"cache": "{io: [x]}"}, {"cache": "{io: [x]}", "args": "a"}),
    "an init step": (
        {}, {"run": "init: [{file: {content: a, filename: b}}], "},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_key(name: str) -> None:
    first, second = SAME[name]
    assert cache_of(**first).key == cache_of(**second).key


@pytest.mark.parametrize("name", OTHER)
def test_another_key(name: str) -> None:
    first, second = OTHER[name]
    assert cache_of(**first).key != cache_of(**second).key


def test_fields() -> None:
    cache = cache_of("{disable: true, ttl: 60, io: [lr], sections: [containers]}")
    assert (cache.disabled, cache.ttl, cache.io, cache.sections) == (
        True, 60, ("lr",), ("containers",),
    )  # fmt: skip
    assert not cache_of("{ttl: 0}").disabled


def test_what_only_the_run_knows_is_named() -> None:
    outcome = compiled(
        """
        run:
          kind: dag
          operations:
            - {name: a, container: {image: i}}
            - name: b
              cache: {ttl: 5}
              params: {x: {ref: ops.a, value: outputs.o}, y: 3}
              container: {image: i, args: ["{{ x }}", "{{ y }}"]}
        """
    )
    unit = outcome.plan.group.members[1]
    assert unit.cache.inputs == ("x",)
