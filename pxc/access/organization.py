"""The objects of a catalog that say who may use what: people, places, machines and rules."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from pxc.source import Span

__all__ = [
    "Allowance",
    "Bound",
    "Cluster",
    "ConnectionAccess",
    "Deny",
    "Grant",
    "Member",
    "Namespace",
    "NodePool",
    "Object",
    "Organization",
    "OrganizationRole",
    "Policy",
    "PresetRules",
    "Project",
    "Queue",
    "Quota",
    "Restriction",
    "Rules",
    "Selector",
    "Team",
]


class Selector(Struct, frozen=True):
    """What a rule is about: `kind:name`, as `connection:imagenet` or `hostPath:**`.

    In `name`, `*` stands for any characters of one segment between slashes, `**` for any
    characters. A kind alone (`privileged`) has the name `**`. `most` is the bound that follows as
    in `accelerator:nvidia.com/gpu<=4`. `span` is where it is written.
    """

    span: Span
    kind: str
    name: str
    most: Decimal | None = None


class Object(Struct, frozen=True, kw_only=True):
    """One object of the catalog; `span` is the place of its name."""

    span: Span
    name: str


class OrganizationRole(Object, frozen=True):
    """A role of the organization's own: what its base can, and `can` besides."""

    extends: str | None = None
    can: frozenset[str] = frozenset()


class Organization(Object, frozen=True):
    """The organization: its own roles, and the roles of its members where they differ.

    `members` gives a subject (`user:ana`, `serviceAccount:ci`) the role that it has everywhere;
    one that is not named is a `member` where it is in a team, else an `outsider`. `restrict` and
    `presets` hold for every project.
    """

    roles: tuple[OrganizationRole, ...] = ()
    members: tuple[Member, ...] = ()
    restrict: tuple[Restriction, ...] = ()
    presets: tuple[str, ...] = ()


class Member(Struct, frozen=True):
    """Somebody in a team, a project or the organization: `user:ana` and the role there."""

    span: Span
    subject: str
    role: str = "member"


class Team(Object, frozen=True):
    """People who share rights; `external_groups` count only for a verified identity."""

    members: tuple[Member, ...] = ()
    external_groups: tuple[str, ...] = ()
    policy: str | None = None


class Restriction(Struct, frozen=True):
    """A narrowing of one kind of thing to what one of the selectors covers.

    With `excludes` the selectors are what is taken away instead. `span` is where it is written.
    """

    span: Span
    kind: str
    selectors: tuple[Selector, ...]
    excludes: bool = False


class Project(Object, frozen=True):
    """A place for runs. `teams` None lets every member of the organization in.

    `roles` replace the roles that its subjects have in the organization. `namespace` is where its
    runs go on a cluster, None for the workspace's own choice.
    """

    visibility: str = "private"
    teams: tuple[str, ...] | None = None
    roles: tuple[Member, ...] = ()
    policy: str | None = None
    queue: str | None = None
    presets: tuple[str, ...] = ()
    restrict: tuple[Restriction, ...] = ()
    namespace: str | None = None


class Policy(Object, frozen=True):
    """Restrictions under a name, which projects and teams share."""

    restrict: tuple[Restriction, ...] = ()


class ConnectionAccess(Struct, frozen=True, kw_only=True):
    """What the catalog says of a connection besides how it is reached.

    `actions` are those it can be used for at all (`read`, `write`); `owner` is whom to ask
    (`team:data`); hidden ones are not named to whom they are not granted. `clusters` None is all.
    """

    span: Span
    name: str
    actions: frozenset[str] = frozenset(("read", "write"))
    sensitivity: str = ""
    owner: str = ""
    hidden: bool = False
    clusters: tuple[str, ...] | None = None


class PresetRules(Struct, frozen=True, kw_only=True):
    """What a preset of the catalog passes on to whoever may use it."""

    span: Span
    name: str
    delegates: tuple[Selector, ...] = ()
    owner: str = ""


class Namespace(Struct, frozen=True):
    """A namespace of a cluster, with what all in it together may ask for."""

    span: Span
    name: str
    quota: dict[str, Decimal] = field(default_factory=dict)


class NodePool(Struct, frozen=True, kw_only=True):
    """Equal nodes of a cluster: how they are chosen, and what one of them can hold."""

    span: Span
    name: str
    selector: dict[str, str] = field(default_factory=dict)
    taints: tuple[tuple[str, str, str], ...] = ()
    """Key, value and effect; empty where the catalog does not say."""
    allocatable: dict[str, Decimal] = field(default_factory=dict)
    most: int | None = None
    price_per_hour: Decimal | None = None


class Cluster(Object, frozen=True):
    """Where runs are carried out (an agent of Polyaxon's)."""

    namespaces: tuple[Namespace, ...] = ()
    node_pools: tuple[NodePool, ...] = ()
    service_accounts: tuple[str, ...] | None = None
    priority_classes: tuple[str, ...] | None = None
    restrict: tuple[Restriction, ...] = ()


class Queue(Object, frozen=True):
    """A line to a namespace of a cluster, `cluster/queue`, with quotas of its own."""

    cluster: str | None = None
    namespace: str | None = None
    node_pools: tuple[str, ...] | None = None
    priority: int | None = None
    concurrency: int | None = None
    quota: dict[str, Decimal] = field(default_factory=dict)
    owner: str = ""


class Bound(Struct, frozen=True):
    """The most of something that an allowance covers: `per_pod` and `per_run`."""

    per_pod: Decimal | None = None
    per_run: Decimal | None = None


class Allowance(Struct, frozen=True):
    """One entry of a grant: what may be used, for what, and how much of it."""

    span: Span
    selectors: tuple[Selector, ...]
    actions: frozenset[str] = frozenset()
    """Empty for every action."""
    most: Bound | None = None


class Grant(Object, frozen=True):
    """Rights for subjects (`team:vision`, `user:ana`, `role:admin`, `*`).

    `projects` are patterns of names, None for all; `until` is the last day, as `2027-03-31`.
    """

    to: tuple[str, ...]
    allow: tuple[Allowance, ...]
    projects: tuple[str, ...] | None = None
    until: str | None = None


class Deny(Object, frozen=True):
    """What nobody of `to` may use but those of `excepted`; `level` hard, soft or advisory."""

    to: tuple[str, ...]
    excepted: tuple[str, ...]
    deny: tuple[Selector, ...]
    projects: tuple[str, ...] | None = None
    because: str = ""
    help: str = ""
    level: str = "hard"


class Quota(Object, frozen=True):
    """The most that runs may ask for: `scope` user, team, project, queue, organization, ..."""

    scope: str
    subject: str
    limits: dict[str, Decimal]
    """By resource, and `parallelRuns`, `costPerRun`, `costPerHour`, `runDuration` (seconds)."""


class Rules(Struct, kw_only=True):
    """Everything of a catalog that says who may use what, each kind by name.

    `declared` tells that there is any of it: without, everything is allowed. `connections` are the
    names of all connections of the catalog, with what is said of their use where something is;
    `presets` those of its presets. `prices` are per hour of a unit of a resource.
    """

    declared: bool = False
    organization: Organization | None = None
    teams: dict[str, Team] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    connections: dict[str, ConnectionAccess | None] = field(default_factory=dict)
    presets: dict[str, PresetRules | None] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    denies: dict[str, Deny] = field(default_factory=dict)
    quotas: dict[str, Quota] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)
