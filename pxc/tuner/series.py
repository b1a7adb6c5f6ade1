"""Turns the file that the tracking client writes of a metric into pairs of step and value."""

from __future__ import annotations

import math
from pathlib import Path

from pxc.tuner.mistakes import MistakeError

__all__ = ["read_series"]

_MOST_LINES = 100_000


def read_series(option: str, file: str) -> list[tuple[float, float]]:
    """The pairs in the order of the file, whose lines are `step|timestamp|value`.

    A line that is not yet written to its end is left out. MistakeError where there is no such file.
    """
    found = []
    try:
        with Path(file).open(encoding="utf-8", errors="replace") as lines:
            for _, line in zip(range(_MOST_LINES), lines, strict=False):
                pair = _pair_of(line)
                if pair is not None:
                    found.append(pair)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise MistakeError(f"{option}: cannot read `{file}`: {reason}") from None
    return found


def _pair_of(line: str) -> tuple[float, float] | None:
    parts = line.strip().split("|")
    if len(parts) != 3 or not line.endswith("\n"):
        return None
    try:
        step, value = float(parts[0]), float(parts[2])
    except ValueError:
        return None
    return (step, value) if math.isfinite(step) and math.isfinite(value) else None
