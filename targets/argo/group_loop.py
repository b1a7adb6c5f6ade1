"""Turns a group with a sweep into a dag template that loops over its cells."""

from __future__ import annotations

from typing import Any

from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.node import Hole, Template
from pxc.ir.plan import Group
from pxc.ir.sweep import Sweep, cells
from pxc.targets._cells import Cells
from pxc.targets._data import Place, Values
from pxc.targets.argo.batches import Kin, add_batches, can_end_early, goes_in_rounds
from pxc.targets.argo.build import Build, Called
from pxc.targets.argo.needs import RUN, Needs, path_of
from pxc.targets.argo.run_time import ArgoRunTime
from pxc.targets.argo.stopping import tell_of_rules
from pxc.targets.argo.tags import tag

__all__ = ["INDEX", "finish_loop", "group_loop", "loop_over"]

INDEX = "index"
"""What each item says of its place in the table."""


def group_loop(
    group: Group,
    wanted: str,
    called: Called,
    template: dict[str, Any],
    build: Build,
    asked: frozenset[str] | None = None,
) -> Called:
    """Make a template loop over the cells of a group, whose own template is `called`.

    What that needs of the cell comes from the item, the rest from whoever calls the loop. `asked`
    are outputs that joins look at.
    """
    sweep = group.sweep
    assert sweep is not None
    of_cell = {n: e for n, e in called.needs.values.items() if path_of(e).startswith("matrix.")}
    needs = Needs(group.inputs)
    needs.runs = called.needs.runs
    needs.values = {n: e for n, e in called.needs.values.items() if n not in of_cell}
    task: dict[str, Any] = {"name": "run", "template": called.name}
    items = _items(sweep, of_cell, build)
    if goes_in_rounds(group):
        if can_end_early(group, build):
            made = Kin(task, list(of_cell), list(enumerate(items)))
            add_batches(template, wanted, group, [made], needs, asked, build)
        return Called(template["name"], needs)
    tell_of_rules(sweep.stopping, "matrix", "matrix.rounds", build)
    items = [{INDEX: str(number)} | item for number, item in enumerate(items)]
    loop_over(task, list(of_cell), items, needs)
    finish_loop(template, [task], sweep, needs)
    return Called(template["name"], needs)


def loop_over(
    task: dict[str, Any], names: list[str], items: list[dict[str, str]], needs: Needs
) -> None:
    """Let a task loop over items, which give these parameters; the others are handed through."""
    given = []
    if needs.runs:
        given.append({"name": RUN, "value": f"{tag(needs.run())}-{tag(f'item.{INDEX}')}"})
    for name in needs.values:
        given.append({"name": name, "value": tag(f"inputs.parameters.{name}")})
    given += [{"name": name, "value": tag(f"item.{name}")} for name in names]
    if given:
        task["arguments"] = {"parameters": given}
    task["withItems"] = items


def finish_loop(
    template: dict[str, Any], tasks: list[dict[str, Any]], sweep: Sweep, needs: Needs
) -> None:
    """Put the tasks of a loop into its template, with the number that may run at once."""
    parameters = [*([RUN] if needs.runs else ()), *needs.values]
    if parameters:
        template["inputs"] = {"parameters": [{"name": each} for each in parameters]}
    if sweep.concurrency is not None:
        template["parallelism"] = sweep.concurrency
    template["dag"] = {"failFast": False, "tasks": tasks}


def _items(sweep: Sweep, of_cell: dict[str, Expr], build: Build) -> list[dict[str, str]]:
    """An item for each cell with the texts of what is asked of it."""
    filler = Cells(sweep, build.world.language, build.report)
    values = Values(ArgoRunTime(Needs(), build.plan), build.report)
    asked = {name: _template(expr) for name, expr in of_cell.items()}
    return [
        {
            name: values.text(filler.tree(node, cell), Place(name)) or ""
            for name, node in asked.items()
        }
        for cell in cells(sweep)
    ]


def _template(expr: Expr) -> Template:
    assert isinstance(expr, RunTimeRef)
    return Template(expr.span, f"{{{{ {expr.path} }}}}", (Hole(expr.span, expr),))
