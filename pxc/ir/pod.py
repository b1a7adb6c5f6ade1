"""One pod of a plan: its containers, what comes in before them, and what is kept after them."""

from __future__ import annotations

from pxc.ir.node import KObject, Map, Node, Scalar, Template
from pxc.ir.run import Environment


class Injection(Node, frozen=True):
    """A Secret or a ConfigMap of the cluster, by name, that a connection brings into a container.

    `resource` is `secret` or `configMap`. With a `mount_path` its keys (all of them, or `items`)
    are files there, with `default_mode` as their permissions; without one they are variables.
    """

    resource: str
    name: str
    mount_path: str | None = None
    items: tuple[str, ...] = ()
    default_mode: int | None = None


class Store(Node, frozen=True):
    """Where the files of a connection lie; `kind` is host_path, volume_claim, s3, gcs or wasb.

    `path` is the directory a volume is mounted at, or a bucket's URL, without a slash at its end.
    `volume` is the claim's name or the directory of the host; empty for a bucket.
    """

    kind: str
    path: str
    volume: str = ""
    read_only: bool = False


class Attachment(Node, frozen=True):
    """A connection of the catalog as one container uses it; never the value of a secret.

    `span` is where the author asked for it. `env` holds V1EnvVar entries, `annotations` are the
    pod's. `schema` is the connection's own, as the catalog writes it. One that is not `told` brings
    in what its catalog gives every run, and the program is not told of it.
    """

    name: str
    kind: str
    store: Store | None = None
    injections: tuple[Injection, ...] = ()
    env: tuple[KObject, ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    schema: Map | None = None
    told: bool = True


class GitStep(Node, frozen=True):
    """A repository checked out before the main container starts.

    `destination` is the absolute directory of the work tree; `volume_path` the directory of the
    volume it lies in (the context root, or an authored `path`). `attachment` brings credentials;
    `container` holds what the author changes of the step's own container.
    """

    url: Scalar
    revision: Scalar | None
    flags: tuple[Scalar, ...]
    destination: str | Template
    volume_path: str | Template
    attachment: Attachment | None = None
    container: KObject | None = None


class Copy(Node, frozen=True):
    """A file or a directory of a store and where it goes.

    `kind` is `file`, `dir`, `any` where only the store knows, or `resume` for what need not be
    there. `source` is relative to the store's path, empty for all of it; `target` is absolute.
    """

    source: Scalar
    target: Scalar
    kind: str = "any"


class TransferStep(Node, frozen=True):
    """Files of a store copied into the pod before the main container starts.

    Names that match `left_out`, a pattern of rclone's, are not copied.
    """

    attachment: Attachment
    copies: tuple[Copy, ...]
    volume_path: str | Template
    workers: Scalar | None = None
    container: KObject | None = None
    left_out: str = ""


class FileStep(Node, frozen=True):
    """A file written as given; `mode` is a number or a `chmod` expression such as `+x`."""

    content: Scalar
    directory: str | Template
    filename: str
    volume_path: str | Template
    mode: str | None = None
    container: KObject | None = None


class ContainerStep(Node, frozen=True):
    """A container of the author's own that runs before the main one."""

    container: KObject
    volume_path: str | Template | None = None
    attachment: Attachment | None = None


Step = GitStep | TransferStep | FileStep | ContainerStep
"""What a pod does before its main container starts."""


class Results(Node, frozen=True):
    """Where what a run writes below its own directory is kept when it has ended.

    `resume` brings back, in a further try of the same run, what an earlier one left there; `again`
    does in every run, since later runs of a search go on from earlier ones under their identity.
    With `required` there is an earlier one, and a run that does not find what it left has failed.
    What is not `copied` is written to the store itself, which is a volume.
    """

    attachment: Attachment
    resume: bool = True
    copied: bool = True
    again: bool = False
    required: bool = False


class Watch(Node, frozen=True):
    """What Polyaxon's own containers beside a run are told; of use where a cluster has them.

    The times are seconds between two looks at the run and between two uploads of its files; None
    where the author says nothing.
    """

    auth: bool = False
    tmux: bool = False
    collect_logs: bool = True
    collect_resources: bool = True
    log_level: str | None = None
    image: str | None = None
    image_tag: str | None = None
    image_pull_policy: str | None = None
    sleep_interval: int | None = None
    sync_interval: int | None = None
    monitor_logs: bool = True
    monitor_spec: bool = False
    resources: KObject | None = None


class Pod(Node, frozen=True):
    """One pod: every part evaluated, so that only run-time references are left in templates.

    `main` has no name yet; the target gives it. `init` keeps the authored order. `attachments`
    are the connections of the main container, and of the sidecars where `sidecars_attached`;
    `artifacts_store` names the one that keeps what runs leave, whether it is among them or not.
    `shm` asks for a memory-backed `/dev/shm`, `docker` for the host's docker socket. `watch` is
    there where the author says anything of what watches the run, which changes nothing that runs.
    """

    main: KObject
    init: tuple[Step, ...] = ()
    sidecars: tuple[KObject, ...] = ()
    volumes: tuple[KObject, ...] = ()
    environment: Environment | None = None
    attachments: tuple[Attachment, ...] = ()
    sidecars_attached: bool = True
    artifacts_store: str | None = None
    results: Results | None = None
    shm: bool = False
    docker: bool = False
    watch: Watch | None = None


class Role(Node, frozen=True):
    """One role of a distributed run: `name` as the author writes it (`worker`, `ps`, `head`).

    `start_params` are Ray's `rayStartParams`.
    """

    name: str
    pod: Pod
    replicas: int | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    start_params: Map | None = None
