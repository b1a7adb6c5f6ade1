"""Runs that are resumed, restarted and copied, really run by Kubernetes, Argo and Airflow's pods."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from pxc.options import EarlierRun, Options
from tests.engines import argo as engine
from tests.engines import dag_files
from tests.engines.cluster import Cluster
from tests.engines.s3 import PATH, RCLONE, serve
from tests.test_engine_airflow import release
from tests.test_engine_airflow_cluster import config_of
from tests.test_engine_results import CLIENTS, STORES, Kept

__all__ = ["release"]

pytestmark = pytest.mark.skipif(RCLONE is None, reason="SKIPPED: no rclone here")

# Counts how often it ran, says where it looked for that, and fails the first time.
TRAINS = """\
cd "$0"; step=$(cat step 2>/dev/null || echo 0); step=$((step + 1))
echo "$step" >step; echo "$1" >>uuids; echo "$2" >told; mkdir -p ck; echo "w$step" >"ck/$step"
test "$step" -gt 1"""

TEXT = f"""\
version: 1.1
kind: component
name: leaves
run:
  kind: job
  container:
    image: any
    command: [sh, -ec, {json.dumps(TRAINS)}]
    args:
      - "{{{{ globals.run_outputs_path }}}}"
      - "{{{{ globals.uuid }}}}"
      - "{{{{ globals.cloning_kind }}}} {{{{ globals.original_uuid }}}} {{{{ globals.iteration or 0 }}}}"
