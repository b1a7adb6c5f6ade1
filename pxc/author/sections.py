"""The builders of the sections of a Polyaxonfile.

Written by `python -m pxc.grammar.python.builders` from the table of the language: do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from pxc.author.documents import (
    ComponentSection,
    DeclarationSection,
    OperationSection,
    ReferringSection,
)
from pxc.author.expressions import Expr
from pxc.author.kubernetes import (
    Affinity,
    Container,
    EnvironmentSecurityContext,
    ExecAction,
    HTTPGetAction,
    HostAlias,
    PodDNSConfig,
    PodFailurePolicy,
    ResourceRequirements,
    Toleration,
    Volume,
)
from pxc.author.ports import DeclaredField, ReferredField
from pxc.author.section import UNSET, Section, section
from pxc.author.space import Space

__all__ = [
    "Artifacts",
    "Bayes",
    "Build",
    "Cache",
    "Choice",
    "CleanerJob",
    "Component",
    "Cron",
    "Culling",
    "Dag",
    "DaskCluster",
    "DaskJob",
    "Daterange",
    "Datetime",
    "Datetimerange",
    "Dockerfile",
    "EarlyStopping",
    "ElasticPolicy",
    "Environment",
    "Event",
    "FailureEarlyStopping",
    "File",
    "GaussianProcess",
    "Geomspace",
    "Git",
    "Grid",
    "Hook",
    "Hyperband",
    "Hyperopt",
    "IO",
    "Init",
    "Interval",
    "Iterative",
    "Job",
    "Join",
    "Linspace",
    "Lognormal",
    "Logspace",
    "Loguniform",
    "MPIJob",
    "MXJob",
    "MappingMatrix",
    "Matrix",
    "Metric",
    "MetricEarlyStopping",
    "Mount",
    "Normal",
    "Notification",
    "NotifierJob",
    "Operation",
    "PaddleJob",
    "Param",
    "Pchoice",
    "Plugins",
    "PytorchJob",
    "Qlognormal",
    "Qloguniform",
    "Qnormal",
    "Quniform",
    "Random",
    "Range",
    "RayCluster",
    "RayJob",
    "RayReplica",
    "Replica",
    "Resource",
    "Run",
    "Schedule",
    "SchedulingPolicy",
    "Service",
    "SidecarPlugin",
    "Spark",
    "StoppingPolicy",
    "TFJob",
    "TPE",
    "Template",
    "Tensorboard",
    "Termination",
    "TerminationProbe",
    "Tuner",
    "TunerJob",
    "Uniform",
    "UtilityFunction",
    "Validation",
    "XGBJob",
    "artifacts",
    "bayes",
    "build",
    "cache",
    "choice",
    "cleaner_job",
    "component",
    "cron",
    "culling",
    "dag",
    "daskcluster",
    "daskjob",
    "daterange",
    "datetime",
    "datetimerange",
    "dockerfile",
    "elastic_policy",
    "environment",
    "event",
    "failure_early_stopping",
    "file",
    "gaussian_process",
    "geomspace",
    "git",
    "grid",
    "hook",
    "hyperband",
    "hyperopt",
    "init",
    "interval",
    "io",
    "iterative",
    "job",
    "join",
    "linspace",
    "lognormal",
    "logspace",
    "loguniform",
    "mapping",
    "metric",
    "metric_early_stopping",
    "mount",
    "mpijob",
    "mxjob",
    "normal",
    "notification",
    "notifier_job",
    "operation",
    "paddlejob",
    "param",
    "pchoice",
    "plugins",
    "pytorchjob",
    "qlognormal",
    "qloguniform",
    "qnormal",
    "quniform",
    "random",
    "range",
    "ray_replica",
    "raycluster",
    "rayjob",
    "replica",
    "resource",
    "scheduling_policy",
    "service",
    "sidecar_plugin",
    "spark",
    "stopping_policy",
    "template",
    "tensorboard",
    "termination",
    "termination_probe",
    "tfjob",
    "tpe",
    "tuner",
    "tuner_job",
    "uniform",
    "utility_function",
    "validation",
    "xgbjob",
]


@section
class Component(ComponentSection):
    """What runs, with its inputs and outputs: a file of `kind: component`."""

    refers_: ClassVar[Mapping[str, str]] = {"dependencies": ""}

    version: float | str | None = UNSET
    """Version of the specification: 1.1."""
    name: str | None = UNSET
    """Name: letters, digits, `-` and `_`."""
    description: str | None = UNSET
    """What it does."""
    tags: Sequence[str] | str | None = UNSET
    """Tags."""
    is_preset: bool | Expr | None = UNSET
    """Whether this file is a preset."""
    patch_strategy: Literal["replace", "isnull", "post_merge", "pre_merge"] | Expr | None = UNSET
    """How this file is merged over its base."""
    presets: Sequence[str] | str | None = UNSET
    """Presets of the organization to apply."""
    queue: str | None = UNSET
    """Queue, as `queue` or `agent/queue`."""
    namespace: str | None = UNSET
    """Kubernetes namespace (since release 2.1)."""
    is_approved: bool | Expr | None = UNSET
    """Whether the run may start without approval (since release 1.2)."""
    cost: float | Expr | None = UNSET
    """Cost of the run (since release 1.9)."""
    strict_params: bool | Expr | None = UNSET
    """Refuse params that are not declared (since release 2.18)."""
    cache: Cache | Mapping[str, object] | None = UNSET
    """Reuse of finished runs."""
    schedule: Schedule | Mapping[str, object] | None = UNSET
    """When runs start."""
    events: Sequence[Event | Mapping[str, object]] | None = UNSET
    """Events that start the operation (since release 1.2)."""
    dependencies: Sequence[Operation | str] | Expr | None = UNSET
    """Operations that run before."""
    trigger: Literal[
        "all_succeeded", "all_failed", "all_done", "one_succeeded", "one_failed", "one_done",
    ] | Expr | None = UNSET
    """What the upstreams must have done."""
    conditions: str | None = UNSET
    """Expression that must be true, else the run is skipped."""
    skip_on_upstream_skip: bool | None = UNSET
    """Skip when an upstream is skipped."""
    mount: Sequence[Mount | str | Mapping[str, object]] | None = UNSET
    """Local files to upload (since release 2.13)."""
    inputs: DeclaredField = DeclaredField("inputs")
    """Declared inputs."""
    outputs: DeclaredField = DeclaredField("outputs")
    """Declared outputs."""
    joins: Sequence[Join | Mapping[str, object]] | None = UNSET
    """Params gathered from other runs (since release 1.2)."""
    params: Mapping[str, object] | None = UNSET
    """Values of the inputs."""
    matrix: Matrix | Mapping[str, object] | None = UNSET
    """Hyper-parameter search."""
    termination: Termination | Mapping[str, object] | None = UNSET
    """Retries, deadline and clean-up."""
    plugins: Plugins | Mapping[str, object] | None = UNSET
    """What is added around the run."""
    build: Build | Mapping[str, object] | None = UNSET
    """A build that runs first (since release 1.9)."""
    hooks: Sequence[Hook | Mapping[str, object]] | None = UNSET
    """Components that run when this run ends."""
    template: Template | Mapping[str, object] | None = UNSET
    """What must be filled in before the file runs."""
    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings (since release 2.18)."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container (since release 2.18)."""
    volumes: Sequence[Volume | Mapping[str, object]] | Expr | None = UNSET
    """Volumes of the pod (since release 2.18)."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container (since release 2.18)."""
    sidecars: Sequence[Container | Mapping[str, object]] | Expr | None = UNSET
    """Containers beside the main one (since release 2.18)."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container (since release 2.18)."""
    cmd: str | Sequence[str] | None = UNSET
    """Shell commands of the main container (since release 2.18)."""
    env: Mapping[str, str] | None = UNSET
    """Environment variables of the main container (since release 2.18)."""
    resources: Mapping[str, str | int | float] | None = UNSET
    """Resources of the main container (since release 2.18)."""
    ports: Sequence[int | Expr] | Expr | None = UNSET
    """Ports of a service (since release 2.18)."""
    run_patch: Section | Mapping[str, object] | None = UNSET
    """Patch of the runtime."""
    run: Run | Mapping[str, object] | None = UNSET
    """What runs."""
    hub_ref: str | None = UNSET
    """Component of a hub."""
    dag_ref: str | None = UNSET
    """Component of the enclosing dag."""
    url_ref: str | None = UNSET
    """Component at a URL."""
    path_ref: str | None = UNSET
    """Component in a file."""
    component: Component | Operation | Mapping[str, object] | None = UNSET
    """Inline component."""


