"""What a Python file hands over becomes a tree with places in that file, or one finding."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pxc.author import AuthorFault, Call, Entry, Written, caller, document, fault_document
from pxc.author.source_places import PLACES
from pxc.diagnostics import Report
from pxc.driver import Request, SourceText, lint_request
from pxc.grammar.python import read_document as reading
from pxc.grammar.python.read_document import read_document
from pxc.ir.characters import unfit_character
from pxc.ir.node import Lit, Map, Seq, plain, walk
from pxc.source import Authored, Source

TEXT = "first line\nsecond line\nthïrd line\n"


def read(data: Any, *modules: tuple[str, str]) -> tuple[Map | None, list[tuple[str, str, str]]]:
    """The tree of a document, and its findings: code, place, message."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    report = Report()
    tree = read_document(Source("a.py", TEXT), Authored(raw, modules), report)
    return tree, [(d.code.id, str(d.span), d.message) for d in report]


def s(value: object, place: object = None) -> list[object]:
    return ["s", place, value]


def m(*entries: object, place: object = None) -> dict[str, object]:
    return {"files": ["a.py", "b.py"], "tree": ["m", place, list(entries)]}


def deep(levels: int) -> list[object]:
    node = s(1)
    for _ in range(levels):
        node = ["l", None, [node]]
    return node


def test_places_are_those_of_the_text_and_else_of_what_is_around() -> None:
    entry = [s("k", [0, 2, 1, 2, 7]), ["l", [0, 3, 1, 3, 11], [s(1), s(2, [0, 3, 7, 3, 11])]]]
    tree, found = read(m(entry, place=[0, 1, 1, 3, 11]))
    assert found == []
    assert tree is not None
    assert [(type(n).__name__, n.span.text, str(n.span)) for n in walk(tree)] == [
        ("Map", "first line\nsecond line\nthïrd line", "a.py:1:1"),
        ("Lit", "second", "a.py:2:1"),
        ("Seq", "thïrd line", "a.py:3:1"),
        ("Lit", "thïrd line", "a.py:3:1"),
        ("Lit", "line", "a.py:3:7"),
    ]


@pytest.mark.parametrize(
    "place",
    [
        [0, 9, 1, 9, 2],
        [0, 1, 12, 1, 13],
        [0, 1, 0, 1, 3],
        [0, -1, 1, 1, 3],
        [0, 2, 3, 2, 1],
        [0, 2**60, 1, 2**60, 2],
        [1, 1, 1, 1, 2],
    ],
)
def test_a_place_outside_of_the_texts_is_that_of_what_is_around(place: list[int]) -> None:
    tree, found = read(m([s("k"), s(1, place)], place=[0, 2, 1, 2, 7]))
    assert found == []
    assert tree is not None
    assert {n.span.text for n in walk(tree)} == {"second"}


def test_a_place_may_be_in_another_file_of_the_program() -> None:
    tree, _ = read(m([s("k"), s(1, [1, 1, 3, 1, 5])]), ("b.py", "xx12xx"))
    value = tree.get("k") if tree is not None else None
    assert isinstance(value, Lit)
    assert (str(value.span), value.span.text) == ("b.py:1:3", "12")


