"""Text to positioned tree: values, places, one fault one finding, budgets."""

from __future__ import annotations

import json
import math
import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Diagnostic, Report, Severity
from pxc.grammar.yaml_events import HAS_LIBYAML
from pxc.grammar.yaml_tree import Limits, load_source, read_yaml
from pxc.ir.node import Invalid, Lit, Map, Seq, plain, walk
from pxc.source import Source

PARSERS = [
    pytest.param(
        False, id="libyaml", marks=pytest.mark.skipif(not HAS_LIBYAML, reason="no libyaml")
    ),
    pytest.param(True, id="python"),
]


def read(text: str, *, pure: bool = False, limits: Limits | None = None):
    report = Report()
    tree = read_yaml(Source("f", text), report, pure=pure, limits=limits or Limits())
    return tree, report.sorted()


def caret(found: Diagnostic) -> str:
    return f"{found.code.id}@{found.span.line}:{found.span.column} {found.span.text}"


def with_fix(text: str, found: Diagnostic) -> str:
    assert found.fix is not None
    for span, new in sorted(found.fix.edits, key=lambda edit: -edit[0].start):
        text = text[: span.start] + new + text[span.end :]
    return text


SCALARS = [
    # spelling, value, code of the warning
    ("", None, ""), ("~", None, ""), ("null", None, ""), ("NULL", None, ""), ("nUll", "nUll", ""),
    ("true", True, ""), ("False", False, ""), ("tRue", "tRue", ""),
    ("yes", True, "PXC005"), ("Off", False, "PXC005"), ("NO", False, "PXC005"),
    ("y", "y", ""), ("n", "n", ""), ("one", "one", ""), ("nothing", "nothing", ""),
    ("0", 0, ""), ("-7", -7, ""), ("+7", 7, ""), ("1_000", 1000, ""), ("0x1F", 31, ""),
    ("-0b11", -3, ""), ("0x", "0x", ""), ("0x_", "0x_", ""), ("0b2", "0b2", ""),
    ("18446744073709551616", 2**64, ""),
    ("017", "017", "PXC020"), ("08", "08", "PXC020"), ("0o17", "0o17", "PXC020"),
    ("-01", "-01", "PXC020"), ("00", "00", "PXC020"), ("007.5", 7.5, ""),
    ("1.0", 1.0, ""), (".5", 0.5, ""), ("1.", 1.0, ""), ("1.0e-4", 1e-4, ""),
    ("1.0E+4", 1e4, ""), ("1_0.5", 10.5, ""), (".inf", math.inf, ""), ("-.INF", -math.inf, ""),
    ("1e-4", "1e-4", "PXC004"), ("1E5", "1E5", "PXC004"), ("1.0e4", "1.0e4", "PXC004"),
    ("-.5", "-.5", "PXC004"), ("1234e5678", "1234e5678", "PXC004"), ("1_0e5", "1_0e5", ""),
    ("1.0e+400", "1.0e+400", ""), ("e5", "e5", ""), ("1e", "1e", ""), (".", ".", ""),
    ("1:30", "1:30", "PXC006"), ("1:10:2", "1:10:2", "PXC006"), ("0:30.5", "0:30.5", "PXC006"),
    ("8080:80", "8080:80", ""), ("0:30", "0:30", ""),
    ("1.10", 1.1, "PXC008"), ("3.10", 3.1, "PXC008"), ("2.50", 2.5, "PXC008"),
    ("0.10", 0.1, ""), ("0.50", 0.5, ""), ("10.0", 10.0, ""), ("1.1", 1.1, ""),
    ("2024-01-01", "2024-01-01", ""), ("=", "=", ""), ("<<", "<<", ""),
    ("1.2.3", "1.2.3", ""), ("v1", "v1", ""), ("a-{{ b }}", "a-{{ b }}", ""),
    ("²", "²", ""), ("１２", "１２", ""),
]  # fmt: skip


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize(("spelling", "value", "code"), SCALARS)
def test_scalars(spelling, value, code, pure):
    tree, found = read(f"a: {spelling}\n", pure=pure)
    node = tree.get("a")
    assert (node.value, type(node.value), node.plain) == (value, type(value), True)
    assert node.span.text == spelling
    assert [d.code.id for d in found] == ([code] if code else [])
    assert all(d.span == node.span for d in found)


