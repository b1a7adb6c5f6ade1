"""Drives the expression parser against tables, Jinja's own parser and real files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.grammar.expression import parse_expression, parse_tokens
from pxc.grammar.expression_tokens import Fault, tokenize
from pxc.ir import expr as ir
from pxc.ir.expr import Attribute, Binary, Call, Const, Expr, ExprNode, Index, Name
from pxc.ir.node import replace
from pxc.ir.unparse import unparse
from pxc.passes.evaluation.faults import EvaluationFault
from pxc.passes.evaluation.jinja_tree import TreeReader
from pxc.source import Source, Span, whole


def parse(text: str) -> tuple[Expr | None, Report]:
    source, report = Source("-", text), Report()
    return parse_expression(text, lambda a, b: Span(source, a, b), report), report


def slow(text: str) -> Expr:
    """What the grammar says, without the short way for simple expressions."""
    source = Source("-", text)
    tokens, end = tokenize(text, 0, in_braces=False)
    return parse_tokens(tokens, 0, end, lambda a, b: Span(source, a, b))


def shape(node: Any, spans: bool = False) -> Any:
    """A tree as nested tuples."""
    if isinstance(node, ir.Test) and node.negated:
        return ("Unary", "not", shape(replace(node, negated=False), spans))
    if isinstance(node, Call):
        return ("Call", shape(node.function, spans))
    if isinstance(node, ExprNode):
        place = ((node.span.start, node.span.end),) if spans else ()
        fields = (getattr(node, f) for f in node.__struct_fields__ if f != "span")
        return (type(node).__name__, *place, *(shape(f, spans) for f in fields))
    if isinstance(node, tuple):
        return tuple(shape(item, spans) for item in node)
    return (type(node).__name__, node) if isinstance(node, bool | int | float) else node


# the short way and the grammar agree

SIMPLE = [
    "a", " a ", "a.b", "a.b.c_1", "a['x']", 'a["x y"].z', "a[0]", "a[10][0].b", "'text'", '""',
    "0", "42", "true", "False", "none", "None", "_x", "a.true", "a['it\"s']", "\n a.b\t",
]  # fmt: skip


@pytest.mark.parametrize("text", SIMPLE)
def test_short_way_reads_what_the_grammar_reads(text: str) -> None:
    expr, report = parse(text)
    assert expr is not None
    assert not report
    assert shape(expr, spans=True) == shape(slow(text), spans=True)


_NAMES = st.sampled_from(["a", "lr", "params", "_x", "true", "None", "in_", "notx", "Ab9"])
_STEPS = st.one_of(
    st.sampled_from([".value", ".b", ".in", ".is", "[0]", "[12]", "['k']", '["k l"]', "['']"])
)


@given(_NAMES, st.lists(_STEPS, max_size=5), st.sampled_from(["", " ", "\n"]))
@settings(max_examples=150, deadline=None)
def test_short_way_on_random_paths(name: str, steps: list[str], blank: str) -> None:
    text = blank + name + "".join(steps) + blank
    expr, _ = parse(text)
    assert expr is not None
    assert shape(expr, spans=True) == shape(slow(text), spans=True)


def test_simple_expressions_load_no_parser() -> None:
    code = (
        "import sys\n"
        "from pxc.diagnostics import Report\n"
        "from pxc.grammar.template import parse_template\n"
        "from pxc.ir.node import Lit\n"
        "from pxc.passes.evaluation import Scope, evaluate_template\n"
        "from pxc.source import Source, whole\n"
        "text = '--lr={{ params.lr.value }} {{ xs[0] }} {{ \"a\" }}'\n"
        "report = Report()\n"
        "template = parse_template(Lit(whole(Source('-', text)), text), report)\n"
        "scope = Scope({'params': {'lr': {'value': 1}}, 'xs': [2]})\n"
        "assert evaluate_template(template, scope, report).value == '--lr=1 2 a'\n"
        "print(sorted({'lark', 'jinja2', 'yaml'} & set(sys.modules)))\n"
    )
    root = Path(__file__).resolve().parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True
    )
    assert ran.stdout == "[]\n"


# trees

TREES = [
    ("-2 ** 2", "-2 ** 2"),
    ("2 ** 3 ** 2", "2 ** 3 ** 2"),
    ("2 ** (3 ** 2)", "2 ** (3 ** 2)"),
    ("(-x) | abs", "-x | abs"),
    ("-(x | abs)", "-(x | abs)"),
    ("a ~ b + c", "a ~ b + c"),
    ("a + b ~ c", "a + b ~ c"),
    ("a + (b ~ c)", "a + b ~ c"),
    ("(a + b) ~ c", "(a + b) ~ c"),
    ("a * b ~ c", "a * b ~ c"),
    ("not a in b", "not a in b"),
    ("(not a) in b", "(not a) in b"),
    ("a if b else c if d else e", "a if b else c if d else e"),
    ("(a if b else c) if d else e", "(a if b else c) if d else e"),
    ("a if b if c else d", "(a if b) if c else d"),
    ("x is divisibleby 3", "x is divisibleby(3)"),
    ("x is not in [1, 2]", "x is not in([1, 2])"),
    ("x is defined and y", "x is defined and y"),
    ("x.0.1", "x[0][1]"),
    ("x[1:2], y[::-1]", "(x[1:2], y[::-1])"),
    ("'a' \"b\"", "'ab'"),
    ("'\\u00e9\\n\\'é'", "'é\\n\\'é'"),
    (r"'\d\777\0\x41\N{BULLET}\u00e9'", r"'\\d" + "\u01ff" + r"\x00A•é'"),
    ("0x1F + 0b11 + 0o17 + 1_000", "31 + 3 + 15 + 1000"),
    ("1.5e3 + 1_0.5", "1500.0 + 10.5"),
    ("{'a': 1, b: [1, 2,],}", "{'a': 1, b: [1, 2]}"),
    ("() + (1,) + (1, 2)", "() + (1,) + (1, 2)"),
    ("xs | map('map_format', \"%s/o\") | list", "xs | map('map_format', '%s/o') | list"),
    ("x | default(1, boolean=true,)", "x | default(1, boolean=true)"),
    ("f(1, a=2).b(3)[0]", "f(1, a=2).b(3)[0]"),
    ("a < b <= c not in d", "a < b <= c not in d"),
    ("(x is a) is b", "(x is a) is b"),
    ("x is a 1 is b", "x is a(1) is b"),
    ("a.not.in.if", "a.not.in.if"),
]


@pytest.mark.parametrize(("text", "canonical"), TREES)
def test_tree(text: str, canonical: str) -> None:
    expr, report = parse(text)
    assert expr is not None, [d.message for d in report]
    assert unparse(expr) == canonical
    again, _ = parse(canonical)
    assert shape(again) == shape(expr)


def test_spans_cover_the_characters_of_each_node() -> None:
    expr, _ = parse(" (a.b + c) * xs[ 0 ] | int( base=2 ) ")
    assert expr is not None
    assert expr.span.text == "(a.b + c) * xs[ 0 ] | int( base=2 )"
    assert isinstance(expr, Binary)
    assert expr.left.span.text == "a.b + c"
    assert expr.right.span.text == "xs[ 0 ] | int( base=2 )"


# mistakes

WRONG = [
    ("", "", "the expression is empty"),
    ("a = 1", "=", "`=` is not a comparison"),
    ("a === 1", "===", "`===` is not an operator"),
    ("a && b", "&&", "`&&` is not an operator"),
    ("a || b", "||", "`||` is not an operator"),
    ("!a", "!", "`!` is not an operator"),
    ("a <> b", "<>", "`<>` is not an operator"),
    ("a ? b : c", "?", "`?` is not an operator"),
    ("$a", "$", "`$` has no place in an expression"),
    ("(a + b", "(", "`(` is never closed"),
    ("a[0", "[", "`[` is never closed"),
    ("(a]", "(", "`(` is never closed"),
    ("a)", ")", "`)` closes nothing"),
    ("a }", "}", "a single `}` does not end an expression"),
    ("'abc", "'abc", "the text that starts with `'` is never closed"),
    ("a b", "b", "`b` cannot follow `a`"),
    ("a +", "+", "the expression ends after `+`"),
    ("a + * b", "*", "`*` cannot follow `+`"),
    ("* b", "*", "an expression cannot start with `*`"),
    ("if a", "if", "`if` starts a statement, not an expression"),
    ("for x in y", "for", "`for` starts a statement, not an expression"),
    ("a | join(*b)", "*b", "arguments cannot be unpacked here"),
    ("a | join(d=1, d=2)", "d=2", "the argument `d` is given twice"),
    ("a | join(d=1, 2)", "2", "a named argument comes before this one"),
    ("a is divisibleby(num=3)", "(num=3)", "a test takes no named arguments"),
    ("'\\x1'", "'\\x1'", "the text has a bad escape: truncated \\xXX escape"),
    ("a | (b)", "(", "`(` cannot follow `|`"),
    ("a..b", ".", "`.` cannot follow `.`"),
    ("1 2", "2", "`2` cannot follow `1`"),
]


@pytest.mark.parametrize(("text", "place", "message"), WRONG)
def test_syntax_error(text: str, place: str, message: str) -> None:
    expr, report = parse(text)
    assert expr is None
    assert [(d.code.id, d.span.text, d.message) for d in report] == [("PXC301", place, message)]


@pytest.mark.parametrize(
    ("text", "fixed"), [("a = 1", "a == 1"), ("a && b", "a and b"), ("!a", "not a"),
                        ("a || b", "a or b"), ("a === b", "a == b")],
)  # fmt: skip
def test_syntax_error_can_be_mended(text: str, fixed: str) -> None:
    _, report = parse(text)
    (found,) = report
    assert found.fix is not None
    ((span, edit),) = found.fix.edits
    mended = text[: span.start] + edit + text[span.end :]
    assert mended == fixed
    assert parse(mended)[0] is not None


@pytest.mark.parametrize(
    "text",
    ["(" * 500 + "a" + ")" * 500, "[" * 300 + "]" * 300, "not " * 900 + "a", "-" * 1999 + "1",
     "a" + ".b" * 999, "+".join("a" * 990), "a|f" * 1, "[" * 99999, "a" + "[0" * 50000,
     "9" * 5000, "x" * 100_000 + " y", "{" * 3000, "a if b else " * 400 + "c"],
)  # fmt: skip
def test_hostile_size_is_bounded(text: str) -> None:
    expr, report = parse(text)
    assert expr is not None or [d.code.id for d in report] in (["PXC301"], ["PXC315"])


@given(st.text(st.sampled_from("ab01.'\"()[]{}|~+-*/%=<>!,: \n\\_einotrsdf#éµ\u0300\U0001f600")))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_tree_or_one_report(text: str) -> None:
    expr, report = parse(text)
    assert (expr is None) == (len(report) == 1)
    for found in report:
        assert 0 <= found.span.start <= found.span.end <= len(text)


# Jinja's own parser agrees

_PIECES = [
    "a", "b.c", "1", "2.5", "'s'", "x", "true", "none", "+", "-", "*", "/", "//", "%", "**", "~",
    "==", "!=", "<", "<=", ">", ">=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "=",
    "and", "or", "not", "in", "is", "if", "else", "is defined", "is not none", "| f", "| f(1)",
    "(a)", "[0]", "a=1", "if a else", "not in", ".0", ", b",
]  # fmt: skip
_WORDS = {"and", "or", "not", "in", "is", "if", "else"}


def jinja_parse(text: str) -> Expr | None:
    """The tree of Jinja's parser; None where it refuses."""
    span = whole(Source("-", text))
    try:
        tree = jinja2.Environment().parse("{{" + " " + text + " }}")
        output: Any = tree.body[0]
        return TreeReader(lambda line: span).read(output.nodes[0])
    except (jinja2.TemplateSyntaxError, EvaluationFault):
        return None


