"""Laws that hold for any input: never a traceback, the same bytes, no influence from outside."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, compile_request, lint_request
from pxc.render.text import render_text
from tests.command_line import run
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


OTHER_TYPES: tuple[Any, ...] = (
    None, 1, -1, 0.5, True, "x", "{{ y }}", "{{ lr }}", "{{", [], {}, [1], {"a": 1}, ["{{ a.b }}"],
)  # fmt: skip


def mutated(tree: Any, rng: random.Random) -> Any:
    """A tree with one node somewhere deleted, doubled, renamed, moved or of another type."""
    if isinstance(tree, dict) and tree and rng.random() < 0.85:
        key = rng.choice(sorted(tree, key=str))
        action = rng.random()
        if action < 0.1:
            return {k: v for k, v in tree.items() if k != key}
        if action < 0.2:
            return {(_renamed(k, rng) if k == key else k): v for k, v in tree.items()}
        if action < 0.25:
            return {**tree, rng.choice(WORDS): tree[key]}
        return {k: (mutated(v, rng) if k == key else v) for k, v in tree.items()}
    if isinstance(tree, list) and tree and rng.random() < 0.85:
        at = rng.randrange(len(tree))
        if rng.random() < 0.2:
            return [*tree, tree[at]]
        if rng.random() < 0.1:
            return tree[:at] + tree[at + 1 :]
        return [*tree[:at], mutated(tree[at], rng), *tree[at + 1 :]]
    return rng.choice([*OTHER_TYPES, tree, [tree], {"value": tree}, str(tree)])


def _renamed(key: Any, rng: random.Random) -> str:
    text = str(key)
    at = rng.randrange(len(text) + 1)
    return rng.choice([text[:at] + text[at + 1 :], text[:at] + "x" + text[at:], text.upper()])


def doubled_line(text: str, rng: random.Random) -> str:
    """A text one of whose lines stands there twice, or not at all: a key given twice, a lost head."""
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return "".join(lines[:at] + lines[at : at + 1] * rng.choice((0, 2)) + lines[at + 1 :])


@cache
def real_files() -> tuple[tuple[str, Any], ...]:
    """The dumped text and the tree of every corpus file, or of the goldens where there is none."""
    folder = Path(os.environ.get("PXC_SHARED", ROOT.parent / "shared")) / "corpus"
    paths = sorted(p for b in ("v1", "users", "fragments") for p in (folder / b).glob("*.yaml"))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = []
    for text in [p.read_text("utf-8") for p in paths] or SEEDS:
        try:
            tree = yaml.load(text, Loader=loader)
        except (yaml.YAMLError, ValueError):
            continue
        if isinstance(tree, dict) and tree:
            found.append((text, tree))
    return tuple(found)


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Real files with one to three mistakes in them; the same for the same seed."""
    rng = random.Random(seed)
    files = real_files()
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    for _ in range(count):
        text, tree = rng.choice(files)
        if rng.random() < 0.2:
            yield doubled_line(text, rng).encode()
            continue
        for _ in range(rng.randrange(1, 4)):
            tree = mutated(tree, rng)
        yield yaml.dump(tree, Dumper=dumper, sort_keys=False, width=1000).encode()


@pytest.mark.parametrize("seed", range(20))
def test_mutated_files(seed: int) -> None:
    """5,000 files that are nearly right: every one is answered; every tenth is compiled too."""
    for number, data in enumerate(mutants(seed, 250)):
        if number % 10 == 0:
            answers(data)
            continue
        request = Request(files=(SourceText("file.yaml", data),), verify=True)
        for found in lint_request(request).report:
            assert 0 <= found.span.start <= found.span.end <= len(found.span.source.text)


def test_the_exit_status_of_mutated_files() -> None:
    """1 when an error is shown, else 0; nothing else."""
    for data in mutants(99, 60):
        done = run("lint", "--format", "json", "-", stdin=data)
        shown = {d["severity"] for d in json.loads(done.out)["diagnostics"]}
        assert done.code == ("error" in shown), data


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
