"""Distributed runs in workflows on a real Argo: what it creates, waits for, and reads behind it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import ArgoOptions, Options, Runtime
from tests.argo_runs import dag, differences, outcome_of, ran, unit
from tests.engines import argo as engine
from tests.engines import kubeflow, place
from tests.engines.api_server import ApiServer
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.engines.kubelet import Kubelet
from tests.engines.roles import GROUP, VERSION, documented_role
from tests.engines.s3 import PATH, RCLONE
from tests.engines.status_player import playing
from tests.plan_interpreter import FAILS, Script

QUIET = Runtime(tracking=False)
NASTY = 'it\'s "x": # $HOME $(PXC_RUN_UUID) $$ \\n \\ {{ a }} {{{b}}} - [c] `d` %s é \U0001f600\tand\nmore: y'

CODED = base64.b64encode(NASTY.encode()).decode()
TAGGED = base64.b64encode(b"in {{workflow.namespace}}").decode()


@pytest.fixture(scope="module")
def operator(
    running_cluster: tuple[ApiServer, Kubelet], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    if place.missing(kubeflow.PROGRAM):
        pytest.skip("NO TRAINING OPERATOR: run `make engines`")
    with kubeflow.running(running_cluster[0], tmp_path_factory.mktemp("kubeflow")):
        yield


def is_command(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(word, str) for word in said)


def gang(name: str, kind: str, roles: dict[str, Any], more: str = "", component: str = "") -> str:
    """An operation of several pods; a role may be its command alone."""
    written = {
        role: {"container": {"image": "i", "command": said}} if is_command(said) else said
        for role, said in roles.items()
    }
    run = json.dumps({"kind": kind, **written})
    given = f"{more}, " if more else ""
    return f"{{name: {name}, {given}component: {{{component}run: {run}}}}}"


def stored(text: str, tmp_path: Path, **options: Any) -> Outcome:
    """The outcome of a file in whose catalog there is an artifacts store."""
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        "artifactsStore: {name: store, kind: volume_claim,"
        " schema: {volumeClaim: kept, mountPath: /kept}, secret: {name: keys}}\n"
    )
    request = Request(
        files=(SourceText("f.yaml", text.encode()),),
        target="argo",
        catalog=(catalog,),
        options=Options(runtime=QUIET, **options),
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    return outcome


VALUES = f"""
kind: component
name: values
run:
  kind: dag
  operations:
  - name: choose
    component:
      outputs: [{{name: text, type: str}}, {{name: tagged, type: str}}]
      run:
        kind: job
        container:
          image: i
          command:
          - sh
          - -c
          - 'cd "$PXC_OUTPUTS_DIR"; echo {CODED} | base64 -d > text; echo {TAGGED} | base64 -d > tagged'
  - name: train
    params: {{text: {{ref: ops.choose, value: outputs.text}}, tagged: {{ref: ops.choose, value: outputs.tagged}}}}
    component:
      inputs: [{{name: text, type: str, toEnv: TEXT}}, {{name: tagged, type: str, toEnv: TAGGED}}]
      outputs: [{{name: said, type: str}}, {{name: world, type: int}}]
      plugins: {{collectArtifacts: true}}
      run:
        kind: pytorchjob
        worker:
          replicas: 2
          environment: {{annotations: {{note: "{{{{ text }}}}"}}}}
          container:
            image: i
            env: [{{name: LITERAL, value: "{{{{ '{{{{' }}}} workflow.name }}}}\\n  - $$(TEXT)"}}]
            command:
            - sh
            - -c
            - 'test "$TEXT" = "$0" && printf %s "$0" > "$PXC_OUTPUTS_DIR/said"; printf %s "$WORLD_SIZE" > "$PXC_OUTPUTS_DIR/world"; echo "$LITERAL, $TAGGED"'
            - "{{{{ text }}}}"
  - name: report
    params: {{said: {{ref: ops.train, value: outputs.said}}, world: {{ref: ops.train, value: outputs.world}}}}
    conditions: "{{{{ world == 2 }}}}"
    component:
      inputs: [{{name: said, type: str, toEnv: SAID}}, {{name: world, type: int}}]
      run: {{kind: job, container: {{image: i, command: [sh, -c, 'printf %s "$SAID"']}}}}