"""

Runs = Callable[[EarlierRun | None, str], None]
"""Compiles `TEXT`, or another, and runs it to its end, whatever that is."""


def compiled(text: str, target: str, kept: Kept, earlier: EarlierRun | None, **options: Any) -> str:
    request = Request(
        files=(SourceText("leaves.yaml", text.encode()),),
        target=target,
        catalog=(kept.catalog,),
        options=Options(earlier=earlier, **options),
        verify=True,
    )
    outcome = compile_request(request)
    assert [d.message for d in outcome.report] == []
    return "---\n".join(file.text for file in outcome.files)


def run_job(cluster: Cluster, text: str) -> None:
    """Apply a Job and wait for its end, whatever it is; what it mounts may be there already."""
    *mounted, manifest = text.split("---\n")
    for each in mounted:
        if cluster.get("ConfigMap", yaml.safe_load(each)["metadata"]["name"]) is None:
            cluster.apply(each)
    [made] = cluster.apply(manifest)
    name = made["metadata"]["name"]
    try:
        cluster.wait("Job", name, "Complete", timeout=90)
    except AssertionError:
        cluster.wait("Job", name, "Failed", timeout=5)


def run_workflow(cluster: Cluster, text: str) -> None:
    cluster.apply(text)
    engine.ended(cluster, yaml.safe_load(text)["metadata"]["name"])


def run_rendered(cluster: Cluster, text: str, release: str, folder: Path, number: int) -> None:
    """Let Airflow render the pod of the only task, which then runs in the cluster."""
    [line] = [each for each in text.splitlines() if "dag_id=" in each]
    dag = line.partition('dag_id="')[2].partition('"')[0]
    files, scene = {f"{dag}.py": text}, {"dag_id": dag}
    config = config_of(cluster.server)
    folder = folder / f"play-{number}"
    folder.mkdir()
    found, [played] = dag_files.play(release, files, [scene], folder, config)
    assert found["errors"] == {}
    [pod] = played["pods"].values()
    name = f"leaves-{number}"
    pod = {"apiVersion": "v1", "kind": "Pod", **pod, "metadata": {"name": name}}
    pod["spec"]["restartPolicy"] = "Never"
    cluster.apply(yaml.safe_dump(pod))
    try:
        cluster.wait("Pod", name, "Succeeded", timeout=90)
    except AssertionError:
        cluster.wait("Pod", name, "Failed", timeout=5)


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest, cluster: Cluster, tmp_path: Path) -> Iterator[Kept]:
    yield from store(request.param, cluster, tmp_path)


def store(kind: str, cluster: Cluster, tmp_path: Path) -> Iterator[Kept]:
    """A store of a kind, whose secret also says where this machine, which is each image, has rclone."""
    if kind == "s3":
        (tmp_path / "s3" / "bk").mkdir(parents=True)
        with serve(tmp_path / "s3") as variables:
            cluster.secret("keys", {"PATH": PATH} | variables)
            yield Kept("s3", tmp_path / "s3" / "bk" / "runs", tmp_path)
    else:
        cluster.secret("keys", {"PATH": PATH})
        yield Kept("volume_claim", cluster.claim("kept"), tmp_path)


def proves(kept: Kept, run: Runs) -> None:
    """A run goes on where it ended, begins anew, and begins with a copy, which is another run's."""
    run(None, TEXT)
    [first] = kept.runs()
    uuid = first.name
    assert kept.files_of(first) == {
        "outputs/step": "1\n", "outputs/uuids": f"{uuid}\n", "outputs/told": "None None 0\n",
        "outputs/ck/1": "w1\n",
    }  # fmt: skip

    run(EarlierRun(kind="resume", run=uuid), TEXT)
    assert kept.runs() == [first]
    resumed = kept.files_of(first)
    assert resumed == {
        "outputs/step": "2\n", "outputs/uuids": f"{uuid}\n{uuid}\n",
        "outputs/told": f"None {uuid} 1\n", "outputs/ck/1": "w1\n", "outputs/ck/2": "w2\n",
    }  # fmt: skip

    run(EarlierRun(kind="restart", run=uuid), TEXT)
    [restarted] = (each for each in kept.runs() if each != first)
    assert kept.files_of(restarted) == {
        "outputs/step": "1\n", "outputs/uuids": f"{restarted.name}\n",
        "outputs/told": f"restart {uuid} 1\n", "outputs/ck/1": "w1\n",
    }  # fmt: skip

    run(EarlierRun(kind="copy", run=uuid), TEXT)
    [copied] = (each for each in kept.runs() if each not in (first, restarted))
    assert kept.files_of(copied) == {
        "outputs/step": "3\n", "outputs/uuids": f"{uuid}\n{uuid}\n{copied.name}\n",
        "outputs/told": f"copy {uuid} 1\n",
        "outputs/ck/1": "w1\n", "outputs/ck/2": "w2\n", "outputs/ck/3": "w3\n",
    }  # fmt: skip

    chosen = {"dirs": ("outputs/ck",), "files": ("outputs/step",)}
    run(EarlierRun(kind="copy", run=uuid, iteration=2, **chosen), TEXT)
    before = (first, restarted, copied)
    [partly] = (each for each in kept.runs() if each not in before)
    assert kept.files_of(partly) == {
        "outputs/step": "3\n", "outputs/uuids": f"{partly.name}\n",
        "outputs/told": f"copy {uuid} 2\n",
        "outputs/ck/1": "w1\n", "outputs/ck/2": "w2\n", "outputs/ck/3": "w3\n",
    }  # fmt: skip
    assert kept.files_of(first) == resumed


def test_on_kubernetes(kept: Kept, cluster: Cluster) -> None:
    def run(earlier: EarlierRun | None, text: str) -> None:
        run_job(cluster, compiled(text, "kubernetes", kept, earlier))

    proves(kept, run)


def test_on_argo(argo: Cluster, tmp_path: Path) -> None:
    for kept in store("volume_claim", argo, tmp_path):

        def run(earlier: EarlierRun | None, text: str, kept: Kept = kept) -> None:
            run_workflow(argo, compiled(text, "argo", kept, earlier))

        proves(kept, run)


def test_a_distributed_run_on_argo(argo: Cluster, tmp_path: Path) -> None:
    """Every pod finds what the run left; what ran it before is still there under its name."""
    text = (
        "kind: component\nname: leaves\nrun:\n  kind: pytorchjob\n  worker:\n    replicas: 2\n"
        '    container:\n      image: any\n      command: [sh, -ec, \'cd "$PXC_OUTPUTS_DIR";'
        ' ls > "saw-$RANK-$0"; echo > "left-$RANK-$0"\', \'{{ globals.iteration or 0 }}\']\n'
    )
    for kept in store("volume_claim", argo, tmp_path):
        run_workflow(argo, compiled(text, "argo", kept, None, distributed="indexed"))
        [first] = kept.runs()
        resume = EarlierRun(kind="resume", run=first.name)
        run_workflow(argo, compiled(text, "argo", kept, resume, distributed="indexed"))
        assert kept.runs() == [first]
        files = kept.files_of(first)
        for rank in "01":
            assert "left-" not in files[f"outputs/saw-{rank}-0"]
            seen = files[f"outputs/saw-{rank}-1"].split()
            assert {"left-0-0", "left-1-0"} <= {*seen}