REFUSED: dict[str, tuple[Any, str, str]] = {
    "no JSON": (b"\xff", "PXC034", "a.py:1:1"),
    "cut": (b'{"files": [], "tree": ["m", null', "PXC034", "a.py:1:1"),
    "nothing": ({"files": []}, "PXC034", "a.py:1:1"),
    "both": ({**m(), "fault": ["PXC032", "x", None, ""]}, "PXC034", "a.py:1:1"),
    "further key": ({**m(), "more": 1}, "PXC034", "a.py:1:1"),
    "unknown tag": ({"files": [], "tree": ["x", None, 1]}, "PXC034", "a.py:1:1"),
    "too long a node": ({"files": [], "tree": ["m", None, [], 1]}, "PXC034", "a.py:1:1"),
    "short place": (m(place=[0, 1, 1]), "PXC034", "a.py:1:1"),
    "file that is not there": (m(place=[2, 1, 1, 1, 2]), "PXC034", "a.py:1:1"),
    "negative file": (m(place=[-1, 1, 1, 1, 2]), "PXC034", "a.py:1:1"),
    "list as a key": (m([["l", None, []], s(1)]), "PXC034", "a.py:1:1"),
    "map as a scalar": (m([s("k"), s({})]), "PXC034", "a.py:1:1"),
    "key twice": (m([s("k"), s(1)], [s("k", [0, 2, 1, 2, 7]), s(2)]), "PXC034", "a.py:2:1"),
    "no number": (m([s("k"), ["n", [0, 2, 1, 2, 7], "12a"]]), "PXC034", "a.py:2:1"),
    "long number": (m([s("k"), ["n", None, "1" * 3501]]), "PXC034", "a.py:1:1"),
    "list as the root": ({"files": ["a.py"], "tree": ["l", [0, 2, 1, 3, 4], []]}, "PXC002", "a.py:2:1"),
    "scalar as the root": ({"files": [], "tree": s("x")}, "PXC002", "a.py:1:1"),
    "too deep": (m([s("k"), deep(100)]), "PXC015", "a.py:1:1"),
    "far too deep": (m([s("k"), deep(300)]), "PXC015", "a.py:1:1"),
    "long text": (m([s("k"), s("x" * (1024 * 1024 + 1), [0, 2, 1, 2, 7])]), "PXC022", "a.py:2:1"),
    "unfit": (m([s("k"), s("a\ufdd0b", [0, 2, 1, 2, 7])]), "PXC024", "a.py:2:1"),
    "unfit key": (m([s("\ud800", [0, 2, 1, 2, 7]), s(1)]), "PXC034", "a.py:1:1"),
    "fault": ({"files": ["a.py"], "fault": ["PXC032", "no", [0, 2, 1, 2, 7], ""]}, "PXC032", "a.py:2:1"),
    "fault of another": ({"files": [], "fault": ["PXC801", "no", None, ""]}, "PXC034", "a.py:1:1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_of_the_format_is_one_finding(name: str) -> None:
    data, code, place = REFUSED[name]
    tree, found = read(data)
    assert [f[:2] for f in found] == [(code, place)]
    assert (tree is None) == (code != "PXC024")


def test_nesting_that_python_itself_does_not_bear_is_one_finding() -> None:
    levels = 200_000
    data = b'{"files":[],"tree":' + b'["l",null,[' * levels + b"]]" * levels + b"}"
    assert [f[0] for f in read(data)[1]] == ["PXC034"]


def test_a_document_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 40)
    assert [f[0] for f in read(m([s("k"), s(1)]))[1]] == ["PXC017"]
    monkeypatch.setattr(reading, "MOST_BYTES", 10**9)
    monkeypatch.setattr(reading, "MOST_VALUES", 3)
    assert [f[0] for f in read(m([s("k"), ["l", None, [s(1)] * 3]]))[1]] == ["PXC017"]
    assert read(m([s("k"), s(1)]))[1] == []


@given(st.binary(max_size=60))
def test_bytes_of_anybody_give_a_tree_or_a_finding(data: bytes) -> None:
    tree, found = read(data)
    assert tree is not None or found


TREES = st.recursive(
    st.none() | st.integers(-3, 9) | st.sampled_from(("s", "n", "l", "m", "x", "1e", "inf", "k")),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=24,
)
NODES = st.recursive(
    st.tuples(
        st.sampled_from(("s", "n")), st.none() | st.lists(st.integers(-1, 9), max_size=6), TREES
    ),
    lambda inner: st.tuples(
        st.sampled_from(("l", "m")),
        st.none() | st.lists(st.integers(0, 3), min_size=5, max_size=5),
        st.lists(inner | st.tuples(st.just(("s", None, "k")), inner), max_size=4),
    ),
)


@given(TREES | NODES, st.lists(st.sampled_from(("a.py", "b.py", "/etc/passwd", "")), max_size=3))
def test_a_tree_of_anybody_gives_a_tree_or_a_finding(node: Any, files: list[str]) -> None:
    tree, found = read({"files": files, "tree": node}, ("b.py", "x\n"))
    assert tree is not None or found
    for each in walk(tree) if tree is not None else ():
        assert each.span.source.name in ("a.py", "b.py")
        assert 0 <= each.span.start <= each.span.end <= len(each.span.source.text)


SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | dict):
        for each in data:
            yield from _texts(each)
            yield from _texts(data[each]) if isinstance(data, dict) else ()


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_plain_data_comes_back_as_it_was(data: dict[str, Any]) -> None:
    assume(not any(unfit_character(text) for text in _texts(data)))
    written = document(data)
    tree, found = read(written)
    assert found == []
    assert repr(plain(tree)) == repr(data)


