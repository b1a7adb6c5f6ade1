"""The Plan: flat units with run-time references, the only thing a target ever sees."""

from __future__ import annotations

from pxc.ir.node import KObject, Node, Scalar
from pxc.ir.run import Environment


class Demand(Node, frozen=True):
    """Something the author asked for that only some targets can say.

    `feature` is a dotted name (`run.tfjob`, `hooks`, `init.artifacts`); `what` names the field as
    the author knows it. `optional` marks a wish whose loss changes no result of the run: a target
    that lacks it warns (PXC702) where it would otherwise refuse (PXC701).
    """

    feature: str
    what: str
    optional: bool = False


class Output(Node, frozen=True):
    """A declared output: what downstream may read. `type` is empty when undeclared."""

    name: str
    type: str = ""


class GitStep(Node, frozen=True):
    """A repository checked out before the main container starts.

    `destination` is the absolute directory of the work tree; `volume_path` the directory of the
    volume it lies in (the context root, or an authored `path`).
    """

    url: Scalar
    revision: Scalar | None
    flags: tuple[Scalar, ...]
    destination: str
    volume_path: str


class ContainerStep(Node, frozen=True):
    """A container of the author's own that runs before the main one."""

    container: KObject
    volume_path: str | None = None


class Pod(Node, frozen=True):
    """One pod: every part evaluated, so that only run-time references are left in templates.

    `main` has no name yet; the target gives it. `init` keeps the authored order.
    `shm` asks for a memory-backed `/dev/shm`.
    """

    main: KObject
    init: tuple[GitStep | ContainerStep, ...] = ()
    sidecars: tuple[KObject, ...] = ()
    volumes: tuple[KObject, ...] = ()
    environment: Environment | None = None
    shm: bool = False


class Limits(Node, frozen=True):
    """Retries and times; seconds; None where the author said nothing (zero is zero)."""

    max_retries: int | None = None
    timeout: int | None = None
    ttl: int | None = None
    pod_failure_policy: KObject | None = None


class Listening(Node, frozen=True):
    """What a service opens: port numbers, replicas, how it is reached from outside."""

    ports: tuple[int, ...] = ()
    replicas: int | None = None
    rewrite_path: bool = False
    is_external: bool = False


class Timetable(Node, frozen=True):
    """When runs start: `kind` is cron, interval or datetime; texts as written, rendered."""

    kind: str
    cron: str | None = None
    frequency: str | None = None
    start_at: str | None = None
    end_at: str | None = None
    max_runs: int | None = None
    depends_on_past: bool = False


class Unit(Node, frozen=True):
    """One thing that runs. `kind` is `job` or `service`; `name` is the author's, not yet DNS-1123.

    `identity` is the hex digest of everything that decides what runs: equal units are equal runs.
    """

    name: str
    kind: str
    pod: Pod
    limits: Limits
    listening: Listening | None = None
    outputs: tuple[Output, ...] = ()
    namespace: str | None = None
    queue: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    identity: str = ""


class Plan(Node, frozen=True):
    """Everything to emit. A plan with demands a target cannot meet is refused by that target.

    `project` and `owner` come from the workspace; `source` is the file's name as given.
    """

    name: str
    units: tuple[Unit, ...]
    timetable: Timetable | None = None
    demands: tuple[Demand, ...] = ()
    owner: str = ""
    project: str = ""
    source: str = ""
