"""Searches whose next runs depend on the results of earlier ones."""

from __future__ import annotations

from pxc.ir.node import Map, Node
from pxc.ir.stopping import Stopping
from pxc.ir.sweep import Axis

__all__ = ["Kernel", "Objective", "Proposer", "Resource", "Search", "Utility"]


class Objective(Node, frozen=True):
    """The metric that a search makes large or small: `maximize` or `minimize`."""

    name: str
    optimization: str


class Resource(Node, frozen=True):
    """What a hyperband grows from rung to rung; `type` is int, float or empty.

    `pxc.ir.brackets` says how much each rung has, and `resource_value` how it is given to a run.
    """

    name: str
    type: str = ""


class Kernel(Node, frozen=True):
    """The Gaussian process of a Bayesian search; None where its author said nothing."""

    kernel: str | None = None
    length_scale: float | None = None
    nu: float | None = None
    restarts: int | None = None


class Utility(Node, frozen=True):
    """What a Bayesian search maximizes to choose its next run: `ucb`, `ei` or `poi`."""

    acquisition: str
    kappa: float | None = None
    eps: float | None = None
    warmup: int | None = None
    iterations: int | None = None
    process: Kernel | None = None


class Proposer(Node, frozen=True):
    """The component that its author wants to propose the next runs, in place of the target's own.

    `params` are evaluated.
    """

    hub_ref: str
    params: Map | None = None
    presets: tuple[str, ...] = ()
    queue: str | None = None
    namespace: str | None = None


class Search(Node, frozen=True):
    """One unit, or one group, run again and again until nothing is left to try.

    `kind` says how the next runs are chosen:

    - `hyperband`: the brackets of `max_iterations` and `eta`, one after another. The first rung of
      a bracket is drawn at random; the best of a rung, by the objective, go on to the next one,
      with more of the `resource`; they go on from where they were when `resume`.
    - `bayes`: `num_initial_runs` drawn at random, then `max_iterations` runs, one at a time.
    - `tpe`, and `hyperopt` with its `algorithm` (tpe, rand or anneal): `max_iterations` times a
      batch of `num_runs`.
    - `iterative`: as these, chosen by the `proposer`.

    In what runs, a value of an axis and the resource are the run-time references `matrix.<name>`,
    as in a sweep; `seed` is what the drawing begins with, None where its author gave none.
    """

    kind: str
    axes: tuple[Axis, ...]
    seed: int | None = None
    max_iterations: int = 1
    num_runs: int | None = None
    num_initial_runs: int | None = None
    eta: float | None = None
    resource: Resource | None = None
    objective: Objective | None = None
    resume: bool = False
    algorithm: str | None = None
    utility: Utility | None = None
    proposer: Proposer | None = None
    concurrency: int | None = None
    stopping: tuple[Stopping, ...] = ()