component = Component


@section
class Cache(Section):
    """Reuse of finished runs."""

    disable: bool | Expr | None = UNSET
    """Turn caching off (`true`) or on (`false`)."""
    ttl: int | Expr | None = UNSET
    """Seconds a finished run may be reused."""
    io: Sequence[str] | Expr | None = UNSET
    """Inputs and outputs that take part in the state (since release 1.6)."""
    sections: Sequence[Literal["containers", "init", "connections"] | Expr] | Expr | None = UNSET
    """Runtime parts that take part in the state (since release 1.11)."""


cache = Cache


@section
class Cron(Section):
    """Runs start as a cron expression says: `kind: cron`."""

    kind_: ClassVar[str] = "cron"

    cron: str
    """Cron expression with five fields."""
    start_at: str | date | None = UNSET
    """First start (ISO 8601)."""
    end_at: str | date | None = UNSET
    """No start after this time."""
    max_runs: int | Expr | None = UNSET
    """How many runs at most (since release 1.2)."""
    depends_on_past: bool | Expr | None = UNSET
    """Wait for the previous run to finish."""


cron = Cron


@section
class Interval(Section):
    """Runs start again and again after a while: `kind: interval`."""

    kind_: ClassVar[str] = "interval"

    frequency: int | float | str | timedelta
    """Seconds, ISO 8601 duration or HH:MM:SS."""
    start_at: str | date | None = UNSET
    """First start (ISO 8601)."""
    end_at: str | date | None = UNSET
    """No start after this time."""
    max_runs: int | Expr | None = UNSET
    """How many runs at most (since release 1.2)."""
    depends_on_past: bool | Expr | None = UNSET
    """Wait for the previous run to finish."""


interval = Interval


@section
class Datetime(Section):
    """One run starts at a time (since release 1.2): `kind: datetime`."""

    kind_: ClassVar[str] = "datetime"

    start_at: str | date
    """First start (ISO 8601)."""


datetime = Datetime


@section
class Event(ReferringSection):
    """Events that start the operation."""

    refers_: ClassVar[Mapping[str, str]] = {"ref": "ops."}

    ref: Operation | str
    """Whose events count: `ops.NAME` or `runs.UUID`."""
    kinds: Sequence[Literal[
        "run_status_created", "run_status_resuming", "run_status_on_schedule",
        "run_status_compiled", "run_status_queued", "run_status_scheduled",
        "run_status_starting", "run_status_running", "run_status_processing",
        "run_status_stopping", "run_status_failed", "run_status_stopped",
        "run_status_succeeded", "run_status_skipped", "run_status_warning",
        "run_status_unschedulable", "run_status_upstream_failed", "run_status_retrying",
        "run_status_unknown", "run_status_done", "run_approved_actor",
        "run_invalidated_actor", "run_new_artifacts", "connection_git_commit",
        "connection_dataset_version", "connection_registry_image", "alert_info",
        "alert_warning", "alert_critical", "model_version_new_metric",
        "project_custom_event", "org_custom_event",
    ] | Expr] | Expr
    """Which events count."""


event = Event


@section
class Mount(Section):
    """The section `mount`."""

    from_: str | None = UNSET
    """The local path."""
    to: str | None = UNSET
    """Where it goes."""


mount = Mount


@section
class IO(DeclarationSection):
    """Declared inputs."""

    name: str
    """Name, used in expressions."""
    description: str | None = UNSET
    """What it is for."""
    type: str | None = UNSET
    """Type of the value."""
    value: object = UNSET
    """Default value."""
    is_optional: bool | None = UNSET
    """Whether it may be left out."""
    is_list: bool | None = UNSET
    """Whether the value is a list of the type."""
    is_flag: bool | None = UNSET
    """Render a boolean as `--name` or nothing."""
    arg_format: str | None = UNSET
    """Template of `params.NAME.as_arg`."""
    connection: str | None = UNSET
    """Connection the value belongs to."""
    to_init: bool | Expr | None = UNSET
    """Bring the value in by an init step."""
    to_env: str | None = UNSET
    """Environment variable that holds the value (since release 1.11)."""
    validation: Validation | Mapping[str, object] | None = UNSET
    """What a value must satisfy (since release 2.0)."""
    delay_validation: bool | None = UNSET
    """Deprecated: use `validation.delay`."""
    options: object = UNSET
    """Deprecated: use `validation.options`."""


io = IO


@section
class Validation(Section):
    """What a value must satisfy."""

    delay: bool | Expr | None = UNSET
    """Validate when the run starts."""
    gt: float | Expr | None = UNSET
    """Greater than."""
    ge: float | Expr | None = UNSET
    """Greater than or equal."""
    lt: float | Expr | None = UNSET
    """Less than."""
    le: float | Expr | None = UNSET
    """Less than or equal."""
    multiple_of: float | Expr | None = UNSET
    """A multiple of."""
    min_digits: int | Expr | None = UNSET
    """Least number of digits."""
    max_digits: int | Expr | None = UNSET
    """Largest number of digits."""
    decimal_places: int | Expr | None = UNSET
    """Largest number of decimal places."""
    regex: str | None = UNSET
    """Regular expression the text must match."""
    min_length: int | Expr | None = UNSET
    """Least length."""
    max_length: int | Expr | None = UNSET
    """Largest length."""
    contains: object = UNSET
    """What the value must contain."""
    excludes: object = UNSET
    """What the value must not contain."""
    options: object = UNSET
    """The values that are allowed."""
    min_items: int | Expr | None = UNSET
    """Least number of items."""
    max_items: int | Expr | None = UNSET
    """Largest number of items."""
    keys: Sequence[str] | Expr | None = UNSET
    """Keys that must be there."""
    contains_keys: Sequence[str] | Expr | None = UNSET
    """Keys that must be there."""
    excludes_keys: Sequence[str] | Expr | None = UNSET
    """Keys that must not be there."""


validation = Validation


@section
class Join(ReferringSection):
    """Params gathered from other runs."""

    refers_: ClassVar[Mapping[str, str]] = {"ref": "ops."}

    query: str
    """Query that selects runs."""
    sort: str | None = UNSET
    """Order of the runs."""
    limit: int | Expr | None = UNSET
    """How many runs at most."""
    offset: int | Expr | None = UNSET
    """How many runs are passed over."""
    ref: Operation | str | None = UNSET
    """Upstream the runs belong to (since release 2.0)."""
    params: Mapping[str, object] | None = UNSET
    """Which values of the runs become params."""


join = Join


@section
class Param(ReferringSection):
    """The section `param`."""

    refers_: ClassVar[Mapping[str, str]] = {"ref": "ops."}

    value: object = UNSET
    """The value."""
    ref: Operation | str | None = UNSET
    """Who gives the value: `ops.NAME`, `runs.UUID` or `dag`."""
    to_init: bool | Expr | None = UNSET
    """Bring the value in by an init step."""
    to_env: str | None = UNSET
    """Environment variable that holds the value (since release 1.11)."""
    context_only: bool | Expr | None = UNSET
    """For expressions only: no input needs to declare it."""
    connection: str | None = UNSET
    """Connection the value belongs to."""


param = Param


