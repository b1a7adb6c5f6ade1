"""Shows templates under the names that their authors gave, where Argo's own names are others."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pxc.targets.argo.build import Build

__all__ = ["display_names"]

_SINCE = ("3.7", "4.0", "4.1")
_DISPLAY = "workflows.argoproj.io/display-name"


def display_names(build: Build) -> None:
    """Annotate the templates of units whose one task is called otherwise than the unit.

    Releases before 3.7 have no annotations of templates, so it takes a chosen release.
    """
    if build.world.options.argo.version not in _SINCE:
        return
    callers = Counter(task["template"] for leaf in build.leaves for task in leaf.tasks)
    for leaf in build.leaves:
        names = [task["name"] for task in leaf.tasks if "withItems" not in task and "name" in task]
        own = leaf.template["name"]
        is_called = any(task["template"] == own for task in leaf.tasks)
        if not is_called or callers[own] > 1 or not names or leaf.unit.name == names[0]:
            continue
        if "{{" not in leaf.unit.name:
            _annotate(leaf.template, leaf.unit.name)


def _annotate(template: dict[str, Any], name: str) -> None:
    rest = {key: value for key, value in template.items() if key != "name"}
    head = {"name": template["name"], "annotations": {_DISPLAY: name}}
    template.clear()
    template.update(head | rest)
