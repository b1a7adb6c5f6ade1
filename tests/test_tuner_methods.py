"""What the methods of `pxc-tuner` find, and that they stay in the space, whatever it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.ir.draws import draw_rows
from pxc.tuner.documents import (
    AxisDocument,
    GaussianProcess,
    Metric,
    Record,
    Resource,
    SearchDocument,
    Utility,
)
from pxc.tuner.space import Line, identity, space_of
from pxc.tuner.suggest import suggest
from tests.test_docs import table

# what they find


def branin(x: float, y: float) -> float:
    """It has three minima of 0.397887."""
    bend = (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2
    return bend + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


ALPHA = (1.0, 1.2, 3.0, 3.2)
A = (
    (10, 3, 17, 3.5, 1.7, 8),
    (0.05, 10, 17, 0.1, 8, 14),
    (3, 3.5, 1.7, 10, 17, 8),
    (17, 8, 0.05, 10, 0.1, 14),
)
P = (
    (1312, 1696, 5569, 124, 8283, 5886),
    (2329, 4135, 8307, 3736, 1004, 9991),
    (2348, 1451, 3522, 2883, 3047, 6650),
    (4047, 8828, 8732, 5743, 1091, 381),
)


def hartmann(*x: float) -> float:
    """It has one minimum of -3.32237, and others that are not as deep."""
    return -sum(
        alpha * math.exp(-sum(a * (v - p * 1e-4) ** 2 for v, a, p in zip(x, row, at, strict=True)))
        for alpha, row, at in zip(ALPHA, A, P, strict=True)
    )


FUNCTIONS: dict[str, tuple[Callable[..., float], list[tuple[float, float]], float]] = {
    "branin": (branin, [(-5.0, 10.0), (0.0, 15.0)], 0.397887),
    "hartmann": (hartmann, [(0.0, 1.0)] * 6, -3.32237),
}
SEEDS = (1, 2, 3)
SMALL: dict[str, Any] = {"num_warmup": 200, "num_iterations": 3}


def regret(name: str, seed: int, sign: float = 1.0, **fields: Any) -> float:
    """How far from the minimum the best run of a search is."""
    function, bounds, least = FUNCTIONS[name]
    axes = [AxisDocument(f"x{i}", "uniform", numbers=[*b]) for i, b in enumerate(bounds)]
    direction = "minimize" if sign > 0 else "maximize"
    search = SearchDocument(1, axes=axes, seed=seed, metric=Metric("y", direction), **fields)
    records: list[Record] = []
    while True:
        found = suggest(search, records, None, None)
        records += [
            Record(i.index, i.params, "succeeded", sign * function(*i.params.values()), i.iteration)
            for i in found.items
        ]
        if not found.more:
            return min(sign * (r.metric or 0.0) for r in records) - least


def by_chance(name: str, runs: int) -> list[float]:
    return [regret(name, seed, kind="random", num_runs=runs) for seed in SEEDS]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def bayes(runs: int, utility: Utility) -> dict[str, Any]:
    return {"kind": "bayes", "num_initial_runs": 8, "max_iterations": runs - 8,
            "utility_function": utility}  # fmt: skip


def batches(runs: int, **fields: Any) -> dict[str, Any]:
    return {"num_runs": 5, "max_iterations": runs // 5} | fields


SEARCHES: dict[str, Callable[[int], dict[str, Any]]] = {
    "`bayes` with `ei`": lambda runs: bayes(runs, Utility("ei", **SMALL)),
    "`bayes` with `ucb`": lambda runs: bayes(runs, Utility("ucb", kappa=1.5, **SMALL)),
    "`tpe`": lambda runs: batches(runs, kind="tpe"),
    "`hyperopt` with `anneal`": lambda runs: batches(runs, kind="hyperopt", algorithm="anneal"),
}
FOUND = table("tuner.md", "What they find")


@pytest.mark.parametrize(
    ("search", "function", "runs", "most"), FOUND, ids=[" ".join(r[:2]) for r in FOUND]
)
def test_the_optimum_is_found(search: str, function: str, runs: str, most: str) -> None:
    """Nearer than the documentation says, and than as many random runs are."""
    name, count = function.lower().removesuffix("-6"), int(runs)
    if search == "`hyperband`":
        found = [grown(name, seed, count) for seed in SEEDS]
    else:
        sign = -1.0 if "ucb" in search else 1.0
        seeds = SEEDS[:2] if "bayes" in search else SEEDS
        found = [regret(name, seed, sign, **SEARCHES[search](count)) for seed in seeds]
    assert mean(found) < float(most)
    assert mean(found) < mean(by_chance(name, count))


def grown(name: str, seed: int, runs: int) -> float:
    """How far from the minimum the best run with the whole resource is; all spend as many `runs`.

    What a run with less of it tells is off, by more the less it has.
    """
    function, bounds, least = FUNCTIONS[name]
    search = SearchDocument(
        1, "hyperband", [AxisDocument(f"x{i}", "uniform", numbers=[*b]) for i, b in enumerate(bounds)],
        Metric("y"), seed=seed, max_iterations=81, eta=3.0, resource=Resource("epochs", "int"),
    )  # fmt: skip
    records: list[Record] = []
    while True:
        found = suggest(search, records, None, None)
        for item in found.items:
            *at, epochs = item.params.values()
            told = function(*at) + math.sin(7 * at[0]) * least / epochs
            records.append(Record(item.index, item.params, "succeeded", told, item.iteration,
                                  item.bracket, item.rung))  # fmt: skip
        if not found.more:
            break
    assert sum(r.params["epochs"] for r in records) // 81 == runs
    whole = [r.params for r in records if r.params["epochs"] == 81]
    return min(function(*list(params.values())[:-1]) for params in whole) - least


def test_hyperband_beats_as_much_training_of_random_runs() -> None:
    """A run's loss nears its own floor as it is given more of the resource."""
    axes = [AxisDocument("x", "uniform", numbers=[0.0, 1.0])]
    search = SearchDocument(
        1, "hyperband", axes, Metric("loss"), seed=1, max_iterations=81, eta=3.0,
        resource=Resource("epochs", "int"),
    )  # fmt: skip

    def loss(params: dict[str, Any]) -> float:
        return float(abs(params["x"] - 0.3) + 1 / params["epochs"])

    records: list[Record] = []
    more = True
    while more:
        found = suggest(search, records, None, None)
        more = found.more
        records += [
            Record(i.index, i.params, "succeeded", loss(i.params), i.iteration, i.bracket, i.rung)
            for i in found.items
        ]
    spent = sum(r.params["epochs"] for r in records)
    whole = spent // 81
    space = space_of(axes)
    random = [loss({"x": row[0], "epochs": 81}) for row in islice(draw_rows(space.axes, 1), whole)]
    assert min(r.metric or 9.0 for r in records) < min(random)


