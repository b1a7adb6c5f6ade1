"""Laws that hold for any input: never a traceback, the same bytes, no influence from outside."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, compile_request, lint_request
from pxc.render.text import render_text
from tests.conftest import ROOT

SEEDS = [p.read_text() for p in sorted((ROOT / "golden").glob("*/polyaxonfile.yaml"))]
WORDS = (
    "kind", "run", "container", "image", "job", "service", "component", "operation", "inputs",
    "params", "value", "type", "int", "List[int]", "{{ a }}", "{{", "}}", "{% if a %}x{% endif %}",
    "null", "1e-4", "on", "termination", "matrix", "grid", "init", "git", "url", "hooks",
    "runPatch", "name", "dag", "operations", "env", "ports", "schedule", "cron",
)  # fmt: skip


def answers(data: bytes) -> None:
    """Both commands answer, and every fault lies inside the text it is about."""
    request = Request(files=(SourceText("file.yaml", data),), verify=True)
    for outcome in (compile_request(request), lint_request(request)):
        for found in outcome.report:
            assert 0 <= found.span.start <= found.span.end <= len(found.span.source.text)
        render_text(outcome.report)
        assert not (outcome.files and outcome.report.has_errors)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    answers(data)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    answers(text.encode("utf-8", "surrogatepass"))


trees = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
    ),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(WORDS), trees, max_size=8))
def test_any_tree(tree: dict[str, Any]) -> None:
    answers(yaml.safe_dump(tree, allow_unicode=True).encode())


def mutated(tree: Any, rng: random.Random) -> Any:
    """A tree with one node somewhere deleted, doubled, renamed or of another type."""
    if isinstance(tree, dict) and tree and rng.random() < 0.8:
        key = rng.choice(sorted(tree, key=str))
        action = rng.random()
        if action < 0.15:
            return {k: v for k, v in tree.items() if k != key}
        if action < 0.3:
            return {(f"{k}x" if k == key else k): v for k, v in tree.items()}
        return {k: (mutated(v, rng) if k == key else v) for k, v in tree.items()}
    if isinstance(tree, list) and tree and rng.random() < 0.8:
        at = rng.randrange(len(tree))
        if rng.random() < 0.3:
            return [*tree, tree[at]]
        return [*tree[:at], mutated(tree[at], rng), *tree[at + 1 :]]
    return rng.choice(
        [None, 1, -1, 0.5, True, "x", "{{ y }}", "{{ lr }}", [], {}, [1], {"a": 1}, tree]
    )


@pytest.mark.parametrize("seed", range(20))
def test_mutated_files(seed: int) -> None:
    rng = random.Random(seed)
    loadable = []
    for text in SEEDS:
        try:
            loadable.append(yaml.safe_load(text))
        except yaml.YAMLError:
            continue
    for _ in range(40):
        tree = rng.choice(loadable)
        for _ in range(rng.randrange(1, 4)):
            tree = mutated(tree, rng)
        answers(yaml.safe_dump(tree).encode())


ENVIRONMENTS = [
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "77", "TZ": "America/New_York", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "0", "PYTHONUTF8": "0"},
]


def test_same_bytes_everywhere(tmp_path: Path) -> None:
    """The hash seed, the time zone, the locale and the directory change nothing."""
    script = (
        "import sys; from pathlib import Path\n"
        "from pxc.driver import *\n"
        "from pxc.render.text import render_text\n"
        "for p in sorted(Path(sys.argv[1]).glob('*/polyaxonfile.yaml')):\n"
        "    request = Request(files=(SourceText(p.name, p.read_bytes()),))\n"
        "    outcome = compile_request(request)\n"
        "    text = ''.join(f.text for f in outcome.files) + render_text(outcome.report)\n"
        "    sys.stdout.buffer.write(text.encode())\n"
    )
    outputs = set()
    for number, variables in enumerate(ENVIRONMENTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", script, str(ROOT / "golden")],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables},
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert b"kind: Job" in outputs.pop()


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_keys_changes_no_manifest(rng: random.Random) -> None:
    text = (ROOT / "golden" / "job-with-params" / "polyaxonfile.yaml").read_text()
    tree = yaml.safe_load(text)

    def shuffled(node: Any) -> Any:
        if isinstance(node, list):
            return [shuffled(i) for i in node]
        if not isinstance(node, dict):
            return node
        keys = list(node)
        rng.shuffle(keys)
        return {k: shuffled(node[k]) for k in keys}

    def manifest(document: Any) -> Any:
        data = yaml.safe_dump(document, sort_keys=False).encode()
        request = Request(files=(SourceText("f.yaml", data),), params=(("lr", "0.05"),))
        (file,) = compile_request(request).files
        return list(yaml.safe_load_all(file.text))

    assert manifest(shuffled(tree)) == manifest(tree)
