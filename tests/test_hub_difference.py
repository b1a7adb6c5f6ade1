"""What differs between two versions of a component, and how much it means."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pxc.cli.hub.difference import changes_between
from pxc.diagnostics import Report
from pxc.driver.components import Component, component_of
from pxc.hub.difference import BREAKING, NOTICE, WIDENING, Change
from pxc.options import Options
from pxc.request import SourceText

BASE: dict[str, Any] = yaml.safe_load("""
version: 1.1
kind: component
name: train
description: Trains a model
inputs:
  - {name: lr, type: float, description: the learning rate, value: 0.1, validation: {ge: 0, le: 1}}
  - {name: data, type: str, description: where data lie}
  - {name: size, type: str, value: s, options: [s, m]}
outputs:
  - {name: loss, type: float}
run:
  kind: service
  ports: [80]
  connections: [imagenet]
  environment: {serviceAccountName: trainer}
  volumes: [{name: tmp, emptyDir: {}}]
  init: [{git: {url: "https://git.acme.io/a.git"}}]
  sidecars: [{name: proxy, image: "proxy:1"}]
  container:
    name: main
    image: "registry.acme.io/train:1"
    command: [python]
    args: [train.py, "{{ data }}"]
    env: [{name: MODE, value: fast}]
    resources: {limits: {cpu: 1, nvidia.com/gpu: 1}}