class section:
    """The smallest thing that can be asked for its fields."""

    def __init__(self, *positional: object, **fields: object) -> None:
        entries = [Entry(f"at{i}", value, i) for i, value in enumerate(positional)]
        entries += [Entry(name, value, name) for name, value in fields.items()]
        self.written = Written(tuple(entries), caller("tests.nowhere.else"))

    def __pxc_document__(self) -> Written:
        return self.written


PROGRAM = """\
ä = {"z": 1}
main = section(
    section(y=7), name="ü", kind=[
        "x", {"deep": dict(er=2)}],
    late=ä,
    **{"spread": 3},
)
plain = {"kind": "component", "run": {"kind": [1, 2]}}
many = [section(number=n) for n in range(2)]
"""


def built(tmp_path: Path, name: str) -> tuple[object, str]:
    """A value of the program, executed as a file would be, and the name of the file."""
    path = (tmp_path / "program.py").as_posix()
    Path(path).write_text(PROGRAM, "utf-8")
    found: dict[str, Any] = {"__name__": "program", "section": Held}
    exec(compile(PROGRAM, path, "exec"), found)
    return found[name], path


class Held(section):
    """As `section`, but the call is that of the program, not of this module."""

    def __init__(self, *positional: object, **fields: object) -> None:
        super().__init__(*positional, **fields)
        call = caller(__name__)
        self.written = self.written._replace(call=call)


def spelled(tmp_path: Path, name: str) -> dict[str, str]:
    value, path = built(tmp_path, name)
    report = Report()
    data = document(value, file=path, name=name, shown=lambda file: Path(file).name)
    tree = read_document(Source("program.py", PROGRAM), Authored(data), report)
    assert not list(report)
    assert tree is not None
    return {
        _shown(node): f"{node.span.line}:{node.span.column} {node.span.text}" for node in walk(tree)
    }


def _shown(node: Any) -> str:
    return repr(plain(node)) if isinstance(node, Lit | Seq | Map) else "?"


def test_every_argument_of_a_call_has_its_own_place(tmp_path: Path) -> None:
    places = spelled(tmp_path, "main")
    assert places["'at0'"] == "3:5 section(y=7)"
    assert places["'y'"] == "3:13 y"
    assert places["1"] == "5:10 ä"  # what a name stands for is at the name
    assert places["'name'"] == "3:19 name"
    assert places["'ü'"] == '3:24 "ü"'
    assert places["'kind'"] == "3:29 kind"
    assert places["'deep'"] == '4:15 "deep"'
    assert places["'er'"] == "4:28 er"
    assert places["2"] == "4:31 2"
    assert places["'late'"] == "5:5 late"
    assert places["'spread'"] == '6:8 "spread"'
    assert places["3"] == "6:18 3"