# failures


def record(index: int, x: float, metric: float | None) -> Record:
    return Record(index, {"x": x}, "succeeded" if metric is not None else "failed", metric)


METHODS: list[dict[str, Any]] = [
    {"kind": "bayes"}, {"kind": "tpe"}, {"kind": "hyperopt", "algorithm": "anneal"},
]  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_a_search_leaves_the_region_where_runs_fail(method: dict[str, Any]) -> None:
    search = SearchDocument(
        1, **method, axes=[AxisDocument("x", "uniform", numbers=[0.0, 1.0])], metric=Metric("loss"),
        seed=3, num_runs=8, max_iterations=50, num_initial_runs=3,
        utility_function=Utility("ei"),
    )  # fmt: skip
    failed = [record(i, 0.5 + i / 40, None) for i in range(20)]
    fine = [record(20 + i, i / 40, abs(i / 40 - 0.25)) for i in range(20)]
    found = suggest(search, failed + fine, 8, None)
    assert sum(item.params["x"] < 0.5 for item in found.items) >= 6


@pytest.mark.parametrize("method", METHODS)
def test_a_search_of_which_every_run_failed_goes_on(method: dict[str, Any]) -> None:
    search = SearchDocument(
        1, **method, axes=[AxisDocument("x", "uniform", numbers=[0.0, 1.0])],
        metric=Metric("loss"), num_runs=2, max_iterations=50, num_initial_runs=3,
    )  # fmt: skip
    found = suggest(search, [record(i, i / 10, None) for i in range(10)], 2, None)
    assert len(found.items) == 2


def test_kernels_and_utilities_make_a_difference() -> None:
    def first(utility: Utility) -> float:
        search = SearchDocument(
            1, "bayes", [AxisDocument("x", "uniform", numbers=[0.0, 1.0])], Metric("loss"),
            num_initial_runs=4, max_iterations=9, utility_function=utility,
        )  # fmt: skip
        records = [record(i, x, (x - 0.6) ** 2) for i, x in enumerate((0.1, 0.2, 0.5, 0.9))]
        return float(suggest(search, records, None, None).items[0].params["x"])

    utilities = [
        Utility("ucb", kappa=0.0),
        Utility("ucb", kappa=50.0),
        Utility("ei", eps=0.1),
        Utility("poi", eps=0.1),
        Utility("ei", gaussian_process=GaussianProcess("rbf")),
        Utility("ei", gaussian_process=GaussianProcess("matern", nu=0.5)),
    ]
    found = [first(u) for u in utilities]
    assert abs(found[0] - 0.6) < 0.1
    assert len(set(found)) >= 5
    assert [first(u) for u in utilities] == found


# they stay in the space

