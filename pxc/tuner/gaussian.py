"""Suggests by a Gaussian process (scikit-learn) and an acquisition function."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from pxc.ir.draws import Generator
from pxc.tuner.documents import GaussianProcess, Utility
from pxc.tuner.model import Observation
from pxc.tuner.space import Space, identity
from pxc.tuner.unseen import fresh_rows, generator_of

if TYPE_CHECKING:
    import numpy
    from sklearn.gaussian_process import GaussianProcessRegressor

    Array = numpy.ndarray[Any, numpy.dtype[numpy.float64]]

__all__ = ["KAPPA", "gaussian_rows"]

KAPPA = 2.576
"""The `kappa` of `ucb` where the search says none: the bound that 99 of 100 values stay within."""

_WARMUP = 1000
"""How many random points are looked at first where the search says nothing."""

_ITERATIONS = 10
"""From how many of them the optimizer starts where the search says nothing."""

_MOST_CELLS = 20_000
"""Up to so many cells of a finite space, all of them are looked at."""

_STEP = 1e-6
"""The step of the slope."""

_LENGTHS = (0.05, 10.0)
"""What a length scale is fitted within: few points say little of shorter or longer ones."""

_MOST_OBSERVED = 1_000
"""The model is fitted to so many of the last runs: its time grows with the cube."""


def gaussian_rows(
    space: Space,
    seen: set[str],
    observed: list[Observation],
    batch: int,
    seed: int,
    utility: Utility,
) -> list[tuple[Any, ...]]:
    """Up to `batch` new rows.

    A failed run counts as the worst that was seen. Of runs that are suggested together each takes
    those before it to have ended as the model expects.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        # That a length scale ends at its bound is no fault of the caller.
        warnings.simplefilter("ignore")
        search = _Search(space, seen, observed, seed, utility)
        rows: list[tuple[Any, ...]] = []
        while len(rows) < batch:
            row = search.next_row()
            if row is None:
                break
            rows.append(row)
        return rows


