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

    def __init__(self, path: str, flow: Flow, variables: dict[str, str]) -> None:
        self.path, self.variables = path, variables
        self.start, self.end = (_free(word, flow) for word in ("start", "end"))
        self.beside = {
            (member.name, word): f"{member.name}.{_free(word, flow.inner.get(member.name))}"
            for member in flow.group.members
            for word in ("gate", "condition")
        }
        self.starts = {
            name: f"{name}.{_free('start', inner)}" for name, inner in flow.inner.items()
        }
        self.ends = {name: f"{name}.{_free('end', inner)}" for name, inner in flow.inner.items()}

    def task_id(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def variable(self, name: str) -> str:
        return self.variables[self.task_id(name)]


def group_lines(
    flow: Flow, path: str, indent: int, variables: dict[str, str], build: Build
) -> list[str]:
    """The lines of the tasks of a group and of the groups inside of it, then those of its order."""
    naming = Naming(path, flow, variables)
    found: list[str] = []
    if flow.start:
        found += _marker(naming.start, flow.start, naming, indent, build)
    for member in flow.group.members:
        rule = flow.rules[member.name]
        if member.name in flow.gates:
            found += _gate(member, flow, naming, indent, build)
        if member.name in flow.asks:
            found += _condition(member.name, rule, naming, indent, build)
            rule = "all_success"
        if isinstance(member, Unit):
            found += unit_lines(naming.task_id(member.name), rule, indent, variables, build)
        else:
            found += _inner(flow.inner[member.name], naming, indent, build)
    if path:
        found += _marker(naming.end, flow.end, naming, indent, build)
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
        task_id = naming.task_id(naming.ends.get(name, name))
        asked["upstreams"][task_id] = _meanings(name, flow, naming)
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
    before = f"{' ' * indent}{naming.variable(naming.beside[member.name, 'gate'])} = "
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
        found["begins"] = naming.task_id(naming.starts[name])
    if name in flow.gates:
        found["gate"] = naming.task_id(naming.beside[name, "gate"])
    return found


def _condition(name: str, rule: str, naming: Naming, indent: int, build: Build) -> list[str]:
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
    before = f"{' ' * indent}{naming.variable(own)} = "
    call = Call("ShortCircuitOperator", (), tuple(named), is_open=True)
    return [before + shown(call, indent, len(before) - indent)]


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
    start = [naming.variable(naming.start)] if flow.start else []
    for member in flow.group.members:
        waits = flow.upstreams.get(member.name, ())
        ups = [_end(one, naming) for one in waits]
        if flow.guarded or not ups:
            ups = [*start, *ups]
        for word, members in (("gate", flow.gates), ("condition", flow.asks)):
            if member.name in members:
                before = naming.variable(naming.beside[member.name, word])
                found += [_edge(ups, before, indent)] if ups else []
                ups = [before]
        for target in _begin(member, flow.inner, naming) if ups else ():
            found.append(_edge(ups, target, indent))
    if naming.path:
        ends = [*start, *(_end(member.name, naming) for member in flow.group.members)]
        found.append(_edge(ends, naming.variable(naming.end), indent))
    return found


def _free(word: str, flow: Flow | None) -> str:
    """The word, with a line behind it for each time that an operation of the group is called so."""
    names = {member.name for member in flow.group.members} if flow is not None else set()
    while word in names:
        word += "_"
    return word


def _end(name: str, naming: Naming) -> str:
    """The variable of the task that holds what a member came to."""
    return naming.variable(naming.ends.get(name, name))


def _begin(member: Unit | Group, inner: dict[str, Flow], naming: Naming) -> list[str]:
    if isinstance(member, Unit):
        return [naming.variable(member.name)]
    return [naming.variable(naming.starts[member.name])] if inner[member.name].start else []


def _edge(ups: list[str], target: str, indent: int) -> str:
    left: Any = Code(ups[0]) if len(ups) == 1 else [Code(each) for each in ups]
    return f"{' ' * indent}{shown(left, indent, 0, len(target) + 4)} >> {target}"


def bound_ids(flow: Flow, path: str = "") -> list[str]:
    """The ids of the tasks that an edge names, in the order of the file."""
    here = Naming(path, flow, {})
    found = [here.task_id(here.start)] if flow.start else []
    waited = {one for ups in flow.upstreams.values() for one in ups}
    for member in flow.group.members:
        if isinstance(member, Group):
            found += bound_ids(flow.inner[member.name], here.task_id(member.name))
        held = False
        for word, members in (("gate", flow.gates), ("condition", flow.asks)):
            if member.name in members:
                held = True
                found.append(here.task_id(here.beside[member.name, word]))
        if isinstance(member, Group):
            continue
        alone = not flow.upstreams.get(member.name) and member.name not in waited
        if path or flow.start or held or not alone:
            found.append(here.task_id(member.name))
    return [*found, here.task_id(here.end)] if path else found