@pytest.mark.parametrize("digits", ["1" * 4301, "1" * 10_000, "0x" + "f" * 5000, "1" * 5000 + ".5"])
def test_a_very_long_number_stays_text(digits):
    assert read(f"a: {digits}")[0].get("a").value == digits


@pytest.mark.parametrize(
    ("text", "fixed", "safe"),
    [
        ("a: yes", "a: true", True),
        ("a: Off # c", "a: false # c", True),
        ("on: x", '"on": x', True),
        ("a: 1e-4", "a: 1.0e-4", False),
        ("a: 1E5", "a: 1.0E+5", False),
        ("a: 1.5e3", "a: 1.5e+3", False),
        ("a: -.5", "a: -0.5", False),
        ("a: 12e9999", 'a: "12e9999"', True),
        ("a: 1:30", 'a: "1:30"', True),
        ("a: 1.10", 'a: "1.10"', False),
        ("a: 017", 'a: "017"', True),
        ("a: {{ q }}", 'a: "{{ q }}"', True),
        ("a: {{ a }}/{{ q }} # c", 'a: "{{ a }}/{{ q }}" # c', True),
        ("a: {{ x['k'] }}", "a: \"{{ x['k'] }}\"", True),
        ('a: {{ x["k"] }}-y\'s', "a: '{{ x[\"k\"] }}-y''s'", True),
        ("a: [{{ x }}/y, b]", 'a: ["{{ x }}/y", b]', True),
        ('a: [t --l="{{ l }}"]\nb: 1', "a: ['t --l=\"{{ l }}\"']\nb: 1", True),
        ("a: {% if x %}y{% endif %}", 'a: "{% if x %}y{% endif %}"', True),
        ("a: @x", 'a: "@x"', True),
        ("a: *.py", 'a: "*.py"', True),
        ("a:1\nb: 2", "a: 1\nb: 2", True),
        ("a: b: c", 'a: "b: c"', True),
    ],
)
def test_fixes(text, fixed, safe):
    _, (found,) = read(text)
    assert found.fix.safe is safe
    assert with_fix(text, found) == fixed
    assert read(fixed)[1] == []


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: b\n", ["a: b", "a", "b"]),
        ("a:\n  - x\n  - 'y z'\n# end\n",
         ["a:\n  - x\n  - 'y z'", "a", "- x\n  - 'y z'", "x", "'y z'"]),
        ("é😀: \"😀\\n\" # c\nb: 2\n", ['é😀: "😀\\n" # c\nb: 2', "é😀", '"😀\\n"', "b", "2"]),
        ("a: |\n  x {{ q }}\n\n# c\nb: >-\n  y\n  z\n",
         ["a: |\n  x {{ q }}\n\n# c\nb: >-\n  y\n  z", "a", "|\n  x {{ q }}", "b", ">-\n  y\n  z"]),
        ("a: 1\r\nb:\r\n  c: 😀\r\nd: [e,\r\n f]\r\n",
         ["a: 1\r\nb:\r\n  c: 😀\r\nd: [e,\r\n f]", "a", "1", "b", "c: 😀", "c", "😀", "d",
          "[e,\r\n f]", "e", "f"]),
        ("{\t\"a\":\t[1,\t{\"b\":null}]\n\t}", ["{\t\"a\":\t[1,\t{\"b\":null}]\n\t}", '"a"',
         '[1,\t{"b":null}]', "1", '{"b":null}', '"b"', "null"]),
        ("a: &x !!str 12 # c\nb: &y\n  c: *x\nd: *y\n",
         ["a: &x !!str 12 # c\nb: &y\n  c: *x\nd: *y", "a", "12", "b", "c: *x", "c", "12", "d",
          "c: *x", "c", "12"]),
        ("a:\nb: x\n  y\n", ["a:\nb: x\n  y", "a", "", "b", "x\n  y"]),
        ("a:\n- b:\n  c: d\n",
         ["a:\n- b:\n  c: d", "a", "- b:\n  c: d", "b:\n  c: d", "b", "", "c", "d"]),
        ("a: {x?y, u: http://h?q=1}", ["a: {x?y, u: http://h?q=1}", "a", "{x?y, u: http://h?q=1}",
         "x?y", "", "u", "http://h?q=1"]),
    ],
)  # fmt: skip
def test_every_node_has_its_place(text, places, pure):
    tree, _ = read(text, pure=pure)
    assert [node.span.text for node in walk(tree)] == places


