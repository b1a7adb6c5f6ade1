"""Turns references into what the tasks of one group, and the dags around it, give each other."""

from __future__ import annotations

from collections.abc import Mapping

from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.node import Hole, replace
from pxc.ir.plan import Group, Input, Unit
from pxc.targets.argo.build import Build
from pxc.targets.argo.expr_lang import Names, Typed, expr_of
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.outputs import read_output
from pxc.targets.argo.run_time import known_globals, refuse
from pxc.targets.argo.tags import as_expression, tag

__all__ = ["WORKFLOW_RUN", "Scope"]

WORKFLOW_RUN = "workflow.uid"
"""What a run of a whole workflow is known by."""

_DEEPEST = 100


class Scope:
    """What a task of one dag template may refer to.

    `needs` are the parameters of the template itself; a scope without any is that of the entry
    point, whose run is the workflow.
    """

    def __init__(
        self, group: Group, names: Mapping[str, str], needs: Needs | None, build: Build
    ) -> None:
        self.group = group
        self.members = {member.name: member for member in group.members}
        self.names, self.needs, self.build = names, needs, build
        self.taken, self.known = set(names.values()), known_globals(build.plan)

    def run(self) -> str:
        """The text of the identity of the group's own run."""
        return tag(WORKFLOW_RUN if self.needs is None else self.needs.run())

    def run_of(self, member: str) -> str:
        """The identity of the run of a member."""
        known = self.members[member].own_uuid if member in self.members else None
        return known or f"{self.run()}-{self.names[member]}"

    def text(
        self,
        expr: Expr,
        inputs: tuple[Input, ...] = (),
        depth: int = 0,
        *,
        lists: Mapping[str, str] | None = None,
    ) -> str | None:
        """The text of a value for an argument of a task with these inputs; None after PXC703.

        `lists` are the tags of those that joins of the task gather.
        """
        report = self.build.report
        if not isinstance(expr, RunTimeRef):
            made = expr_of(expr, self.names_for(inputs, lists), report, expr.span)
            return None if made is None else tag(f"={made}")
        found = self._said(expr, depth, lists)
        if found is None:
            refuse(expr, report)
        return found

    def _said(
        self, ref: RunTimeRef, depth: int, lists: Mapping[str, str] | None = None
    ) -> str | None:
        known = self.known.get(ref.path)
        if known is not None:
            return tag(known)
        head, _, rest = ref.path.partition(".")
        if head == "joins":
            return (lists or {}).get(rest)
        if head == "dag":
            return self._outside(RunTimeRef(ref.span, rest))
        return self._sibling(rest, depth) if head == "ops" else None

    def _outside(self, ref: RunTimeRef) -> str | None:
        """A value as the group itself sees it."""
        if ref.path == "globals.uuid":
            return self.run()
        if ref.path in self.known:
            return tag(self.known[ref.path])
        if self.needs is None or ref.path.startswith("globals."):
            return None
        return tag(self.needs.ask(ref))

    def _sibling(self, path: str, depth: int) -> str | None:
        name, _, rest = path.partition(".")
        section, _, value = rest.partition(".")
        member = self.members.get(name)
        if member is None or depth > _DEEPEST:
            return None
        if rest == "globals.uuid":
            return self.run_of(name)
        if rest == "globals.name":
            return name
        if section == "outputs" and isinstance(member, Unit) and value:
            self.build.ask_output(member, value)
            return read_output(
                self.names[name],
                value,
                tracking=self.build.tracking,
                may_lack=member.runtime is not None,
            )
        for given in member.inputs if section == "inputs" else ():
            [*parts] = given.value.parts
            hole = parts[0] if len(parts) == 1 else None
            if given.name == value and isinstance(hole, Hole) and isinstance(hole.expr, Expr):
                return self.text(hole.expr, member.inputs, depth + 1)
        return None

    def names_for(self, inputs: tuple[Input, ...], lists: Mapping[str, str] | None = None) -> Names:
        """How an expression among the tasks knows values, by the types of these inputs."""
        own = Needs(self.declare(inputs))

        def typed(ref: RunTimeRef) -> Typed | None:
            text = self._said(ref, 0, lists)
            if text is None:
                return None
            return Typed(as_expression(text), own.type(ref) or self._type(ref.path))

        return typed

    def declare(self, inputs: tuple[Input, ...]) -> tuple[Input, ...]:
        """Inputs with the types of the outputs they are, where they have none of their own."""
        return tuple(each if each.type else self._declared(each) for each in inputs)

    def _declared(self, given: Input) -> Input:
        hole = given.value.parts[0] if len(given.value.parts) == 1 else None
        if not isinstance(hole, Hole) or not isinstance(hole.expr, RunTimeRef):
            return given
        return replace(given, type=self._type(hole.expr.path))

    def _type(self, path: str) -> str:
        head, _, rest = path.partition(".")
        if head == "dag":
            return "" if self.needs is None else self.needs.type_of(rest)
        name, _, value = rest.partition(".outputs.")
        member = self.members.get(name)
        return _type_of_output(member, value) if isinstance(member, Unit) else ""


def _type_of_output(unit: Unit, name: str) -> str:
    return next((output.type for output in unit.outputs if output.name == name), "")
