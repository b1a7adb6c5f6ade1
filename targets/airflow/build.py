"""Holds what the tasks of one DAG file share while they are made."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from pxc.diagnostics import Report
from pxc.ir.plan import Plan, Unit
from pxc.targets._collected import Collected
from pxc.targets.airflow.computing import Functions
from pxc.targets.airflow.scope import Asked
from pxc.world import World

__all__ = ["Build", "Draft", "Reader", "ResourceDraft"]


class Draft(Struct):
    """The pod of a unit: its spec and its metadata, as plain data with marks for expressions.

    `exit_codes` are the rules by which a run that failed is tried again, or not.
    Of a unit with a sweep `cells` are the arguments of each cell, which the pod has not, or `each`
    are their pods where these differ in more, and `params` the values of the cells, as JSON. One
    that is `whole` is said as a template.
    """

    unit: Unit
    task_id: str
    namespace: str | None
    spec: dict[str, Any]
    metadata: dict[str, Any]
    exit_codes: list[dict[str, Any]] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    each: list[Draft] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    whole: bool = False


class Reader(Struct):
    """The pod that reads the outputs of a resource's run, which `files` has it copy."""

    metadata: dict[str, Any]
    spec: dict[str, Any]
    files: Collected


class ResourceDraft(Struct):
    """The resource of a unit, and what is created beside it, as plain data with marks.

    `retries` and `deadline` are what Airflow keeps; the resource has the others itself. `reader` is
    the pod that reads the outputs behind it, where there is one. Of a unit with a sweep `each` are
    the resources of its cells, of which this is the first, and `params` their values, as JSON.
    """

    unit: Unit
    task_id: str
    resource: dict[str, Any]
    beside: list[dict[str, Any]]
    retries: int
    deadline: int | None
    reader: Reader | None = None
    each: list[ResourceDraft] = field(default_factory=list)
    params: list[str] = field(default_factory=list)


class Build(Struct):
    """A DAG file while it is made.

    `drafts` are the pods and resources by the ids of their tasks, `rounds` what runs in rounds,
    `joins` the arguments of the tasks that gather; `used` are the names that the file has to import
    or to define; `conditions` are, by the ids of tasks and groups, the function that says whether
    they run and what it is given. With `fails_fast` the first failure ends the DAG.
    """

    plan: Plan
    world: World
    report: Report
    asked: Asked
    drafts: dict[str, Draft | ResourceDraft] = field(default_factory=dict)
    rounds: dict[str, Any] = field(default_factory=dict)
    joins: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    functions: Functions = field(default_factory=Functions)
    conditions: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    fails_fast: bool = False