@section
class MappingMatrix(Section):
    """The runs of a list of params: `kind: mapping`."""

    kind_: ClassVar[str] = "mapping"
    label_: ClassVar[str] = "mapping"

    values: Sequence[object] | Expr
    """One map a run."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


mapping = MappingMatrix


@section
class MetricEarlyStopping(Section):
    """A metric that is good enough stops the rest: `kind: metric_early_stopping`."""

    kind_: ClassVar[str] = "metric_early_stopping"

    metric: str
    """Metric that is watched."""
    value: float | Expr
    """Value that stops."""
    optimization: Literal["maximize", "minimize"] | Expr
    """Direction."""
    policy: StoppingPolicy | Mapping[str, object] | None = UNSET
    """How runs are compared."""


metric_early_stopping = MetricEarlyStopping


@section
class StoppingPolicy(Section):
    """How runs are compared."""

    kind: Literal["median", "truncation", "diff"]
    """Kind of the policy."""
    percent: float | Expr | None = UNSET
    """Percentage."""
    include_succeeded: bool | Expr | None = UNSET
    """Count succeeded runs too (since release 2.0)."""
    evaluation_interval: int | Expr
    """Steps between evaluations."""
    min_interval: int | Expr | None = UNSET
    """Steps before the first evaluation."""
    min_samples: int | Expr | None = UNSET
    """Runs needed for an evaluation."""


stopping_policy = StoppingPolicy


@section
class FailureEarlyStopping(Section):
    """Too many failed runs stop the rest: `kind: failure_early_stopping`."""

    kind_: ClassVar[str] = "failure_early_stopping"

    percent: float | Expr
    """Percentage of failed runs that stops."""


failure_early_stopping = FailureEarlyStopping


@section
class Grid(Section):
    """All combinations: `kind: grid`."""

    kind_: ClassVar[str] = "grid"

    params: Mapping[str, Space | Mapping[str, object]] | Expr
    """The search space of each param."""
    num_runs: int | Expr | None = UNSET
    """How many runs."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


grid = Grid


@section
class Random(Section):
    """Random points of the space: `kind: random`."""

    kind_: ClassVar[str] = "random"

    params: Mapping[str, Space | Mapping[str, object]] | Expr
    """The search space of each param."""
    num_runs: int | Expr
    """How many runs."""
    seed: int | Expr | None = UNSET
    """Seed of the random generator."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


random = Random


@section
class Hyperband(Section):
    """Many short runs, of which the best go on: `kind: hyperband`."""

    kind_: ClassVar[str] = "hyperband"

    params: Mapping[str, Space | Mapping[str, object]] | Expr
    """The search space of each param."""
    max_iterations: int | Expr | None = UNSET
    """How many runs."""
    eta: float | Expr | None = UNSET
    """How many are kept of each rung."""
    resource: Resource | Mapping[str, object] | None = UNSET
    """What a rung grows."""
    metric: Metric | Mapping[str, object] | None = UNSET
    """What is optimized."""
    resume: bool | Expr | None = UNSET
    """Resume runs instead of starting anew."""
    seed: int | Expr | None = UNSET
    """Seed of the random generator."""
    tuner: Tuner | Mapping[str, object] | None = UNSET
    """Who proposes runs (since release 1.6)."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


hyperband = Hyperband


@section
class Resource(Section):
    """What a rung grows."""

    name: str
    """Param that holds the resource."""
    type: Literal["int", "float"] | Expr | None = UNSET
    """Type of the resource."""


resource = Resource


@section
class Metric(Section):
    """What is optimized."""

    name: str
    """Name of the metric."""
    optimization: Literal["maximize", "minimize"] | Expr | None = UNSET
    """Direction."""


metric = Metric


@section
class Tuner(Section):
    """Who proposes runs."""

    hub_ref: str
    """Component that proposes runs (since release 1.6)."""
    presets: Sequence[str] | Expr | None = UNSET
    """Presets of the tuner (since release 1.6)."""
    queue: str | None = UNSET
    """Queue of the tuner (since release 1.6)."""
    namespace: str | None = UNSET
    """Namespace of the tuner (since release 2.1)."""
    params: Mapping[str, object] | Expr | None = UNSET
    """Params of the tuner (since release 1.6)."""


tuner = Tuner


@section
class Bayes(Section):
    """Points that a Gaussian process proposes: `kind: bayes`."""

    kind_: ClassVar[str] = "bayes"

    params: Mapping[str, Space | Mapping[str, object]] | Expr
    """The search space of each param."""
    num_initial_runs: int | Expr
    """How many runs."""
    max_iterations: int | Expr
    """How many runs (since release 1.2)."""
    metric: Metric | Mapping[str, object]
    """What is optimized."""
    utility_function: UtilityFunction | Mapping[str, object] | None = UNSET
    """What is maximized between runs."""
    seed: int | Expr | None = UNSET
    """Seed of the random generator."""
    tuner: Tuner | Mapping[str, object] | None = UNSET
    """Who proposes runs (since release 1.6)."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


bayes = Bayes


@section
class UtilityFunction(Section):
    """What is maximized between runs."""

    acquisition_function: Literal["ucb", "ei", "poi"] | Expr | None = UNSET
    """Acquisition function."""
    kappa: float | Expr | None = UNSET
    """Exploration of ucb."""
    eps: float | Expr | None = UNSET
    """Exploration of ei and poi."""
    num_warmup: int | Expr | None = UNSET
    """Random points first."""
    num_iterations: int | Expr | None = UNSET
    """Optimizer steps."""
    gaussian_process: GaussianProcess | Mapping[str, object] | None = UNSET
    """Gaussian process."""


utility_function = UtilityFunction


@section
class GaussianProcess(Section):
    """Gaussian process."""

    kernel: Literal["rbf", "matern"] | Expr | None = UNSET
    """Kernel."""
    length_scale: float | Expr | None = UNSET
    """Length scale."""
    nu: float | Expr | None = UNSET
    """Smoothness of matern."""
    num_restarts_optimizer: int | Expr | None = UNSET
    """Restarts of the optimizer."""


gaussian_process = GaussianProcess


@section
class TPE(Section):
    """Points that a tree of Parzen estimators proposes (since release 2.17): `kind: tpe`."""

    kind_: ClassVar[str] = "tpe"

    params: Mapping[str, Space | Mapping[str, object]] | Expr
    """The search space of each param."""
    num_runs: int | Expr | None = UNSET
    """How many runs."""
    max_iterations: int | Expr | None = UNSET
    """How many runs."""
    metric: Metric | Mapping[str, object]
    """What is optimized."""
    seed: int | Expr | None = UNSET
    """Seed of the random generator."""
    tuner: Tuner | Mapping[str, object] | None = UNSET
    """Who proposes runs (since release 1.6)."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


tpe = TPE


