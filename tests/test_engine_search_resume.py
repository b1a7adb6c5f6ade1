"""A search that was broken off goes on from what it knows, on a real Argo."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.tuner.step import unpacked
from tests.engines import argo as engine
from tests.engines import place
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.engines.s3 import PATH, RCLONE
from tests.test_engine_results import Kept
from tests.test_engine_search import compiled_and_ran, compiled_and_started, tuner

__all__ = ["tuner"]

SEARCH = """\
version: 1.1
kind: operation
name: tune
cache: {disable: false}
matrix: {kind: hyperopt, algorithm: anneal, seed: 4, numRuns: 2, maxIterations: 3, metric: {name: loss, optimization: minimize}, params: {lr: {kind: uniform, value: [0, 1]}}}
component:
  inputs: [{name: lr, type: float}]
  outputs: [{name: loss, type: float}]
  run: {kind: job, container: {image: any, command: [sh, -c, 'sleep 3; printf "$0" > "$PXC_OUTPUTS_DIR/loss"', "{{ lr }}"]}}
"""


def runs(done: Object) -> dict[str, Object]:
    """The runs of a search, by the paths of their nodes."""
    return {p: n for p, n in engine.nodes(done).items() if p.endswith(").run")}


def test_a_search_goes_on(argo: Cluster, tuner: None) -> None:
    """By `argo retry` at the round that was broken off; from its cache when it is submitted again."""
    if place.missing(engine.RETRY):
        pytest.skip(f"NO {engine.RETRY} HERE: run `make engines`")
    name = compiled_and_started(argo, SEARCH)
    engine.once(argo, name, lambda w: len(runs(w)) == 4 and "Running" in phases_of(w), 120)
    engine.terminate(argo, name)
    broken = engine.ended(argo, name)
    assert broken["status"]["phase"] == "Failed"
    before = {path: n["startedAt"] for path, n in runs(broken).items() if n["phase"] == "Succeeded"}
    assert len(before) in (2, 3)  # one of the second round may have ended just then

    engine.retry(argo, name)
    done = engine.ended(argo, name, 150)
    assert done["status"]["phase"] == "Succeeded"
    after = {path: node["startedAt"] for path, node in runs(done).items()}
    assert len(after) == 6
    assert before.items() <= after.items()

    again = compiled_and_ran(argo, SEARCH, "b")
    assert again["status"]["phase"] == "Succeeded"
    assert records(again) == records(done)
    assert [node["memoizationStatus"]["hit"] for node in runs(again).values()] == [True] * 6


GROWS = """\
version: 1.1
kind: operation
name: grows
matrix: {kind: hyperband, resume: true, seed: 3, maxIterations: 2, eta: 2, resource: {name: epochs, type: int}, metric: {name: loss, optimization: minimize}, params: {lr: {kind: uniform, value: [0, 1]}}}
component:
  inputs: [{name: lr, type: float}, {name: epochs, type: int}]
  outputs: [{name: loss, type: float}]
  run:
    kind: job
    container:
      image: any
      command: [sh, -ec, 'cd "$PXC_OUTPUTS_DIR"; echo "$1" >> epochs; printf "$0" > loss', "{{ lr }}", "{{ epochs }}"]
"""


@pytest.mark.skipif(RCLONE is None, reason="SKIPPED: no rclone here")
def test_a_later_rung_goes_on_from_the_earlier(argo: Cluster, tuner: None, tmp_path: Path) -> None:
    """What the run before has kept is there: two runs of four begin anew, and one goes on."""
    argo.secret("keys", {"PATH": PATH})
    kept = Kept("volume_claim", argo.claim("kept"), tmp_path)
    done = compiled_and_ran(argo, GROWS, catalog=(kept.catalog,))
    assert done["status"]["phase"] == "Succeeded"
    epochs = sorted(kept.files_of(run)["outputs/epochs"].split() for run in kept.runs())
    assert epochs == [["1"], ["1", "2"], ["2"], ["2"]]


def phases_of(workflow: Object) -> list[str]:
    return [node["phase"] for node in runs(workflow).values()]


def records(done: Object) -> list[object]:
    first = done["status"]["nodes"][done["metadata"]["name"]]
    found = unpacked(engine.outputs(first)["state"]).records
    return [(r.index, r.params, r.metric) for r in found]