FAULTS = [
    # text, carets
    ("", ["PXC014@1:1 "]), ("# only\n", ["PXC014@1:1 "]), ("---\n", ["PXC014@1:1 "]),
    ("- a\n- b\n", ["PXC002@1:1 -"]), ("text\n", ["PXC002@1:1 text"]),
    ("null", ["PXC002@1:1 null"]),
    ("a: 1\na: 2\n", ["PXC003@2:1 a"]),
    ("x:\n- {b: 1, 'b': 2}\n", ["PXC003@2:10 'b'"]),
    ("1: a\n1.0: b\n", ["PXC003@2:1 1.0"]),
    ("a:\n\tb: 1\n", ["PXC009@2:1 \t"]), ("a:\n  b: x\n  \tc: 1\n", ["PXC009@3:3 \t"]),
    ("a: 'x'\n\t\nb: 1\n", ["PXC009@2:1 \t"]), ("- a: 1\n-\tb: 1\n", ["PXC009@2:2 \t"]),
    ("queue: {{ q }}\n", ["PXC011@1:8 {{ q }}"]),
    ("a: [{{ x }}, {{ y }}]\n", ["PXC011@1:5 {{ x }}", "PXC011@1:14 {{ y }}"]),
    ("a: {{ on }}\n", ["PXC011@1:4 {{ on }}"]),
    ("a: {{ b\nc: 1\n", ["PXC011@1:4 {{ b"]),
    ("{{ a }}: 1\n", ["PXC011@1:1 {{ a }}"]),
    ("hubRef: {{name}}:[tag]\nx: 1\n", ["PXC011@1:9 {{name}}:[tag]"]),
    ("a: [x,\n  {{ a }}-{{ b }},\n c]\n", ["PXC011@2:3 {{ a }}-{{ b }}"]),
    ("a: 1\n---\nb: 2\n", ["PXC012@2:1 ---"]), ("a: 1\n--- [\n", ["PXC012@2:1 ---"]),
    ("a: 1\n---\n---\nb: 1\n---\nc: 1\n", ["PXC012@3:1 ---"]),
    ("a: !!python/object/apply:os.system ['x']\n", ["PXC019@1:4 !!python/object/apply:os.system"]),
    ("a: !foo x\n", ["PXC019@1:4 !foo"]), ("a: &z !!binary eA==\n", ["PXC019@1:7 !!binary"]),
    ("a: !!set {x}\n", ["PXC019@1:4 !!set"]),
    ("a: !!timestamp 2024-01-01\n", ["PXC019@1:4 !!timestamp"]),
    ("a: !!int x\n", ["PXC019@1:4 !!int"]), ("a: !!map [x]\n", ["PXC019@1:4 !!map"]),
    ("a: !!str [x]\n", ["PXC019@1:4 !!str"]),
    ("a: *x\n", ["PXC001@1:4 *x"]), ("a: &x 1\nb: &x 2\n", ["PXC001@2:4 &x"]),
    ("? [x]\n: 1\nb: 1\n", ["PXC001@1:3 [x]"]), ("{a: {}, {b: 1}: 2}", ["PXC001@1:9 {b: 1}"]),
    ("a: b: c\n", ["PXC001@1:4 b: c"]), ("a: x\n  b: y\n", ["PXC001@2:3 b"]),
    ("a:1\nb: 2\n", ["PXC001@1:2 :"]), ("x: y\nport:80\nz: 1\n", ["PXC001@2:5 :"]),
    ("a: 1\nb\nc: 1\n", ["PXC001@2:1 b"]),
    ("r:\n  kind: job\n c: x\n", ["PXC001@3:2 c:"]), ("r:\n  - a\n  b: 1\n", ["PXC001@3:3 b:"]),
    ("a: [1, 2\nb: 3\n", ["PXC001@2:2 :"]), ("a: {b: 1\n", ["PXC001@1:8 1"]),
    ("a: 'x\nb: 1\n", ["PXC001@2:4 1"]), ('a: "\\d"\n', ["PXC001@1:5 \\d"]),
    ('a: "\\ud83d\\ude00"\n', ["PXC001@1:5 \\ud83d"]),
    ("a: @x y # c\n", ["PXC001@1:4 @x y"]), ("a: `ls`\n", ["PXC001@1:4 `ls`"]),
    ("a: %x\n", ["PXC001@1:4 %x"]), ("a: *.py\n", ["PXC001@1:4 *.py"]),
    ("```yaml\na: 1\n```\n", ["PXC001@1:1 ```yaml"]), (">>> a: 1\n", ["PXC001@1:1 >>>"]),
    ("a:\n  b: c\n  ...\n", ["PXC001@3:3 ..."]),
    ("a: 1\n...\nb: 2\n", ["PXC001@2:1 ..."]), ("a: [x]]\n", ["PXC001@1:7 ]"]),
    ("a: 'b' c\n", ["PXC001@1:8 c"]), ("a: - b\n", ["PXC001@1:4 -"]),
    ("a: > x\n", ["PXC001@1:4 > x"]),
    ("a: \0b\n", ["PXC001@1:4 \0"]), ("a: \x07\n", ["PXC001@1:4 \x07"]),
    ("%FOO\n---\na: 1\n", ["PXC001@1:1 %FOO"]),
    ("%YAML 2.0\n---\na: 1\n", ["PXC001@1:1 %YAML 2.0"]),
    ("a: &a [*a]\n", ["PXC016@1:8 *a"]), ("a: &a {<<: *a}\n", ["PXC016@1:12 *a"]),
]  # fmt: skip


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize(("text", "carets"), FAULTS)
def test_one_fault_is_one_finding(text, carets, pure):
    _, found = read(text, pure=pure)
    assert [caret(d) for d in found] == carets
    for d in found:
        assert d.help
        assert not re.match(r"[A-Z]", d.message)
        assert not d.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", ["1:1"]),
        ("a: [1, 2\nb: 3\n", ["1:4"]),
        ('a: "x\n', ["1:4"]),
        ("a: &x 1\nb: &x 2\n", ["1:4"]),
        ("a: x\n  b: y\n", ["1:1"]),
        ("r:\n  kind: job\n c: x\n", ["1:1"]),
        ("a: 1\n...\nb: 2\n", ["3:1"]),
    ],
)
def test_notes_point_at_the_other_place(text, places):
    _, (found,) = read(text)
    assert [f"{n.span.line}:{n.span.column}" for n in found.notes] == places


