"""`pxc-tuner step`, round by round, against an interpreter that knows the specification alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.ir.plan import Group, Unit
from pxc.targets._search_document import search_document, table_document
from pxc.targets.argo.batches import Kin, rows_of
from pxc.tuner.documents import SearchDocument
from pxc.tuner.reading import read_document
from pxc.tuner.step import State, packed, step, unpacked
from tests.search_interpreter import Does, Params, rounds_of

SOURCE = """\
kind: operation
name: s
matrix: {%s}
component:
  inputs: [{name: lr, type: float}, {name: n, type: int, value: 4}, {name: epochs, type: int, value: 1}]
  outputs: [{name: loss, type: float}]
  run: {kind: job, container: {image: "i:1", command: [c], args: ["{{ lr }}", "{{ n }}", "{{ epochs }}"]}}
"""
SPACE = "params: {lr: {kind: uniform, value: [0, 1]}, n: {kind: choice, value: [1, 2, 3, 4, 5]}}, seed: 7"
LEAST, MOST = (f"metric: {{name: loss, optimization: {way}}}" for way in ("minimize", "maximize"))
EPOCHS = "resource: {name: epochs, type: int}"
GOOD = "{kind: metric_early_stopping, metric: loss, value: %s, optimization: %s}"
BAD = "{kind: failure_early_stopping, percent: %s}"
GRID = "kind: grid, params: {lr: {kind: linspace, value: [0.1, 1, 10]}, n: {kind: choice, value: [1, 2, 3]}}"


def member(matrix: str) -> Unit | Group:
    """The one run of a file with this matrix."""
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", (SOURCE % matrix).encode()),), target="argo")
    )
    assert outcome.plan is not None, [d.message for d in outcome.report]
    [unit] = outcome.plan.units
    return unit


def document(unit: Unit | Group) -> SearchDocument:
    if unit.search is not None:
        data = search_document(unit.search, 0)
    else:
        assert unit.sweep is not None
        kin = Kin({}, [], [(at, {}) for at in range(unit.sweep.count)])
        rows = rows_of(unit.sweep, [kin], with_params=True)
        data = table_document(unit.sweep, rows, unit.sweep.concurrency or unit.sweep.count)
    return read_document("--search", json.dumps(data), SearchDocument)


def tried(unit: Unit | Group, does: Does, most: int) -> tuple[list[list[Params]], str]:
    """The runs of each round of a real search, at most so many rounds, and how it has ended."""
    search, state, results = document(unit), State(1), list[Any]()
    rounds: list[list[Params]] = []
    while len(rounds) < most:
        found = step(search, state, results, "u", ["loss"])
        if not found.items:
            return rounds, found.status
        state = found.state
        rounds.append([item.params for item in state.started])
        values = [(item.index, does(item.params)) for item in state.started]
        results = [{"index": at, "outputs": {"loss": v}} for at, v in values if v is not None]
    return rounds, ""


def bowl(params: Params) -> float | None:
    return abs(params["lr"] - 0.3) * params["n"] / params.get("epochs", 1)


def breaks(params: Params) -> float | None:
    return None if params["n"] == 3 else bowl(params)


def never(params: Params) -> float | None:
    return None


SEARCHES = [
    f"kind: hyperband, maxIterations: 9, eta: 3, {EPOCHS}, {LEAST}, {SPACE}",
    f"kind: hyperband, maxIterations: 81, eta: 3, {EPOCHS}, {MOST}, {SPACE}",
    f"kind: hyperband, maxIterations: 10, eta: 2, {EPOCHS}, {LEAST}, {SPACE}",
    f"kind: hyperband, maxIterations: 27, {EPOCHS}, {LEAST}, {SPACE}, earlyStopping: ["
    + GOOD % (0.01, "minimize") + "]",
    f"kind: hyperband, maxIterations: 9, {EPOCHS}, {LEAST}, {SPACE}, earlyStopping: ["
    + BAD % 30 + "]",
    f"kind: tpe, numRuns: 3, maxIterations: 4, {LEAST}, {SPACE}",
    f"kind: hyperopt, algorithm: rand, numRuns: 3, maxIterations: 4, {LEAST}, {SPACE}",
    f"kind: hyperopt, algorithm: anneal, numRuns: 3, maxIterations: 4, {LEAST}, {SPACE}",
    f"kind: iterative, maxIterations: 3, {SPACE}",
    f"kind: bayes, numInitialRuns: 4, maxIterations: 2, {LEAST}, {SPACE}",
    f"{GRID}, concurrency: 4, earlyStopping: [{GOOD % (0.05, 'minimize')}]",
    f"{GRID}, concurrency: 4, earlyStopping: [{GOOD % (1.5, 'maximize')}, {BAD % 20}]",
    f"{GRID}, concurrency: 7, earlyStopping: [{BAD % 15}]",
    f"{GRID}, concurrency: 1, earlyStopping: [{BAD % 0.3}]",
    f"{GRID}, earlyStopping: [{BAD % 50}]",
    f"kind: random, numRuns: 20, concurrency: 6, {SPACE}, earlyStopping: [{BAD % 20}]",
]  # fmt: skip


@pytest.mark.parametrize("does", [bowl, breaks, never])
@pytest.mark.parametrize("matrix", SEARCHES)
def test_rounds(matrix: str, does: Does) -> None:
    unit = member(matrix)
    expected, succeeded = rounds_of(unit, does)
    foretold = not any(word in matrix for word in ("tpe", "bayes", "anneal"))
    found, status = tried(unit, does, 100 if foretold else len(expected))
    assert found == expected
    if foretold:
        assert status == ("succeeded" if succeeded else "failed")


def test_a_search_goes_on_from_what_it_has_tried() -> None:
    """The same state gives the same next round, whoever asks, and however often."""
    unit = member(SEARCHES[0])
    search = document(unit)
    first = step(search, State(1), [], "u", ["loss"])
    results = [{"index": i.index, "outputs": {"loss": bowl(i.params)}} for i in first.state.started]
    again = [step(search, unpacked(packed(first.state)), results, "u", ["loss"]) for _ in range(2)]
    assert again[0] == again[1]
    assert [i.params for i in again[0].state.started] == rounds_of(unit, bowl)[0][1]
