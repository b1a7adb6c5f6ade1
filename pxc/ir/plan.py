"""The Plan: flat units with run-time references, the only thing a target ever sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.join import Join
from pxc.ir.node import KObject, Lit, Node, Scalar, Template
from pxc.ir.pod import Pod, Role
from pxc.ir.run import Cluster, Distributed
from pxc.ir.search import Search
from pxc.ir.stopping import Stopping
from pxc.ir.sweep import Sweep

CRON_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""What a word in the place of a cron expression stands for."""

TOLD_PREFIX = "pxc.dev/"
"""Labels and annotations that begin so tell of an object and change nothing that runs."""


class Demand(Node, frozen=True):
    """Something the author asked for that only some targets can say.

    `feature` is a dotted name (`run.tfjob`, `hooks`, `init.artifacts`); `what` names the field as
    the author knows it. `optional` marks a wish whose loss changes no result of the run: a target
    that lacks it warns (PXC702) where it would otherwise refuse (PXC701). `instead` says what to
    write where there is something. `owner` are the names that lead from the plan to the member that
    asks, with `/` between them; empty for the plan as a whole.
    """

    feature: str
    what: str
    optional: bool = False
    instead: str = ""
    owner: str = ""


class Output(Node, frozen=True):
    """A declared output: what downstream may read. `type` is empty when undeclared."""

    name: str
    type: str = ""


class Limits(Node, frozen=True):
    """Retries and times; seconds; None where the author said nothing (zero is zero)."""

    max_retries: int | None = None
    timeout: int | None = None
    ttl: int | None = None
    pod_failure_policy: KObject | None = None


class Listening(Node, frozen=True):
    """What a service opens: port numbers, replicas, how it is reached from outside.

    `path` is what `globals.base_url` tells the program, without the port at its end.
    """

    ports: tuple[int, ...] = ()
    replicas: int | None = None
    rewrite_path: bool = False
    is_external: bool = False
    path: Template | None = None


class Timetable(Node, frozen=True):
    """When runs start: `kind` is cron, interval or datetime; texts as written, times in UTC."""

    kind: str
    cron: str | None = None
    frequency: str | None = None
    start_at: str | None = None
    end_at: str | None = None
    max_runs: int | None = None
    depends_on_past: bool = False


class Input(Node, frozen=True):
    """A value that a run is given when it starts; `type` is empty when undeclared.

    `value` is a template of run-time references: `ops.a.outputs.x` is an output of another member
    of the same group, `joins.x` a list that one of the unit's joins gathers. What leads out of the
    group begins with `dag.`; the rest is as the enclosing group itself sees it: `dag.globals.uuid`,
    `dag.ops.a.outputs.x`, `dag.matrix.x` and `dag.matrix.x.as_str` where the group has a matrix.
    A hook stands beside what it follows, and has from it what begins with `run.`: `run.status`,
    `run.outputs.x`.
    """

    name: str
    value: Template
    type: str = ""


class Start(Node, frozen=True):
    """When a member of a group starts, and whether.

    `trigger` is what its upstreams must have come to: `all_succeeded`, `all_failed`, `all_done`,
    `one_succeeded`, `one_failed`, `one_done`. As documented, a skipped upstream counts as one that
    succeeded, unless `skip_on_upstream_skip` skips the member too. A `condition` that is false then
    skips it; one that is known already is a literal.
    """

    trigger: str = "all_succeeded"
    condition: Scalar | None = None
    skip_on_upstream_skip: bool = False


class Edge(Node, frozen=True):
    """One member of a group that waits for another; the span is where its author said so.

    `values` are what it takes from the other: `outputs.loss`, `globals.uuid`, `artifacts`.
    `events` are kinds of events of the other, any of which starts it whatever its trigger says.
    With `is_build` the upstream builds the image of the downstream, which takes nothing else from
    it. A member may take values also of those that it waits for only by way of others.
    """

    upstream: str
    downstream: str
    values: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    is_build: bool = False


class Cache(Node, frozen=True):
    """What an author says on taking the results of an earlier equal run for those of this one.

    Runs are equal when their `key`s are: hex digests of all that counts and is known, which is
    what `sections` (`containers`, `init`, `connections`; empty for all) and `io` (names of inputs
    and outputs; None for all) choose. `inputs` are those that count and that only the run knows;
    with a sweep the values of its cell count, too. A `ttl` is the greatest age in seconds.
    """

    disabled: bool = False
    ttl: int | None = None
    io: tuple[str, ...] | None = None
    sections: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    key: str = ""


class Earlier(Node, frozen=True):
    """The earlier run that one begins from: `kind` is resume, restart or copy.

    `run` is the uuid of that one; `iteration` how often it was done, this time included; `dirs` and
    `files` are what of it is copied, all without any. The span is where the command line says so.
    """

    kind: str
    run: str
    iteration: int = 1
    dirs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def own_uuid(self) -> str | None:
        """The uuid of the run itself, where it is that of the earlier one."""
        return self.run if self.kind == "resume" else None

    @property
    def told(self) -> tuple[str, ...]:
        """All of it as texts: what begins otherwise is another run."""
        return (self.kind, self.run, str(self.iteration), *self.dirs, "", *self.files)


