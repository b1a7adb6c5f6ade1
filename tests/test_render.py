"""Frames under the exact character, safe on any terminal; JSON that keeps its schema."""

from __future__ import annotations

import json
from unicodedata import category, east_asian_width

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.diagnostics import Diagnostic, Fix, Note, Report
from pxc.render import Summary, sentence, summarize
from pxc.render.excerpt import excerpt, visible
from pxc.render.json import render_json
from pxc.render.text import render_text
from pxc.source import Source, Span
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "pxc/render/diagnostics.schema.json").read_text())


def at(source: Source, text: str, nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = source.text.index(text, start + 1)
    return Span(source, start, start + len(text))


def diagnostics(
    *added: tuple[str, str, Span] | tuple[str, str, Span, dict[str, object]],
) -> list[Diagnostic]:
    report = Report()
    for code, message, span, *more in added:
        report.add(code, message, span, **(more[0] if more else {}))
    return report.sorted()


DIGITS = Source(
    "sklearn/digits/polyaxonfile.yml",
    "inputs:\n"
    "- {name: min_samples_leaf, type: int, value: 2}\n"
    "- {name: lr, type: float}\n"
    + "#\n" * 6
    + 'run: ["--min_samples_split={{ min_samples_split }}"]\n',
)


def test_the_whole_frame() -> None:
    found = diagnostics(
        (
            "PXC302",
            "`min_samples_split` is not an input, output or context value",
            at(DIGITS, "min_samples_split", 1),
            {
                "label": "renders as an empty string in Polyaxon",
                "notes": (
                    Note("did you mean this one?", at(DIGITS, "min_samples_leaf")),
                    Note("a component may have 2 inputs"),
                ),
                "help": "declare the input\nor pass a param",
                "fix": Fix("rename it", ((at(DIGITS, "min_samples_leaf"), "x"),), safe=False),
            },
        )
    )
    assert render_text(found) == (
        "error[PXC302] unknown-variable: "
        "`min_samples_split` is not an input, output or context value\n"
        "  --> sklearn/digits/polyaxonfile.yml:10:31\n"
        "   |\n"
        '10 | run: ["--min_samples_split={{ min_samples_split }}"]\n'
        "   |                               ^^^^^^^^^^^^^^^^^ "
        "renders as an empty string in Polyaxon\n"
        "   |\n"
        " 2 | - {name: min_samples_leaf, type: int, value: 2}\n"
        "   |          ---------------- did you mean this one?\n"
        "   = note: a component may have 2 inputs\n"
        "   = help: declare the input\n"
        "           or pass a param\n"
        "   = fix (unsafe): rename it\n"
        "   = pxc rule PXC302\n"
        "\n"
    )


def test_a_note_in_another_file_names_the_file() -> None:
    preset = Source("presets/gpu.yaml", "queue: a\n")
    found = diagnostics(
        ("PXC105", "x", at(DIGITS, "lr"), {"notes": (Note("set here", at(preset, "a")),)})
    )
    assert "\n ::: presets/gpu.yaml:1:8\n  |\n1 | queue: a\n  |        - set here\n" in (
        render_text(found)
    )


def test_a_missing_file_has_no_excerpt() -> None:
    found = diagnostics(("PXC021", "`a` does not exist", Span(Source("a", ""), 0, 0)))
    assert render_text(found) == (
        "error[PXC021] file-not-found: `a` does not exist\n --> a\n  = pxc rule PXC021\n\n"
    )


LINES = {
    "plain": ("a: bad\n", "bad", "a: bad", "   ^^^"),
    "crlf": ("a: bad\r\nb: 1\r\n", "bad", "a: bad", "   ^^^"),
    "tab before": ("a:\tbad\n", "bad", "a:    bad", "      ^^^"),
    "tab inside": ("a: b\td\n", "b\td", "a: b    d", "   ^^^^^^"),
    "wide before": ("日本: bad\n", "bad", "日本: bad", "      ^^^"),
    "wide inside": ("a: 日本\n", "日本", "a: 日本", "   ^^^^"),
    "combining before": ("e\u0301: bad\n", "bad", "e\u0301: bad", "   ^^^"),
    "combining first": ("a: e\u0301f\n", "\u0301f", "a: e\u0301f", "   ^^"),
    "emoji": ("🚀: bad\n", "bad", "🚀: bad", "    ^^^"),
    "escape sequence": ("\x1b[31m: bad\n", "bad", "\\x1b[31m: bad", "          ^^^"),
    "right to left": ("a\u202e: bad\n", "bad", "a\\u202e: bad", "         ^^^"),
    "zero width": ("\u200bb: bad\n", "bad", "\\u200bb: bad", "         ^^^"),
    "no-break space": ("a:\xa0bad\n", "bad", "a:\\xa0bad", "      ^^^"),
    "no line end": ("a: bad", "bad", "a: bad", "   ^^^"),
    "several lines": ("run:\n  a: 1\n  b: 2\nc: 1\n", "run:\n  a: 1\n  b: 2", "run:", "^^^^..."),
    "to the next line": ("a: 1\nb: 2\n", "1\n", "a: 1", "   ^"),
    "spaces, then more": ("a:   \n  - b\n", "a:   \n  - b", "a:", "^^..."),
}


@pytest.mark.parametrize("name", LINES)
def test_the_caret_is_under_the_exact_character(name: str) -> None:
    text, marked, line, marks = LINES[name]
    _, _, _, shown, under, *_ = render_text(
        diagnostics(("PXC105", "x", at(Source("f", text), marked)))
    ).split("\n")
    assert (shown, under) == (f"1 | {line}", f"  | {marks}")


EMPTY_SPANS = {
    "start": ("abc\n", 0, "abc", 0),
    "line end": ("abc\nd\n", 3, "abc", 3),
    "end after a line end": ("abc\n", 4, "", 0),
    "end without one": ("abc", 3, "abc", 3),
    "between CR and LF": ("abc\r\n", 4, "abc", 3),
}


@pytest.mark.parametrize("name", EMPTY_SPANS)
def test_an_empty_span_has_one_mark(name: str) -> None:
    text, offset, line, indent = EMPTY_SPANS[name]
    shown = excerpt(Span(Source("f", text), offset, offset), 80)
    assert (shown.text, shown.indent, shown.marks) == (line, indent, 1)


LONG = {
    "middle": ("x" * 500 + "HIT" + "y" * 500, "HIT", True, True),
    "start": ("HIT" + "y" * 500, "HIT", False, True),
    "end": ("x" * 500 + "HIT", "HIT", True, False),
    "all of it": ("H" * 500, "H" * 500, False, True),
    "wide": ("本" * 300 + "HIT" + "本" * 300, "HIT", True, True),
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_line_is_cut_around_the_span(name: str) -> None:
    text, marked, cut_left, cut_right = LONG[name]
    shown = excerpt(at(Source("f", text), marked), 160)
    assert columns(shown.text) <= 166
    assert (shown.text.startswith("..."), shown.text.endswith("...")) == (cut_left, cut_right)
    under = under_marks(shown.text, shown.indent, shown.marks)
    assert under == marked[: len(under)]
    assert under


def columns(text: str) -> int:
    return sum(
        0 if category(c) in ("Mn", "Me") else 2 if east_asian_width(c) in "WF" else 1 for c in text
    )


def under_marks(line: str, indent: int, marks: int) -> str:
    out = []
    column = 0
    for char in line:
        if indent <= column < indent + marks:
            out.append(char)
        column += columns(char)
    return "".join(out)


@given(st.text(), st.integers(0, 60), st.integers(0, 60), st.integers(10, 80))
def test_any_span_of_any_text_makes_one_safe_line(
    text: str, start: int, length: int, width: int
) -> None:
    start = min(start, len(text))
    span = Span(Source("f", text), start, min(start + length, len(text)))
    shown = excerpt(span, width)
    assert shown.text.isprintable()
    assert shown.marks >= 1
    assert columns(shown.text) <= width + 6
    assert shown.indent <= columns(shown.text) + 4  # trailing spaces may be cut, a tab is four


@given(
    st.text(alphabet=st.characters(codec="ascii", exclude_characters="\t\r\n"), min_size=1),
    st.data(),
)
def test_marks_are_under_what_the_span_covers(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    shown = excerpt(Span(Source("f", text), start, end), 4 * len(text) + 8)
    assert (
        under_marks(shown.text, shown.indent, shown.marks)
        == visible(text[start:end])[: len(shown.text) - shown.indent]
    )


@given(st.text(alphabet=st.characters()))
def test_what_is_shown_never_steers_a_terminal(text: str) -> None:
    found = diagnostics(
        (
            "PXC105",
            text,
            Span(Source(text, text), 0, len(text)),
            {
                "label": text,
                "help": text,
                "notes": (Note(text), Note(text, Span(Source(text, text), 0, 0))),
            },
        )
    )
    for line in render_text(found).split("\n"):
        assert line.isprintable()


def test_colours_are_the_only_escapes() -> None:
    found = diagnostics(("PXC105", "a\x1b[2J", at(DIGITS, "lr")))
    coloured = render_text(found, color=True)
    bare = coloured
    for code in ("1;31", "1;34", "1", "0"):
        bare = bare.replace(f"\x1b[{code}m", "")
    assert bare == render_text(found)
    assert coloured.startswith("\x1b[1;31merror[PXC105]\x1b[0m")


EVERYTHING = diagnostics(
    ("PXC105", "bad\ud800 text", at(DIGITS, "lr")),
    ("PXC021", "gone", Span(Source("caf\udce9.yaml", ""), 0, 0)),
    (
        "PXC205",
        "unused",
        at(DIGITS, "float"),
        {
            "label": "here",
            "help": "drop it",
            "notes": (Note("one"), Note("two", at(DIGITS, "int"))),
            "fix": Fix("do", ((at(DIGITS, "int"), "日本"),), safe=False),
        },
    ),
)


def test_json_keeps_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for found in ([], EVERYTHING):
        document = json.loads(render_json(found, summarize(found, 3)))
        jsonschema.validate(document, SCHEMA)


def test_the_schema_refuses_what_it_does_not_name() -> None:
    document = json.loads(render_json(EVERYTHING, summarize(EVERYTHING, 3)))
    document["diagnostics"][0]["extra"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_json_says_all_there_is() -> None:
    document = json.loads(render_json(EVERYTHING, summarize(EVERYTHING, 3)))
    assert document["summary"] == {
        "errors": 2, "warnings": 1, "infos": 0, "files": 3, "files_with_findings": 2,
    }  # fmt: skip
    by_code = {d["code"]: d for d in document["diagnostics"]}
    assert by_code["PXC021"]["file"] == "caf\\udce9.yaml"
    assert by_code["PXC105"]["message"] == "bad\\ud800 text"
    start = DIGITS.text.index("float")
    warning = by_code["PXC205"]
    assert warning["severity"] == "warning"
    assert warning["span"] == {
        "start": {"line": 3, "column": 20, "offset": start},
        "end": {"line": 3, "column": 25, "offset": start + 5},
    }
    assert warning["notes"][0] == {"message": "one", "file": None, "span": None}
    assert warning["fix"]["edits"][0]["text"] == "日本"


SENTENCES = [
    ((3, 1, 0, 14, 2), "3 errors, 1 warning in 2 of 14 files"),
    ((1, 0, 2, 1, 1), "1 error, 2 infos in 1 file"),
    ((0, 0, 0, 1, 0), "all clean: 1 file"),
    ((0, 0, 0, 14, 0), "all clean: 14 files"),
    ((1, 0, 0, 0, 0), "1 error"),
]


@pytest.mark.parametrize(("counts", "words"), SENTENCES)
def test_a_summary_in_words(counts: tuple[int, int, int, int, int], words: str) -> None:
    assert sentence(Summary(*counts)) == words
