"""Writing a migrated tree: comments stay at what they are about, scalars as they are spelled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pxc.diagnostics import Report
from pxc.grammar.fmt import format_text
from pxc.grammar.v0.comments import comments_of
from pxc.grammar.v0.write import in_order, write
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Lit, Map, Seq, plain, replace
from pxc.source import Source


def read(text: str) -> tuple[Map, Source]:
    source = Source("a.yaml", text)
    tree = read_yaml(source, Report())
    assert tree is not None
    return tree, source


def same(tree: Map) -> Map:
    return tree


def without(*names: str) -> Callable[[Map], Map]:
    return lambda tree: replace(tree, entries=tuple(e for e in tree if e[0].value not in names))


def reverse(tree: Map) -> Map:
    return replace(tree, entries=tree.entries[::-1])


def renamed(name: str, new: str) -> Callable[[Map], Map]:
    def change(tree: Map) -> Map:
        pairs = ((replace(k, value=new) if k.value == name else k, v) for k, v in tree)
        return replace(tree, entries=tuple(pairs))

    return change


def inside(name: str) -> Callable[[Map], Map]:
    """All of a file below one new key, at the place of the whole."""
    return lambda tree: replace(tree, entries=((Lit(tree.span, name), tree),))


def joined(name: str) -> Callable[[Map], Map]:
    """A list of text as one text, at the place of the list."""

    def change(tree: Map) -> Map:
        def one(value: Seq) -> Lit:
            return Lit(value.span, " && ".join(item.value for item in value.items))

        pairs = ((k, one(v) if k.value == name else v) for k, v in tree)
        return replace(tree, entries=tuple(pairs))

    return change


CASES: dict[str, tuple[str, Callable[[Map], Map], str]] = {
    "comments of all places": (
        "# head\n\n# of a\na: 1 # beside\n# of b\nb:  # at b\n- x   # at x\n# of y\n- z\n# end of b\n\nc: 2\n# end\n",
        same,
        "# head\n\n# of a\na: 1  # beside\n# of b\nb:  # at b\n- x  # at x\n# of y\n- z\n# end of b\n\nc: 2\n# end\n"),
    "a comment goes with its key": (
        "a: 1\n# of b\nb: 2 # at b\nc: 3\n", reverse, "c: 3\n# of b\nb: 2  # at b\na: 1\n"),
    "a new name keeps the comment": ("a_b: 1 # at it\n", renamed("a_b", "aB"), "aB: 1  # at it\n"),
    "what led a key that is gone leads the next": (
        "a: 1\n# of b\nb: 2 # at b\nc: 3\n", without("b"), "a: 1\n# of b\n# at b\nc: 3\n"),
    "what led the last key that is gone follows the one before": (
        "a: 1\n# of b\nb: 2 # at b\n", without("b"), "a: 1\n# of b\n# at b\n"),
    "comments inside of a section that is gone": (
        "a: 1\nb:\n  # x\n  c: 2 # y\n  # z\nd: 3\n", without("b"), "a: 1\n# x\n# y\n# z\nd: 3\n"),
    "comments of lines that became one": (
        "run:\n- a\n# of b\n- b # at b\n# end\nx: 1\n", joined("run"),
        "# of b\n# at b\nrun: a && b\n# end\nx: 1\n"),
    "a section deeper": ("a: 1\nb:\n  # c\n  - 1\n", inside("run"), "run:\n  a: 1\n  b:\n  # c\n  - 1\n"),
    "keys that are commented out stay in their column": (
        "a:\n  b: 1\n  #c:\n  #  d: 1\n    # e\nf: 1\n", same, "a:\n  b: 1\n  #c:\n  #  d: 1\n    # e\nf: 1\n"),
    "comments at the margin inside of a section": (
        "a:\n  - b: 1\n#  - b: 2\n  - b: 3\n", same, "a:\n- b: 1\n#  - b: 2\n- b: 3\n"),
    "a comment right below a section and apart from the next": (
        "a:\n  b: 1\n# of a\n\nc: 1\n", reverse, "c: 1\na:\n  b: 1\n# of a\n"),
    "a licence and a marker": ("# licence\n--- # here\n# of a\na: 1\n...\n# end\n", same,
                               "# licence\n--- # here\n# of a\na: 1\n# end\n"),
    "a directive": ("%YAML 1.1\n---\na: 1\n", same, "%YAML 1.1\n---\na: 1\n"),
    "the content beside the marker": ("--- {a: 1} # x\n", same, "---\na: 1  # x\n"),
    "comments among braces and brackets": (
        "a: [1, # one\n  2] # all\nb: {c: 1, d: [x, z]} # b\n", same,
        "a:  # all\n- 1  # one\n- 2\nb: {c: 1, d: [x, z]}  # b\n"),
    "a comment at a sign": ("a: | # script\n  x\n  y\n# end\nb: 1\n", same, "# script\na: |\n  x\n  y\n# end\nb: 1\n"),
    "anchors are written out": ("a: &x  # at a\n  b: 1 # at b\nc: *x # at c\n", same,
                                "a:  # at a\n  b: 1  # at b\nc:  # at c\n  b: 1\n"),
    "merged keys are written out": ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2 # d\n", same,
                                    "a: {b: 1}\nc:\n  b: 1\n  d: 2  # d\n"),
    "numbers stay as they are spelled": (
        "a: [1e+3, 0x1F, 1.50, -0.0, .5, +3]\nb: 1.0e-3\nc: 1_000\nd: 0b11\n", same,
        "a: [\"1e+3\", 0x1F, 1.50, -0.0, .5, +3]\nb: 1.0e-3\nc: 1000\nd: 3\n"),
    "what readers do not agree on is made plain": (
        "a: [yes, Off, 010, 1:30, 2019-01-02, 1e-3, y, '=']\non: 1\n", same,
        "a: [true, false, \"010\", \"1:30\", \"2019-01-02\", \"1e-3\", \"y\", \"=\"]\n\"on\": 1\n"),
    "quotes": ("a: 'x'\nb: 'it''s'\nc: \"\\u0007\"\nd: 'say \"x\"'\ne: \"x\"\nf: '1'\n", same,
               "a: \"x\"\nb: \"it's\"\nc: \"\\u0007\"\nd: 'say \"x\"'\ne: \"x\"\nf: \"1\"\n"),
    "nothing": ("a:\nb: ~\nc: []\nd: {}\ne: [~, ]\n", same, "a:\nb: ~\nc: []\nd: {}\ne: [~]\n"),
    "texts": ("a: |\n  x\n\n   y\nb: >\n  x\n  y\nc: \"x\\n y\"\nd: |+\n  x\n\n# c\ne: |2\n   x\n", same,
              "a: |\n  x\n\n   y\nb: |\n  x y\nc: |-\n  x\n   y\nd: |+\n  x\n\n# c\ne: \" x\\n\"\n"),
    "a long text of several lines": (
        "run: python -m train --learning-rate={{ rate | default(1) }} \n  --batch-size={{ batch }} "
        "--name {{ globals.name }} --epochs=12\n", same,
        "run: >-\n  python -m train --learning-rate={{ rate | default(1) }} --batch-size={{ batch }}\n"
        "  --name {{ globals.name }} --epochs=12\n"),
    "a long line of the author": (f"a: {'word ' * 30}end\n", same, f"a: {'word ' * 30}end\n"),
    "lists in lists": ("a:\n  -  - 1 # one\n     # two\n     - 2\n", same, "a:\n- - 1  # one\n  # two\n  - 2\n"),
    "a comment at an item": ("a:\n- # item\n  b: 1\n", same, "a:\n# item\n- b: 1\n"),
    "line ends of Windows": ("a: 1 # x\r\nb: |\r\n  y\r\n  z\r\n# end\r\n", same,
                             "a: 1  # x\nb: |\n  y\n  z\n# end\n"),
    "keys of all kinds": ("1: a\n~: b\n'x: y': c\n? z\n: d\n", same, "1: a\n~: b\n\"x: y\": c\nz: d\n"),
    "no key at all": ("# x\n{}\n", same, "{}\n# x\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_written(name: str) -> None:
    text, change, expected = CASES[name]
    tree, source = read(text)
    assert write(change(tree), tree, source) == expected
    check(change(tree), tree, source)


def check(new: Map, old: Map, source: Source) -> str:
    """Hold what is written to every law: values for each reader, comments, the form of fmt."""
    text = write(new, old, source)
    tree, written = read(text)
    assert repr(plain(tree)) == repr(plain(new))
    assert repr(yaml.safe_load(text)) == repr(plain(new))
    if not text.startswith("%"):
        pure: Any = YAML(typ="safe", pure=True)
        seen = pure.load(StringIO(text))
        assert json.dumps(seen, default=str) == json.dumps(plain(new), default=str)
    before, after = comments_of(source).texts, comments_of(written).texts
    assert Counter(before) == Counter(after)
    if new is old and not set(source.text) & set("[{|>&"):
        assert before == after
    return text


BESIDE = st.sampled_from(["", "", " # beside", "   #beside {x}: 'y'", '\t# "z'])
SCALARS = st.sampled_from([
    "1", "-2", "0x1F", "010", "0o17", "1_000", "1:30", "1.50", "1e-3", "1.0e-3", ".5", "-.inf",
    "yes", "Off", "True", "~", "", "null", "y", "N", "x", "two words", "a:b", "a#b", "{{x}}"[2:4],
    "'it''s'", "'q\"'", "\"a\\tb\"", "\"é\\u2028\"", "'# no comment'", "2019-01-02", "!!str 1",
    "--lr={{ lr }}", "[1, 'a, b', {c: d}]", "{k: [1, 2], 'l': m}", "[]", "{}", "http://x/y?z=1",
    "-x", "'- x'", "'a: b'", "%x"[1:], "'@x'", "'<<'", "'='", "\"\"", "日本",
])  # fmt: skip
TEXTS = st.sampled_from([
    "|\n{i}line # text\n{i}  more\n", "|-\n{i}one\n\n{i}two\n", ">\n{i}folded\n{i}text\n",
    "|+\n{i}kept\n\n", "| # header\n{i}x\n", "[1, # in brackets\n{i}2]\n", "plain\n{i}text\n",
])  # fmt: skip
COMMENTS = st.lists(
    st.sampled_from(["# one", "#two", "", "  # deeper", "#: {", "# - x: 1"]), max_size=3
)


@st.composite
def section(draw: Any, depth: int = 0) -> str:
    """The lines of a map or a list, with comments in every place that has them."""
    indent = "  " * depth
    lines = ""
    is_list = depth > 0 and draw(st.booleans())
    for number in range(draw(st.integers(1, 3))):
        for comment in draw(COMMENTS):
            lines += f"{indent}{comment}\n" if comment else "\n"
        lead = f"{indent}- " if is_list else f"{indent}k{number}: "
        kind = draw(st.integers(0, 5 if depth < 3 else 3))
        if kind == 3:
            lines += lead + draw(TEXTS).replace("{i}", indent + "   ")
        elif kind > 3:
            lines += lead.rstrip() + draw(BESIDE) + "\n" + draw(section(depth + 1))
        else:
            lines += lead + draw(SCALARS).strip() + draw(BESIDE) + "\n"
    if draw(st.booleans()):
        lines += f"{indent}# end\n"
    return lines


@st.composite
def changed(draw: Any, node: Any, below: bool = False) -> Any:
    """A tree with entries gone, moved, renamed and put deeper."""
    if isinstance(node, Seq):
        items = [draw(changed(item, True)) for item in node.items if draw(st.integers(0, 4))]
        return replace(node, items=tuple(items))
    if not isinstance(node, Map):
        return node
    pairs = [(k, draw(changed(v, True))) for k, v in node if not below or draw(st.integers(0, 4))]
    pairs = draw(st.permutations(pairs)) if draw(st.booleans()) else pairs
    pairs = [(replace(k, value=f"{k.value}New", plain=False), v) if draw(st.booleans()) else (k, v)
             for k, v in pairs]  # fmt: skip
    if pairs and draw(st.booleans()):
        pairs[0] = (Lit(pairs[0][1].span, "wrapped"), Map(pairs[0][1].span, (pairs[0],)))
    return replace(node, entries=tuple(pairs))


@settings(max_examples=300)
@given(section(), st.data())
def test_no_change_loses_a_comment_or_a_value(text: str, data: st.DataObject) -> None:
    assume(read_yaml(Source("a.yaml", text), Report()) is not None)
    tree, source = read(text)
    check(tree, tree, source)
    check(data.draw(changed(tree)), tree, source)


@settings(max_examples=300)
@given(section())
def test_the_second_time_changes_nothing_but_blank_lines(text: str) -> None:
    assume(read_yaml(Source("a.yaml", text), Report()) is not None)
    tree, source = read(text)
    once = write(tree, tree, source)
    again, written = read(once)
    twice = check(again, again, written)
    assert [line for line in twice.split("\n") if line] == [
        line for line in once.split("\n") if line
    ]
    assert format_text("a.yaml", once).text == once or "#" in once


def test_real_files_keep_every_comment_and_value(shared: Path) -> None:
    for line in (shared / "corpus" / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        text = (shared / "corpus" / record["file"]).read_bytes().decode("utf-8-sig")
        source = Source("a.yaml", text)
        tree = read_yaml(source, Report())
        if tree is not None:
            check(tree, tree, source)
            check(in_order(tree), tree, source)
