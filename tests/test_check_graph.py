"""Dags: names, edges, cycles, and what passes between operations."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.passes.graph.flow_types import flows
from pxc.passes.io_types.parse_type import parse_type
from pxc.passes.io_types.types import IOType
from tests.reading import compiled, found, linted

STEP = """
- {name: c, inputs: [{name: i, type: float, value: 1}, {name: n, type: int, value: 1}],
   outputs: [{name: o, type: int}, {name: f, type: float}],
   run: {kind: job, container: {image: a}}}
"""
A = "{name: a, dagRef: c}"


def dag(operations: str, components: str = STEP, head: str = "") -> str:
    """A dag on fixed lines: operations begin on line 5 after a head of one line."""
    parts = ["kind: component", head or "name: d", "run:", "  kind: dag", "  operations:"]
    text = "\n".join(parts) + "\n" + indent(dedent(operations).strip(), "  ")
    return text + "\n  components:\n" + indent(components.strip(), "  ") + "\n"


def job(name: str, more: str = "") -> str:
    return f"- {{name: {name}, container: {{image: a}}{', ' + more if more else ''}}}\n"


# name, file, what is found
FAULTS = [
    (
        "unknown dependency beside an unknown component",
        dag(
            job("a", "dependencies: [ghost]")
            + "- {name: b, dagRef: nope, dependencies: [ghost]}\n"
            + "- {name: d, dagRef: c, params: {n: x}, dependencies: [ghost]}"
        ),
        [
            "PXC421 6:53 ghost",
            "PXC428 7:23 nope",
            "PXC421 7:44 ghost",
            "PXC206 8:38 x",
            "PXC421 8:57 ghost",
        ],
    ),
    (
        "a hook, a build and a tuner that read without an edge",
        dag(
            job("a")
            + job("b", "hooks: [{hubRef: 'h:1', params: {x: {ref: ops.a, value: outputs.o}}}]")
            + job("d", "build: {hubRef: 'h:1', params: {x: {ref: ops.b, value: outputs.o}}}")
            + job("e", "build: {hubRef: 'h:1', params: {x: {ref: ops.z, value: outputs.o}}}")
            + job(
                "f",
                "dependencies: [a], hooks: [{hubRef: 'h:1',"
                " params: {x: {ref: ops.a, value: outputs.o}}}]",
            )
            + job("g", "hooks: [{hubRef: 'h:1', params: {x: {ref: ops.g, value: outputs.o}}}]")
        ),
        ["PXC422 7:80 ops.a", "PXC422 8:79 ops.b", "PXC421 9:79 ops.z"],
    ),
    (
        "one that fails and one that ran after it",
        dag(
            job("a")
            + job("b", "dependencies: [a]")
            + job("d", "dependencies: [a, b], trigger: all_failed")
            + job("e", "dependencies: [d]")
        ),
        ["PXC424 8:69 all_failed"],
    ),
    (
        "one that succeeds and what repairs it",
        dag(
            job("a")
            + job("b", "dependencies: [a], trigger: all_failed")
            + job("d", "dependencies: [b]")
            + job("e", "dependencies: [a, d]")
        ),
        ["PXC424 9:12 e"],
    ),
    (
        "a trigger of an operation that waits for nothing",
        dag(job("a", "trigger: all_failed") + job("b", "trigger: null")),
        ["PXC410 6:47 all_failed"],
    ),
    ("no operations", "kind: component\nrun: {kind: dag, operations: []}", ["PXC104 2:30 []"]),
    ("no name", dag("- {container: {image: a}}"), ["PXC104 6:5 {container: {image: a}}"]),
    ("one name twice", dag(job("a") + job("b") + job("a")), ["PXC426 8:12 a"]),
    (
        "one name twice in components",
        dag(job("a"), STEP + "- {name: c, run: {kind: job, container: {image: a}}}"),
        ["PXC426 11:12 c"],
    ),
    ("unknown dependency", dag(job("a", "dependencies: [ghost]")), ["PXC421 6:53 ghost"]),
    (
        "unknown operation of a ref",
        dag(job("a", "params: {x: {ref: ops.ghost, value: outputs.y, contextOnly: true}}")),
        ["PXC421 6:56 ops.ghost"],
    ),
    (
        "unknown operation of an event in braces",
        dag(job("a", "events: [{ref: '{{ ops.ghost }}', kinds: [run_status_done]}]")),
        ["PXC421 6:53 '{{ ops.ghost }}'"],
    ),
    ("waits for itself", dag(job("a", "dependencies: [a]")), ["PXC420 6:53 a"]),
    (
        "cycle over all kinds of edges",
        dag(
            job("x", "dependencies: [z]")
            + job("y", "events: [{ref: ops.x, kinds: [run_status_done]}]")
            + job("z", "params: {v: {ref: ops.y, value: outputs.o, contextOnly: true}}")
        ),
        ["PXC420 6:53 z"],
    ),
    (
        "two cycles, and what waits for one",
        dag(
            job("a", "dependencies: [b]")
            + job("b", "dependencies: [a]")
            + job("p", "dependencies: [q, a]")
            + job("q", "dependencies: [p]")
        ),
        ["PXC420 6:53 b", "PXC420 8:53 q"],
    ),
    ("unknown component", dag("- {name: a, dagRef: cc}"), ["PXC428 6:23 cc"]),
    (
        "unknown component of a component",
        dag("- {name: a, dagRef: b}", STEP + "- {name: b, dagRef: d}"),
        ["PXC428 11:23 d"],
    ),
    (
        "components of each other, said once",
        dag(
            "- {name: a, dagRef: p}\n- {name: b, dagRef: q}",
            "- {name: p, dagRef: q}\n- {name: q, dagRef: p}",
        ),
        ["PXC221 9:23 q"],
    ),
    ("nothing to run", dag("- {name: a, tags: [x]}"), ["PXC120 6:12 a"]),
    (
        "schedule",
        dag(job("a", "schedule: {kind: cron, cron: '@daily'}")),
        ["PXC429 6:48 {kind: cron, cron: '@daily'}"],
    ),
    (
        "build of the dag",
        dag(job("a"), head="build: {hubRef: kaniko}"),
        ["PXC126 2:17 kaniko"],
    ),
    (
        "missing param of a component that two operations name",
        dag(
            "- {name: a, dagRef: b}\n- {name: b, dagRef: b, params: {q: 1}}\n- {name: e, dagRef: b}",
            "- {name: b, inputs: [{name: q, type: int}], run: {kind: job, container: {image: a}}}",
        ),
        ["PXC204 6:12 a", "PXC204 8:12 e"],
    ),
    ("unknown param", dag("- {name: a, dagRef: c, params: {zz: 1}}"), ["PXC205 6:35 zz"]),
    ("literal of another type", dag("- {name: a, dagRef: c, params: {n: x}}"), ["PXC206 6:38 x"]),
    (
        "distribution in the grid of an operation",
        dag(
            "- {name: a, dagRef: c, matrix: {kind: grid, params: "
            "{i: {kind: uniform, value: [0, 1]}}}}"
        ),
        ["PXC403 6:66 uniform"],
    ),
    (
        "float into int",
        dag(f"- {A}\n- {{name: b, dagRef: c, params: {{n: {{ref: ops.a, value: outputs.f}}}}}}"),
        ["PXC425 7:58 outputs.f"],
    ),
    (
        "all outputs into a number",
        dag(f"- {A}\n- {{name: b, dagRef: c, params: {{n: {{ref: ops.a, value: outputs}}}}}}"),
        ["PXC425 7:58 outputs"],
    ),
    (
        "unknown output",
        dag(f"- {A}\n- {{name: b, dagRef: c, params: {{n: {{ref: ops.a, value: outputs.q}}}}}}"),
        ["PXC446 7:58 outputs.q"],
    ),
    (
        "unknown input",
        dag(f"- {A}\n- {{name: b, dagRef: c, params: {{n: {{ref: ops.a, value: inputs.q}}}}}}"),
        ["PXC446 7:58 inputs.q"],
    ),
    (
        "unknown input of the dag",
        dag("- {name: b, dagRef: c, params: {n: {ref: dag, value: inputs.q}}}"),
        ["PXC446 6:56 inputs.q"],
    ),
    (
        "unknown input of the dag for a context: an operation may give it",
        dag(job("b", "params: {n: {ref: dag, value: inputs.q, contextOnly: true}}")),
        ["PXC318 6:68 inputs.q"],
    ),
    (
        "input of the dag of another type",
        dag(
            "- {name: b, dagRef: c, params: {n: {ref: dag, value: inputs.s}}}",
            head="inputs: [{name: s, type: bool, value: true}]",
        ),
        ["PXC425 6:56 inputs.s"],
    ),
    (
        "outputs of the dag itself",
        dag("- {name: b, dagRef: c, params: {n: {ref: dag, value: outputs.q}}}"),
        ["PXC219 6:56 outputs.q"],
    ),
    (
        "ref too deep",
        dag(job("a", "params: {n: {ref: ops.b.c, value: outputs.q, contextOnly: true}}")),
        ["PXC219 6:56 ops.b.c"],
    ),
    (
        "join without edge",
        dag(f"- {A}\n" + job("b", "joins: [{query: 'status: x', limit: 9, ref: ops.a}]")),
        ["PXC445 7:82 ops.a"],
    ),
    (
        "cycle in an inner dag",
        dag(
            """
            - name: outer
              component:
                run:
                  kind: dag
                  operations: [{name: n, dependencies: [n], container: {image: x}}]
            """
        ),
        ["PXC420 10:47 n"],
    ),
    (
        "an inner dag does not see the components of the outer one",
        dag("- {name: o, run: {kind: dag, operations: [{name: n, dagRef: c}]}}"),
        ["PXC428 6:63 c"],
    ),
    (
        "a fault in a shared inner dag is said once, in an unused one too",
        dag(
            "- {name: a, dagRef: p}\n- {name: b, dagRef: p}",
            "- {name: p, run: {kind: dag, operations: []}}\n"
            "- {name: q, run: {kind: dag, operations: []}}",
        ),
        ["PXC104 9:44 []", "PXC104 10:44 []"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_faults(text: str, expected: list[str]) -> None:
    assert found(linted(text).report) == expected


SOUND = [
    ("plain edges", dag(job("a") + job("b", "dependencies: [a]"))),
    (
        "widened types",
        dag(f"- {A}\n- {{name: b, dagRef: c, params: {{i: {{ref: ops.a, value: outputs.o}}}}}}"),
    ),
    (
        "a context takes what the other logs undeclared",
        dag(
            f"- {A}\n"
            + job("b", "params: {x: {ref: ops.a, value: outputs.loss, contextOnly: true}}")
        ),
    ),
    (
        "a param that another operation takes is used",
        dag(
            job("a", "params: {seen: 1}")
            + "- {name: b, dagRef: c, params: {n: {ref: ops.a, value: inputs.seen}}}"
        ),
    ),
    (
        "an operation of a hub may have any output",
        dag(
            "- {name: a, hubRef: x, cmd: [ls], params: {q: 1}}\n"
            "- {name: b, dagRef: c, params: {n: {ref: ops.a, value: outputs.q}}}"
        ),
    ),
    (
        "a chain of components",
        dag(
            "- {name: a, dagRef: e, dependencies: [b], params: {n: 2}}\n- {name: b, dagRef: c}",
            STEP + "- {name: e, dagRef: c, schedule: {kind: cron, cron: '@daily'},"
            " dependencies: [nobody]}",
        ),
    ),
    (
        "a join over an indirect edge",
        dag(
            f"- {A}\n"
            + job("m", "dependencies: [a]")
            + job("b", "dependencies: [m], joins: [{query: 'status: x', limit: 9, ref: ops.a}]")
        ),
    ),
    (
        "a matrix gives a required input",
        dag(
            "- {name: a, dagRef: b, matrix: {kind: mapping, values: [{q: 1}, {q: 2}]}}",
            "- {name: b, inputs: [{name: q, type: int}], run: {kind: job, container: {image: a}}}",
        ),
    ),
    (
        "the inner dag's own dag, its params and its components",
        dag(
            "- {name: o, dagRef: p, params: {k: 2, extra: {value: 1, contextOnly: true}}}",
            """
