"""Searches, early stopping and matrices in and around dags, in the plan."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest

from pxc.ir.dump import dump
from pxc.ir.plan import Group, Plan, Unit
from tests.no_hub import NO_HUB
from tests.reading import compiled, found

METRIC = "metric: {name: loss, optimization: minimize}"
SPACE = "params: {a: {kind: uniform, value: [0, 1]}}"
RUN = "run: {kind: job, container: {image: 'i:1', args: [%s]}}"


def component(args: str = "'{{ a }}'", inputs: str = "{name: a, type: float}") -> str:
    return f"inputs: [{inputs}]\n{RUN % args}\n"


def operation(matrix: str, body: str = "") -> str:
    return f"kind: operation\nname: s\nmatrix: {{{matrix}}}\ncomponent:\n" + indent(
        body or component(), "  "
    )


def dag(*operations: str, more: str = "") -> str:
    listed = "".join(f"- {indent(text, '  ').strip()}\n" for text in operations)
    return f"kind: dag\n{more}operations:\n{listed}"


def plan_of(source: str) -> Plan:
    outcome = compiled(source, hub=NO_HUB)
    assert outcome.plan is not None, found(outcome.report)
    return outcome.plan


def group_of(source: str) -> Group:
    group = plan_of(source).group
    assert group is not None
    return group


def searched(matrix: str, body: str = "") -> dict[str, Any]:
    """The search of a unit without its class and its axes."""
    [unit] = plan_of(operation(matrix, body)).units
    data: dict[str, Any] = dump(unit.search)
    del data["is"], data["axes"]
    return data


def texts(node: Any) -> Any:
    """A tree with templates as text, references in angle brackets."""
    data = dump(node)
    return _texts(data)


def _texts(data: Any) -> Any:
    if isinstance(data, dict) and "template" in data:
        parts = data["template"]
        return "".join(p if isinstance(p, str) else f"<{p['expression']}>" for p in parts)
    if isinstance(data, dict):
        return {k: _texts(v) for k, v in data.items() if k != "is"}
    return [_texts(item) for item in data] if isinstance(data, list) else data


LOSS = {"is": "Objective", "name": "loss", "optimization": "minimize"}

SEARCHES = {
    "hyperband": (
        f"kind: hyperband, {SPACE}, {METRIC}, maxIterations: 81, eta: 3, seed: 7, resume: true,"
        " resource: {name: epochs, type: int}, concurrency: 4",
        {
            "kind": "hyperband", "seed": 7, "max_iterations": 81, "eta": 3.0, "resume": True,
            "resource": {"is": "Resource", "name": "epochs", "type": "int"}, "objective": LOSS,
            "concurrency": 4,
        },
    ),
    "a hyperband that says little": (
        f"kind: hyperband, {SPACE}, maxIterations: 9, metric: {{name: loss}}",
        {"kind": "hyperband", "max_iterations": 9, "eta": 3.0, "objective": LOSS},
    ),
    "bayes": (
        f"kind: bayes, {SPACE}, {METRIC}, numInitialRuns: 5, maxIterations: 10, utilityFunction:"
        " {acquisitionFunction: ucb, kappa: 1.2, numWarmup: 3,"
        " gaussianProcess: {kernel: matern, lengthScale: 1.5, nu: 1.9}}",
        {
            "kind": "bayes", "max_iterations": 10, "num_initial_runs": 5, "objective": LOSS,
            "utility": {
                "is": "Utility", "acquisition": "ucb", "kappa": 1.2, "warmup": 3,
                "process": {"is": "Kernel", "kernel": "matern", "length_scale": 1.5, "nu": 1.9},
            },
        },
    ),
    "tpe": (
        f"kind: tpe, {SPACE}, {METRIC}, numRuns: 4, maxIterations: 6",
        {"kind": "tpe", "num_runs": 4, "max_iterations": 6, "objective": LOSS},
    ),
    "tpe of one batch": (
        f"kind: tpe, {SPACE}, {METRIC}, numRuns: 4",
        {"kind": "tpe", "num_runs": 4, "max_iterations": 1, "objective": LOSS},
    ),
    "hyperopt": (
        f"kind: hyperopt, {SPACE}, {METRIC}, algorithm: anneal, numRuns: 4",
        {"kind": "hyperopt", "num_runs": 4, "max_iterations": 1, "algorithm": "anneal",
         "objective": LOSS},
    ),
    "iterative, with a component that proposes": (
        f"kind: iterative, {SPACE}, maxIterations: 3, tuner: {{hubRef: mine:1,"
        " params: {n: {value: 2}}}",
        {
            "kind": "iterative", "max_iterations": 3,
            "proposer": {
                "is": "Proposer", "hub_ref": "mine:1",
                "params": {"n": {"is": "Param", "value": 2}},
            },
        },
    ),
    "counts by params": (
        f"kind: tpe, {SPACE}, {METRIC}, numRuns: '{{{{ n }}}}', seed: '{{{{ n }}}}'",
        {"kind": "tpe", "num_runs": 4, "seed": 4, "max_iterations": 1, "objective": LOSS},
    ),
    "early stopping": (
        f"kind: tpe, {SPACE}, {METRIC}, numRuns: 4, earlyStopping: [{{kind: metric_early_stopping,"
        " metric: loss, value: 0.1, optimization: minimize, policy: {kind: truncation,"
        " percent: 20, evaluationInterval: 2, minSamples: 3, includeSucceeded: true}},"
        " {kind: failure_early_stopping, percent: 50}]",
        {
            "kind": "tpe", "num_runs": 4, "max_iterations": 1, "objective": LOSS,
            "stopping": [
                {
                    "is": "Stopping", "kind": "metric_early_stopping", "metric": "loss",
                    "value": 0.1, "optimization": "minimize",
                    "policy": {
                        "is": "Policy", "kind": "truncation", "evaluation_interval": 2,
                        "min_samples": 3, "percent": 20.0, "include_succeeded": True,
                    },
                },
                {"is": "Stopping", "kind": "failure_early_stopping", "percent": 50.0},
            ],
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEARCHES)
def test_searches(name: str) -> None:
    matrix, expected = SEARCHES[name]
    body = component(inputs="{name: a, type: float}, {name: epochs, type: int, value: 1}")
    source = operation(matrix, body).replace("component:", "params: {n: 4}\ncomponent:", 1)
    [unit] = plan_of(source).units
    data: dict[str, Any] = dump(unit.search)
    del data["is"], data["axes"]
    assert data == expected


def test_a_search_gives_its_names_and_its_resource() -> None:
    body = component("'{{ a }}', '{{ epochs }}', '{{ params.epochs.as_arg }}'",
                     "{name: a, type: float}, {name: epochs, type: int}")  # fmt: skip
    [unit] = plan_of(
        operation(
            f"kind: hyperband, {SPACE}, {METRIC}, maxIterations: 9,"
            " resource: {name: epochs, type: int}",
            body,
        )
    ).units
    assert texts(unit.pod.main.get("args")) == [
        "<matrix.a>",
        "<matrix.epochs>",
        "<matrix.epochs.as_arg>",
    ]
    assert unit.search is not None
    assert texts(unit.search.axes) == [
        {"name": "a", "kind": "uniform", "numbers": [0.0, 1.0], "type": "float"}
    ]


def test_a_search_makes_no_other_run() -> None:
    one, two = (
        plan_of(operation(f"kind: tpe, {SPACE}, {METRIC}, numRuns: {n}")).units[0] for n in (2, 3)
    )
    assert one.identity == two.identity
    assert one.search != two.search


FAULTS = [
    (f"kind: hyperband, {SPACE}, {METRIC}, maxIterations: 9, eta: 1", ["PXC116 1"]),
    (f"kind: hyperband, {SPACE}, {METRIC}, maxIterations: 9, eta: 0.5", ["PXC116 0.5"]),
    (f"kind: tpe, {SPACE}, {METRIC}, numRuns: 900000", ["PXC116 900000"]),
    (f"kind: bayes, {SPACE}, {METRIC}, numInitialRuns: 2, maxIterations: 900000",
     ["PXC116 900000"]),
    ("kind: tpe, params: {a: {kind: choice, value: [1, x]}}, " + METRIC + ", numRuns: 2",
     ["PXC206 x"]),
    (f"kind: hyperband, {SPACE}, {METRIC}, maxIterations: 10, resource: {{name: n}}",
     ["PXC206 {name: n}"]),
    ("kind: tpe, params: {a: {kind: null, value: [1]}}, " + METRIC + ", numRuns: 2",
     ["PXC104 null"]),
    ("kind: grid, params: {a: {kind: null, value: [1]}}", ["PXC104 null"]),
]  # fmt: skip


@pytest.mark.parametrize(("matrix", "expected"), FAULTS)
def test_faults(matrix: str, expected: list[str]) -> None:
    body = component(inputs="{name: a, type: float}, {name: n, type: int, value: 1}")
    told = compiled(operation(matrix, body)).report
    assert [f"{d.code.id} {d.span.text}" for d in told] == expected


UNKNOWN = {
    "a hyperband without a budget": f"kind: hyperband, {SPACE}, {METRIC}",
    "batches without a size": f"kind: tpe, {SPACE}, {METRIC}",
    "a size that the run knows": f"kind: tpe, {SPACE}, {METRIC}, numRuns: '{{{{ globals.uuid }}}}'",
    "a space that the run knows": "kind: tpe, params: {a: {kind: choice, value:"
    " ['{{ globals.uuid }}']}}, " + METRIC + ", numRuns: 2",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_is_asked_of_the_target(name: str) -> None:
    plan = plan_of(operation(UNKNOWN[name], component(inputs="{name: a}")))
    kind = UNKNOWN[name].split(",")[0].removeprefix("kind: ")
    assert [d.feature for d in plan.demands] == [f"matrix.{kind}"]
    assert plan.units[0].search is None


# in and around dags


def test_a_matrix_of_an_operation_of_a_dag() -> None:
    """Its values come by params of the dag, and who waits for it waits for the whole."""
    group = group_of(
        "kind: component\nname: g\ninputs: [{name: rows, type: 'List[dict]', value: [{a: 1}, {a: 2}]},"
        " {name: n, value: 2}]\nrun:\n"
        + indent(
            dag(
                "{name: t, params: {rows: {ref: dag, value: inputs.rows}}, matrix: {kind: mapping,"
                " values: '{{ rows }}', concurrency: 1}, component: {"
                + component().strip().replace("\n", ", ")
                + "}}",
                "{name: s, params: {n: {ref: dag, value: inputs.n}}, matrix: {kind: tpe,"
                f" numRuns: '{{{{ n }}}}', {METRIC}, {SPACE}}}, component: {{"
                + component().strip().replace("\n", ", ")
                + "}}",
                "{name: r, dependencies: [t, s], params: {u: {ref: ops.t, value: globals.uuid}},"
                " container: {image: 'i:1', args: ['{{ u }}']}}",
            ),
            "  ",
        )
    )
    t, s, r = group.members
    assert isinstance(t, Unit)
    assert isinstance(s, Unit)
    assert isinstance(r, Unit)
    assert t.sweep is not None
    assert s.search is not None
    assert (t.sweep.rows, t.sweep.concurrency) == (((1.0,), (2.0,)), 1)
    assert s.search.num_runs == 2
    assert texts(t.pod.main.get("args")) == ["<matrix.a>"]
    assert texts(r.pod.main.get("args")) == ["<ops.t.globals.uuid>"]
    assert [(e.upstream, e.downstream, e.values) for e in group.edges] == [
        ("t", "r", ("globals.uuid",)),
        ("s", "r", ()),
    ]


AROUND = """\
kind: operation
name: g
matrix: {kind: grid, params: {lr: {kind: choice, value: [0.1, 0.2]}, deep: {kind: choice, value: [true]}, free: {kind: choice, value: [x]}}}
component:
  inputs: [{name: lr, type: float}, {name: deep, type: bool, value: false}]
  run:
    kind: dag
    concurrency: 3
    operations:
    - name: one
      params: {rate: {ref: dag, value: inputs.lr}, flag: {ref: dag, value: inputs.deep}, f: {ref: dag, value: inputs.free}}
      component:
        inputs: [{name: rate, type: float}, {name: flag, type: bool, isFlag: true}, {name: f}, {name: k, value: "{{ rate }}/{{ f }}"}]
        run: {kind: job, container: {image: 'i:1', args: ["{{ rate }}", "{{ params.rate.as_arg }}", "{{ flag }}", "{{ params.flag.as_arg }}", "{{ params.rate.as_str }}", "{{ k }}"]}}
    - name: two
      params: {rate: {ref: dag, value: inputs.lr}}
      component:
        inputs: [{name: rate, type: float}]
        run:
          kind: dag
          operations:
          - name: three
            params: {r: {ref: dag, value: inputs.rate}}
            matrix: {kind: mapping, values: [{lr: 5}]}
            container: {image: 'i:1', args: ["{{ r }}", "{{ lr }}"]}
