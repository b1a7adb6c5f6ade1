"""What a workspace and a command line choose, as data: settings that do not come from the file."""

from __future__ import annotations

from msgspec import Struct

__all__ = [
    "ANY_ORG",
    "AclOptions",
    "AirflowOptions",
    "ArgoOptions",
    "HubOptions",
    "Images",
    "Options",
    "RegistryOptions",
    "Runtime",
    "Signer",
]


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
    web server; any server may send whoever asks on to `redirect_hosts`, beside itself. `token_env`
    and `cert_env` are names of environment variables: of a token, and of the path of a PEM file
    with a client's certificate and its key.
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
    redirect_hosts: tuple[str, ...] = ()
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

    `latest` is what is done with a reference that names no version, `unsigned` with a version that
    nobody signed: allow, warn or deny. With `mutable` at lock a tag that may move is taken only as
    pxc.lock has it; at warn it is told of. An entry of pxc.lock that is older than `max_age_days`
    is told of; 0 for any age. `unsigned_orgs` are organizations with their own word for what nobody
    signed, `signers` those whose signatures count. `versions` are components with the range that
    their references without a tag mean, such as `^2`. `url_hosts` are the hosts that a `urlRef` may
    name. With `locked` only what pxc.lock has is taken, with `offline` nothing that needs a
    network. With `off` no registry is asked at all: components are those of the catalog.
    """

    off: bool = False
    registries: tuple[RegistryOptions, ...] = ()
    latest: str = "allow"
    mutable: str = "warn"
    max_age_days: int = 0
    unsigned: str = "allow"
    unsigned_orgs: tuple[tuple[str, str], ...] = ()
    signers: tuple[Signer, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    url_hosts: tuple[str, ...] = ()
    locked: bool = False
    offline: bool = False


EARLIER = ("resume", "restart", "copy", "copy_dirs", "copy_files", "iteration")
"""What a caller says of an earlier run that one begins from, by its names."""


class EarlierRun(Struct, frozen=True, kw_only=True):
    """The earlier run that a run begins from.

    `kind` is resume (the very same run goes on), restart (a new run of the same operation) or copy
    (a restart that begins with a copy of what the earlier one left). `run` is what
    `globals.uuid` was there, `iteration` how often that was done, this time included. `dirs` and
    `files` are what is copied, below the earlier run's own directory; all of it without any.
    """

    kind: str
    run: str
    iteration: int = 1
    dirs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


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

    earlier: EarlierRun | None = None
    """The earlier run that is resumed, restarted or copied."""
