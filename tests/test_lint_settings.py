"""Which findings are told: settings files, presets, ignore comments, the baseline."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pxc.codes import CODES
from pxc.diagnostics import Report
from pxc.driver import Request, SourceText, lint_request
from pxc.driver.disk import read_plain_yaml
from pxc.lint.baseline import Baseline, BaselineError
from pxc.lint.comments import comments
from pxc.lint.ignores import read_ignores
from pxc.lint.select import Selection, codes_of
from pxc.lint.settings import Settings
from pxc.lint.settings_file import SettingsError, SettingsFinder, read_settings
from pxc.source import Source
from tests.command_line import write
from tests.conftest import ROOT
from tests.console import run
from tests.reading import describe

LATEST = 'kind: component\nrun: {kind: job, container: {image: "a:latest"}}'


def read_yaml(path: Path) -> Any:
    report = Report()
    tree = read_plain_yaml(str(path), path.read_bytes(), report)
    if report.has_errors:
        raise ValueError(next(iter(report)).message)
    return tree


def lint(text: str, **selection: Any) -> list[str]:
    settings = Settings(selection=Selection(**selection))
    request = Request(files=(SourceText("file.yaml", text.encode()),), settings=settings)
    return [describe(d) for d in lint_request(request).report]


SELECTIONS = [
    ({}, "PXC504", True),
    ({}, "PXC501", False),
    ({"preset": "strict"}, "PXC501", True),
    ({"preset": "gitops"}, "PXC506", True),
    ({"preset": "gitops"}, "PXC501", False),
    ({"preset": "minimal"}, "PXC504", False),
    ({"preset": "minimal"}, "PXC204", True),
    ({"ignore": ("PXC504",)}, "PXC504", False),
    ({"ignore": ("image-latest",)}, "PXC504", False),
    ({"ignore": ("PXC5",)}, "PXC504", False),
    ({"ignore": ("ALL",)}, "PXC504", False),
    ({"ignore": ("ALL",)}, "PXC101", True),
    ({"ignore": ("PXC001",)}, "PXC001", True),
    ({"select": ("PXC504",)}, "PXC504", True),
    ({"select": ("PXC504",)}, "PXC207", False),
    ({"select": ("PXC504",)}, "PXC103", True),
    ({"select": ("ALL",)}, "PXC501", True),
    ({"extend_select": ("PXC501",)}, "PXC501", True),
    ({"extend_select": ("PXC501",)}, "PXC504", True),
    ({"select": ("PXC5",), "ignore": ("PXC50",)}, "PXC504", False),
    ({"select": ("PXC504",), "ignore": ("PXC5",)}, "PXC504", True),
    ({"select": ("PXC504",), "ignore": ("PXC504",)}, "PXC504", False),
]


@pytest.mark.parametrize(("selection", "code", "holds"), SELECTIONS)
def test_selection(selection: dict[str, Any], code: str, holds: bool) -> None:
    assert Selection(**selection).holds(CODES[code]) is holds


@given(st.sampled_from(sorted(CODES)), st.sampled_from(["default", "strict", "gitops", "minimal"]))
def test_presets_lie_in_strict_and_what_is_ignored_is_gone(code: str, preset: str) -> None:
    one = CODES[code]
    assert Selection(preset="strict").holds(one)
    gone = not Selection(preset=preset, ignore=(code,)).holds(one)
    assert gone or (one.severity.name == "ERROR" and code < "PXC2")
    assert one in codes_of(code[:4])
    assert one in codes_of(one.slug)


IGNORED = [
    ("on the line", f"{LATEST} # pxc: ignore[PXC504] pinned\n", []),
    ("by name", f"{LATEST} # pxc: ignore[image-latest]\n", []),
    ("above", LATEST.replace("run:", "# pxc: ignore[PXC504] pinned\nrun:") + "\n", []),
    ("above, over comments", LATEST.replace("run:", "# pxc: ignore[PXC504]\n\n# b\nrun:") + "\n", []),
    ("the whole file", f"{LATEST}\n# pxc: ignore-file[PXC504] a playground\n", []),
    ("one of several", f"{LATEST} # pxc: ignore[PXC504, PXC110]\n", ["PXC902 2:72 PXC110"]),
    ("another code", f"{LATEST} # pxc: ignore[PXC207]\n",
     ["PXC504 2:37 \"a:latest\"", "PXC902 2:64 PXC207"]),
    ("a code that does not hold", f"{LATEST} # pxc: ignore[PXC504, PXC501]\n", []),
    ("another line", f"# pxc: ignore[PXC504]\n{LATEST}\n",
     ["PXC902 1:15 PXC504", "PXC504 3:37 \"a:latest\""]),
    ("no rule", f"{LATEST} # pxc: ignore\n", ["PXC504 2:37 \"a:latest\"", "PXC903 2:57 ignore"]),
    ("unknown", f"{LATEST} # pxc: ignore[PXC504, nothing]\n", ["PXC903 2:72 nothing"]),
    ("in a text", f"name: '# pxc:ignore[PXC504]'\n{LATEST}\n",
     ["PXC112 1:7 '# pxc:ignore[PXC504]'"]),
    ("the ignore itself", f"{LATEST} # pxc: ignore[PXC504, PXC110, PXC902]\n", []),
    ("an error of the shape", "nmae: a # pxc: ignore[PXC102]\n" + LATEST.replace("kind: component\n", ""),
     ["PXC102 1:1 nmae", "PXC902 1:23 PXC102"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [row[1:] for row in IGNORED], ids=[r[0] for r in IGNORED]
)
def test_ignores(text: str, expected: list[str]) -> None:
    assert lint(text) == expected


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        (" # pxc: ignore[PXC207]", ""),
        (" # pxc: ignore[PXC207, PXC504]", " # pxc: ignore[PXC504]"),
        (" # pxc: ignore[PXC504, PXC207] why", " # pxc: ignore[PXC504] why"),
    ],
)
def test_the_fix_of_an_unused_ignore_deletes_it(comment: str, left: str) -> None:
    text = f"{LATEST}{comment}\n"
    request = Request(files=(SourceText("file.yaml", text.encode()),))
    (found,) = [d for d in lint_request(request).report if d.code.id == "PXC902"]
    assert found.fix is not None
    assert found.fix.safe
    ((span, new),) = found.fix.edits
    assert text[: span.start] + new + text[span.end :] == f"{LATEST}{left}\n"


def test_an_error_tells_nothing_of_unused_ignores() -> None:
    text = "kind: component\n# pxc: ignore[PXC504]\nrun: {kind: jbo, container: {image: a}}\n"
    assert [line[:6] for line in lint(text)] == ["PXC109"]


COMMENTS = [
    ("a: 1 # yes", ["# yes"]),
    ("a: x#no", []),
    ("a: 'it''s # no' # yes", ["# yes"]),
    ('a: "\\" # no" # yes', ["# yes"]),
    ("a: it's # yes", ["# yes"]),
    ("a: |\n  # no\nb: 1 # yes", ["# yes"]),
    ("a: | # yes\n  # no\n\n  # no\n# yes", ["# yes", "# yes"]),
    ("- >-\n  # no\n- 1 # yes", ["# yes"]),
    ("- a: |\n    # no\n  b: 1 # yes", ["# yes"]),
    ("a: 'one\n  # no\n  end' # yes", ["# yes"]),
    ("a: [x, 'y # no'] # yes", ["# yes"]),
    ("a: !!str 'x # no' # yes", ["# yes"]),
]


@pytest.mark.parametrize(("text", "expected"), COMMENTS)
def test_comments(text: str, expected: list[str]) -> None:
    assert [text[s:e] for s, e in comments(text)] == expected


@pytest.mark.parametrize(
    "path", sorted((ROOT / "golden").glob("*/*.yaml")), ids=lambda p: p.parent.name
)
def test_what_is_taken_for_a_comment_means_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    bare = text
    for start, end in comments(text):
        bare = bare[:start] + " " * (end - start) + bare[end:]
    try:
        tree = yaml.serialize_all(yaml.compose_all(text))
    except yaml.YAMLError:
        return
    assert yaml.serialize_all(yaml.compose_all(bare)) == tree


@given(st.text(alphabet="#pxc: ignore[PXC504],-'\"|\n", max_size=60))
def test_ignores_never_fail_and_places_lie_inside(text: str) -> None:
    report = Report()
    for item in read_ignores(Source("a", text), report).items:
        assert 0 <= item.span.start < item.span.end <= len(text)


SETTINGS_FILES = [
    ("pyproject.toml", "[tool.pxc.lint]\npreset = 'strict'\n", "preset", "strict"),
    ("pyproject.toml", "[tool.pxc.lint]\nselect = ['PXC5']\n", "select", ("PXC5",)),
    (
        "pyproject.toml",
        "[tool.pxc.lint]\nextend-select = ['no-seed']\n",
        "extend_select",
        ("no-seed",),
    ),
    ("pxc.yaml", "lint: {ignore: [PXC504]}\n", "ignore", ("PXC504",)),
]


@pytest.mark.parametrize(("name", "text", "field", "value"), SETTINGS_FILES)
def test_settings_files(name: str, text: str, field: str, value: Any, tmp_path: Path) -> None:
    write(tmp_path, {name: text})
    found = read_settings(tmp_path / name, read_yaml)
    assert found is not None
    assert getattr(found.selection, field) == value


WRONG_SETTINGS = [
    ("[tool.pxc.lint]\nselct = []\n", "did you mean `select`"),
    ("[tool.pxc.lint]\nselect = ['PXC999']\n", "no rule is named `PXC999`"),
    ("[tool.pxc.lint]\nselect = 'PXC5'\n", "must be a list"),
    ("[tool.pxc.lint]\npreset = 'loud'\n", "one of minimal"),
    ("[tool.pxc]\nlint = 3\n", "must be a map"),
    ("[tool.pxc.lint\n", "pyproject.toml"),
    ("[tool.pxc.lint]\nextend = 'pyproject.toml'\n", "leads back"),
    ("[tool.pxc.lint]\nextend = 'gone.toml'\n", "does not exist"),
    ("# a\n[tool.pxc.lint]\npreset = 'strict'\nignroe = []\n", "pyproject.toml:4: `ignroe`"),
    ("[tool.pxc.lnt]\npreset = 'strict'\n", "pyproject.toml:1: `lnt` is not a known section"),
    ("[tool.other]\nignore = 1\n[tool.pxc.lint]\nignore = 1\n", "pyproject.toml:4: `ignore`"),
    (
        "[tool.pxc.lint.severity]\nPXC504 = 'loud'\n",
        "toml:2: `severity` of `PXC504` is one of error",
    ),
    ("[tool.pxc.lint.severity]\nPXC999 = 'info'\n", "no rule is named `PXC999`"),
    ("[tool.pxc.lint]\nseverity = 'info'\n", "must map rules to severities"),
    (
        "[tool.pxc.lint.rules.PXC402]\nrusn = 2\n",
        "toml:2: `rusn` is not a known option of PXC402; did you mean `runs`",
    ),
    ("[tool.pxc.lint.rules.PXC402]\nruns = 0\n", "a whole number >= 1"),
    ("[tool.pxc.lint.rules.PXC504]\nruns = 1\n", "`PXC504` has no options"),
    ("[tool.pxc.lint]\nspec-version = 2.1\n", "write it in quotes"),
    ("[tool.pxc.lint]\nspec-version = '3.0'\n", "there is no release `3.0`"),
]


@pytest.mark.parametrize(("text", "said"), WRONG_SETTINGS)
def test_wrong_settings_are_wrong_use(text: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": text, "a.yaml": LATEST})
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_settings(tmp_path / "pyproject.toml", read_yaml)
    code, printed = run("pxc lint a.yaml", tmp_path)
    assert code == 2
    assert said in printed
    assert run("pxc lint --isolated a.yaml", tmp_path)[0] == 0


def test_the_nearest_settings_win_and_extend_others(tmp_path: Path) -> None:
    write(tmp_path, {
        "pyproject.toml": "[tool.pxc.lint]\nignore = ['PXC504']\n",
        "in/pxc.yaml": "lint: {extend: ../pyproject.toml, extend-select: [PXC501]}\n",
        "own/pxc.yaml": "lint: {preset: minimal}\n",
        "none/pxc.yaml": "catalog: x\n",
    })  # fmt: skip
    finder = SettingsFinder(read_yaml)
    (tmp_path / ".git").mkdir()
    assert finder.settings_of(tmp_path / "a.yaml").selection.ignore == ("PXC504",)
    inner = finder.settings_of(tmp_path / "in" / "a.yaml").selection
    assert (inner.ignore, inner.extend_select) == (("PXC504",), ("PXC501",))
    assert finder.settings_of(tmp_path / "own" / "a.yaml").selection == Selection(preset="minimal")
    assert finder.settings_of(tmp_path / "none" / "a.yaml").selection.ignore == ("PXC504",)


def test_per_file_ignores_and_options(tmp_path: Path) -> None:
    settings = "[tool.pxc.lint.per-file-ignores]\n'old/*' = ['PXC504']\n'*.tmp.yaml' = ['ALL']\n"
    write(tmp_path, {
        "pyproject.toml": settings, "a.yaml": LATEST, "old/a.yaml": LATEST, "x.tmp.yaml": LATEST,
    })  # fmt: skip
    concise = "pxc lint --format concise --fail-on warning"
    assert "a.yaml:2" in run(f"{concise} a.yaml", tmp_path)[1]
    assert run(f"{concise} old/a.yaml x.tmp.yaml", tmp_path)[0] == 0
    assert run(f"{concise} --isolated old/a.yaml", tmp_path)[0] == 1
    assert run(f"{concise} --ignore PXC504 a.yaml", tmp_path)[0] == 0
    assert run(f"{concise} --preset minimal a.yaml", tmp_path)[0] == 0
    assert "PXC501" in run(f"{concise} --select no-requests a.yaml", tmp_path)[1]
    assert run(f"{concise} --select PXC999 a.yaml", tmp_path)[0] == 2
    shown = run("pxc lint --show-config --select PXC5 a.yaml", tmp_path)[1]
    assert 'select = ["PXC5"]' in shown
    assert '"old/*" = ["PXC504"]' in shown


def test_the_baseline_survives_lines_and_shrinks(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": LATEST + "\n"})
    lint_it = "pxc lint --fail-on warning --baseline known.json"
    assert run(f"{lint_it} a.yaml", tmp_path)[0] == 2
    assert run(f"{lint_it} --write-baseline a.yaml", tmp_path)[0] == 0
    known = json.loads((tmp_path / "known.json").read_text())
    assert list(known["findings"]["a.yaml"]) == ["PXC504"]
    assert run(f"{lint_it} a.yaml", tmp_path)[0] == 0
    write(tmp_path, {"a.yaml": "# one more line\n" * 10 + LATEST + "\n"})
    assert run(f"{lint_it} a.yaml", tmp_path)[0] == 0
    write(tmp_path, {"b.yaml": LATEST + "\n"})
    assert run(f"{lint_it} a.yaml b.yaml", tmp_path)[0] == 1
    before = (tmp_path / "known.json").read_bytes()
    run(f"{lint_it} --prune-baseline a.yaml b.yaml", tmp_path)
    assert (tmp_path / "known.json").read_bytes() == before
    write(tmp_path, {"a.yaml": LATEST.replace("latest", "1.2") + "\n"})
    run(f"{lint_it} --prune-baseline a.yaml", tmp_path)
    assert json.loads((tmp_path / "known.json").read_text())["findings"] == {}


def test_a_baseline_counts(tmp_path: Path) -> None:
    text = "kind: component\nrun:\n  kind: job\n  sidecars:\n" + '    - {image: "a:latest"}\n' * 2
    text += '  container: {image: "a:1"}\n'

    def found(text: str) -> list[Any]:
        return list(lint_request(Request(files=(SourceText("a.yaml", text.encode()),))).report)

    two = found(text)
    assert [d.code.id for d in two] == ["PXC504", "PXC504"]
    known = Baseline.of(two[:1], str)
    assert Baseline.parse(known.text(), str).new(two) == two[1:]
    assert Baseline.of(two, str).new(two) == []
    broken = found("kind: compnent\n")
    assert Baseline.of(broken, str).new(broken) == broken


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 9}', '{"version": 1, "findings": {"a": 1}}']
)
def test_a_broken_baseline_is_wrong_use(text: str, tmp_path: Path) -> None:
    with pytest.raises(BaselineError):
        Baseline.parse(text, str)
    write(tmp_path, {"a.yaml": LATEST, "known.json": text})
    assert run("pxc lint --baseline known.json a.yaml", tmp_path)[0] == 2


def test_severities_are_overridden(tmp_path: Path) -> None:
    settings = "lint: {severity: {PXC5: info, image-latest: error, PXC207: off, PXC102: info}}\n"
    unused = "inputs: [{name: a, type: int}]\n"
    tagless = LATEST.replace(":latest", "")
    write(tmp_path, {
        "pxc.yaml": settings, "a.yaml": f"{unused}{LATEST}\n", "b.yaml": f"{tagless}\n",
        "c.yaml": LATEST.replace("container", "contaner"),
    })  # fmt: skip
    concise = "pxc lint --format concise"
    code, said = run(f"{concise} a.yaml", tmp_path)
    assert code == 1
    assert "PXC504 error" in said
    assert "PXC207" not in said
    assert "PXC503 info" in run(f"{concise} --extend-select PXC503 b.yaml", tmp_path)[1]
    assert "PXC102 error" in run(f"{concise} c.yaml", tmp_path)[1], "what hides all else stays"
    assert "PXC504 warning" in run(f"{concise} --isolated a.yaml", tmp_path)[1]
    shown = run("pxc lint --show-config a.yaml", tmp_path)[1]
    assert '"image-latest" = "error"' in shown
    code, said = run("pxc lint --format sarif a.yaml", tmp_path)
    assert [r["level"] for r in json.loads(said)["runs"][0]["results"]] == ["error"]


def test_the_closest_severity_counts_and_the_last_of_equals() -> None:
    said = (("PXC504", "error"), ("ALL", "info"), ("PXC50", "warning"), ("image-latest", "info"))
    settings = Settings(severity=said)
    assert settings.severity_of(CODES["PXC504"]).name == "INFO"
    assert settings.severity_of(CODES["PXC503"]).name == "WARNING"
    assert settings.severity_of(CODES["PXC605"]).name == "INFO"
    assert settings.severity_of(CODES["PXC101"]).name == "ERROR"
    assert not Settings(severity=(("PXC5", "off"),)).holds(CODES["PXC504"], "a.yaml")
    ignored = (("/", "*", ("ALL",)),)
    assert Settings(per_file=ignored).holds(CODES["PXC101"], "a.yaml")
    assert not Settings(per_file=ignored).holds(CODES["PXC504"], "a.yaml")


def test_a_rule_has_options(tmp_path: Path) -> None:
    grid = "{kind: grid, params: {a: {kind: choice, value: [1, 2, 3]}}}"
    text = f"version: 1.1\nkind: operation\nmatrix: {grid}\ncomponent:\n  inputs: [{{name: a}}]\n  "
    text += 'run: {kind: job, container: {image: "a:1", args: ["{{ a }}"]}}\n'
    write(tmp_path, {"a.yaml": text, "few.toml": "[tool.pxc.lint.rules.explosion]\nruns = 2\n"})
    assert run("pxc lint a.yaml", tmp_path)[1] == ""
    assert "PXC402" in run("pxc lint --config few.toml a.yaml", tmp_path)[1]
    shown = run("pxc lint --config few.toml --show-config a.yaml", tmp_path)[1]
    assert "[tool.pxc.lint.rules.PXC402]\nruns = 2" in shown


def test_one_settings_file_for_all(tmp_path: Path) -> None:
    write(tmp_path, {
        "a.yaml": LATEST, "pxc.yaml": "lint: {ignore: [PXC504]}\n", "other.toml": "[tool.x]\n",
        "loud.yaml": "lint: {severity: {PXC504: error}}\n",
    })  # fmt: skip
    assert run("pxc lint a.yaml", tmp_path) == (0, "")
    assert run("pxc lint --config loud.yaml a.yaml", tmp_path)[0] == 1
    assert run("pxc lint --config loud.yaml --isolated a.yaml", tmp_path)[0] == 2
    assert "no settings of lint" in run("pxc lint --config other.toml a.yaml", tmp_path)[1]


def test_each_folder_of_settings_has_its_baseline(tmp_path: Path) -> None:
    settings = "lint: {baseline: known.json}\n"
    write(tmp_path, {
        "one/pxc.yaml": settings, "one/a.yaml": LATEST, "two/pxc.yaml": settings,
        "two/in/b.yaml": LATEST, "c.yaml": LATEST,
    })  # fmt: skip
    strictly = "pxc lint --fail-on warning --format concise"
    code, said = run(f"{strictly} --write-baseline one two", tmp_path)
    assert code == 0
    assert said.count("1 finding written to") == 2
    assert "written to one/known.json" in said
    for folder, file in (("one", "a.yaml"), ("two", "in/b.yaml")):
        known = json.loads((tmp_path / folder / "known.json").read_text())
        assert list(known["findings"]) == [file]
    assert run(f"{strictly} one two", tmp_path)[0] == 0
    code, said = run(f"{strictly} .", tmp_path)
    assert code == 1
    assert [line.split(":")[0] for line in said.splitlines() if "PXC504" in line] == ["c.yaml"]
    write(tmp_path, {"two/in/b.yaml": LATEST.replace("latest", "1")})
    assert "taken out of two/known.json" in run(f"{strictly} --prune-baseline two", tmp_path)[1]
    assert json.loads((tmp_path / "two/known.json").read_text())["findings"] == {}
    assert json.loads((tmp_path / "one/known.json").read_text())["findings"]


def test_what_is_known_or_ignored_is_not_fixed(tmp_path: Path) -> None:
    old = "termination: {max_retries: 2}\n"
    new = "cache: {disable: true}\nplugins: {collect_logs: true}\n"
    write(tmp_path, {"a.yaml": old + LATEST.replace("latest", "1") + "\n"})
    assert run("pxc lint --write-baseline --baseline known.json a.yaml", tmp_path)[0] == 0
    text = new + (tmp_path / "a.yaml").read_text()
    write(tmp_path, {"a.yaml": text})
    run("pxc lint --fix --baseline known.json a.yaml", tmp_path)
    assert (tmp_path / "a.yaml").read_text() == text.replace("collect_logs", "collectLogs")
    ignored = text.replace("true}\nt", "true} # pxc: ignore[PXC110] as it is elsewhere\nt")
    write(tmp_path, {"a.yaml": ignored})
    run("pxc lint --fix a.yaml", tmp_path)
    assert (tmp_path / "a.yaml").read_text() == ignored.replace("max_retries", "maxRetries")


def test_reasons_can_be_demanded() -> None:
    for reason, found in ((" the registry pins it", []), ("", ["PXC904"]), (" - ", ["PXC904"])):
        text = f"{LATEST} # pxc: ignore[PXC504]{reason}\n"
        assert [d.split()[0] for d in lint(text, extend_select=("PXC904",))] == found
        assert lint(text) == []
