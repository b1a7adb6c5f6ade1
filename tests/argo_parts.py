"""Puts the nodes of a workflow with parts together, as if it had run all by itself."""

from __future__ import annotations

import re
from typing import Any

from tests.engines.cluster import Cluster

Object = dict[str, Any]

_VERSION = "argoproj.io/v1alpha1"
_PART = re.compile(r"\.part-\d+$")
_INSIDE = re.compile(r"\.part-\d+(?=\.)")


def put_together(cluster: Cluster, workflow: Object) -> Object:
    """The workflow with the nodes of its parts in the place of the tasks that started them.

    Of a part that never started none of its tasks was.
    """
    path = cluster.server.path(_VERSION, "Workflow", cluster.namespace)
    every = cluster.server.ask("GET", path)["items"]
    found: dict[str, Object] = {}
    for key, node in workflow["status"].get("nodes", {}).items():
        if not _PART.search(node["name"]):
            found[key] = node
            continue
        before, given = _PART.sub("", node["name"]), _given(node.get("inputs", {}))
        child = next((each for each in every if _is_child(each, workflow, given)), None)
        if child is not None:
            name = child["metadata"]["name"]
            for inner, one in put_together(cluster, child)["status"]["nodes"].items():
                if one["name"] != name:
                    found[inner] = one | {"name": before + one["name"].removeprefix(name)}
        elif node["phase"] == "Omitted":
            for name in _tasks(cluster, workflow, node["displayName"]):
                key = f"{node['id']}-{name}"
                never = {"id": key, "name": f"{before}.{name}", "displayName": name}
                found[key] = never | {"type": "Skipped", "phase": "Omitted"}
    for key, node in found.items():
        found[key] = node | {"name": _INSIDE.sub("", node["name"])}
    return workflow | {"status": workflow["status"] | {"nodes": found}}


def _given(inputs: Object) -> dict[str, str]:
    return {each["name"]: each["value"] for each in inputs.get("parameters", ())}


def _is_child(other: Object, workflow: Object, given: dict[str, str]) -> bool:
    owners = [owner["uid"] for owner in other["metadata"].get("ownerReferences", ())]
    if workflow["metadata"]["uid"] not in owners:
        return False
    told = _given(other["spec"].get("arguments", {}))
    told["part"] = other["spec"]["workflowTemplateRef"]["name"]
    return all(told.get(name) == value for name, value in given.items())


def _tasks(cluster: Cluster, workflow: Object, title: str) -> list[str]:
    """The names of the tasks of a part, whether it is a template or a workflow of its own."""
    spec = workflow["status"].get("storedWorkflowTemplateSpec") or workflow["spec"]
    templates = {each["name"]: each for each in spec["templates"]}
    tasks = [task for each in templates.values() for task in each.get("dag", {}).get("tasks", ())]
    [task] = [task for task in tasks if task["name"] == title]
    called = templates[task["template"]]
    if "resource" in called:
        part = cluster.get("WorkflowTemplate", _given(task["arguments"])["part"])
        assert part is not None
        inner = {each["name"]: each for each in part["spec"]["templates"]}
        called = inner[part["spec"]["entrypoint"]]
    return [each["name"] for each in called["dag"]["tasks"]]