@section
class Hyperopt(Section):
    """Points that hyperopt proposes (until release 2.16): `kind: hyperopt`."""

    kind_: ClassVar[str] = "hyperopt"

    params: Mapping[str, Space | Mapping[str, object]] | Expr
    """The search space of each param."""
    algorithm: Literal["tpe", "rand", "anneal"] | Expr | None = UNSET
    """Algorithm."""
    num_runs: int | Expr | None = UNSET
    """How many runs."""
    max_iterations: int | Expr | None = UNSET
    """How many runs (since release 1.2)."""
    metric: Metric | Mapping[str, object]
    """What is optimized (since release 1.11)."""
    seed: int | Expr | None = UNSET
    """Seed of the random generator."""
    tuner: Tuner | Mapping[str, object] | None = UNSET
    """Who proposes runs (since release 1.6)."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


hyperopt = Hyperopt


@section
class Iterative(Section):
    """Points that a component of your own proposes: `kind: iterative`."""

    kind_: ClassVar[str] = "iterative"

    params: Mapping[str, Space | Mapping[str, object]] | Expr
    """The search space of each param."""
    max_iterations: int | Expr
    """How many runs (since release 1.2)."""
    seed: int | Expr | None = UNSET
    """Seed of the random generator."""
    tuner: Tuner | Mapping[str, object] | None = UNSET
    """Who proposes runs (since release 1.6)."""
    concurrency: int | Expr | None = UNSET
    """How many runs at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the search stops early."""


iterative = Iterative


@section
class Termination(Section):
    """Retries, deadline and clean-up."""

    max_retries: int | Expr | None = UNSET
    """How often a failed run is tried again."""
    ttl: int | Expr | None = UNSET
    """Seconds after the end until the run is removed."""
    timeout: int | Expr | None = UNSET
    """Seconds a run may take."""
    culling: Culling | Mapping[str, object] | None = UNSET
    """When an idle service is stopped (since release 2.12)."""
    probe: TerminationProbe | Mapping[str, object] | None = UNSET
    """How the activity of a service is seen (since release 2.12)."""
    pod_failure_policy: PodFailurePolicy | Mapping[str, object] | Expr | None = UNSET
    """Which failures count as retries (since release 2.13)."""


termination = Termination


@section
class Culling(Section):
    """When an idle service is stopped."""

    timeout: int | Expr | None = UNSET
    """Idle seconds until a service is stopped."""


culling = Culling


@section
class TerminationProbe(Section):
    """How the activity of a service is seen."""

    http: HTTPGetAction | Mapping[str, object] | None = UNSET
    """An HTTP request that shows activity."""
    exec: ExecAction | Mapping[str, object] | None = UNSET
    """A command that shows activity."""


termination_probe = TerminationProbe


@section
class Plugins(Section):
    """What is added around the run."""

    auth: bool | Expr | None = UNSET
    """Mount an authentication context."""
    docker: bool | Expr | None = UNSET
    """Mount the docker socket."""
    shm: bool | Expr | None = UNSET
    """Mount a memory-backed /dev/shm (default true)."""
    tmux: bool | Expr | None = UNSET
    """Add tmux (since release 2.16)."""
    sandbox: bool | Expr | None = UNSET
    """Make a service a sandbox (since release 2.16)."""
    ssh: bool | Expr | None = UNSET
    """Open ssh into a service (since release 2.16)."""
    mount_artifacts_store: bool | Expr | None = UNSET
    """Mount the artifacts store (since release 1.9)."""
    collect_artifacts: bool | Expr | None = UNSET
    """Collect outputs and artifacts (default true)."""
    collect_logs: bool | Expr | None = UNSET
    """Collect logs (default true)."""
    collect_resources: bool | Expr | None = UNSET
    """Collect resource usage (default true)."""
    sync_statuses: bool | Expr | None = UNSET
    """Sync statuses (default true)."""
    auto_resume: bool | Expr | None = UNSET
    """Bring back the outputs when a run resumes (default true)."""
    external_host: bool | Expr | None = UNSET
    """Use the external host of the API (since release 1.2)."""
    log_level: str | None = UNSET
    """Log level of the client and the helpers."""
    sidecar: SidecarPlugin | Mapping[str, object] | None = UNSET
    """Settings of the collecting sidecar (since release 1.6)."""
    notifications: Sequence[Notification | Mapping[str, object]] | None = UNSET
    """Who is told of a status."""


plugins = Plugins


@section
class SidecarPlugin(Section):
    """Settings of the collecting sidecar."""

    image: str | None = UNSET
    """Image of the sidecar."""
    image_tag: str | None = UNSET
    """Tag of the image."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | Expr | None = UNSET
    """Pull policy."""
    sleep_interval: int | Expr | None = UNSET
    """Seconds between checks."""
    sync_interval: int | Expr | None = UNSET
    """Seconds between uploads."""
    monitor_logs: bool | Expr | None = UNSET
    """Watch logs."""
    monitor_spec: bool | Expr | None = UNSET
    """Watch the spec."""
    no_connections: bool | Expr | None = UNSET
    """Give user sidecars no connections."""
    resources: ResourceRequirements | Mapping[str, object] | None = UNSET
    """Resources of the sidecar."""


sidecar_plugin = SidecarPlugin


@section
class Notification(Section):
    """Who is told of a status."""

    connections: Sequence[str] | Expr
    """Who is told."""
    trigger: Literal[
        "created", "resuming", "on_schedule", "compiled", "queued", "scheduled", "starting",
        "running", "processing", "stopping", "failed", "stopped", "succeeded", "skipped",
        "warning", "unschedulable", "upstream_failed", "retrying", "unknown", "done",
    ] | Expr | None = UNSET
    """The status that is told."""


notification = Notification


@section
class Build(Section):
    """A build that runs first."""

    hub_ref: str
    """Component that builds the image."""
    connection: str | None = UNSET
    """Registry the image is pushed to."""
    presets: Sequence[str] | str | None = UNSET
    """Presets of the build."""
    queue: str | None = UNSET
    """Queue of the build."""
    namespace: str | None = UNSET
    """Namespace of the build (since release 2.1)."""
    cache: Cache | Mapping[str, object] | None = UNSET
    """Caching of the build."""
    params: Mapping[str, object] | None = UNSET
    """Params of the build."""
    run_patch: Section | Mapping[str, object] | None = UNSET
    """Patch of the build's runtime."""
    patch_strategy: Literal["replace", "isnull", "post_merge", "pre_merge"] | Expr | None = UNSET
    """How the patch is merged."""


build = Build


@section
class Hook(Section):
    """Components that run when this run ends."""

    hub_ref: str
    """Component that runs."""
    connection: str | None = UNSET
    """Connection handed to the hook."""
    trigger: Literal[
        "succeeded", "failed", "stopped", "skipped", "upstream_failed", "done",
    ] | Expr | None = UNSET
    """Final status that fires the hook."""
    conditions: str | None = UNSET
    """Expression that must be true (since release 1.2)."""
    presets: Sequence[str] | Expr | None = UNSET
    """Presets of the hook (since release 1.2)."""
    queue: str | None = UNSET
    """Queue of the hook (since release 1.6)."""
    namespace: str | None = UNSET
    """Namespace of the hook (since release 2.1)."""
    params: Mapping[str, object] | None = UNSET
    """Params of the hook."""
    disable_defaults: bool | Expr | None = UNSET
    """Do not pass the default context params (since release 1.2)."""


hook = Hook


@section
class Template(Section):
    """What must be filled in before the file runs."""

    enabled: bool | Expr | None = UNSET
    """Refuse to run until the fields are filled in."""
    description: str | None = UNSET
    """What to fill in."""
    fields: Sequence[str] | Expr | None = UNSET
    """Which fields to fill in."""


template = Template