"""


def test_a_matrix_around_a_dag() -> None:
    group = group_of(AROUND)
    assert group.sweep is not None
    assert (group.sweep.count, group.concurrency) == (2, 3)
    assert [axis.name for axis in group.sweep.axes] == ["lr", "deep", "free"]
    one, two = group.members
    assert isinstance(one, Unit)
    assert isinstance(two, Group)
    assert texts(one.pod.main.get("args")) == [
        "<dag.matrix.lr>",
        "<'--rate=' ~ dag.matrix.lr.as_str>",
        "<'--flag' if dag.matrix.deep else ''>",
        "<'--flag' if dag.matrix.deep else ''>",
        "<dag.matrix.lr.as_str>",
        "<dag.matrix.lr ~ '/' ~ dag.matrix.free>",
    ]
    [three] = two.members
    assert isinstance(three, Unit)
    assert texts(three.pod.main.get("args")) == ["<dag.dag.matrix.lr>", "<matrix.lr>"]
    assert {i.name: texts(i.value) for i in two.inputs} == {"rate": "<dag.matrix.lr>"}


def test_a_search_around_a_dag() -> None:
    matrix = (
        "kind: hyperband, params: {lr: {kind: uniform, value: [0, 1]}}, maxIterations: 9,"
        f" resource: {{name: n, type: int}}, {METRIC}"
    )
    body = (
        "inputs: [{name: lr, type: float}, {name: n, type: int}]\nrun:\n"
        + indent(dag("{name: a, params: {m: {ref: dag, value: inputs.n}}, container: {image: 'i:1',"
                     " args: ['{{ m }}']}}"), "  ")
    )  # fmt: skip
    group = group_of(operation(matrix, body))
    assert group.search is not None
    assert group.sweep is None
    [unit] = group.members
    assert isinstance(unit, Unit)
    assert texts(unit.pod.main.get("args")) == ["<dag.matrix.n>"]


def test_early_stopping_of_a_dag() -> None:
    rules = "earlyStopping: [{kind: failure_early_stopping, percent: '{{ p }}'}]\n"
    body = indent(dag("{name: a, container: {image: 'i:1'}}", more=rules), "  ")
    group = group_of(f"kind: component\nname: g\ninputs: [{{name: p, value: 30}}]\nrun:\n{body}")
    assert [(r.kind, r.percent) for r in group.stopping] == [("failure_early_stopping", 30)]


def test_rules_that_wait_for_the_run_are_asked_of_the_target() -> None:
    rules = "earlyStopping: [{kind: failure_early_stopping, percent: '{{ globals.uuid }}'}]"
    body = indent(dag("{name: a, container: {image: 'i:1'}}", more=f"{rules}\n"), "  ")
    plan = plan_of(f"kind: component\nname: g\nrun:\n{body}")
    assert [d.feature for d in plan.demands] == ["dag.earlyStopping"]
    plan = plan_of(operation(f"kind: mapping, values: [{{a: 1}}], {rules}"))
    assert [d.feature for d in plan.demands] == ["matrix.earlyStopping"]
    assert plan.units[0].sweep is not None
