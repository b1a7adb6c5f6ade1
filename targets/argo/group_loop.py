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
from pxc.targets.argo.gathered import add_gathering
from pxc.targets.argo.looping import INDEX, finish_loop, loop_over
from pxc.targets.argo.needs import Needs, path_of
from pxc.targets.argo.run_time import ArgoRunTime
from pxc.targets.argo.stopping import tell_of_rules

__all__ = ["group_loop"]


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
            takes_run = called.needs.runs
            made = Kin(task, list(of_cell), list(enumerate(items)), takes_run=takes_run)
            add_batches(template, wanted, group, [made], needs, asked, build)
        return Called(template["name"], needs)
    if asked is not None:
        made = Kin(task, list(of_cell), list(enumerate(items)), takes_run=called.needs.runs)
        add_gathering(template, wanted, group, [made], needs, asked, build)
        return Called(template["name"], needs)
    tell_of_rules(sweep.stopping, "matrix", "matrix.rounds", build)
    items = [{INDEX: str(number)} | item for number, item in enumerate(items)]
    loop_over(task, list(of_cell), items, needs)
    finish_loop(template, [task], sweep, needs)
    return Called(template["name"], needs)


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
