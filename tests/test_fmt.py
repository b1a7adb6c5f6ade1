"""Formatting: what it changes, what it leaves alone, and that the second time changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.grammar.fmt import KEY_ORDER, format_text
from pxc.grammar.language import OPERATION
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Lit, Map, Seq
from pxc.source import Source
from tests.command_line import run
from tests.conftest import ROOT

CASES = {
    "keys in order": ("run: 1\nkind: a\nversion: 1.1\n", "version: 1.1\nkind: a\nrun: 1\n"),
    "snake case has the same place": ("run: 1\nhub_ref: x\nrun_patch: 2\nname: a\n",
                                      "name: a\nrun_patch: 2\nrun: 1\nhub_ref: x\n"),
    "unknown keys come last": ("x: 1\nrun: 1\ny: 2\nkind: a\n", "kind: a\nrun: 1\nx: 1\ny: 2\n"),
    "keys of other maps stay": ("run: {b: 1, a: 2}\n", "run: {b: 1, a: 2}\n"),
    "comments go with the key below": (
        "run: 1 # r\n# v one\n# v two\nversion: 1.1\n# end\n",
        "# v one\n# v two\nversion: 1.1\nrun: 1 # r\n# end\n"),
    "indented comments belong to the section above": (
        "run:\n  a: 1\n  # of run\nversion: 1.1\n", "version: 1.1\nrun:\n  a: 1\n  # of run\n"),
    "indented comments behind the last section": (
        "run: 1\nname:\n  - a\n  # of name\n", "name:\n  - a\n  # of name\nrun: 1\n"),
    "a comment with a blank line heads the file": (
        "# licence\n\nrun: 1\nkind: a\n", "# licence\n\nkind: a\nrun: 1\n"),
    "a modeline heads the file": (
        "# yaml-language-server: $schema=x\nrun: 1\nkind: a\n",
        "# yaml-language-server: $schema=x\nkind: a\nrun: 1\n"),
    "blank lines go with the key below": (
        "version: 1.1\n\nrun: 1\n\nkind: a\n", "version: 1.1\n\nkind: a\n\nrun: 1\n"),
    "document markers stay": ("---\nrun: 1\nkind: a\n...\n", "---\nkind: a\nrun: 1\n...\n"),
    "indentation": ("run:\n    a:\n        b: 1\n    c:\n     - 1\n",
                    "run:\n  a:\n    b: 1\n  c:\n    - 1\n"),
    "lists keep their style": ("a:\n- 1\n-   b: 1\n    c: 2\nd:\n    -   1\n    - 2\ne: [1,  2]\n",
                               "a:\n- 1\n- b: 1\n  c: 2\nd:\n  - 1\n  - 2\ne: [1,  2]\n"),
    "lists in lists": ("a:\n-   -   1\n    -   2\n", "a:\n- - 1\n  - 2\n"),
    "a value on the next line": ("a:\n    1\nb:\n -\n   c: 1\n", "a:\n  1\nb:\n  -\n    c: 1\n"),
    "one blank behind a colon": ("a:   1\nb:\t2\n", "a: 1\nb: 2\n"),
    "the gap before a comment stays": ("a: 1    # x\n", "a: 1    # x\n"),
    "block scalars move as one": (
        "run:\n    a: |\n          x\n            y\n\n          z\n    b: >-\n      t\n      # t\n",
        "run:\n  a: |\n    x\n      y\n\n    z\n  b: >-\n    t\n    # t\n"),
    "blanks inside of a block scalar stay": ("a: |\n   x \n     \n   y\n",
                                             "a: |\n  x \n    \n  y\n"),
    "an empty block scalar": ("a:\n    b: |\n    c: 1\n", "a:\n  b: |\n  c: 1\n"),
    "text of several lines": ("a:\n    b: one\n       two\n    c: \"x\n      y\"\n",
                              "a:\n  b: one\n     two\n  c: \"x\n    y\"\n"),
    "brackets of several lines": ("a:\n    b: [\n      1, # x\n    ]\n", "a:\n  b: [\n    1, # x\n  ]\n"),
    "brackets closed at the margin": ("a: {\n  b: 1\n}\n", "a: {\n  b: 1\n}\n"),
    "comments follow what they stand above": (
        "a:\n    # of b\n    b:\n        - 1\n        # of 2\n        - 2\n    # at the end\n",
        "a:\n  # of b\n  b:\n    - 1\n    # of 2\n    - 2\n  # at the end\n"),
    "double quotes": ("a: 'x'\n'b': [ 'y', 'it''s', 'a\"b', 'c\\d' ]\n",
                      "a: \"x\"\n\"b\": [ \"y\", 'it''s', 'a\"b', 'c\\d' ]\n"),
    "text without quotes stays so": ("a: x\nb: \"y\"\n", "a: x\nb: \"y\"\n"),
    "blanks at the end of lines": ("a: 1  \n  \nb: 2\t\n", "a: 1\n\nb: 2\n"),
    "one line end at the end": ("\n\na: 1\n\n\n", "a: 1\n"),
    "a line end where there was none": ("a: 1", "a: 1\n"),
    "no line end is added to text": ("run: 1\nname: |\n  x", "run: 1\nname: |\n  x"),
    "blank lines that are text stay": ("run: |+\n  x\n\n\nname: a\n\n", "run: |+\n  x\n\n\nname: a\n\n"),
    "order stays where there are anchors": ("run: &a\n    b: 1\nname: *a\n",
                                            "run: &a\n  b: 1\nname: *a\n"),
    "indentation stays where it is given": ("a:\n    b: |2\n       x\n", "a:\n    b: |2\n       x\n"),
    "long lines are not folded": (f"a: {'x ' * 100}y\n", f"a: {'x ' * 100}y\n"),
    "wide characters": ("a:   {'日本': '𝒳'}   # é\n", "a: {\"日本\": \"𝒳\"}   # é\n"),
    "line ends stay": ("run: |\r\n    x\r\nkind:  a\r\n", "kind: a\r\nrun: |\r\n  x\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_formatted(name: str) -> None:
    given, wanted = CASES[name]
    formatted = format_text("a.yaml", given)
    assert formatted.left_alone == ""
    assert formatted.text == wanted
    assert format_text("a.yaml", wanted).text == wanted


ALONE = {
    "JSON": '{"run": 1, "kind": "a"}',
    "one map in braces": "# x\n{run: 1,\nkind: a}\n"[4:],
    "what cannot be read": "a: [\n",
    "line ends of long ago": "a: 1\rb:   2\r",
    "line ends of the future": "a:   'x\u2028y'\n",
}


@pytest.mark.parametrize("name", ALONE)
def test_left_alone(name: str) -> None:
    formatted = format_text("a.yaml", ALONE[name])
    assert formatted.text == ALONE[name]
    assert formatted.left_alone


def test_every_field_of_a_file_has_its_place() -> None:
    assert set(KEY_ORDER) == set(OPERATION.fields)
    assert len(KEY_ORDER) == len(set(KEY_ORDER))


def test_the_order_that_is_documented() -> None:
    page = (ROOT / "docs" / "fixing.md").read_text("utf-8")
    block = page.split("```text\n", 1)[1].split("```", 1)[0]
    assert tuple(block.split()) == KEY_ORDER


def data(text: str) -> Any:
    """What a text says, with how it is quoted, in no order of the root's keys."""
    tree = read_yaml(Source("a.yaml", text), Report())
    assert tree is not None
    return sorted((repr(plain(k)), plain(v)) for k, v in tree.entries)