def test_first_of_two_keys_wins_and_reading_goes_on():
    tree, found = read("a: 1\na: 2\nb: yes\n")
    assert plain(tree) == {"a": 1, "b": True}
    assert [d.code.id for d in found] == ["PXC003", "PXC005"]


@pytest.mark.parametrize("text", ["a: 1\n", "---\na: 1\n", "a: 1\n...\n", "a: 1\n---\n",
                                  "a: 1\n---\n# c\n---\n", "%YAML 1.1\n---\na: 1\n"])  # fmt: skip
def test_documents_that_are_fine(text):
    tree, found = read(text)
    assert (plain(tree), found) == ({"a": 1}, [])


def test_words_as_keys_stay_text():
    tree, found = read("on: 1\nNo: 2\ntrue: 3\n8080: 4\n'on ': 5\n")
    assert plain(tree) == {"on": 1, "No": 2, True: 3, 8080: 4, "on ": 5}
    assert [d.code.id for d in found] == ["PXC005", "PXC005"]


def test_tags_that_fit():
    tree, found = read(
        'a: !!str 12\nb: !!int "3"\nc: !!float 1\nd: !!bool yes\ne: !!null ""\nf: ! 1\n'
        "g: !!map {x: 1}\nh: !!seq [1]\ni: !<tag:yaml.org,2002:str> 1\nj: !!float 1e3\n"
    )
    assert found == []
    assert list(plain(tree).values()) == ["12", 3, 1.0, True, None, "1", {"x": 1}, [1], "1", 1000.0]
    assert not any(n.plain for n in tree.entries[0][1:] if isinstance(n, Lit))


