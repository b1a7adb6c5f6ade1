"""Turns the flow of a group into the lines that make its tasks and put them in order."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Group, Start, Unit
from pxc.targets.airflow.build import Build
from pxc.targets.airflow.flow import Flow, is_false
from pxc.targets.airflow.pod_operator import outputs_of, pod_arguments
from pxc.targets.airflow.python_text import Call, Code, names, shown
from pxc.targets.airflow.trigger_rules import FAILED, NEVER

__all__ = ["bound_ids", "group_lines", "unit_lines"]

_STEP = 4
_USUAL = {FAILED: "failed", NEVER: "upstream_failed"}


class Naming:
    """The ids of the tasks of one group, and the variables that hold them."""

    def __init__(self, path: str, variables: dict[str, str]) -> None:
        self.path, self.variables = path, variables

    def task_id(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def variable(self, name: str) -> str:
        return self.variables[self.task_id(name)]


def group_lines(
    flow: Flow, path: str, indent: int, variables: dict[str, str], build: Build
) -> list[str]:
    """The lines of the tasks of a group and of the groups inside of it, then those of its order."""
    naming = Naming(path, variables)
    found: list[str] = []
    if flow.start:
        found += _marker("start", flow.start, naming, indent, build)
    for member in flow.group.members:
        if member.name in flow.gates:
            found += _gate(member, flow, naming, indent, build)
        if isinstance(member, Unit):
            rule = flow.rules[member.name]
            found += unit_lines(naming.task_id(member.name), rule, indent, variables, build)
        else:
            found += _inner(flow.inner[member.name], naming, indent, build)
    if path:
        found += _marker("end", flow.end, naming, indent, build)
    return found + _order(flow, naming, indent)


def _inner(flow: Flow, naming: Naming, indent: int, build: Build) -> list[str]:
    build.used.add("TaskGroup")
    path = naming.task_id(flow.group.name)
    call = Call("TaskGroup", (), (("group_id", flow.group.name),))
    head = f"{' ' * indent}with {shown(call, indent, len('with '), 1)}:"
    return [head, *group_lines(flow, path, indent + _STEP, naming.variables, build)]


def _marker(name: str, rule: str, naming: Naming, indent: int, build: Build) -> list[str]:
    """A task that does nothing but hold a state."""
    build.used.add("EmptyOperator")
    named: tuple[tuple[str, Any], ...] = (("task_id", name),)
    if rule != "all_success":
        named += (("trigger_rule", rule),)
    before = f"{' ' * indent}{naming.variable(name)} = "
    return [before + shown(Call("EmptyOperator", (), named), indent, len(before) - indent)]


def _gate(member: Unit | Group, flow: Flow, naming: Naming, indent: int, build: Build) -> list[str]:
    """A task before a member that asks what each operation before it came to."""
    build.used |= {"ShortCircuitOperator", "may_start"}
    said = member.start or Start(member.span)
    asked: dict[str, Any] = {"trigger": said.trigger, "upstreams": {}}
    for name in flow.upstreams.get(member.name, ()):
        task_id = naming.task_id(f"{name}.end" if name in flow.inner else name)
        asked["upstreams"][task_id] = _meanings(name, flow, naming)
    if said.skip_on_upstream_skip:
        asked["skips"] = True
    if is_false(member.start):
        asked["condition"] = False
    if flow.guarded:
        asked["start"] = naming.task_id("start")
    named = (
        ("task_id", f"{member.name}.gate"),
        ("python_callable", Code("may_start")),
        ("op_kwargs", asked),
        ("trigger_rule", "all_done"),
        ("ignore_downstream_trigger_rules", False),
    )
    before = f"{' ' * indent}{naming.variable(f'{member.name}.gate')} = "
    call = Call("ShortCircuitOperator", (), named, is_open=True)
    return [before + shown(call, indent, len(before) - indent)]


def _meanings(name: str, flow: Flow, naming: Naming) -> dict[str, str]:
    """What the states of the task of a member mean, where that is not the usual."""
    found = {}
    for outcome in flow.came[name]:
        [*states] = outcome.states
        if len(states) == 1 and outcome.is_ in (NEVER, FAILED) and states[0] != _USUAL[outcome.is_]:
            found[states[0]] = outcome.is_
    if name in flow.inner and flow.inner[name].guarded:
        found["begins"] = naming.task_id(f"{name}.start")
    if name in flow.gates:
        found["gate"] = naming.task_id(f"{name}.gate")
    return found


def unit_lines(
    task_id: str, rule: str, indent: int, variables: dict[str, str], build: Build
) -> list[str]:
    """The lines of the task of a unit."""
    draft = build.drafts[task_id]
    operator = "OutputsOperator" if outputs_of(draft, build) else "KubernetesPodOperator"
    build.used.add(operator)
    arguments = [("task_id", draft.unit.name), *pod_arguments(draft, build)]
    if rule != "all_success":
        arguments.append(("trigger_rule", rule))
    build.used |= {name for _, value in arguments for name in names(value)}
    variable = variables.get(task_id)
    before = " " * indent + (f"{variable} = " if variable else "")
    call = Call(operator, (), tuple(arguments), is_open=True)
    return [before + shown(call, indent, len(before) - indent)]


def _order(flow: Flow, naming: Naming, indent: int) -> list[str]:
    """A line for each task that waits, with all that it waits for."""
    found = []
    inner_of = flow.inner
    start = [naming.variable("start")] if flow.start else []
    for member in flow.group.members:
        waits = flow.upstreams.get(member.name, ())
        ups = [_end(one, inner_of, naming) for one in waits]
        if flow.guarded or not ups:
            ups = [*start, *ups]
        if member.name in flow.gates:
            gate = naming.variable(f"{member.name}.gate")
            found.append(_edge(ups, gate, indent))
            ups = [gate]
        for target in _begin(member, inner_of, naming) if ups else ():
            found.append(_edge(ups, target, indent))
    if naming.path:
        ends = [*start, *(_end(member.name, inner_of, naming) for member in flow.group.members)]
        found.append(_edge(ends, naming.variable("end"), indent))
    return found


def _end(name: str, inner: dict[str, Flow], naming: Naming) -> str:
    """The variable of the task that holds what a member came to."""
    return naming.variable(f"{name}.end" if name in inner else name)


def _begin(member: Unit | Group, inner: dict[str, Flow], naming: Naming) -> list[str]:
    if isinstance(member, Unit):
        return [naming.variable(member.name)]
    return [naming.variable(f"{member.name}.start")] if inner[member.name].start else []


def _edge(ups: list[str], target: str, indent: int) -> str:
    left: Any = Code(ups[0]) if len(ups) == 1 else [Code(each) for each in ups]
    return f"{' ' * indent}{shown(left, indent, 0, len(target) + 4)} >> {target}"


def bound_ids(flow: Flow, path: str = "") -> list[str]:
    """The ids of the tasks that an edge names, in the order of the file."""
    here = Naming(path, {})
    found = [here.task_id("start")] if flow.start else []
    waited = {one for ups in flow.upstreams.values() for one in ups}
    for member in flow.group.members:
        if isinstance(member, Group):
            found += bound_ids(flow.inner[member.name], here.task_id(member.name))
        if member.name in flow.gates:
            found.append(here.task_id(f"{member.name}.gate"))
        if isinstance(member, Group):
            continue
        alone = not flow.upstreams.get(member.name) and member.name not in waited
        if path or flow.start or member.name in flow.gates or not alone:
            found.append(here.task_id(member.name))
    return [*found, here.task_id("end")] if path else found
