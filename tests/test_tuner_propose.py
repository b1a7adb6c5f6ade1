"""What `pxc-tuner propose` answers to what a tuner is asked, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.ir.ranges import RANGES
from pxc.options import Images
from pxc.tuner.cli import _run
from pxc.tuner.matrix_reading import axes_of
from tests.public_hub import Shipped, compiled

LR = {"kind": "loguniform", "value": {"low": -7, "high": -1}}
UNITS = {"kind": "choice", "value": [16, 32, 64]}


def proposed(capsys: pytest.CaptureFixture[str], params: dict[str, Any], *args: str) -> Any:
    """The answer to a question about these spaces."""
    assert _run(["propose", "--matrix", json.dumps({"params": params}), *args]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("method", ["tpe", "bayes", "anneal", "random"])
def test_each_method_answers_with_rows_of_the_space(
    method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = [{"lr": 0.01, "units": 16}, {"lr": 0.1, "units": 64}]
    rows = proposed(
        capsys, {"lr": LR, "units": UNITS}, "--method", method, "--metric=loss", "--batch=3",
        "--startup=1", "--iteration=1", f"--configs={json.dumps(tried)}",
        '--metrics=[{"loss": "0.4"}, {"loss": 0.2}]',
    )  # fmt: skip
    assert len(rows) == 3
    assert all(0 < row["lr"] < 0.4 and row["units"] in (16, 32, 64) for row in rows)
    assert not any(row in tried for row in rows)


def test_a_result_is_learnt_from(capsys: pytest.CaptureFixture[str]) -> None:
    space = {"units": {"kind": "range", "value": "0:100:1"}}
    tried = [{"units": n} for n in range(0, 100, 7)]
    cost = [{"loss": abs(each["units"] - 70)} for each in tried]
    asked = ("--metric=loss", "--batch=5", "--startup=5", f"--configs={json.dumps(tried)}")
    low = proposed(capsys, space, *asked, f"--metrics={json.dumps(cost)}")
    turned = [{"loss": -each["loss"]} for each in cost]
    high = proposed(
        capsys, space, *asked, f"--metrics={json.dumps(turned)}", "--optimization=maximize"
    )
    assert low == high
    assert sum(abs(row["units"] - 70) for row in low) / 5 < 25


def test_a_space_without_more_ends_the_search(capsys: pytest.CaptureFixture[str]) -> None:
    rows = proposed(
        capsys, {"units": UNITS}, "--method=random", "--batch=5",
        '--configs=[{"units": 16}, {"units": 64}]', "--metrics=[1, 2]",
    )  # fmt: skip
    assert rows == [{"units": 32}]
    assert not proposed(
        capsys, {"units": UNITS}, "--method=random",
        '--configs=[{"units": 16}, {"units": 64}, {"units": 32}]', "--metrics=[1, 2, 3]",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value"),
    [("range", [0, 1, 0.1]), ("linspace", "0:1:5"), ("logspace", {"start": -3, "stop": 0, "num": 4}),
     ("logspace", [0, 3, 4, 2]), ("geomspace", [1, 256, 9])],
)  # fmt: skip
def test_values_are_those_of_the_compiler(kind: str, value: Any) -> None:
    (axis,) = axes_of({"params": {"a": {"kind": kind, "value": value}}})
    texts = value.split(":") if isinstance(value, str) else value
    numbers = [float(n) for n in (texts.values() if isinstance(texts, dict) else texts)]
    assert axis.values == list(RANGES[kind](*numbers))


def test_what_cannot_be_drawn_is_left_out() -> None:
    (axis,) = axes_of(
        {"params": {"a": {"kind": "pchoice", "value": [["x", 0], ["y", 0.4], ["z", 0.6]]}}}
    )
    assert (axis.values, axis.weights) == (["y", "z"], [0.4, 0.6])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--matrix={}", "--method=random"], "--matrix has no `params`"),
        (['--matrix={"params": {"a": {"kind": "daterange", "value": []}}}', "--method=random"],
         "--matrix: `a` is a space that this tuner does not know: `daterange`"),
        (['--matrix={"params": {"a": {"kind": "uniform", "value": [1]}}}', "--method=random"],
         "--matrix: `a`, a `uniform`, needs the numbers `low`, `high`"),
        (['--matrix={"params": {"a": {"kind": "range", "value": "0:x:1"}}}', "--method=random"],
         "--matrix: `a` has `x`, which is no number"),
        (['--matrix={"params": {"a": {"kind": "range", "value": [0, 1, 0]}}}', "--method=random"],
         "--matrix: `a` has no values, or more than 100,000"),
        (['--matrix={"params": {"a": {"kind": "range", "value": [0, 1e9, 1]}}}', "--method=random"],
         "--matrix: `a` has no values, or more than 100,000"),
        (['--matrix={"params": {"a": {"kind": "choice", "value": [1]}}}'],
         "--method tpe needs `--metric`"),
        (['--matrix={"params": {"a": {"kind": "choice", "value": [1]}}}', "--metric=x",
          '--configs=[{"a": 1}]'], "--metrics has 0 values for 1 `--configs`"),
    ],
)  # fmt: skip
def test_refused(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["propose", *args]) == 2
    assert capsys.readouterr().err == f"pxc-tuner: error: {said}\n"


def test_the_component_answers_in_every_round(tmp_path: Path) -> None:
    """The containers of the workflow, one after another, as Argo runs them."""
    outcome = compiled(Shipped("tuner", "latest"), "argo")
    text = "".join(file.text for file in outcome.files)
    made = {each["name"]: each for each in yaml.safe_load(text)["spec"]["templates"]}
    known = {"state": "", "results": "[]", "run": "u"}

    def play(template: str) -> None:
        container = made[template]["container"]
        words = [*container["command"], *container.get("args", [])]
        given = [_filled(word, known) for word in words]
        at = given.index("pxc-tuner") + 1
        given = [
            re.sub(r"(/tmp/pxc-|/plx-context/.*/)", f"{tmp_path}/", word) for word in given[at:]
        ]
        assert _run(given) == 0, given
        known.update({file.name: file.read_text() for file in tmp_path.iterdir()})

    sizes, best = [], []
    for _ in range(5):
        play("search-ask-look")
        assert known["more"] == "true"
        play("search-tuner")
        play("search-ask-take")
        items = json.loads(known["items"])
        sizes.append(len(items))
        left = []
        for item in items:
            loss = abs(int(item["text"]["units"]) - 32) + float(item["text"]["lr"])
            best.append(loss)
            record = {"index": item["index"], "outputs": {"loss": str(loss)}}
            left.append({"record": json.dumps(record)})
        known["results"] = json.dumps(left)
    assert sizes == [4] * 5
    assert min(best) < 0.1


def _filled(word: str, known: dict[str, str]) -> str:
    name = re.search(r"inputs\.parameters\.(\w+)", word)
    return word if name is None else re.sub(r"\{\{.*\}\}", lambda _: known[name[1]], word)


def test_the_image_is_the_one_of_pxc() -> None:
    (image,) = (io for io in Shipped("tuner", "latest").tree()["inputs"] if io["name"] == "image")
    assert image["value"] == Images().tuner
