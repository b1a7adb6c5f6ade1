"""Hyper-parameter search: matrix kinds, search spaces, early stopping."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import ListField, MapField, Node, Scalar, Template


class Space(Node, frozen=True):
    """One hyper-parameter: its kind and the value as written (map, list, string or template)."""

    kind: Scalar | None = None
    value: Any = None


class Metric(Node, frozen=True):
    """What a search optimizes."""

    name: Scalar | None = None
    optimization: Scalar | None = None


class Resource(Node, frozen=True):
    """What hyperband grows."""

    name: Scalar | None = None
    type: Scalar | None = None


class Tuner(Node, frozen=True):
    """The component that proposes the next runs."""

    hub_ref: Scalar | None = None
    presets: ListField | None = None
    queue: Scalar | None = None
    namespace: Scalar | None = None
    params: MapField | None = None


class GaussianProcess(Node, frozen=True):
    """Settings of the Gaussian process."""

    kernel: Scalar | None = None
    length_scale: Scalar | None = None
    nu: Scalar | None = None
    num_restarts_optimizer: Scalar | None = None


class UtilityFunction(Node, frozen=True):
    """The acquisition function of a Bayesian search."""

    acquisition_function: Scalar | None = None
    kappa: Scalar | None = None
    eps: Scalar | None = None
    num_warmup: Scalar | None = None
    num_iterations: Scalar | None = None
    gaussian_process: GaussianProcess | None = None


class StopPolicy(Node, frozen=True):
    """`policy` of metric early stopping."""

    kind: Scalar | None = None
    percent: Scalar | None = None
    evaluation_interval: Scalar | None = None
    min_interval: Scalar | None = None
    min_samples: Scalar | None = None
    include_succeeded: Scalar | None = None


class EarlyStopping(Node, frozen=True):
    """When to stop a search or a dag before its end."""

    kind: Scalar | None = None
    metric: Scalar | None = None
    value: Scalar | None = None
    optimization: Scalar | None = None
    policy: StopPolicy | Template | None = None
    percent: Scalar | None = None


class Matrix(Node, frozen=True):
    """`matrix` of any kind; fields a kind does not have stay unset."""

    kind: str = ""
    params: MapField | None = None
    values: ListField | None = None
    num_runs: Scalar | None = None
    max_iterations: Scalar | None = None
    num_initial_runs: Scalar | None = None
    eta: Scalar | None = None
    resource: Resource | Template | None = None
    metric: Metric | Template | None = None
    resume: Scalar | None = None
    utility_function: UtilityFunction | Template | None = None
    seed: Scalar | None = None
    concurrency: Scalar | None = None
    tuner: Tuner | None = None
    early_stopping: ListField | None = None
    algorithm: Scalar | None = None
