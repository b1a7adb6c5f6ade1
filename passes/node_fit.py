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


def check_nodes(unit: Unit, pools: tuple[NodePool, ...], world: World, report: Report) -> None:
    """PXC803 for a pod that no node can hold, where the catalog says what all nodes hold."""
    from pxc.passes.claim_choices import cell_values, choices_in
    from pxc.passes.pod_demand import pod_demand

    if not pools or not all(pool.allocatable for pool in pools):
        return
    choices = choices_in(unit, cell_values(unit), world.language)
    for role in unit.roles:
        chosen = _chosen(role.pod.environment, pools)
        for name, taken in pod_demand(role.pod, world.language.quantity, choices).items():
            has = {pool.name: pool.allocatable.get(name, Decimal(0)) for pool in chosen}
            most = max(has.values(), default=Decimal(0))
            counted = any(name in pool.allocatable for pool in pools) or "/" in name
            if counted and taken.amount > most:
                listed = ", ".join(f"{pool} has {shown(n)}" for pool, n in sorted(has.items()))
                tell_of_access(
                    "PXC803",
                    f"a pod of `{unit.name}` takes {shown(taken.amount)} of `{name}`, and no node"
                    f" has more than {shown(most)}",
                    taken.spans[-1], world, report,
                    notes=(Note(f"nodes that it may land on: {listed or 'none'}"),),
                    help="use several smaller pods, or other nodes",
                )  # fmt: skip


def _chosen(environment: object, pools: tuple[NodePool, ...]) -> list[NodePool]:
    """The pools whose labels a node selector does not rule out."""
    from pxc.ir.node import Lit, Map

    selector = getattr(environment, "node_selector", None)
    entries = selector.entries if isinstance(selector, Map) else ()
    wanted = {
        str(k.value): str(v.value) for k, v in entries if isinstance(k, Lit) and isinstance(v, Lit)
    }
    return [p for p in pools if all(wanted.get(label, v) == v for label, v in p.selector.items())]