class _Search:
    """The model of one call."""

    def __init__(
        self,
        space: Space,
        seen: set[str],
        observed: list[Observation],
        seed: int,
        utility: Utility,
    ) -> None:
        self.space, self.seen, self.seed, self.utility = space, seen, seed, utility
        self.generator = generator_of(seed, len(seen))
        observed = observed[-_MOST_OBSERVED:]
        worst = max((o.cost for o in observed if o.cost is not None), default=0.0)
        self.inputs = [self._features(o.places) for o in observed]
        self.costs = [worst if o.cost is None else o.cost for o in observed]

    def next_row(self) -> tuple[Any, ...] | None:
        """The row with the largest utility that is new; then the model is told what it expects."""
        import numpy

        model = _fitted(self.inputs, self.costs, self.utility.gaussian_process, self.seed)
        candidates = self._candidates()
        if not candidates:
            return None
        values = self._utility(model, numpy.array([self._features(c) for c in candidates]))
        order = numpy.argsort(-values, kind="stable")
        ranked = [candidates[int(i)] for i in order]
        if not self._is_finite:
            ranked = self._refined(model, ranked) + ranked
        for places in ranked:
            row = self._row(places)
            key = identity(row)
            if key not in self.seen:
                return self._taken(row, key, model)
        fresh = next(fresh_rows(self.space, self.seed, self.seen), None)
        return None if fresh is None else self._taken(fresh, identity(fresh), model)

    def _taken(
        self, row: tuple[Any, ...], key: str, model: GaussianProcessRegressor
    ) -> tuple[Any, ...]:
        self.seen.add(key)
        places = self.space.places(self.space.params(row))
        if places is not None:
            features = self._features(places)
            self.inputs.append(features)
            self.costs.append(float(model.predict([features])[0]))
        return row

    @property
    def _is_finite(self) -> bool:
        return self.space.size is not None and self.space.size <= _MOST_CELLS

    def _candidates(self) -> list[list[float]]:
        """Places to look at: every new cell of a small space, else random ones."""
        lines = self.space.lines
        if self._is_finite:
            middles = [[(i + 0.5) / (li.count or 1) for i in range(li.count or 1)] for li in lines]
            cells = islice(product(*middles), _MOST_CELLS)
            return [list(c) for c in cells if identity(self._row(list(c))) not in self.seen]
        warmup = self.utility.num_warmup or _WARMUP
        return [[_middle(self.generator, li.count) for li in lines] for _ in range(warmup)]

    def _row(self, places: list[float]) -> tuple[Any, ...]:
        return tuple(li.value(at) for li, at in zip(self.space.lines, places, strict=True))

    def _features(self, places: list[float]) -> list[float]:
        """The places, with one number for each value of a line whose values have no order."""
        found: list[float] = []
        for line, at in zip(self.space.lines, places, strict=True):
            if line.ordered or line.count is None:
                found.append(at)
            else:
                found += [float(i == int(at * line.count)) for i in range(line.count)]
        return found

    def _refined(
        self, model: GaussianProcessRegressor, ranked: list[list[float]]
    ) -> list[list[float]]:
        """The best candidates, moved along the lines of numbers to where utility is largest."""
        from scipy.optimize import minimize

        moving = [i for i, line in enumerate(self.space.lines) if line.count is None]
        starts = self.utility.num_iterations
        found: list[tuple[float, list[float]]] = []
        for start in ranked[: _ITERATIONS if starts is None else starts]:
            ended = minimize(
                self._slope_of(model, start, moving),
                [start[i] for i in moving],
                jac=True,
                method="L-BFGS-B",
                bounds=[(0.0, 1.0)] * len(moving),
            )
            found.append((float(ended.fun), _moved(start, moving, ended.x)))
        return [where for _, where in sorted(found, key=lambda pair: pair[0])]

    def _slope_of(
        self, model: GaussianProcessRegressor, start: list[float], moving: list[int]
    ) -> Callable[[Array], tuple[float, Array]]:
        """What gives the loss at a point and its slope, by small steps all asked at once."""
        import numpy

        def loss(point: Array) -> tuple[float, Array]:
            steps = numpy.where(point < 0.5, _STEP, -_STEP)
            points = numpy.vstack([point, point + numpy.diag(steps)])
            features = [self._features(_moved(start, moving, p)) for p in points]
            values = -self._utility(model, numpy.array(features))
            return float(values[0]), (values[1:] - values[0]) / steps

        return loss

    def _utility(self, model: GaussianProcessRegressor, features: Array) -> Array:
        """The utility of places, more is better. Source: specification of matrices, section 1."""
        import numpy
        from scipy.special import ndtr

        mean, deviation = model.predict(features, return_std=True)
        settings = self.utility
        values: Array
        if settings.acquisition_function == "ucb":
            kappa = KAPPA if settings.kappa is None else settings.kappa
            values = kappa * deviation - mean
            return values
        better = min(self.costs) - mean - (settings.eps or 0.0)
        deviation = numpy.maximum(deviation, 1e-12)
        ratio = better / deviation
        if settings.acquisition_function == "poi":
            values = ndtr(ratio)
        else:
            density = numpy.exp(-0.5 * ratio**2) / math.sqrt(2 * math.pi)
            values = better * ndtr(ratio) + deviation * density
        return values


def _moved(start: list[float], moving: list[int], point: Array) -> list[float]:
    """A place with the coordinates that move set to a point."""
    moved = list(start)
    for i, at in zip(moving, point, strict=True):
        moved[i] = float(at)
    return moved


def _middle(generator: Generator, count: int | None) -> float:
    return generator.fraction() if count is None else (generator.below(count) + 0.5) / count


def _fitted(
    inputs: list[list[float]], costs: list[float], settings: GaussianProcess, seed: int
) -> GaussianProcessRegressor:
    """The model of what was seen; costs are scaled to a mean of 0 and a deviation of 1."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel

    lengths = [settings.length_scale] * len(inputs[0])
    bounds = (min(_LENGTHS[0], lengths[0]), max(_LENGTHS[1], lengths[0]))
    if settings.kernel == "rbf":
        shape = RBF(lengths, bounds)
    else:
        shape = Matern(lengths, bounds, nu=settings.nu)
    noise = WhiteKernel(1e-6, (1e-8, 1e-1))
    model = GaussianProcessRegressor(
        ConstantKernel(1.0, (1e-3, 1e3)) * shape + noise,
        normalize_y=True,
        n_restarts_optimizer=settings.num_restarts_optimizer,
        random_state=seed & 0x7FFFFFFF,
    )
    return model.fit(inputs, costs)
