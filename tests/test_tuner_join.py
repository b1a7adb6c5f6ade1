"""Which runs a join of `pxc-tuner` finds, in which order, and what it picks of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pxc.tuner.cli import _run
from tests.test_tuner import answer, fits
from tests.test_tuner_records import ITEMS

NOW = "2026-03-15T12:00:00Z"


def run(name: str, loss: float | None, status: str = "succeeded", **other: Any) -> dict[str, Any]:
    outputs = {} if loss is None else {"loss": loss}
    return {"name": name, "uuid": f"u-{name}", "status": status, "inputs": {"lr": 0.1, "opt": "sgd"},
            "outputs": outputs, "createdAt": "2026-03-14T10:30:20Z", **other}  # fmt: skip


RUNS = [
    run("train-a", 0.3, tags=["best", "gpu"], fields={"cpu": "500m", "memory": "2Gi",
                                                     "meta_flags": {"done": True}}),
    run("train-b", 0.1, inputs={"lr": 0.2, "opt": "Adam"}, fields={"cpu": 2, "memory": "500Mi"}),
    run("eval-c", None, "failed", finishedAt="2026-03-14T11:00:00Z",
        startedAt="2026-03-14T10:59:00Z"),
    run("train-d", 0.2, createdAt="2026-03-10T00:00:00+02:00", fields={"kind": "job"}),
    run("old", 0.0, createdAt="2026-01-01"),
]  # fmt: skip


def names(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    found = answer(
        capsys, "join", "--history", RUNS, "--now", NOW, "--pick", "n=globals.name", *args
    )
    fits("Joined", found)
    assert found["count"] == len(found["runs"]) == len(found["values"]["n"])
    return " ".join(name.removeprefix("train-") for name in found["values"]["n"])


QUERIES = [
    ("", "eval-c a b d"),
    ("created_at:_any_", "eval-c a b d old"),
    ("created_at:<2026-02-01", "old"),
    ("created_at:2026-03-14", "eval-c a b"),
    ("created_at:2026-03-14 10:30", "eval-c a b"),
    ("created_at:2026-03-14 10:31", ""),
    ("created_at:2026-03-09 .. 2026-03-11", "d"),
    ("created_at:~last_month", "old"),
    ("status:succeeded", "a b d"),
    ("status:~succeeded", "eval-c"),
    ("status:failed|stopped", "eval-c"),
    ("metrics.loss:<0.3", "b d"),
    ("metrics.loss:<=0.3", "a b d"),
    ("metrics.loss:=>0.2", "a d"),
    ("metrics.loss:0.2", "d"),
    ("metrics.loss:nil", "eval-c"),
    ("metrics.loss:~nil", "a b d"),
    ("metrics.loss:~>0.15", "eval-c b"),
    ("metrics.loss:<0.15 OR metrics.loss:>0.25, status:succeeded", "a b"),
    ("(metrics.loss:<0.15 | status:failed), name:~eval-c", "b"),
    ("params.lr:0.2", "b"),
    ("params.lr:>0.15", "b"),
    ("in.opt:sgd|rmsprop", "eval-c a d"),
    ("params.opt:adam", ""),
    ("name:train%", "a b d"),
    ("name:%-C", "eval-c"),
    ("name:%AIN%", "a b d"),
    ("name:~%train%", "eval-c"),
    ("uuid:u-old|u-train-a", "a"),
    ("tags:gpu", "a"),
    ("tags:~gpu", "eval-c b d"),
    ("cpu:<1", "a"),
    ("cpu:>=2000m", "b"),
    ("memory:>1Gi", "a"),
    ("memory:<=500Mi", "b"),
    ("meta_flags.done:true", "a"),
    ("meta_flags.done:false", ""),
    ("duration:60", "eval-c"),
    ("kind:job", "d"),
]


@pytest.mark.parametrize(("query", "found"), QUERIES, ids=[q or "-" for q, _ in QUERIES])
def test_a_query(query: str, found: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert names(capsys, "--query", query) == found


def match(field: str, operator: str, *values: str, negated: bool = False) -> dict[str, Any]:
    return {"field": field, "operator": operator, "values": [*values], "negated": negated}


TREES = [
    (match("status", "==", "failed"), "eval-c"),
    ({"all": [match("metrics.loss", "<", "0.3"), match("name", "contains", "-d")]}, "d"),
    ({"any": [match("status", "==", "failed"), match("metrics.loss", "<=", "0.1")]}, "eval-c b"),
    (match("params.opt", "in", "sgd", "x y", negated=True), "b"),
    (match("metrics.loss", "nil"), "eval-c"),
    (match("created_at", "any"), "eval-c a b d old"),
    ({"all": []}, "eval-c a b d"),
]


@pytest.mark.parametrize(("tree", "found"), TREES, ids=[found for _, found in TREES])
def test_a_tree(tree: dict[str, Any], found: str, capsys: pytest.CaptureFixture[str]) -> None:
    fits("QueryDocument", tree)
    assert names(capsys, "--query", json.dumps(tree)) == found


ORDERS = [
    ("metrics.loss", "b d a eval-c"),
    ("-metrics.loss", "a d b eval-c"),
    ("params.opt, -name", "b d a eval-c"),
    ("-created_at, metrics.loss", "b a eval-c d"),
    ("-updated_at", "eval-c a b d"),
]


@pytest.mark.parametrize(("sort", "found"), ORDERS)
def test_an_order(sort: str, found: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert names(capsys, "--sort", sort) == found


def test_limit_and_offset(capsys: pytest.CaptureFixture[str]) -> None:
    sort = ("--sort", "metrics.loss")
    assert names(capsys, *sort, "--limit", "2") == "b d"
    assert names(capsys, *sort, "--limit", "2", "--offset", "1") == "d a"
    assert names(capsys, *sort, "--offset", "9") == ""
    assert names(capsys, *sort, "--limit", "0") == ""


def test_what_is_picked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picks = {
        "lr": "inputs.lr", "loss": "outputs.loss", "none": "inputs.nothing", "id": "globals.uuid",
        "all": "io", "root": "artifacts.base", "out": "artifacts.outputs", "ckpt": "artifacts.ckpt",
    }  # fmt: skip
    runs = [RUNS[1], {**RUNS[2], "artifacts": {"ckpt": "u/x.pt"}}]
    options = [part for name, what in picks.items() for part in ("--pick", f"{name}={what}")]
    files = '{"files": ["a.txt", ["b", "c"]], "dirs": ["d"]}'
    found = answer(
        capsys, "join", "--history", runs, "--now", NOW, *options, "--pick", f"files={files}",
        "--sort", "name", "--write", f"values.loss={tmp_path / 'loss'}",
    )  # fmt: skip
    fits("Joined", found)
    eval_c, b = "u-eval-c", "u-train-b"
    assert found["values"] == {
        "lr": [0.1, 0.2], "loss": [None, 0.1], "none": [None, None], "id": [eval_c, b],
        "all": [{"lr": 0.1, "opt": "sgd"}, {"lr": 0.2, "opt": "Adam", "loss": 0.1}],
        "root": [eval_c, b], "out": [f"{eval_c}/outputs", f"{b}/outputs"],
        "ckpt": ["u/x.pt", None],
        "files": {
            "files": [f"{eval_c}/a.txt", [f"{eval_c}/b", f"{eval_c}/c"],
                      f"{b}/a.txt", [f"{b}/b", f"{b}/c"]],
            "dirs": [f"{eval_c}/d", f"{b}/d"],
        },
    }  # fmt: skip
    assert found["runs"] == [1, 0]
    assert (tmp_path / "loss").read_text() == "[null,0.1]"


def test_the_runs_of_a_loop_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    parameters = [{"loss": 3, "pxc-cell": "7"}, {"loss": "2", "pxc-cell": 5}]
    found = answer(
        capsys, "join", "--suggestions", ITEMS, "--parameters", parameters, "--uuid", "w-{index}",
        "--query", "status:succeeded", "--sort", "metrics.loss",
        "--pick", "id=globals.uuid", "--pick", "lr=inputs.lr", "--pick", "at=globals.index",
    )  # fmt: skip
    assert found["values"] == {"id": ["w-5", "w-7"], "lr": [0.1 * 5, 0.1 * 7], "at": [5, 7]}


WRONG = [
    (["--query", "status"], "--query: "),
    (["--query", "status:(a)"], "--query: "),
    (["--query", "metrics.loss:abc"], "`abc` is not a number"),
    (["--query", "statuss:failed"], "no field `statuss`"),
    (["--query", '{"field": "a"}'], "`==` takes 1 values, not 0"),
    (["--query", '{"all": [], "any": []}'], "one of `all`, `any` and `field`"),
    (["--query", '{"all": [' * 40 + "]}" * 40], "nested more than 32 deep"),
    (["--query", json.dumps(match("created_at", "<", "soon"))], "`soon` is not a date"),
    (["--sort", "a b"], "--sort: "),
    (["--pick", "x=metrics.loss"], "runs have no `metrics.loss`"),
    (["--pick", "x"], "`x` is not NAME=..."),
    (["--pick", 'x={"fils": []}'], "unknown field `fils`"),
    (["--now", "today"], "`today` is not a time"),
    (["--limit", "-1"], "--limit"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "told"), WRONG, ids=[f"{i}" for i in range(len(WRONG))])
def test_a_mistake_is_one_line(
    args: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["join", "--history", json.dumps(RUNS), *args]) == 2
    written = capsys.readouterr().err
    assert told in written
    assert written.count("\n") == 1
