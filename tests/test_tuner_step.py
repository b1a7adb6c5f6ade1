"""A search step by step: what goes from round to round, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest

from pxc.tuner.cli import _run
from pxc.tuner.step import packed, unpacked
from tests.test_tuner import search

Rounds = list[list[dict[str, Any]]]


def whole(
    folder: Path,
    wanted: dict[str, Any],
    fails: frozenset[int] = frozenset(),
    *more: str,
) -> tuple[Rounds, list[dict[str, Any]], int]:
    """The rounds of a search whose loss is |units - 32| + lr, its records, and the exit code."""
    state, results, rounds = "", [], []
    for _ in range(100):
        files = folder / "state", folder / "items"
        code = _run(
            ["step", "--search", json.dumps(wanted), "--state", state, "--run", "u",
             "--results", json.dumps(results), "--keep=loss",
             "--write-state", str(files[0]), "--write-items", str(files[1]), *more]
        )  # fmt: skip
        state, items = files[0].read_text(), json.loads(files[1].read_text())
        assert not set(state) & set("{}\"' \n")
        if not items:
            records = json.loads(packed_json(state))["records"]
            return rounds, records, code
        assert code == 0
        rounds.append(items)
        results = [result(item) for item in items if item["index"] not in fails]
    raise AssertionError("the search does not end")


def packed_json(state: str) -> str:
    import msgspec

    return msgspec.json.encode(unpacked(state)).decode()


def result(item: dict[str, Any]) -> dict[str, Any]:
    loss = abs(int(item["text"]["units"]) - 32) + float(item["text"]["lr"])
    outputs = {"loss": str(loss), "note": "a"}
    return {"record": json.dumps({"index": item["index"], "outputs": outputs})}


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("hyperband", [9, 3, 1, 5, 1, 3]),
        ("bayes", [3, 1, 1, 1, 1]),
        ("tpe", [4, 4, 4, 4]),
        ("iterative", [1, 1, 1]),
    ],
)
def test_rounds(tmp_path: Path, kind: str, sizes: list[int]) -> None:
    rounds, records, code = whole(tmp_path, search(kind))
    assert [len(items) for items in rounds] == sizes
    assert code == 0
    assert [r["index"] for r in records] == list(range(sum(sizes)))
    assert all(r["uuid"] == f"u-{r['index']}" for r in records)
    assert all(set(r["outputs"]) == {"loss"} for r in records)


def test_a_search_is_repeated_from_its_seed(tmp_path: Path) -> None:
    assert whole(tmp_path, search("tpe")) == whole(tmp_path, search("tpe"))
    assert whole(tmp_path, search("tpe")) != whole(tmp_path, search("tpe", seed=8))


def test_a_failed_run_fails_the_search_at_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds, records, code = whole(tmp_path, search("hyperband"), frozenset({0, 2}))
    assert [len(items) for items in rounds] == [9, 3, 1, 5, 1, 3]
    assert code == 1
    assert [r["index"] for r in records if r["status"] == "failed"] == [0, 2]
    assert "2 of 22 runs have failed" in capsys.readouterr().err


def test_a_rule_ends_the_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reached = {"kind": "metric_early_stopping", "metric": "loss", "value": 1000.0,
               "optimization": "minimize"}  # fmt: skip
    rounds, _, code = whole(tmp_path, search("tpe", earlyStopping=[reached]), frozenset({1}))
    assert (len(rounds), code) == (1, 0)
    assert "has come to" in capsys.readouterr().err
    failures = {"kind": "failure_early_stopping", "percent": 25.0}
    rounds, _, code = whole(tmp_path, search("tpe", earlyStopping=[failures]), frozenset({1}))
    assert (len(rounds), code) == (1, 1)


def test_runs_that_go_on_keep_their_identity(tmp_path: Path) -> None:
    rounds, records, _ = whole(tmp_path, search("hyperband", resume=True))
    first, second, third = ([item["run"] for item in items] for items in rounds[:3])
    assert first == [str(at) for at in range(9)]
    assert set(third) < set(second) < set(first)
    assert [r["uuid"] for r in records[9:12]] == [f"u-{run}" for run in second]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--state", "abc"), "--state is not one that `step` has written"),
        (("--state", "%%"), "--state is not one that `step` has written"),
        (("--results", "[{}]"), "--results: a run without its `index`"),
        (("--results", '[{"index": 0, "outputs": 3}]'), "the outputs of run 0 are no map"),
        (("--results", '[{"record": "{"}]'), "--results: a run without its `index`"),
        (("--results", '[{"index": 0}]'), "--results: there is no run 0"),
        (("--write-state", "/nowhere/a"), "cannot write `/nowhere/a`"),
    ],
)
def test_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    files = "--write-state", str(tmp_path / "a"), "--write-items", str(tmp_path / "b")
    assert _run(["step", "--search", json.dumps(search("tpe")), *files, *options]) == 2
    assert said in capsys.readouterr().err


def test_a_state_that_was_cut_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = packed(unpacked(""))
    files = "--write-state", str(tmp_path / "a"), "--write-items", str(tmp_path / "b")
    line = ["step", "--search", json.dumps(search("tpe")), *files, "--state", state[:-4]]
    assert _run(line) == 2
    assert "--state" in capsys.readouterr().err


TABLE: dict[str, Any] = {
    "version": 1, "kind": "table", "numRuns": 2,
    "rows": [{"params": {"units": u, "lr": 0.5}} for u in (8, 16, 32, 64, 128)],
}  # fmt: skip
GOOD = {"kind": "metric_early_stopping", "metric": "loss", "value": 1, "optimization": "minimize"}
BAD = {"kind": "failure_early_stopping", "percent": 40}


@pytest.mark.parametrize(
    ("rules", "fails", "sizes", "code"),
    [
        ([], frozenset[int](), [2, 2, 1], 0),
        ([], frozenset({0}), [2, 2, 1], 1),
        ([GOOD], frozenset[int](), [2, 2], 0),
        ([GOOD], frozenset({0}), [2, 2], 0),  # it has succeeded, whatever failed before
        ([GOOD], frozenset({2}), [2, 2, 1], 1),
        ([BAD], frozenset({0}), [2, 2, 1], 1),  # one of five is too few
        ([BAD], frozenset({0, 1}), [2], 1),
        ([BAD, GOOD], frozenset({0, 3}), [2, 2], 1),
    ],
)
def test_a_table(
    rules: list[Any], fails: frozenset[int], sizes: list[int], code: int, tmp_path: Path
) -> None:
    """Rows come in their order; of failures the percentage is that of all rows."""
    rounds, records, ended = whole(tmp_path, TABLE | {"earlyStopping": rules}, fails)
    assert [len(items) for items in rounds] == sizes
    assert [r["index"] for r in records] == list(range(sum(sizes)))
    assert [r["params"]["units"] for r in records] == [8, 16, 32, 64, 128][: sum(sizes)]
    assert ended == code


def test_texts_of_a_row_go_out_as_they_are(tmp_path: Path) -> None:
    row = {"params": {"deep": True}, "text": {"flag": "--deep", "lr": "1", "units": "2"}}
    rounds, _, _ = whole(tmp_path, TABLE | {"rows": [row]})
    assert rounds == [[{"index": 0, "run": "0", "text": row["text"]}]]


def test_one_file_has_items_and_state(tmp_path: Path) -> None:
    """And the uuids of runs may be those of names, also where `join` makes them."""
    wanted, file = search("random", numRuns=2), tmp_path / "answer.json"
    args = ["step", "--search", json.dumps(wanted), "--keep=loss", "-o", str(file)]
    named = [*args, "--run", "uuid5:dag/run/m"]
    assert _run(named) == 0
    first = json.loads(file.read_text())
    assert [item["index"] for item in first["items"]] == [0, 1]
    results = json.dumps([result(item) for item in first["items"]])
    assert _run([*named, "--state", first["state"], "--results", results]) == 0
    last = json.loads(file.read_text())
    assert last["items"] == []
    uuids = [uuid5(NAMESPACE_OID, f"dag/run/m/{at}").hex for at in (0, 1)]
    pick = ["--sort", "uuid", "--pick", "uuids=globals.uuid", "-o", str(file)]
    assert _run(["join", "--state", last["state"], *pick]) == 0
    assert json.loads(file.read_text())["values"]["uuids"] == sorted(uuids)
    items = [{"index": at, "iteration": 0, "params": {}, "text": {}} for at in (0, 1)]
    loop = ["--suggestions", json.dumps(items), "--parameters", "[{}, {}]"]
    assert _run(["join", *loop, "--uuid", "uuid5:dag/run/m/{index}", *pick]) == 0
    assert json.loads(file.read_text())["values"]["uuids"] == sorted(uuids)
    assert _run(args[:-2]) == 2
