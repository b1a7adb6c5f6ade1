"""Expressions inside of dags: each operation has the names of its own params and inputs."""

from __future__ import annotations

from textwrap import indent

import pytest

from pxc.driver import Outcome, Request, SourceText, lint_request
from tests.reading import compiled, found, linted

C = "- {name: c, inputs: [{name: x, type: int}], outputs: [{name: o, type: int}], run: {kind: job, container: {image: a, args: ['{{ x }}', %s]}}}"


def dag(*operations: str, components: str = "", head: str = "", sections: str = "") -> str:
    """A dag whose operations begin on line 5, components after them."""
    text = f"kind: component\n{head or 'name: d'}\nrun:\n  kind: dag\n  operations:\n"
    text += indent("\n".join(operations), "  ") + "\n"
    if components:
        text += "  components:\n" + indent(components, "  ") + "\n"
    return text + (f"  {sections}\n" if sections else "")


def job(name: str, args: str, more: str = "") -> str:
    rest = f", {more}" if more else ""
    return f"- {{name: {name}, container: {{image: a, args: [{args}]}}{rest}}}"


def marked(outcome: Outcome) -> list[str]:
    """Every finding as its code and what it underlines."""
    return [f"{d.code.id} {d.span.text}" for d in outcome.report]


# name, file, what is found
FAULTS = [
    ("unknown name", dag(job("a", "'{{ q }}'")), ["PXC302 q"]),
    (
        "an input of the dag is none of its operations",
        dag(job("a", "'{{ q }}'"), head="inputs: [{name: q, type: int, value: 1}]"),
        ["PXC302 q"],
    ),
    ("`ops` belongs into params", dag(job("a", "'{{ ops.b }}'")), ["PXC307 ops"]),
    ("unknown filter", dag(job("a", "'{{ 1 | q }}'")), ["PXC304 q"]),
    (
        "condition",
        dag(job("a", "x", "conditions: '{{ q }}'")),
        ["PXC302 q"],
    ),
    (
        "value of a param",
        dag(job("a", "x", "params: {p: {value: '{{ q }}', contextOnly: true}}")),
        ["PXC302 q"],
    ),
    (
        "value of a param that would be its own",
        dag(job("a", "'{{ q }}'", "params: {q: '{{ q }}'}"), head="inputs: [{name: q, value: 1}]"),
        ["PXC316 '{{ q }}'"],
    ),
    (
        "type of what an expression gives to an input",
        dag("- {name: a, dagRef: c, params: {x: \"{{ 'y' }}\"}}", components=C % "z"),
        ["PXC206 \"{{ 'y' }}\""],
    ),
    (
        "type of a field",
        dag(job("a", "x", "params: {n: many}, termination: {timeout: '{{ n }}'}")),
        ["PXC305 '{{ n }}'"],
    ),
    (
        "a shared component, once for all that name it",
        dag(
            "- {name: a, dagRef: c, params: {x: 1}}",
            "- {name: b, dagRef: c, params: {x: 2}}",
            components=C % "'{{ q }}'",
        ),
        ["PXC302 q"],
    ),
    (
        "a name that one of two operations does not have",
        dag(
            "- {name: a, dagRef: c, params: {x: 1, q: {value: 1, contextOnly: true}}}",
            "- {name: b, dagRef: c, params: {x: 2}}",
            components=C % "'{{ q }}'",
        ),
        ["PXC302 q"],
    ),
    (
        "a component that nothing names may be given more",
        dag(job("a", "x"), components=C % "'{{ q }}'"),
        ["PXC318 q"],
    ),
    (
        "inner dags",
        dag("- {name: o, run: {kind: dag, operations: [" + job("n", "'{{ q }}'")[2:] + "]}}"),
        ["PXC302 q"],
    ),
    (
        "what the dag gives its operations",
        dag(job("a", "x"), sections="environment: {labels: {t: '{{ q }}'}}"),
        ["PXC302 q"],
    ),
    (
        "number of runs of a matrix",
        dag(job("a", "'{{ p }}'", "matrix: {kind: grid, numRuns: '{{ q }}', params: {p: {kind: choice, value: [1]}}}")),
        ["PXC302 q"],
    ),
    (
        "limit of a join",
        dag(job("a", "x", "joins: [{query: 'status: x', limit: '{{ q }}'}]")),
        ["PXC302 q"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_faults(text: str, expected: list[str]) -> None:
    assert marked(linted(text)) == expected
    if "PXC318" not in expected[0]:
        assert marked(compiled(text)) == expected


SOUND = [
    (
        "params, references, outputs and globals",
        dag(
            "- {name: a, dagRef: c, params: {x: '{{ y + 1 }}', y: {value: 1, contextOnly: true}}}",
            "- {name: b, dagRef: c, params: {x: {ref: ops.a, value: outputs.o}, g: {ref: ops.a, value: globals.uuid, contextOnly: true}},"
            " conditions: '{{ g != 1 and x > 2 }}'}",
            components=C % "'{{ globals.uuid }}', '{{ params.x.as_arg }}', '{{ o }}'",
        ),
    ),
    (
        "names that a matrix and joins bring",
        dag(
            job("a", "'{{ lr * 2 }}'", "matrix: {kind: mapping, values: [{lr: 1}]}"),
            job("b", "'{{ ids }}'", "joins: [{query: 'status: x', limit: 5, params: {ids: {value: globals.uuid, contextOnly: true}}}]"),
        ),
    ),
    ("an operation of a hub", dag("- {name: a, hubRef: 'h:1', params: {x: '{{ anything }}'}}")),
    ("a preset may do anything", dag(job("a", "'{{ globals.uuid }}'", "presets: [p]"))),
]  # fmt: skip


@pytest.mark.parametrize("text", [s[1] for s in SOUND], ids=[s[0] for s in SOUND])
def test_sound_dags_have_no_findings(text: str) -> None:
    assert found(linted(text).report) == []


def test_help_says_how_an_operation_takes_an_input_of_the_dag() -> None:
    text = dag(job("a", "'{{ q }}'"), head="inputs: [{name: q, type: int, value: 1}]")
    (fault,) = linted(text).report
    assert fault.help == "take it from the dag: `params: {q: {ref: dag, value: inputs.q}}`"


def test_a_fault_in_a_shared_component_names_the_operation_that_has_it() -> None:
    text = dag(
        "- {name: a, dagRef: c, params: {x: 1, q: {value: 1, contextOnly: true}}}",
        "- {name: b, dagRef: c, params: {x: 2}}",
        components=C % "'{{ q }}'",
    )
    (fault,) = linted(text).report
    assert [n.message for n in fault.notes] == ["in the operation `b`"]


def test_connections_of_a_catalog(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("catalog")
    (folder / "connections.yaml").write_text(
        "connections: [{name: data, kind: host_path, schema: {hostPath: /d, mountPath: /d}}]\n"
    )

    def lint(text: str) -> Outcome:
        return lint_request(
            Request(files=(SourceText("file.yaml", text.encode()),), catalog=(folder,))
        )

    sound = dag(
        "- {name: a, run: {kind: job, connections: [data], container: {image: a, args: ['{{ connections.data.mountPath }}']}}}"
    )
    assert found(lint(sound).report) == []
    pushed = dag(job("a", "'{{ connections.data.mountPath }}'"), sections="connections: [data]")
    assert found(lint(pushed).report) == []
    unknown = sound.replace("[data]", "[date]")
    assert [d.code.id for d in lint(unknown).report] == ["PXC209", "PXC302"]


def test_connections_without_a_catalog() -> None:
    """What a dag around asks for may be there; without such a dag there is none."""
    operation = job("a", "'{{ connections.data.mountPath }}'")
    inner = f"- {{name: n, component: {{run: {{kind: dag, operations: [{operation[2:]}]}}}}}}"
    for text in (operation, inner):
        assert found(linted(dag(text, sections="connections: [data]")).report) == []
        assert marked(linted(dag(text))) == ["PXC302 data"]
