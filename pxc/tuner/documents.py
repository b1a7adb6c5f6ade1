"""The documents that come in and go out, as types: the JSON schema is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

__all__ = [
    "AxisDocument",
    "GaussianProcess",
    "History",
    "Item",
    "Joined",
    "Metric",
    "Paths",
    "Policy",
    "QueryDocument",
    "Record",
    "Resource",
    "Row",
    "Rule",
    "RunDocument",
    "SearchDocument",
    "Status",
    "Stop",
    "Suggestions",
    "Utility",
]

Version = Literal[1]
Optimization = Literal["maximize", "minimize"]
Status = Literal["succeeded", "failed", "upstream_failed", "stopped", "skipped", "running"]
Positive = Annotated[int, Meta(ge=1)]
Natural = Annotated[int, Meta(ge=0)]
Name = Annotated[str, Meta(min_length=1, max_length=253)]


class Document(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A part of a document: names in camel case, nothing in it that is not known."""


class AxisDocument(Document, frozen=True):
    """One name that the search gives a value, as `pxc.ir.sweep.Axis` has it."""

    name: Name
    kind: Literal[
        "choice", "pchoice", "uniform", "quniform", "loguniform", "qloguniform", "normal",
        "qnormal", "lognormal", "qlognormal",
    ] = "choice"  # fmt: skip
    values: list[Any] = []
    weights: list[float] = []
    numbers: list[float] = []
    whole: bool = False
    type: str = ""
    is_flag: bool = False
    arg_format: str | None = None


class Metric(Document, frozen=True):
    """What is optimized; where nothing is said it is minimized."""

    name: Name
    optimization: Optimization | None = None


class Resource(Document, frozen=True):
    """The param that a rung of hyperband grows."""

    name: Name
    type: Literal["int", "float", ""] = ""


class GaussianProcess(Document, frozen=True):
    """The model of a Bayesian search; lengths are those of axes scaled to [0, 1]."""

    kernel: Literal["rbf", "matern"] = "matern"
    length_scale: Annotated[float, Meta(gt=0)] = 1.0
    nu: Annotated[float, Meta(gt=0)] = 1.5
    num_restarts_optimizer: Annotated[int, Meta(ge=0, le=100)] = 0


class Utility(Document, frozen=True):
    """What a Bayesian search maximizes to find its next point."""

    acquisition_function: Literal["ucb", "ei", "poi"] = "ucb"
    kappa: float | None = None
    eps: float | None = None
    num_warmup: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    num_iterations: Annotated[int, Meta(ge=0, le=1_000)] | None = None
    gaussian_process: GaussianProcess = GaussianProcess()


class Policy(Document, frozen=True):
    """How running runs are compared with the others."""

    kind: Literal["median", "truncation", "diff"]
    percent: float | None = None
    evaluation_interval: Positive = 1
    min_interval: Natural = 0
    min_samples: Natural = 0
    include_succeeded: bool = False


class Rule(Document, frozen=True):
    """A rule of early stopping: a metric that is good enough, or too many failures."""

    kind: Literal["metric_early_stopping", "failure_early_stopping"]
    metric: Name | None = None
    value: float | None = None
    optimization: Optimization | None = None
    policy: Policy | None = None
    percent: float | None = None


class Row(Document, frozen=True):
    """A run of a table: its params, and its texts where they are not those of the params."""

    params: dict[str, Any] = {}
    text: dict[str, str] | None = None


class SearchDocument(Document, frozen=True):
    """A search: what is tried, by which method, and what is optimized."""

    version: Version
    kind: Literal["random", "bayes", "tpe", "hyperopt", "hyperband", "iterative", "table"]
    axes: Annotated[list[AxisDocument], Meta(max_length=1_000)] = []
    metric: Metric | None = None
    seed: int | None = None
    algorithm: Literal["tpe", "rand", "anneal"] = "tpe"
    num_runs: Positive | None = None
    max_iterations: Positive | None = None
    num_initial_runs: Positive | None = None
    eta: float | None = None
    resource: Resource | None = None
    resume: bool = False
    utility_function: Utility = Utility()
    early_stopping: list[Rule] = []
    rows: Annotated[list[Row], Meta(max_length=100_000)] = []


class Record(Document, frozen=True):
    """A run that was started: with which params, and what came of it.

    `series` holds, for a metric, its values in order as pairs of step and value.
    """

    index: Natural
    params: dict[str, Any]
    status: Status
    metric: float | None = None
    iteration: Natural = 0
    bracket: Natural | None = None
    rung: Natural | None = None
    origin: Natural | None = None
    outputs: dict[str, Any] = {}
    uuid: str = ""
    name: str = ""
    created_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    tags: list[str] = []
    series: dict[str, list[tuple[float, float]]] = {}


class History(Document, frozen=True, omit_defaults=False):
    """All runs of a search so far."""

    version: Version
    records: list[Record] = []


class Item(Document, frozen=True, omit_defaults=False):
    """A run to be started.

    `index` counts the runs of the search. `text` holds each param as a command line takes it.
    A run of a later rung has `origin`, the index of the run whose params it goes on with, and
    `resumes`, its uuid, where the search resumes runs.
    """

    index: Natural
    iteration: Natural
    params: dict[str, Any]
    text: dict[str, str]
    bracket: int | None = None
    rung: int | None = None
    origin: int | None = None
    resumes: str = ""


class Suggestions(Document, frozen=True, omit_defaults=False):
    """The answer of `suggest` and `promote`: what to run now, and whether to ask again after."""

    version: Version
    items: list[Item]
    count: int
    iteration: int
    more: bool
    reason: str = ""


class RunDocument(Document, frozen=True):
    """A finished run as a query sees it; `fields` has what else is known of it (`cpu`, `kind`)."""

    uuid: str = ""
    name: str = ""
    status: str = ""
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    artifacts: dict[str, Any] = {}
    tags: list[str] = []
    created_at: str | None = None
    updated_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    fields: dict[str, Any] = {}


class QueryDocument(Document, frozen=True):
    """A query that was read already: one condition, or parts of which all or any must hold."""

    all: list[QueryDocument] | None = None
    any: list[QueryDocument] | None = None
    field: str | None = None
    operator: Literal[
        "==", "<", "<=", ">", ">=", "in", "range", "contains", "starts", "ends", "nil", "any"
    ] = "=="
    values: list[str] = []
    negated: bool = False


class Paths(Document, frozen=True):
    """Files and directories of each run: a path, or where it is and where it goes."""

    files: list[str | tuple[str, str]] | None = None
    dirs: list[str | tuple[str, str]] | None = None


class Joined(Document, frozen=True, omit_defaults=False):
    """The answer of `join`: lists by their names; `runs` are the places of what was found."""

    version: Version
    count: int
    runs: list[int]
    values: dict[str, Any]


class Stop(Document, frozen=True, omit_defaults=False):
    """The answer of `stop`: whether all stops and how it ended then, and which runs stop alone."""

    version: Version
    stop: bool
    status: Literal["succeeded", "failed", ""] = ""
    rule: int | None = None
    reason: str = ""
    runs: list[int] = msgspec.field(default_factory=list)
