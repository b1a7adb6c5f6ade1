"""Fills in the tags of a compiled workflow in the order of Argo's controller, by its own packages.

First the whole spec from the variables of the workflow, then each template from those and from its
inputs, the tasks of a dag from what is known beside them, the items of a loop, what follows a task
that has succeeded, and the pod at the end.
"""

from __future__ import annotations

import json
from typing import Any

from tests.engines.environment import Object
from tests.engines.expressions import Substitution

WORKFLOW = {
    "workflow.name": "w", "workflow.uid": "u-1", "workflow.namespace": "ns",
    "workflow.creationTimestamp.RFC3339": "2026-01-01T00:00:00Z",
}  # fmt: skip


class Unfilled(Exception):
    """What Argo has against a tag."""


def pods_of(workflow: Object, argo: Substitution) -> list[Object]:
    """The leaf templates of a workflow as its pods get them, in the order of their tasks."""
    spec = _fill(workflow["spec"], argo, WORKFLOW)
    given = {p["name"]: p.get("value") for p in spec.get("arguments", {}).get("parameters", ())}
    return _called(spec["entrypoint"], given, spec, argo)


def _called(name: str, given: Object, spec: Object, argo: Substitution) -> list[Object]:
    template = next(each for each in spec["templates"] if each["name"] == name)
    inputs = [
        each | {"value": given.get(each["name"], each.get("value"))}
        for each in template.get("inputs", {}).get("parameters", ())
    ]
    if inputs:
        template = template | {"inputs": {"parameters": inputs}}
    template = _fill(template, argo, WORKFLOW)
    known = {
        f"inputs.parameters.{each['name']}": each["value"]
        for each in template.get("inputs", {}).get("parameters", ())
    }
    template = _fill(template, argo, WORKFLOW | known)
    if "dag" not in template:
        return [_fill(template, argo, {"pod.name": "p", "node.name": "n"})]
    found = []
    for task in template["dag"]["tasks"]:
        beside = _fill(task, argo, WORKFLOW | known)
        for item in beside.pop("withItems", None) or [None]:
            one = beside if item is None else _fill(beside, argo, WORKFLOW | _variables(item))
            arguments = one.get("arguments", {}).get("parameters", ())
            values = {each["name"]: each["value"] for each in arguments}
            found += _called(one["template"], values, spec, argo)
            for hook in one.get("hooks", {}).values():
                arguments = hook.get("arguments", {}).get("parameters", ())
                ended = _fill(arguments, argo, {f"tasks.{task['name']}.status": "Succeeded"})
                values = {each["name"]: each["value"] for each in ended}
                found += _called(hook["template"], values, spec, argo)
    return found


def _variables(item: Any) -> dict[str, str]:
    if not isinstance(item, dict):
        return {"item": str(item)}
    return {"item": json.dumps(item)} | {f"item.{key}": value for key, value in item.items()}


def _fill(document: Any, argo: Substitution, variables: dict[str, str]) -> Any:
    found, error = argo.fill(document, variables, unresolved=True)
    if error:
        raise Unfilled(error)
    return found
