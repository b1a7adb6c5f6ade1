"""Writes what templates create as manifests: one in the template itself, several in a dag of it."""

from __future__ import annotations

from typing import Any

from pxc.targets.argo.build import Build
from pxc.targets.argo.manifest import TRY, manifest, parameters_of, with_tries
from pxc.targets.argo.shape import OBJECTS
from pxc.targets.argo.tags import tag

__all__ = ["write_manifests"]

_CREATE, _COLLECT = "create", "collect"
_OWNER = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "name": tag("workflow.name"),
    "uid": tag("workflow.uid"),
    "controller": True,
}
_CONDITIONS = ("successCondition", "failureCondition")


def write_manifests(build: Build) -> None:
    """Give every template that creates objects its manifest.

    Where there are several objects, or outputs to be read behind them, the template becomes a dag
    of such templates: whoever calls it sees no difference.
    """
    found: list[dict[str, Any]] = []
    for template in build.templates:
        found.append(template)
        if OBJECTS in template:
            found += _written(template, build)
    build.templates[:] = found


def _written(template: dict[str, Any], build: Build) -> list[dict[str, Any]]:
    """The templates that one needs besides itself."""
    [main, *beside], collect = template.pop(OBJECTS), template.pop(_COLLECT, None)
    conditions = {key: template.pop(key) for key in _CONDITIONS if key in template}
    if not beside and collect is None:
        template["resource"] = _resource(main, conditions)
        return []
    given = [each["name"] for each in template["inputs"]["parameters"]]
    tried = "retryStrategy" in template
    if tried:
        main, *beside = map(with_tries, (main, *beside))
    parts = [*((each["kind"].lower(), {"resource": _resource(each, {})}) for each in beside)]
    parts.append((_CREATE, {"resource": _resource(main, conditions)}))
    if collect is not None:
        parts.append((_COLLECT, collect | {"outputs": template["outputs"]}))
        template["outputs"] = {
            "parameters": [_handed_on(each["name"]) for each in template["outputs"]["parameters"]]
        }
    made, tasks = [], []
    for title, part in parts:
        name = build.template_name(f"{template['name']}-{title}")
        wanted = parameters_of(part)
        names = [each for each in (*given, *([TRY] if tried else ())) if each in wanted]
        inputs = {"inputs": {"parameters": [{"name": each} for each in names]}} if names else {}
        made.append({"name": name, **inputs, **part})
        tasks.append(_task(title, name, names, [each["kind"] for each in beside]))
    template["dag"] = {"failFast": False, "tasks": tasks}
    return made


def _resource(data: dict[str, Any], conditions: dict[str, str]) -> dict[str, Any]:
    """An object goes with its workflow.

    It says so itself: by `setOwnerReference` Argo reads the manifest and writes it anew, and what
    it writes is filled in once more, by its templates and by the kubelet.
    """
    owned = data | {"metadata": data["metadata"] | {"ownerReferences": [_OWNER]}}
    return {"action": "create"} | conditions | {"manifest": manifest(owned)}


def _handed_on(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "valueFrom": {"parameter": tag(f"tasks.{_COLLECT}.outputs.parameters.{name}")},
    }


def _task(title: str, template: str, names: list[str], beside: list[str]) -> dict[str, Any]:
    """A Service is there before its pods; what scales a cluster looks for it until it is there."""
    task: dict[str, Any] = {"name": title}
    if title == _COLLECT:
        task["depends"] = f"{_CREATE}.Succeeded"
    elif title == _CREATE and "Service" in beside:
        task["depends"] = "service.Succeeded"
    task["template"] = template
    if names:
        values = {name: tag("retries" if name == TRY else f"inputs.parameters.{name}")
                  for name in names}  # fmt: skip
        task["arguments"] = {
            "parameters": [{"name": name, "value": text} for name, text in values.items()]
        }
    return task