def differs_on_purpose(text: str, ours: Expr | None, theirs: Expr | None) -> bool:
    """Where the two are meant to differ.

    - Words of the language are no names: Jinja reads `{{ if }}` or `x is eq not` as names.
    - `x is defined if y else z` and the like: Jinja takes `if`, `in`, `is` or `not` for the test's
      argument and then fails; here they are what they say.
    - `x[]` and slices among several indexes have no meaning for data.
    - A name may not be given twice, as Python says later in Jinja's case.
    """
    names = {n.name for n in nodes_of(theirs) if isinstance(n, Name)} if theirs else set()
    if names & _WORDS:
        return True
    if ours is not None and theirs is None:
        return re.search(r"\bis\s+(not\s+)?\w+\s+(if|in|is|not)\b", text) is not None
    if ours is None and theirs is not None:
        return re.search(r"\[\s*\]|\[[^]]*:[^]]*,|\[[^]]*,[^]]*:|a=1.*a=1", text) is not None
    return False


def nodes_of(node: Any) -> list[Any]:
    if isinstance(node, tuple):
        return [n for item in node for n in nodes_of(item)]
    if not isinstance(node, ExprNode):
        return []
    fields = (getattr(node, f) for f in node.__struct_fields__ if f != "span")
    return [node, *(n for field in fields for n in nodes_of(field))]