@section
class Environment(Section):
    """Pod settings."""

    names_: ClassVar[Mapping[str, str]] = {"host_pid": "hostPID"}

    labels: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Labels of the pod."""
    annotations: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Annotations of the pod."""
    node_selector: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Labels a node must have."""
    affinity: Affinity | Mapping[str, object] | Expr | None = UNSET
    """Affinity of the pod."""
    tolerations: Sequence[Toleration | Mapping[str, object]] | Expr | None = UNSET
    """Taints the pod tolerates."""
    node_name: str | None = UNSET
    """The node itself."""
    service_account_name: str | None = UNSET
    """Service account."""
    host_aliases: Sequence[HostAlias | Mapping[str, object]] | Expr | None = UNSET
    """Entries of /etc/hosts."""
    security_context: EnvironmentSecurityContext | Mapping[str, object] | Expr | None = UNSET
    """Security context of the pod."""
    image_pull_secrets: Sequence[str] | Expr | None = UNSET
    """Names of pull secrets."""
    host_network: bool | None = UNSET
    """Use the network of the node."""
    host_pid: bool | None = UNSET
    """Use the process ids of the node."""
    dns_policy: Literal[
        "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None",
    ] | Expr | None = UNSET
    """How names are resolved."""
    dns_config: PodDNSConfig | Mapping[str, object] | Expr | None = UNSET
    """Resolver settings."""
    scheduler_name: str | None = UNSET
    """Scheduler."""
    priority_class_name: str | None = UNSET
    """Priority class."""
    priority: int | None = UNSET
    """Priority."""
    restart_policy: Literal["Always", "OnFailure", "Never", "ExitCode"] | None = UNSET
    """When containers are started again."""


environment = Environment


@section
class Init(Section):
    """Steps before the main container."""

    artifacts: Artifacts | Mapping[str, object] | None = UNSET
    """Files and directories of an artifacts store."""
    paths: Sequence[str | Sequence[str]] | str | None = UNSET
    """Paths of a connection or of the artifacts store (since release 1.16)."""
    git: Git | Mapping[str, object] | None = UNSET
    """A repository to check out."""
    dockerfile: Dockerfile | Mapping[str, object] | None = UNSET
    """A Dockerfile to generate."""
    file: File | Mapping[str, object] | None = UNSET
    """A file to write (since release 1.6)."""
    tensorboard: Tensorboard | Mapping[str, object] | None = UNSET
    """Logs of runs for tensorboard (since release 1.18)."""
    lineage_ref: str | None = UNSET
    """A lineage of a run (since release 1.16)."""
    model_ref: str | None = UNSET
    """A version of a model (since release 1.14)."""
    artifact_ref: str | None = UNSET
    """A version of an artifact (since release 1.14)."""
    connection: str | None = UNSET
    """Connection the files come from."""
    path: str | None = UNSET
    """Directory the files go to."""
    container: Container | Mapping[str, object] | None = UNSET
    """A container that prepares files, or settings of it."""


init = Init


@section
class Artifacts(Section):
    """Files and directories of an artifacts store."""

    files: Sequence[str | Sequence[str]] | Expr | None = UNSET
    """Files to bring in."""
    dirs: Sequence[str | Sequence[str]] | Expr | None = UNSET
    """Directories to bring in."""
    workers: int | Expr | None = UNSET
    """How many are copied at once."""


artifacts = Artifacts


@section
class Git(Section):
    """A repository to check out."""

    url: str | None = UNSET
    """Repository."""
    revision: str | None = UNSET
    """Branch, tag or commit."""
    flags: Sequence[str] | Expr | None = UNSET
    """Flags of git clone (since release 1.2)."""


git = Git


@section
class Dockerfile(Section):
    """A Dockerfile to generate."""

    image: str
    """Base image."""
    env: object = UNSET
    """Environment variables."""
    path: Sequence[str] | str | None = UNSET
    """Paths to add to PATH."""
    copy: Sequence[str | Sequence[str]] | Expr | None = UNSET
    """Files to copy."""
    post_run_copy: Sequence[str | Sequence[str]] | Expr | None = UNSET
    """Files to copy after `run` (since release 1.11)."""
    run: Sequence[str] | Expr | None = UNSET
    """Commands to run."""
    lang_env: str | None = UNSET
    """Locale."""
    uid: int | Expr | None = UNSET
    """User id."""
    gid: int | Expr | None = UNSET
    """Group id."""
    username: str | None = UNSET
    """User name (since release 1.11)."""
    filename: str | None = UNSET
    """Name of the file."""
    workdir: str | None = UNSET
    """Working directory."""
    workdir_path: str | None = UNSET
    """Path of the working directory."""
    shell: str | None = UNSET
    """Shell."""


dockerfile = Dockerfile


@section
class File(Section):
    """A file to write."""

    content: str
    """What the file holds."""
    filename: str | None = UNSET
    """Name of the file."""
    kind: str | None = UNSET
    """Kind of the file."""
    chmod: str | None = UNSET
    """Mode of the file."""


file = File


@section
class Tensorboard(Section):
    """Logs of runs for tensorboard."""

    port: int | Expr | None = UNSET
    """Port."""
    uuids: Sequence[str] | str | None = UNSET
    """Runs to show."""
    use_names: bool | Expr | None = UNSET
    """Show names for ids."""
    path_prefix: str | None = UNSET
    """Path prefix."""
    plugins: Sequence[str] | str | None = UNSET
    """Plugins."""


tensorboard = Tensorboard


@section
class Job(Section):
    """A container that runs to its end: `kind: job`."""

    kind_: ClassVar[str] = "job"

    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container."""
    sidecars: Sequence[Container | Mapping[str, object]] | None = UNSET
    """Containers beside the main one."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container."""


job = Job


@section
class Service(Section):
    """A container that listens until it is stopped: `kind: service`."""

    kind_: ClassVar[str] = "service"

    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container."""
    sidecars: Sequence[Container | Mapping[str, object]] | None = UNSET
    """Containers beside the main one."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container."""
    ports: Sequence[int | Expr] | Expr | None = UNSET
    """Ports the service listens on."""
    rewrite_path: bool | Expr | None = UNSET
    """Strip the path before requests reach the service."""
    is_external: bool | Expr | None = UNSET
    """Open the service to the outside (since release 1.14)."""
    replicas: int | Expr | None = UNSET
    """How many pods (since release 1.14)."""


service = Service


@section
class Dag(Section):
    """Operations that depend on one another: `kind: dag`."""

    kind_: ClassVar[str] = "dag"

    operations: Sequence[Component | Operation | Mapping[str, object]] | None = UNSET
    """The operations."""
    components: Sequence[Component | Operation | Mapping[str, object]] | None = UNSET
    """Components the operations may name."""
    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings of every operation."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    concurrency: int | Expr | None = UNSET
    """How many operations run at once."""
    early_stopping: Sequence[EarlyStopping | Mapping[str, object]] | None = UNSET
    """When the dag stops early."""


dag = Dag


@section
class TFJob(Section):
    """Distributed TensorFlow by the training operator: `kind: tfjob`."""

    kind_: ClassVar[str] = "tfjob"
    label_: ClassVar[str] = "tfjob"

    chief: Replica | Mapping[str, object] | None = UNSET
    """The chief pods."""
    ps: Replica | Mapping[str, object] | None = UNSET
    """The ps pods."""
    worker: Replica | Mapping[str, object] | None = UNSET
    """The worker pods."""
    evaluator: Replica | Mapping[str, object] | None = UNSET
    """The evaluator pods."""
    clean_pod_policy: Literal["All", "Running", "None"] | Expr | None = UNSET
    """Which pods are removed at the end."""
    scheduling_policy: SchedulingPolicy | Mapping[str, object] | None = UNSET
    """Gang scheduling (since release 1.11)."""
    success_policy: str | None = UNSET
    """When the job counts as succeeded (since release 2.1)."""
    enable_dynamic_worker: bool | Expr | None = UNSET
    """Let workers come and go (since release 2.0)."""


tfjob = TFJob


@section
class Replica(Section):
    """The chief pods."""

    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container."""
    sidecars: Sequence[Container | Mapping[str, object]] | None = UNSET
    """Containers beside the main one."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container."""
    replicas: int | Expr | None = UNSET
    """How many pods."""


replica = Replica


@section
class SchedulingPolicy(Section):
    """Gang scheduling."""

    min_available: int | Expr | None = UNSET
    """How many."""
    queue: str | None = UNSET
    """Queue of the gang scheduler."""
    min_resources: object = UNSET
    """Resources the gang needs (since release 2.1)."""
    priority_class: str | None = UNSET
    """Priority class."""
    schedule_timeout_seconds: int | Expr | None = UNSET
    """Seconds to wait for the gang (since release 2.1)."""


scheduling_policy = SchedulingPolicy


@section
class PytorchJob(Section):
    """Distributed PyTorch by the training operator: `kind: pytorchjob`."""

    kind_: ClassVar[str] = "pytorchjob"
    label_: ClassVar[str] = "pytorchjob"

    master: Replica | Mapping[str, object] | None = UNSET
    """The master pods."""
    worker: Replica | Mapping[str, object] | None = UNSET
    """The worker pods."""
    clean_pod_policy: Literal["All", "Running", "None"] | Expr | None = UNSET
    """Which pods are removed at the end."""
    scheduling_policy: SchedulingPolicy | Mapping[str, object] | None = UNSET
    """Gang scheduling (since release 1.11)."""
    elastic_policy: ElasticPolicy | Mapping[str, object] | None = UNSET
    """Elastic training (since release 2.1)."""
    n_proc_per_node: int | Expr | None = UNSET
    """Processes a node (since release 2.1)."""