- name: p
  inputs: [{name: k, type: int}]
  run:
    kind: dag
    operations:
    - {name: n, dagRef: z, params: {w: {ref: dag, value: inputs.k}}}
    - {name: m, dagRef: z, params: {w: {ref: dag, value: inputs.extra}}}
    components:
    - {name: z, inputs: [{name: w, type: float}], run: {kind: job, container: {image: a}}}
            """,
        ),
    ),
]


@pytest.mark.parametrize("text", [s[1] for s in SOUND], ids=[s[0] for s in SOUND])
def test_sound_dags_have_no_findings(text: str) -> None:
    assert found(linted(text).report) == []
    outcome = compiled(text)
    said = {d.code.id for d in outcome.report}
    assert said <= ({"PXC213"} if "hubRef" in text else {"PXC701", "PXC702"})
    assert bool(outcome.files) is not outcome.report.has_errors


def test_a_cycle_is_shown_as_a_path_with_every_edge() -> None:
    text = dag(
        job("x", "dependencies: [z]")
        + job("y", "dependencies: [x]")
        + job("z", "dependencies: [y]")
    )
    (cycle,) = linted(text).report
    assert cycle.message.endswith("x -> z -> y -> x")
    assert [n.message for n in cycle.notes] == ["`z` waits for `y` here", "`y` waits for `x` here"]


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (dag(job("prep") + job("b", "dependencies: [pep]")), "did you mean `prep`?"),
        (dag(job("prep") + job("b", "dependencies: [ops.prep]")), "did you mean `prep`?"),
        (dag("- {name: a, dagRef: C}"), "did you mean `c`?"),
        (dag("- {name: a, dagRef: c, params: {m: 1}}"), "declare it as an input"),
    ],
)
def test_help_names_what_was_likely_meant(text: str, help: str) -> None:
    (fault,) = linted(text).report
    assert help in (fault.help or "")


def test_a_compilation_refuses_an_unknown_input_of_the_dag() -> None:
    text = dag(job("b", "params: {n: {ref: dag, value: inputs.q, contextOnly: true}}"))
    assert [d.code.id for d in compiled(text).report] == ["PXC446"]
    given = compiled(text, params={"q": "1"})
    assert found(given.report) == []
    assert given.files


def test_a_long_chain_and_a_long_cycle_are_no_burden() -> None:
    many = 2000
    chain = [job("n0"), *(job(f"n{i}", f"dependencies: [n{i - 1}]") for i in range(1, many))]
    assert found(linted(dag("".join(chain))).report) == []
    chain[0] = job("n0", f"dependencies: [n{many - 1}]")
    (cycle,) = linted(dag("".join(chain))).report
    assert cycle.code.id == "PXC420"
    assert len(cycle.message) < 300


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7).flatmap(
    lambda n: st.tuples(st.just(n), st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))))
))  # fmt: skip
def test_a_cycle_is_found_exactly_where_no_order_exists(
    graph: tuple[int, set[tuple[int, int]]],
) -> None:
    n, edges = graph
    text = dag("".join(
        job(f"n{i}", f"dependencies: [{', '.join(f'n{b}' for a, b in sorted(edges) if a == i)}]")
        for i in range(n)
    ))  # fmt: skip
    left = set(range(n))
    while free := {i for i in left if not any(a == i and b in left for a, b in edges)}:
        left -= free
    codes = {d.code.id for d in linted(text).report}
    assert codes == ({"PXC420"} if left else set())


@pytest.mark.parametrize(
    ("source", "target", "fits"),
    [
        ("int", "float", True), ("int", "metric", True), ("metric", "float", True),
        ("float", "metric", True), ("int", "any", True), ("any", "int", True),
        ("float", "int", False), ("str", "int", False), ("int", "str", False),
        ("str", "path", True), ("s3", "uri", True), ("path", "gcs", True), ("str", "uuid", True),
        ("bool", "int", False), ("int", "bool", False), ("int", "PositiveInt", True),
        ("List[int]", "List[float]", True), ("List[str]", "List[int]", False),
        ("list", "List[int]", True), ("int", "List[int]", False), ("List[int]", "int", False),
        ("dict", "Dict[str, int]", True), ("str", "dict", False), ("dict", "artifacts", True),
        ("artifacts", "path", True), ("int", "git", False), ("Optional[int]", "float", True),
        ("int", "Optional[float]", True),
    ],
)  # fmt: skip
def test_types_that_flow(source: str, target: str, fits: bool) -> None:
    have, want = parse_type(source), parse_type(target)
    assert isinstance(have, IOType)
    assert isinstance(want, IOType)
    assert flows(have, want) is fits
    assert flows(have, have)


def test_an_operation_is_not_proposed_to_itself() -> None:
    report = linted(dag("- {name: train, container: {image: i}, dependencies: [trian]}\n")).report
    [told] = [each for each in report if each.code.id == "PXC421"]
    assert told.help == "there is no other: leave it out"
