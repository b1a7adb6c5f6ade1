"""Reports containers that do not say how much they need of what their namespace counts."""

from __future__ import annotations

from collections.abc import Iterable

from pxc.diagnostics import Note, Report
from pxc.ir.plan import Unit
from pxc.passes.added_requests import added_requests
from pxc.passes.amounts import bare
from pxc.passes.check_access import tell_of_access
from pxc.source import head_of
from pxc.world import World

__all__ = ["check_requests"]


def check_requests(
    unit: Unit,
    what: str,
    limits: Iterable[str],
    notes: tuple[Note, ...],
    world: World,
    report: Report,
) -> None:
    """A namespace with a quota on cpu or memory takes only pods that say how much they need."""
    from pxc.ir.node import Map

    counted = sorted({bare(name) for name in limits} & {"cpu", "memory"})
    for role in unit.roles:
        for container in (role.pod.main, *role.pod.sidecars):
            resources = container.get("resources")
            sides = [resources.get(s) for s in ("requests", "limits")] if isinstance(
                resources, Map
            ) else []  # fmt: skip
            missing = [
                name for name in counted
                if not any(isinstance(side, Map) and side.get(name) for side in sides)
            ]  # fmt: skip
            if missing:
                names = " and ".join(f"`{name}`" for name in missing)
                tell_of_access(
                    "PXC822",
                    f"a container of `{unit.name}` does not say how much {names} it needs, and"
                    f" {what} counts it",
                    head_of(container.span), world, report, notes=notes,
                    fix=added_requests(container, missing),
                    help=f"add `resources: {{requests: {{{missing[0]}: ...}}}}`",
                )  # fmt: skip