class Hook(Node, frozen=True):
    """What runs when a member has ended, whatever becomes of it afterwards.

    `trigger` is the status it ended with: `succeeded`, `failed`, `stopped`, `skipped`,
    `upstream_failed`, or `done` for any of them. A `condition` is a literal where it is known, else
    a template of the references that the hook's own inputs have (`run.outputs.x`). The unit is
    named as no member and no other hook of its group.
    """

    trigger: str
    unit: Unit | Group
    condition: Scalar | None = None


class Unit(Node, frozen=True):
    """One thing that runs; `kind` is the runtime's, `name` the author's, not yet DNS-1123.

    A job and a service have the one role `main`; a distributed runtime has those its author wrote,
    and its own fields in `runtime` (whose roles are empty). `identity` is the hex digest of
    everything that decides what runs: equal units are equal runs. `inputs` are values that only
    the run knows; `start` is None where the unit starts as soon as its upstreams succeeded.

    With a `sweep` the unit runs once for each of its cells, with a `search` as often as that finds
    something to try: then templates hold `matrix.<name>` besides the values of the run, and the
    identity is that of the unit without the table. Who waits for the unit waits for all its runs;
    it has failed when one of them has, and `ops.<name>.globals.uuid` is the run that holds them.

    An `approval` tells that somebody must agree before it starts: once, also before all of its
    runs, after its upstreams have ended. `hooks` follow it in no order among themselves; those of
    many runs follow them as a whole.
    """

    name: str
    kind: str
    roles: tuple[Role, ...]
    limits: Limits
    runtime: Distributed | Cluster | None = None
    listening: Listening | None = None
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    start: Start | None = None
    namespace: str | None = None
    queue: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    identity: str = ""
    sweep: Sweep | None = None
    search: Search | None = None
    joins: tuple[Join, ...] = ()
    approval: Lit[bool] | None = None
    cache: Cache | None = None
    hooks: tuple[Hook, ...] = ()
    earlier: Earlier | None = None

    @property
    def own_uuid(self) -> str | None:
        """The uuid of the run, where it is known before."""
        return None if self.earlier is None else self.earlier.own_uuid

    @property
    def pod(self) -> Pod:
        """The pod of the first role: of a job and a service the only one."""
        return self.roles[0].pod


class Group(Node, frozen=True):
    """Members that run in the order of their edges, at most `concurrency` of them at once.

    Members are units and inner groups in authored order, each with a name of its own; edges name
    members of this very group and make no cycle. A group has succeeded when no member has failed.
    `kind` is `dag`. `limits` and `stopping` hold for the group as a whole; each unit has its own.
    With a `sweep` or a `search` all of it runs once for each cell, with at most `concurrency`
    members at once in each; inside of it a value of the cell is `dag.matrix.<name>`.
    `approval`, `hooks` and `earlier` are as those of a unit; a group is never resumed.
    """

    name: str
    kind: str
    members: tuple[Unit | Group, ...]
    edges: tuple[Edge, ...] = ()
    concurrency: int | None = None
    inputs: tuple[Input, ...] = ()
    start: Start | None = None
    limits: Limits | None = None
    namespace: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    stopping: tuple[Stopping, ...] = ()
    sweep: Sweep | None = None
    search: Search | None = None
    joins: tuple[Join, ...] = ()
    approval: Lit[bool] | None = None
    hooks: tuple[Hook, ...] = ()
    earlier: Earlier | None = None

    @property
    def own_uuid(self) -> str | None:
        """None: a group has a uuid when it runs."""
        return None

    def units(self) -> Iterator[Unit]:
        """Every unit of this group and of those inside of it."""
        for member in self.members:
            if isinstance(member, Unit):
                yield member
            else:
                yield from member.units()


class Event(Node, frozen=True):
    """What starts a plan from outside of it: any of `kinds` that comes of `origin`.

    `origin` is what the author names, without braces: `runs.UUID`, `connections.NAME`. `url` is the
    address of a connection that has one.
    """

    origin: str
    kinds: tuple[str, ...]
    url: str = ""


class AskedParam(Node, frozen=True):
    """An input that somebody gives when the run is started: `params.<name>` in the plan.

    `default` is its value where nobody does, which may be none; `options` are all that it may be.
    """

    name: str
    type: str
    default: Any
    has_default: bool = True
    description: str = ""
    options: tuple[Any, ...] = ()


class Named(Node, frozen=True):
    """Something that an author names and that has become a part of the plan, or says where it runs.

    `kind` is component, path, url (all three are referenced), preset, queue, namespace, connection,
    or bucket, for an address among the params. `owner` are the names that lead to the operation.
    """

    kind: str
    name: Scalar
    owner: str = ""


class Plan(Node, frozen=True):
    """Everything to emit. A plan with demands a target cannot meet is refused by that target.

    A run of its own is the one unit of `units`; a pipeline is a `group`. `project` and `owner` come
    from the workspace; `source` is the file's name as given. `events` tell more of a demand for
    them: with any, the plan is started by the first that comes. `params` are what it is started
    with. `named` is what no unit shows any more; no target has to look at it. `decision` is the id
    of what was decided on access, where objects are to name it.
    """

    name: str
    units: tuple[Unit, ...] = ()
    group: Group | None = None
    timetable: Timetable | None = None
    events: tuple[Event, ...] = ()
    demands: tuple[Demand, ...] = ()
    owner: str = ""
    project: str = ""
    source: str = ""
    params: tuple[AskedParam, ...] = ()
    named: tuple[Named, ...] = ()
    decision: str = ""
