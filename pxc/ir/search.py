"""Searches whose next runs depend on the results of earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.ir.node import Map, Node
from pxc.ir.stopping import Stopping
from pxc.ir.sweep import Axis

if TYPE_CHECKING:
    from pxc.ir.plan import Group, Unit

__all__ = ["ASKED", "Kernel", "Objective", "Proposer", "Resource", "Search", "Utility", "is_own"]

ASKED = ("configs", "metrics", "iteration", "bracket_iteration")
"""What a proposer is asked with, besides the matrix, which is known: `search.<name>`."""

_TREES = frozenset(("tpe-tuner", "hyperopt-tuner"))
_OWN = {
    "bayes": frozenset(("bayes-tuner",)),
    "hyperband": frozenset(("hyperband-tuner",)),
    "tpe": _TREES,
    "hyperopt": _TREES,
}
"""The components of Polyaxon's that a kind is proposed by where its author names none."""


def is_own(kind: str, hub_ref: str) -> bool:
    """Whether a reference names the component of Polyaxon's that proposes runs of this kind.

    Its place a target takes, whatever owner and version are named.
    """
    return hub_ref.partition(":")[0].rpartition("/")[2] in _OWN.get(kind, ())


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

    `params` are evaluated. `run` is what the component runs, where it is known: it is asked in each
    round, has what was tried as inputs that begin with `search.` (those of `ASKED`, and
    `search.globals.uuid`), and answers with its output `suggestions`, a JSON list with a map of
    values for each of the next runs; none ends the search. Other inputs are as those of the
    searched member itself.
    """

    hub_ref: str
    params: Map | None = None
    presets: tuple[str, ...] = ()
    queue: str | None = None
    namespace: str | None = None
    run: Unit | Group | None = None


class Search(Node, frozen=True):
    """One unit, or one group, run again and again until nothing is left to try.

    `kind` says how the next runs are chosen:

    - `hyperband`: the brackets of `max_iterations` and `eta`, one after another. The first rung of
      a bracket is drawn at random; the best of a rung, by the objective, go on to the next one,
      with more of the `resource`; they go on from where they were when `resume`.
    - `bayes`: `num_initial_runs` drawn at random, then `max_iterations` runs, one at a time.
    - `tpe`, and `hyperopt` with its `algorithm` (tpe, rand or anneal): `max_iterations` times a
      batch of `num_runs`.
    - `iterative`: `max_iterations` times as many as the `proposer` says.

    With a `proposer` that is known the kind says only how often it is asked: `max_iterations`
    times, for `bayes` once more, for `hyperband` a time for each rung of its brackets.

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
