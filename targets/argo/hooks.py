"""Turns the hooks of a member into lifecycle hooks of its task.

A hook is no task of the dag: whatever it comes to, the dag comes to what its operations came to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pxc.ir.node import Lit
from pxc.ir.plan import Group, Hook, Unit
from pxc.targets.argo.build import Build, Called
from pxc.targets.argo.features import tell
from pxc.targets.argo.needs import RUN
from pxc.targets.argo.scope import Scope
from pxc.targets.argo.task_names import free

__all__ = ["hook_names", "hooks_of"]

_PHASES = {
    "succeeded": (("succeeded", ("Succeeded",)),),
    "failed": (("failed", ("Failed", "Error")),),
    "done": (("succeeded", ("Succeeded",)), ("failed", ("Failed", "Error"))),
}
"""The phases of a node at which a hook runs, by what Polyaxon calls them."""

Make = Callable[[Unit | Group, str, Build], Called | None]


def hook_names(group: Group) -> Iterator[str]:
    """The names of everything that follows a member."""
    for member in group.members:
        yield from (hook.unit.name for hook in member.hooks)


def hooks_of(
    member: Unit | Group, scope: Scope, prefix: str, make: Make, build: Build
) -> dict[str, Any]:
    """The `hooks` of the task of a member; `make` makes the template of what a hook runs.

    PXC701 for a trigger that Argo does not tell, and for conditions that wait for the run.
    """
    found: dict[str, Any] = {}
    for hook in member.hooks:
        if not _can_be_said(hook, build):
            continue
        name = scope.names[hook.unit.name]
        called = make(hook.unit, f"{prefix}{name}", build)
        if called is None:
            continue
        for status, phases in _PHASES[hook.trigger]:
            title = free(name, found)
            found[title] = _hook(member, called, hook, status, phases, scope)
    return found


def _can_be_said(hook: Hook, build: Build) -> bool:
    if hook.trigger not in _PHASES:
        what = f"a hook with `trigger: {hook.trigger}`"
        return tell("hooks.trigger", what, hook.span, build.report)
    if isinstance(hook.condition, Lit):
        return False
    if hook.condition is not None:
        what = "a hook with `conditions` that wait for the run"
        return tell("hooks.conditions", what, hook.condition.span, build.report)
    return True


def _hook(
    member: Unit | Group,
    called: Called,
    hook: Hook,
    status: str,
    phases: tuple[str, ...],
    scope: Scope,
) -> dict[str, Any]:
    task = scope.names[member.name]
    is_there = (f"tasks['{task}'].status == '{phase}'" for phase in phases)
    found: dict[str, Any] = {"template": called.name, "expression": " || ".join(is_there)}
    arguments = []
    if called.needs.runs:
        arguments.append({"name": RUN, "value": scope.run_of(hook.unit.name)})
    beside = scope.after(member.name, status)
    for name, expr in called.needs.values.items():
        text = beside.text(expr, hook.unit.inputs)
        if text is not None:
            arguments.append({"name": name, "value": text})
    if arguments:
        found["arguments"] = {"parameters": arguments}
    if called.leaf is not None:
        called.leaf.tasks.append(found)
    return found
