"""Joins over the runs of a matrix of the same dag: what of them the plan carries."""

from __future__ import annotations

from typing import Any

import pytest

from pxc.ir.dump import dump
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Hole, Lit, Template
from pxc.ir.plan import Plan, Unit
from pxc.language import PolyaxonLanguage
from pxc.source import Source, Span
from tests.reading import compiled, found

AT = Span(Source("f.yaml", "x"), 0, 1)
HOLE = Hole(AT, RunTimeRef(AT, "ops.t.globals.uuid"))


def told(node: Any) -> str:
    """A query as text in which every part has parentheses."""
    if isinstance(node, str):
        return f"fault: {node}"
    data = dump(node)
    return _told(data)


def _told(data: dict[str, Any]) -> str:
    if data["is"] in ("All", "Any"):
        word = " and " if data["is"] == "All" else " or "
        return f"({word.join(map(_told, data.get('parts', [])))})"
    values = [v if isinstance(v, str) else "<x>" for v in data.get("values", [])]
    sign = "not " if data.get("negated") else ""
    return f"{sign}{data['field']} {' '.join([data['operator'], *values])}"


QUERIES = {
    "status:succeeded": "status == succeeded",
    "status: running|failed": "status in running failed",
    "status: ~running | failed": "not status in running failed",
    "metrics.loss:<0.5, status:succeeded": "(metrics.loss < 0.5 and status == succeeded)",
    "metrics.loss:=<.5": "metrics.loss <= .5",
    "metrics.loss: ~nil": "not metrics.loss nil",
    "created_at:_any_": "created_at any",
    "created_at: 2024-01-01 .. 2024-02-01": "created_at range 2024-01-01 2024-02-01",
    "name: %a": "name ends a",
    "name: a%": "name starts a",
    "name: %a%": "name contains a",
    "kind:a, kind:b OR kind:c AND kind:d": "((kind == a and kind == b) or (kind == c and kind == d))",
    "(kind:a or kind:b), kind:c": "((kind == a or kind == b) and kind == c)",
    "((kind:a))": "kind == a",
    "kind:a | kind:b": "(kind == a or kind == b)",
    "kind:a AND (kind:b OR (kind:c, kind:d))": "(kind == a and (kind == b or (kind == c and kind == d)))",
    "stat:a": "fault: runs have no field `stat`",
    "kind": "fault: `kind` has no operation",
    "kind:>3": "fault: `kind` cannot be compared with `>`",
    "(" * 40 + "kind:a" + ")" * 40: "fault: it is nested more than 32 deep",
}


@pytest.mark.parametrize("text", QUERIES)
def test_queries(text: str) -> None:
    assert told(PolyaxonLanguage().query(Lit(AT, text))) == QUERIES[text]


def test_a_run_time_value_is_a_word_of_a_query() -> None:
    written = Template(AT, "", ("pipeline: ", HOLE, ", status:succeeded, name: a", HOLE, "b|c"))
    query = PolyaxonLanguage().query(written)
    assert told(query) == "(pipeline == <x> and status == succeeded and name in <x> c)"
    assert told(PolyaxonLanguage().query(Template(AT, "", ("kind ", HOLE)))).startswith("fault: ")
    assert "\ue000" not in told(PolyaxonLanguage().query(Template(AT, "", (HOLE,))))


def test_orders() -> None:
    assert [dump(o) for o in PolyaxonLanguage().order(Lit(AT, "-metrics.loss, uuid"))] == [
        {"is": "Order", "field": "metrics.loss", "descending": True},
        {"is": "Order", "field": "uuid"},
    ]
    assert isinstance(PolyaxonLanguage().order(Lit(AT, "a b")), str)


DAG = """\
kind: component
name: g
run:
  kind: dag
  operations:
  - name: t
    matrix: {kind: mapping, values: [{a: 1}, {a: 2}]}
    container: {image: 'i:1', args: ['{{ a }}']}
  - {name: plain, container: {image: 'i:1'}}
  - name: mid
    dependencies: [t, plain]
    container: {image: 'i:1'}
  - name: r
    %s
    component:
      inputs: [{name: xs, type: float, isList: true}]
      run: {kind: job, container: {image: 'i:1', args: ['{{ xs }}']}}
"""
TAKEN = "params: {xs: {value: inputs.a}}"


def plan_of(fields: str) -> Plan:
    outcome = compiled(DAG % fields)
    assert outcome.plan is not None, found(outcome.report)
    return outcome.plan


def joined(fields: str) -> tuple[list[str], list[str]]:
    """The joins of `r` as text, and the demands."""
    plan = plan_of(fields)
    assert plan.group is not None
    unit = plan.group.members[-1]
    assert isinstance(unit, Unit)
    lines = []
    for join in unit.joins:
        order = ", ".join(f"{'-' if o.descending else ''}{o.field}" for o in join.order)
        taken = ", ".join(f"{f.name}: {f.type} = {f.section}.{f.key}" for f in join.fields)
        line = f"{join.member} {told(join.query)} by {order} {join.offset}+{join.limit} {taken}"
        lines.append(line)
    return lines, [d.feature for d in plan.demands]


