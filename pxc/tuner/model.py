"""Turns the history of a search into numbers to learn from: places, and costs to be minimized."""

from __future__ import annotations

import math

from msgspec import Struct

from pxc.tuner.documents import Metric, Record
from pxc.tuner.space import Space

__all__ = ["Observation", "cost_of", "observations"]


class Observation(Struct, frozen=True):
    """A finished run: its place on each line, and its cost; None for a run that failed."""

    places: list[float]
    cost: float | None


def cost_of(record: Record, metric: Metric | None) -> float | None:
    """The metric of a run so that less is better; None when the run gave none.

    Without a direction a metric is minimized. Source: specification of matrices, section 1.
    """
    if record.status != "succeeded" or record.metric is None or not math.isfinite(record.metric):
        return None
    maximized = metric is not None and metric.optimization == "maximize"
    return -record.metric if maximized else record.metric


def observations(space: Space, records: list[Record], metric: Metric | None) -> list[Observation]:
    """What a model can learn from: no runs that still go on, none outside of the space."""
    found = []
    for record in records:
        places = None if record.status == "running" else space.places(record.params)
        if places is not None:
            found.append(Observation(places, cost_of(record, metric)))
    return found
