"""The one door to the outside: options, workspace, catalog and the language, handed to passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from pxc.access.organization import Rules
    from pxc.access.principal import Principal
    from pxc.diagnostics import Report
    from pxc.ir.join import Order, Query
    from pxc.ir.node import Lit, Map, Template, Value
    from pxc.ir.program import Connection, Version
    from pxc.ir.run import Replica, Run
    from pxc.ir.spec import Operation
    from pxc.ir.sweep import Sweep
    from pxc.source import Source, Span


LAST_DAY = "9999-12-31"
"""Today where nobody says it: after all others, so that whatever ends has ended."""


GIVEN_BY_HUB = "<hub>"
"""The file of a reference that the command line gives by `--hub`."""


class Images(Struct, frozen=True, kw_only=True):
    """The images of the steps that pxc adds to a pod, each pinned by tag or digest.

    `git` needs git and a POSIX shell, `rclone` needs rclone and a POSIX shell, `shell` a POSIX
    shell with the ordinary tools, `tuner` needs `pxc-tuner` of this very release. `init` and
    `sidecar` are Polyaxon's own, for its profile.
    """

    git: str = "alpine/git:v2.49.1"
    rclone: str = "rclone/rclone:1.75.1"
    shell: str = "busybox:1.37.0"
    tuner: str = "pxc-tuner:0.1.0"
    init: str = "polyaxon/polyaxon-init:2.18.0"
    sidecar: str = "polyaxon/polyaxon-sidecar:2.18.0"


class Runtime(Struct, frozen=True, kw_only=True):
    """What stands around a run in a cluster; times in seconds.

    `profile` is `standalone`, which needs nothing of Polyaxon, or `polyaxon`: its own containers
    and the API server at `host`; the Secret `token_secret` has the token that opens it. `tracking`
    makes Polyaxon's own tracking client work without a server. `upload_interval` is the time
    between two uploads of a running run's results, `upload_grace` the time the last one has.
    """

    profile: str = "standalone"
    host: str = ""
    token_secret: str = ""
    images: Images = Images()
    tracking: bool = True
    upload_interval: int = 30
    upload_grace: int = 300

    @property
    def polyaxon(self) -> bool:
        """Whether the cluster runs Polyaxon, and its containers stand beside the run."""
        return self.profile == "polyaxon"

    @property
    def tracks_offline(self) -> bool:
        """Whether the tracking client is told to do without a server."""
        return self.tracking and not self.polyaxon


class ArgoOptions(Struct, frozen=True, kw_only=True):
    """What an Argo workflow is written as: `kind` is workflow, template or cron.

    `version` is the release it is for; empty for what every release from 3.6 on takes.
    `service_account` is the one its pods run as. `events_as` is what watches the runs whose events
    start it: none, or a sensor of Argo Events.
    """

    kind: str = "workflow"
    version: str = ""
    service_account: str = ""
    events_as: str = "none"


class AirflowOptions(Struct, frozen=True, kw_only=True):
    """What a DAG file is written for: `release` is 3, 2, or both for a file that either takes.

    `params` are the inputs that Airflow asks for when a run is started.
    """

    release: str = "both"
    params: tuple[str, ...] = ()


class AclOptions(Struct, frozen=True, kw_only=True):
    """What access control does.

    `mode` is enforce (a denial is an error), warn, or off. `undeclared` names, which the catalog
    lacks, and `unresolved` ones, which only a run knows, are denied or allowed. With `strict_quota`
    a demand that would have to wait is an error. With `annotate` what is written names the decision
    on it (`pxc.dev/decision`).
    """

    mode: str = "enforce"
    undeclared: str = "deny"
    unresolved: str = "deny"
    strict_quota: bool = False
    annotate: bool = False


class RegistryOptions(Struct, frozen=True, kw_only=True):
    """A registry of components: `kind` is one of `pxc.hub.registries.KINDS`.

    `ref` is the branch or tag of a repository of git, `path` the folder in it. `orgs` are the
    organizations whose components it has. `unsigned` is what is done with a version that nobody
    signed: allow, warn or deny; empty for what holds for all. `mutable_tags` may be moved by who
    publishes. `signed_by` are public keys of minisign, one of which must have signed the index of a
    web server. `token_env` and `cert_env` are names of environment variables: of a token, and of
    the path of a PEM file with a client's certificate and its key.
    """

    name: str
    kind: str
    url: str
    ref: str = ""
    path: str = ""
    orgs: tuple[str, ...] = ()
    unsigned: str = ""
    mutable_tags: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    token_env: str = ""
    cert_env: str = ""


ANY_ORG = "*"
"""The organization of a signer who may sign for each, and for components of none."""


class Signer(Struct, frozen=True, kw_only=True):
    """Somebody whose signatures count: a public key of minisign, and for which organizations."""

    name: str
    key: str
    orgs: tuple[str, ...]


class HubOptions(Struct, frozen=True, kw_only=True):
    """Where components come from.

    `unsigned` is what is done with a version that nobody signed: allow, warn or deny;
    `unsigned_orgs` are organizations with their own word for that, `signers` those whose signatures
    count. `url_hosts` are the hosts that a `urlRef` may name. With `locked` only what
    pxc.lock has is taken, with `offline` nothing that needs a network. With `off` no registry is
    asked at all: components are those of the catalog.
    """

    off: bool = False
    registries: tuple[RegistryOptions, ...] = ()
    unsigned: str = "allow"
    unsigned_orgs: tuple[tuple[str, str], ...] = ()
    signers: tuple[Signer, ...] = ()
    url_hosts: tuple[str, ...] = ()
    locked: bool = False
    offline: bool = False


class Options(Struct, frozen=True, kw_only=True):
    """What the caller chose. Every field has a value, so that equal options are equal runs.

    `spec_version` is the release whose rules hold; None takes what any release took.
    `expose` opens services by a route: none, ingress or gateway, at `expose_host`, through the
    IngressClass or the Gateway `expose_via`. `revision` ends the names of the policy `revision`.
    `rule_options` are those that are not at their default: code, name, value.
    """

    owner: str = "default"
    project: str = "default"
    user: str = ""
    user_email: str = ""
    namespace: str | None = None
    strict_params: bool = False
    spec_version: str | None = None
    rule_options: tuple[tuple[str, str, int], ...] = ()
    name_policy: str = "content"
    revision: str = ""
    expose: str = "none"
    expose_host: str = ""
    expose_via: str = ""
    matrix: str = "auto"
    seed: int = 0
    runtime: Runtime = Runtime()
    allowed_registries: tuple[str, ...] = ()

    queue_as: str = "none"
    """What queues runs: none, kueue or volcano in the cluster, or pool for a pool of Airflow."""

    distributed: str = "operator"
    """What runs several pods as one run: operator, or indexed for an Indexed Job."""

    argo: ArgoOptions = ArgoOptions()

    airflow: AirflowOptions = AirflowOptions()

    service_account: str = ""
    """The service account of pods that name none."""

    acl: AclOptions = AclOptions()

    organization: str = ""
    """The organization that the catalog must be of; empty takes any, and none."""

    project_of: tuple[tuple[str, str], ...] = ()
    """Patterns of paths below the root, each with the project of the files; the first counts."""

    presets: tuple[str, ...] = ()
    """Presets of the catalog laid over the files, after those that they name."""

    default_presets: tuple[str, ...] = ()
    """Presets that every run has, before those that its operation names."""

    queue: str = ""
    """The queue of runs that name none."""

    hub: HubOptions = HubOptions()


class Language(Protocol):
    """The grammar, seen from the passes: text and trees into IR, never the other way."""

    def read_operation(self, source: Source, report: Report, *, preset: bool) -> Operation | None:
        """A whole file as an operation; None when it could not be built (already reported)."""

    def build_run(self, kind: str, fields: Map, report: Report) -> Run | Replica | None:
        """The fields of a runtime patch read as this kind."""

    def quantity_fault(self, text: str) -> str | None:
        """Why a text is no Kubernetes quantity; None when it is one."""

    def quantity(self, text: str) -> Decimal | None:
        """The number that a Kubernetes quantity is; None for a text that is none."""

    def interval_seconds(self, text: str) -> Decimal | str:
        """The seconds of an interval of a schedule; a sentence when it is none."""

    def query(self, written: Lit[Any] | Template) -> Query | str:
        """The conditions of a query of runs; a sentence when it is none."""

    def order(self, written: Lit[Any]) -> tuple[Order, ...] | str:
        """The fields of an order of runs; a sentence when it is none."""

    def parse_value(self, text: str, span: Span) -> Value:
        """A text given from outside (a param) as a literal or a template."""

    def cell_filler(self, sweep: Sweep) -> Callable[[Template, tuple[Any, ...], Report], Any]:
        """What a template that waits for the cell of a sweep is in one cell, fitted to its field.

        What waits for the run, too, stays a template; Invalid after a fault, which is reported.
        """


class Files(Protocol):
    """Reads texts under the workspace's root."""

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """The text of a file; `beside` is the name of the file that refers to it.

        Raises OSError or ValueError with a sentence for the user (missing, outside the root).
        """


