"""Small files to lint, and the tests that every table of lint rules passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pxc.driver import Request, SourceText, lint_request
from pxc.lint.select import Selection
from pxc.lint.settings import Settings
from tests.reading import describe

DEFAULT = Settings()
ALL = Settings(selection=Selection(select=("ALL",)))

A = "inputs: [{name: a, type: int, value: 1}]\n"


def lint(text: str, settings: Settings = DEFAULT) -> list[str]:
    request = Request(
        files=(SourceText("file.yaml", text.encode()),), settings=settings, verify=True
    )
    return [describe(d) for d in lint_request(request).report]


def only(text: str, code: str) -> list[str]:
    found = lint(text, Settings(selection=Selection(select=(code,))))
    assert all(line.startswith(f"{code} ") for line in found)
    return [line.split(" ", 2)[2] for line in found]


def job(container: str = "", run: str = "", root: str = "") -> str:
    return f"kind: component\n{root}run:\n  kind: job\n{run}  container:\n    image: img:1\n{container}"


def args(*values: str) -> str:
    return "    args:\n" + "".join(f"      - {v}\n" for v in values)


def env(name: str, value: str) -> str:
    return f"    env:\n      - {{name: {name}, value: {value}}}\n"


def resources(text: str) -> str:
    return f"    resources: {{{text}}}\n"


def search(matrix: str, inputs: str = "{name: a, type: any}", arguments: str = "'{{ a }}'") -> str:
    return (
        f"kind: operation\nmatrix: {{{matrix}}}\ncomponent:\n  inputs: [{inputs}]\n"
        f"  run: {{kind: job, container: {{image: img:1, args: [{arguments}]}}}}\n"
    )


def dag(*operations: str) -> str:
    entries = "".join(f"    - {{name: {o}, container: {{image: 'img:1'}}}}\n" for o in operations)
    return f"kind: component\nrun:\n  kind: dag\n  operations:\n{entries}"


def rule_tests(
    bad: Sequence[tuple[str, str, str]],
    good: Sequence[tuple[str, str]],
    *,
    no_place: tuple[str, ...] = (),
) -> tuple[Callable[..., None], Callable[..., None], Callable[..., None]]:
    """The tests of one table: what is found, what is not, and that a comment quiets a finding.

    A row is the code, the file, and in `bad` what the finding marks; of those that mark one of
    `no_place` no comment can stand beside what is marked.
    """
    found = [f"{row[0]}-{at}" for at, row in enumerate(bad)]
    quiet = [row for row in bad if row[2] not in no_place]

    @pytest.mark.parametrize(("code", "text", "marked"), bad, ids=found)
    def test_bad(code: str, text: str, marked: str) -> None:
        assert only(text, code) == [marked]

    @pytest.mark.parametrize(
        ("code", "text"), good, ids=[f"{row[0]}-{at}" for at, row in enumerate(good)]
    )
    def test_good(code: str, text: str) -> None:
        assert only(text, code) == []

    @pytest.mark.parametrize(
        ("code", "text", "marked"), quiet, ids=[f"{row[0]}-{at}" for at, row in enumerate(quiet)]
    )
    def test_ignored(code: str, text: str, marked: str) -> None:
        (line_of_finding,) = lint(text, Settings(selection=Selection(select=(code,))))
        line = int(line_of_finding.split()[1].split(":")[0])
        lines = text.splitlines()
        lines[line - 1] += f" # pxc: ignore[{code}] a test"
        assert only("\n".join(lines) + "\n", code) == []

    return test_bad, test_good, test_ignored