pytorchjob = PytorchJob


@section
class ElasticPolicy(Section):
    """Elastic training."""

    names_: ClassVar[Mapping[str, str]] = {"metrics": "Metrics"}

    min_replicas: int | Expr | None = UNSET
    """How many."""
    max_replicas: int | Expr | None = UNSET
    """How many."""
    rdvz_backend: str | None = UNSET
    """Rendezvous backend."""
    rdvz_port: int | Expr | None = UNSET
    """Rendezvous port."""
    rdvz_host: str | None = UNSET
    """Rendezvous host."""
    rdvz_id: str | None = UNSET
    """Rendezvous id."""
    rdvz_conf: Sequence[object] | Expr | None = UNSET
    """Rendezvous settings."""
    standalone: bool | Expr | None = UNSET
    """One node only."""
    n_proc_per_node: int | Expr | None = UNSET
    """How many."""
    max_restarts: int | Expr | None = UNSET
    """How many."""
    metrics: Sequence[object] | Expr | None = UNSET
    """Autoscaling metrics."""


elastic_policy = ElasticPolicy


@section
class MPIJob(Section):
    """MPI processes by the MPI operator: `kind: mpijob`."""

    kind_: ClassVar[str] = "mpijob"
    label_: ClassVar[str] = "mpijob"

    launcher: Replica | Mapping[str, object] | None = UNSET
    """The launcher pods."""
    worker: Replica | Mapping[str, object] | None = UNSET
    """The worker pods."""
    clean_pod_policy: Literal["All", "Running", "None"] | Expr | None = UNSET
    """Which pods are removed at the end."""
    scheduling_policy: SchedulingPolicy | Mapping[str, object] | None = UNSET
    """Gang scheduling (since release 1.11)."""
    slots_per_worker: int | Expr | None = UNSET
    """Slots a worker."""


mpijob = MPIJob


@section
class RayCluster(Section):
    """A Ray cluster (since release 2.12): `kind: raycluster`."""

    kind_: ClassVar[str] = "raycluster"
    label_: ClassVar[str] = "raycluster"

    head: RayReplica | Mapping[str, object] | None = UNSET
    """The head."""
    workers: Mapping[str, RayReplica | Mapping[str, object]] | None = UNSET
    """Groups of workers by name."""
    entrypoint: str | None = UNSET
    """Command to run on the cluster."""
    runtime_env: object = UNSET
    """Runtime environment."""
    metadata: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Metadata of the job."""
    ray_version: str | None = UNSET
    """Release of ray."""
    enable_in_tree_autoscaling: bool | Expr | None = UNSET
    """Scale by ray itself."""
    autoscaler_options: object = UNSET
    """Settings of the autoscaler."""


raycluster = RayCluster


@section
class RayReplica(Section):
    """The head."""

    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container."""
    sidecars: Sequence[Container | Mapping[str, object]] | None = UNSET
    """Containers beside the main one."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container."""
    replicas: int | Expr | None = UNSET
    """How many pods."""
    min_replicas: int | Expr | None = UNSET
    """How many pods at least."""
    max_replicas: int | Expr | None = UNSET
    """How many pods at most."""
    ray_start_params: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Parameters of ray start."""


ray_replica = RayReplica


@section
class DaskCluster(Section):
    """A Dask cluster (since release 2.12): `kind: daskcluster`."""

    kind_: ClassVar[str] = "daskcluster"
    label_: ClassVar[str] = "daskcluster"

    worker: Replica | Mapping[str, object] | None = UNSET
    """The workers."""
    scheduler: Replica | Mapping[str, object] | None = UNSET
    """The scheduler."""
    min_replicas: int | Expr | None = UNSET
    """How many workers at least."""
    max_replicas: int | Expr | None = UNSET
    """How many workers at most."""


daskcluster = DaskCluster


@section
class NotifierJob(Section):
    """A job of the system that tells of runs: `kind: notifier`."""

    kind_: ClassVar[str] = "notifier"

    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container."""
    sidecars: Sequence[Container | Mapping[str, object]] | None = UNSET
    """Containers beside the main one."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container."""


notifier_job = NotifierJob


@section
class CleanerJob(Section):
    """A job of the system that deletes what runs left (since release 1.2): `kind: cleaner`."""

    kind_: ClassVar[str] = "cleaner"

    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container."""
    sidecars: Sequence[Container | Mapping[str, object]] | None = UNSET
    """Containers beside the main one."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container."""


cleaner_job = CleanerJob


@section
class TunerJob(Section):
    """A job of the system that proposes the next runs of a search: `kind: tuner`."""

    kind_: ClassVar[str] = "tuner"

    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container."""
    sidecars: Sequence[Container | Mapping[str, object]] | None = UNSET
    """Containers beside the main one."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container."""


tuner_job = TunerJob


@section
class MXJob(Section):
    """Distributed MXNet by the training operator (since release 1.11, until release 2.11):
    `kind: mxjob`.
    """

    kind_: ClassVar[str] = "mxjob"
    label_: ClassVar[str] = "mxjob"

    scheduler: Replica | Mapping[str, object] | None = UNSET
    """The scheduler pods."""
    server: Replica | Mapping[str, object] | None = UNSET
    """The server pods."""
    worker: Replica | Mapping[str, object] | None = UNSET
    """The worker pods."""
    tuner: Replica | Mapping[str, object] | None = UNSET
    """The tuner pods."""
    tuner_tracker: Replica | Mapping[str, object] | None = UNSET
    """The tunerTracker pods."""
    tuner_server: Replica | Mapping[str, object] | None = UNSET
    """The tunerServer pods."""
    clean_pod_policy: Literal["All", "Running", "None"] | Expr | None = UNSET
    """Which pods are removed at the end."""
    scheduling_policy: SchedulingPolicy | Mapping[str, object] | None = UNSET
    """Gang scheduling (since release 1.11)."""
    mode: Literal["MXTrain", "MXTune"] | Expr | None = UNSET
    """What the job does."""


mxjob = MXJob


@section
class XGBJob(Section):
    """Distributed XGBoost by the training operator (since release 1.11, until release 2.11):
    `kind: xgbjob`.
    """

    kind_: ClassVar[str] = "xgbjob"
    label_: ClassVar[str] = "xgbjob"

    master: Replica | Mapping[str, object] | None = UNSET
    """The master pods."""
    worker: Replica | Mapping[str, object] | None = UNSET
    """The worker pods."""
    clean_pod_policy: Literal["All", "Running", "None"] | Expr | None = UNSET
    """Which pods are removed at the end."""
    scheduling_policy: SchedulingPolicy | Mapping[str, object] | None = UNSET
    """Gang scheduling (since release 1.11)."""


xgbjob = XGBJob


@section
class PaddleJob(Section):
    """Distributed Paddle by the training operator (since release 2.0, until release 2.11):
    `kind: paddlejob`.
    """

    kind_: ClassVar[str] = "paddlejob"
    label_: ClassVar[str] = "paddlejob"

    master: Replica | Mapping[str, object] | None = UNSET
    """The master pods."""
    worker: Replica | Mapping[str, object] | None = UNSET
    """The worker pods."""
    clean_pod_policy: Literal["All", "Running", "None"] | Expr | None = UNSET
    """Which pods are removed at the end."""
    scheduling_policy: SchedulingPolicy | Mapping[str, object] | None = UNSET
    """Gang scheduling (since release 1.11)."""
    elastic_policy: ElasticPolicy | Mapping[str, object] | None = UNSET
    """Elastic training (since release 2.1)."""


paddlejob = PaddleJob


