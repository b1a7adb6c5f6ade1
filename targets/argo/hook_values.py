"""Turns the values that hooks have of what they follow into arguments and parameters."""

from __future__ import annotations

from collections.abc import Mapping

from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.node import Hole, replace
from pxc.ir.plan import Group, Hook, Input, Unit
from pxc.targets.argo.build import Build
from pxc.targets.argo.expr_lang import Names, expr_of
from pxc.targets.argo.expr_values import Typed
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.outputs import TRACKED, output_parameter
from pxc.targets.argo.run_time import known_globals, refuse
from pxc.targets.argo.scope import Scope
from pxc.targets.argo.tags import tag

__all__ = ["STATUS", "Beside", "Types", "indexed", "inside", "outside"]

STATUS = "status"
"""The parameter with the status of what is followed, as Polyaxon calls it."""

_KNOWN = (
    "run.status",
    "run.outputs.",
    "run.globals.uuid",
    "run.run.",
    "ops.",
    "dag.",
)
"""What a condition may use."""


class Types:
    """The declared types of what conditions of hooks use."""

    def __init__(self, member: Unit | Group, scope: Scope) -> None:
        self.member, self.members = member, scope.members

    def of(self, path: str) -> str:
        """The type of an output; empty where none is declared."""
        origin, _, rest = path.partition(".")
        member: Unit | Group | None = self.member
        if origin == "ops":
            name, _, rest = rest.partition(".")
            member = self.members.get(name)
        if origin not in ("run", "ops"):
            return ""
        section, _, output = rest.partition(".")
        declared = member.outputs if isinstance(member, Unit) and section == "outputs" else ()
        if section in ("status", "globals"):
            return "str"
        return next((each.type for each in declared if each.name == output), "")

    def names(self, needs: Needs) -> Names:
        """How an expression knows values by parameters of the template of the hooks."""

        def typed(ref: RunTimeRef) -> Typed | None:
            if not ref.path.startswith(_KNOWN):
                return None
            return Typed(indexed(needs.ask(ref)), self.of(ref.path))

        return typed

    def declare(self, unit: Unit | Group) -> Unit | Group:
        """What a hook runs, its inputs with the types of the outputs that they are."""
        return replace(unit, inputs=tuple(map(self._declared, unit.inputs)))

    def _declared(self, given: Input) -> Input:
        hole = given.value.parts[0] if len(given.value.parts) == 1 else None
        if given.type or not isinstance(hole, Hole) or not isinstance(hole.expr, RunTimeRef):
            return given
        return replace(given, type=self.of(hole.expr.path))


class Beside(Scope):
    """What the task of a hook may refer to, which hooks of its own follow."""

    def __init__(
        self,
        hooks: list[Hook],
        names: Mapping[str, str],
        needs: Needs,
        types: Types,
        build: Build,
    ) -> None:
        units = tuple(hook.unit for hook in hooks)
        super().__init__(Group(hooks[0].span, "hooks", "dag", units), names, needs, build)
        self.types = types

    def text(
        self,
        expr: Expr,
        inputs: tuple[Input, ...] = (),
        depth: int = 0,
        *,
        lists: Mapping[str, str] | None = None,
    ) -> str | None:
        """The text of a value that the hook has, too."""
        assert self.needs is not None
        found = inside(expr, self.needs, self.types, self.build)
        return None if found is None else tag(found)


def inside(expr: Expr, needs: Needs, types: Types, build: Build) -> str | None:
    """A value in the template of the hooks: what Argo knows, a parameter, or computed from them."""
    if isinstance(expr, RunTimeRef):
        return known_globals(build.plan).get(expr.path) or needs.ask(expr)
    made = expr_of(expr, types.names(needs), build.report, expr.span)
    return None if made is None else f"={made}"


def indexed(reference: str) -> str:
    """`inputs.parameters['a-b']` for `inputs.parameters.a-b`."""
    head, _, name = reference.rpartition(".")
    return f"{head}['{name}']"


def outside(
    expr: Expr, status: str, member: Unit | Group, task: str, scope: Scope, build: Build
) -> str | None:
    """The text of a value where the followed task stands; `task` is empty where it never ran."""
    path = expr.path if isinstance(expr, RunTimeRef) else ""
    if not path.startswith("run."):
        return scope.text(expr)
    if path.startswith("run.run."):  # the followed run is a hook: what it follows itself has it
        return scope.text(RunTimeRef(expr.span, path.removeprefix("run.")))
    if path == "run.status":
        return status
    if path == "run.globals.uuid":
        return scope.run_of(member.name)
    section, _, name = path.removeprefix("run.").partition(".")
    if section == "outputs" and name and isinstance(member, Unit):
        if not task:
            return ""
        build.ask_output(member, name)
        return tag(f"={_output(task, name, tracking=build.tracking)}")
    assert isinstance(expr, RunTimeRef)
    refuse(expr, build.report)
    return None


def _output(task: str, name: str, *, tracking: bool) -> str:
    """An output of a task that may have failed before it left any.

    Argo tries what is between its braces also before the task has run: without its status nothing
    comes of it, and so it stays.
    """
    parameters = f"tasks['{task}']?.outputs?.parameters"
    plain = f"({parameters}?.['{output_parameter(name)}'] ?? '')"
    ended = f"tasks['{task}'].status == '' ? '' : "
    if not tracking:
        return ended + plain
    tracked = f"(fromJSON({parameters}?.['{TRACKED}'] ?? '{{}}')?.outputs?.['{name}'] ?? '')"
    return f"{ended}{plain} != '' ? {plain} : string({tracked})"
