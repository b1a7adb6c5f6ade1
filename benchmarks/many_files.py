"""Turns generated Polyaxonfiles, and those of a corpus when there is one, into folders to lint."""

from __future__ import annotations

import json
import os
from pathlib import Path

COMPONENT = """\
version: 1.1
kind: component
name: train-NUMBER
inputs:
  - {name: lr, type: float, value: 0.1}
  - {name: epochs, type: int, value: 3}
run:
  kind: job
  container:
    image: trainer:1.2
    command: [python, train.py]
    args: ["--lr={{ lr }}", "--epochs={{ epochs }}", "--out={{ globals.run_outputs_path }}"]
    resources:
      limits: {cpu: 2, memory: 4Gi}
"""

SEARCH = """\
version: 1.1
kind: operation
name: search-NUMBER
pathRef: ./part.yaml
matrix:
  kind: grid
  concurrency: 4
  params:
    lr: {kind: choice, value: [0.1, 0.01, 0.001]}
    epochs: {kind: range, value: {start: 1, stop: 10, step: 3}}
"""

DAG = """\
version: 1.1
kind: component
name: pipeline-NUMBER
inputs:
  - {name: lr, type: float, value: 0.1}
run:
  kind: dag
  operations:
    - {name: fetch, pathRef: ./part.yaml}
    - name: train
      pathRef: ./part.yaml
      dependencies: [fetch]
      params: {lr: {ref: dag, value: inputs.lr}}
    - {name: judge, pathRef: ./part.yaml, dependencies: [train], trigger: all_succeeded}
"""

FAULTY = COMPONENT.replace("epochs }}", "epoch }}").replace("command:", "comand:")


def generated(folder: Path, count: int) -> None:
    """Write so many different files: components, searches, pipelines, and some with mistakes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "part.yaml").write_text(COMPONENT.replace("NUMBER", "part"))
    kinds = (COMPONENT, SEARCH, DAG, COMPONENT, FAULTY)
    for number in range(count - 1):
        text = kinds[number % len(kinds)].replace("NUMBER", str(number))
        (folder / f"file-{number}.yaml").write_text(text)


def corpus() -> list[Path]:
    """The real Polyaxonfiles of the corpus (`PXC_SHARED`); none without one."""
    top = Path(os.environ.get("PXC_SHARED", "")) / "corpus"
    manifest = top / "manifest.jsonl"
    if not os.environ.get("PXC_SHARED") or not manifest.is_file():
        return []
    rows = map(json.loads, manifest.read_text("utf-8").splitlines())
    return [
        top / row["file"]
        for row in rows
        if row["bucket"] in ("v1", "users") and row["kind"] in ("component", "operation")
    ]


def mixture(folder: Path, count: int) -> int:
    """Write so many files, real ones first; how many of them are real."""
    real = corpus()[:count]
    generated(folder, count - len(real))
    for number, path in enumerate(real):
        (folder / f"polyaxonfile-{number}.yaml").write_bytes(path.read_bytes())
    return len(real)