@section
class RayJob(Section):
    """A Ray job; `raycluster` took its place (since release 2.0, until release 2.11): `kind:
    rayjob`.
    """

    kind_: ClassVar[str] = "rayjob"
    label_: ClassVar[str] = "rayjob"

    head: RayReplica | Mapping[str, object] | None = UNSET
    """The head."""
    workers: Mapping[str, RayReplica | Mapping[str, object]] | None = UNSET
    """Groups of workers by name."""
    entrypoint: str | None = UNSET
    """Command to run on the cluster."""
    runtime_env: object = UNSET
    """Runtime environment."""
    metadata: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Metadata of the job."""
    ray_version: str | None = UNSET
    """Release of ray."""
    enable_in_tree_autoscaling: bool | Expr | None = UNSET
    """Scale by ray itself."""
    autoscaler_options: object = UNSET
    """Settings of the autoscaler."""


rayjob = RayJob


@section
class DaskJob(Section):
    """A Dask job; `daskcluster` took its place (since release 2.0, until release 2.11): `kind:
    daskjob`.
    """

    kind_: ClassVar[str] = "daskjob"
    label_: ClassVar[str] = "daskjob"

    worker: Replica | Mapping[str, object] | None = UNSET
    """The workers."""
    scheduler: Replica | Mapping[str, object] | None = UNSET
    """The scheduler."""
    min_replicas: int | Expr | None = UNSET
    """How many workers at least."""
    max_replicas: int | Expr | None = UNSET
    """How many workers at most."""
    job: Replica | Mapping[str, object] | None = UNSET
    """The client job."""


daskjob = DaskJob


@section
class Spark(Section):
    """A Spark application of release 1 (until release 1.20): `kind: spark`."""

    kind_: ClassVar[str] = "spark"

    driver: Replica | Mapping[str, object] | None = UNSET
    """The driver."""
    executor: Replica | Mapping[str, object] | None = UNSET
    """The executors."""
    type: str | None = UNSET
    """Language of the application: java, scala, python or r."""
    spark_version: str | None = UNSET
    """Release of Spark."""
    python_version: str | None = UNSET
    """Major release of Python."""
    deploy_mode: str | None = UNSET
    """Where the driver runs: cluster or client."""
    main_class: str | None = UNSET
    """Main class of a Java or Scala application."""
    main_application_file: str | None = UNSET
    """File of the application."""
    arguments: Sequence[object] | Expr | None = UNSET
    """Arguments of the application."""
    hadoop_conf: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Properties of Hadoop."""
    spark_conf: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    """Properties of Spark."""
    hadoop_config_map: str | None = UNSET
    """ConfigMap with files of Hadoop's configuration."""
    spark_config_map: str | None = UNSET
    """ConfigMap with files of Spark's configuration."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container."""
    volumes: Sequence[Volume | Mapping[str, object]] | None = UNSET
    """Volumes of the pod."""


spark = Spark


@section
class Operation(OperationSection):
    """A component with its params, and when it runs: `kind: operation`."""

    refers_: ClassVar[Mapping[str, str]] = {"dependencies": ""}

    version: float | str | None = UNSET
    """Version of the specification: 1.1."""
    name: str | None = UNSET
    """Name: letters, digits, `-` and `_`."""
    description: str | None = UNSET
    """What it does."""
    tags: Sequence[str] | str | None = UNSET
    """Tags."""
    is_preset: bool | Expr | None = UNSET
    """Whether this file is a preset."""
    patch_strategy: Literal["replace", "isnull", "post_merge", "pre_merge"] | Expr | None = UNSET
    """How this file is merged over its base."""
    presets: Sequence[str] | str | None = UNSET
    """Presets of the organization to apply."""
    queue: str | None = UNSET
    """Queue, as `queue` or `agent/queue`."""
    namespace: str | None = UNSET
    """Kubernetes namespace (since release 2.1)."""
    is_approved: bool | Expr | None = UNSET
    """Whether the run may start without approval (since release 1.2)."""
    cost: float | Expr | None = UNSET
    """Cost of the run (since release 1.9)."""
    strict_params: bool | Expr | None = UNSET
    """Refuse params that are not declared (since release 2.18)."""
    cache: Cache | Mapping[str, object] | None = UNSET
    """Reuse of finished runs."""
    schedule: Schedule | Mapping[str, object] | None = UNSET
    """When runs start."""
    events: Sequence[Event | Mapping[str, object]] | None = UNSET
    """Events that start the operation (since release 1.2)."""
    dependencies: Sequence[Operation | str] | Expr | None = UNSET
    """Operations that run before."""
    trigger: Literal[
        "all_succeeded", "all_failed", "all_done", "one_succeeded", "one_failed", "one_done",
    ] | Expr | None = UNSET
    """What the upstreams must have done."""
    conditions: str | None = UNSET
    """Expression that must be true, else the run is skipped."""
    skip_on_upstream_skip: bool | None = UNSET
    """Skip when an upstream is skipped."""
    mount: Sequence[Mount | str | Mapping[str, object]] | None = UNSET
    """Local files to upload (since release 2.13)."""
    inputs: ReferredField = ReferredField("inputs")
    """Declared inputs."""
    outputs: ReferredField = ReferredField("outputs")
    """Declared outputs."""
    joins: Sequence[Join | Mapping[str, object]] | None = UNSET
    """Params gathered from other runs (since release 1.2)."""
    params: Mapping[str, object] | None = UNSET
    """Values of the inputs."""
    matrix: Matrix | Mapping[str, object] | None = UNSET
    """Hyper-parameter search."""
    termination: Termination | Mapping[str, object] | None = UNSET
    """Retries, deadline and clean-up."""
    plugins: Plugins | Mapping[str, object] | None = UNSET
    """What is added around the run."""
    build: Build | Mapping[str, object] | None = UNSET
    """A build that runs first (since release 1.9)."""
    hooks: Sequence[Hook | Mapping[str, object]] | None = UNSET
    """Components that run when this run ends."""
    template: Template | Mapping[str, object] | None = UNSET
    """What must be filled in before the file runs."""
    environment: Environment | Mapping[str, object] | None = UNSET
    """Pod settings (since release 2.18)."""
    connections: Sequence[str] | Expr | None = UNSET
    """Connections of the main container (since release 2.18)."""
    volumes: Sequence[Volume | Mapping[str, object]] | Expr | None = UNSET
    """Volumes of the pod (since release 2.18)."""
    init: Sequence[Init | Mapping[str, object]] | None = UNSET
    """Steps before the main container (since release 2.18)."""
    sidecars: Sequence[Container | Mapping[str, object]] | Expr | None = UNSET
    """Containers beside the main one (since release 2.18)."""
    container: Container | Mapping[str, object] | None = UNSET
    """Main container (since release 2.18)."""
    cmd: str | Sequence[str] | None = UNSET
    """Shell commands of the main container (since release 2.18)."""
    env: Mapping[str, str] | None = UNSET
    """Environment variables of the main container (since release 2.18)."""
    resources: Mapping[str, str | int | float] | None = UNSET
    """Resources of the main container (since release 2.18)."""
    ports: Sequence[int | Expr] | Expr | None = UNSET
    """Ports of a service (since release 2.18)."""
    run_patch: Section | Mapping[str, object] | None = UNSET
    """Patch of the runtime."""
    run: Run | Mapping[str, object] | None = UNSET
    """What runs."""
    hub_ref: str | None = UNSET
    """Component of a hub."""
    dag_ref: str | None = UNSET
    """Component of the enclosing dag."""
    url_ref: str | None = UNSET
    """Component at a URL."""
    path_ref: str | None = UNSET
    """Component in a file."""
    component: Component | Operation | Mapping[str, object] | None = UNSET
    """Inline component."""


operation = Operation


@section
class Choice(Space):
    """A search space: `kind: choice`."""

    kind_: ClassVar[str] = "choice"
    positions_: ClassVar[tuple[str, ...]] = ("value",)

    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            value: object = ...,
        ) -> None: ...


choice = Choice


@section
class Pchoice(Space):
    """A search space: `kind: pchoice`."""

    kind_: ClassVar[str] = "pchoice"
    positions_: ClassVar[tuple[str, ...]] = ("value",)

    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            value: object = ...,
        ) -> None: ...


pchoice = Pchoice


