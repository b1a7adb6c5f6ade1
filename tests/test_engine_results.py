"""What a run leaves is in the store when it has ended, however it ended, on a real cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options
from tests.engines import place
from tests.engines.cluster import Cluster
from tests.engines.s3 import PATH, RCLONE, serve

pytestmark = pytest.mark.skipif(RCLONE is None, reason="SKIPPED: no rclone here")

STORES = {
    "s3": "{name: store, kind: s3, schema: {bucket: 's3://bk/runs'}, secret: {name: keys}}",
    "volume_claim": (
        "{name: store, kind: volume_claim, schema: {volumeClaim: kept, mountPath: /kept},"
        " secret: {name: keys}}"
    ),
}


class Kept:
    """A store that a cluster's pods reach, and the folder here behind it."""

    def __init__(self, kind: str, folder: Path, tmp_path: Path) -> None:
        self.folder = folder
        self.catalog = tmp_path / "catalog.yaml"
        self.catalog.write_text(f"artifactsStore: {STORES[kind]}\n")

    def manifest(self, text: str, **options: Any) -> str:
        request = Request(
            files=(SourceText("job.yaml", text.encode()),),
            catalog=(self.catalog,),
            options=Options(**options),
            verify=True,
        )
        outcome = compile_request(request)
        assert [d.message for d in outcome.report] == []
        return "---\n".join(file.text for file in outcome.files)

    def files(self) -> dict[str, str]:
        """The files of the one run that is kept, by their path in its directory."""
        [run] = self.runs()
        return self.files_of(run)

    def runs(self) -> list[Path]:
        """The directories of the runs that are kept."""
        return sorted(self.folder.iterdir())

    def files_of(self, run: Path) -> dict[str, str]:
        """The files of one run."""
        return {
            path.relative_to(run).as_posix(): path.read_text()
            for path in sorted(run.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest, cluster: Cluster, tmp_path: Path) -> Iterator[Kept]:
    # An image here is this machine, so the secret also says where this machine has rclone.
    path = {"PATH": PATH}
    if request.param == "s3":
        (tmp_path / "s3" / "bk").mkdir(parents=True)
        with serve(tmp_path / "s3") as variables:
            cluster.secret("keys", path | variables)
            yield Kept("s3", tmp_path / "s3" / "bk" / "runs", tmp_path)
    else:
        cluster.secret("keys", path)
        yield Kept("volume_claim", cluster.claim("kept"), tmp_path)


def job(script: str, more: str = "") -> str:
    return (
        f"version: 1.1\nkind: component\nname: leaves\n{more}run:\n  kind: job\n  container:\n"
        f"    image: any\n    command: [sh, -ec, {json.dumps(script)}]\n"
    )


WRITES = 'mkdir -p "$PXC_OUTPUTS_DIR/deep"; echo weights >"$PXC_OUTPUTS_DIR/deep/model"; '


def test_of_a_success(kept: Kept, cluster: Cluster) -> None:
    cluster.apply(kept.manifest(job(WRITES + 'echo 0.9 >"$PXC_OUTPUTS_DIR/accuracy"')))
    cluster.wait("Job", "leaves", "Complete", timeout=90)
    assert kept.files() == {"outputs/accuracy": "0.9\n", "outputs/deep/model": "weights\n"}


def test_of_a_failure(kept: Kept, cluster: Cluster) -> None:
    cluster.apply(kept.manifest(job(WRITES + "exit 3")))
    cluster.wait("Job", "leaves", "Failed", timeout=90)
    assert kept.files() == {"outputs/deep/model": "weights\n"}


def test_of_a_run_that_is_stopped(kept: Kept, cluster: Cluster) -> None:
    """A deadline ends the pod by the signal; what was written is uploaded before it is gone.

    The main container hears the signal: one that is deaf to it is killed with its sidecar when the
    grace is over, and what the last upload of a running run has brought is all there is.
    """
    text = job(WRITES + "trap 'exit 143' TERM; sleep 600 & wait", "termination: {timeout: 8}\n")
    cluster.apply(kept.manifest(text))
    cluster.wait("Job", "leaves", "Failed", timeout=90)
    assert kept.files() == {"outputs/deep/model": "weights\n"}


def test_a_second_try_goes_on_where_the_first_ended(kept: Kept, cluster: Cluster) -> None:
    script = (
        'if test -f "$PXC_OUTPUTS_DIR/step"; then echo again >"$PXC_OUTPUTS_DIR/done"; '
        'else echo 1 >"$PXC_OUTPUTS_DIR/step"; exit 1; fi'
    )
    cluster.apply(kept.manifest(job(script, "termination: {maxRetries: 1}\n")))
    cluster.wait("Job", "leaves", "Complete", timeout=120)
    assert kept.files() == {"outputs/done": "again\n", "outputs/step": "1\n"}


TRACKED = """\
from polyaxon import tracking
tracking.init()
tracking.log_metrics(loss=0.5, step=1)
tracking.log_metrics(loss=0.05, step=2)
tracking.log_outputs(accuracy=0.93)
open(tracking.get_outputs_path() + "/model.txt", "w").write("weights")
"""

CLIENTS = sorted(path.parent for path in place.CACHE.glob("tracking-*/ready"))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda path: path.name)
def test_unchanged_training_code(client: Path, kept: Kept, cluster: Cluster) -> None:
    """A script that uses Polyaxon's own client leaves metrics, outputs and files in the store."""
    python = client / "bin" / "python"
    text = (
        "version: 1.1\nkind: component\nname: leaves\nrun:\n  kind: job\n"
        f"  init: [{{file: {{filename: train.py, content: {json.dumps(TRACKED)}}}}}]\n"
        "  container:\n    image: any\n"
        f"    command: [{python}, '{{{{ globals.artifacts_path }}}}/train.py']\n"
    )
    cluster.apply(kept.manifest(text))
    cluster.wait("Job", "leaves", "Complete", timeout=180)
    files = kept.files()
    assert files["outputs/model.txt"] == "weights"
    assert json.loads(files["run.plx.json"])["outputs"] == {"accuracy": 0.93, "loss": 0.05}
    assert files["events/metric/loss.plx"].count("\n") >= 2


@pytest.mark.parametrize("client", CLIENTS, ids=lambda path: path.name)
def test_unchanged_training_code_in_every_run_of_a_matrix(
    client: Path, kept: Kept, cluster: Cluster
) -> None:
    """The runs of one Indexed Job are different runs to the client, and to the store."""
    python = client / "bin" / "python"
    code = TRACKED.replace('"weights"', "sys.argv[1]").replace("0.93", "float(sys.argv[1])")
    text = (
        "version: 1.1\nkind: operation\nname: leaves\n"
        "matrix: {kind: mapping, values: [{x: 1.5}, {x: 2.5}]}\n"
        "component:\n  inputs: [{name: x, type: float}]\n  run:\n    kind: job\n"
        f"    container: {{image: any, command: [{python}, -c,"
        f" {json.dumps('import sys; ' + code)}, '{{{{ x }}}}']}}\n"
    )
    cluster.apply(kept.manifest(text, matrix="indexed"))
    cluster.wait("Job", "leaves", "Complete", timeout=180)
    found = [kept.files_of(run) for run in kept.runs()]
    assert [files["outputs/model.txt"] for files in found] == ["1.5", "2.5"]
    told = [json.loads(files["run.plx.json"])["outputs"]["accuracy"] for files in found]
    assert told == [1.5, 2.5]
