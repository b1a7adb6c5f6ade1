"""Holds what the tasks of one DAG file share while they are made."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from pxc.diagnostics import Report
from pxc.ir.plan import Plan, Unit
from pxc.targets.airflow.computing import Functions
from pxc.targets.airflow.scope import Asked
from pxc.world import World

__all__ = ["Build", "Draft"]


class Draft(Struct):
    """The pod of a unit: its spec and its metadata, as plain data with marks for expressions."""

    unit: Unit
    task_id: str
    namespace: str | None
    spec: dict[str, Any]
    metadata: dict[str, Any]


class Build(Struct):
    """A DAG file while it is made.

    `drafts` are the pods by the ids of their tasks; `used` are the names that the file has to
    import or to define; `conditions` are, by the ids of tasks and groups, the function that says
    whether they run and what it is given.
    """

    plan: Plan
    world: World
    report: Report
    asked: Asked
    drafts: dict[str, Draft] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    functions: Functions = field(default_factory=Functions)
    conditions: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
