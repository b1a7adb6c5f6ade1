"""The runtimes: what `run.kind` may say, and the parts they share."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import KObject, ListField, MapField, Node, Scalar, Template


class Environment(Node, frozen=True):
    """Pod level settings (spec: run-kinds section 3)."""

    labels: MapField | None = None
    annotations: MapField | None = None
    node_selector: MapField | None = None
    affinity: KObject | Template | None = None
    tolerations: ListField | None = None
    node_name: Scalar | None = None
    service_account_name: Scalar | None = None
    host_aliases: ListField | None = None
    security_context: KObject | Template | None = None
    image_pull_secrets: ListField | None = None
    host_network: Scalar | None = None
    host_pid: Scalar | None = None
    dns_policy: Scalar | None = None
    dns_config: KObject | Template | None = None
    scheduler_name: Scalar | None = None
    priority_class_name: Scalar | None = None
    priority: Scalar | None = None
    restart_policy: Scalar | None = None


class GitInit(Node, frozen=True):
    """`git` of an init entry."""

    url: Scalar | None = None
    revision: Scalar | None = None
    flags: ListField | None = None


class ArtifactsInit(Node, frozen=True):
    """`artifacts` of an init entry: files and directories to bring in."""

    files: ListField | None = None
    dirs: ListField | None = None
    workers: Scalar | None = None


class DockerfileInit(Node, frozen=True):
    """`dockerfile` of an init entry: what a generated Dockerfile holds."""

    image: Scalar | None = None
    env: Any = None
    path: ListField | None = None
    copy: ListField | None = None
    post_run_copy: ListField | None = None
    run: ListField | None = None
    lang_env: Scalar | None = None
    uid: Scalar | None = None
    gid: Scalar | None = None
    username: Scalar | None = None
    filename: Scalar | None = None
    workdir: Scalar | None = None
    workdir_path: Scalar | None = None
    shell: Scalar | None = None


class FileInit(Node, frozen=True):
    """`file` of an init entry: a file written as given."""

    content: Scalar | None = None
    filename: Scalar | None = None
    kind: Scalar | None = None
    chmod: Scalar | None = None


class TensorboardInit(Node, frozen=True):
    """`tensorboard` of an init entry."""

    port: Scalar | None = None
    uuids: ListField | None = None
    use_names: Scalar | None = None
    path_prefix: Scalar | None = None
    plugins: ListField | None = None


class Init(Node, frozen=True):
    """One step that prepares files before the main container starts."""

    artifacts: ArtifactsInit | Template | None = None
    paths: Any = None
    git: GitInit | None = None
    dockerfile: DockerfileInit | None = None
    file: FileInit | None = None
    tensorboard: TensorboardInit | None = None
    lineage_ref: Scalar | None = None
    model_ref: Scalar | None = None
    artifact_ref: Scalar | None = None
    connection: Scalar | None = None
    path: Scalar | None = None
    container: KObject | None = None


class Pod(Node, frozen=True):
    """What every runtime that is one pod template shares."""

    environment: Environment | Template | None = None
    connections: ListField | None = None
    volumes: ListField | None = None
    init: ListField | None = None
    sidecars: ListField | None = None
    container: KObject | None = None


class Job(Pod, frozen=True):
    """`kind: job`, and the helpers with the same fields: `notifier`, `cleaner`, `tuner`."""

    kind: str = "job"


class Service(Pod, frozen=True):
    """`kind: service`: something that listens."""

    kind: str = "service"
    ports: ListField | None = None
    rewrite_path: Scalar | None = None
    is_external: Scalar | None = None
    replicas: Scalar | None = None


class Replica(Pod, frozen=True):
    """One role of a distributed runtime."""

    replicas: Scalar | None = None
    min_replicas: Scalar | None = None
    max_replicas: Scalar | None = None
    ray_start_params: MapField | None = None


class SchedulingPolicy(Node, frozen=True):
    """`schedulingPolicy` of the Kubeflow kinds."""

    min_available: Scalar | None = None
    queue: Scalar | None = None
    min_resources: Any = None
    priority_class: Scalar | None = None
    schedule_timeout_seconds: Scalar | None = None


class ElasticPolicy(Node, frozen=True):
    """`elasticPolicy` of pytorchjob and paddlejob."""

    min_replicas: Scalar | None = None
    max_replicas: Scalar | None = None
    rdvz_backend: Scalar | None = None
    rdvz_port: Scalar | None = None
    rdvz_host: Scalar | None = None
    rdvz_id: Scalar | None = None
    rdvz_conf: ListField | None = None
    standalone: Scalar | None = None
    n_proc_per_node: Scalar | None = None
    max_restarts: Scalar | None = None
    metrics: ListField | None = None


class Distributed(Node, frozen=True):
    """A runtime made of roles: tfjob, pytorchjob, mpijob and the legacy Kubeflow kinds.

    `roles` holds the role fields of the kind in authored order, under their authored names.
    """

    kind: str = ""
    roles: tuple[tuple[str, Replica], ...] = ()
    clean_pod_policy: Scalar | None = None
    scheduling_policy: SchedulingPolicy | Template | None = None
    elastic_policy: ElasticPolicy | Template | None = None
    n_proc_per_node: Scalar | None = None
    success_policy: Scalar | None = None
    enable_dynamic_worker: Scalar | None = None
    slots_per_worker: Scalar | None = None
    mode: Scalar | None = None


class Spark(Distributed, frozen=True):
    """The legacy kind `spark`: a driver and its executors."""

    type: Scalar | None = None
    spark_version: Scalar | None = None
    python_version: Scalar | None = None
    deploy_mode: Scalar | None = None
    main_class: Scalar | None = None
    main_application_file: Scalar | None = None
    arguments: ListField | None = None
    hadoop_conf: MapField | None = None
    spark_conf: MapField | None = None
    hadoop_config_map: Scalar | None = None
    spark_config_map: Scalar | None = None
    connections: ListField | None = None
    volumes: ListField | None = None


class Cluster(Node, frozen=True):
    """raycluster, daskcluster and the legacy rayjob, daskjob."""

    kind: str = ""
    head: Replica | None = None
    workers: MapField | None = None
    worker: Replica | None = None
    scheduler: Replica | None = None
    job: Replica | None = None
    entrypoint: Scalar | None = None
    runtime_env: Any = None
    metadata: MapField | None = None
    ray_version: Scalar | None = None
    enable_in_tree_autoscaling: Scalar | None = None
    autoscaler_options: Any = None
    min_replicas: Scalar | None = None
    max_replicas: Scalar | None = None


class Legacy(Node, frozen=True):
    """A runtime of older releases kept as it was written (`dask`, `ray`, `flink`)."""

    kind: str = ""
    body: Any = None


class Dag(Node, frozen=True):
    """`kind: dag`: operations and what they share."""

    kind: str = "dag"
    operations: ListField | None = None
    components: ListField | None = None
    environment: Environment | Template | None = None
    connections: ListField | None = None
    volumes: ListField | None = None
    concurrency: Scalar | None = None
    early_stopping: ListField | None = None


Run = Job | Service | Distributed | Cluster | Legacy | Dag
