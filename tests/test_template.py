"""Drives the cutting of text into templates: places in YAML, Jinja's white space, faults."""

from __future__ import annotations

import re
from typing import Any

import jinja2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.grammar.template import parse_template
from pxc.ir.expr import Name
from pxc.ir.node import Hole, Invalid, Lit, Template, walk
from pxc.ir.unparse import unparse
from pxc.passes.evaluation import Scope, evaluate_template
from pxc.source import Source, Span, whole


def given_text(text: str) -> tuple[Any, Report]:
    """A template from a text that stands for itself, such as a param of the command line."""
    report = Report()
    return parse_template(Lit(whole(Source("-P x", text)), text), report), report


def in_yaml(document: str) -> tuple[Any, Report]:
    """The template that is the value of the only key of a document."""
    source, report = Source("f.yaml", document), Report()
    root = yaml.compose(document)
    assert isinstance(root, yaml.MappingNode)
    value = root.value[0][1]
    span = Span(source, value.start_mark.index, value.end_mark.index)
    return parse_template(Lit(span, value.value), report), report


def holes(template: Any) -> list[Hole]:
    assert isinstance(template, Template)
    return [part for part in template.parts if isinstance(part, Hole)]


PLACES = [
    ("a: x {{ lr }} y", ["{{ lr }}"], ["lr"]),
    ("a: '{{ lr }}'", ["{{ lr }}"], ["lr"]),
    ('a: "{{ lr }}"', ["{{ lr }}"], ["lr"]),
    ("a: 'it''s {{ d[''k''].x }}'", ["{{ d[''k''].x }}"], ["d[''k''].x"]),
    ('a: "\\t\\"{{ d[\\"k\\"] }}\\u00e9{{ b }}"', ['{{ d[\\"k\\"] }}', "{{ b }}"],
     ['d[\\"k\\"]', "b"]),
    ('a: "\\x7b{ q }} \\U0001F600{{ r }}"', ["\\x7b{ q }}", "{{ r }}"], ["q", "r"]),
    ("a: |\n  é😀 {{ x }}\n    {{ y + z }}\n\n", ["{{ x }}", "{{ y + z }}"], ["x", "y + z"]),
    ("a: |  # {{ no }}\n  {{ x }}\n", ["{{ x }}"], ["x"]),
    ("a: >-\n  f {{ a }}\n  {{ b\n  + c }}\n\n  {{ d }}", ["{{ a }}", "{{ b\n  + c }}", "{{ d }}"],
     ["a", "b\n  + c", "d"]),
    ("a: >2\n    {{ a }}\n   x\n  {{ b }}\n", ["{{ a }}", "{{ b }}"], ["a", "b"]),
    ("a: foo {{ a\n  + b }} {{ c }}", ["{{ a\n  + b }}", "{{ c }}"], ["a\n  + b", "c"]),
    ('a: "foo {{ a \\\n   + bb }}\n\n  {{ c }}"', ["{{ a \\\n   + bb }}", "{{ c }}"],
     ["a \\\n   + bb", "c"]),
    ("a: |\r\n  x {{ a }}\r\n  {{ b.c }}\r\n", ["{{ a }}", "{{ b.c }}"], ["a", "b.c"]),
    ("a: 'x\r\n  {{ a }}'\r\n", ["{{ a }}"], ["a"]),
    ("a: &k !!str '{{ lr }}''s'", ["{{ lr }}"], ["lr"]),
    ("a: [x, 'é {{ lr }}']", None, None),
    ("a: '{{- a -}}   {{+ b }}'", ["{{- a -}}", "{{+ b }}"], ["a", "b"]),
    ("a: \"{{ '}}' ~ {'k': {}}}}\"", ["{{ '}}' ~ {'k': {}}}}"], ["'}}' ~ {'k': {}}"]),
    ("a: '\u2028{{ a }}\xa0{{ b }}'", ["{{ a }}", "{{ b }}"], ["a", "b"]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "braces", "inside"), PLACES)
