"""The program `pxc-tuner`: its documents, its answers, and every way it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from pxc.tuner.cli import _run
from pxc.tuner.schema import schema_text
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "pxc/tuner/tuner.schema.json").read_text())

LR = {"name": "lr", "kind": "loguniform", "numbers": [-7.0, -1.0]}
UNITS = {"name": "units", "values": [16, 32, 64]}


def search(kind: str, /, **fields: Any) -> dict[str, Any]:
    """A search that lacks nothing."""
    base: dict[str, Any] = {
        "version": 1, "kind": kind, "axes": [LR, UNITS], "metric": {"name": "loss"}, "seed": 7,
    }  # fmt: skip
    of_kind: dict[str, dict[str, Any]] = {
        "random": {"numRuns": 6},
        "bayes": {
            "numInitialRuns": 3,
            "maxIterations": 4,
            "utilityFunction": {"numWarmup": 50, "numIterations": 2},
        },
        "tpe": {"numRuns": 4, "maxIterations": 4},
        "hyperopt": {"numRuns": 4, "maxIterations": 4},
        "iterative": {"maxIterations": 3},
        "hyperband": {"maxIterations": 9, "eta": 3.0, "resource": {"name": "epochs"}},
    }
    return {**base, **of_kind[kind], **fields}


def answer(capsys: pytest.CaptureFixture[str], *args: Any) -> Any:
    """The answer of a command that succeeds."""
    code = _run([a if isinstance(a, str) else json.dumps(a) for a in args])
    written = capsys.readouterr()
    assert code == 0, written.err
    return json.loads(written.out)


def fits(name: str, document: Any) -> None:
    """Hold a document against its definition in the committed schema."""
    schema = {**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]}
    errors = [str(e) for e in jsonschema_rs.validator_for(schema).iter_errors(document)]
    assert errors == []


def loop(
    capsys: pytest.CaptureFixture[str], wanted: dict[str, Any], *options: str
) -> list[dict[str, Any]]:
    """The records of a whole search in which a run's loss is |units - 32| + lr."""
    history: dict[str, Any] = {"version": 1, "records": []}
    for _ in range(100):
        found = answer(capsys, "suggest", "--search", wanted, "--history", history, *options)
        fits("Suggestions", found)
        assert found["count"] == len(found["items"])
        if found["items"]:
            losses = [abs(i["params"]["units"] - 32) + i["params"]["lr"] for i in found["items"]]
            history = answer(
                capsys, "collect", "--search", wanted, "--history", history,
                "--suggestions", found, "--outputs", f"loss={json.dumps(losses)}",
            )  # fmt: skip
            fits("History", history)
        if not found["more"]:
            return history["records"]
    raise AssertionError("the search does not end")


def test_the_committed_schema_is_that_of_the_types() -> None:
    assert (ROOT / "pxc/tuner/tuner.schema.json").read_text() == schema_text()


COUNTS = {"random": 6, "bayes": 7, "tpe": 16, "hyperopt": 16, "iterative": 3, "hyperband": 22}


@pytest.mark.parametrize("kind", COUNTS)
def test_a_search_runs_to_its_end(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = search(kind)
    fits("SearchDocument", wanted)
    records = loop(capsys, wanted)
    assert len(records) == COUNTS[kind]
    assert [r["index"] for r in records] == list(range(len(records)))
    assert loop(capsys, wanted) == records
    if kind != "hyperband":  # whose survivors run again
        rows = [json.dumps(r["params"], sort_keys=True) for r in records]
        assert len(set(rows)) == len(rows)


def test_a_random_search_has_the_rows_that_a_compiled_matrix_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from pxc.ir.sweep import Sweep, cells
    from pxc.source import Source, Span
    from pxc.tuner.documents import AxisDocument
    from pxc.tuner.space import space_of

    axes = space_of([
        AxisDocument("lr", "loguniform", numbers=[-7.0, -1.0]),
        AxisDocument("units", values=[16, 32, 64]),
    ]).axes  # fmt: skip
    sweep = Sweep(Span(Source("", ""), 0, 0), "random", axes, 6, seed=7)
    rows = [{"lr": lr, "units": units} for lr, units in cells(sweep)]
    assert [r["params"] for r in loop(capsys, search("random"))] == rows
    assert [r["params"] for r in loop(capsys, search("random"), "--batch", "2")] == rows


def test_a_finite_space_is_used_up_without_a_cell_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lr = {"name": "lr", "kind": "quniform", "numbers": [0.0, 1.0, 0.5]}
    for axes in ([{"name": "lr", "values": [0.1, 0.2, 0.3, 0.4]}, UNITS], [lr, UNITS]):
        for kind in ("random", "tpe", "bayes"):
            wanted = search(kind, axes=axes)
            if kind == "random":
                wanted["numRuns"] = 50
            else:
                wanted["maxIterations"] = 50
            records = loop(capsys, wanted)
            rows = {json.dumps(r["params"], sort_keys=True) for r in records}
            assert len(rows) == len(records) == (12 if axes[0] is not lr else 6), kind
            assert {"lr", "units"} == set(records[0]["params"])


def test_that_a_space_is_used_up_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = search("random", axes=[UNITS], numRuns=9)
    found = answer(capsys, "suggest", "--search", wanted)
    assert (found["count"], found["more"]) == (3, False)
    assert found["reason"] == "the space has no more cells"


def test_params_have_their_text(capsys: pytest.CaptureFixture[str]) -> None:
    values = [True, None, "a b", 3, 0.1, [1, "x"]]
    wanted = search("random", axes=[{"name": "v", "values": values}], numRuns=9)
    found = answer(capsys, "suggest", "--search", wanted)
    texts = {json.dumps(i["params"]["v"]): i["text"]["v"] for i in found["items"]}
    assert texts == {
        "true": "true", "null": "null", '"a b"': "a b", "3": "3", "0.1": "0.1",
        '[1, "x"]': '[1, "x"]',
    }  # fmt: skip


def test_hyperopt_with_chance_alone_is_a_random_search(capsys: pytest.CaptureFixture[str]) -> None:
    chance = loop(capsys, search("hyperopt", algorithm="rand"))
    random = loop(capsys, search("random", numRuns=16))
    assert [r["params"] for r in chance] == [r["params"] for r in random]


# hyperband


def records_of(count: int, bracket: int, rung: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"index": first + i, "params": {"lr": 0.1 + i, "units": 16, "epochs": 1},
         "status": "succeeded", "metric": float((i * 37) % count), "bracket": bracket,
         "rung": rung, "iteration": rung, "uuid": f"u{first + i}"}
        for i in range(count)
    ]  # fmt: skip


