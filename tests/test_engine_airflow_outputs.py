"""What a run leaves, read by the operator that pxc writes: pods run here, Airflow's own code reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pxc.driver import Request, SourceText, compile_request
from tests.engines import dag_files, place
from tests.test_engine_airflow import release

__all__ = ["release"]

CATALOG = "artifactsStore: {name: store, kind: volume_claim, schema: {volumeClaim: kept, mountPath: /kept}}\n"
CLIENTS = sorted(path.parent for path in place.CACHE.glob("tracking-*/ready"))
TRACKED = """\
from polyaxon import tracking
tracking.init()
tracking.log_outputs(accuracy=0.93, table={"a": [1, None]}, both="logged", text="two\\nlines")
open(tracking.get_outputs_path() + "/both", "w").write("a file")
raise SystemExit(CODE)
"""
WRITES = r"""printf 'a"\n\tb  $c {x}}\n\n' >"$PXC_OUTPUTS_DIR/note"; printf 0 >"$PXC_OUTPUTS_DIR/zero"; echo weights >"$PXC_OUTPUTS_DIR/model" """
OUTPUTS = (
    "[{name: accuracy, type: float}, {name: both}, {name: text}, {name: table}, {name: never}]"
)


def job(python: str, code: int) -> str:
    script = json.dumps(TRACKED.replace("CODE", str(code)))
    return (
        f"component: {{outputs: {OUTPUTS}, run: {{kind: job, init: [{{file: {{filename: train.py,"
        f" content: {script}}}}}], container: {{image: any, command: [{python},"
        " '{{ globals.artifacts_path }}/train.py']}}}"
    )


def pipeline() -> str:
    text = "kind: component\nname: leaving\nrun:\n  kind: dag\n  operations:\n"
    for at, client in enumerate(CLIENTS):
        for code in (0, 3):
            text += (
                f"  - {{name: client-{at}-{code}, {job(str(client / 'bin' / 'python'), code)}}}\n"
            )
    script = json.dumps(WRITES)
    text += f"""\
  - name: writes
    component:
      outputs: [{{name: note, type: str}}, {{name: zero, type: int}}, {{name: model, type: file}}]
      run: {{kind: job, container: {{image: any, command: [sh, -ec, {script}]}}}}
  - name: reads
    params:
      note: {{ref: ops.writes, value: outputs.note}}
      uuid: {{ref: ops.writes, value: globals.uuid}}
    component:
      inputs: [{{name: note, type: str}}, {{name: uuid, type: str}}]
      outputs: [{{name: note, type: str}}, {{name: model, type: str}}, {{name: zero, type: str}}]
      run:
        kind: job
        init: [{{artifacts: {{dirs: ["{{{{ uuid }}}}"]}}}}]
        container:
          image: any
          command: [sh, -ec, 'printf %s "$1" >"$PXC_OUTPUTS_DIR/note"; cat "$2" >"$PXC_OUTPUTS_DIR/model"']
          args: [sh, "{{{{ note }}}}", "{{{{ globals.artifacts_path }}}}/{{{{ uuid }}}}/outputs/model"]
"""
    return text


def test_what_a_run_leaves_is_read(release: str, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    request = Request(
        files=(SourceText("leaving.yaml", pipeline().encode()),),
        target="airflow",
        catalog=(catalog,),
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    node = tmp_path / "node"
    node.mkdir()
    assert outcome.plan is not None
    assert outcome.plan.group is not None
    script = {unit.name: {"node": str(node)} for unit in outcome.plan.group.units()}
    scene = {"dag_id": "leaving", "script": script}
    files = {"leaving.py": outcome.files[0].text}
    found, [result] = dag_files.play(release, files, [scene], tmp_path)
    assert found["errors"] == {}
    left: dict[str, Any] = result["read"]
    for at, _ in enumerate(CLIENTS):
        for code in (0, 3):
            assert left[f"client-{at}-{code}"] == {
                "code": code,
                "outputs": {
                    "accuracy": "0.93",
                    "both": "a file",
                    "text": "two\nlines",
                    "table": '{"a": [1, null]}',
                    "never": "",
                },
            }
    note = 'a"\n\tb  $c {x}}\n'
    assert left["writes"]["outputs"] == {"note": note, "zero": "0"}
    assert left["reads"]["outputs"] == {
        "note": note.removesuffix("\n"),
        "model": "weights",
        "zero": "",
    }
    kept = node / "kept-volume"
    uuids = {value_of(pod, "PXC_RUN_UUID") for pod in result["pods"].values()}
    assert {run.name for run in kept.iterdir()} == uuids


def value_of(pod: dict[str, Any], name: str) -> str:
    """A variable of the main container of a pod."""
    [found] = [e["value"] for e in pod["spec"]["containers"][0]["env"] if e["name"] == name]
    return str(found)
