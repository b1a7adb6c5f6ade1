"""Turns the budget of a hyperband search into its brackets: how many runs, with how much each.

Computed with exact fractions, so that no logarithm is rounded below a whole number: (243, 3) has
six brackets. Source: specification of matrices, section 4.
"""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

__all__ = ["DEFAULT_ETA", "MOST_BRACKETS", "Bracket", "Rung", "brackets", "resource_value"]

DEFAULT_ETA = 3
"""What `eta` is where the author says nothing."""

MOST_BRACKETS = 64
"""More brackets than any budget has whose `eta` is 2 or more."""


class Rung(Struct, frozen=True):
    """So many runs, each with this much of the resource: the best of them go on to the next."""

    runs: int
    resource: float


class Bracket(Struct, frozen=True):
    """Rungs one after another; every bracket begins with runs of its own."""

    rungs: tuple[Rung, ...]


def brackets(max_iterations: int, eta: float = DEFAULT_ETA) -> tuple[Bracket, ...]:
    """The brackets in the order in which they run, the one with the most runs first.

    (81, 3) gives 81 runs, of which 27, 9, 3 and 1 go on; 34, 11, 3, 1; 15, 5, 1; 8, 2; and 5.
    ValueError for a budget below 1, an `eta` of 1 or less, and more than `MOST_BRACKETS`.
    """
    rate = Fraction(str(eta))
    powers = _powers(max_iterations, rate)
    last = len(powers) - 1
    return tuple(
        _bracket(max_iterations, powers[: depth + 1], last + 1) for depth in range(last, -1, -1)
    )


def resource_value(resource: float, type: str = "") -> int | float:
    """The value that a run is given: cut to `int`, a `float`, or whole where it is whole."""
    if type == "int" or (type != "float" and resource.is_integer()):
        return int(resource)
    return resource


def _powers(most: int, rate: Fraction) -> list[Fraction]:
    """The powers of the rate from the zeroth to the largest that is within the budget."""
    if most < 1 or rate <= 1:
        raise ValueError("a hyperband needs a budget of 1 or more, and an eta above 1")
    powers = [Fraction(1)]
    while powers[-1] * rate <= most:
        powers.append(powers[-1] * rate)
        if len(powers) > MOST_BRACKETS:
            raise ValueError(f"a hyperband has at most {MOST_BRACKETS} brackets")
    return powers


def _bracket(most: int, powers: list[Fraction], count: int) -> Bracket:
    """The bracket whose last rung runs with the whole budget."""
    depth = len(powers) - 1
    runs = -(-(count * powers[depth]) // (depth + 1))
    return Bracket(
        tuple(Rung(int(runs // power), float(most * power / powers[depth])) for power in powers)
    )
