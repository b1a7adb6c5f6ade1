"""Turns a loop whose runs are known, and which rules may end early, into rounds.

Each round has a batch of the runs, in their order. Between two of them `pxc-tuner` holds the rules
to the results, and gives the next batch or none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from pxc.ir.plan import Group, Unit
from pxc.ir.sweep import Sweep, cells
from pxc.source import head_of
from pxc.targets._search_document import table_document
from pxc.targets._searching import looked_at
from pxc.targets.argo.build import Build
from pxc.targets.argo.joined import HISTORY
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.outputs import output_expression
from pxc.targets.argo.rounds import (
    MOST_ROUNDS,
    STATE,
    Names,
    Rounds,
    Run,
    add_rounds,
    argument,
    plain,
)
from pxc.targets.argo.stopping import holds, tell_of_rules
from pxc.targets.argo.tags import tag

__all__ = [
    "KIND", "Kin", "add_batches", "can_end_early", "goes_in_rounds", "rows_of", "run_of",
]  # fmt: skip

_LARGEST = 64 * 1024
"""Half of what one argument of a program may have."""

_MOST_AT_ONCE = 500
"""So many results of one round are an argument of the next one."""

KIND = "pxc-kind"
"""The key of an item's texts that says which template it is for."""


class Kin(Struct):
    """Cells that share a template: the task of one, and the texts of each by parameter.

    `names` are these parameters; the task is given its identity where `takes_run`.
    """

    task: dict[str, Any]
    names: list[str]
    items: Sequence[tuple[int, dict[str, str]]]
    takes_run: bool = True


def goes_in_rounds(member: Unit | Group) -> bool:
    """Whether a rule may end the runs of a member before the last of them has started."""
    return member.sweep is not None and any(r.policy is None for r in member.sweep.stopping)


def can_end_early(member: Unit | Group, build: Build) -> bool:
    """Whether the rules of a loop can be held to; PXC701 says why not, PXC702 what of them."""
    sweep = member.sweep
    assert sweep is not None
    if not holds(sweep.stopping, member, build):
        return False
    tell_of_rules(
        sweep.stopping, "matrix", "matrix.rounds", build, at_once=_batch_of(sweep) >= sweep.count
    )
    return True


def add_batches(
    template: dict[str, Any],
    wanted: str,
    member: Unit | Group,
    kin: list[Kin],
    needs: Needs,
    asked: frozenset[str] | None,
    build: Build,
) -> None:
    """Complete the template of a round, and add those of its parts.

    `asked` are outputs that joins look at, where there are joins: then the history is an output.
    """
    sweep = member.sweep
    assert sweep is not None
    needs.runs = True
    names = Names(needs)
    kept = looked_at(member, asked)
    rows = rows_of(sweep, kin, with_params=asked is not None)
    document = table_document(sweep, rows, _batch_of(sweep))
    if len(json.dumps(document, ensure_ascii=False)) > _LARGEST:
        build.report.add(
            "PXC701",
            f"the {sweep.count:,} runs of `{member.name}`, which a rule may end early, are more"
            " than one argument of `pxc-tuner` holds",
            sweep.span,
            help="bound it with `numRuns`, or leave `earlyStopping` out",
        )
        return
    runs = [run_of(each, at, len(kin), names, kept, member, build) for at, each in enumerate(kin)]
    told = (STATE,) if asked is None else (STATE, HISTORY)
    rounds = Rounds(
        wanted, document, runs, names, kept, told, sweep.concurrency, head_of(sweep.span)
    )
    add_rounds(template, rounds, build)


def _batch_of(sweep: Sweep) -> int:
    """How many runs a round has: as many as may run at once, and more where rounds are too many."""
    wanted = min(sweep.concurrency or sweep.count, _MOST_AT_ONCE)
    return max(wanted, -(-sweep.count // (MOST_ROUNDS - 1)))


def rows_of(sweep: Sweep, kin: list[Kin], *, with_params: bool) -> list[dict[str, Any]]:
    """Each run as the tuner is told of it, in order."""
    found: dict[int, dict[str, Any]] = {}
    for at, each in enumerate(kin):
        kind = {KIND: str(at)} if len(kin) > 1 else {}
        found |= {number: {"text": kind | texts} for number, texts in each.items}
    if with_params:
        axes = [axis.name for axis in sweep.axes]
        for number, cell in enumerate(cells(sweep)):
            found[number]["params"] = dict(zip(axes, cell, strict=True))
    return [found[number] for number in sorted(found)]


def run_of(
    kin: Kin, at: int, count: int, names: Names, kept: list[str], member: Unit | Group, build: Build
) -> Run:
    """The task of the cells of one template, which is one of `count`, with what it is given."""
    given = names.handed_on()[0 if kin.takes_run else 1 :]
    given += [argument(name, tag(f"={names.text(name)}")) for name in kin.names]
    kin.task["arguments"] = {"parameters": given}
    task = kin.task["name"]
    tracking = build.tracking and isinstance(member, Unit)
    left = {each: output_expression(task, each, tracking=tracking) for each in kept}
    when = f"{names.text(KIND)} == {plain(str(at))}" if count > 1 else ""
    return Run(kin.task, left, when)