def test_places_are_the_exact_characters_of_the_file(
    document: str, braces: list[str] | None, inside: list[str] | None
) -> None:
    if braces is None or inside is None:
        document = document.replace("[x, ", "").replace("]", "")
        braces, inside = ["{{ lr }}"], ["lr"]
    template, report = in_yaml(document)
    assert not report
    assert [hole.span.text for hole in holes(template)] == braces
    assert [hole.expr.span.text for hole in holes(template)] == inside


_CHARS = st.text(st.sampled_from("ab '\"\\\n\té😀#:-|>&!%\u2028{}"), max_size=12)


@given(st.lists(st.tuples(_CHARS, st.sampled_from(["lr", "a.b", "x['k']"])), max_size=3), _CHARS,
       st.sampled_from(["'", '"', "|", ">", None]), st.booleans())  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_places_in_whatever_style_yaml_is_written(
    pieces: list[tuple[str, str]], end: str, style: Any, allow_unicode: bool
) -> None:
    braces = [f"{{{{ {name} }}}}" for _, name in pieces]
    value = "".join(
        text.replace("{", "(") + hole for (text, _), hole in zip(pieces, braces, strict=True)
    ) + end.replace("{", "(")
    document = yaml.dump({"a": value}, default_style=style, allow_unicode=allow_unicode, width=20)
    key = yaml.compose(document).value[0][0]
    assert key.value == "a"
    template, _ = in_yaml(document)
    if isinstance(template, Template):
        for hole, (_, name) in zip(holes(template), pieces, strict=True):
            shown = "".join(hole.span.text.replace("\\\n", "").replace("''", "'").split())
            assert shown.replace("\\", "") == f"{{{{{name}}}}}"


def test_a_value_that_the_span_does_not_spell_has_the_span_of_the_whole() -> None:
    span = whole(Source("f", "something else"))
    template = parse_template(Lit(span, "x {{ a }}"), Report())
    (hole,) = holes(template)
    assert hole.span == span


UNTOUCHED: list[Any] = ["text", "", "a } {", "{# comment #}", "${x} {x}", 1, None, True, 1.5]


@pytest.mark.parametrize("value", UNTOUCHED)
def test_text_without_expressions_is_returned_itself(value: Any) -> None:
    lit = Lit(whole(Source("-", str(value))), value)
    assert parse_template(lit, Report()) is lit


def test_expected_type_and_text_are_kept() -> None:
    lit = Lit(whole(Source("-", "{{ n }}")), "{{ n }}")
    template = parse_template(lit, Report(), "int")
    assert isinstance(template, Template)
    assert (template.expects, template.text, template.statements) == ("int", "{{ n }}", False)


@pytest.mark.parametrize("text", ["{% if a %}x{% endif %}", "{{ a }}{% set b = 1 %}", "{%", "{%}"])
def test_statements_are_left_for_the_evaluation(text: str) -> None:
    template, report = given_text(text)
    assert isinstance(template, Template)
    assert (template.statements, template.parts, len(report)) == (True, (), 0)


FAULTS = [
    ("{{ lr", "{{ lr", "`{{` has no `}}`", "-"),
    ("{{ lr\nnext", "{{ lr", "`{{` has no `}}`", "-"),
    ("{{ a }} {{ lr --x", "{{ lr --x", "`{{` has no `}}`", "-"),
    ("{{ lr --x={{ y }}", "{{ lr --x={{ y }}", "`{{` has no `}}`", "-"),
    ("{{ lr $x {{ y }}", "{{ lr $x {{ y }}", "`{{` has no `}}`", "-"),
    ("{{", "{{", "`{{` has no `}}`", "-"),
    ("{{ lr }", "}", "a single `}` does not end an expression", "-"),
    ("{{ 'a", "{{ 'a", "`{{` has no `}}`", "-"),
    ("{{ a }}{# c", "{#", "`{#` has no `#}`", "-"),
    ("{% raw %}{{ a }}", "{% raw %}", "`{% raw %}` has no `{% endraw %}`", "-"),
    ("{{ }} {{ a }}", "{{ }}", "the expression is empty", "!a"),
    ("x {{ a b }} {{ a }}", "b", "`b` cannot follow `a`", "!a"),
    ("{{ a = 1 }}{{ a }}", "=", "`=` is not a comparison", "!a"),
    ("{{ (a }} {{ b }}", "(", "`(` is never closed", "!b"),
    ("{{ 'a }} {{ b }}", "'a", "the text that starts with `'` is never closed", "!b"),
    ("{{ if }}", "if", "`if` starts a statement, not an expression", "!"),
]