TABLE = [[81, 27, 9, 3, 1], [34, 11, 3, 1], [15, 5, 1], [8, 2], [5]]


def test_the_rungs_of_hyperband_are_those_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = search("hyperband", maxIterations=81, resource={"name": "epochs", "type": "int"})
    records = loop(capsys, wanted)
    for bracket, runs in enumerate(TABLE):
        for rung, count in enumerate(runs):
            found = [r for r in records if (r["bracket"], r["rung"]) == (bracket, rung)]
            assert len(found) == count, (bracket, rung)
            resource = 3 ** (rung + bracket)
            assert {r["params"]["epochs"] for r in found} == {resource}
            assert type(found[0]["params"]["epochs"]) is int
            if rung:
                by_index = {r["index"]: r for r in records}
                before = [r for r in records if (r["bracket"], r["rung"]) == (bracket, rung - 1)]
                best = sorted(r["metric"] for r in before)[:count]
                assert sorted(by_index[r["origin"]]["metric"] for r in found) == best


@pytest.mark.parametrize("optimization", ["minimize", "maximize", None])
def test_the_best_go_on(optimization: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    metric = {"name": "loss"} | ({"optimization": optimization} if optimization else {})
    wanted = search("hyperband", metric=metric, resume=True)
    history = {"version": 1, "records": records_of(9, 0, 0)}
    found = answer(
        capsys, "promote", "--search", wanted, "--history", history, "--bracket", "0", "--rung", "1"
    )
    best = [8, 7, 6] if optimization == "maximize" else [0, 1, 2]
    metrics = {r["index"]: r["metric"] for r in history["records"]}  # type: ignore[attr-defined]
    assert [metrics[i["origin"]] for i in found["items"]] == best
    assert [i["resumes"] for i in found["items"]] == [f"u{i['origin']}" for i in found["items"]]
    assert {i["params"]["epochs"] for i in found["items"]} == {3}


def test_failed_runs_do_not_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    records = records_of(9, 0, 0)
    for record in records[:7]:
        record |= {"status": "failed", "metric": None}
    records[7] |= {"metric": None}
    found = answer(
        capsys, "suggest", "--search", search("hyperband"), "--history",
        {"version": 1, "records": records},
    )  # fmt: skip
    assert [(i["origin"], i["bracket"], i["rung"]) for i in found["items"]] == [(8, 0, 1)]
    records[8] |= {"status": "failed"}
    found = answer(
        capsys, "suggest", "--search", search("hyperband"), "--history",
        {"version": 1, "records": records},
    )  # fmt: skip
    assert {(i["origin"], i["bracket"], i["rung"]) for i in found["items"]} == {(None, 1, 0)}


# every way it ends


BAD = [
    (["suggest", "--search", "nowhere.json"], "cannot read `nowhere.json`: No such file"),
    (["suggest", "--search", "{"], "--search is not JSON: "),
    (["collect", "--search", search("random"), "--suggestions", "[" * 5000],
     "--suggestions is not JSON: "),
    (["suggest", "--search", "[]"], "--search: expected `object`, got `array`"),
    (["suggest"], "Missing option '--search'"),
    (["sugest"], "No such command 'sugest'"),
    (["suggest", "--search", search("random", version=2)], "`$.version`"),
    (["suggest", "--search", search("random", kind="grid")], "'grid'"),
    (["suggest", "--search", search("random", extra=1)], "unknown field `extra`"),
    (["suggest", "--search", search("random", axes=[])], "the search has no axes"),
    (["suggest", "--search", search("random", axes=[LR, LR])], "`lr` is there twice"),
    (["suggest", "--search", search("random", axes=[{"name": "a"}])], "`a` has no `values`"),
    (["suggest", "--search", search("random", axes=[LR | {"numbers": [1]}])], "2 `numbers`"),
    (["suggest", "--search", search("random", axes=[LR | {"numbers": [1, 1e3]}])], "too large"),
    (["suggest", "--search", search("random", axes=[LR | {"kind": "quniform", "numbers": [0, 1, 0]}])],
     "has a `q` of 0"),
    (["suggest", "--search", search("random", numRuns=10**7)], "10,000,000 runs at once"),
    (["suggest", "--search", {**search("random"), "numRuns": None}], "needs `numRuns`"),
    (["suggest", "--search", {**search("hyperopt", algorithm="anneal"), "metric": None}],
     "needs a `metric`"),
    (["suggest", "--search", {**search("bayes"), "metric": None}], "needs a `metric`"),
    (["suggest", "--search", {**search("hyperband"), "metric": None}], "needs a `metric`"),
    (["suggest", "--search", search("hyperband", eta=1.0)], "an eta above 1"),
    (["suggest", "--search", search("hyperband", resource={"name": "lr"})], "`lr` is an axis, too"),
    (["promote", "--search", search("tpe"), "--bracket", "0", "--rung", "0"], "has no rungs"),
    (["promote", "--search", search("hyperband"), "--bracket", "9", "--rung", "0"],
     "there is no bracket 9: the search has 3"),
    (["suggest", "--search", search("random"), "--write", "itms=/dev/null"], "no field `itms`"),
    (["suggest", "--search", search("random"), "--write", "items"], "`items` is not NAME=..."),
    (["suggest", "--search", search("random"), "-o", "/nowhere/x"], "cannot write `/nowhere/x`"),
    (["suggest", "--search", search("random"), "--history",
      {"version": 1, "records": [{"index": 1, "params": {}, "status": "failed"}] * 2}],
     "two records have the same index"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "told"), BAD, ids=[told for _, told in BAD])
def test_a_mistake_is_one_line(
    args: list[Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run([a if isinstance(a, str) else json.dumps(a) for a in args]) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith("pxc-tuner: error: ")
    assert written.err.count("\n") == 1
    assert told in written.err


def test_a_fault_of_the_program_is_one_line_and_exit_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a\nb")

    monkeypatch.setattr("pxc.tuner.suggest.suggest", broken)
    assert _run(["suggest", "--search", json.dumps(search("random"))]) == 70
    written = capsys.readouterr().err
    assert "ZeroDivisionError: a b" in written
    assert written.count("\n") == 1


def shell(line: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line.replace("pxc-tuner", f'"{sys.executable}" -m pxc.tuner')],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_from_a_shell_whatever_the_hash_seed(tmp_path: Path) -> None:
    (tmp_path / "tpe.json").write_text(json.dumps(search("tpe", numInitialRuns=3)))
    (tmp_path / "bayes.json").write_text(json.dumps(search("bayes")))
    records = [
        {"index": i, "params": {"lr": 0.01 * (i + 1), "units": 16}, "status": "succeeded",
         "metric": 0.1 * i}
        for i in range(4)
    ]  # fmt: skip
    (tmp_path / "h.json").write_text(json.dumps({"version": 1, "records": records}))
    for kind in ("tpe", "bayes"):
        line = f"pxc-tuner suggest --search {kind}.json --history - --write items=i <h.json"
        ended = [shell(line, tmp_path, PYTHONHASHSEED=seed) for seed in ("1", "2")]
        assert [e.returncode for e in ended] == [0, 0], ended[0].stderr
        assert ended[0].stdout == ended[1].stdout
        assert ended[0].stderr == ""
        assert json.loads((tmp_path / "i").read_text()) == json.loads(ended[0].stdout)["items"]


def test_what_learns_is_loaded_only_to_learn(tmp_path: Path) -> None:
    code = (
        "import sys; from pxc.tuner.cli import _run; "
        f"_run(['suggest', '--search', {json.dumps(search('random'))!r}]); "
        "sys.exit(any(m in sys.modules for m in ('numpy', 'optuna', 'sklearn', 'lark', 'yaml')))"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == 0


def test_without_the_extra_the_way_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "sklearn.py").write_text("raise ModuleNotFoundError(name='sklearn')")
    (tmp_path / "b.json").write_text(json.dumps(search("bayes", numInitialRuns=1)))
    record = {"index": 0, "params": {"lr": 0.1, "units": 16}, "status": "succeeded", "metric": 1}
    (tmp_path / "h.json").write_text(json.dumps({"version": 1, "records": [record]}))
    ended = shell(
        "pxc-tuner suggest --search b.json --history h.json", tmp_path,
        PYTHONPATH=f"{tmp_path}:{ROOT}",
    )  # fmt: skip
    assert ended.returncode == 2
    assert re.fullmatch(r"pxc-tuner: error: .* install pxc\[tuner\]\n", ended.stderr)
