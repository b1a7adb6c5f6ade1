"""Queries of runs: what is a query, what each field takes, where a wrong one goes wrong."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark.exceptions import LarkError

from pxc.diagnostics import Severity
from pxc.grammar.embedded_fault import Fault, grammar
from pxc.grammar.query import LONGEST, Condition, parse_query, parse_sort
from pxc.grammar.query_fields import (
    FIELDS,
    SORT_FIELDS,
    check_field,
    check_joined,
    check_operation,
    check_sort_field,
    check_unlisted,
    operation_pattern,
)
from tests.reading import linted

QUERIES = [
    ("a:1", [("a", "1")]),
    ("metrics.loss:<0.5, status:succeeded", [("metrics.loss", "<0.5"), ("status", "succeeded")]),
    (" a : x y ", [("a", "x y")]),
    ("a:b:c", [("a", "b:c")]),
    ("a:1 and b:2 OR c:3", [("a", "1"), ("b", "2"), ("c", "3")]),
    ("a:1 | b:2", [("a", "1"), ("b", "2")]),
    ("a:1|b:2", [("a", "1|b:2")]),
    ("a:1 | 2", [("a", "1 | 2")]),
    ("((a:1) , b:2)", [("a", "1"), ("b", "2")]),
    ("(a:1)OR(b:2)", [("a", "1"), ("b", "2")]),
    ("(a:1)|(b:2)", [("a", "1"), ("b", "2")]),
    ("a:fooANDb:2", [("a", "fooANDb:2")]),
    ("a:AND b:1", [("a", "AND b:1")]),
    ("AND:1 AND or:2", [("AND", "1"), ("or", "2")]),
    ("a:2010-10-10 10:10 .. 2012-10-10", [("a", "2010-10-10 10:10 .. 2012-10-10")]),
    ("a:1,\n b:2", [("a", "1"), ("b", "2")]),
]

QUERY_FAULTS = [
    # the query, the piece at fault, the message, a piece of the help or a suggestion
    ("", "", "it is empty", "field:operation"),
    ("not pql", "pql", "a `:` is missing between `not` and `pql`", "not:pql"),
    ("status", "status", "`status` has no operation", "field:operation"),
    ("status:", "", "nothing follows `status:`", ""),
    ("a:1,", ",", "no condition follows `,`", "a:1"),
    ("a:1 AND", "AND", "no condition follows `AND`", "a:1"),
    ("a:1,,b:2", ",", "a condition is missing before `,`", ""),
    ("a:1 , OR b:1", "OR", "a condition is missing before `OR`", "one connective"),
    ("status:running,failed", "failed", "`failed` has no operation", "status:running|failed"),
    ("loss<0.5", "<", "`loss` needs a `:` before its operation", "loss:<0.5"),
    ("status == failed", "==", "`status` needs a `:` before its operation", "status:failed"),
    ("status!=failed", "!=", "`status` needs a `:` before its operation", "status:~failed"),
    ("metrics.f1-score:>1", "metrics.f1-score", "`metrics.f1-score` is not a field", "no `-`"),
    ("a.b.c:1", "a.b.c", "`a.b.c` is not a field", "at most one dot"),
    ("1a:2", "1a", "`1a` is not a field", ""),
    ("status:(a, b)", "(", "an operation has no parentheses", "status:a|b"),
    ("(a:1", "(", "`(` is not closed", "`)`"),
    ("a:1)", ")", "`)` closes nothing", "remove"),
    ("()", ")", "the parentheses are empty", ""),
    ("(a:1) b:2", "b", "a `,` or `OR` is missing before `b`", ""),
    ("a:x |(b:1)", "|", "`|` joins conditions only between blanks", "a:x OR (b:1)"),
]

OPERATIONS = {
    "metrics.loss": "0.5 >0.5 >=-1e3 =<.5 =>5. ~3 ~>3 nil ~nil _any_ inf",
    "cpu": "1 >500m 2e3 ~nil",
    "memory": "4Gi <=512mi 1G",
    "status": "running ~running running|failed ~a|b nil v1.2 a=b a>b 50%",
    "params.lr": "0.1 >0.1 0.1|0.2 ~nil text",
    "meta_flags.x": "true nil ~false",
    "name": "train %train train% %train% ~%x a|b a%b",
    "created_at": "2024-01-31 >=2024-01-31T10:10 2024-01-01..2024-02-01 last_month ~nil"
    " 2024-01-31T10:10:10.5Z",
}

OPERATION_FAULTS = [
    # the condition, the piece at fault, the message
    ("metrics.loss:low", "low", "`low` is not a number, which `metrics.loss` is"),
    ("metrics.loss:=0.5", "=", "`=` is not an operation"),
    ("metrics.loss:1|2", "|", "`metrics.loss` takes one operation, not several with `|`"),
    ("metrics.loss:1..2", "..", "only dates have ranges with `..`"),
    ("metrics.loss:>", "", "nothing follows `>`"),
    ("duration:1h", "1h", "`1h` is not a number, which `duration` is"),
    ("cpu:>2 cores", "2 cores", "`2 cores` is not an amount of CPU, which `cpu` is"),
    ("memory:4GB", "4GB", "`4GB` is not an amount of memory, which `memory` is"),
    ("status:>running", ">", "`status` cannot be compared with `>`"),
    ("status:==running", "==", "`==` is not an operation"),
    ("status:a||b", "|", "a value is missing beside `|`"),
    ("status:a|~b", "~", "`~` stands before all the values, not inside of the list"),
    ("status:~~a", "~", "an operation is negated once"),
    ("status:~", "", "nothing follows `~`"),
    ("params.lr:>1|2", "|", "a comparison has one value, not several with `|`"),
    ("params.lr:1 .. 2", "..", "only dates have ranges with `..`"),
    ("meta_flags.x:a|b", "|", "`meta_flags.x` takes one operation, not several with `|`"),
    ("name:>a", ">", "`name` cannot be compared with `>`"),
    ("name:%", "%", "`%` is not a pattern"),
    ("name:%a%b%", "%a%b%", "`%a%b%` is not a pattern"),
    ("name:a%|b%", "%", "`%` has no meaning among several values"),
    ("created_at:yesterday", "yesterday", "`yesterday` is not a date"),
    ("created_at:>2024-13-01", "2024-13-01", "`2024-13-01` is not a date"),
    ("created_at:2024-01-01|2024-01-02", "|",
     "`created_at` takes one operation, not several with `|`"),
    ("created_at:2024-01-01 ..", "..", "a range is two dates with `..` between them"),
    ("created_at:2024-01-01 .. soon", "soon", "`soon` is not a date"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "conditions"), QUERIES)
def test_a_query_is_its_conditions(text: str, conditions: list[tuple[str, str]]) -> None:
    parsed = parse_query(text)
    assert not isinstance(parsed, Fault)
    assert [(c.field, c.operation) for c in parsed] == conditions
    for c in parsed:
        assert text[c.field_at :].startswith(c.field)
        assert text[c.operation_at :].startswith(c.operation)


@pytest.mark.parametrize(("text", "piece", "message", "hint"), QUERY_FAULTS)
def test_a_faulty_query_is_told_at_its_place(
    text: str, piece: str, message: str, hint: str
) -> None:
    fault = parse_query(text)
    assert isinstance(fault, Fault)
    assert (text[fault.position : fault.end], fault.message) == (piece, message)
    assert hint in " ".join((fault.help or "", *fault.suggestions))


def test_a_long_query_is_refused_before_it_costs_anything() -> None:
    fault = parse_query("(" * 1_000_000)
    assert isinstance(fault, Fault)
    assert fault.position == LONGEST


PIECES = st.lists(
    st.sampled_from(
        [*"ab.:,()|~-<>= \n", " AND ", " or ", "a:1", " | ", "b.c:", "%", "..", "é", "AND", "OR"]
    ),
    max_size=10,
).map("".join)


@given(PIECES)
def test_the_quick_reader_and_the_grammar_are_one_language(text: str) -> None:
    try:
        grammar("query", "query").parse(text)
    except LarkError:
        fault = parse_query(text)
        assert isinstance(fault, Fault), text
        assert 0 <= fault.position <= fault.end <= len(text)
        assert all(not isinstance(parse_query(s), Fault) for s in fault.suggestions)
    else:
        assert not isinstance(parse_query(text), Fault)


@given(st.one_of(PIECES, st.text(max_size=30)))
def test_any_text_has_an_answer(text: str) -> None:
    parsed = parse_query(text)
    if not isinstance(parsed, Fault):
        for condition in parsed:
            for check in (check_field, check_joined, check_operation):
                fault = check(condition)
                assert fault is None or 0 <= fault.position <= fault.end <= len(text)


VALUES = st.lists(
    st.sampled_from(
        [*"~|%<>=. a-5", "..", "nil", "_any_", "500m", "Gi", "2024-01-31", " 10:30", "e3"]
    ),
    max_size=6,
).map("".join)


@pytest.mark.parametrize("kind", sorted(set(FIELDS.values())))
@settings(deadline=None)
@given(text=VALUES)
def test_operations_are_one_language_in_each_class(kind: str, text: str) -> None:
    try:
        grammar("query", f"{kind}_operation").parse(text)
    except LarkError:
        accepted = False
    else:
        accepted = True
    assert bool(operation_pattern(kind).fullmatch(text)) is accepted


@pytest.mark.parametrize("field", OPERATIONS)
def test_a_field_takes_the_operations_of_its_class(field: str) -> None:
    for operation in OPERATIONS[field].split(" "):
        assert check_operation(Condition(field, operation, 0, len(field) + 1)) is None, operation


@pytest.mark.parametrize(("text", "piece", "message"), OPERATION_FAULTS)
def test_a_faulty_operation_is_told_at_its_place(text: str, piece: str, message: str) -> None:
    parsed = parse_query(text)
    assert not isinstance(parsed, Fault)
    fault = check_operation(parsed[0])
    assert fault is not None
    assert (text[fault.position : fault.end], fault.message) == (piece, message)


@given(st.sampled_from(sorted(FIELDS)), VALUES)
def test_a_fault_of_an_operation_lies_inside_of_it(field: str, text: str) -> None:
    parsed = parse_query(f"{field}.x:{text}")
    if not isinstance(parsed, Fault):
        fault = check_operation(parsed[0])
        whole = len(field) + 3 + len(text)
        assert fault is None or len(field) + 3 <= fault.position <= fault.end <= whole


def own(text: str) -> list[str]:
    """The errors and what these fields report, as `CODE underlined text`."""
    codes = {"PXC440", "PXC441", "PXC444", "PXC448"}
    return [
        f"{d.code.id} {d.span.text}"
        for d in linted(text).report
        if d.code.id in codes or d.severity is Severity.ERROR
    ]


JOB = "component: {run: {kind: job, container: {image: a}}}\n"


def join(fields: str) -> list[str]:
    return own(f"kind: operation\njoins: [{{{fields}}}]\n{JOB}")


JOINS = [
    ("query: 'status:succeeded', limit: 5", []),
    ("query: 'status:{{ s }}, x', limit: '{{ n }}'", []),
    ("query: 'status:succeeded'", ["PXC441 'status:succeeded'"]),
    ("query: 'a:1,', limit: 5", ["PXC440 ,"]),
    ("query: 'kind:job status:failed', limit: 5", ["PXC440 status:"]),
    ("query: 'kind:job && status:failed', limit: 5", ["PXC440 &&"]),
    ("query: 'statsu:failed', limit: 5", ["PXC444 statsu"]),
    ("query: 'metrics:<1', limit: 5", ["PXC444 metrics"]),
    ("query: 'status:>a', limit: 5", ["PXC444 >"]),
    ("query: 'loss:<1', limit: 5", ["PXC448 loss"]),
    ("query: 'kind:job', limit: 5, sort: '-metrics.f1-score, name'", []),
    ("query: 'kind:job', limit: 5, sort: metrics.loss desc", ["PXC440 desc"]),
    ("query: 'kind:job', limit: 5, sort: -creatd_at", ["PXC444 creatd_at"]),
    ("query: 'kind:job', limit: 5, sort: -tags", ["PXC444 tags"]),
    ("query: 'kind:job', limit: 5, sort: dummy sort1", ["PXC448 sort1"]),
    ("query: 'kind:job', limit: 5, sort: -loss", ["PXC448 loss"]),
    ("query: 'kind:job', limit: '10'", []),
    ("query: 'kind:job', limit: 'ten'", ["PXC105 'ten'"]),
]


@pytest.mark.parametrize(("fields", "expected"), JOINS)
def test_joins(fields: str, expected: list[str]) -> None:
    assert join(fields) == expected


def test_a_fix_replaces_the_whole_scalar() -> None:
    text = f'kind: operation\njoins: [{{query: "status:a,b", limit: 5}}]\n{JOB}'
    (fix,) = [d.fix for d in linted(text).report if d.code.id == "PXC440"]
    assert fix is not None
    ((span, written),) = fix.edits
    assert (span.text, written, fix.safe) == ('"status:a,b"', '"status:a|b"', False)


def test_fields_to_sort_by() -> None:
    for text in (*SORT_FIELDS, "metrics.a", "params.b-c"):
        parsed = parse_sort(f"-{text}")
        assert not isinstance(parsed, Fault)
        assert check_sort_field(parsed[0]) is None
        assert check_unlisted(parsed[0].field, 1, SORT_FIELDS) is None


def test_a_correct_query_does_not_load_lark() -> None:
    code = (
        "import sys; from pxc.grammar.query import parse_query, parse_sort;"
        "parse_query('(a:1 OR b:2), c:3'); parse_sort('-a');"
        "assert 'lark' not in sys.modules; parse_query('a:'); assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