def test_what_a_tag_spoils_is_invalid():
    tree, _ = read("a: !foo &x [1, on]\nb: *x\n!foo k: 1\n")
    assert isinstance(tree.get("a"), Invalid)
    assert tree.get("b") is tree.get("a")
    assert len(tree.entries) == 2


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x: &x {p: 1, q: 2}\ny: {<<: *x, p: 3}\n", {"x": {"p": 1, "q": 2}, "y": {"q": 2, "p": 3}}),
        ("x: &x {p: 1}\ny: {p: 3, <<: *x}\n", {"x": {"p": 1}, "y": {"p": 3}}),
        ("x: &x {p: 1}\ny: &y {p: 2, q: 2}\nz: {<<: [*x, *y]}\n",
         {"x": {"p": 1}, "y": {"p": 2, "q": 2}, "z": {"p": 1, "q": 2}}),
        ("x: &x {p: 1}\ny: &y {<<: *x, q: 2}\nz: {<<: *y}\n",
         {"x": {"p": 1}, "y": {"p": 1, "q": 2}, "z": {"p": 1, "q": 2}}),
    ],
)  # fmt: skip
def test_merge_keys(text, value, pure):
    tree, found = read(text, pure=pure)
    assert plain(tree) == value == yaml.safe_load(text)
    assert [d.code.id for d in found] == ["PXC010"]
    assert found[0].span.text == "<<"


def test_a_quoted_merge_key_is_text():
    tree, found = read('a: {"<<": {b: 1}}\n')
    assert (plain(tree), found) == ({"a": {"<<": {"b": 1}}}, [])


def test_merge_keys_that_cannot_merge():
    assert [caret(d) for d in read("a:\n  <<: 5\n")[1]] == ["PXC010@2:3 <<", "PXC001@2:7 5"]
    twice = read("x: &x {p: 1}\ny:\n  <<: *x\n  <<: *x\n")[1]
    assert [caret(d) for d in twice] == ["PXC010@3:3 <<", "PXC003@4:3 <<"]


def test_an_alias_keeps_the_spans_of_its_anchor():
    tree, _ = read("a: &x {b: 1}\nc: *x\n")
    assert tree.get("c") is tree.get("a")


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, levels)]
    return "\n".join(lines)