termination: {maxRetries: 1}
""")
GONE = object()


def edited(edits: dict[str, Any]) -> dict[str, Any]:
    """The base with values at paths such as `inputs.0.type`; `+` at the end adds to a list."""
    made = yaml.safe_load(yaml.safe_dump(BASE))
    for path, value in edits.items():
        *outer, last = (word.replace("~", "/") for word in path.split("/"))
        place = made
        for word in outer:
            place = place[int(word)] if word.isdigit() else place[word]
        if last == "+":
            place.append(value)
        elif value is GONE:
            del place[int(last) if last.isdigit() else last]
        else:
            place[int(last) if last.isdigit() else last] = value
    return made


def component(tree: dict[str, Any]) -> Component:
    """A component that can be planned."""
    report = Report()
    found = component_of(
        SourceText("a.yaml", yaml.safe_dump(tree).encode()), Options(), None, report
    )
    assert found is not None, list(report)
    assert found.claims is not None, list(report)
    return found


def changes(edits: dict[str, Any], others: dict[str, Any] | None = None) -> tuple[Change, ...]:
    """What differs when the base is edited; with `others` between two edited ones."""
    return changes_between(component(edited(others or {})), component(edited(edits)))


CASES: list[tuple[dict[str, Any], list[tuple[str, str, str]]]] = [
    ({}, []),
    ({"inputs/+": {"name": "n", "type": "int"}},
     [(BREAKING, "input-added", "new input `n` (int) is required")]),
    ({"inputs/+": {"name": "n", "type": "int", "value": 3}},
     [(NOTICE, "input-added", "new input `n`: int, by default `3`")]),
    ({"inputs/+": {"name": "n", "isOptional": True}}, [(NOTICE, "input-added", "new input `n`: any")]),
    ({"inputs/1": GONE, "run/container/args": ["train.py"]},
     [(BREAKING, "input-removed", "the input `data` is gone"), (NOTICE, "args", "")]),
    ({"inputs/0/type": "int", "inputs/0/value": 1},
     [(BREAKING, "input-type", "the input `lr` is of type `int`, not `float`"),
      (NOTICE, "input-default", "")]),
    ({"inputs/1/type": "any"}, [(NOTICE, "input-type", "the input `data` is of type `any`, not `str`")]),
    ({"inputs/0/type": "List[float]", "inputs/0/value": [0.1]},
     [(BREAKING, "input-type", ""), (NOTICE, "input-default", "")]),
    ({"inputs/1/isList": True},
     [(BREAKING, "input-type", "the input `data` is of type `List[str]`, not `str`")]),
    ({"inputs/0/value": GONE}, [(BREAKING, "input-required", "the input `lr` is now required")]),
    ({"inputs/1/value": "here"},
     [(NOTICE, "input-optional", "the input `data` is no longer required")]),
    ({"inputs/0/value": 0.2},
     [(NOTICE, "input-default", "the input `lr` is by default `0.2`, not `0.1`")]),
    ({"inputs/0/validation": {"ge": 0.05, "le": 1}},
     [(BREAKING, "input-rule", "the input `lr` has `ge: 0.05`, not `ge: 0`")]),
    ({"inputs/0/validation": {"ge": 0, "le": 2}}, [(NOTICE, "input-rule", "")]),
    ({"inputs/0/validation": {"ge": 0}},
     [(NOTICE, "input-rule", "the input `lr` has no `le`, not `le: 1`")]),
    ({"inputs/1/validation": {"regex": "a.*"}}, [(BREAKING, "input-rule", "")]),
    ({"inputs/2/options": ["s", "m", "l"]}, [(NOTICE, "input-rule", "")]),
    ({"inputs/2/options": ["s"]}, [(BREAKING, "input-rule", "")]),
    ({"inputs/0/description": "a rate"},
     [(NOTICE, "input-detail", "the input `lr` is described in other words")]),
    ({"inputs/0/toEnv": "LR"}, [(NOTICE, "input-detail", "the input `lr` has `toEnv: LR`, not no `toEnv`")]),
    ({"outputs/+": {"name": "f1", "type": "float"}}, [(NOTICE, "output-added", "new output `f1`: float")]),
    ({"outputs": GONE}, [(BREAKING, "output-removed", "the output `loss` is gone")]),
    ({"outputs/0/type": "str"},
     [(BREAKING, "output-type", "the output `loss` is of type `str`, not `float`")]),
    ({"outputs/0/type": "int"}, [(NOTICE, "output-type", "")]),
    ({"outputs/0/description": "of the last epoch"}, [(NOTICE, "output-detail", "")]),
    ({"run/kind": "job", "run/ports": GONE},
     [(BREAKING, "runtime", "`run.kind` is `job`, not `service`"),
      (BREAKING, "ports", "the port `80` is gone")]),
    ({"run/ports": [80, 81]}, [(NOTICE, "ports", "new port `81`")]),
    ({"run/container/image": "registry.acme.io/train:2"},
     [(NOTICE, "image",
       "`run.container.image` is `registry.acme.io/train:2`, not `registry.acme.io/train:1`")]),
    ({"run/container/image": "other.io/train:1"},
     [(WIDENING, "claim-added", "now also asks for `registry:other.io`"),
      (NOTICE, "claim-gone", "no longer asks for `registry:registry.acme.io`"), (NOTICE, "image", "")]),
    ({"run/container/command": ["python3"]}, [(NOTICE, "command", "")]),
    ({"run/container/args": ["train.py", "-v", "{{ data }}"]}, [(NOTICE, "args", "")]),
    ({"run/container/env/0/value": "slow"},
     [(NOTICE, "env", "`run.container.env.MODE.value` is `slow`, not `fast`")]),
    ({"run/container/resources/limits/cpu": 2},
     [(WIDENING, "claim-grown", "asks for 2 of `resource:cpu` a pod, not 1")]),
    ({"run/container/resources/limits/nvidia.com~gpu": GONE},
     [(NOTICE, "claim-gone", "no longer asks for 1 of `accelerator:nvidia.com/gpu` a pod")]),
    ({"run/container/resources/limits/nvidia.com~gpu": 4},
     [(WIDENING, "claim-grown", "asks for 4 of `accelerator:nvidia.com/gpu` a pod, not 1")]),
    ({"run/container/resources/limits/cpu": "500m"},
     [(NOTICE, "claim-shrunk", "asks for 0.5 of `resource:cpu` a pod, no longer 1")]),
    ({"run/connections": ["imagenet", "pii"]},
     [(WIDENING, "claim-added", "now also asks for `connection:pii`")]),
    ({"run/connections": GONE},
     [(NOTICE, "claim-gone", "no longer asks for `connection:imagenet`")]),
    ({"run/container/securityContext": {"privileged": True}},
     [(WIDENING, "claim-added", "now also asks for `privileged`"),
      (NOTICE, "other", "`run.container.securityContext` is new: `{\"privileged\": true}`")]),
    ({"run/environment/hostNetwork": True},
     [(WIDENING, "claim-added", "now also asks for `hostNetwork`")]),
    ({"run/environment/serviceAccountName": "admin"},
     [(WIDENING, "claim-added", "now also asks for `serviceAccount:admin`"),
      (NOTICE, "claim-gone", "no longer asks for `serviceAccount:trainer`")]),
    ({"run/environment/labels": {"team": "a"}}, [(NOTICE, "environment", "")]),
    ({"run/volumes/+": {"name": "docker", "hostPath": {"path": "/var/run/docker.sock"}}},
     [(WIDENING, "claim-added", "now also asks for `hostPath:/var/run/docker.sock`"),
      (NOTICE, "volumes", "")]),
    ({"run/init/0/git/revision": "v2"}, [(NOTICE, "init", "")]),
    ({"run/sidecars": GONE}, [(NOTICE, "claim-gone", ""), (NOTICE, "sidecars", "")]),
    ({"run/sidecars/0/image": "proxy:2"}, [(NOTICE, "sidecars", "")]),
    ({"termination/maxRetries": 3},
     [(NOTICE, "termination", "`termination.maxRetries` is `3`, not `1`")]),
    ({"description": "Trains"}, [(NOTICE, "description", "`description` is `Trains`, not `Trains a model`")]),
    ({"tags": ["vision"]}, [(NOTICE, "description", "new tag `vision`")]),
    ({"cache": {"disable": True}}, [(NOTICE, "other", "`cache` is new: `{\"disable\": true}`")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edits", "expected"), CASES, ids=lambda v: "-".join(v) if isinstance(v, dict) else ""
)
def test_each_kind_of_change_is_told_once_with_its_weight(
    edits: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    found = changes(edits)
    assert [(c.weight, c.kind) for c in found] == [
        (weight, kind) for weight, kind, _ in expected
    ], found
    for change, (_, _, message) in zip(found, expected, strict=True):
        assert message in ("", change.message)


@pytest.mark.parametrize("edits", [edits for edits, _ in CASES], ids="-".join)
def test_nothing_differs_from_itself_however_it_is_laid_out(edits: dict[str, Any]) -> None:
    made = edited(edits)
    again = dict(reversed(made.items()))
    assert changes_between(component(made), component(again)) == ()


def told(before: str, after: str) -> list[tuple[str, str]]:
    """The weight and the message of each change between two texts of components."""
    one, other = (component(yaml.safe_load(text)) for text in (before, after))
    return [(change.weight, change.message) for change in changes_between(one, other)]


PYTORCH = """\
kind: component
run:
  kind: pytorchjob
  master: {container: {image: "a.io/a:1"}}
  worker: {replicas: 2, container: {image: "a.io/a:1", resources: {limits: {nvidia.com/gpu: 1}}}}
