"""Turns the approval of a member into a task before it that waits until somebody agrees."""

from __future__ import annotations

from typing import Any

from pxc.targets.argo.build import Build
from pxc.targets.argo.task_names import free

__all__ = ["hold_back"]

_APPROVAL = "approval"


def hold_back(task: dict[str, Any], taken: set[str], build: Build) -> dict[str, Any]:
    """The task that waits; the task itself waits for it, and its name is taken then.

    What holds the task back holds both back, so that nobody is asked for what is skipped, and what
    is skipped is skipped and not omitted.
    """
    if not build.approval:
        build.approval = build.template_name(_APPROVAL)
        build.templates.append({"name": build.approval, "suspend": {}})
    name = free(f"{task['name']}-{_APPROVAL}", taken)
    taken.add(name)
    waiting: dict[str, Any] = {"name": name}
    waiting |= {key: task[key] for key in ("depends", "when") if key in task}
    waiting["template"] = build.approval
    depends = f"{name}.Succeeded || {name}.Skipped" if "when" in task else f"{name}.Succeeded"
    rest = {key: value for key, value in task.items() if key not in ("name", "depends")}
    whole = {"name": task["name"], "depends": depends} | rest
    task.clear()
    task.update(whole)
    return waiting
