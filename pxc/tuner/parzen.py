"""Suggests by a tree of Parzen estimators (Optuna)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.tuner.model import Observation
from pxc.tuner.space import Line, Space
from pxc.tuner.unseen import generator_of, new_rows

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

__all__ = ["parzen_rows"]


def parzen_rows(
    space: Space, seen: set[str], observed: list[Observation], batch: int, seed: int
) -> list[tuple[Any, ...]]:
    """Up to `batch` new rows.

    A failed run counts as worse than every other. Runs that are suggested together know of each
    other. In a finite space what the estimator does not find comes by chance.
    """
    import optuna
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    scales = {line.axis.name: _distribution(line) for line in space.lines}
    sampler = optuna.samplers.TPESampler(
        n_startup_trials=0,
        multivariate=True,
        constant_liar=True,
        seed=generator_of(seed, len(seen)).below(2**31),
    )
    study = optuna.create_study(sampler=sampler)
    for found in observed:
        places = zip(space.lines, found.places, strict=True)
        study.add_trial(
            create_trial(
                state=TrialState.PRUNED if found.cost is None else TrialState.COMPLETE,
                value=found.cost,
                params={line.axis.name: _at(line, place) for line, place in places},
                distributions=scales,
            )
        )

    def draw() -> tuple[Any, ...]:
        asked = study.ask(scales).params
        return tuple(_value(line, asked[line.axis.name]) for line in space.lines)

    return new_rows(space, seed, seen, batch, draw)


def _distribution(line: Line) -> BaseDistribution:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if line.count is None:
        return FloatDistribution(0.0, 1.0)
    if line.ordered:
        return IntDistribution(0, line.count - 1)
    return CategoricalDistribution(tuple(range(line.count)))


def _at(line: Line, place: float) -> float | int:
    return place if line.count is None else int(place * line.count)


def _value(line: Line, asked: float | int) -> Any:
    return line.value(asked if line.count is None else (asked + 0.5) / line.count)
