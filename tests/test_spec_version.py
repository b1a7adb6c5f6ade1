"""Files held to one release of Polyaxon: what it did not know yet, and what it knew no longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.grammar.declarations import PARAM_FIELDS
from pxc.grammar.language import OPERATION
from pxc.grammar.runtimes import OPAQUE, RUN
from pxc.grammar.search import SPACE
from pxc.grammar.shapes import ByKind, Choice, ListOf, MapOf, Model
from pxc.releases import RELEASES, Known, is_before, release_fault
from tests.command_line import write
from tests.console import run
from tests.reading import compiled, linted

JOB = "run: {kind: job, container: {image: 'a:1'}}"
HEAD = "version: 1.1\nkind: component\n"
OPERATION_HEAD = "version: 1.1\nkind: operation\nhubRef: a:1\n"
RAY = "head: {container: {image: 'a:1'}}"


def told(text: str, release: str | None) -> list[str]:
    """What a release has against a file, and what is told of its age."""
    report = linted(text, spec_version=release).report
    return [f"{d.span.line}:{d.span.text}" for d in report if d.code.id in ("PXC127", "PXC122")]


# A file, a place, the last release that does not know it (if any), and the first that does.
SINCE = [
    (OPERATION_HEAD + "mount: [a]", "4:mount", "2.12", "2.13"),
    (OPERATION_HEAD + "params: {a: {value: 1, toEnv: A}}", "4:toEnv", "1.10", "1.11"),
    (OPERATION_HEAD + "params: {a: {value: 1, to_env: A}}", "4:to_env", "1.10", "1.11"),
    (OPERATION_HEAD + "params: {a: 1}", "4:1", "2.12", "2.13"),
    (OPERATION_HEAD + "params: {a: {b: 1}}", "4:{b: 1}", "2.12", "2.13"),
    (OPERATION_HEAD + "strictParams: true", "4:strictParams", "2.17", "2.18"),
    (OPERATION_HEAD + "run: {kind: job}", "4:run", "2.17", "2.18"),
    (OPERATION_HEAD + "joins: [{query: 'a: 1', ref: x}]", "4:ref", "1.20", "2.0"),
    (HEAD + JOB + "\nmatrix: {kind: mapping, values: [{a: 1}]}", "4:matrix", "2.17", "2.18"),
    (HEAD + "cmd: ls\n" + JOB, "3:cmd", "2.17", "2.18"),
    ("kind: component\n" + JOB, "1:kind", "2.17", "2.18"),
    ("version: 1.1\n" + JOB, "1:version", "2.17", "2.18"),
    (HEAD + "termination: {probe: {exec: {command: [a]}}}\n" + JOB, "3:probe", "2.11", "2.12"),
    (HEAD + "inputs: [{name: a, type: int, value: 1, toEnv: A}]\n" + JOB, "3:value", "2.15", "2.16"),
    (HEAD + f"run: {{kind: raycluster, {RAY}}}", "3:raycluster", "2.11", "2.12"),
    (OPERATION_HEAD + "matrix: {kind: tpe, params: {a: {kind: choice, value: [1]}}, metric: {name: l}}",
     "4:tpe", "2.16", "2.17"),
    (OPERATION_HEAD + "matrix: {kind: grid, params: {a: {kind: daterange, value: {start: '2020-01-01',"
     " stop: '2020-02-01', step: 1}}}}", "4:daterange", "1.10", "1.11"),
    (HEAD + "run: {kind: dag, operations: [{name: a, hubRef: a:1, mount: [b]}]}", "3:mount", "2.12", "2.13"),
    (HEAD + "run: {kind: dag, operations: [{name: a, dagRef: c}], components: [{name: c, ports: [1],"
     " run: {kind: service}}]}", "3:ports", "2.17", "2.18"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "before", "first"), SINCE)
def test_what_is_newer_than_a_release(text: str, place: str, before: str, first: str) -> None:
    assert place in told(text, before)
    assert place not in told(text, first)
    assert told(text, None) == []


UNTIL = [
    (HEAD + f"run: {{kind: rayjob, {RAY}}}", "3:rayjob", "1.20", "2.0", "2.11", "2.12"),
    (HEAD + "run: {kind: xgbjob, worker: {container: {image: 'a:1'}}}", "3:xgbjob", "1.10", "1.11",
     "2.11", "2.12"),
    (HEAD + "run: {kind: spark, sparkVersion: '3'}", "3:spark", None, "1.1", "1.20", "2.0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "before", "first", "last", "after"), UNTIL)
def test_what_came_and_went(
    text: str, place: str, before: str | None, first: str, last: str, after: str
) -> None:
    assert told(text, None) == [place], "deprecated, and read"
    assert told(text, first) == told(text, last) == [], "what it knew is not told as old"
    assert told(text, after) == [place]
    assert before is None or told(text, before) == [place]


def test_hyperopt_went_when_tpe_came() -> None:
    search = "matrix: {kind: hyperopt, numRuns: 2, params: {a: {kind: choice, value: [1]}}, "
    text = OPERATION_HEAD + search + "algorithm: tpe, metric: {name: l}}"
    assert told(text, "2.16") == []
    assert told(text, "2.17") == ["4:hyperopt"]


def test_undeclared_params_were_refused_before_2_18() -> None:
    text = "version: 1.1\nkind: operation\nparams: {b: {value: 1}}\ncomponent:\n  " + JOB
    for release, code in (("2.17", "PXC223"), ("2.18", "PXC205"), (None, "PXC205")):
        assert code in [d.code.id for d in compiled(text, spec_version=release).report], release


def test_a_preset_needs_no_head() -> None:
    report = linted(HEAD + JOB, "termination: {timeout: 1}", spec_version="2.1").report
    assert not report.has_errors
    assert not linted("isPreset: true\nkind: operation\nqueue: a", spec_version="2.1").report


def shapes_of(shape: Any, seen: set[int]) -> Iterator[Known]:
    """Every bound that the tables hold."""
    if id(shape) in seen:
        return
    seen.add(id(shape))
    match shape:
        case Model(fields=fields, known=known):
            yield known
            for field in fields.values():
                yield field.known
                yield from shapes_of(field.shape, seen)
        case ByKind(models=models):
            for model in models.values():
                yield from shapes_of(model, seen)
        case ListOf(item=inner) | MapOf(value=inner):
            yield from shapes_of(inner, seen)
        case Choice(values=values, known=words):
            assert words.keys() <= set(values)
            yield from words.values()


def test_every_bound_is_a_release() -> None:
    seen: set[int] = set()
    bounds = [k for shape in (OPERATION, RUN, SPACE) for k in shapes_of(shape, seen)]
    bounds += [*OPAQUE.values(), *(field.known for field in PARAM_FIELDS.values())]
    assert sum(known != Known() for known in bounds) > 80
    for known in bounds:
        named = [known.since, known.until, known.in_component, known.in_operation]
        assert {*named} <= {"", *RELEASES}
        assert not (known.since and known.until) or is_before(known.since, known.until)


@pytest.mark.parametrize("release", ["2.14", "3.0", "2", "v2.1", "2.1.8", "", 2.1, None])
def test_no_release(release: object) -> None:
    assert release_fault(release)


def test_the_command_line_and_the_settings_choose_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, {"a.yaml": OPERATION_HEAD + "mount: [a]\n"})
    write(
        tmp_path,
        {"old/b.yaml": HEAD + "plugins: {ssh: true}\n" + JOB.replace("job", "service") + "\n"},
    )
    write(tmp_path, {"old/pxc.yaml": 'lint: {spec-version: "2.12"}\n'})
    assert run("pxc lint a.yaml", tmp_path)[0] == 0
    code, said = run("pxc lint --spec-version 2.12 a.yaml", tmp_path)
    assert code == 1
    assert "release 2.12 does not know `mount`" in said
    assert run("pxc lint old/b.yaml --isolated", tmp_path)[0] == 0
    assert "PXC127" in run("pxc lint old/b.yaml", tmp_path)[1]
    assert "PXC127" in run("pxc compile old/b.yaml", tmp_path)[1]
    assert run("pxc compile --spec-version 2.18 old/b.yaml", tmp_path)[0] in (0, 1)
    assert "PXC127" not in run("pxc compile --spec-version 2.18 old/b.yaml", tmp_path)[1]
    code, said = run("pxc lint --spec-version 2.14 a.yaml", tmp_path)
    assert code == 2
    assert "2.13, 2.15" in said
    write(tmp_path, {"old/pxc.yaml": "lint: {spec-version: 2.1}\n"})
    code, said = run("pxc compile old/b.yaml", tmp_path)
    assert code == 2
    assert "old/pxc.yaml:1" in said
    assert "quotes" in said
