"""The authored document: one class for components, operations and kindless files."""

from __future__ import annotations

from typing import Any

from pxc.ir.matrix import Matrix
from pxc.ir.node import KObject, ListField, Map, MapField, Node, Scalar, Template
from pxc.ir.run import Environment, Run

PATCH_STRATEGIES = ("replace", "isnull", "post_merge", "pre_merge")
"""How one layer is laid over another: `patchStrategy`."""


class Cache(Node, frozen=True):
    """Whether and when a finished run may stand for this one."""

    disable: Scalar | None = None
    ttl: Scalar | None = None
    io: ListField | None = None
    sections: ListField | None = None


class Culling(Node, frozen=True):
    """When an idle service is stopped; seconds."""

    timeout: Scalar | None = None


class Probe(Node, frozen=True):
    """How activity of a service is seen."""

    http: KObject | None = None
    exec: KObject | None = None


class Termination(Node, frozen=True):
    """Retries, deadline and clean-up; seconds."""

    max_retries: Scalar | None = None
    ttl: Scalar | None = None
    timeout: Scalar | None = None
    culling: Culling | Template | None = None
    probe: Probe | Template | None = None
    pod_failure_policy: KObject | Template | None = None


class SidecarPlugin(Node, frozen=True):
    """`plugins.sidecar`."""

    image: Scalar | None = None
    image_tag: Scalar | None = None
    image_pull_policy: Scalar | None = None
    sleep_interval: Scalar | None = None
    sync_interval: Scalar | None = None
    monitor_logs: Scalar | None = None
    monitor_spec: Scalar | None = None
    no_connections: Scalar | None = None
    resources: KObject | None = None


class Notification(Node, frozen=True):
    """`plugins.notifications[]`."""

    connections: ListField | None = None
    trigger: Scalar | None = None


class Plugins(Node, frozen=True):
    """What Polyaxon adds around a run."""

    auth: Scalar | None = None
    docker: Scalar | None = None
    shm: Scalar | None = None
    tmux: Scalar | None = None
    sandbox: Scalar | None = None
    ssh: Scalar | None = None
    mount_artifacts_store: Scalar | None = None
    collect_artifacts: Scalar | None = None
    collect_logs: Scalar | None = None
    collect_resources: Scalar | None = None
    sync_statuses: Scalar | None = None
    auto_resume: Scalar | None = None
    external_host: Scalar | None = None
    log_level: Scalar | None = None
    sidecar: SidecarPlugin | None = None
    notifications: ListField | None = None


class Build(Node, frozen=True):
    """A build that runs first and whose image the run takes."""

    hub_ref: Scalar | None = None
    connection: Scalar | None = None
    presets: ListField | None = None
    queue: Scalar | None = None
    namespace: Scalar | None = None
    cache: Cache | Template | None = None
    params: MapField | None = None
    run_patch: Map | None = None
    patch_strategy: Scalar | None = None


class Hook(Node, frozen=True):
    """A component that runs when this run has ended."""

    hub_ref: Scalar | None = None
    connection: Scalar | None = None
    trigger: Scalar | None = None
    conditions: Scalar | None = None
    presets: ListField | None = None
    queue: Scalar | None = None
    namespace: Scalar | None = None
    params: MapField | None = None
    disable_defaults: Scalar | None = None


class Schedule(Node, frozen=True):
    """`schedule`: cron, interval or datetime."""

    kind: str = ""
    cron: Scalar | None = None
    frequency: Scalar | None = None
    start_at: Scalar | None = None
    end_at: Scalar | None = None
    max_runs: Scalar | None = None
    depends_on_past: Scalar | None = None


class Event(Node, frozen=True):
    """What may start an operation instead of its upstreams."""

    kinds: ListField | None = None
    ref: Scalar | None = None


class TemplateSection(Node, frozen=True):
    """`template`: marks a file that must be edited before it runs."""

    enabled: Scalar | None = None
    description: Scalar | None = None
    fields: ListField | None = None


class Mount(Node, frozen=True):
    """`mount`: local files that the command line client uploads."""

    path_from: Scalar | None = None
    path_to: Scalar | None = None


class Operation(Node, frozen=True):
    """A component, an operation or a kindless file: one model, as in release 2.18.

    `run_fields` holds `run` as written when it has no kind of its own and so patches the runtime
    of a base; `run_patch` is always as written, because it is read with the kind of the base.
    """

    kind: str | None = None
    version: Scalar | None = None
    name: Scalar | None = None
    description: Scalar | None = None
    tags: ListField | None = None
    presets: ListField | None = None
    strict_params: Scalar | None = None
    queue: Scalar | None = None
    namespace: Scalar | None = None
    cache: Cache | Template | None = None
    termination: Termination | Template | None = None
    plugins: Plugins | Template | None = None
    build: Build | Template | None = None
    hooks: ListField | None = None
    is_approved: Scalar | None = None
    cost: Scalar | None = None
    mount: ListField | None = None
    inputs: ListField | None = None
    outputs: ListField | None = None
    params: MapField | None = None
    run: Run | None = None
    run_fields: Map | None = None
    run_patch: Map | None = None
    patch_strategy: Scalar | None = None
    is_preset: Scalar | None = None
    hub_ref: Scalar | None = None
    dag_ref: Scalar | None = None
    url_ref: Scalar | None = None
    path_ref: Scalar | None = None
    component: Operation | None = None
    template: TemplateSection | None = None
    schedule: Schedule | Template | None = None
    events: ListField | None = None
    matrix: Matrix | Template | None = None
    joins: ListField | None = None
    dependencies: ListField | None = None
    trigger: Scalar | None = None
    conditions: Scalar | None = None
    skip_on_upstream_skip: Scalar | None = None
    # root shortcuts (release 2.18)
    ports: ListField | None = None
    container: KObject | None = None
    cmd: Any = None
    env: MapField | None = None
    resources: MapField | None = None
    environment: Environment | None = None
    connections: ListField | None = None
    volumes: ListField | None = None
    init: ListField | None = None
    sidecars: ListField | None = None