NUMBER = st.floats(-50, 50, allow_nan=False).map(lambda x: round(x, 3))
STEP = st.sampled_from([0.1, 0.25, 1.0, 2.0, -0.5])


@st.composite
def axis(draw: st.DrawFn, name: str) -> AxisDocument:
    kind = draw(st.sampled_from([
        "choice", "pchoice", "uniform", "quniform", "loguniform", "qloguniform", "normal",
        "qnormal", "lognormal", "qlognormal",
    ]))  # fmt: skip
    whole = draw(st.booleans())
    if kind in ("choice", "pchoice"):
        values = draw(st.lists(st.one_of(st.integers(-5, 5), st.booleans(), st.text(max_size=2),
                                         st.none()), min_size=1, max_size=4))  # fmt: skip
        weights = [1 / len(values)] * len(values) if kind == "pchoice" else []
        return AxisDocument(name, kind, values, weights)
    first, second = (
        (draw(NUMBER) / 10, draw(NUMBER) / 10) if "log" in kind else (draw(NUMBER), draw(NUMBER))
    )
    if "normal" in kind:
        second = abs(second) / 3
    steps = [draw(STEP)] if kind[0] == "q" else []
    return AxisDocument(name, kind, numbers=[first, second, *steps], whole=whole)


def is_inside(document: AxisDocument, value: Any) -> bool:
    if document.kind in ("choice", "pchoice"):
        return identity([value]) in {identity([v]) for v in document.values}
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if document.whole and not isinstance(value, int) and value.is_integer():
        return False
    if "uniform" not in document.kind:
        return math.isfinite(value) and ("log" not in document.kind or value >= 0 or
                                         document.numbers[2] < 0)  # fmt: skip
    low, high = sorted(document.numbers[:2])
    if "log" in document.kind:
        low, high = math.exp(low), math.exp(high)
    room = abs(document.numbers[2]) if document.kind[0] == "q" else 0.0
    slack = 1e-9 * max(abs(low), abs(high), 1.0)
    return low - room - slack <= value <= high + room + slack


@settings(max_examples=40)
@given(st.data())
def test_suggestions_are_of_the_space_and_new(data: st.DataObject) -> None:
    axes = [data.draw(axis(name)) for name in "ab"[: data.draw(st.integers(1, 2))]]
    kinds = ["random", "tpe", "tpe", "hyperopt", "hyperband", "iterative"]
    kind = data.draw(st.sampled_from(kinds))
    search = SearchDocument(
        1, kind, axes, Metric("m"), seed=data.draw(st.integers(-9, 2**70)), num_runs=4,
        algorithm="anneal", max_iterations=9, num_initial_runs=3, resource=Resource("r"),
    )  # fmt: skip
    records: list[Record] = []
    seen: set[str] = set()
    for _ in range(3):
        found = suggest(search, records, None, None)
        assert found == suggest(search, records, None, None)
        for item in found.items:
            for document in axes:
                assert is_inside(document, item.params[document.name]), (document, item.params)
            row = identity([item.params[d.name] for d in axes])
            assert row not in seen or item.origin is not None
            seen.add(row)
            metric = data.draw(st.one_of(st.none(), st.floats(-9, 9)))
            status = "failed" if metric is None else "succeeded"
            records.append(Record(item.index, item.params, status, metric, item.iteration,
                                  item.bracket, item.rung))  # fmt: skip


@settings(max_examples=4)
@given(st.data())
def test_a_gaussian_process_stays_in_the_space(data: st.DataObject) -> None:
    axes = [data.draw(axis(name)) for name in "ab"]
    search = SearchDocument(
        1, "bayes", axes, Metric("m"), seed=1, max_iterations=9, num_initial_runs=2,
        utility_function=Utility(num_warmup=20, num_iterations=2),
    )  # fmt: skip
    records: list[Record] = []
    for _ in range(4):
        found = suggest(search, records, None, None)
        for item in found.items:
            for document in axes:
                assert is_inside(document, item.params[document.name]), (document, item.params)
            records.append(Record(item.index, item.params, "succeeded", float(item.index % 3)))


@given(st.data())
def test_a_drawn_value_has_its_place_and_comes_back(data: st.DataObject) -> None:
    document = data.draw(axis("a"))
    (line,) = space_of([document]).lines
    for (value,) in islice(draw_rows((line.axis,), 5), 5):
        at = line.place(value)
        assert at is not None or ("log" in document.kind and value <= 0), (document, value)
        if at is not None and 1e-6 < at < 1 - 1e-6:
            assert near(line, line.value(at), value), (document, value, at)


def near(line: Line, found: Any, value: Any) -> bool:
    if line.count is not None:
        return identity([found]) == identity([value])
    step = abs(line.axis.numbers[2]) if line.axis.kind[0] == "q" else 0.0
    return abs(found - value) <= step + 1e-6 * max(1.0, abs(value))