@section
class Range(Space):
    """A search space: `kind: range`."""

    kind_: ClassVar[str] = "range"
    positions_: ClassVar[tuple[str, ...]] = ("start", "stop", "step",)

    start: float | Expr | None = UNSET
    """`start` of the space."""
    stop: float | Expr | None = UNSET
    """`stop` of the space."""
    step: float | Expr | None = UNSET
    """`step` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            start: float | Expr = ...,
            stop: float | Expr = ...,
            step: float | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


range = Range


@section
class Linspace(Space):
    """A search space: `kind: linspace`."""

    kind_: ClassVar[str] = "linspace"
    positions_: ClassVar[tuple[str, ...]] = ("start", "stop", "num",)

    start: float | Expr | None = UNSET
    """`start` of the space."""
    stop: float | Expr | None = UNSET
    """`stop` of the space."""
    num: int | Expr | None = UNSET
    """`num` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            start: float | Expr = ...,
            stop: float | Expr = ...,
            num: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


linspace = Linspace


@section
class Logspace(Space):
    """A search space: `kind: logspace`."""

    kind_: ClassVar[str] = "logspace"
    positions_: ClassVar[tuple[str, ...]] = ("start", "stop", "num", "base",)

    start: float | Expr | None = UNSET
    """`start` of the space."""
    stop: float | Expr | None = UNSET
    """`stop` of the space."""
    num: int | Expr | None = UNSET
    """`num` of the space."""
    base: float | Expr | None = UNSET
    """`base` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            start: float | Expr = ...,
            stop: float | Expr = ...,
            num: int | Expr = ...,
            base: float | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


logspace = Logspace


@section
class Geomspace(Space):
    """A search space: `kind: geomspace`."""

    kind_: ClassVar[str] = "geomspace"
    positions_: ClassVar[tuple[str, ...]] = ("start", "stop", "num",)

    start: float | Expr | None = UNSET
    """`start` of the space."""
    stop: float | Expr | None = UNSET
    """`stop` of the space."""
    num: int | Expr | None = UNSET
    """`num` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            start: float | Expr = ...,
            stop: float | Expr = ...,
            num: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


geomspace = Geomspace


@section
class Daterange(Space):
    """A search space (since release 1.11): `kind: daterange`."""

    kind_: ClassVar[str] = "daterange"
    positions_: ClassVar[tuple[str, ...]] = ("start", "stop", "step",)

    start: str | date | Expr | None = UNSET
    """`start` of the space."""
    stop: str | date | Expr | None = UNSET
    """`stop` of the space."""
    step: int | str | Expr | None = UNSET
    """`step` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            start: str | date | Expr = ...,
            stop: str | date | Expr = ...,
            step: int | str | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


daterange = Daterange


@section
class Datetimerange(Space):
    """A search space (since release 1.11): `kind: datetimerange`."""

    kind_: ClassVar[str] = "datetimerange"
    positions_: ClassVar[tuple[str, ...]] = ("start", "stop", "step",)

    start: str | date | Expr | None = UNSET
    """`start` of the space."""
    stop: str | date | Expr | None = UNSET
    """`stop` of the space."""
    step: int | str | Expr | None = UNSET
    """`step` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            start: str | date | Expr = ...,
            stop: str | date | Expr = ...,
            step: int | str | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


datetimerange = Datetimerange


@section
class Uniform(Space):
    """A search space: `kind: uniform`."""

    kind_: ClassVar[str] = "uniform"
    positions_: ClassVar[tuple[str, ...]] = ("low", "high", "size",)

    low: float | Expr | None = UNSET
    """`low` of the space."""
    high: float | Expr | None = UNSET
    """`high` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            low: float | Expr = ...,
            high: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


uniform = Uniform


@section
class Quniform(Space):
    """A search space: `kind: quniform`."""

    kind_: ClassVar[str] = "quniform"
    positions_: ClassVar[tuple[str, ...]] = ("low", "high", "q", "size",)

    low: float | Expr | None = UNSET
    """`low` of the space."""
    high: float | Expr | None = UNSET
    """`high` of the space."""
    q: float | Expr | None = UNSET
    """`q` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            low: float | Expr = ...,
            high: float | Expr = ...,
            q: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


quniform = Quniform


@section
class Loguniform(Space):
    """A search space: `kind: loguniform`."""

    kind_: ClassVar[str] = "loguniform"
    positions_: ClassVar[tuple[str, ...]] = ("low", "high", "size",)

    low: float | Expr | None = UNSET
    """`low` of the space."""
    high: float | Expr | None = UNSET
    """`high` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            low: float | Expr = ...,
            high: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


loguniform = Loguniform


@section
class Qloguniform(Space):
    """A search space: `kind: qloguniform`."""

    kind_: ClassVar[str] = "qloguniform"
    positions_: ClassVar[tuple[str, ...]] = ("low", "high", "q", "size",)

    low: float | Expr | None = UNSET
    """`low` of the space."""
    high: float | Expr | None = UNSET
    """`high` of the space."""
    q: float | Expr | None = UNSET
    """`q` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            low: float | Expr = ...,
            high: float | Expr = ...,
            q: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


qloguniform = Qloguniform


@section
class Normal(Space):
    """A search space: `kind: normal`."""

    kind_: ClassVar[str] = "normal"
    positions_: ClassVar[tuple[str, ...]] = ("loc", "scale", "size",)

    loc: float | Expr | None = UNSET
    """`loc` of the space."""
    scale: float | Expr | None = UNSET
    """`scale` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            loc: float | Expr = ...,
            scale: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


normal = Normal


@section
class Qnormal(Space):
    """A search space: `kind: qnormal`."""

    kind_: ClassVar[str] = "qnormal"
    positions_: ClassVar[tuple[str, ...]] = ("loc", "scale", "q", "size",)

    loc: float | Expr | None = UNSET
    """`loc` of the space."""
    scale: float | Expr | None = UNSET
    """`scale` of the space."""
    q: float | Expr | None = UNSET
    """`q` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            loc: float | Expr = ...,
            scale: float | Expr = ...,
            q: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


qnormal = Qnormal


@section
class Lognormal(Space):
    """A search space: `kind: lognormal`."""

    kind_: ClassVar[str] = "lognormal"
    positions_: ClassVar[tuple[str, ...]] = ("loc", "scale", "size",)

    loc: float | Expr | None = UNSET
    """`loc` of the space."""
    scale: float | Expr | None = UNSET
    """`scale` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            loc: float | Expr = ...,
            scale: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


lognormal = Lognormal


@section
class Qlognormal(Space):
    """A search space: `kind: qlognormal`."""

    kind_: ClassVar[str] = "qlognormal"
    positions_: ClassVar[tuple[str, ...]] = ("loc", "scale", "q", "size",)

    loc: float | Expr | None = UNSET
    """`loc` of the space."""
    scale: float | Expr | None = UNSET
    """`scale` of the space."""
    q: float | Expr | None = UNSET
    """`q` of the space."""
    size: int | Expr | None = UNSET
    """`size` of the space."""
    value: object = UNSET
    """The space itself, in any form."""

    if TYPE_CHECKING:

        def __init__(
            self,
            loc: float | Expr = ...,
            scale: float | Expr = ...,
            q: float | Expr = ...,
            size: int | Expr = ...,
            *,
            value: object = ...,
        ) -> None: ...


qlognormal = Qlognormal


Schedule: TypeAlias = (
    Cron
    | Interval
    | Datetime
)

Matrix: TypeAlias = (
    MappingMatrix
    | Grid
    | Random
    | Hyperband
    | Bayes
    | TPE
    | Hyperopt
    | Iterative
)

EarlyStopping: TypeAlias = (
    MetricEarlyStopping
    | FailureEarlyStopping
)

Run: TypeAlias = (
    Job
    | Service
    | Dag
    | TFJob
    | PytorchJob
    | MPIJob
    | RayCluster
    | DaskCluster
    | NotifierJob
    | CleanerJob
    | TunerJob
    | MXJob
    | XGBJob
    | PaddleJob
    | RayJob
    | DaskJob
    | Spark
)