def test_plain_data_has_the_places_of_its_display(tmp_path: Path) -> None:
    places = spelled(tmp_path, "plain")
    assert places["'component'"] == '8:18 "component"'
    assert places["[1, 2]"] == "8:47 [1, 2]"
    assert places["2"] == "8:51 2"


def test_calls_in_a_loop_have_the_place_of_the_call(tmp_path: Path) -> None:
    value, _ = built(tmp_path, "many")
    assert isinstance(value, list)
    sites = {PLACES.site(each.written.call).place[1:] for each in value}
    assert sites == {(9, 9, 9, 26)}


def test_a_call_of_code_without_a_text_has_its_line() -> None:
    found: dict[str, Any] = {"__name__": "elsewhere", "section": Held}
    exec(compile("\n\nmain = section(a=1)", "<nowhere>", "exec"), found)
    call = found["main"].written.call
    assert isinstance(call, Call)
    assert PLACES.site(call).place == ("<nowhere>", 3, 8, 3, 20)
    data = document(found["main"])
    tree, report = read(data)
    assert (plain(tree), report) == ({"a": 1}, [])


def ring() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


NO_DATA = {
    "set": ({1}, "PXC032"),
    "function": (ring, "PXC032"),
    "class": (section, "PXC032"),
    "bytes": (b"x", "PXC032"),
    "ring": (ring(), "PXC032"),
    "key": ({(1, 2): 3}, "PXC032"),
    "surrogate": ("\ud800", "PXC024"),
    "deep": (__import__("functools").reduce(lambda a, _: [a], range(101), 1), "PXC015"),
}


@pytest.mark.parametrize("name", NO_DATA)
def test_what_is_no_data_is_a_fault_that_can_be_handed_over(name: str) -> None:
    value, code = NO_DATA[name]
    with pytest.raises(AuthorFault) as raised:
        document({"run": value})
    assert raised.value.diagnostic.code.id == code
    _, found = read(fault_document(raised.value))
    assert found == [(code, "a.py:1:1", raised.value.message)]


def test_what_stands_for_data_is_data() -> None:
    from datetime import date, datetime, timedelta
    from enum import Enum
    from pathlib import PurePosixPath

    class Color(Enum):
        RED = "red"

    class Two:
        shape = (2,)

        def tolist(self) -> list[int]:
            return [1, 2]

    class Zero:
        shape = ()

        def item(self) -> float:
            return 0.5

    given = [
        Color.RED,
        date(2027, 3, 1),
        datetime(2027, 3, 1, 4),
        PurePosixPath("a/b"),
        Zero(),
        (1,),
        Two(),
        timedelta(minutes=2),
    ]
    tree, _ = read(document({"k": given}))
    assert plain(tree) == {
        "k": ["red", "2027-03-01", "2027-03-01T04:00:00", "a/b", 0.5, [1], [1, 2], 120]
    }


def test_findings_of_a_program_point_into_it_and_have_no_fix() -> None:
    text = 'main = {"kind": "component", "nmae": "x", ...}\n'
    container = ["m", None, [[s("image"), s("a:1")]]]
    entries = [
        [s("kind"), s("component")],
        [s("nmae", [0, 1, 30, 1, 36]), s("x")],
        [s("run"), ["m", None, [[s("kind"), s("job")], [s("container"), container]]]],
    ]
    data = {"files": ["a.py"], "tree": ["m", [0, 1, 8, 1, 47], entries]}
    given = SourceText("a.py", text.encode(), Authored(json.dumps(data).encode()))
    (found,) = lint_request(Request(files=(given,))).report
    assert found.code.id == "PXC102"
    assert (str(found.span), found.span.text, found.fix) == ("a.py:1:30", '"nmae"', None)


def test_numbers_that_json_has_not() -> None:
    numbers = [math.inf, -math.inf, 2**64, -(2**64)]
    tree, _ = read(document({"k": numbers}))
    assert plain(tree) == {"k": numbers}