"""
DAG = """\
kind: component
inputs: [{name: lr, type: float, value: 0.1}]
run:
  kind: dag
  operations:
    - {name: first, container: {image: "a.io/a:1"}}
    - {name: second, dependencies: [first], params: {lr: {ref: dag, value: inputs.lr}}, container: {image: "a.io/a:1", args: ["{{ lr }}"]}}
"""


def test_the_roles_of_a_distributed_run_are_told_by_their_names() -> None:
    after = PYTORCH.replace("replicas: 2", "replicas: 4").replace("gpu: 1", "gpu: 2")
    assert told(PYTORCH, after) == [
        (WIDENING, "asks for 2 of `accelerator:nvidia.com/gpu` a pod, not 1"),
        (NOTICE, "`run.worker.replicas` is `4`, not `2`"),
    ]
    assert told(PYTORCH, PYTORCH.replace("pytorchjob", "tfjob").replace("master", "chief"))[0] == (
        BREAKING, "`run.kind` is `tfjob`, not `pytorchjob`",
    )  # fmt: skip


def test_operations_of_a_dag_are_told_by_their_names_whatever_their_order() -> None:
    assert told(DAG, DAG.replace('args: ["{{ lr }}"]', "args: [x]")) == [
        (NOTICE, '`run.operations.second.container.args` is `["x"]`, not `["{{ lr }}"]`')
    ]
    lines = DAG.splitlines()
    assert told(DAG, "\n".join([*lines[:5], lines[6], lines[5]])) == []
    wider = DAG.replace('"a.io/a:1", args', '"a.io/a:1", securityContext: {privileged: true}, args')
    assert (WIDENING, "now also asks for `privileged`") in told(DAG, wider)


def test_what_cannot_be_planned_is_compared_without_its_claims() -> None:
    text = "kind: component\ninputs: [{name: url, type: str, isOptional: true}]\nrun: {kind: job, init: [{git: {url: '{{ url }}'}}], container: {image: 'a:1'}}\n"
    report = Report()
    one, other = (
        component_of(SourceText("a.yaml", each.encode()), Options(), None, report)
        for each in (text, text.replace("a:1", "b.io/a:2"))
    )
    assert one is not None and other is not None  # noqa: PT018
    assert one.claims is None
    assert [c.kind for c in changes_between(one, other)] == ["image"]
