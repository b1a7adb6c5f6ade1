"""Turns references of a task into what Airflow's Jinja reads of other tasks of the same run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.node import Hole, Template
from pxc.ir.plan import AskedParam, Group, Unit
from pxc.targets._paths import CONTEXT_ROOT
from pxc.targets.airflow.python_text import flat, string

__all__ = ["OF_THE_RUN", "RUN_UUID", "STATUS", "Asked", "Scope", "run_of"]

RUN_UUID = "run_uuid"
"""The macro that makes the uuid of a run of a task, which every file defines that uses it."""

STATUS = "came_to"
"""The macro that says what another task came to, which every file defines that uses it."""

Status = Callable[[str], tuple[str, dict[str, Any]]]

_DEEPEST = 100

OF_THE_RUN = {
    "globals.uuid": ("", ""),
    "globals.run_artifacts_path": (f"{CONTEXT_ROOT}/", ""),
    "globals.run_outputs_path": (f"{CONTEXT_ROOT}/", "/outputs"),
    "globals.run_relative_outputs_path": ("", "/outputs"),
}
"""Text around the identity of the run."""


def run_of(task_id: str) -> str:
    """The expression of the uuid of the run of another task."""
    return f"{RUN_UUID}(ti, {string(task_id)})"


def _formed(path: str, run: str) -> str:
    """A value made of the identity of a run."""
    before, after = OF_THE_RUN[path]
    parts = [string(before) if before else "", run, string(after) if after else ""]
    return " ~ ".join(filter(None, parts))


def _without_dag(path: str) -> str:
    """What the run is started with is the same in every dag inside of it."""
    while path.startswith("dag."):
        path = path.removeprefix("dag.")
    return path


class Asked:
    """What the tasks of a file ask of one another.

    `outputs` are the names that are read of each task, in the order in which they are asked for;
    `params` what the DAG is started with.
    """

    def __init__(self, params: tuple[AskedParam, ...] = ()) -> None:
        self.outputs: dict[str, dict[str, None]] = {}
        self.params = {f"params.{each.name}": each for each in params}


class Scope:
    """What a task of one group may refer to; `ids` are the task ids of the group's members.

    `status` tells of a member which task has its state, and what the states of that mean.
    """

    def __init__(
        self,
        group: Group | None,
        ids: dict[str, str],
        around: Scope | None,
        asked: Asked,
        status: Status | None = None,
    ) -> None:
        self.group, self.ids, self.around, self.asked = group, ids, around, asked
        self.status = status
        members = group.members if group is not None else ()
        self.members = {member.name: member for member in members}

    def group_id(self) -> str:
        """The id of the group of tasks that the scope is of; empty for the whole DAG."""
        if self.around is None or self.group is None:
            return ""
        return self.around.ids.get(self.group.name, "")

    def run(self) -> str:
        """The expression of the identity of a task's own run."""
        return f"{RUN_UUID}(ti)"

    def run_of(self, member: str) -> str:
        """The expression of the identity of the run of a member."""
        known = self.members[member].own_uuid
        return run_of(self.ids[member]) if known is None else string(known)

    def read(self, ref: RunTimeRef, depth: int = 0) -> str | None:
        """The expression of a value; None for what Airflow cannot tell."""
        head, _, rest = ref.path.partition(".")
        asked = self.asked.params.get(_without_dag(ref.path))
        if asked is not None:
            return f"params[{string(asked.name)}]"
        if ref.path in OF_THE_RUN:
            return _formed(ref.path, self.run())
        if head == "dag" and rest in OF_THE_RUN:
            return _formed(rest, run_of(self.group_id()))
        if head == "dag":
            around = self.around
            return None if around is None else around.read(RunTimeRef(ref.span, rest), depth + 1)
        return self._sibling(rest, depth) if head == "ops" else None

    def type(self, path: str) -> str:
        """The type that the author of an output declared; empty for none."""
        asked = self.asked.params.get(_without_dag(path))
        if asked is not None:
            return asked.type
        head, _, rest = path.partition(".")
        if head == "dag":
            return "" if self.around is None else self.around.type(rest)
        name, _, value = rest.partition(".outputs.")
        member = self.members.get(name)
        outputs = member.outputs if isinstance(member, Unit) else ()
        return next((output.type for output in outputs if output.name == value), "")

    def _sibling(self, path: str, depth: int) -> str | None:
        name, _, rest = path.partition(".")
        section, _, value = rest.partition(".")
        member = self.members.get(name)
        if member is None or depth > _DEEPEST:
            return None
        if rest == "globals.uuid":
            return self.run_of(name)
        if rest == "globals.name":
            return string(name)
        if rest == "status" and self.status is not None:
            task_id, meanings = self.status(name)
            more = f", {flat(meanings)}" if meanings else ""
            return f"{STATUS}(ti, {string(task_id)}{more})"
        if section == "outputs" and isinstance(member, Unit) and value:
            self.asked.outputs.setdefault(self.ids[name], {})[value] = None
            return f'(ti.xcom_pull({string(self.ids[name])}) or {{}}).get({string(value)}, "")'
        for given in member.inputs if section == "inputs" else ():
            parts = given.value.parts if isinstance(given.value, Template) else ()
            hole = parts[0] if len(parts) == 1 else None
            if given.name == value and isinstance(hole, Hole) and isinstance(hole.expr, Expr):
                inner = hole.expr
                return self.read(inner, depth + 1) if isinstance(inner, RunTimeRef) else None
        return None
