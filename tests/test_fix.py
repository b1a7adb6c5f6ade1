"""Fixes: what each does to a text, what they leave alone, and when they are refused."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pxc.codes
from pxc.cli.fixing import difference, fix_text
from pxc.diagnostics import Fix, Report
from pxc.driver import Request, SourceText, lint_request
from pxc.grammar.rewrite import rewrite, selected
from pxc.source import Source, Span
from tests.code_pages import Example, examples_of
from tests.command_line import run
from tests.conftest import ROOT


def lint(given: SourceText) -> Report:
    return lint_request(Request(files=(given,), root=Path())).report


def fixed(text: str, *, unsafe: bool = False) -> tuple[str, list[str], list[str]]:
    """A text after its fixes, the codes they mended, and the codes that are left."""
    result = fix_text(SourceText("file.yaml", text.encode()), lint, unsafe=unsafe)
    mended = sorted({d.code.id for d in result.mended})
    return result.data.decode(), mended, [d.code.id for d in result.report]


def with_run(line: str) -> str:
    run = "run: {kind: job, container: {image: a:1}}\n"
    return f"version: 1.1\nkind: component\n{line}\n{run}"


def with_container(field: str) -> str:
    return f"version: 1.1\nkind: component\nrun:\n  kind: job\n  container:\n    image: a:1\n    {field}\n"


def with_input(fields: str) -> str:
    return with_run(f"inputs: [{{name: x, {fields}}}]")


SAFE = {
    "a value with a colon": ("PXC001", with_run("description: a: b"),
                             with_run('description: "a: b"')),
    "no space after a colon": ("PXC001", with_run("name:x"), with_run("name: x")),
    "a sign that starts no text": ("PXC001", with_run("description: @x"),
                                   with_run('description: "@x"')),
    "text after brackets": ("PXC001", with_run("description: [x] y"),
                            with_run('description: "[x] y"')),
    "number of YAML 1.2": ("PXC004", with_input("type: float, value: 1e-4"),
                           with_input("type: float, value: 1.0e-4")),
    "more than a float holds": ("PXC004", with_input("type: str, value: 1e999"),
                                with_input('type: str, value: "1e999"')),
    "word for a boolean": ("PXC005", with_input("type: bool, value: yes"),
                           with_input("type: bool, value: true")),
    "boolean word as a key": ("PXC005", with_input("type: dict, value: {on: 1}"),
                              with_input('type: dict, value: {"on": 1}')),
    "base 60": ("PXC006", with_input("type: str, value: 1:30"),
                with_input('type: str, value: "1:30"')),
    "date": ("PXC007", with_input("type: str, value: 2024-01-02"),
             with_input('type: str, value: "2024-01-02"')),
    "unquoted template": ("PXC011", with_run("queue: {{ globals.name }}"),
                          with_run('queue: "{{ globals.name }}"')),
    "template with quotes": ("PXC011", with_container('args: [{{ "a" }}]'),
                             with_container("args: ['{{ \"a\" }}']")),
    "leading zero": ("PXC020", with_input("type: str, value: 007"),
                     with_input('type: str, value: "007"')),
    "near field": ("PXC102", with_run("desciption: x"), with_run("description: x")),
    "near field of Kubernetes": ("PXC102", with_container("workingDirr: /x"),
                                 with_container("workingDir: /x")),
    "quoted number": ("PXC105", with_run('termination: {maxRetries: "3"}'),
                      with_run("termination: {maxRetries: 3}")),
    "number for text": ("PXC105", with_container("env: [{name: 1, value: a}]"),
                        with_container('env: [{name: "1", value: a}]')),
    "quoted boolean of Kubernetes": ("PXC105", with_container('tty: "true"'),
                                     with_container("tty: true")),
    "quoted number of Kubernetes": (
        "PXC105", with_container('ports: [{containerPort: "80"}]'),
        with_container("ports: [{containerPort: 80}]")),
    "snake case": ("PXC110", with_run("termination: {max_retries: 3}"),
                   with_run("termination: {maxRetries: 3}")),
    "snake case of Kubernetes": ("PXC110", with_container("working_dir: /x"),
                                 with_container("workingDir: /x")),
    "case of a word": ("PXC116", with_container("imagePullPolicy: always"),
                       with_container("imagePullPolicy: Always")),
    "unit with one meaning": ("PXC510", with_container("resources: {limits: {memory: 4gi}}"),
                              with_container("resources: {limits: {memory: 4Gi}}")),
}  # fmt: skip

UNSAFE = {
    "zero that is lost": ("PXC008", with_input("type: str, value: 1.10"),
                          with_input('type: str, value: "1.10"')),
    "resource": ("PXC101", with_container("resources: {limits: {gpu: 1}}"),
                 with_container("resources: {limits: {nvidia.com/gpu: 1}}")),
    "kind": ("PXC109", "version: 1.1\nkind: component\nrun: {kind: jobb, container: {image: a:1}}\n",
             "version: 1.1\nkind: component\nrun: {kind: job, container: {image: a:1}}\n"),
    "word": ("PXC116", with_run("trigger: all_suceeded"), with_run("trigger: all_succeeded")),
    "word of Kubernetes": ("PXC116", with_container("imagePullPolicy: Alwys"),
                           with_container("imagePullPolicy: Always")),
    "operator": ("PXC301", with_container('args: ["{{ true && false }}"]'),
                 with_container('args: ["{{ true and false }}"]')),
    "unit with two meanings": ("PXC510", with_container("resources: {limits: {memory: 4GB}}"),
                               with_container("resources: {limits: {memory: 4G}}")),
}  # fmt: skip


@pytest.mark.parametrize("name", SAFE)
def test_safe_fixes(name: str) -> None:
    code, bad, good = SAFE[name]
    text, mended, left = fixed(bad)
    assert text == good
    assert mended == [code]
    assert code not in left


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_fixes_are_applied_on_request_alone(name: str) -> None:
    code, bad, good = UNSAFE[name]
    text, mended, left = fixed(bad)
    assert (text, mended) == (bad, [])
    assert code in left
    text, mended, left = fixed(bad, unsafe=True)
    assert text == good
    assert mended == [code]
    assert code not in left


FOLDER = Path(pxc.codes.__file__).parent

EXAMPLES = [
    pytest.param(page.stem, example, id=f"{page.stem}:{example.line}")
    for page in sorted(FOLDER.glob("PXC*.md"))
    for example in examples_of(page.read_text("utf-8"))
    if example.verdict == "wrong" and not example.command
]


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_the_fix_of_a_wrong_example_mends_it(code: str, example: Example, tmp_path: Path) -> None:
    example.prepare(tmp_path)

    def check(given: SourceText) -> Report:
        example.data = given.data
        return example.outcome_in(tmp_path).report

    name = (tmp_path / "example.yaml").as_posix()
    original = SourceText(name, example.data)
    before = [d for d in check(original) if d.code.id == code and d.fix is not None]
    result = fix_text(original, check, unsafe=True)
    if before and before[0].fix and before[0].fix.edits[0][0].source.name == name:
        assert code in {d.code.id for d in result.mended}
        assert [d for d in result.report if d.code.id == code and d.fix is not None] == []
    else:
        assert code not in {d.code.id for d in result.mended}


def test_a_fix_keeps_everything_else(tmp_path: Path) -> None:
    bad = "# head\n\nversion: 1.1 # one\nkind:  component\nrun: # two\n    kind: job\n" \
        "    container: {image: 'a:1', working_dir: /x} # three\n# end"  # fmt: skip
    for line_end in ("\n", "\r\n"):
        for mark in (b"", b"\xef\xbb\xbf"):
            file = tmp_path / "a.yaml"
            file.write_bytes(mark + bad.replace("\n", line_end).encode())
            file.chmod(0o640)
            ran = run("lint", "--fix", file)
            assert ran.code == 0
            assert "fixed" in ran.err
            assert "PXC110" in ran.err
            good = bad.replace("working_dir", "workingDir").replace("\n", line_end)
            assert file.read_bytes() == mark + good.encode()
            assert file.stat().st_mode & 0o777 == 0o640


def test_json_stays_json() -> None:
    text = """{"version": 1.1, "kind": "component", "termination": {"max_retries": "3"},
 "run": {"kind": "job", "container": {"image": "a:1", "imagePullPolicy": "always"}}}"""
    after, mended, left = fixed(text)
    assert json.loads(after)["termination"] == {"maxRetries": 3}
    assert json.loads(after)["run"]["container"]["imagePullPolicy"] == "Always"
    assert (mended, left) == (["PXC105", "PXC110", "PXC116"], [])


def test_as_many_unquoted_templates_as_there_are() -> None:
    args = "".join(f"      - {{{{ globals.uuid }}}}{i}\n" for i in range(12))
    bad = f"version: 1.1\nkind: component\nrun:\n  kind: job\n  container:\n    image: a:1\n    args:\n{args}"
    after, mended, left = fixed(bad)
    assert after == re.sub(r"- (.*)", r'- "\1"', bad)
    assert (mended, left) == (["PXC011"], [])


def test_the_diff_writes_nothing(tmp_path: Path) -> None:
    _code, bad, good = SAFE["snake case"]
    file = tmp_path / "a.yaml"
    file.write_text(bad)
    ran = run("lint", "--diff", file)
    assert ran.code == 1
    assert "-termination: {max_retries: 3}\n+termination: {maxRetries: 3}\n" in ran.out
    assert "would fix" in ran.err
    assert file.read_text() == bad
    file.write_text(good)
    ran = run("lint", "--diff", file)
    assert (ran.code, ran.out) == (0, "")


def test_standard_input_is_fixed_to_standard_output() -> None:
    _code, bad, good = SAFE["snake case"]
    ran = run("lint", "--fix", "-", stdin=bad.encode())
    assert (ran.code, ran.out) == (0, good)
    ran = run("lint", "--fix", "-", stdin=good.replace("3}", "x}").encode())
    assert ran.code == 1
    assert ran.out == good.replace("3}", "x}")
    assert "PXC105" in ran.err


def test_a_link_is_followed_and_a_clean_file_not_touched(tmp_path: Path) -> None:
    _code, bad, good = SAFE["snake case"]
    (tmp_path / "real.yaml").write_text(bad)
    link = tmp_path / "link.yaml"
    link.symlink_to("real.yaml")
    assert run("lint", "--fix", link).code == 0
    assert link.is_symlink()
    assert (tmp_path / "real.yaml").read_text() == good
    before = (tmp_path / "real.yaml").stat()
    run("lint", "--fix", link)
    assert (tmp_path / "real.yaml").stat().st_ino == before.st_ino


def test_unsafe_fixes_alone_are_wrong_use() -> None:
    ran = run("lint", "--unsafe-fixes", "-", stdin=b"")
    assert ran.code == 2
    assert "--fix or --diff" in ran.err


def test_a_file_of_which_some_is_left(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(with_run("termination: {max_retries: three}"))
    ran = run("lint", "--fix", "--format", "json", file)
    assert ran.code == 1
    assert [d["code"] for d in json.loads(ran.out)["diagnostics"]] == ["PXC105"]
    assert "maxRetries: three" in file.read_text()


@pytest.mark.parametrize("value", ['"007"', '"--5"'])
def test_a_fix_that_does_not_help_is_refused(value: str) -> None:
    text = with_run(f"termination: {{maxRetries: {value}}}")
    assert fixed(text) == (text, [], ["PXC105"])


def test_what_is_ignored_is_not_fixed() -> None:
    text = with_run("termination: {max_retries: 3} # pxc: ignore[PXC110] as it came")
    assert fixed(text) == (text, [], [])


def test_a_rename_that_would_hide_another_field_is_refused() -> None:
    text = with_run("termination: {maxRetries: 1, max_retries: 3}")
    after, mended, left = fixed(text)
    assert (after, mended) == (text, [])
    assert "PXC110" in left or "PXC003" in left


def edit(source: Source, start: int, end: int, new: str) -> Fix:
    return Fix("fix", ((Span(source, start, end), new),))


REFUSED = {
    "it no longer parses": ("a: 1\nb: 2\n", (3, 4, "[")),
    "a key appears twice": ("a: 1\nb: 2\n", (5, 6, "a")),
    "another value changes": ("a: 1\nb: [1, 2]\n", (3, 4, "1\nb: 3 #")),
    "a value goes": ("a: 1\nb: 2\n", (4, 9, " # ")),
    "the fault stays where it is": ("a: [\n", (3, 4, "[[")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, (start, end, new) = REFUSED[name]
    source = Source("a.yaml", text)
    fix = edit(source, start, end, new)
    result = rewrite(source, [fix])
    assert (result.text, result.applied, result.refused) == (text, (), (fix,))


def test_one_refused_fix_does_not_keep_the_others() -> None:
    source = Source("a.yaml", "a: 1\nb: 2\nc: 3\n")
    fixes = [edit(source, 3, 4, "5"), edit(source, 5, 6, "a"), edit(source, 13, 14, "7")]
    result = rewrite(source, fixes)
    assert result.text == "a: 5\nb: 2\nc: 7\n"
    assert result.refused == (fixes[1],)


def test_fixes_of_other_sources_are_no_business_of_this_one() -> None:
    source, other = Source("a.yaml", "a: 1\n"), Source("a.yaml", "a: 1\n")
    assert rewrite(source, [edit(other, 3, 4, "2")]).text == "a: 1\n"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=8))
def test_selected_fixes_never_overlap(places: list[tuple[int, int]]) -> None:
    source = Source("a.yaml", "x" * 40)
    fixes = [edit(source, start, start + size, "y") for start, size in places]
    chosen = [fix.edits[0][0] for fix in selected(source, fixes)]
    assert all(a.end < b.start for a, b in pairwise(chosen))
    assert bool(chosen) == bool(places)
    assert [s.start for s in chosen] == [
        f.edits[0][0].start for f in selected(source, list(reversed(fixes)))
    ]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(sorted(SAFE)), min_size=1, max_size=3))
def test_fixing_twice_is_fixing_once(names: list[str]) -> None:
    for name in names:
        text, _, _ = fixed(SAFE[name][1], unsafe=True)
        assert fixed(text, unsafe=True)[:2] == (text, [])


@pytest.mark.parametrize(
    ("before", "after"), [("a\n", "b\n"), ("a", "b"), ("a\r\n", "a\n"), ("", "a\n")]
)
def test_a_difference_says_each_line(before: str, after: str) -> None:
    lines = difference("f", before.encode(), after.encode()).split("\n")
    assert lines[:2] == ["--- a/f", "+++ b/f"]
    gone = [line[1:] for line in lines[2:] if line.startswith("-")]
    come = [line[1:] for line in lines[2:] if line.startswith("+")]
    assert gone == [part for part in before.split("\n") if part]
    assert come == [part for part in after.split("\n") if part]


def test_goldens_and_examples_need_no_safe_fix() -> None:
    for file in sorted(
        (*(ROOT / "examples").glob("*.yaml"), *ROOT.glob("golden/[!w]*/polyaxonfile.yaml"))
    ):
        given = SourceText(file.name, file.read_bytes())
        assert fix_text(given, lint, unsafe=False).data == given.data, file