def test_on_airflow(release: str, cluster: Cluster, tmp_path: Path) -> None:
    for kept in store("volume_claim", cluster, tmp_path):
        count = iter(range(9))

        def run(earlier: EarlierRun | None, text: str, kept: Kept = kept) -> None:
            made = compiled(text, "airflow", kept, earlier)
            run_rendered(cluster, made, release, tmp_path, next(count))  # noqa: B023

        proves(kept, run)


def test_a_run_that_is_not_there_is_told_before_it_begins(kept: Kept, cluster: Cluster) -> None:
    """Nothing of the author's runs, and nothing is written under the uuid."""
    uuid = "8aac02e3-a62a-4f0a-aa25-7c59da5eab80"
    for kind, container in (("resume", "resume"), ("copy", "files-1")):
        text = compiled(TEXT, "kubernetes", kept, EarlierRun(kind=kind, run=uuid))
        [made] = cluster.apply(text)
        name = made["metadata"]["name"]
        cluster.wait("Job", name, "Failed", timeout=90)
        [pod] = cluster.pods(name)
        assert "there is no " in cluster.logs(pod, container)
        assert cluster.logs(pod, "main") == ""
        assert not kept.folder.exists() or uuid not in {run.name for run in kept.runs()}


TRACKED = """\
import sys
from polyaxon import tracking
tracking.init()
at = int(sys.argv[1])
tracking.log_metrics(loss=1 / at, step=at)
tracking.log_outputs(**{f"at{at}": at})
"""


@pytest.mark.parametrize("client", CLIENTS, ids=lambda path: path.name)
def test_unchanged_training_code_goes_on(client: Path, cluster: Cluster, tmp_path: Path) -> None:
    """Metrics and outputs of a resumed run are added to; a copy has an identity of its own."""

    def text(at: int) -> str:
        return (
            "version: 1.1\nkind: component\nname: leaves\nrun:\n  kind: job\n"
            f"  init: [{{file: {{filename: train.py, content: {json.dumps(TRACKED)}}}}}]\n"
            "  container:\n    image: any\n"
            f"    command: [{client / 'bin' / 'python'}, '{{{{ globals.artifacts_path }}}}/train.py', '{at}']\n"
        )

    for kept in store("volume_claim", cluster, tmp_path):
        run_job(cluster, compiled(text(1), "kubernetes", kept, None))
        [first] = kept.runs()
        resume = EarlierRun(kind="resume", run=first.name)
        run_job(cluster, compiled(text(2), "kubernetes", kept, resume))
        assert kept.runs() == [first]
        assert steps(kept, first) == ["1", "2"]
        assert told(kept, first) == (first.name.replace("-", ""), {"at1": 1, "at2": 2, "loss": 0.5})

        copy = EarlierRun(kind="copy", run=first.name)
        run_job(cluster, compiled(text(3), "kubernetes", kept, copy))
        [copied] = (each for each in kept.runs() if each != first)
        assert steps(kept, copied) == ["1", "2", "3"]
        uuid, outputs = told(kept, copied)
        assert uuid == copied.name.replace("-", "")
        assert outputs["at3"] == 3
        assert steps(kept, first) == ["1", "2"]


def steps(kept: Kept, run: Path) -> list[str]:
    """The steps at which the loss was logged."""
    lines = kept.files_of(run)["events/metric/loss.plx"].splitlines()
    return [line.partition("|")[0] for line in lines[1:] if line]


def told(kept: Kept, run: Path) -> tuple[str, dict[str, Any]]:
    """The uuid and the outputs that the tracking client tells of."""
    found = json.loads(kept.files_of(run)["run.plx.json"])
    return str(found["uuid"]).replace("-", ""), found["outputs"]
