"""The brackets of hyperband searches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.ir.brackets import brackets, resource_value


@pytest.mark.parametrize(
    ("budget", "eta", "runs"),
    [
        (81, 3, [[81, 27, 9, 3, 1], [34, 11, 3, 1], [15, 5, 1], [8, 2], [5]]),
        (27, 3, [[27, 9, 3, 1], [12, 4, 1], [6, 2], [4]]),
        (9, 3, [[9, 3, 1], [5, 1], [3]]),
        (10, 3, [[9, 3, 1], [5, 1], [3]]),
        (4, 2, [[4, 2, 1], [3, 1], [3]]),
        (1, 3, [[1]]),
        (2, 3, [[1]]),
        (6, 2.5, [[3, 1], [2]]),
    ],
)
def test_runs_of_brackets(budget: int, eta: float, runs: list[list[int]]) -> None:
    found = brackets(budget, eta)
    assert [[rung.runs for rung in each.rungs] for each in found] == runs


def test_resources_of_brackets() -> None:
    found = [[rung.resource for rung in each.rungs] for each in brackets(81, 3)]
    assert found == [[1, 3, 9, 27, 81], [3, 9, 27, 81], [9, 27, 81], [27, 81], [81]]
    assert [rung.resource for rung in brackets(10, 3)[0].rungs] == [10 / 9, 10 / 3, 10]


@pytest.mark.parametrize("power", range(1, 20))
def test_a_power_of_eta_has_a_bracket_more(power: int) -> None:
    """A logarithm would be rounded down for some of them."""
    assert len(brackets(3**power, 3)) == power + 1
    assert len(brackets(3**power - 1, 3)) == power


@pytest.mark.parametrize(("budget", "eta"), [(0, 3), (81, 1), (81, 0.5), (81, 0), (10**9, 1.001)])
def test_no_brackets(budget: int, eta: float) -> None:
    with pytest.raises(ValueError, match="a hyperband"):
        brackets(budget, eta)


@given(st.integers(1, 10**6), st.floats(2, 50))
def test_rungs_shrink_and_end_with_the_whole_budget(budget: int, eta: float) -> None:
    for bracket in brackets(budget, eta):
        runs = [rung.runs for rung in bracket.rungs]
        assert runs == sorted(runs, reverse=True)
        assert runs[-1] >= 1
        assert bracket.rungs[-1].resource == budget
        assert all(1 <= rung.resource <= budget for rung in bracket.rungs)


@pytest.mark.parametrize(
    ("resource", "type", "value"),
    [(3.0, "", 3), (3.5, "", 3.5), (3.5, "int", 3), (3.0, "float", 3.0), (3.0, "int", 3)],
)
def test_resource_values(resource: float, type: str, value: float) -> None:
    found = resource_value(resource, type)
    assert (found, found.__class__) == (value, value.__class__)
