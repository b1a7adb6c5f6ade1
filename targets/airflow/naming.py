"""Gives the tasks of one group their ids and variables, and says what their states mean."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Group, Unit
from pxc.targets.airflow.flow import Flow
from pxc.targets.airflow.trigger_rules import FAILED, NEVER, UNCALLED

__all__ = ["Naming"]

_USUAL = {FAILED: "failed", NEVER: "upstream_failed"}


class Naming:
    """The ids of the tasks of one group, and the variables that hold them.

    `start` and `end` are the names of the tasks that begin the group and hold what it came to,
    `beside` of those before its members that decide whether they start.
    """

    def __init__(self, flow: Flow, path: str, variables: dict[str, str]) -> None:
        self.flow, self.path, self.variables = flow, path, variables
        self.start, self.end = (_free(word, flow) for word in ("start", "end"))
        self.beside = {
            (member.name, word): f"{member.name}.{_free(word, flow.inner.get(member.name))}"
            for member in flow.group.members
            for word in ("gate", "condition")
        }

    def task_id(self, name: str) -> str:
        """The id of the task of a member, or of another task in the group."""
        return f"{self.path}.{name}" if self.path else name

    def variable(self, name: str) -> str:
        """The Python name of a task, by its name in the group."""
        return self.variables[self.task_id(name)]

    def held(self, name: str) -> list[str]:
        """The names of the tasks that decide whether a member starts, one behind the other."""
        both = (("gate", self.flow.gates), ("condition", self.flow.asks))
        return [self.beside[name, word] for word, members in both if name in members]

    def inner(self, name: str) -> Naming:
        """The naming of an inner group."""
        path = self.path if self.flow.is_spread(name) else self.task_id(name)
        return Naming(self.flow.inner[name], path, self.variables)

    def in_rounds(self, name: str) -> bool:
        """Whether a member is a unit of several tasks, some of which ask what the others run."""
        return name in self.flow.inner and self.flow.inner[name].rounds

    def begin_of(self, name: str) -> str:
        """The id of the task that begins a member."""
        inner = self.inner(name) if name in self.flow.inner else None
        if self.in_rounds(name):
            return first_of(self.task_id(name))
        return self.task_id(name) if inner is None else inner.task_id(inner.start)

    def end_of(self, name: str) -> str:
        """The id of the task that holds what a member came to."""
        inner = self.inner(name) if name in self.flow.inner else None
        return self.task_id(name) if inner is None else inner.task_id(inner.end)

    def begins(self, member: Unit | Group) -> list[str]:
        """The variables of the task that begins a member, if there is one."""
        if self.in_rounds(member.name):
            return [self.variables[self.begin_of(member.name)]]
        if isinstance(member, Unit):
            return [self.variable(member.name)]
        is_begun = self.flow.inner[member.name].start
        return [self.variables[self.begin_of(member.name)]] if is_begun else []

    def ends(self, name: str) -> str:
        """The variable of the task that holds what a member came to."""
        return self.variables[self.end_of(name)]

    def meanings(self, name: str) -> dict[str, Any]:
        """What the states of the task of a member mean, where that is not the usual."""
        flow = self.flow
        found: dict[str, Any] = {}
        for outcome in flow.came[name]:
            [*states] = outcome.states
            usual = _USUAL.get(outcome.is_, "")
            told = outcome.is_ in (NEVER, FAILED, UNCALLED)
            if len(states) == 1 and told and states[0] != usual:
                found[states[0]] = outcome.is_
        if name in flow.inner and flow.inner[name].guarded:
            found["begins"] = self.begin_of(name)
            if name in flow.hooks:
                found["before"] = {"skipped": UNCALLED, "upstream_failed": UNCALLED}
        if name in flow.gates and name not in flow.hooks:
            found["gate"] = self.task_id(self.beside[name, "gate"])
        return found

    def status(self, name: str) -> tuple[str, dict[str, Any]]:
        """The id of the task that tells the status of a member, and what its states mean."""
        return self.end_of(name), self.meanings(name)


def first_of(path: str) -> str:
    """The id of the task that begins what runs in rounds."""
    return f"{path}.ask_1"


def _free(word: str, flow: Flow | None) -> str:
    """The word, with a line behind it for each time that an operation of the group is called so."""
    names = {member.name for member in flow.group.members} if flow is not None else set()
    while word in names:
        word += "_"
    return word
