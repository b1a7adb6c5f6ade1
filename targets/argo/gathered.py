"""Turns a loop into one whose runs, of whichever template, each leave a record for joins."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Group, Unit
from pxc.targets.argo.batches import Kin, rows_of, run_of
from pxc.targets.argo.build import Build
from pxc.targets.argo.looping import INDEX, finish_loop, loop_over, tell_results
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.rounds import Names, argument, cell_template
from pxc.targets.argo.tags import tag

__all__ = ["add_gathering"]


def add_gathering(
    template: dict[str, Any],
    wanted: str,
    member: Unit | Group,
    kin: list[Kin],
    needs: Needs,
    asked: frozenset[str],
    build: Build,
) -> None:
    """Complete the template of a loop whose output is what its runs left, of whichever template.

    `asked` are the outputs that joins look at.
    """
    sweep = member.sweep
    assert sweep is not None
    needs.runs = True
    names, kept = Names(needs), sorted(asked)
    runs = [run_of(each, at, len(kin), names, kept, member, build) for at, each in enumerate(kin)]
    cell = build.template_name(f"{wanted}-cell")
    build.templates.append(cell_template(cell, runs, names))
    rows = rows_of(sweep, kin, with_params=False)
    task: dict[str, Any] = {"name": "runs", "template": cell}
    items = [{INDEX: number} | row for number, row in enumerate(rows)]
    loop_over(task, [], items, needs)
    task["arguments"]["parameters"].append(argument(names.cell, tag("item")))
    finish_loop(template, [task], sweep, needs)
    tell_results(template, task["name"])
