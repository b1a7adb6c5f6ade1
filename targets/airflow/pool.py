"""Turns the queue of a unit into the pool of its task."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Unit
from pxc.targets._queue import queue_name
from pxc.targets.airflow.build import Build

__all__ = ["pool_arguments"]


def pool_arguments(unit: Unit, build: Build) -> list[tuple[str, Any]]:
    """The pool, for `--queue-as pool`; PXC116 for what is no name of a queue.

    A task that waits for a resource gives its slot back between two looks, and the pool would bound
    nothing: so it keeps it.
    """
    if build.world.options.queue_as != "pool":
        return []
    name = queue_name(unit, build.report)
    if name is None:
        return []
    held = [] if unit.runtime is None else [("mode", "poke")]
    return [("pool", name), *held]