def plain(node: Any) -> Any:
    if isinstance(node, Map):
        return "map", [(plain(k), plain(v)) for k, v in node.entries]
    if isinstance(node, Seq):
        return "list", [plain(item) for item in node.items]
    return ("lit", repr(node.value), node.plain) if isinstance(node, Lit) else "invalid"


def check(text: str) -> bool:
    """Hold the formatting of a text to its laws; whether there was any."""
    formatted = format_text("a.yaml", text)
    assert not formatted.left_alone.startswith("its ")
    if formatted.left_alone:
        return False
    assert data(formatted.text) == data(text)
    assert format_text("a.yaml", formatted.text).text == formatted.text
    assert sorted(comments(formatted.text)) == sorted(comments(text))
    return True


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


def test_the_laws_over_goldens_and_examples() -> None:
    files = [*(ROOT / "examples").glob("*.yaml"), *ROOT.glob("golden/*/*.yaml")]
    assert sum(check(file.read_text("utf-8")) for file in files) > 30


def test_the_laws_over_real_files(shared: Path) -> None:
    formatted = 0
    for line in (shared / "corpus" / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["bucket"] in ("v1", "users") and record["file"].endswith(("yaml", "yml")):
            content = (shared / "corpus" / record["file"]).read_bytes()
            text = content.decode("utf-8", "replace").removeprefix("\ufeff")
            formatted += check(text)
    assert formatted > 300


WORDS = st.sampled_from(["a", "b c", "'q'", "'it''s'", '"d"', "1", "~", "x # y", "'{{ x }}'"])


@st.composite
def blocks(draw: st.DrawFn, column: int = 0, depth: int = 0) -> list[str]:
    """Lines of a map or list that starts in a column, with comments and odd indentation."""
    pad = " " * column
    lines: list[str] = []
    is_list = depth > 0 and draw(st.booleans())
    for number in range(draw(st.integers(1, 3))):
        if draw(st.integers(0, 5)) == 0:
            lines.append(draw(st.sampled_from(["", "   ", f"{pad}# c{depth}", "# margin"])))
        gap = " " * draw(st.integers(1, 3))
        head = "-" if is_list else f"k{number}:"
        choice = draw(st.integers(0, 5 if depth < 3 else 3))
        step = draw(st.integers(1, 5))
        inner = " " * (column + step)
        if choice == 0:
            lines += [f"{pad}{head} |", f"{inner}x", "", f"{inner}  y # z"]
        elif choice == 1:
            lines += [f"{pad}{head}{gap}[1,", f"{inner}'b',", f"{inner}]"]
        elif choice < 4:
            lines.append(f"{pad}{head}{gap}{draw(WORDS)}")
        else:
            lines += [f"{pad}{head}", *draw(blocks(column + step, depth + 1))]
    return lines


@settings(max_examples=150, deadline=None)
@given(blocks(), st.sampled_from(["", "\n", "\n\n"]), st.booleans())
def test_the_laws_over_any_blocks(lines: list[str], end: str, names: bool) -> None:
    text = "\n".join(lines) + end
    if names:
        for number, name in enumerate(("run", "inputs", "kind")):
            text = "\n".join(
                line.replace(f"k{number}:", f"{name}:", 1) if line.startswith("k") else line
                for line in text.split("\n")
            )
    check(text)


GOOD = "version: 1.1\nkind: component\nrun:\n  kind: job\n  container: {image: a:1}\n"
BAD = "kind: component\nrun:\n    kind: job\n    container: {image: a:1}\nversion: 1.1"


def test_files_are_written_once(tmp_path: Path) -> None:
    file = tmp_path / "polyaxonfile.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + BAD.encode())
    file.chmod(0o640)
    ran = run("fmt", tmp_path)
    assert (ran.code, ran.out) == (0, "")
    assert "1 file formatted" in ran.err
    assert file.read_bytes() == b"\xef\xbb\xbf" + GOOD.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    before = file.stat()
    assert run("fmt", tmp_path) == (0, "", "")
    assert file.stat().st_ino == before.st_ino


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(BAD)
    ran = run("fmt", "--check", file)
    assert (ran.code, ran.out) == (1, "")
    assert "would format" in ran.err
    ran = run("fmt", "--diff", file)
    assert ran.code == 1
    assert "-    kind: job\n" in ran.out
    assert "+  kind: job\n" in ran.out
    assert file.read_text() == BAD
    file.write_text(GOOD)
    assert run("fmt", "--check", file) == (0, "", "")
    assert run("fmt", "--diff", file) == (0, "", "")


def test_standard_input() -> None:
    ran = run("fmt", "-", stdin=BAD.encode())
    assert (ran.code, ran.out) == (0, GOOD)
    assert run("fmt", "--check", "-", stdin=BAD.encode())[:2] == (1, "")


def test_files_with_errors_are_left_alone_and_told(tmp_path: Path) -> None:
    file = tmp_path / "polyaxonfile.yaml"
    bad = BAD.replace("kind: job", "kynd: job")
    file.write_text(bad)
    ran = run("fmt", file)
    assert ran.code == 1
    assert "error[PXC" in ran.err
    assert file.read_text() == bad
    assert run("fmt", "-", stdin=bad.encode()).out == bad


def test_json_and_other_files_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "polyaxonfile.json"
    file.write_text('{"run": {"kind": "cleaner"},   "version": 1.1}')
    other = tmp_path / "values.yaml"
    other.write_text("a:   1\n")
    ran = run("fmt", "-v", file, other)
    assert ran.code == 0
    assert "it is JSON" in ran.err
    assert "passed over" in ran.err
    assert other.read_text() == "a:   1\n"


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    assert run("fmt", tmp_path / "nothing.yaml").code == 2
