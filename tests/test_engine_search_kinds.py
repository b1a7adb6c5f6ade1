"""Every kind of search on a real Argo: what it tries, how much at once, and what ends it early."""

from __future__ import annotations

import json

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.targets._search_document import search_document
from pxc.tuner.documents import Record, SearchDocument
from pxc.tuner.reading import read_document
from pxc.tuner.step import unpacked
from pxc.tuner.suggest import suggest
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.test_engine_search import compiled_and_ran, made, tuner

__all__ = ["tuner"]

ONE = """\
  - name: %s
    matrix: {%s, params: {lr: {kind: uniform, value: [0, 1]}}}
    component:
      inputs: [{name: lr, type: float}]
      outputs: [{name: loss, type: float}]
      run: {kind: job, container: {image: any, command: [sh, -c, '%s printf "$0" > "$PXC_OUTPUTS_DIR/loss"', "{{ lr }}"]}}
"""
LEAST = "metric: {name: loss, optimization: minimize}"
BATCHES = f"{LEAST}, seed: 2, numRuns: 2, maxIterations: 2"
GOOD = "{kind: metric_early_stopping, metric: loss, value: 0.9, optimization: minimize}"
KINDS = {
    "bayes": f"kind: bayes, {LEAST}, seed: 2, numInitialRuns: 2, maxIterations: 1, utilityFunction: {{acquisitionFunction: ei, eps: 0, numWarmup: 50}}",
    "tpe": f"kind: tpe, {LEAST}, seed: 2, numRuns: 3, maxIterations: 1, concurrency: 1",
    "rand": f"kind: hyperopt, algorithm: rand, {BATCHES}",
    "anneal": f"kind: hyperopt, algorithm: anneal, {BATCHES}",
    "iterative": "kind: iterative, seed: 2, maxIterations: 2",
    "good": f"kind: hyperopt, algorithm: rand, {BATCHES}, earlyStopping: [{GOOD}]",
    "bad": f"kind: hyperopt, algorithm: rand, {BATCHES}, earlyStopping: [{{kind: failure_early_stopping, percent: 50}}]",
}
SIZES = {
    "bayes": [2, 1], "tpe": [3], "rand": [2, 2], "anneal": [2, 2], "iterative": [1, 1], "good": [2],
}  # fmt: skip
HEAD = """\
version: 1.1
kind: component
name: kinds
run:
  kind: dag
  operations:
"""


def dag_of(scripts: dict[str, str]) -> str:
    return HEAD + "".join(ONE % (name, KINDS[name], scripts.get(name, "")) for name in KINDS)


def documents(text: str) -> dict[str, SearchDocument]:
    """The searches of a dag as the tuner reads them."""
    outcome = compile_request(Request(files=(SourceText("f.yaml", text.encode()),), target="argo"))
    assert outcome.plan is not None
    assert outcome.plan.group is not None
    found = {m.name: m.search for m in outcome.plan.group.members if m.search is not None}
    return {
        name: read_document("--search", json.dumps(search_document(search, 0)), SearchDocument)
        for name, search in found.items()
    }


def records(done: Object, name: str) -> list[Record]:
    return list(unpacked(engine.outputs(engine.nodes(done)[name])["state"]).records)


def told(search: SearchDocument, found: list[Record], rounds: int) -> list[list[object]]:
    """What is suggested for each round to somebody who knows the rounds before, and nothing else."""
    known = [[r for r in found if r.iteration < at] for at in range(rounds)]
    return [[i.params for i in suggest(search, list(k), None, None).items] for k in known]


def at_once(done: Object, name: str) -> int:
    """The most runs of a search that were there at the same time."""
    spans = [
        (node["startedAt"], node["finishedAt"])
        for path, node in engine.nodes(done).items()
        if path.startswith(f"{name}.") and path.endswith(").run")
    ]
    return max(sum(1 for other in spans if other[0] <= at < other[1]) for at, _ in spans)


def test_every_kind(argo: Cluster, tuner: None) -> None:
    """The rounds of each are those that its seed and the results of its earlier rounds give."""
    text = dag_of({"bad": "exit 1;", "tpe": "sleep 1;"})
    done = compiled_and_ran(argo, text)
    phases = engine.phases(done)
    assert {name: phases[name] for name in KINDS} == {
        **dict.fromkeys(KINDS, "Succeeded"), "bad": "Failed"
    }  # fmt: skip
    for name, search in documents(text).items():
        if name == "bad":  # a task that has failed has no outputs
            continue
        found = records(done, name)
        rounds = made(found)
        assert [len(each) for each in rounds] == SIZES[name], name
        for ours, theirs in zip(told(search, found, len(rounds)), rounds, strict=True):
            for one, other in zip(ours, theirs, strict=True):
                # Linear algebra sums in another order where it has other threads.
                assert one == pytest.approx(other, rel=1e-6), name
        assert search.metric is None or all(r.metric == r.params["lr"] for r in found)
    tried = [path for path in phases if path.startswith("bad.") and path.endswith(").run")]
    assert len(tried) == 2
    assert at_once(done, "tpe") == 1
