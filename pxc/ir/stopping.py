"""What ends a search, a sweep or a dag before its last run."""

from __future__ import annotations

from pxc.ir.node import Node

__all__ = ["FAILURE", "MAXIMIZE", "METRIC", "MINIMIZE", "Policy", "Stopping"]

METRIC = "metric_early_stopping"
FAILURE = "failure_early_stopping"
MAXIMIZE = "maximize"
MINIMIZE = "minimize"


class Policy(Node, frozen=True):
    """How a metric rule compares a running run with the others, which it then ends alone.

    `kind` is `median`, `truncation` or `diff`. Intervals are in steps of the metric, `min_samples`
    counts runs.
    """

    kind: str
    evaluation_interval: int
    min_interval: int | None = None
    min_samples: int | None = None
    percent: float | None = None
    include_succeeded: bool = False


class Stopping(Node, frozen=True):
    """One rule; the first that holds ends everything.

    With `METRIC` the whole has succeeded as soon as one run's `metric` has come to `value`: to no
    less of it where `optimization` is `maximize`, to no more where it is `minimize`. With `FAILURE`
    it has failed as soon as `percent` of its runs have.
    """

    kind: str
    metric: str = ""
    value: float | None = None
    optimization: str = ""
    policy: Policy | None = None
    percent: float | None = None