class Catalog(Protocol):
    """What an organization offers by name."""

    declared: bool
    """Whether there is a catalog at all; without one every name is taken as given."""

    has_rules: bool
    """Whether there is an organization, whose `rules` say who may use what."""

    artifacts_store: str | None
    """The name of the connection that keeps what runs leave, where there is one."""

    @property
    def rules(self) -> Rules:
        """Everything that says who may use what, and where runs go; who asks loads its types."""

    def connection(self, name: str) -> Connection | None:
        """A connection by name."""

    def connection_names(self) -> tuple[str, ...]:
        """Every connection's name, sorted."""

    def versions(self, kind: str) -> tuple[Version, ...]:
        """The versions of a kind (Model, Artifact, Lineage), in the order of their names."""

    def preset(self, name: str, language: Language, report: Report) -> Operation | None:
        """A preset by name, read as an operation."""

    def preset_names(self) -> tuple[str, ...]:
        """Every preset's name, sorted."""

    def queue_names(self) -> tuple[str, ...]:
        """Every queue's name, sorted."""

    def queue_namespace(self, name: str) -> str | None:
        """The namespace that a queue leads to, where the catalog says so."""

    def component(self, ref: str, report: Report) -> Source | None:
        """The text of the component that a hub reference means; None for one it does not have."""

    def component_names(self) -> tuple[str, ...]:
        """The references of every component, sorted."""


class Hub(Protocol):
    """The components that registries have, on this machine or elsewhere."""

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """The text of the component that a reference names; None for none, which is reported.

        When a file is only linted a component that is not at hand is no fault.
        """

    def component_at(self, url: Lit[str], report: Report) -> Source | None:
        """The text of the component at a URL; None, unreported, where its host is not allowed.

        Any other that cannot be had is reported, unless a file is only linted.
        """


class World(Struct, frozen=True, kw_only=True):
    """Everything a pass may know that is not in the program.

    `principal` is who compiles, None for nobody; `today` is a day as `2027-03-31`, empty for one
    after all others; `overrides` are names of soft denies, each with the reason to do it all the
    same. `hub` finds components that the catalog lacks.
    """

    options: Options
    language: Language
    files: Files
    catalog: Catalog
    principal: Principal | None = None
    today: str = ""
    overrides: tuple[tuple[str, str], ...] = ()
    hub: Hub | None = None
