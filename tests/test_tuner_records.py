"""What `pxc-tuner` makes of what runs left behind, and when it stops a search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pxc.tuner.cli import _run
from tests.test_tuner import answer, fits, search

ITEMS = [
    {"index": i, "iteration": 2, "params": {"lr": 0.1 * i, "units": 16}, "text": {}}
    for i in range(5, 8)
]
SEARCH = search("random")


def collect(capsys: pytest.CaptureFixture[str], *args: Any) -> list[tuple[Any, ...]]:
    """The index, status and metric of each record, and then what was told."""
    code = _run([
        "collect", "--search", json.dumps(SEARCH), "--suggestions", json.dumps(ITEMS),
        *(a if isinstance(a, str) else json.dumps(a) for a in args),
    ])  # fmt: skip
    written = capsys.readouterr()
    if code:
        return [(code, written.err)]
    history = json.loads(written.out)
    fits("History", history)
    told = [(line.removeprefix("pxc-tuner: "),) for line in written.err.splitlines()]
    records = history["records"]
    return [(r["index"], r["status"], r.get("metric")) for r in records] + told


RUN = {
    "uuid": "ab",
    "outputs": {"loss": 0.5, "note": "x"},
    "tags": ["a"],
    "created_at": "2026-01-01",
}
FINE = [(5, "succeeded", 0.5), (6, "succeeded", 2.0), (7, "succeeded", 3.0)]
LOST = "run {} left nothing: it has failed"
NONE = "run {} gave no metric `loss`: it counts as failed"

LEFT: list[tuple[str, list[Any], list[tuple[Any, ...]]]] = [
    ("texts", ["--outputs", 'loss=["0.5\\n", " 2", "3e0"]'], FINE),
    ("numbers", ["--outputs", "loss=[0.5, 2, 3]"], FINE),
    ("the tracking client", ["--runs", [RUN, {"outputs": {"loss": 2}}, '{"outputs": {"loss": 3}}']],
     FINE),
    ("a plain value wins", ["--runs", [RUN] * 3, "--outputs", 'loss=["", "2", 3]'], FINE),
    ("all outputs of a loop",
     ["--parameters", [{"loss": "0.5"}, {"loss": "", "pxc-run": '{"outputs": {"loss": 2}}'},
                       {"loss": 3, "pxc-run": "broken {"}]], FINE),
    ("cells say whose", ["--outputs", "loss=[3, 0.5]", "--cells", ["7", 5]],
     [FINE[0], (6, "failed", None), FINE[2], (LOST.format(6),)]),
    ("an output says whose", ["--parameters", [{"loss": 3, "pxc-cell": "7"},
                                               {"loss": 2, "pxc-cell": 6}]],
     [(5, "failed", None), *FINE[1:], (LOST.format(5),)]),
    ("a metric that is none", ["--outputs", 'loss=["NaN", "fine", null]'],
     [(5, "succeeded", None), (6, "succeeded", None), (7, "succeeded", None),
      ("run 5 gave `nan`, which is no number, as metric `loss`: it counts as failed",),
      ("run 6 gave `fine`, which is no number, as metric `loss`: it counts as failed",),
      (NONE.format(7),)]),
    ("statuses", ["--outputs", "loss=[1, 2, 3]", "--statuses", ["Failed", "Succeeded", "success"]],
     [(5, "failed", None), *FINE[1:]]),
    ("statuses by index", ["--parameters", [{"loss": 2, "pxc-cell": 6}, {"loss": 3, "pxc-cell": 7}],
                           "--statuses", {"5": "Error"}],
     [(5, "failed", None), *FINE[1:]]),
    ("nothing at all", ["--outputs", "loss=[]"],
     [(5, "failed", None), (6, "failed", None), (7, "failed", None),
      *((LOST.format(i),) for i in (5, 6, 7))]),
]  # fmt: skip


@pytest.mark.parametrize(("args", "expected"), [c[1:] for c in LEFT], ids=[c[0] for c in LEFT])
def test_collecting(
    args: list[Any], expected: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect(capsys, *args) == expected


WRONG: list[tuple[list[Any], str]] = [
    (["--outputs", "loss=[1, 2]"], "2 runs left outputs, but 3 were started: `--cells`"),
    (["--outputs", "loss=[1, 2, 3]", "--outputs", "acc=[1]"], "differ in length: `loss` 3, `acc` 1"),
    (["--outputs", "loss=[1]", "--cells", "[9]"], "there is no run 9 among those"),
    (["--outputs", "loss=[1, 2]", "--cells", "[5, 5]"], "run 5 is there twice"),
    (["--outputs", "loss=[1]", "--cells", '["x"]'], "`x` is not the index of a run"),
    (["--outputs", "loss=[1]", "--cells", "[5, 6]"], "2 cells, but 1 rows"),
    (["--outputs", "loss={}"], "--outputs is not a list"),
    (["--outputs", "loss"], "`loss` is not NAME=..."),
    (["--parameters", "[1]"], "not a list of maps"),
    (["--parameters", "[{}]", "--runs", "[]"], "give no other lists"),
    (["--outputs", "loss=[1, 2, 3]", "--statuses", '["a", "b", "c"]'], "`a` is not a status"),
    (["--outputs", "loss=[1, 2, 3]", "--statuses", '["Failed"]'], "1 statuses, but 3 runs"),
    (["--outputs", "loss=[1, 2, 3]", "--history",
      {"version": 1, "records": [{"index": 6, "params": {}, "status": "failed"}]}],
     "run 6 is in the history already"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_does_not_fit_is_refused(
    args: list[Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ((code, written),) = collect(capsys, *args)
    assert code == 2
    assert told in written
    assert written.count("\n") == 1


def test_one_run_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loss.plx").write_text(
        "step|timestamp|metric\n0|2026-01-01|3.5\n1|2026-01-01|2\n2|2026-01-01|1."
    )
    records = [
        answer(
            capsys, "observe", "--search", SEARCH, "--item", item, "--run", RUN,
            "--value", "loss=0.25", "--status", "Succeeded",
            "--series", f"loss={tmp_path / 'loss.plx'}",
        )
        for item in ITEMS[:2]
    ]  # fmt: skip
    fits("Record", records[0])
    assert records[0] == {
        "index": 5, "iteration": 2, "params": {"lr": 0.5, "units": 16}, "status": "succeeded",
        "metric": 0.25, "outputs": {"loss": 0.25, "note": "x"}, "uuid": "ab", "tags": ["a"],
        "createdAt": "2026-01-01", "series": {"loss": [[0.0, 3.5], [1.0, 2.0]]},
    }  # fmt: skip
    history = answer(
        capsys, "collect", "--search", SEARCH, "--suggestions", ITEMS, "--records", records
    )
    assert [(r["index"], r["status"]) for r in history["records"]] == [
        (5, "succeeded"), (6, "succeeded"), (7, "failed"),
    ]  # fmt: skip


# stopping


def history_of(*runs: Any) -> dict[str, Any]:
    """A history of runs: a status, a final loss, or the losses of a run that goes on."""
    records = []
    for index, run in enumerate(runs):
        record: dict[str, Any] = {"index": index, "params": {}, "status": "succeeded"}
        if isinstance(run, str):
            record["status"] = run
        elif isinstance(run, list):
            steps = [[step, value] for step, value in enumerate(run, 1)]
            record |= {"status": "running", "series": {"loss": steps}}
        else:
            record["outputs"] = {"loss": run}
        records.append(record)
    return {"version": 1, "records": records}


REACHED = {"kind": "metric_early_stopping", "metric": "loss", "value": 0.5,
           "optimization": "minimize"}  # fmt: skip
FAILED = {"kind": "failure_early_stopping", "percent": 50}


def policy(kind: str, optimization: str = "minimize", **fields: Any) -> dict[str, Any]:
    return {**REACHED, "optimization": optimization,
            "policy": {"kind": kind, "evaluationInterval": 1, **fields}}  # fmt: skip


STOPS: list[tuple[str, list[Any], list[Any], tuple[bool, str], list[int]]] = [
    ("no rule", [], [0.1], (False, ""), []),
    ("not there yet", [REACHED], [0.9, 0.6], (False, ""), []),
    ("reached", [REACHED], [0.9, 0.5], (True, "succeeded"), []),
    ("by a running one", [REACHED], [[0.9, 0.4]], (True, "succeeded"), []),
    ("the value of a failed run does not count", [REACHED], ["failed"], (False, ""), []),
    ("maximized", [{**REACHED, "optimization": "maximize"}], [0.4, 0.6], (True, "succeeded"), []),
    ("failures", [FAILED], ["failed", "upstream_failed", 1, 1], (True, "failed"), []),
    ("few failures", [FAILED], ["failed", "stopped", 1, 1], (False, ""), []),
    ("nothing failed", [{**FAILED, "percent": 0}], [1], (False, ""), []),
    ("the first rule that holds", [REACHED, FAILED], ["failed", "failed", 0.1],
     (True, "succeeded"), []),
    ("median", [policy("median")], [[5, 4], [1, 1], [2, 2]], (False, ""), [0]),
    ("median, maximized", [policy("median", "maximize")], [[5, 4], [1, 1], [2, 2]], (False, ""),
     [1, 2]),
    ("median, too early", [policy("median", minInterval=3)], [[5, 4], [1, 1]], (False, ""), []),
    ("median, between evaluations", [policy("median", evaluationInterval=2)],
     [[1, 1, 9], [2, 2, 2]], (False, ""), [1]),
    ("median, too few runs", [policy("median", minSamples=4)], [[5, 4], [1, 1], [2, 2]],
     (False, ""), []),
    ("truncation", [policy("truncation", percent=50)], [[4], [3], [2], [1]], (False, ""), [0, 1]),
    ("truncation rounds down", [policy("truncation", percent=40)], [[3], [2], [1]], (False, ""),
     [0]),
    ("diff", [policy("diff", percent=50)], [[1.0], [1.4], [1.6]], (False, ""), [2]),
    ("diff of what is below zero", [policy("diff", percent=50)], [[-2.0], [-1.5], [-0.5]],
     (False, ""), [2]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "runs", "ends", "alone"), [c[1:] for c in STOPS], ids=[c[0] for c in STOPS]
)
def test_stopping(
    rules: list[Any],
    runs: list[Any],
    ends: tuple[bool, str],
    alone: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted = {**SEARCH, "earlyStopping": rules}
    fits("SearchDocument", wanted)
    found = answer(capsys, "stop", "--search", wanted, "--history", history_of(*runs))
    fits("Stop", found)
    assert ((found["stop"], found["status"]), found["runs"]) == (ends, alone)
    assert bool(found["reason"]) == found["stop"]


def test_how_many_there_will_be_counts_for_failures(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {**SEARCH, "earlyStopping": [FAILED]}
    runs = history_of("failed", "failed")
    for total, stops in ((4, True), (5, False)):
        found = answer(capsys, "stop", "--search", wanted, "--history", runs, "--total", str(total))
        assert found["stop"] is stops


def test_rules_that_lack_a_part_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    rule = {key: value for key, value in REACHED.items() if key != "value"}
    cases = [
        (rule, "needs a `value`"),
        ({**REACHED, "optimization": None}, "needs `metric` and `optimization`"),
        ({"kind": "failure_early_stopping"}, "needs a `percent`"),
        (policy("diff"), "the policy `diff` needs a `percent`"),
    ]
    for wrong, told in cases:
        wanted = json.dumps({**SEARCH, "earlyStopping": [wrong]})
        runs = json.dumps(history_of(1.0))
        assert _run(["stop", "--search", wanted, "--history", runs]) == 2
        assert told in capsys.readouterr().err
