"""Builds in the plan: what builds an image runs first, and the run takes the image."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.driver import Outcome
from pxc.ir.asked import asked
from pxc.ir.dump import dump
from pxc.ir.plan import Group, Unit
from tests.hub import compiled_with, hub
from tests.reading import found
from tests.test_expand_dag import _texts, group_of
from tests.test_expand_dag import told as told_group
from tests.test_expand_hooks import dag


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"))


def told(outcome: Outcome) -> list[str]:
    """The members with their images and args, then the edges; one of a build is `>>`."""
    group = group_of(outcome)
    lines = told_group(group)
    for i, member in enumerate(group.members):
        if isinstance(member, Unit):
            lines[i] += f" = {_texts(dump(member.pod.main.get('image')))}"
    builds = {f"{e.upstream} > {e.downstream}" for e in group.edges if e.is_build}
    return [line.replace(" > ", " >> ") if line in builds else line for line in lines]


K = "hubRef: 'acme/kaniko:v1'"

BUILDS: dict[str, tuple[str, list[str]]] = {
    "a file": (
        f"name: train\nbuild: {{{K}}}\ncontainer: {{image: old}}\n",
        [
            "train-build ['<'p:' ~ globals.uuid>', '.'] = kaniko:1",
            "train = p:<ops['train-build'].globals.uuid>",
            "train-build >> train",
        ],
    ),
    "the registry of its connection": (
        f"name: train\nbuild: {{{K}, connection: images}}\ncontainer: {{args: [a]}}\n",
        [
            "train-build ['<'p:' ~ globals.uuid>', '.'] = kaniko:1",
            "train ['a'] = r.example/ml/p:<ops['train-build'].globals.uuid>",
            "train-build >> train",
        ],
    ),
    "a name that the author gives, with its own globals": (
        f"name: train\nbuild: {{{K}, params: {{destination: {{value: 'x/{{{{ globals.name }}}}:1'}}}}}}\n"
        "container: {image: old}\n",
        [
            "train-build ['x/train-build:1', '.'] = kaniko:1",
            "train = x/train-build:1",
            "train-build >> train",
        ],
    ),
    "an operation starts when its build has ended, which starts as it would": (
        dag(
            "name: a, component: {outputs: [{name: o, type: float}, {name: p, type: str}],"
            " run: {kind: job, container: {image: i}}}",
            "name: z, container: {image: i}",
            "name: b, container: {args: ['{{ x }}']}, dependencies: [z], trigger: all_done,"
            " params: {x: {ref: ops.a, value: outputs.o}}, conditions: '{{ x > 1 }}',"
            f" build: {{{K}, params: {{context: {{ref: ops.a, value: outputs.p}}}}}}",
            "name: b-build, container: {image: i}",
        ),
        [
            "a = i",
            "z = i",
            "b-build-2 ['<'p:' ~ globals.uuid>', '<ops.a.outputs.p>']"
            " if <ops.a.outputs.o > 1> by all_done = kaniko:1",
            "b ['<ops.a.outputs.o>'] by all_succeeded or skipped"
            " = p:<ops['b-build-2'].globals.uuid>",
            "b-build = i",
            "b-build-2 >> b",
            "z > b-build-2",
            "a > b-build-2 ['outputs.o', 'outputs.p']",
        ],
    ),
}


@pytest.mark.parametrize("name", BUILDS)
def test_builds(name: str, catalog: Path) -> None:
    text, expected = BUILDS[name]
    outcome = compiled_with(catalog, text)
    assert told(outcome) == [
        line.replace("'<'", "\"<'").replace("uuid>'", 'uuid>"') for line in expected
    ]
    assert [d.code.id for d in outcome.report if "`build`" in d.message] == ["PXC701"]


def test_every_role_takes_the_image(catalog: Path) -> None:
    text = f"""
        name: t
        build: {{{K}, params: {{destination: {{value: "x:1"}}}}}}
        run:
          kind: pytorchjob
          master: {{container: {{args: [a]}}}}
          worker: {{replicas: 2, container: {{image: old}}}}
        """
    group = group_of(compiled_with(catalog, text))
    unit = group.members[1]
    assert isinstance(unit, Unit)
    assert [dump(role.pod.main.get("image")) for role in unit.roles] == ["x:1", "x:1"]


def test_a_matrix_is_built_once(catalog: Path) -> None:
    text = (
        f"name: t\nbuild: {{{K}}}\nmatrix: {{kind: mapping, values: [{{lr: 1}}, {{lr: 2}}]}}\n"
        "component:\n  inputs: [{name: lr, type: int}]\n"
        "  run: {kind: job, container: {args: ['{{ lr }}']}}\n"
    )
    group = group_of(compiled_with(catalog, text))
    assert [(m.name, isinstance(m, Unit) and m.sweep is not None) for m in group.members] == [
        ("t-build", False), ("t", True),
    ]  # fmt: skip


def test_a_build_on_a_hub_stays_a_demand(catalog: Path) -> None:
    outcome = compiled_with(catalog, "name: t\nbuild: {hubRef: 'no:1'}\ncontainer: {image: i}\n")
    assert [(d.feature, d.owner) for d in asked(outcome.plan)] == [("build", "")]
    text = dag("name: a, container: {image: i}, build: {hubRef: 'no:1'}")
    plan = compiled_with(catalog, text).plan
    assert [(d.feature, d.owner) for d in asked(plan)] == [("build", "a")]


def test_demands_of_a_built_run_are_its_own(catalog: Path) -> None:
    text = f"name: t\ncost: 2\nbuild: {{{K}}}\ncontainer: {{}}\n"
    plan = compiled_with(catalog, text).plan
    assert isinstance(plan.group, Group)
    assert [(d.feature, d.owner) for d in asked(plan)] == [("cost", "t"), ("build", "t")]


def test_params_of_a_build_are_checked(catalog: Path) -> None:
    text = f"name: t\nbuild: {{{K}, params: {{contxt: {{value: a}}}}}}\ncontainer: {{image: i}}\n"
    assert "PXC205 2:44 contxt" in found(compiled_with(catalog, text).report)
