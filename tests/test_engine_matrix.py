"""A matrix in a real cluster: as separate Jobs and as one Indexed Job it runs the same programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.engines.cluster import Cluster
from tests.reading import compiled

SOURCE = """
kind: operation
matrix:
  kind: mapping
  concurrency: 2
  values:
    - {text: plain, number: 1}
    - {text: "it's a \\"$HOME\\" `id` $(id) \\\\", number: 2}
    - {text: "two\\nlines", number: 3}
component:
  name: sweep
  inputs: [{name: text, type: str}, {name: number, type: int, toEnv: NUMBER}]
  run:
    kind: job
    container:
      image: any
      command: [sh, -c, 'printf "%s|" "$@" "$NUMBER" "$TITLE"; pwd > "$PXC_OUTPUTS_DIR/p"', program]
      args: ["--number={{ number * 2 }}", "{{ text }}", "last $(NOWHERE)"]
      env: [{name: SHOWN, value: "<{{ text }}>"}, {name: TITLE, value: "run $(SHOWN)"}]
"""
ODD = 'it\'s a "$HOME" `id` $(id) \\'
SAID = {
    f"--number={n * 2}|{text}|last $(NOWHERE)|{n}|run <{text}>|"
    for n, text in ((1, "plain"), (2, ODD), (3, "two\nlines"))
}


def manifest(source: str, form: str) -> str:
    outcome = compiled(source, matrix=form)
    assert outcome.files, [d.message for d in outcome.report]
    return outcome.files[0].text


def names(text: str) -> list[str]:
    return [d["metadata"]["name"] for d in yaml.safe_load_all(text) if d["kind"] == "Job"]


def said(cluster: Cluster, text: str) -> set[str]:
    cluster.apply(text)
    told = set()
    for name in names(text):
        cluster.wait("Job", name, "Complete", timeout=120)
        told |= {cluster.logs(pod) for pod in cluster.pods(name)}
    return told


@pytest.mark.parametrize("form", ["jobs", "indexed"])
def test_the_runs_of_a_matrix(cluster: Cluster, form: str) -> None:
    assert said(cluster, manifest(SOURCE, form)) == SAID


FAILS = """
kind: operation
matrix: {kind: mapping, values: [{code: 0}, {code: 3}, {code: 0}]}
component:
  name: fails
  termination: {maxRetries: 1}
  inputs: [{name: code, type: int}]
  run: {kind: job, container: {image: any, command: [sh, -c, "exit $0"], args: ["{{ code }}"]}}
"""


def test_a_run_that_fails_is_tried_again_and_ends_no_other(cluster: Cluster) -> None:
    text = manifest(FAILS, "indexed")
    cluster.apply(text)
    [name] = names(text)
    status: Any = cluster.wait("Job", name, "Failed", timeout=120)["status"]
    assert (status["completedIndexes"], status["failedIndexes"]) == ("0,2", "1")
    index = "batch.kubernetes.io/job-completion-index"
    tries = [pod["metadata"]["annotations"][index] for pod in cluster.pods(name)]
    assert sorted(tries) == ["0", "1", "1", "2"]


def test_a_table_of_several_files(cluster: Cluster) -> None:
    """Rows from the first file, from the second, and of three digits."""
    values = json.dumps([{"n": at} for at in range(120)])
    source = FAILS.replace("[{code: 0}, {code: 3}, {code: 0}]", values)
    source = source.replace("name: code", "name: n").replace("exit $0", "echo row $0")
    source = source.replace("{{ code }}", "{{ n }}").replace("values:", "concurrency: 20, values:")
    told = said(cluster, manifest(source, "indexed"))
    assert told == {f"row {at}\n" for at in range(120)}


def test_too_many_failed_runs_end_the_others(cluster: Cluster) -> None:
    """Two of five are 40 %: the second failure ends the Job, and the last run never begins."""
    text = FAILS.replace(
        "{kind: mapping, values: [{code: 0}, {code: 3}, {code: 0}]}",
        "{kind: mapping, concurrency: 1, values: [{code: 3}, {code: 0}, {code: 3}, {code: 0},"
        " {code: 0}], earlyStopping: [{kind: failure_early_stopping, percent: 40}]}",
    ).replace("maxRetries: 1", "maxRetries: 0")
    written = manifest(text, "auto")
    cluster.apply(written)
    [name] = names(written)
    status: Any = cluster.wait("Job", name, "Failed", timeout=120)["status"]
    reasons = {c["reason"] for c in status["conditions"] if c["type"] == "Failed"}
    assert reasons == {"MaxFailedIndexesExceeded"}
    assert status["failedIndexes"] == "0,2"
    assert "4" not in status["completedIndexes"]
