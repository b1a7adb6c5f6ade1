"""Every policy of names, for everything that is made, with what controllers and operators add."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options
from tests.kubernetes_oracle import judge

IMAGE = "container: {image: 'img:1', command: [run]}"
SPARKS = "container: {image: 'img:1'}"
LONG = "prepare-all-of-the-data-of-the-last-thirty-days"
CHAIN = f"[{{name: {LONG}-a, {IMAGE}}}, {{name: b, dependencies: [{LONG}-a], {IMAGE}}}]"
SWEEP = "matrix: {kind: mapping, values: [{x: 1}, {x: 2}]}\ncomponent:\n  inputs: [{name: x}]\n  "
DASK = f"worker: {{{IMAGE}}}, scheduler: {{{IMAGE}}}"
POD = "-xxxxx"

RUNS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    # what is compiled, with which options, what is put behind the name of each object
    "job": (f"run: {{kind: job, {IMAGE}}}", {}, (POD,)),
    "matrix of jobs": (f"{SWEEP}run: {{kind: job, {IMAGE}}}", {"matrix": "jobs"}, (POD,)),
    "matrix as one job": (
        f"{SWEEP}run: {{kind: job, {IMAGE}}}", {"matrix": "indexed"}, (f"-99999{POD}",)),
    "operations side by side": (
        f"run: {{kind: dag, operations: [{{name: a, {IMAGE}}}, {{name: b, {IMAGE}}}]}}", {}, (POD,)),
    "set of jobs": (f"run: {{kind: dag, operations: {CHAIN}}}", {}, ()),
    "tfjob": (f"run: {{kind: tfjob, worker: {{{IMAGE}}}}}", {}, ("-evaluator-10", "-worker-1000")),
    "pytorchjob": (f"run: {{kind: pytorchjob, worker: {{{IMAGE}}}}}", {}, ("-worker-1000",)),
    "indexed pytorchjob": (
        f"run: {{kind: pytorchjob, worker: {{{IMAGE}}}}}", {"distributed": "indexed"},
        (f"-1000{POD}",)),
    "xgbjob": (f"run: {{kind: xgbjob, master: {{{IMAGE}}}}}", {}, ("-master-0",)),
    "paddlejob": (f"run: {{kind: paddlejob, worker: {{{IMAGE}}}}}", {}, ("-worker-1000",)),
    "mpijob": (
        f"run: {{kind: mpijob, launcher: {{{IMAGE}}}, worker: {{{IMAGE}}}}}", {},
        (f"-launcher{POD}", "-worker-1000")),
    "rayjob": (f"run: {{kind: rayjob, entrypoint: a, head: {{{IMAGE}}}}}", {},
               (f"{POD}-serve-svc", "-" * 16)),
    "raycluster": (f"run: {{kind: raycluster, head: {{{IMAGE}}}}}", {}, ("-serve-svc",)),
    "daskcluster": (f"run: {{kind: daskcluster, {DASK}}}", {}, ("-scheduler", "-default")),
    "daskjob": (f"run: {{kind: daskjob, {DASK}, job: {{{IMAGE}}}}}", {}, ("-scheduler", "-runner")),
    "spark": (
        "run: {kind: spark, type: PYTHON, sparkVersion: 3.5.1, mainApplicationFile: 'local:///a',"
        f" driver: {{{SPARKS}}}, executor: {{{SPARKS}}}}}", {}, ("-driver-svc", "-exec-1000")),
}  # fmt: skip
UNNAMED = {"indexed pytorchjob", "daskcluster", "daskjob"}
"""Those whose pods must know their name before the run."""

POLICIES = {
    "content": {},
    "pinned": {},
    "generate": {},
    "revision": {"revision": "42"},
    "the longest revision": {"name_policy": "revision", "revision": "1" * 20},
}


def made(run: str, name: str, policy: str) -> list[dict[str, Any]]:
    body, options, _ = RUNS[run]
    kind = "operation" if "\n" in body else "component"
    text = f"kind: {kind}\nname: {json.dumps(name)}\n{body}\n"
    chosen = Options(**({"name_policy": policy} | POLICIES[policy] | options))
    files = (SourceText("f.yaml", text.encode()),)
    outcome = compile_request(Request(files=files, options=chosen))
    assert not outcome.report.has_errors, [d.message for d in outcome.report]
    objects: list[dict[str, Any]] = judge(outcome.files[0].text)
    return [o for o in objects if o["kind"] != "ConfigMap"]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("name", ["train", "A_name-of_7-words" * 9, "7"])
def test_a_name_has_room_for_what_is_put_behind_it(run: str, policy: str, name: str) -> None:
    if policy == "generate" and run in UNNAMED:
        return
    for document in made(run, name, policy):
        about = document["metadata"]
        whole = about["name"] if policy != "generate" else f"{about['generateName']}xxxxx"
        sets = document["spec"].get("replicatedJobs", ())
        ends = [f"-{job['name']}-0{POD}" for job in sets] or RUNS[run][2]
        for end in ends:
            assert len(whole + end) <= 63
        assert re.fullmatch("[a-z0-9]([-a-z0-9]*[a-z0-9])?", whole)
        assert whole[0].isalpha() or document["kind"] in ("Job", "CronJob")
        if policy != "generate":
            assert about["labels"]["app.kubernetes.io/instance"] == whole


@pytest.mark.parametrize("run", RUNS)
def test_what_a_policy_makes_of_a_name(run: str) -> None:
    forms = {
        "content": r"train(-[ab])?-[a-z2-7]{10}",
        "pinned": r"train(-[ab01])?",
        "revision": r"train(-[ab01])?-r42",
        "generate": r"train(-[ab])?-",
    }
    for policy, form in forms.items():
        if policy == "generate" and run in UNNAMED:
            continue
        for document in made(run, "train", policy):
            about = document["metadata"]
            assert re.fullmatch(form, about.get("name") or about["generateName"]), policy


@pytest.mark.parametrize("run", sorted(UNNAMED))
def test_a_name_that_pods_must_know_is_not_left_to_the_cluster(run: str) -> None:
    with pytest.raises(AssertionError, match="known before the run"):
        made(run, "train", "generate")


def test_a_revision_is_another_run() -> None:
    """The same content again under another revision keeps its results apart."""
    uuids = {
        made("tfjob", "train", policy)[0]["metadata"]["labels"]["pxc.dev/run-uuid"]
        for policy in ("content", "pinned", "revision", "the longest revision")
    }
    assert len(uuids) == 3
