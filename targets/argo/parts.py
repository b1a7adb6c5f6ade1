"""Turns templates that one workflow has no room for into workflows of their own, which it starts.

A part is a WorkflowTemplate, named by its content, so that it never changes under a workflow that
runs. A task starts a Workflow of it, waits for that, and comes to what it comes to. What a part
knows of its own run is handed to it: it is a piece of the run that started it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pxc.targets._names import content_name
from pxc.targets.argo.build import Build, Part
from pxc.targets.argo.scope import WORKFLOW_RUN
from pxc.targets.argo.tags import tag, with_tags
from pxc.targets.argo.task_names import parameter_name

__all__ = ["Part", "Template", "call", "inside", "make_part", "reached"]

Template = dict[str, Any]

_NAME_LIMIT = 57
"""What is started is called after the part; a generated name is cut at 58 characters."""

_NAME = "part"
_CARRIED = {
    WORKFLOW_RUN: "workflow-uid",
    "workflow.creationTimestamp.RFC3339": "workflow-created",
    "workflow.scheduledTime": "workflow-scheduled",
}
"""What every piece of a run knows of the run, with the argument that hands it on."""

_KNOWN = re.compile("|".join(map(re.escape, _CARRIED)))

_MANIFEST = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: {name}-
spec:
  workflowTemplateRef:
    name: {name}
"""

_LEFT = "=int(max(1, float({own}) - (float({spent}) < 1e9 ? float({spent}) : 0)))"
"""The seconds that a workflow has left. Before it has begun, old controllers tell centuries."""


def make_part(
    wanted: str,
    entry: Template,
    others: Mapping[str, Template],
    build: Build,
    given: Mapping[str, str] = {},
) -> Part:
    """Add the part that begins with a template and has all that this one calls.

    Its inputs are `given`, or handed through by whoever starts it.
    """
    inputs = [each["name"] for each in entry.get("inputs", {}).get("parameters", ())]
    bare = {key: value for key, value in entry.items() if key != "inputs"}
    head: Template = {"name": bare.pop("name")}
    if inputs:
        head["inputs"] = {"parameters": [{"name": each} for each in inputs]}
    templates = [head | bare, *reached(bare, others)]
    arguments = {each: given.get(each) or tag(f"inputs.parameters.{each}") for each in inputs}
    templates = _carried(templates, arguments)
    content = json.dumps(templates, sort_keys=True, ensure_ascii=False)
    name = content_name(f"{build.plan.name}-{wanted}", _NAME_LIMIT, content)
    part = Part(name, head["name"], templates, arguments)
    build.parts.append(part)
    return part


def _carried(templates: list[Template], arguments: dict[str, str]) -> list[Template]:
    """The templates with arguments in the place of what the run that started them knows."""
    names: dict[str, str] = {}

    def said(match: re.Match[str]) -> str:
        path = match[0]
        if path not in names:
            names[path] = parameter_name(_CARRIED[path], arguments)
            arguments[names[path]] = tag(path)
        return f"workflow.parameters.{names[path]}"

    def changed(expression: str) -> str:
        if not expression.startswith("="):
            return _KNOWN.sub(said, expression)
        return _KNOWN.sub(lambda m: _indexed(said(m)), expression)

    found: list[Template] = with_tags(templates, changed)
    return found


def _indexed(reference: str) -> str:
    head, _, name = reference.rpartition(".")
    return f"{head}['{name}']"


def inside(name: str, entry: Template, build: Build, given: Mapping[str, str]) -> dict[str, Any]:
    """The task that calls a template of the same workflow, which is added, as it would a part."""
    entry = entry | {"name": build.template_name(f"{entry['name']}-{name}")}
    build.templates.append(entry)
    found = {"name": name, "template": entry["name"]}
    inputs = [each["name"] for each in entry.get("inputs", {}).get("parameters", ())]
    if not inputs:
        return found
    values = [(each, given.get(each) or tag(f"inputs.parameters.{each}")) for each in inputs]
    return found | {"arguments": {"parameters": [{"name": n, "value": v} for n, v in values]}}


def call(part: Part, name: str, build: Build) -> dict[str, Any]:
    """The task that starts a part and comes to what the part comes to."""
    names = tuple(part.arguments)
    given = [{"name": _NAME, "value": part.name}]
    taken = parameter_name(_NAME, names)
    given[0]["name"] = taken
    given += [{"name": each, "value": text} for each, text in part.arguments.items()]
    template = _starter(taken, names, build)
    return {"name": name, "template": template, "arguments": {"parameters": given}}


def _starter(part: str, names: tuple[str, ...], build: Build) -> str:
    """The template that starts parts which take these arguments.

    Where the run has a timeout, a part is given what is left of it.
    """
    known = build.starters.get(names)
    if known is not None:
        return known
    found = build.starters[names] = build.template_name("start-part")
    manifest = _MANIFEST.format(name=tag(f"inputs.parameters.{part}"))
    values = {each: tag(f"=toJson(inputs.parameters['{each}'])") for each in names}
    if build.seconds:
        own = f"workflow.parameters['{build.seconds}']"
        left = _LEFT.format(own=own, spent="workflow.duration")
        manifest += f"  activeDeadlineSeconds: {tag(left)}\n"
        values[build.seconds] = f'"{tag(left)}"'
    if values:
        manifest += "  arguments:\n    parameters:\n"
    for each, value in values.items():
        manifest += f"    - name: {each}\n      value: {value}\n"
    build.templates.append(
        {
            "name": found,
            "inputs": {"parameters": [{"name": each} for each in (part, *names)]},
            "resource": {
                "action": "create",
                "setOwnerReference": True,
                "successCondition": "status.phase = Succeeded",
                "failureCondition": "status.phase in (Failed, Error)",
                "manifest": manifest,
            },
        }
    )
    return found


def _called_by(template: Template) -> Iterator[str]:
    """The names of the templates that a template calls."""
    for task in template.get("dag", {}).get("tasks", ()):
        yield task["template"]
        for hook in task.get("hooks", {}).values():
            yield hook["template"]


def reached(entry: Template, others: Mapping[str, Template]) -> list[Template]:
    """All that is called from a template on, in the order of the others."""
    found: set[str] = set()
    waiting = [*_called_by(entry)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _called_by(others[name])
    return [template for name, template in others.items() if name in found]
