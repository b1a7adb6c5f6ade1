"""Finds where the queue of an operation leads to."""

from __future__ import annotations

from pxc.ir.node import Lit
from pxc.ir.spec import Operation
from pxc.world import World

__all__ = ["namespace_of_queue"]


def namespace_of_queue(composed: Operation | None, world: World) -> str | None:
    """The namespace of an operation's queue, or of its project's, where the catalog says so."""
    queue = composed.queue if composed is not None else None
    name = str(queue.value) if isinstance(queue, Lit) and queue.value is not None else ""
    name = name or world.options.queue
    return world.catalog.queue_namespace(name) if name else None
