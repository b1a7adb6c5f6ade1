"""Groups of version 0: their matrix, the inputs that it varies, and early spellings of both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.v0_reading import comes_to

HEAD = "version: 1\nkind: group\nbuild: {image: a:1}\nrun: {cmd: x}\n"
LR = "matrix: {lr: {values: [1, 2]}}"
PARAMS = {"lr": {"kind": "choice", "value": [1, 2]}}


def group(tuning: str, more: str = "") -> tuple[Any, list[str]]:
    return comes_to(f"{HEAD}{more}hptuning: {{{tuning}}}\n")


SPACES: list[tuple[str, dict[str, Any], str | None]] = [
    ("values: [a, b]", {"kind": "choice", "value": ["a", "b"]}, "str"),
    ("values: [1, 2.5]", {"kind": "choice", "value": [1, 2.5]}, "float"),
    ("values: [1, a]", {"kind": "choice", "value": [1, "a"]}, None),
    ("values: [[1, 2], [3]]", {"kind": "choice", "value": [[1, 2], [3]]}, "List[int]"),
    ("pvalues: [[a, 0.1], [b, 0.9]]", {"kind": "pchoice", "value": [["a", 0.1], ["b", 0.9]]}, "str"),
    ("range: '1:9:2'", {"kind": "range", "value": "1:9:2"}, "int"),
    ("range: [1, 9, 0.5]", {"kind": "range", "value": [1, 9, 0.5]}, "float"),
    ("range: {start: 1, stop: 9, step: 1}", {"kind": "range", "value": {"start": 1, "stop": 9, "step": 1}}, "int"),
    ("linspace: 0:1:5", {"kind": "linspace", "value": "0:1:5"}, "float"),
    ("logspace: 0:1:5", {"kind": "logspace", "value": "0:1:5"}, "float"),
    ("geomspace: 1:2:5", {"kind": "geomspace", "value": "1:2:5"}, "float"),
    ("uniform: [0, 1]", {"kind": "uniform", "value": [0, 1]}, "float"),
    ("quniform: {low: 0, high: 1, q: 0.1}",
     {"kind": "quniform", "value": {"low": 0, "high": 1, "q": 0.1}}, "float"),
    *((f"{kind}: [0, 1]", {"kind": kind, "value": [0, 1]}, "float")
      for kind in ("loguniform", "normal", "lognormal")),
    *((f"{kind}: [0, 1, 2]", {"kind": kind, "value": [0, 1, 2]}, "float")
      for kind in ("qloguniform", "qnormal", "qlognormal")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "kind"), SPACES, ids=[t for t, *_ in SPACES])
def test_a_space(text: str, expected: dict[str, Any], kind: str | None) -> None:
    found, told = group(f"random_search: {{n_experiments: 2}}, matrix: {{lr: {{{text}}}}}")
    assert found["matrix"]["params"] == {"lr": expected}
    assert found["component"]["inputs"] == [{"name": "lr", **({"type": kind} if kind else {})}]
    assert told == []


METRIC = "metric: {name: loss, optimization: Minimize}"
LOSS = {"name": "loss", "optimization": "minimize"}
RESOURCE = {"name": "n", "type": "float"}
SEARCHES: list[tuple[str, dict[str, Any]]] = [
    ("", {"kind": "grid", "concurrency": 1}),
    ("concurrency: 3", {"kind": "grid", "concurrency": 3}),
    ("grid_search: {n_experiments: 2}", {"kind": "grid", "numRuns": 2, "concurrency": 1}),
    ("seed: 7, random_search: {n_experiments: 2}",
     {"kind": "random", "numRuns": 2, "seed": 7, "concurrency": 1}),
    (f"hyperband: {{max_iter: 9, eta: 3, resource: {{name: n}}, {METRIC}, resume: true}}",
     {"kind": "hyperband", "maxIterations": 9, "eta": 3, "resource": RESOURCE, "metric": LOSS,
      "resume": True, "concurrency": 1}),
    ("hyperband: {max_iter: 9, eta: 3, resource: {name: n, type: INT}, metric: {name: loss}}",
     {"kind": "hyperband", "maxIterations": 9, "eta": 3, "resource": {"name": "n", "type": "int"},
      "metric": {"name": "loss", "optimization": "maximize"}, "concurrency": 1}),
    (f"bo: {{n_initial_trials: 2, n_iterations: 5, {METRIC}}}",
     {"kind": "bayes", "numInitialRuns": 2, "maxIterations": 5, "metric": LOSS, "concurrency": 1}),
    (f"bo: {{n_initial_trials: 2, n_iterations: 5, {METRIC}, utility_function: {{acquisition_function: UCB, kappa: 1.2,"
     " eps: 0.1, n_warmup: 1, n_iter: 2, gaussian_process: {kernel: matern, length_scale: 1.0, nu: 1.5,"
     " n_restarts_optimizer: 0}}}",
     {"kind": "bayes", "numInitialRuns": 2, "maxIterations": 5, "metric": LOSS, "concurrency": 1,
      "utilityFunction": {"acquisitionFunction": "ucb", "kappa": 1.2, "eps": 0.1, "numWarmup": 1,
                          "numIterations": 2, "gaussianProcess": {
                              "kernel": "matern", "lengthScale": 1.0, "nu": 1.5,
                              "numRestartsOptimizer": 0}}}),
    ("early_stopping: [{metric: loss, value: 0.1}]",
     {"kind": "grid", "concurrency": 1, "earlyStopping": [
         {"kind": "metric_early_stopping", "metric": "loss", "value": 0.1, "optimization": "maximize"}]}),
    ("early_stopping: [{metric: loss, value: 1, higher: false, policy: {kind: truncation,"
     " percent: 50, evaluation_interval: 2}}]",
     {"kind": "grid", "concurrency": 1, "earlyStopping": [
         {"kind": "metric_early_stopping", "metric": "loss", "value": 1, "optimization": "minimize",
          "policy": {"kind": "truncation", "percent": 50, "evaluationInterval": 2}}]}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SEARCHES, ids=[t for t, _ in SEARCHES])
def test_a_search(text: str, expected: dict[str, Any]) -> None:
    found, told = group(", ".join(filter(None, (text, LR))))
    assert found["matrix"] == {"params": PARAMS, **expected}
    assert (found["kind"], told) == ("operation", [])


def test_the_resource_of_hyperband_is_an_input() -> None:
    text = f"hyperband: {{max_iter: 9, eta: 3, resource: {{name: n, type: int}}, {METRIC}}}, {LR}"
    inputs = group(text)[0]["component"]["inputs"]
    assert inputs == [{"name": "lr", "type": "int"}, {"name": "n", "type": "int"}]
    assert group(text, "inputs: [{name: n}]\n")[0]["component"]["inputs"][0] == {"name": "n"}


TOLD: list[tuple[str, str, list[str]]] = [
    (f"grid_search: {{}}, random_search: {{n_experiments: 1}}, {LR}", "", ["PXC118 random_search"]),
    (f"random_search: {{}}, {LR}", "", ["PXC104 {}"]),
    (f"seed: 1, {LR}", "", ["PXC949 seed"]),
    (f"hyperband: {{max_iter: 1, eta: 3, resource: {{name: n}}}}, {LR}", "", ["PXC104 max_iter"]),
    ("matrix: {lr: {values: [1], range: '1:2:1'}}", "", ["PXC118 range"]),
    ("matrix: {lr: {vales: [1]}}", "", ["PXC102 vales"]),
    ("matrix: {lr: [1, 2]}", "", ["PXC105 [1, 2]"]),
    ("concurrency: 2", "", ["PXC104 concurrency"]),
    (LR, "params: {lr: 3}\n", ["PXC225 lr"]),
    (f"early_stopping: [{{metric: a, value: 1, policy: {{kind: average, evaluation_interval: 1}}}}], {LR}", "",
     ["PXC944 {metric: a, value: 1, policy: {kind: average, evaluation_interval: 1}}"]),
    (f"early_stopping: [{{metric: a, value: 1, policy: all}}], {LR}", "", []),
    (f"early_stopping: [{{metric: a, value: 1, policy: experiment}}], {LR}", "",
     ["PXC949 {metric: a, value: 1, policy: experiment}"]),
    (f"early_stopping: [{{value: 1}}], {LR}", "", ["PXC104 value"]),
    (f"early_stopping: [{{metric: a, value: 1, optimization: up}}], {LR}", "", ["PXC116 up"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "more", "codes"), TOLD, ids=[t + m for t, m, _ in TOLD])
def test_what_is_told_of_a_search(text: str, more: str, codes: list[str]) -> None:
    assert group(text, more)[1] == codes


def test_a_group_without_a_search_is_told_so() -> None:
    found, told = comes_to(HEAD)
    assert (found["kind"], told) == ("component", ["PXC104 version"])


SAME = f"{HEAD}logging: {{level: INFO}}\nhptuning: {{concurrency: 2, {LR}}}\n"
EARLY = [
    f"{HEAD}settings: {{logging: {{level: INFO}}, concurrency: 2, {LR}}}\n",
    f"{HEAD}logging: {{level: INFO}}\nhptuning: {{concurrency: 2}}\n{LR}\n",
    f"version: 1\nkind: group\nrun: {{cmd: x, image: a:1}}\nlogging: {{level: INFO}}\nhptuning: {{concurrency: 2, {LR}}}\n",
]  # fmt: skip


@pytest.mark.parametrize("text", EARLY)
def test_early_spellings_come_to_the_same(text: str) -> None:
    assert comes_to(text) == comes_to(SAME)


KINDS: list[tuple[str, str, list[str]]] = [
    ("version: 1\nrun: {cmd: x}\n", "component", ["PXC952 version"]),
    (f"version: 1\nhptuning: {{{LR}}}\n", "operation", ["PXC952 version"]),
    (f"{LR}\n", "operation", ["PXC952 matrix"]),
]


@pytest.mark.parametrize(("text", "kind", "codes"), KINDS, ids=[t for t, *_ in KINDS])
def test_a_piece_without_a_kind(text: str, kind: str, codes: list[str]) -> None:
    found, told = comes_to(text)
    assert (found["kind"], told) == (kind, codes)


def test_a_plugin_was_a_notebook_or_a_tensorboard() -> None:
    notebook, told = comes_to(
        "version: 1\nkind: plugin\nrun: {image: a, build_steps: [pip install jupyter]}\n"
    )
    assert (notebook["run"]["ports"], told) == ([8888], ["PXC952 plugin"])
    board, told = comes_to("version: 1\nkind: plugin\nrun: {image: a}\n")
    assert (board["run"]["ports"], told) == ([6006], ["PXC947 plugin", "PXC952 plugin"])


OPERATORS: list[tuple[str, str | None, list[str]]] = [
    ("{for: {len: 2, do: 'a {{ index }}'}}", "a 0 && a 1", []),
    ("{for: {len: '{{ n }}', do: ['a{{i}}', b], index: i}}", "a0 && b && a1 && b", []),
    ("[x, {for: {len: 2, do: a}}]", "x && a && a", []),
    ("{if: {cond: '{{ n }} == 2', do: a, else_do: b}}", "a", []),
    ("{if: {cond: '{{ n }} > 5', do: a, else_do: b}}", "b", []),
    ("{if: {cond: true, do: a}}", "a", []),
    ("{if: {cond: \"'x' == '{{ n }}'\", do: a}}", None, []),
    ("{if: {cond: \"'2' == '{{ n }}'\", do: a}}", "a", []),
    ("[a, {if: {cond: '{{ n }} != 2', do: b}}]", "a", []),
    ("{for: {len: 2, do: {if: {cond: '{{ index }} == 1', do: a, else_do: b}}}}", "b && a", []),
    ("{for: {len: '{{ m }}', do: a}}", None, ["PXC946 {for: {len: '{{ m }}', do: a}}"]),
    ("{for: {len: 2, do: 'a {{ index + 1 }}'}}", None, ["PXC946 {for: {len: 2, do: 'a {{ index + 1 }}'}}"]),
    ("{for: {len: 2000, do: a}}", None, ["PXC946 {for: {len: 2000, do: a}}"]),
    ("{for: {len: -1, do: a}}", None, ["PXC946 {for: {len: -1, do: a}}"]),
    ("{if: {cond: '{{ n }} in x', do: a}}", None, ["PXC946 {if: {cond: '{{ n }} in x', do: a}}"]),
]  # fmt: skip


@pytest.mark.parametrize(("cmd", "line", "codes"), OPERATORS, ids=[c for c, *_ in OPERATORS])
def test_operators_are_expanded_where_all_is_known(
    cmd: str, line: str | None, codes: list[str]
) -> None:
    text = f"version: 1\nkind: experiment\nparams: {{n: 2}}\nbuild: {{image: a}}\nrun: {{cmd: {cmd}}}\n"
    found, told = comes_to(text)
    assert found["run"]["container"].get("args") == (None if line is None else [line])
    assert [code for code in told if not code.startswith("PXC949")] == codes
    assert bool(codes) == (len(told) == len(codes))  # one that is expanded is told of, too
