"""Says what the run of a dag leaves: an output that exactly one of its operations declares."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Group, Unit
from pxc.targets._searching import is_proposed, looked_at
from pxc.targets.argo.build import Build
from pxc.targets.argo.depends import may_skip
from pxc.targets.argo.outputs import output_parameter, output_text
from pxc.targets.argo.scope import Scope

__all__ = ["add_dag_outputs", "kept_outputs", "source_of"]


def source_of(group: Group, name: str) -> Unit | None:
    """The operation of a dag whose output is that of the dag; None where none or several are.

    Of an operation that may be skipped, or that a matrix runs many times, nothing can be told.
    """
    found = [
        member
        for member in group.members
        if isinstance(member, Unit) and any(output.name == name for output in member.outputs)
    ]
    if len(found) != 1:
        return None
    [unit] = found
    is_one = unit.sweep is None and unit.search is None and unit.kind != "service"
    return unit if is_one and not may_skip(unit.start) else None


def kept_outputs(member: Unit | Group, asked: frozenset[str] | None) -> list[str]:
    """The outputs of runs that are looked at; by a tuner without a metric all there are."""
    found = set(looked_at(member, asked))
    if member.search is not None and member.search.objective is None and is_proposed(member.search):
        units = (member,) if isinstance(member, Unit) else member.units()
        names = {output.name for unit in units for output in unit.outputs}
        found |= {n for n in names if isinstance(member, Unit) or source_of(member, n) is not None}
    return sorted(found)


def add_dag_outputs(
    template: dict[str, Any], group: Group, names: list[str], scope: Scope, build: Build
) -> None:
    """Make outputs of operations those of the dag's template, as far as they are there."""
    parameters = []
    for name in names:
        unit = source_of(group, name)
        if unit is not None:
            build.ask_output(unit, name)
            said = output_text(scope.names[unit.name], name, tracking=build.tracking)
            parameters.append({"name": output_parameter(name), "valueFrom": {"expression": said}})
    if parameters:
        template["outputs"] = {"parameters": parameters}