@pytest.mark.parametrize(("text", "place", "message", "left"), FAULTS)
def test_faults(text: str, place: str, message: str, left: str) -> None:
    """`left`: `-` when the whole is Invalid, else a `!` for a broken hole and names for good ones."""
    template, report = given_text(text)
    assert [(d.code.id, d.span.text, d.message) for d in report] == [("PXC301", place, message)]
    if left == "-":
        assert isinstance(template, Invalid)
        return
    found = [h.expr for h in holes(template)]
    kinds = ["!" if isinstance(e, Invalid) else e.name for e in found if not_other(e)]
    assert "".join(kinds) == left


def not_other(expr: Any) -> bool:
    return isinstance(expr, Invalid | Name)


def test_every_broken_hole_is_reported() -> None:
    _, report = given_text("{{ a b }} {{ c }} {{ && }} {{ }}")
    assert [d.span.text for d in report] == ["b", "&&", "{{ }}"]


# white space, comments and raw text are Jinja's

SCOPE = Scope({"a": "A", "n": 1, "e": ""})
_PARTS = st.sampled_from([
    "x", " ", "\n", "  \n ", "{{ a }}", "{{- a }}", "{{ a -}}", "{{- n -}}", "{{+ n }}", "{{n}}",
    "{# c #}", "{#- c -#}", "{#c {{ a }} -#}", "{#-#}", "{#+ +#}", "{% raw %}", "{%- raw -%}",
    "{% endraw %}", "{%- endraw -%}", "{%+ endraw +%}", "{{ '{{' }}", "{{ '%}' }}", "}}", "{", "#}",
    "\t", "{{ {'k': {}}}}", "é", "{{-1}}", "{{ 'a\nb' }}", "\r\n", "\r",
])  # fmt: skip


@given(st.lists(_PARTS, max_size=9))
@settings(max_examples=800, deadline=None)
def test_text_is_cut_as_jinja_cuts_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    if "{{" not in text and "{%" not in text:
        return
    try:
        expected: str | None = jinja2.Environment().from_string(text).render(SCOPE.names)
    except jinja2.TemplateSyntaxError:
        expected = None
    template, report = given_text(text)
    if isinstance(template, Template):
        value = evaluate_template(template, SCOPE, report)
        found = str(value.value) if isinstance(value, Lit) else None
        if not isinstance(value, Lit | Invalid):
            found = str({"k": {}})
    else:
        found = None
    if found is None and re.search(r"(\{%[-+]?\s*raw\s*-?%\}|\{#[-+]?)\s*$", text):
        return  # Jinja forgives what is opened at the very end of a text and never closed
    assert found == expected, [d.message for d in report]
    assert (found is None) == (len(report) > 0)


@given(st.text(st.sampled_from("{}%#ab .'\"|()-+\n\\é=raw&"), max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_result(text: str) -> None:
    template, report = given_text(text)
    if isinstance(template, Template):
        broken = any(isinstance(h.expr, Invalid) for h in template.parts if isinstance(h, Hole))
        assert broken == (len(report) > 0)
        for hole in template.parts:
            if isinstance(hole, Hole) and not isinstance(hole.expr, Invalid):
                assert unparse(hole.expr)
        assert list(walk(template)) == [template]
    else:
        assert isinstance(template, Invalid) == (len(report) > 0)


def test_long_texts_are_bounded() -> None:
    template, report = given_text("{{ a }}" + "x" * (1 << 20))
    assert isinstance(template, Invalid)
    assert [d.code.id for d in report] == ["PXC315"]
    for text in ("{{" * 50_000, "{{ a }}" * 50_000, "{{ '" + "\\" * 99_999, "{#" * 50_000 + "{{",
                 "{{" + "a b }} {{" * 9_000, "{% raw %}" * 20_000, "{{ \"" * 30_000):  # fmt: skip
        template, report = given_text(text)
        assert isinstance(template, Invalid | Template)