@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=9))
@settings(max_examples=1500, deadline=None)
def test_parser_agrees_with_jinja_on_random_tokens(pieces: list[str]) -> None:
    text = " ".join(pieces)
    ours, theirs = parse(text)[0], jinja_parse(text)
    if shape(ours) != shape(theirs):
        assert differs_on_purpose(text, ours, theirs), (shape(ours), shape(theirs))


_LEAVES = st.sampled_from(["a", "b.c", "x['k']", "1", "2.5", "'s'", "true", "none", "xs[0]", "-3"])


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(
        ["+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "not in", "and", "or"]
    )
    return st.one_of(
        st.tuples(inner, binary, inner).map(" ".join),
        inner.map("({})".format),
        inner.map("not {}".format),
        inner.map("-{}".format),
        inner.map("{} | f".format),
        inner.map("{} is t".format),
        st.tuples(inner, inner).map(lambda p: f"{p[0]} | f({p[1]}, k={p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})[{p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})[:{p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"[{p[0]}, ({p[1]},)]"),
        st.tuples(inner, inner).map(lambda p: f"{{{p[0]}: {p[1]}}}"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]} is not t({p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"{p[0]} if {p[1]} else {p[2]}"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]} if {p[1]}"),
    )


EXPRESSIONS = st.recursive(_LEAVES, _grow, max_leaves=12)


@given(EXPRESSIONS)
@settings(max_examples=400, deadline=None)
def test_parser_agrees_with_jinja_on_whole_expressions(text: str) -> None:
    ours, theirs = parse(text)[0], jinja_parse(text)
    if shape(ours) != shape(theirs):
        assert differs_on_purpose(text, ours, theirs), (shape(ours), shape(theirs))


@given(EXPRESSIONS)
@settings(max_examples=300, deadline=None)
def test_unparse_is_read_back_as_the_same_tree(text: str) -> None:
    ours, _ = parse(text)
    if ours is None:
        return
    canonical = unparse(ours)
    again, report = parse(canonical)
    assert again is not None, (canonical, [d.message for d in report])
    assert shape(again) == shape(ours)
    assert unparse(again) == canonical


_FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), _FLOATS, st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_folded_values_are_written_as_what_makes_them(value: Any) -> None:
    text = unparse(Attribute(SPAN, Index(SPAN, Const(SPAN, [value]), Const(SPAN, 0)), "x"))
    source = jinja2.Environment().compile_expression(text[:-2], undefined_to_none=False)
    assert source() == value


SPAN = whole(Source("-", ""))


# real files


def test_every_real_expression_is_read_as_jinja_reads_it(shared: Path) -> None:
    found: set[str] = set()
    for path in sorted((shared / "corpus").rglob("*.y*ml")):
        text = path.read_text(encoding="utf-8", errors="replace")
        found |= {m[1] for m in re.finditer(r"\{\{(.*?)\}\}", text)}
    assert len(found) > 300
    for text in sorted(found):
        ours, theirs = parse(text)[0], jinja_parse(text)
        assert shape(ours) == shape(theirs), text


def test_fault_is_raised_with_offsets() -> None:
    with pytest.raises(Fault) as raised:
        tokenize("{{ a ; ! }}", 2, in_braces=True)
    assert (raised.value.start, raised.value.end) == (7, 8)