BUDGETS = [
    (bomb(9), "PXC016"),
    (
        bomb(9).replace("[", "{<<: [").replace("]", "]}").replace("x, " * 9 + "x", "{q: 1}"),
        "PXC016",
    ),
    ("a: &a '" + "x" * 1_000_000 + "'\nb: [" + "*a, " * 1000 + "]", "PXC016"),
    ("a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 500)), "PXC015"),
    ("".join(" " * i + "a:\n" for i in range(1000)), "PXC015"),
    *((opening * n, "PXC015") for n in (3000, 1_000_000) for opening in ("[", "{", "- ", "{a: ")),
    ("a: " + "x" * 2_000_000, "PXC022"),
    ("a: |\n" + "  x\n" * 1_000_000, "PXC022"),
]


@pytest.mark.skipif(not HAS_LIBYAML, reason="the parser in Python takes longer")
@pytest.mark.parametrize(("text", "code"), BUDGETS, ids=range(len(BUDGETS)))
def test_budgets_are_counted_before_anything_explodes(text, code):
    start = time.process_time()
    tree, found = read(text)
    assert time.process_time() - start < 1.0
    assert tree is None
    assert [d.code.id for d in found] == [code]


@pytest.mark.parametrize("pure", PARSERS)
def test_depth_at_and_over_the_limit(pure):
    at, over = ("a: " + "[" * n + "]" * n for n in (9, 10))
    assert read(at, pure=pure, limits=Limits(depth=10))[1] == []
    assert [caret(d) for d in read(over, pure=pure, limits=Limits(depth=10))[1]] == [
        "PXC015@1:13 ["
    ]


def test_unknown_aliases_without_end_stay_linear():
    text = "".join(f"- &a{i} x\n" for i in range(2000)) + "- *zz\n" * 2000
    start = time.process_time()
    read("k:\n" + text)
    assert time.process_time() - start < 2.0


# bytes


def load(data: bytes, **options):
    report = Report()
    return load_source("f", data, report, **options), report.sorted()


@pytest.mark.parametrize(
    ("data", "text", "carets"),
    [
        (b"a: 1\n", "a: 1\n", []),
        (b"\xef\xbb\xbfa: 1\n", "a: 1\n", ["PXC013@1:1 "]),
        (b"a: 1\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n", ["PXC013@1:1 "]),
        (b"\xef\xbb\xbfa: 1\r\n", "a: 1\r\n", ["PXC013@1:1 "]),
        (b"a: 1\nb: \xc3\xa9\xff\n", None, ["PXC018@2:5 \ufffd"]),
        (b"a: \xe2\x82", None, ["PXC018@1:4 \ufffd"]),
        (b"\xef\xbb\xbf\xff", None, ["PXC018@1:1 \ufffd"]),
        ("a: 1".encode("utf-16"), None, ["PXC018@1:1 "]),
        ("a: 1".encode("utf-32"), None, ["PXC018@1:1 "]),
        (b"x" * 101, None, ["PXC017@1:1 "]),
    ],
)
def test_bytes_to_text(data, text, carets):
    source, found = load(data, file_bytes=100)
    assert (source.text if source else None) == text
    assert [caret(d) for d in found] == carets


# laws


def shape(node) -> object:
    """A tree with its places, comparable between two sources and with NaN."""
    where = (node.span.start, node.span.end)
    if isinstance(node, Map):
        return where, tuple((shape(k), shape(v)) for k, v in node.entries)
    if isinstance(node, Seq):
        return where, tuple(map(shape, node.items))
    return where, repr(node.value) if isinstance(node, Lit) else None


def check_laws(text: str) -> None:
    tree, found = read(text)
    for d in found:
        spans = [d.span, *(n.span for n in d.notes if n.span)]
        spans += [s for s, _ in d.fix.edits] if d.fix else []
        assert all(0 <= s.start <= s.end <= len(text) for s in spans)
    assert tree is not None or any(d.severity is Severity.ERROR for d in found)
    for node in walk(tree) if tree else ():
        assert 0 <= node.span.start <= node.span.end <= len(text)
    read(text, pure=True)


PIECES = ["{{ x }}", "{% x %}", "'", '"', "[", "]", "{", "}", ": ", ":", "- ", "\n", "\n  ", "\t",
          " #", "&a ", "*a", "!!str ", "!!int ", "!x ", "|\n", "> ", "%", "@", "`", "? ", ",",
          "\n...\n", "\n---\n", "\\", "\ufeff", "\u2028", "\x85", "\r", "é", "😀", "<<: ", "on",
          "1e5", "~", "%YAML 1.1\n", "\0", "1:30", "017", "a", "k: v\n", "j: [x]\n"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_text_has_an_answer(text):
    check_laws(text)


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_any_bytes_have_an_answer(data):
    source, found = load(data)
    assert source is not None or len(found) == 1
    if source:
        check_laws(source.text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"])), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
# An exponent without a dot is text in YAML 1.1; these characters are line ends or forbidden in it.
UNLIKE_JSON = "[0-9]e[-+]?[0-9]|[\ufffe\uffff\u2028\u2029]"
ROOTS = st.dictionaries(st.text("abcé😀", min_size=1), VALUES, min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(ROOTS, st.booleans())
def test_what_was_dumped_is_read_back(value, as_json):
    text = json.dumps(value, ensure_ascii=False) if as_json else yaml.safe_dump(value)
    assume(not (as_json and re.search(UNLIKE_JSON, text)))
    tree, found = read(text)
    assert not [d for d in found if d.severity is Severity.ERROR]
    assert plain(tree) == value


@pytest.mark.skipif(not HAS_LIBYAML, reason="no libyaml to compare with")
@settings(max_examples=150, deadline=None)
@given(ROOTS, st.booleans(), st.integers(0, 200), st.sampled_from(["", *PIECES[:30]]))
def test_both_parsers_give_the_same_tree(value, flow, at, piece):
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    at %= len(text)
    text = text[:at] + piece + text[at:]
    fast, slow = read(text), read(text, pure=True)
    if "!" in piece or "|" in piece:
        return  # they differ on malformed tags and on a comment glued to `|`
    assert (fast[0] is None) == (slow[0] is None)
    assert [d.code.id for d in fast[1]] == [d.code.id for d in slow[1]]
    if fast[0] is not None:
        assert shape(fast[0]) == shape(slow[0])


def test_the_corpus_is_read_as_pyyaml_reads_it(shared: Path) -> None:
    corpus = shared / "corpus" / "manifest.jsonl"
    for line in corpus.read_text().splitlines():
        entry = json.loads(line)
        report = Report()
        source = load_source("f", (corpus.parent / entry["file"]).read_bytes(), report)
        tree = read_yaml(source, report)
        errors = [d for d in report if d.severity is Severity.ERROR]
        if entry["yaml_error"]:
            assert tree is None
            assert len(errors) == 1, entry["file"]
        elif not errors:
            assert plain(tree) == yaml.safe_load(source.text), entry["file"]
        else:
            assert {d.code.id for d in errors} <= {"PXC002", "PXC003", "PXC011"}, entry["file"]
