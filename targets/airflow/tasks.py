"""Turns the flow of a group into the lines that make its tasks and put them in order."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Group, Start, Unit
from pxc.targets.airflow.approval import APPROVAL, approval_arguments
from pxc.targets.airflow.build import Build, ResourceDraft
from pxc.targets.airflow.flow import Flow, is_false
from pxc.targets.airflow.mapped import mapped_arguments, mapping_arguments
from pxc.targets.airflow.naming import Naming
from pxc.targets.airflow.pod_operator import operator_of
from pxc.targets.airflow.pool import pool_arguments
from pxc.targets.airflow.python_text import Call, Code, Entries, Statement, behind, names, shown
from pxc.targets.airflow.rounds import rounds_lines
from pxc.targets.airflow.unrolled import CELL

__all__ = ["bound_ids", "edge", "group_lines", "hook_ids", "unit_lines"]

_STEP = 4


def group_lines(
    flow: Flow, path: str, indent: int, variables: dict[str, str], build: Build
) -> list[str | Statement]:
    """The lines of the tasks of a group and of the groups inside of it, then those of its order."""
    naming = Naming(flow, path, variables)
    found: list[str | Statement] = []
    if flow.start:
        found += _marker(naming.start, flow.start, naming, indent, build)
    for member in flow.group.members:
        rule = flow.rules[member.name]
        if member.name in flow.gates:
            found += _gate(member, flow, naming, indent, build)
        if member.name in flow.asks:
            found += _condition(member.name, rule, naming, indent, build)
            rule = "all_success"
        task_id = naming.task_id(member.name)
        if task_id in build.rounds:
            found += rounds_lines(build.rounds[task_id], task_id, rule, indent, build)
        elif isinstance(member, Group):
            found += _inner(flow.inner[member.name], naming, indent, build)
        elif member.kind == APPROVAL:
            found += _approval(member, rule, naming, indent, build)
        else:
            found += unit_lines(naming.task_id(member.name), rule, indent, variables, build)
    if path or flow.is_awaited:
        found += _marker(naming.end, flow.end, naming, indent, build)
    return found + _order(flow, naming, indent)


def _inner(flow: Flow, naming: Naming, indent: int, build: Build) -> list[str | Statement]:
    path = naming.inner(flow.group.name).path
    if naming.flow.is_spread(flow.group.name):
        return group_lines(flow, path, indent, naming.variables, build)
    build.used.add("TaskGroup")
    named = [("group_id", flow.group.name)]
    if flow.group.kind == CELL:
        named.append(("tooltip", flow.group.description or ""))
    call = Call("TaskGroup", (), tuple(named))
    head = f"{' ' * indent}with {shown(call, indent, len('with '), 1)}:"
    return [head, *group_lines(flow, path, indent + _STEP, naming.variables, build)]


def _marker(
    name: str, rule: str, naming: Naming, indent: int, build: Build
) -> list[str | Statement]:
    """A task that does nothing but hold a state."""
    build.used.add("EmptyOperator")
    named: tuple[tuple[str, Any], ...] = (("task_id", name),)
    if rule != "all_success":
        named += (("trigger_rule", rule),)
    before = f"{naming.variable(name)} = "
    return [Statement(before, Call("EmptyOperator", (), named), indent)]


def _approval(
    unit: Unit, rule: str, naming: Naming, indent: int, build: Build
) -> list[str | Statement]:
    """A task that asks somebody."""
    build.used.add("ApprovalOperator")
    arguments = [("task_id", unit.name), *approval_arguments(unit)]
    if rule != "all_success":
        arguments.append(("trigger_rule", rule))
    before = f"{naming.variable(unit.name)} = "
    call = Call("ApprovalOperator", (), tuple(arguments), is_open=True)
    return [Statement(before, call, indent)]


def _gate(
    member: Unit | Group, flow: Flow, naming: Naming, indent: int, build: Build
) -> list[str | Statement]:
    """A task before a member that asks what each operation before it came to."""
    build.used |= {"ShortCircuitOperator", "may_start"}
    said = member.start or Start(member.span)
    ups = flow.upstreams.get(member.name, ())
    upstreams = {naming.end_of(name): naming.meanings(name) for name in ups}
    asked: dict[str, Any] = {"trigger": said.trigger, "upstreams": upstreams}
    told = {one: flow.events.get((one, member.name)) for one in ups}
    if any(told.values()):
        asked["events"] = {naming.end_of(o): sorted(kinds) for o, kinds in told.items() if kinds}
    if said.skip_on_upstream_skip:
        asked["skips"] = True
    if is_false(member.start):
        asked["condition"] = False
    if flow.guarded:
        asked["start"] = naming.task_id(naming.start)
    named = (
        ("task_id", naming.beside[member.name, "gate"]),
        ("python_callable", Code("may_start")),
        ("op_kwargs", asked),
        ("trigger_rule", "all_done"),
        ("ignore_downstream_trigger_rules", False),
    )
    before = f"{naming.variable(naming.beside[member.name, 'gate'])} = "
    call = Call("ShortCircuitOperator", (), named, is_open=True)
    return [Statement(before, call, indent)]


def _condition(
    name: str, rule: str, naming: Naming, indent: int, build: Build
) -> list[str | Statement]:
    """A task before a member that lets it run when its condition holds."""
    build.used.add("ShortCircuitOperator")
    function, given = build.conditions[naming.task_id(name)]
    own = naming.beside[name, "condition"]
    values = {parameter: f"{{{{ {read} }}}}" for parameter, read in given.items()}
    named: list[tuple[str, Any]] = [
        ("task_id", own),
        ("python_callable", Code(function)),
        ("op_kwargs", values),
        ("ignore_downstream_trigger_rules", False),
    ]
    if rule != "all_success":
        named.append(("trigger_rule", rule))
    before = f"{naming.variable(own)} = "
    call = Call("ShortCircuitOperator", (), tuple(named), is_open=True)
    return [Statement(before, call, indent)]


def unit_lines(
    task_id: str, rule: str, indent: int, variables: dict[str, str], build: Build
) -> list[str | Statement]:
    """The lines of the task of a unit."""
    if task_id in build.joins:
        return _gathering(task_id, rule, indent, variables, build)
    draft = build.drafts[task_id]
    own: list[dict[str, Any]] = []
    if isinstance(draft, ResourceDraft):
        from pxc.targets.airflow.resource import operator_of_resource, resource_arguments

        said, own = resource_arguments(draft, build)
        operator = operator_of_resource(draft, said)
    else:
        operator = operator_of(draft, build)
        said, own = mapped_arguments(draft, build)
    build.used.add(operator)
    arguments: list[tuple[str, Any]] = [("task_id", draft.unit.name), *said]
    if draft.params:
        arguments += mapping_arguments(draft)
    arguments += pool_arguments(draft.unit, build)
    if rule != "all_success":
        arguments.append(("trigger_rule", rule))
    build.used |= {name for _, value in arguments for name in names(value)}
    variable = variables.get(task_id)
    before = f"{variable} = " if variable else ""
    if not own:
        call = Call(operator, (), tuple(arguments), is_open=True)
        return [Statement(before, call, indent)]
    build.used |= {name for each in own for name in names(each)}
    call = Call(f"{operator}.partial", (), tuple(arguments), is_open=True)
    cells = Call("expand_kwargs", (Entries(tuple(own)),))
    return [Statement(before, call, indent, cells)]


def _gathering(
    task_id: str, rule: str, indent: int, variables: dict[str, str], build: Build
) -> list[str | Statement]:
    """The lines of a task that gathers for the one behind it."""
    named: list[tuple[str, Any]] = [("task_id", _last(task_id)), *build.joins[task_id]]
    if rule != "all_success":
        named.append(("trigger_rule", rule))
    build.used |= {"OutputsOperator", "JoinOperator"}
    build.used |= {name for _, value in named for name in names(value)}
    before = f"{variables[task_id]} = "
    call = Call("JoinOperator", (), tuple(named), is_open=True)
    return [Statement(before, call, indent)]


def _last(task_id: str) -> str:
    """The id of a task in its group: a name, a point, and what the task is to it."""
    return ".".join(task_id.split(".")[-2:])


def _order(flow: Flow, naming: Naming, indent: int) -> list[str]:
    """A line for each task that waits, with all that it waits for."""
    found = []
    start = [naming.variable(naming.start)] if flow.start else []
    for member in flow.group.members:
        ups = [naming.ends(one) for one in flow.upstreams.get(member.name, ())]
        if flow.guarded or not ups:
            ups = [*start, *ups]
        for task in naming.held(member.name):
            before = naming.variable(task)
            found += [edge(ups, before, indent)] if ups else []
            ups = [before]
        for target in naming.begins(member) if ups else ():
            found.append(edge(ups, target, indent))
    if naming.path or flow.is_awaited:
        minded = [m.name for m in flow.group.members if m.name not in flow.hooks]
        ends = [*start, *map(naming.ends, minded)]
        found.append(edge(ends, naming.variable(naming.end), indent))
    return found


def edge(ups: list[str], target: str, indent: int) -> str:
    """The line that puts a task behind others."""
    if len(ups) == 1:
        return behind(ups[0], target, indent)
    left = [Code(each) for each in ups]
    return f"{' ' * indent}{shown(left, indent, 0, len(target) + 4)} >> {target}"


def bound_ids(flow: Flow, path: str = "") -> list[str]:
    """The ids of the tasks that an edge names, in the order of the file."""
    here = Naming(flow, path, {})
    found = [here.task_id(here.start)] if flow.start else []
    waited = {one for ups in flow.upstreams.values() for one in ups}
    for member in flow.group.members:
        if isinstance(member, Group):
            inner = here.inner(member.name)
            found += bound_ids(inner.flow, inner.path)
        held = here.held(member.name)
        found += map(here.task_id, held)
        if here.in_rounds(member.name):
            found += [here.begin_of(member.name), here.end_of(member.name)]
        if member.name in flow.inner:
            continue
        alone = not flow.upstreams.get(member.name) and member.name not in waited
        if path or flow.start or flow.is_awaited or held or not alone:
            found.append(here.task_id(member.name))
    return [*found, here.task_id(here.end)] if path or flow.is_awaited else found


def hook_ids(flow: Flow, path: str = "", *, is_hook: bool = False) -> list[str]:
    """The ids of all tasks of hooks, but for those that decide whether others start."""
    here = Naming(flow, path, {})
    found = [here.task_id(here.start)] if is_hook and flow.start else []
    for member in flow.group.members:
        hooked = is_hook or member.name in flow.hooks
        if isinstance(member, Group):
            inner = here.inner(member.name)
            found += hook_ids(inner.flow, inner.path, is_hook=hooked)
        elif hooked:
            found.append(here.task_id(member.name))
    return [*found, here.task_id(here.end)] if is_hook else found