UID = "params: {uid: {ref: ops.t, value: globals.uuid}}"
JOINS = {
    "a query of its pipeline": (
        f"{UID}\n    joins: [{{query: 'pipeline: {{{{ uid }}}}, status: succeeded', sort: '-inputs.a',"
        f" limit: 2, offset: 1, {TAKEN}}}]",
        ["t status == succeeded by -inputs.a 1+2 xs: List[float] = inputs.a"],
    ),
    "a query of nothing but its pipeline": (
        f"{UID}\n    joins: [{{query: 'pipeline: {{{{ uid }}}}', {TAKEN}}}]",
        ["t () by  0+5000 xs: List[float] = inputs.a"],
    ),
    "a reference": (
        f"dependencies: [t]\n    joins: [{{ref: ops.t, query: 'status: succeeded', {TAKEN}}}]",
        ["t status == succeeded by  0+5000 xs: List[float] = inputs.a"],
    ),
    "an operation that ends long before": (
        f"dependencies: [mid]\n    joins: [{{ref: ops.t, query: 'status: succeeded', {TAKEN}}}]",
        ["t status == succeeded by  0+5000 xs: List[float] = inputs.a"],
    ),
    "runs of all times": (f"joins: [{{query: 'status: succeeded', {TAKEN}}}]", None),
    "an operation that may still run": (
        f"joins: [{{ref: ops.t, query: 'status: succeeded', {TAKEN}}}]", None,
    ),
    "an operation without a matrix": (
        f"dependencies: [mid]\n    joins: [{{ref: ops.plain, query: 'status: succeeded', {TAKEN}}}]",
        None,
    ),
    "one of two pipelines": (
        f"{UID}\n    joins: [{{query: 'pipeline: {{{{ uid }}}} OR kind: a', {TAKEN}}}]", None,
    ),
    "any other pipeline": (
        f"{UID}\n    joins: [{{query: 'pipeline: ~{{{{ uid }}}}', {TAKEN}}}]", None,
    ),
    "two operations": (
        f"{UID}\n    joins: [{{ref: ops.mid, query: 'pipeline: {{{{ uid }}}}', {TAKEN}}}]", None,
    ),
    "files": (
        f"{UID}\n    joins: [{{query: 'pipeline: {{{{ uid }}}}', params: {{xs: {{value: {{files: [a]}}}}}}}}]",
        None,
    ),
    "a count that the run knows": (
        "params: {uid: {ref: ops.t, value: globals.uuid}, n: {ref: ops.plain, value: outputs.n}}\n"
        f"    joins: [{{query: 'pipeline: {{{{ uid }}}}', limit: '{{{{ n }}}}', {TAKEN}}}]",
        None,
    ),
    "one join of two": (
        f"{UID}\n    joins: [{{query: 'pipeline: {{{{ uid }}}}', {TAKEN}}}, {{query: 'status: a'}}]",
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", JOINS)
def test_joins(name: str) -> None:
    """Those over anything else than a matrix of the dag are asked of the target."""
    fields, lines = JOINS[name]
    feature = "joins.unordered" if "still run" in name else "joins"
    assert joined(fields) == ((lines, []) if lines is not None else ([], [feature]))


def test_a_join_gives_an_input() -> None:
    plan = plan_of(f"{UID}\n    joins: [{{query: 'pipeline: {{{{ uid }}}}', {TAKEN}}}]")
    assert plan.group is not None
    unit = plan.group.members[-1]
    assert {i.name: (i.type, dump(i.value)) for i in unit.inputs} == {
        "xs": ("List[float]", {"template": [{"expression": "joins.xs"}]}),
        "uid": ("", {"template": [{"expression": "ops.t.globals.uuid"}]}),
    }


def test_a_join_decides_what_runs() -> None:
    one, two = (
        plan_of(f"{UID}\n    joins: [{{query: 'pipeline: {{{{ uid }}}}', limit: {n}, {TAKEN}}}]")
        for n in (1, 2)
    )
    identities = []
    for plan in (one, two):
        assert plan.group is not None
        unit = plan.group.members[-1]
        assert isinstance(unit, Unit)
        identities.append(unit.identity)
    assert len(set(identities)) == 2


def test_a_query_that_is_known_late_is_checked() -> None:
    fields = (
        "params: {q: 'kind', uid: {ref: ops.t, value: globals.uuid}}\n"
        f"    joins: [{{query: 'pipeline: {{{{ uid }}}}, {{{{ q }}}}', {TAKEN}}}]"
    )
    outcome = compiled(DAG % fields)
    assert [d.code.id for d in outcome.report if d.code.id == "PXC440"] == ["PXC440"]
