"""Runs pxc over real Polyaxonfiles and compares its verdict with that of the real system.

Needs the reference corpus (`PXC_SHARED`); skipped without it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from tests.conformance import ELSEWHERE, LENIENT, Judged, judged, text_of
from tests.conformance import STRICTER as ACCOUNTED
from tests.conformance_made import workflows_text
from tests.conftest import ROOT
from tests.corpus_supplies import Compiled, compiled, is_run, is_workflow, table
from tests.kubernetes_oracle import judge

LATER = {
    "PXC213": "a component on a hub",
    "PXC220": "a component at a URL",
    "PXC701": "a feature that the target does not have yet",
}
"""Diagnostics that say which later feature a file needs."""

NEEDED = {
    "PXC104": "no image or container: a `runPatch` or a build was meant to bring it",
    "PXC204": "a required param",
    "PXC209": "a catalog",
    "PXC212": "a file beside it that the corpus does not hold",
    "PXC224": "a preset of an organization",
    "PXC307": "a catalog of connections",
    "PXC302": "a param that gives a name, or a name nobody gives",
    "PXC703": "a param that gives an output its value: a hub's image builders",
    "PXC314": "a param: an optional input is used as if it were given",
}
"""Diagnostics that say what the file must be given."""

STRICTER = {
    "PXC101", "PXC103", "PXC105", "PXC201", "PXC206", "PXC208", "PXC303", "PXC316", "PXC428",
    "PXC521",
}  # fmt: skip
"""True mistakes that the real system lets through; docs/leniency.md tells each."""


def records(shared: Path) -> Iterator[dict[str, Any]]:
    for line in (shared / "corpus" / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["bucket"] in ("v1", "users") and record["kind"] in ("component", "operation"):
            yield record


def outcome_of(shared: Path, record: dict[str, Any], *, lint: bool) -> Outcome:
    data = (shared / "corpus" / record["file"]).read_bytes()
    request = Request(files=(SourceText(record["file"], data),), root=Path(), verify=True)
    return (lint_request if lint else compile_request)(request)


def errors(outcome: Outcome) -> set[str]:
    return {d.code.id for d in outcome.report if d.severity is Severity.ERROR}


def test_accepted_files_compile_or_say_what_they_need(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shared / "corpus")
    surprises = {}
    compiled = 0
    for record in records(shared):
        if record["oracle"]["verdict"] != "accepted":
            continue
        outcome = outcome_of(shared, record, lint=False)
        if outcome.files:
            compiled += 1
            judge(outcome.files[0].text)
            continue
        codes = errors(outcome)
        if not codes or codes - set(LATER) - set(NEEDED) - STRICTER:
            surprises[record["file"]] = sorted(codes)
    assert surprises == {}
    assert compiled >= 80


@pytest.fixture(scope="module")
def both(shared: Path) -> list[Judged]:
    """Every file that the real system gave a verdict on, with both verdicts."""
    with contextlib.chdir(shared / "corpus"):
        return judged(shared / "corpus")


def test_rejected_files_are_rejected_in_the_accused_node(both: list[Judged]) -> None:
    """Whatever the real system accuses holds an error of ours, or there is a reason why not."""
    files = [one for one in both if one.verdict == "rejected"]
    assert [one.name for one in files if not one.accused] == []
    assert [one.name for one in files if not one.codes and one.lenient not in LENIENT] == []
    assert [one.name for one in files if one.missed and one.elsewhere not in ELSEWHERE] == []
    assert sum(len(one.missed) for one in files) * 4 < sum(one.accused for one in files)


def test_accepted_files_have_only_errors_with_a_reason(both: list[Judged]) -> None:
    for one in both:
        if one.verdict == "accepted":
            assert set(one.codes) <= set(ACCOUNTED), one.name


@pytest.fixture(scope="module")
def supplied(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    """Every file of a runtime that Kubernetes and its operators have, with what it needs."""
    with contextlib.chdir(shared / "corpus"):
        return compiled(tmp_path_factory.mktemp("catalog"), is_run)


def test_supplied_files_compile_or_are_refused_for_a_reason(supplied: list[Compiled]) -> None:
    assert {f.name: f.errors for f in supplied if f.errors != f.expected} == {}
    assert [f.name for f in supplied if bool(f.errors) == bool(f.outcome.files)] == []


def test_their_manifests_fit_the_schemas(supplied: list[Compiled]) -> None:
    judged = [judge(out.text) for f in supplied for out in f.outcome.files]
    assert len(judged) >= 285
    kinds = {document["kind"] for documents in judged for document in documents}
    assert kinds >= {"Job", "CronJob", "Deployment", "Service", "TFJob", "MPIJob", "RayCluster"}


@pytest.fixture(scope="module")
def workflows(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    """Every dag and every matrix, with what it needs, for Argo."""
    with contextlib.chdir(shared / "corpus"):
        return compiled(tmp_path_factory.mktemp("catalog"), is_workflow, "argo")


def test_dags_and_matrices_become_workflows_or_are_refused_for_a_reason(
    workflows: list[Compiled],
) -> None:
    assert {f.name: f.errors for f in workflows if not f.errors <= f.expected} == {}
    assert [f.name for f in workflows if bool(f.errors) == bool(f.outcome.files)] == []


def test_their_workflows_fit_the_schemas(workflows: list[Compiled]) -> None:
    judged = [judge(out.text) for f in workflows for out in f.outcome.files]
    assert len(judged) >= 50
    kinds = {document["kind"] for documents in judged for document in documents}
    assert "Workflow" in kinds


def test_the_table_of_supplies_has_no_row_too_many(
    supplied: list[Compiled], workflows: list[Compiled]
) -> None:
    """Each pattern names a file; that it is needed, the other tests see."""
    patterns = {p for row in table()["refused"] for p in row["files"]} | set(table()["files"])
    names = {f.name for f in (*supplied, *workflows)}
    assert [p for p in sorted(patterns) if not any(fnmatch(n, p) for n in names)] == []


def test_files_of_version_0_are_told_so(shared: Path) -> None:
    """PXC901 once, unless the YAML itself is broken."""
    wrong = {}
    for line in (shared / "corpus" / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["generation"] != "v0" or record["bucket"] not in ("v0", "users"):
            continue
        found = [d.code.id for d in outcome_of(shared, record, lint=True).report]
        if found.count("PXC901") != (0 if record["yaml_error"] else 1):
            wrong[record["file"]] = found
    assert wrong == {}


def test_accepted_files_lint_clean_but_for_true_mistakes(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shared / "corpus")
    surprises = {}
    for record in records(shared):
        if record["oracle"]["verdict"] != "accepted":
            continue
        codes = errors(outcome_of(shared, record, lint=True))
        if codes - STRICTER - {"PXC104", "PXC212"}:
            surprises[record["file"]] = sorted(codes)
    assert surprises == {}


def test_every_file_of_any_kind_is_answered(shared: Path) -> None:
    """No file, whatever it is, makes a traceback; faults lie inside the text."""
    for path in sorted((shared / "corpus").rglob("*.yaml")):
        request = Request(files=(SourceText(path.name, path.read_bytes()),))
        for found in compile_request(request).report:
            assert found.span.end <= len(found.span.source.text)


def test_the_conformance_page_is_what_the_corpus_says(
    both: list[Judged], supplied: list[Compiled]
) -> None:
    page = (ROOT / "docs" / "conformance.md").read_text("utf-8")
    assert page.startswith(text_of(both, supplied)), "run python -m tests.conformance CORPUS"


def test_the_conformance_page_says_no_more_of_workflows_than_is_true(
    workflows: list[Compiled],
) -> None:
    """It may lag behind what is compiled by now, file by file, never run ahead of it."""
    page = (ROOT / "docs" / "conformance.md").read_text("utf-8")
    _, head, rest = page.partition(workflows_text([]).partition("|")[0])
    assert head
    now_refused = {f"{f.name}.yaml" for f in workflows if not f.outcome.files}
    assert [name for name in sorted(now_refused) if f"| {name} |" not in rest] == []
    assert f"| all | {len(workflows) - rest.count('.yaml |')} |" in rest
