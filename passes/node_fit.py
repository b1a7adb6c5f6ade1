"""Reports pods that are larger than every node on which they may land."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pxc.diagnostics import Note, Report
from pxc.ir.plan import Unit
from pxc.passes.amounts import shown
from pxc.passes.check_access import tell_of_access
from pxc.world import World

if TYPE_CHECKING:
    from pxc.access.organization import NodePool

__all__ = ["check_nodes"]

_MOST_TOLD = 3


def check_nodes(unit: Unit, pools: tuple[NodePool, ...], world: World, report: Report) -> None:
    """PXC803 for a pod that no node can hold, where the catalog says what all nodes hold."""
    from pxc.passes.claim_choices import cell_values, choices_in
    from pxc.passes.node_choice import hindrance
    from pxc.passes.pod_demand import pod_demand

    if not pools or not all(pool.allocatable for pool in pools):
        return
    choices = choices_in(unit, cell_values(unit), world.language)
    queue = world.catalog.rules.queues.get(unit.queue) if unit.queue is not None else None
    for role in unit.roles:
        demand = pod_demand(role.pod, world.language.quantity, choices)
        against = {
            pool.name: hindrance(role.pod.environment, frozenset(demand), queue, pool)
            for pool in pools
        }
        for name, taken in demand.items():
            has = {pool.name: pool.allocatable.get(name, Decimal(0)) for pool in pools}
            most = max((n for pool, n in has.items() if not against[pool]), default=Decimal(0))
            counted = any(name in pool.allocatable for pool in pools) or "/" in name
            if counted and taken.amount > most:
                tell_of_access(
                    "PXC803",
                    f"a pod of `{unit.name}` takes {shown(taken.amount)} of `{name}`, and no node"
                    f" has more than {shown(most)}",
                    taken.spans[-1], world, report,
                    notes=_notes(has, against, taken.amount),
                    help="use several smaller pods, or other nodes",
                )  # fmt: skip


def _notes(
    has: dict[str, Decimal], against: dict[str, str | None], amount: Decimal
) -> tuple[Note, ...]:
    """The pools that a pod may land on, and those that have enough and that it may not."""
    listed = ", ".join(f"{p} has {shown(n)}" for p, n in sorted(has.items()) if not against[p])
    other = [
        Note(f"{pool} has {shown(n)}, but {why}")
        for pool, n in sorted(has.items())
        if n >= amount and (why := against[pool])
    ]
    return (Note(f"nodes that it may land on: {listed or 'none'}"), *other[:_MOST_TOLD])
