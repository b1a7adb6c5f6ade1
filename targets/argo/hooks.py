"""Turns what follows a member of a group into exit hooks of its task, which hide no failure.

Argo runs an exit hook when a task has succeeded or failed, waits for it, and forgets what it came
to. It runs none when a task was skipped or omitted: then a task that does nothing ends in its
place and has the same hook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Template
from pxc.ir.plan import Group, Hook, Unit
from pxc.targets._uncalled import has_false_conditions, tell_never_called
from pxc.targets.argo.build import Build, Called
from pxc.targets.argo.expr_lang import expr_of_template
from pxc.targets.argo.features import tell
from pxc.targets.argo.hook_values import STATUS, Beside, Types, indexed, inside, outside
from pxc.targets.argo.needs import RUN, Needs
from pxc.targets.argo.scope import Scope
from pxc.targets.argo.tags import tag
from pxc.targets.argo.task_names import free, task_names

__all__ = ["Follower", "follow"]

_PASS = "pass"
_ENDINGS = {"skipped": "Skipped", "upstream_failed": "Omitted"}
"""Statuses that no exit hook sees, with the result of a task that has them."""

Make = Callable[[Unit | Group, str], Called | None]


class Follower(Struct, frozen=True):
    """What a member of a group is for its hooks: its task, and what can become of it."""

    member: Unit | Group
    task: dict[str, Any]
    may_skip: bool
    may_be_omitted: bool


def follow(
    each: Follower, prefix: str, scope: Scope, make: Make, build: Build
) -> list[dict[str, Any]]:
    """Give the task of a member its exit hook; the tasks that end in its place where it never ran.

    `prefix` begins the names of templates, which `make` gives for units and groups. PXC701 for a
    trigger that Argo does not tell, PXC703 for a value that it does not know.
    """
    hooks = [hook for hook in each.member.hooks if _is_sayable(hook, each, build)]
    if not hooks:
        return []
    wanted = f"{prefix}{each.task['name']}-hooks"
    called = _hooks_template(hooks, wanted, prefix, Types(each.member, scope), make, build)
    name, status = each.task["name"], f"tasks['{each.task['name']}'].status"
    seen = f"{status} == 'Succeeded' ? 'succeeded' : 'failed'"
    if any(hook.trigger not in _ENDINGS for hook in hooks):
        each.task["hooks"] = _exit(called, tag(f"={seen}"), each.member, name, scope, build)
    return _endings(each, called, hooks, scope, build)


def _is_sayable(hook: Hook, each: Follower, build: Build) -> bool:
    """Whether a hook can fire at all; PXC702 for one that cannot."""
    possible = {"skipped": each.may_skip, "upstream_failed": each.may_be_omitted}
    if not possible.get(hook.trigger, True):
        tell_never_called(hook, each.member.name, build.report)
        return False
    if hook.trigger == "stopped":
        return tell("hooks.stopped", "trigger: stopped", hook.span, build.report)
    return not has_false_conditions(hook, build.report)


def _hooks_template(
    hooks: list[Hook], wanted: str, prefix: str, types: Types, make: Make, build: Build
) -> Called:
    """A dag template with a task for each hook; all that these need are parameters of it."""
    needs = Needs()
    template: dict[str, Any] = {"name": build.template_name(wanted)}
    build.templates.append(template)
    names = task_names(hook.unit.name for hook in hooks)
    tasks = []
    for hook in hooks:
        called = make(types.declare(hook.unit), f"{prefix}{names[hook.unit.name]}")
        if called is None:
            continue
        task: dict[str, Any] = {"name": names[hook.unit.name]}
        when = _when(hook, needs, types, build)
        if when:
            task["when"] = tag(f"={when}")
        task["template"] = called.name
        arguments = []
        if called.needs.runs:
            run = tag(needs.run())
            arguments.append({"name": RUN, "value": f"{run}-{names[hook.unit.name]}"})
        for parameter, expr in called.needs.values.items():
            text = inside(expr, needs, types, build)
            if text is not None:
                arguments.append({"name": parameter, "value": tag(text)})
        if arguments:
            task["arguments"] = {"parameters": arguments}
        if called.leaf is not None:
            called.leaf.tasks.append(task)
        tasks.append(task)
        if hook.unit.hooks:
            follower = Follower(hook.unit, task, may_skip=False, may_be_omitted=False)
            follow(follower, prefix, Beside(hooks, names, needs, types, build), make, build)
    parameters = [*([RUN] if needs.runs else ()), *needs.values]
    if parameters:
        template["inputs"] = {"parameters": [{"name": each} for each in parameters]}
    template["dag"] = {"failFast": False, "tasks": tasks}
    return Called(template["name"], needs)


def _when(hook: Hook, needs: Needs, types: Types, build: Build) -> str:
    """What must be true for a hook to run: its trigger, and its conditions."""
    clauses = []
    if hook.trigger != "done":
        place = needs.ask(RunTimeRef(hook.span, f"run.{STATUS}"))
        clauses.append(f"{indexed(place)} == '{hook.trigger}'")
    if isinstance(hook.condition, Template):
        names = types.names(needs)
        text = expr_of_template(hook.condition, names, build.report, "condition")
        if text is not None:
            clauses.append(f"({text})" if clauses else text)
    return " && ".join(clauses)


def _exit(
    called: Called,
    status: str,
    member: Unit | Group,
    task: str,
    scope: Scope,
    build: Build,
) -> dict[str, Any]:
    """The exit hook of a task that calls the template of the hooks."""
    hook: dict[str, Any] = {"template": called.name}
    arguments = []
    if called.needs.runs:
        arguments.append({"name": RUN, "value": scope.run()})
    for name, expr in called.needs.values.items():
        text = outside(expr, status, member, task, scope, build)
        if text is not None:
            arguments.append({"name": name, "value": text})
    if arguments:
        hook["arguments"] = {"parameters": arguments}
    return {"exit": hook}


def _endings(
    each: Follower,
    called: Called,
    hooks: list[Hook],
    scope: Scope,
    build: Build,
) -> list[dict[str, Any]]:
    """Tasks that end when the member was skipped, or when it was omitted, with its hooks."""
    possible = {"skipped": each.may_skip, "upstream_failed": each.may_be_omitted}
    found = []
    for status, result in _ENDINGS.items():
        wanted = any(hook.trigger in (status, "done") for hook in hooks)
        if not possible[status] or not wanted:
            continue
        task = each.task["name"]
        name = free(f"{task}-{status.replace('_', '-')}", scope.taken)
        scope.taken.add(name)
        found.append(
            {
                "name": name,
                "depends": f"{task}.{result}",
                "hooks": _exit(called, status, each.member, "", scope, build),
                "template": _pass_template(build),
            }
        )
    return found


def _pass_template(build: Build) -> str:
    """The template of a task that ends at once."""
    if not build.passing:
        build.passing = build.template_name(_PASS)
        build.templates.append({"name": build.passing, "suspend": {"duration": "0"}})
    return build.passing
