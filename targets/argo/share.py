"""Makes one template of those that differ in texts alone, so that a component is written once.

The texts in which they differ become parameters, which each task gives its own values. Giving a
template the values of one task makes the template that this task had.
"""

from __future__ import annotations

from typing import Any

from pxc.targets.argo.build import Build, Leaf
from pxc.targets.argo.columns import Columns
from pxc.targets.argo.leaf import patch_resources
from pxc.targets.argo.needs import RUN
from pxc.targets.argo.shape import Shape, varying
from pxc.targets.argo.size import budget
from pxc.targets.argo.twins import alone, shapes_of

__all__ = ["add_inputs", "share"]

_LARGE = 128 * 1024


def share(build: Build) -> None:
    """Merge the templates of a workflow; tasks call what is left, with what they lack.

    Those of one component are merged; of a workflow that is large, or has many, those of several,
    too.
    """
    shapes = shapes_of([leaf for leaf in build.leaves if leaf.tasks])
    groups: dict[tuple[Any, bytes], list[tuple[Leaf, Shape]]] = {}
    for leaf, shape in shapes:
        groups.setdefault((leaf.unit.pod.main.span, shape.key), []).append((leaf, shape))
    large = sum(group[0][1].size for group in groups.values()) > _LARGE
    if large or len(groups) > budget().templates:
        groups = {}
        for leaf, shape in shapes:
            groups.setdefault((None, shape.key), []).append((leaf, shape))
    gone: set[str] = set()
    for group in groups.values():
        if len(group) > 1:
            gone |= _merge(group)
    build.templates[:] = [each for each in build.templates if each["name"] not in gone]


def _merge(group: list[tuple[Leaf, Shape]]) -> set[str]:
    """Make the first template the one of all; the names of the others."""
    (first, _), *others = group
    first.template.update(alone(first.template))
    columns = Columns(first.template, (RUN, *(each["name"] for each in _inputs(first.template))))
    columns.put(varying([shape for _, shape in group]))
    patch_resources(first.template)
    add_inputs(first.template, list(columns.values))
    for at, (leaf, _) in enumerate(group):
        for task in leaf.tasks:
            task["template"] = first.template["name"]
            given = [{"name": name, "value": texts[at]} for name, texts in columns.values.items()]
            if given:
                arguments = task.setdefault("arguments", {})
                arguments["parameters"] = [*arguments.get("parameters", ()), *given]
    return {leaf.template["name"] for leaf, _ in others}


def add_inputs(template: dict[str, Any], names: list[str]) -> None:
    """Add input parameters to a template, behind its name."""
    if names:
        parameters = [*_inputs(template), *({"name": name} for name in names)]
        name = template.pop("name")
        template.pop("inputs", None)
        rest = dict(template)
        template.clear()
        template |= {"name": name, "inputs": {"parameters": parameters}} | rest


def _inputs(template: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = template.get("inputs", {}).get("parameters", [])
    return found
