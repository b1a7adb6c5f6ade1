"""What holds of every file of version 0: nothing is lost in silence, and what comes out is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from pxc.diagnostics import Report, Severity
from pxc.driver import compile_request, lint_request
from pxc.grammar.v0 import is_v0
from pxc.grammar.v0.migrate import migrate
from pxc.grammar.v0.migrated import migrated
from pxc.grammar.v0.write import write
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Lit, Map, Seq, walk
from pxc.request import Request, SourceText
from pxc.source import Source
from tests.v0_documents import documents
from tests.v0_reading import tree_of

IMPLIED = {
    "version": "version 1.1 says its own",
    "kind": "the kind is that of the runtime, or of the document",
    "framework": "the distributed runtime says it",
    "backend": "the runtime says who runs it, and the command of a notebook which Jupyter",
    "build.backend": "the component that builds is named",
    "build.nocache": "`false` is what nobody says",
    "nocache": "`false` is what nobody says",
    "hptuning.early_stopping.[].policy": "`all` and `group`: any rule stops all runs",
    "environment.replicas.worker.[].index": "told with the settings of that worker",
}
"""Fields whose values are in no text of the new file, and need not be told of."""


def leaves(node: Any, path: tuple[str, ...], above: tuple[Any, ...]) -> Iterator[tuple[str, Lit[Any], tuple[Any, ...]]]:  # fmt: skip
    """The scalars of a tree that say something, each with its path and the nodes around it."""
    if isinstance(node, Map):
        for key, value in node.entries:
            yield from leaves(value, (*path, str(getattr(key, "value", key))), (*above, key, value))
    elif isinstance(node, Seq):
        for item in node.items:
            yield from leaves(item, (*path, "[]"), (*above, item))
    elif isinstance(node, Lit) and node.value is not None:
        yield ".".join(path), node, above


def lost(tree: Map, new: Map | None, report: Report) -> list[str]:
    """The paths of values that are neither in the new tree nor below what is told of."""
    nodes = [node for node in walk(new) if isinstance(node, Lit)] if new is not None else []
    spans = {node.span for node in nodes}
    texts = [str(node.value) for node in nodes]
    told = {found.span.start for found in report}

    def is_kept(leaf: Lit[Any], above: tuple[Any, ...]) -> bool:
        words = str(leaf.value).split()
        carried = leaf.span in spans or any(all(w.strip("\\") in t for w in words) for t in texts)
        return carried or any(node.span.start in told for node in above)

    return [
        path
        for path, leaf, above in leaves(tree, (), ())
        if path not in IMPLIED and not is_kept(leaf, above)
    ]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_no_value_is_lost_in_silence(document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, sort_keys=False)
    tree, new, report = tree_of(text)
    assert lost(tree, new, report) == [], text


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_what_comes_out_is_read_as_any_file(document: dict[str, Any]) -> None:
    """No fault of pxc, the same codes for the old file as for the new beside what version 0 is told."""
    text = yaml.safe_dump(document, sort_keys=False)
    tree, new, told = tree_of(text)
    assert new is not None
    written = write(new, tree, tree.span.source)
    assert not is_v0(read_yaml(Source("n.yaml", written), Report()) or tree)
    old = lint_request(Request(files=(SourceText("f.yaml", text.encode()),), verify=True))
    if any(d.severity is Severity.ERROR for d in told):
        return
    now = lint_request(Request(files=(SourceText("f.yaml", written.encode()),), verify=True))
    codes = {d.code.id for d in old.report} - {d.code.id for d in told} - {"PXC901"}
    assert codes == {d.code.id for d in now.report} - {d.code.id for d in told}, text


def records(shared: Path) -> Iterator[tuple[str, str]]:
    """The readable files of version 0."""
    for line in (shared / "corpus" / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["generation"] == "v0" and not record["yaml_error"]:
            yield record["file"], (shared / "corpus" / record["file"]).read_text()


@pytest.fixture(scope="module")
def old_files(shared: Path) -> list[tuple[str, Map]]:
    found = []
    for name, text in records(shared):
        tree = read_yaml(Source(name, text), Report())
        if tree is not None and is_v0(tree):
            found.append((name, tree))
    return found


def test_no_value_of_a_real_file_is_lost_in_silence(old_files: list[tuple[str, Map]]) -> None:
    assert len(old_files) >= 450
    wrong = {}
    for name, tree in old_files:
        report = Report()
        paths = lost(tree, migrate(tree, report), report)
        if paths:
            wrong[name] = paths
    assert wrong == {}


NEEDED = {
    "PXC209": "a catalog that declares the names of the deployment",
    "PXC204": "the runs that a tensorboard shows",
    "PXC302": "a param that the file never gave",
    "PXC303": "a param that the file never gave",
    "PXC104": "an image or a command that the piece of a file does not have",
    "PXC701": "a target that builds images, or that has the runtime of MXNet",
    "PXC401": "a search space that is a template",
    "PXC403": "a grid over a space without an end, which version 0 refused, too",
    "PXC420": "a pipeline without a cycle",
}
"""What a file that lints without error may need before it compiles."""


def test_real_files_lint_or_say_why_not_and_compile_for_a_target(
    old_files: list[tuple[str, Map]],
) -> None:
    unexplained: dict[str, list[str]] = {}
    compiled = linted = 0
    for name, tree in old_files:
        report = Report()
        found = migrated(tree.span.source, report)
        if found is None:
            assert any(d.severity is Severity.ERROR for d in report), name
            continue
        files = (SourceText(name, found.text.encode()),)
        errors = _errors(lint_request(Request(files=files)).report)
        if errors:
            if not _errors(report) and errors - set(NEEDED):
                unexplained[name] = sorted(errors)
            continue
        linted += 1
        outcomes = [compile_request(Request(files=files, target=t)) for t in ("kubernetes", "argo")]
        compiled += any(outcome.files for outcome in outcomes)
        if not any(outcome.files for outcome in outcomes):
            left = _errors(outcomes[1].report) - set(NEEDED)
            if left:
                unexplained[name] = sorted(left)
    assert unexplained == {}
    assert linted >= 400
    assert compiled >= 275


def _errors(report: Report) -> set[str]:
    return {d.code.id for d in report if d.severity is Severity.ERROR}
