"""The formats for machines: each kept to a schema, whatever stands in messages and file names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.codes import CODES
from pxc.diagnostics import Diagnostic, Fix, Note, Report, Severity
from pxc.render import FORMATS, renderer, summarize
from pxc.render.excerpt import visible
from pxc.render.fingerprint import fingerprints
from pxc.source import Source, Span
from tests.command_line import program, run, write
from tests.conftest import ROOT
from tests.engines import place

Found = list[Diagnostic]

TRAIN = Source(
    "jobs/train.yaml",
    "kind: component\nrun:\n  kind: job\n  container:\n    image: 日本\n    comand: [a]\n",
)
ODD = Source("a b,c:50%\n\x1b.yaml", "x: |\n  one\n  two\ny: {{ z }}\n")


def at(source: Source, text: str) -> Span:
    start = source.text.index(text)
    return Span(source, start, start + len(text))


def found_by(*added: tuple[str, str, Span, dict[str, Any]]) -> Found:
    report = Report()
    for code, message, span, more in added:
        report.add(code, message, span, **more)
    return report.sorted()


COMAND = at(TRAIN, "comand")
ALL = found_by(
    (
        "PXC102",
        "`comand` is not a field of a container",
        COMAND,
        {
            "label": "here",
            "notes": (Note("the {container}", at(TRAIN, "container")), Note("two\nlines")),
            "help": "did you mean `command`?",
            "fix": Fix("write `command`", ((COMAND, "command"),)),
        },
    ),
    ("PXC205", "100%: a,b\r\n::error::x", at(ODD, "|\n  one\n  two\n"), {}),
    (
        "PXC011",
        "`{{ z }}` is a map & <b>\"'\x00\ud800",
        at(ODD, "{{ z }}"),
        {"fix": Fix("quote it", ((at(ODD, "{{ z }}"), "'{{ z }}'"),), safe=False)},
    ),
    ("PXC117", "read as a job", at(TRAIN, "日本"), {}),
    ("PXC021", "`/tmp/caf\udce9 1.yaml` does not exist", Span(Source("/tmp/caf\udce9 1.yaml", ""), 0, 0), {}),
)  # fmt: skip


def rendered(format_: str, found: Found) -> str:
    text = renderer(format_)(found, summarize(found, 3))
    text.encode()  # no half of a surrogate pair
    return text


@cache
def validator(path: str, definition: str = "") -> jsonschema.Draft202012Validator:
    """The judge of a schema's documents, or of what one of its definitions describes."""
    schema = json.loads((ROOT / path).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    if definition:
        schema = {"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}
    return jsonschema.Draft202012Validator(schema)


def judge(text: str, path: str) -> Any:
    """The JSON of a text, after a schema accepted it."""
    document = json.loads(text)
    validator(path).validate(document)
    return document


@cache
def published_sarif() -> jsonschema.Draft4Validator | None:
    """The judge of the whole published schema, where `make engines` has put it."""
    path = place.CACHE / "schemas" / "sarif-2.1.0.json"
    if not path.is_file():
        return None
    return jsonschema.Draft4Validator(json.loads(path.read_text("utf-8")))


def test_the_published_schema_of_sarif_is_here() -> None:
    if published_sarif() is None:
        pytest.skip("SKIPPED: no published schema of SARIF, `make engines` installs it")


def sarif(found: Found) -> Any:
    text = rendered("sarif", found)
    whole = published_sarif()
    if whole is not None:
        whole.validate(json.loads(text))
    return judge(text, "tests/schemas/sarif-subset.json")


def gitlab(found: Found) -> Any:
    return judge(rendered("gitlab", found), "tests/schemas/gitlab-code-quality.json")


def jsonl(found: Found) -> Any:
    text = rendered("jsonl", found)
    assert not text or text.endswith("\n")
    objects = [json.loads(line) for line in text.split("\n")[:-1]]
    for document in objects:
        validator("pxc/render/diagnostics.schema.json", "diagnostic").validate(document)
    return objects


def github(found: Found) -> list[tuple[str, dict[str, str], str]]:
    """Each workflow command as the runner reads it: its name, its properties, its message."""
    read = []
    for line in rendered("github", found).split("\n")[:-1]:
        match = re.fullmatch(r"::(error|warning|notice) ([^\r]*?)::([^\r]*)", line)
        assert match, line
        pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
        read.append((match[1], {k: unescaped(v) for k, v in pairs.items()}, unescaped(match[3])))
    return read


def unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n")):
        text = text.replace(code, character)
    return text.replace("%25", "%")


def junit(found: Found) -> ElementTree.Element:
    """The report, after its counts and its form were held to what build servers read."""
    root = ElementTree.fromstring(rendered("junit", found))
    assert root.tag == "testsuites"
    assert {suite.tag for suite in root} == {"testsuite"}
    for level in (root, *root):
        cases = list(level.iter("testcase"))
        outcomes = [child.tag for case in cases for child in case]
        assert set(outcomes) <= {"failure", "skipped"}
        assert all(len(case) <= 1 for case in cases)
        assert level.attrib["tests"] == str(len(cases))
        assert level.attrib["failures"] == str(outcomes.count("failure"))
        assert level.attrib["skipped"] == str(outcomes.count("skipped"))
        assert level.attrib["errors"] == "0"
    for suite in root:
        names = [(case.attrib["classname"], case.attrib["name"]) for case in suite]
        assert all(class_ and name for class_, name in names)
        assert set(suite.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}
        for case in suite:
            assert set(case.attrib) <= {"classname", "name", "file", "line", "time"}
            assert all(set(child.attrib) <= {"type", "message"} for child in case)
    return root


_ERROR = ["line", "column", "severity", "message", "source"]


def checkstyle(found: Found) -> ElementTree.Element:
    """The report, held to the elements and attributes that readers of Checkstyle know."""
    root = ElementTree.fromstring(rendered("checkstyle", found))
    assert (root.tag, root.attrib) == ("checkstyle", {"version": "4.3"})
    for file in root:
        assert (file.tag, list(file.attrib)) == ("file", ["name"])
        for error in file:
            assert (error.tag, list(error.attrib), len(error)) == ("error", _ERROR, 0)
            assert error.attrib["severity"] in ("error", "warning", "info")
            assert int(error.attrib["line"]) > 0
            assert int(error.attrib["column"]) > 0
    assert sum(map(len, root)) == len(found)
    return root


def markdown(found: Found) -> list[list[str]]:
    """The cells of the table, as they are cut at the bars that no backslash stands before."""
    lines = rendered("markdown", found).split("\n")
    assert lines.pop() == ""
    assert all(line.isprintable() for line in lines)
    head, rows = lines[0], lines[4:]
    assert head.startswith("**pxc**: ")
    assert len(rows) == len(found)
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]
    assert all(len(row) == 4 for row in cells), cells
    assert not any(re.search(r"<(?!br>)", prose(row[3])) for row in cells)
    return [[cell.strip() for cell in row] for row in cells]


def prose(cell: str) -> str:
    """A cell without its code spans, which may hold anything."""
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", cell)


def concise(found: Found) -> list[str]:
    lines = rendered("concise", found).split("\n")
    assert lines.pop() == ""
    assert all(line.isprintable() for line in lines)
    return lines


JUDGES: dict[str, Callable[[Found], Any]] = {
    "concise": concise, "github": github, "gitlab": gitlab, "jsonl": jsonl, "junit": junit,
    "sarif": sarif, "checkstyle": checkstyle, "markdown": markdown,
}  # fmt: skip


def test_every_format_has_a_judge() -> None:
    assert {*JUDGES, "text", "json"} == set(FORMATS)


@pytest.mark.parametrize("format_", JUDGES)
def test_findings_of_all_sorts(format_: str) -> None:
    JUDGES[format_](ALL)


@pytest.mark.parametrize("format_", JUDGES)
def test_the_same_findings_are_the_same_bytes(format_: str) -> None:
    assert rendered(format_, ALL) == rendered(format_, ALL)


NOTHING = {"concise": "", "github": "", "jsonl": "", "gitlab": "[]\n"}


@pytest.mark.parametrize("format_", JUDGES)
def test_no_findings(format_: str) -> None:
    JUDGES[format_]([])
    if format_ in NOTHING:
        assert rendered(format_, []) == NOTHING[format_]


def texts(shortest: int, longest: int) -> st.SearchStrategy[str]:
    """Any text, halves of surrogate pairs among it."""
    characters = st.characters(exclude_categories=())
    return st.text(characters, min_size=shortest, max_size=longest)


@pytest.mark.parametrize("format_", JUDGES)
@settings(max_examples=60, deadline=None)
@given(text=texts(0, 40), name=texts(1, 20), data=st.data())
def test_any_text_keeps_the_form(format_: str, text: str, name: str, data: st.DataObject) -> None:
    source = Source(name, text)
    start = data.draw(st.integers(0, len(text)))
    span = Span(source, start, data.draw(st.integers(start, len(text))))
    more = {
        "label": text,
        "help": text,
        "notes": (Note(text, span), Note(text), Note(text, span)),
        "fix": Fix(text, ((span, text),)),
    }
    code = data.draw(st.sampled_from(sorted(CODES)))
    JUDGES[format_](found_by((code, text or "x", span, more)))


def test_concise_lines() -> None:
    assert concise(ALL) == [
        "/tmp/caf\\udce9 1.yaml:1:1: PXC021 error `/tmp/caf\\udce9 1.yaml` does not exist",
        "a b,c:50%\\n\\x1b.yaml:1:4: PXC205 warning 100%: a,b\\r\\n::error::x",
        "a b,c:50%\\n\\x1b.yaml:4:4: PXC011 error `{{ z }}` is a map & <b>\"'\\x00\\ud800",
        "jobs/train.yaml:5:12: PXC117 info read as a job",
        "jobs/train.yaml:6:5: PXC102 error `comand` is not a field of a container",
    ]


def test_editors_read_concise_lines_as_the_document_says() -> None:
    text = (ROOT / "docs" / "editor.md").read_text("utf-8")
    settings_, tasks = (
        json.loads(b) for b in re.findall(r"^```json\n(.*?)^```", text, re.M | re.S)
    )
    assert list(settings_["yaml.schemas"]) == ["./polyaxonfile.schema.json"]
    pattern = tasks["tasks"][0]["problemMatcher"]["pattern"]
    read = [re.fullmatch(pattern["regexp"], line) for line in concise(ALL)]
    places = [(m[pattern["file"]], int(m[pattern["line"]]), m[pattern["code"]]) for m in read if m]
    assert places == [(visible(d.span.source.name), d.span.line, d.code.id) for d in ALL]


def test_github_commands() -> None:
    _, several_lines, one_line, remark, error = github(ALL)
    assert several_lines == (
        "warning",
        {"file": "a b,c:50%\\n\\x1b.yaml", "line": "1", "endLine": "3", "title": "PXC205 unknown-param"},
        "100%: a,b\\r\n::error::x",
    )  # fmt: skip
    assert one_line[1]["col"] == "4"
    assert one_line[1]["endColumn"] == "11"
    assert remark[0] == "notice"
    assert error[2] == (
        "`comand` is not a field of a container\nhere\n"
        "note: the {container} (jobs/train.yaml:4:3)\nnote: two\nlines\n"
        "help: did you mean `command`?\nfix: write `command`"
    )


def test_github_escapes_as_the_runner_reads() -> None:
    line = rendered("github", ALL).split("\n")[1]
    assert line == (
        "::warning file=a b%2Cc%3A50%25\\n\\x1b.yaml,line=1,endLine=3,title=PXC205 unknown-param"
        "::100%25: a,b\\r%0A::error::x"
    )


def test_gitlab_issues() -> None:
    issues = gitlab(ALL)
    assert [i["severity"] for i in issues] == ["major", "minor", "major", "info", "major"]
    assert issues[4]["check_name"] == "PXC102 misspelled-field"
    assert issues[4]["location"] == {"path": "jobs/train.yaml", "lines": {"begin": 6, "end": 6}}
    assert issues[1]["location"]["lines"] == {"begin": 1, "end": 3}


def test_sarif_results() -> None:
    run_ = sarif(ALL)["runs"][0]
    results = run_["results"]
    assert run_["columnKind"] == "unicodeCodePoints"
    assert [r["level"] for r in results] == ["error", "warning", "error", "note", "error"]
    missing, _, quoted, _, comand = results
    assert missing["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "file:///tmp/caf%E9%201.yaml"}
    }
    place = quoted["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == ODD.name
    assert quoted["message"]["text"].startswith("`{{{{ z }}}}` is a map")
    assert quoted["fixes"][0]["description"]["text"] == "quote it (unsafe)"
    assert comand["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 6, "startColumn": 5, "endLine": 6, "endColumn": 11,
    }  # fmt: skip
    assert comand["relatedLocations"][0]["message"] == {"text": "the {{container}}"}
    assert comand["fixes"][0]["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 6, "startColumn": 5, "endLine": 6, "endColumn": 11},
            "insertedContent": {"text": "command"},
        }
    ]
    for result in results:
        assert run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_rules_have_the_pages_of_their_codes() -> None:
    source = Source("a", "b")
    every = found_by(*((code, "x", Span(source, 0, 1), {}) for code in CODES))
    shown = {d.code.id for d in every}
    rules = {rule["id"]: rule for rule in sarif(every)["runs"][0]["tool"]["driver"]["rules"]}
    assert set(rules) == shown
    for code, rule in rules.items():
        assert "## Why it matters" in rule["help"]["markdown"], code
        assert "](" not in re.sub(r"```.*?```", "", rule["help"]["text"], flags=re.S), code
        assert rule["shortDescription"]["text"].endswith("."), code


def test_junit_report() -> None:
    root = junit(ALL)
    assert [suite.attrib["name"] for suite in root] == [
        "/tmp/caf\\udce9 1.yaml", "a b,c:50%\\n\\x1b.yaml", "jobs/train.yaml",
    ]  # fmt: skip
    remark, error = root[2]
    assert remark[0].tag == "skipped"
    assert error.attrib["name"] == "PXC102 misspelled-field at 6:5"
    assert error[0].attrib == {"type": "error", "message": "`comand` is not a field of a container"}
    assert (error[0].text or "").split("\n")[0] == "jobs/train.yaml:6:5"


def test_a_clean_junit_report_has_a_case_that_passes() -> None:
    (suite,) = junit([])
    assert [case.attrib["name"] for case in suite] == ["no findings"]


def test_checkstyle_report() -> None:
    root = checkstyle(ALL)
    assert [file.attrib["name"] for file in root] == [
        "/tmp/caf\\udce9 1.yaml", "a b,c:50%\\n\\x1b.yaml", "jobs/train.yaml",
    ]  # fmt: skip
    remark, error = root[2]
    assert remark.attrib["severity"] == "info"
    assert error.attrib["source"] == "pxc.PXC102.misspelled-field"
    assert error.attrib["message"].split("\n")[0] == "`comand` is not a field of a container"
    assert error.attrib["line"] == "6"
    assert len(checkstyle([])) == 0


def test_markdown_table() -> None:
    assert rendered("markdown", []) == "**pxc**: all clean: 3 files\n"
    rows = markdown(ALL)
    assert rows[-1][:3] == ["error", "PXC102 misspelled-field", "`jobs/train.yaml:6:5`"]
    assert rows[-1][3].startswith("`comand` is not a field of a container<br>here<br>note:")
    span = Span(TRAIN, 0, 1)
    odd = "`a|b` *c* [d](e) | <f> &amp; @g ``h` i"
    (row,) = markdown(found_by(("PXC101", odd, span, {})))
    assert row[3] == (
        "`a\\|b` &#42;c&#42; &#91;d&#93;(e) &#124; &lt;f&gt; &amp;amp; &#64;g &#96;`h` i"
    )


def faults(text: str, name: str = "a.yaml") -> Found:
    source = Source(name, text)
    places = [m.span() for m in re.finditer("bad", text)]
    return found_by(*(("PXC101", f"{s}", Span(source, s, e), {}) for s, e in places))


# Each text beside `a: bad\nb: [bad, bad]\n`, and how many of its three fingerprints stay.
MOVED = [
    ("# new\n\n\na: bad\nb: [bad, bad]\n", 3),
    ("  a:   bad\r\nb: [bad,  bad]\r\n", 3),
    ("b: [bad, bad]\n", 2),
    ("b: [bad, bad]\na: bad\n", 3),
    ("z: bad\nb: [bad, bad]\n", 2),
]


@pytest.mark.parametrize(("text", "kept"), MOVED)
def test_fingerprints_outlive_moves(text: str, kept: int) -> None:
    before = fingerprints(faults("a: bad\nb: [bad, bad]\n"))
    assert len(set(before)) == 3
    assert len(set(before) & set(fingerprints(faults(text)))) == kept


def test_fingerprints_tell_files_and_codes_apart() -> None:
    text = "a: bad\n"
    other = found_by(("PXC102", "0", faults(text)[0].span, {}))
    made = fingerprints([*faults(text), *faults(text, "b.yaml"), *other])
    assert len(set(made)) == 3


FILES = {
    "a.yaml": "version: 1.1\nkind: component\nrun: {kind: job, container: {image: 'a:1'}}\n",
    "b.yaml": "version: 1.1\nkind: component\nrun: {kind: job, contaner: {image: 'a:1'}}\n",
    "c/polyaxonfile.yaml": "version: 1.1\nkind: component\nrun: {kind: jbo}\n",
}


@pytest.mark.parametrize("format_", FORMATS)
def test_lint_writes_every_format(
    format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, FILES))
    ended = run("lint", "--format", format_, ".")
    assert ended.code == 1
    for code in ("PXC102", "PXC109"):
        assert code in ended.out
    assert "b.yaml" in ended.out
    assert "c/polyaxonfile.yaml" in ended.out
    people = format_ in ("text", "concise")
    assert ended.err == ("2 errors in 2 of 3 files\n" if people else "")
    clean = run("lint", "--format", format_, "a.yaml")
    assert clean.code == 0
    assert "PXC" not in clean.out


def test_compile_writes_formats_to_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, FILES))
    ended = run("compile", "--format", "github", "b.yaml")
    assert ended.out == ""
    assert ended.err.startswith("::error file=b.yaml,line=3,col=18,endColumn=26,endLine=3,")


def test_a_terminal_without_unicode(tmp_path: Path) -> None:
    write(tmp_path, {"日.yaml": FILES["b.yaml"]})
    ended = program(
        "lint", "--format", "concise", "日.yaml", cwd=tmp_path, PYTHONIOENCODING="ascii"
    )
    assert ended.out.startswith("\\u65e5.yaml:3:18: PXC102 error ")


def test_severities_of_every_format_cover_all() -> None:
    for severity in Severity:
        code = next(c.id for c in CODES.values() if c.severity is severity)
        one = found_by((code, "x", COMAND, {}))
        assert sarif(one)
        assert gitlab(one)
        assert github(one)
        assert len(list(junit(one).iter("testcase"))) == 1