"""


@pytest.mark.skipif(RCLONE is None, reason="SKIPPED: no rclone here")
def test_values_go_into_an_indexed_job_and_out_of_it(argo: Cluster, tmp_path: Path) -> None:
    """Whatever the text says, pods get it as it is, and who runs next reads what they leave."""
    argo.claim("kept")
    argo.secret("keys", {"PATH": PATH})  # an image is this machine: where it has rclone
    outcome = stored(VALUES, tmp_path, distributed="indexed")
    done = ran(argo, outcome)
    scripts = {"train": Script(outputs={"world": 2})}
    assert differences(done, outcome, scripts) == {}
    name = done["metadata"]["name"]
    assert engine.outputs(engine.nodes(done)["train"]) == {"said": NASTY, "world": "2"}
    [report] = argo.pods(f"{name}-report")
    assert argo.logs(report).startswith('it\'s "x": # $HOME ')
    pods = argo.pods("train")
    told = f"{{{{ workflow.name }}}}\n  - $(TEXT), in {argo.namespace}\n"  # what Argo hands on, it fills in
    assert [argo.logs(pod) for pod in pods] == [told] * 2
    [job] = argo.server.ask(
        "GET", argo.server.path("batch/v1", "Job", argo.namespace)
    )["items"]  # fmt: skip
    [owner] = job["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["uid"]) == ("Workflow", done["metadata"]["uid"])
    for each in (job, *pods):
        assert each["metadata"]["labels"]["workflows.argoproj.io/workflow"] == name


def test_jobs_of_loops_dags_and_failures(argo: Cluster) -> None:
    """Names do not collide; a failure, all retries gone, is one; so is a deadline."""
    sweep = "matrix: {kind: mapping, values: [{code: 0}, {code: 3}]}"
    ends = {
        "worker": {
            "replicas": 2,
            "container": {"image": "i", "command": ["sh", "-c", "exit {{ code }}"]},
        }
    }
    cells = gang("cells", "pytorchjob", ends, sweep, "inputs: [{name: code, type: int}], ")
    inner = gang("good", "pytorchjob", {"worker": ["true"]})
    slow = gang("slow", "pytorchjob", {"worker": ["sleep", "60"]}, "termination: {timeout: 1}")
    retried = gang("retried", "pytorchjob", {"worker": ["false"]}, "termination: {maxRetries: 1}")
    again = gang(
        "again", "pytorchjob", {"worker": stumbling("indexed")}, "termination: {maxRetries: 1}"
    )
    text = dag(
        gang("good", "pytorchjob", {"worker": ["true"]}), cells, slow, retried, again,
        f"{{name: inner, component: {{run: {{kind: dag, operations: [{inner}]}}}}}}",
        unit("after-good", more="dependencies: [good, inner, again]"),
        unit("caught", more="dependencies: [slow, retried], trigger: all_failed"),
        unit("never", more="dependencies: [cells]"),
    )  # fmt: skip
    outcome = outcome_of(text, distributed="indexed")
    scripts = {"cells/1": FAILS, "slow": FAILS, "retried": FAILS}
    told = differences(ran(argo, outcome), outcome, scripts)
    told.pop("retried", None)  # the job counts its own tries
    assert told == {}
    assert len(argo.pods("retried")) == 2


def stumbling(name: str) -> dict[str, Any]:
    """A role whose first try fails, and its second one does not."""
    count = "echo >> /log/$0; [ $(wc -l < /log/$0) -gt 1 ] || exit 1; sleep 3"
    mount = {"name": "log", "mountPath": "/log"}
    command = ["sh", "-c", count, name]
    return {
        "volumes": [{"name": "log", "hostPath": {"path": "/log"}}],
        "container": {"image": "i", "volumeMounts": [mount], "command": command},
    }


def test_objects_outlive_a_workflow_that_is_stopped_and_go_with_it(argo: Cluster) -> None:
    """As it is written in their owner references; the waiting pod is ended at once."""
    text = dag(gang("train", "pytorchjob", {"worker": ["sleep", "300"]}))
    [workflow] = argo.apply(outcome_of(text, distributed="indexed").files[0].text)
    name = workflow["metadata"]["name"]
    path = argo.server.path("batch/v1", "Job", argo.namespace)

    def running(_: Object) -> bool:
        return any(each["status"].get("active") for each in argo.server.ask("GET", path)["items"])

    engine.once(argo, name, running, 120)
    engine.terminate(argo, name)
    assert engine.ended(argo, name)["status"]["phase"] == "Failed"
    assert running({})
    argo.delete("Workflow", name)
    deadline = time.monotonic() + 60
    while argo.server.ask("GET", path)["items"] or argo.pods("train"):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_jobs_of_the_training_operator(argo: Cluster, operator: None) -> None:
    """Its own conditions tell what became of a job, whichever replicas it has."""
    fails = ["sh", "-c", "sleep 1; exit 3"]
    never = {"restartPolicy": "Never"}
    replica = lambda command, **more: {  # noqa: E731
        "container": {"image": "i", "command": command}, "environment": never, **more
    }  # fmt: skip
    idle = replica(["sleep", "120"])
    text = dag(
        gang("pytorch", "pytorchjob", {"master": ["true"], "worker": replica(["true"], replicas=2)}),
        gang("bad-master", "pytorchjob", {"master": replica(fails), "worker": idle}),
        gang("bad-worker", "pytorchjob", {"master": idle, "worker": replica(fails)}),
        gang("workers", "tfjob", {"worker": replica(["true"], replicas=2)}),
        gang("chief", "tfjob", {"chief": ["true"], "worker": idle, "ps": idle}),
        gang("one-fails", "tfjob", {"worker": {**replica(fails), "replicas": 2}}),
        gang("late", "tfjob", {"worker": ["sleep", "120"]}, "termination: {timeout: 2}"),
        gang("often", "tfjob", {"worker": ["false"]}, "termination: {maxRetries: 1}"),
        gang("boosted", "xgbjob", {"master": ["true"], "worker": ["true"]}),
        gang("paddled", "paddlejob", {"worker": replica(["true"], replicas=2)}),
        gang("again", "tfjob", {"worker": stumbling("tfjob")}, "termination: {maxRetries: 1}"),
        unit("after", more="dependencies: [pytorch, workers, chief, boosted, paddled, again]"),
        unit("caught", more="dependencies: [bad-master, bad-worker, one-fails, late, often],"
             " trigger: all_failed"),
    )  # fmt: skip
    outcome = outcome_of(text)
    failing = ("bad-master", "bad-worker", "one-fails", "late", "often")
    told = differences(ran(argo, outcome), outcome, dict.fromkeys(failing, FAILS))
    often = told.pop("often", None)  # the operator counts its own tries
    assert often is None or (often[1] is not None and often[1].state == "failed")
    assert told == {}


def test_jobs_of_the_mpi_operator(argo: Cluster, tmp_path: Path) -> None:
    """Its launcher tells what became of a job, and is tried again as often as was asked."""
    if place.missing(kubeflow.MPI_PROGRAM):
        pytest.skip("NO MPI OPERATOR: run `make engines`")
    worker = {"replicas": 2, "container": {"image": "i", "command": ["sleep", "120"]}}

    def mpi(name: str, launcher: Any, more: str = "") -> str:
        return gang(name, "mpijob", {"launcher": launcher, "worker": worker}, more)

    text = dag(
        mpi("good", ["sh", "-c", "[ $(grep -c worker /etc/mpi/hostfile) = 2 ]"]),
        mpi("bad", ["sh", "-c", "sleep 1; exit 3"]),
        mpi("late", ["sleep", "120"], "termination: {timeout: 2}"),
        mpi("again", stumbling("mpijob"), "termination: {maxRetries: 1}"),
        unit("after", more="dependencies: [good, again]"),
        unit("caught", more="dependencies: [bad, late], trigger: all_failed"),
    )
    outcome = outcome_of(text)
    with kubeflow.minding_mpi(argo.server, tmp_path, argo.namespace):
        done = ran(argo, outcome)
    assert differences(done, outcome, dict.fromkeys(("bad", "late"), FAILS)) == {}


def conditions(*types: str, ended: bool = False) -> dict[str, Any]:
    """The status of a job of the MPI operator."""
    found: dict[str, Any] = {"conditions": [{"type": each, "status": "True"} for each in types]}
    return found | ({"completionTime": "2026-01-01T00:00:00Z"} if ended else {})


def ray(deployment: str, job: str) -> dict[str, Any]:
    return {"jobDeploymentStatus": deployment, "jobStatus": job}


def spark(*states: str) -> list[dict[str, Any]]:
    return [{"applicationState": {"state": state}, "driverInfo": {}} for state in states]


def dask(*states: str) -> list[dict[str, Any]]:
    return [{"jobStatus": state} for state in states]


RUNNING = ray("Running", "RUNNING")
OPERATORS = {
    # operation: kind, more of it, what its operator says of each resource
    "mpi-ok": ("mpijob", "", [[conditions("Created"), conditions("Created", "Running", "Succeeded", ended=True)]]),
    "mpi-bad": ("mpijob", "", [[conditions("Created", "Running"), conditions("Created", "Running", "Failed", ended=True)]]),
    "mpi-evicted": ("mpijob", "", [[conditions("Created", "Failed")]]),
    "ray-ok": ("rayjob", "", [[ray("Initializing", ""), RUNNING, ray("Complete", "SUCCEEDED")]]),
    "ray-bad": ("rayjob", "", [[RUNNING, ray("Failed", "FAILED")]]),
    "ray-stopped": ("rayjob", "", [[RUNNING, ray("Complete", "STOPPED")]]),
    "ray-invalid": ("rayjob", "", [[ray("ValidationFailed", "")]]),
    "ray-again": ("rayjob", "termination: {maxRetries: 1}",
                  [[RUNNING, ray("Retrying", "FAILED"), RUNNING, ray("Complete", "SUCCEEDED")]]),
    "spark-ok": ("spark", "", [spark("SUBMITTED", "RUNNING", "SUCCEEDING", "COMPLETED")]),
    "spark-bad": ("spark", "", [spark("SUBMITTED", "FAILING", "FAILED")]),
    "spark-again": ("spark", "termination: {maxRetries: 1}",
                    [spark("SUBMISSION_FAILED", "PENDING_RERUN", "RUNNING", "COMPLETED")]),
    "dask-ok": ("daskjob", "", [dask("JobCreated", "ClusterCreated", "Running", "Successful")]),
    "dask-bad": ("daskjob", "", [dask("Running", "Failed")]),
    "dask-again": ("daskjob", "termination: {maxRetries: 1}",
                   [dask("Running", "Failed"), dask("Running", "Successful")]),
    "ray-cluster": ("raycluster", "", [[{"state": "suspended"}, {"state": "ready"}]]),
    "dask-cluster": ("daskcluster", "", [[{"phase": "Created"}, {"phase": "Running"}]]),
}  # fmt: skip
_POD = {"container": {"image": "i", "command": ["true"]}}
_BARE: dict[str, Any] = {"container": {"image": "i"}}
RUNS: dict[str, dict[str, Any]] = {
    "mpijob": {"launcher": _POD, "worker": _POD},
    "rayjob": {"entrypoint": "python main.py", "head": _BARE},
    "raycluster": {"head": _BARE},
    "daskjob": {"job": _POD, "worker": _BARE, "scheduler": _BARE},
    "daskcluster": {"worker": _BARE, "scheduler": _BARE},
    "spark": {"type": "Python", "sparkVersion": "3.5.3", "mainApplicationFile": "local:///a.py",
              "driver": _BARE, "executor": _BARE},
}  # fmt: skip
APIS = {
    "MPIJob": "kubeflow.org/v2beta1", "RayJob": "ray.io/v1", "RayCluster": "ray.io/v1",
    "DaskJob": "kubernetes.dask.org/v1", "DaskCluster": "kubernetes.dask.org/v1",
    "SparkApplication": "sparkoperator.k8s.io/v1beta2",
}  # fmt: skip
FAILING = tuple(n for n in OPERATORS if n.endswith(("bad", "evicted", "stopped", "invalid")))


def test_what_other_operators_say(argo: Cluster) -> None:
    """Every state on the way and at the end, as the operators document them, with the documented role."""
    roles = documented_role("pods") + "---\n" + documented_role("distributed")
    account = "[{kind: ServiceAccount, name: runner}]"
    argo.apply(
        f"{roles}---\napiVersion: {VERSION}\nkind: RoleBinding\nmetadata: {{name: more}}\n"
        f"subjects: {account}\n"
        f"roleRef: {{apiGroup: {GROUP}, kind: Role, name: distributed-runs}}\n"
    )
    names = ", ".join(FAILING)
    text = dag(
        *(gang(name, kind, RUNS[kind], more) for name, (kind, more, _) in OPERATORS.items()),
        unit(
            "after", more=f"dependencies: [{', '.join(n for n in OPERATORS if n not in FAILING)}]"
        ),
        unit("caught", more=f"dependencies: [{names}], trigger: all_failed"),
    )
    outcome = outcome_of(text, argo=ArgoOptions(service_account="runner"))
    scripts = dict.fromkeys(FAILING, FAILS) | {"dask-again": Script(failures=1)}
    with playing(argo, APIS, {name: said for name, (*_, said) in OPERATORS.items()}):
        done = ran(argo, outcome)
    assert differences(done, outcome, scripts) == {}
