"""Runs of several pods become the resources of their operators, with nothing lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options
from tests.kubernetes_oracle import judge

IMAGE = "container: {image: 'img:1'}"
TWO = f"master: {{{IMAGE}}}, worker: {{replicas: 3, {IMAGE}}}"
RAY = f"head: {{{IMAGE}}}, workers: {{small: {{replicas: 2, {IMAGE}}}}}"
SPARK = "type: PYTHON, sparkVersion: 3.5.1, mainApplicationFile: 'local:///a.py'"
PAIR = f"driver: {{{IMAGE}}}, executor: {{replicas: 2, {IMAGE}}}"
DASK = f"worker: {{replicas: 2, {IMAGE}}}, scheduler: {{{IMAGE}}}"


def outcome(run: str, more: str = "", **options: Any) -> Outcome:
    text = f"name: train\n{more}\nrun: {{{run}}}\n"
    request = Request(
        files=(SourceText("f.yaml", text.encode()),), options=Options(**options), verify=True
    )
    return compile_request(request)


def emitted(run: str, more: str = "", **options: Any) -> list[dict[str, Any]]:
    """The documents of a run without findings, but that its kind is an old one; judged."""
    made = outcome(run, more, **options)
    assert [d.message for d in made.report if d.code.id != "PXC122"] == []
    return judge(made.files[0].text)


def found(run: str, more: str = "", **options: Any) -> list[str]:
    made = outcome(run, more, **options)
    assert all(d.help for d in made.report)
    return [f"{d.code.id} {d.message}" for d in made.report if d.code.id != "PXC122"]


def at(document: Any, path: str) -> Any:
    """What stands at a path such as `spec/runPolicy/backoffLimit`, None where nothing does."""
    for key in path.split("/"):
        if isinstance(document, list):
            document = document[int(key)] if int(key) < len(document) else None
        else:
            document = document.get(key) if isinstance(document, dict) else None
    return document


KINDS = {
    f"kind: tfjob, worker: {{{IMAGE}}}": ("kubeflow.org/v1", "TFJob"),
    f"kind: pytorchjob, {TWO}": ("kubeflow.org/v1", "PyTorchJob"),
    f"kind: xgbjob, {TWO}": ("kubeflow.org/v1", "XGBoostJob"),
    f"kind: paddlejob, {TWO}": ("kubeflow.org/v1", "PaddleJob"),
    f"kind: mpijob, launcher: {{{IMAGE}}}, worker: {{{IMAGE}}}": ("kubeflow.org/v2beta1", "MPIJob"),
    f"kind: raycluster, {RAY}": ("ray.io/v1", "RayCluster"),
    f"kind: raycluster, entrypoint: python a.py, {RAY}": ("ray.io/v1", "RayJob"),
    f"kind: rayjob, entrypoint: python a.py, {RAY}": ("ray.io/v1", "RayJob"),
    f"kind: daskcluster, {DASK}": ("kubernetes.dask.org/v1", "DaskCluster"),
    f"kind: daskjob, {DASK}, job: {{{IMAGE}}}": ("kubernetes.dask.org/v1", "DaskJob"),
    f"kind: spark, {SPARK}, {PAIR}": ("sparkoperator.k8s.io/v1beta2", "SparkApplication"),
}


@pytest.mark.parametrize("run", KINDS)
@pytest.mark.parametrize(
    "name", ["train", "A_name-of_7-words" * 9, "7", "_-_", "7-letters-and-more" * 3]
)
def test_every_kind_has_its_resource_under_a_name_that_it_takes(run: str, name: str) -> None:
    text = f"name: {json.dumps(name)}\nrun: {{{run}}}\n"
    for policy in ("content", "pinned"):
        options = Options(name_policy=policy)
        request = Request(files=(SourceText("f.yaml", text.encode()),), options=options)
        [document] = judge(compile_request(request).files[0].text)
        assert (document["apiVersion"], document["kind"]) == KINDS[run]
        made = document["metadata"]["name"]
        assert made[0].isalpha()
        assert len(made) <= 45
        assert document["metadata"]["labels"]["app.kubernetes.io/instance"] == made


def test_another_content_is_another_run() -> None:
    def identity(run: str, more: str = "") -> tuple[str, str]:
        about = emitted(run, more)[0]["metadata"]
        return about["name"], about["labels"]["pxc.dev/run-uuid"]

    one = f"kind: pytorchjob, {TWO}"
    assert identity(one) == identity(one, "tags: [a]\ntermination: {ttl: 9}")
    other = identity(one.replace("replicas: 3", "replicas: 4"))
    assert {*identity(one)} & {*other} == set()


FIELDS = {
    # run, more, path, value
    "limits": (
        f"kind: tfjob, worker: {{{IMAGE}}}",
        "termination: {maxRetries: 0, timeout: 60, ttl: 0}",
        "spec/runPolicy",
        {"cleanPodPolicy": "None", "ttlSecondsAfterFinished": 0, "activeDeadlineSeconds": 60,
         "backoffLimit": 0},
    ),
    "no limits": (
        f"kind: tfjob, cleanPodPolicy: All, worker: {{{IMAGE}}}", "",
        "spec/runPolicy", {"cleanPodPolicy": "All"},
    ),
    "retries in place": (
        f"kind: tfjob, worker: {{{IMAGE}}}", "termination: {maxRetries: 2}",
        "spec/runPolicy/backoffLimit", 3,
    ),
    "retries by new pods": (
        f"kind: tfjob, worker: {{environment: {{restartPolicy: ExitCode}}, {IMAGE}}}",
        "termination: {maxRetries: 2}", "spec/runPolicy/backoffLimit", 2,
    ),
    "retries of a launcher": (
        f"kind: mpijob, launcher: {{environment: {{restartPolicy: Never}}, {IMAGE}}}, worker: {{{IMAGE}}}",
        "termination: {maxRetries: 2}", "spec/runPolicy/backoffLimit", 2,
    ),
    "scheduling policy": (
        f"kind: mpijob, launcher: {{{IMAGE}}}, schedulingPolicy: {{minAvailable: 2, queue: q,"
        " minResources: {cpu: 4, memory: 1Gi}, priorityClass: high, scheduleTimeoutSeconds: 9}", "",
        "spec/runPolicy/schedulingPolicy",
        {"minAvailable": 2, "queue": "q", "minResources": {"cpu": "4", "memory": "1Gi"},
         "priorityClass": "high", "scheduleTimeoutSeconds": 9},
    ),
    "success policy beside the replicas": (
        f"kind: tfjob, successPolicy: AllWorkers, worker: {{{IMAGE}}}", "",
        "spec/successPolicy", "AllWorkers",
    ),
    "dynamic workers beside the replicas": (
        f"kind: tfjob, enableDynamicWorker: true, worker: {{{IMAGE}}}", "",
        "spec/enableDynamicWorker", True,
    ),
    "processes as text": (
        f"kind: pytorchjob, nProcPerNode: 2, {TWO}", "", "spec/nprocPerNode", "2",
    ),
    "processes of the elastic policy": (
        f"kind: pytorchjob, elasticPolicy: {{nProcPerNode: 2}}, {TWO}", "", "spec",
        {"nprocPerNode": "2", "elasticPolicy": {}},
    ),
    "rendezvous": (
        "kind: pytorchjob, elasticPolicy: {minReplicas: 1, maxReplicas: 3, rdvzBackend: c10d,"
        " rdvzPort: 29400, rdvzHost: h, rdvzId: id, standalone: false, maxRestarts: 5,"
        f" rdvzConf: [{{key: timeout, value: 900}}, read=7]}}, {TWO}", "",
        "spec/elasticPolicy",
        {"minReplicas": 1, "maxReplicas": 3, "rdzvBackend": "c10d", "rdzvPort": 29400,
         "rdzvHost": "h", "rdzvId": "id", "standalone": False, "maxRestarts": 5,
         "rdzvConf": [{"key": "timeout", "value": "900"}, {"key": "read", "value": "7"}]},
    ),
    "elastic paddle": (
        f"kind: paddlejob, elasticPolicy: {{minReplicas: 1, maxReplicas: 3, maxRestarts: 5}}, {TWO}",
        "", "spec/elasticPolicy", {"minReplicas": 1, "maxReplicas": 3, "maxRestarts": 5},
    ),
    "slots": (
        f"kind: mpijob, slotsPerWorker: 4, launcher: {{{IMAGE}}}", "", "spec/slotsPerWorker", 4,
    ),
    "replicas": (f"kind: pytorchjob, {TWO}", "", "spec/pytorchReplicaSpecs/Worker/replicas", 3),
    "one replica unless said": (
        f"kind: pytorchjob, {TWO}", "", "spec/pytorchReplicaSpecs/Master/replicas", 1,
    ),
    "no replica": (
        f"kind: tfjob, ps: {{replicas: 0, {IMAGE}}}", "", "spec/tfReplicaSpecs/PS/replicas", 0,
    ),
    "policy of a role": (
        f"kind: tfjob, worker: {{environment: {{restartPolicy: ExitCode}}, {IMAGE}}}", "",
        "spec/tfReplicaSpecs/Worker/restartPolicy", "ExitCode",
    ),
    "no policy inside of the pod": (
        f"kind: tfjob, worker: {{environment: {{restartPolicy: ExitCode}}, {IMAGE}}}", "",
        "spec/tfReplicaSpecs/Worker/template/spec/restartPolicy", None,
    ),
    "policy unless said": (
        f"kind: tfjob, worker: {{{IMAGE}}}", "", "spec/tfReplicaSpecs/Worker/restartPolicy",
        "OnFailure",
    ),
    "labels of a role": (
        f"kind: tfjob, worker: {{environment: {{labels: {{a: b}}}}, {IMAGE}}}", "",
        "spec/tfReplicaSpecs/Worker/template/metadata/labels/a", "b",
    ),
    "labels of a role are not the run's": (
        f"kind: tfjob, worker: {{environment: {{labels: {{a: b}}}}, {IMAGE}}}", "",
        "metadata/labels/a", None,
    ),
    "runtime environment": (
        f"kind: raycluster, entrypoint: a, runtimeEnv: {{pip: [x==1], env_vars: {{A: '1'}}}}, {RAY}",
        "", "spec/runtimeEnvYAML", "pip:\n  - x==1\nenv_vars:\n  A: \"1\"\n",
    ),
    "runtime environment as text": (
        f"kind: raycluster, entrypoint: a, runtimeEnv: 'pip: [x]', {RAY}", "",
        "spec/runtimeEnvYAML", "pip: [x]",
    ),
    "metadata of a ray job": (
        f"kind: raycluster, entrypoint: a, metadata: {{n: 7}}, {RAY}", "", "spec/metadata",
        {"n": "7"},
    ),
    "the version as text": (
        f"kind: raycluster, rayVersion: 2.10, {RAY}", "", "spec/rayVersion", "2.10",
    ),
    "start params as text": (
        f"kind: raycluster, head: {{rayStartParams: {{num-cpus: 0, block: true}}, {IMAGE}}}", "",
        "spec/headGroupSpec/rayStartParams",
        {"dashboard-host": "0.0.0.0", "num-cpus": "0", "block": "true"},
    ),
    "autoscaler": (
        "kind: raycluster, enableInTreeAutoscaling: true, autoscalerOptions:"
        f" {{upscalingMode: Default, imagePullPolicy: Always}}, {RAY}", "", "spec/autoscalerOptions",
        {"upscalingMode": "Default", "imagePullPolicy": "Always"},
    ),
    "limits of a ray job": (
        f"kind: raycluster, entrypoint: a, {RAY}", "termination: {maxRetries: 2, timeout: 9, ttl: 0}",
        "spec",
        {"backoffLimit": 2, "activeDeadlineSeconds": 9, "ttlSecondsAfterFinished": 0,
         "shutdownAfterJobFinishes": True},
    ),
    "dask by itself": (
        f"kind: daskcluster, {DASK}", "", "spec/scheduler/spec/containers/0/args",
        ["dask-scheduler"],
    ),
    "dask arguments of the author": (
        "kind: daskcluster, worker: {container: {image: a, args: [dask-worker, x]}},"
        f" scheduler: {{{IMAGE}}}", "", "spec/worker/spec/containers/0/args", ["dask-worker", "x"],
    ),
    "a spark application": (
        f"kind: spark, {SPARK}, deployMode: CLIENT, pythonVersion: 3, mainClass: a.B, arguments: [--n,"
        " 7], hadoopConf: {a: 1}, sparkConf: {b: true}, hadoopConfigMap: h, sparkConfigMap: s,"
        f" {PAIR}", "termination: {ttl: 9, maxRetries: 2}", "spec",
        {"type": "Python", "mode": "client", "sparkVersion": "3.5.1", "pythonVersion": "3",
         "mainClass": "a.B", "mainApplicationFile": "local:///a.py", "arguments": ["--n", "7"],
         "hadoopConf": {"a": "1"}, "sparkConf": {"b": "true"}, "hadoopConfigMap": "h",
         "sparkConfigMap": "s", "timeToLiveSeconds": 9,
         "restartPolicy": {"type": "OnFailure", "onFailureRetries": 2,
                           "onFailureRetryInterval": 10, "onSubmissionFailureRetries": 2,
                           "onSubmissionFailureRetryInterval": 10}},
    ),
    "the deadline of a dask job": (
        f"kind: daskjob, {DASK}, job: {{{IMAGE}}}", "termination: {timeout: 9}",
        "spec/job/spec/activeDeadlineSeconds", 9,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FIELDS)
def test_field(case: str) -> None:
    run, more, path, value = FIELDS[case]
    written = at(emitted(run, more)[0], path)
    if isinstance(value, dict) and path == "spec":
        written = {key: written.get(key) for key in value}
    assert written == value


def containers(document: dict[str, Any]) -> dict[str, str]:
    """The main container of each pod: where it stands and what it is called."""
    names: dict[str, str] = {}

    def visit(value: Any, place: str) -> None:
        if isinstance(value, dict) and isinstance(value.get("containers"), list):
            names[place] = value["containers"][0]["name"]
        elif isinstance(value, dict):
            for key, each in value.items():
                visit(each, key if key not in ("template", "spec") else place)
        elif isinstance(value, list):
            for each in value:
                visit(each, place)

    visit(document["spec"], "")
    return names


@pytest.mark.parametrize(
    ("run", "name"),
    [
        ("kind: tfjob, worker: {X}", "tensorflow"),
        ("kind: pytorchjob, worker: {X}", "pytorch"),
        ("kind: xgbjob, master: {X}", "xgboost"),
        ("kind: paddlejob, worker: {X}", "paddle"),
        ("kind: mpijob, launcher: {X}", "mine"),
        ("kind: raycluster, head: {X}", "mine"),
    ],
)
def test_the_main_container_has_the_name_that_its_operator_knows(run: str, name: str) -> None:
    pod = f"container: {{image: a, name: mine}}, sidecars: [{{name: {name}, image: b}}]"
    [document] = emitted(run.replace("X", pod))
    assert {*containers(document).values()} == {name}


def test_sidecars_do_not_keep_a_run_from_ending() -> None:
    pod = f"{IMAGE}, sidecars: [{{image: b}}]"
    [document] = emitted(f"kind: tfjob, worker: {{{pod}}}")
    spec = document["spec"]["tfReplicaSpecs"]["Worker"]["template"]["spec"]
    assert [c["restartPolicy"] for c in spec["initContainers"]] == ["Always"]
    [document] = emitted(f"kind: daskcluster, worker: {{{pod}}}, scheduler: {{{IMAGE}}}")
    assert len(document["spec"]["worker"]["spec"]["containers"]) == 2


def test_one_process_tells_of_the_run() -> None:
    [document] = emitted(f"kind: pytorchjob, {TWO}")
    roles = document["spec"]["pytorchReplicaSpecs"]
    told = {
        name: {e["name"] for e in role["template"]["spec"]["containers"][0]["env"]}
        for name, role in roles.items()
    }
    assert "POLYAXON_RUN_INSTANCE" in told["Master"]
    assert told["Worker"] == {"POLYAXON_NO_OP"}


def test_a_run_has_one_uuid_in_every_pod() -> None:
    pod = "container: {image: a, args: ['{{ globals.uuid }}'], workingDir: '{{ globals.uuid }}'}"
    [document] = emitted(f"kind: tfjob, chief: {{{pod}}}, worker: {{{pod}}}")
    uuid = document["metadata"]["labels"]["pxc.dev/run-uuid"]
    for role in document["spec"]["tfReplicaSpecs"].values():
        main = role["template"]["spec"]["containers"][0]
        assert (main["args"], main["workingDir"]) == ([uuid], uuid)


def test_an_entrypoint_finds_the_directory_of_its_outputs() -> None:
    entry = "entrypoint: 'python a.py --out {{ globals.run_outputs_path }}'"
    [document] = emitted(f"kind: raycluster, {entry}, {RAY}")
    head = document["spec"]["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]
    mounts = {m["mountPath"]: m.get("subPath") for m in head["containers"][0]["volumeMounts"]}
    uuid = document["metadata"]["labels"]["pxc.dev/run-uuid"]
    assert document["spec"]["entrypoint"].endswith(f"/plx-context/artifacts/{uuid}/outputs")
    assert mounts["/plx-context/outputs"] == f"{uuid}/outputs"


def test_a_group_of_workers() -> None:
    group = "{minReplicas: 1, maxReplicas: 4, rayStartParams: {num-gpus: 1}, " + IMAGE + "}"
    [document] = emitted(f"kind: raycluster, head: {{{IMAGE}}}, workers: {{a_B: {group}}}")
    [made] = document["spec"]["workerGroupSpecs"]
    assert made["groupName"].startswith("a-b-")
    assert (made["replicas"], made["minReplicas"], made["maxReplicas"]) == (1, 1, 4)
    assert made["rayStartParams"] == {"num-gpus": "1"}
    labels = made["template"]["metadata"]["labels"]
    assert "app.kubernetes.io/name" not in labels, "the operator's services select by its own"
    stop = made["template"]["spec"]["containers"][0]["lifecycle"]["preStop"]
    assert stop["exec"]["command"][-1] == "ray stop"


@pytest.mark.parametrize(("least", "most", "made"), [
    (None, None, (3, 3, 3)), (2, None, (3, 2, 3)), (None, 5, (3, 3, 5)), (4, None, (3, 4, 4)),
    (None, 2, (3, 2, 2)), (0, 9, (3, 0, 9)),
])  # fmt: skip
def test_bounds_of_workers(least: int | None, most: int | None, made: tuple[int, ...]) -> None:
    bounds = "".join(
        f"{name}: {value}, "
        for name, value in (("minReplicas", least), ("maxReplicas", most))
        if value is not None
    )
    run = f"head: {{{IMAGE}}}, workers: {{a: {{replicas: 3, {bounds}{IMAGE}}}}}"
    [document] = emitted(f"kind: raycluster, {run}")
    [group] = document["spec"]["workerGroupSpecs"]
    assert (group["replicas"], group["minReplicas"], group["maxReplicas"]) == made


def test_the_scheduler_of_dask_is_found() -> None:
    [cluster, scaling] = emitted(f"kind: daskcluster, minReplicas: 1, maxReplicas: 4, {DASK}")
    name = cluster["metadata"]["name"]
    service = cluster["spec"]["scheduler"]["service"]
    assert service["selector"] == {
        "dask.org/cluster-name": name,
        "dask.org/component": "scheduler",
    }
    [main] = cluster["spec"]["scheduler"]["spec"]["containers"]
    ports = {p["name"]: p["containerPort"] for p in main["ports"]}
    assert [ports[p["targetPort"]] for p in service["ports"]] == [8786, 8787]
    assert len({p["name"] for p in service["ports"]}) == 2
    assert main["readinessProbe"]["httpGet"] == {"port": "http-dashboard", "path": "/health"}
    assert scaling["kind"] == "DaskAutoscaler"
    assert scaling["spec"] == {"cluster": name, "minimum": 1, "maximum": 4}


def test_ports_of_the_author_keep_their_names() -> None:
    ports = "[{containerPort: 8786, name: comm}, {containerPort: 8787}]"
    scheduler = f"container: {{image: a, args: [dask-scheduler], ports: {ports}}}"
    run = f"kind: daskcluster, worker: {{{IMAGE}}}, scheduler: {{{scheduler}}}"
    spec = emitted(run)[0]["spec"]["scheduler"]
    assert [p["targetPort"] for p in spec["service"]["ports"]] == ["comm", "http-dashboard"]
    assert "readinessProbe" not in spec["spec"]["containers"][0]


@pytest.mark.parametrize(
    ("run", "more", "messages"),
    [
        (f"kind: mxjob, worker: {{{IMAGE}}}", "",
         ["PXC701 `run.kind: mxjob` cannot be said in the kubernetes target"]),
        (f"kind: mpijob, worker: {{{IMAGE}}}", "",
         ["PXC104 a `mpijob` needs the role `launcher`"]),
        (f"kind: xgbjob, worker: {{{IMAGE}}}", "", ["PXC104 a `xgbjob` needs the role `master`"]),
        (f"kind: raycluster, workers: {{a: {{{IMAGE}}}}}", "",
         ["PXC104 a `raycluster` needs the role `head`"]),
        (f"kind: daskcluster, worker: {{{IMAGE}}}", "",
         ["PXC104 a `daskcluster` needs the role `scheduler`"]),
        (f"kind: pytorchjob, elasticPolicy: {{maxRestarts: 1}}, master: {{{IMAGE}}}", "",
         ["PXC104 a `pytorchjob` needs the role `worker`"]),
        (f"kind: pytorchjob, nProcPerNode: 2, elasticPolicy: {{nProcPerNode: 3}}, {TWO}", "",
         ["PXC116 `elasticPolicy.nProcPerNode` is 3, but `nProcPerNode` is 2"]),
        (f"kind: pytorchjob, elasticPolicy: {{rdvzConf: [a]}}, {TWO}", "",
         ["PXC116 an item of `rdvzConf` is a setting of the rendezvous"]),
        (f"kind: paddlejob, elasticPolicy: {{rdvzPort: 7}}, {TWO}", "",
         ["PXC701 `elasticPolicy.rdvzPort` of a `paddlejob` cannot be said"]),
        (f"kind: mpijob, launcher: {{replicas: 2, {IMAGE}}}", "",
         ["PXC116 the `launcher` of a `mpijob` is one pod, not 2"]),
        (f"kind: mpijob, launcher: {{environment: {{restartPolicy: ExitCode}}, {IMAGE}}}", "",
         ["PXC701 `restartPolicy: ExitCode` cannot be said for the `launcher` of a `mpijob`"]),
        (f"kind: tfjob, schedulingPolicy: {{minResources: 7}}, worker: {{{IMAGE}}}", "",
         ["PXC116 `minResources` names resources and how much of each"]),
        (f"kind: tfjob, worker: {{{IMAGE}}}", "schedule: {kind: cron, cron: 0 0 * * *}",
         ["PXC701 `schedule` of a `tfjob` cannot be said in the kubernetes target"]),
        (f"kind: tfjob, worker: {{{IMAGE}}}",
         "termination: {podFailurePolicy: {rules: [{action: Count, onExitCodes:"
         " {operator: In, values: [7]}}]}}",
         ["PXC701 `termination.podFailurePolicy` of a `tfjob` cannot be said"]),
        (f"kind: raycluster, entrypoint: a, {RAY}", "termination: {timeout: 0}",
         ["PXC116 `termination.timeout` of a RayJob must be more than zero"]),
        (f"kind: raycluster, {RAY}", "termination: {timeout: 9, ttl: 9}",
         ["PXC701 `termination.timeout` of a `raycluster` without `entrypoint` cannot be said",
          "PXC702 `termination.ttl` of a `raycluster` without `entrypoint` is left out"]),
        (f"kind: raycluster, runtimeEnv: {{pip: [x]}}, {RAY}", "",
         ["PXC701 `runtimeEnv` of a `raycluster` without `entrypoint` cannot be said"]),
        (f"kind: raycluster, autoscalerOptions: {{mode: a, upscalingMode: Fast}}, {RAY}", "",
         ["PXC701 `autoscalerOptions.mode` is no option of Ray's autoscaler",
          "PXC116 `upscalingMode: Fast` is no mode of Ray's autoscaler"]),
        (f"kind: raycluster, head: {{{IMAGE}}}, workers: {{a: {{minReplicas: 3, maxReplicas: 2,"
         f" {IMAGE}}}}}", "", ["PXC116 `maxReplicas: 2` is less than `minReplicas: 3`"]),
        (f"kind: daskcluster, maxReplicas: 2, {DASK}", "termination: {maxRetries: 1}",
         ["PXC702 `termination.maxRetries` of a `daskcluster` is left out",
          "PXC702 `maxReplicas` without `minReplicas` is left out"]),
        (f"kind: spark, type: go, mainApplicationFile: a, {PAIR}", "termination: {timeout: 9}",
         ["PXC701 `termination.timeout` of a `spark` cannot be said",
          "PXC104 a `spark` needs `sparkVersion`",
          "PXC116 `type: go` is not known to the operator"]),
        (f"kind: spark, {SPARK}, executor: {{container: {{image: a, args: [b], resources:"
         " {limits: {memory: 512Mi}}}}", "",
         ["PXC104 a `spark` needs the role `driver`",
          "PXC116 512Mi of memory are too little for the `executor` of a `spark`",
          "PXC701 `args` of the `executor` of a `spark` cannot be said"]),
        (f"kind: daskjob, {DASK}, job: {{{IMAGE}, sidecars: [{{image: b}}]}}", "",
         ["PXC701 sidecars of the `job` of a `daskjob` cannot be said"]),
    ],
)  # fmt: skip
def test_what_an_operator_has_no_place_for_is_told(
    run: str, more: str, messages: list[str]
) -> None:
    assert found(run, more) == messages


QUEUED = "queue: gpu"


def test_without_a_queue_in_the_cluster_its_loss_is_told() -> None:
    [said] = found(f"kind: tfjob, worker: {{{IMAGE}}}", QUEUED)
    assert said.startswith("PXC702 `queue` has no counterpart")


@pytest.mark.parametrize(
    "run",
    [r for r in KINDS if "dask" not in r and "spark" not in r]
    + [f"kind: job, {IMAGE}", f"kind: service, {IMAGE}"],
)
def test_kueue_reads_a_label_of_the_object(run: str) -> None:
    plain = emitted(run)
    queued = emitted(run, QUEUED, queue_as="kueue")
    carriers = [d for d in queued if "kueue.x-k8s.io/queue-name" in d["metadata"]["labels"]]
    assert len(carriers) == 1
    del carriers[0]["metadata"]["labels"]["kueue.x-k8s.io/queue-name"]
    assert queued == plain, "a suspension would come back whenever the file is applied"


@pytest.mark.parametrize("queue", ["gpu", "agent/gpu", "agent.gpu"])
@pytest.mark.parametrize("kind", ["tfjob", "raycluster", "job", "service"])
@pytest.mark.parametrize("scheduler", ["kueue", "volcano"])
def test_the_agent_of_a_queue_is_none_of_its_name(queue: str, kind: str, scheduler: str) -> None:
    """A label holds no `/`; which agent it is tells the cluster."""
    run = next((r for r in KINDS if kind in r), f"kind: {kind}, {IMAGE}")
    documents = emitted(run, f"queue: {queue}", queue_as=scheduler)
    text = json.dumps(documents)
    assert 'queue-name": "gpu"' in text
    assert "agent" not in text


@pytest.mark.parametrize("queue", ["GPU", "a/b c", "agent/", f"x/{'q' * 64}"])
@pytest.mark.parametrize("scheduler", ["kueue", "volcano"])
def test_what_is_no_queue_of_a_cluster(queue: str, scheduler: str) -> None:
    [said] = found(f"kind: tfjob, worker: {{{IMAGE}}}", f"queue: '{queue}'", queue_as=scheduler)
    assert said == f"PXC116 `{queue}` is no queue of a cluster"


def test_kueue_admits_each_job_of_a_schedule() -> None:
    more = f"{QUEUED}\nschedule: {{kind: cron, cron: 0 0 * * *}}"
    [document] = emitted(f"kind: job, {IMAGE}", more, queue_as="kueue")
    labels = document["spec"]["jobTemplate"]["metadata"]["labels"]
    assert labels["kueue.x-k8s.io/queue-name"] == "gpu"


def test_kueue_knows_no_dask() -> None:
    [said] = found(f"kind: daskcluster, {DASK}", QUEUED, queue_as="kueue")
    assert said == "PXC702 Kueue knows no queue for `run.kind: daskcluster`: `queue` is left out"


@pytest.mark.parametrize("run", [*KINDS, f"kind: job, {IMAGE}", f"kind: service, {IMAGE}"])
def test_volcano_schedules_every_pod(run: str) -> None:
    documents = emitted(run, QUEUED, queue_as="volcano")
    pods = [spec for d in documents for spec in pod_specs(d.get("spec"))]
    assert pods
    assert {spec["schedulerName"] for spec in pods} == {"volcano"}
    text = json.dumps(documents)
    assert text.count('"scheduling.volcano.sh/queue-name": "gpu"') >= len(pods)
    main = documents[0]
    if "runPolicy" in main["spec"]:
        assert main["spec"]["runPolicy"]["schedulingPolicy"]["queue"] == "gpu"
    if main["kind"].startswith("Ray"):
        assert main["metadata"]["labels"]["volcano.sh/queue-name"] == "gpu"


def pod_specs(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("containers"), list):
            return [value]
        value = list(value.values())
    return [spec for each in value for spec in pod_specs(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("run", [r for r in KINDS if "tfjob" in r or "master" in r or "mpi" in r])
@pytest.mark.parametrize("timeout", [0, 60])
def test_pods_that_no_operator_ends_in_time_end_by_themselves(run: str, timeout: int) -> None:
    """The training operator asks for the time only when a pod changes; MPI's launcher is a Job.

    A pod's deadline is one second at least.
    """
    [job] = emitted(run, f"termination: {{timeout: {timeout}}}")
    assert job["spec"]["runPolicy"]["activeDeadlineSeconds"] == timeout
    told = {spec.get("activeDeadlineSeconds") for spec in pod_specs(job["spec"])}
    assert told == ({60} if timeout and "mpi" not in run else {None})


GANGS = {
    f"kind: pytorchjob, {TWO}": 4,
    f"kind: tfjob, worker: {{replicas: 2, {IMAGE}}}, ps: {{{IMAGE}}}": 3,
    f"kind: xgbjob, {TWO}": 4,
    f"kind: paddlejob, {TWO}": 4,
    f"kind: mpijob, launcher: {{{IMAGE}}}, worker: {{replicas: 0, {IMAGE}}}": 1,
}


@pytest.mark.parametrize("run", GANGS)
def test_all_pods_of_a_run_start_or_none(run: str) -> None:
    """MPI's operator would refuse a group of its job's name; the others take it for their own."""
    group, job = emitted(run, QUEUED, queue_as="volcano")
    name = job["metadata"]["name"] + ("-gang" if "mpijob" in run else "")
    assert (group["apiVersion"], group["kind"]) == ("scheduling.volcano.sh/v1beta1", "PodGroup")
    assert group["metadata"]["name"] == name
    assert group["spec"] == {"minMember": GANGS[run], "queue": "gpu"}
    specs = next(v for k, v in job["spec"].items() if k.endswith("ReplicaSpecs"))
    told = [s["template"]["metadata"]["annotations"] for s in specs.values()]
    assert [t["scheduling.k8s.io/group-name"] for t in told] == [name] * len(specs)


def test_a_group_is_what_the_scheduling_policy_says() -> None:
    policy = "{minAvailable: 2, queue: own, minResources: {cpu: 4}, priorityClass: high}"
    group, job = emitted(
        f"kind: pytorchjob, schedulingPolicy: {policy}, {TWO}", QUEUED, queue_as="volcano"
    )
    assert group["spec"] == {
        "minMember": 2, "queue": "own", "minResources": {"cpu": "4"}, "priorityClassName": "high",
    }  # fmt: skip
    assert job["spec"]["runPolicy"]["schedulingPolicy"]["queue"] == "own"


@pytest.mark.parametrize(
    ("policy", "least"), [("", 4), ("schedulingPolicy: {minAvailable: 2},", 2)]
)
def test_volcano_makes_the_group_of_an_indexed_job(policy: str, least: int) -> None:
    """It belongs to the Job and is deleted with it, which no object of a file would be."""
    _, job = emitted(
        f"kind: pytorchjob, {policy} {TWO}", QUEUED, queue_as="volcano", distributed="indexed"
    )
    told = job["metadata"]["annotations"]
    assert told["scheduling.volcano.sh/group-min-member"] == str(least)
    assert "scheduling.k8s.io/group-name" not in json.dumps(job)


@pytest.mark.parametrize(
    ("run", "options"),
    [
        (f"kind: pytorchjob, {TWO}", {"queue_as": "kueue"}),
        (f"kind: raycluster, {RAY}", {"queue_as": "volcano"}),
        (f"kind: daskcluster, {DASK}", {"queue_as": "volcano"}),
        (
            "kind: pytorchjob, worker: {environment: {annotations: {scheduling.k8s.io/group-name:"
            f" mine}}}}, {IMAGE}}}",
            {"queue_as": "volcano"},
        ),
    ],
)
def test_a_group_that_somebody_else_makes(run: str, options: dict[str, Any]) -> None:
    """KubeRay makes one by its labels, an author by hand; the pods of Kueue wait as one anyway."""
    assert "PodGroup" not in [d["kind"] for d in emitted(run, QUEUED, **options)]


def test_a_generated_name_makes_no_group() -> None:
    said = found(f"kind: pytorchjob, {TWO}", QUEUED, queue_as="volcano", name_policy="generate")
    assert "PXC702 the pods of this `pytorchjob` are scheduled one by one" in said
    policy = "schedulingPolicy: {minAvailable: 2, priorityClass: high}"
    run = f"kind: pytorchjob, {policy}, {TWO}"
    assert found(run, QUEUED, queue_as="volcano", distributed="indexed") == [
        "PXC702 `schedulingPolicy` of an Indexed Job is left out, but for `minAvailable`"
    ]


def test_a_scheduler_of_the_author_stays() -> None:
    run = f"kind: tfjob, worker: {{environment: {{schedulerName: mine}}, {IMAGE}}}"
    [said] = found(run, QUEUED, queue_as="volcano")
    assert said == "PXC702 `queue: gpu` is left out, because `schedulerName` is `mine`"


def test_another_queue_of_volcano_is_another_object() -> None:
    """The queue is in the pods, and the pods of a Job can never change."""
    names = {
        emitted(f"kind: job, {IMAGE}", f"queue: {queue}", queue_as="volcano")[0]["metadata"]["name"]
        for queue in ("a", "b")
    }
    run = f"kind: pytorchjob, {TWO}"
    names |= {
        emitted(run, f"queue: {q}", queue_as="volcano", distributed="indexed")[1]["metadata"][
            "name"
        ]
        for q in ("a", "b")
    }
    assert len(names) == 4


def test_a_queue_that_only_the_run_knows_is_left_out() -> None:
    [said] = found(f"kind: job, {IMAGE}", "queue: '{{ globals.uuid }}'", queue_as="kueue")
    assert said.startswith("PXC702 `queue` has no counterpart")


def test_params_and_connections_reach_every_role_of_a_cluster() -> None:
    text = (
        "kind: operation\nname: train\n"
        "params: {code: {value: {url: 'https://h/r'}, toInit: true}, c: {value: store}}\n"
        "component:\n  inputs: [{name: code, type: git}, {name: c, type: str}]\n"
        "  run: {kind: raycluster, entrypoint: a, head: {POD}, workers: {a: {POD}}}\n"
    ).replace("POD", "connections: ['{{ c }}'], " + IMAGE)
    files = (SourceText("f.yaml", text.encode()),)
    catalog = (Path(__file__).with_name("connections.yaml"),)
    made = compile_request(Request(files=files, catalog=catalog))
    assert [d.message for d in made.report] == []
    specs = pod_specs(judge(made.files[0].text))
    assert len(specs) == 2
    for spec in specs:
        assert "git-1" in [c["name"] for c in spec["initContainers"]]
        assert "/store" in [m["mountPath"] for m in spec["containers"][0]["volumeMounts"]]


def test_a_generated_name() -> None:
    made = outcome(f"kind: tfjob, worker: {{{IMAGE}}}", name_policy="generate")
    [document] = yaml.safe_load_all(made.files[0].text)
    assert document["metadata"]["generateName"] == "train-"
    [told] = made.report
    assert told.message == "every `tfjob` that is created of this file has the same `globals.uuid`"
    assert "--name-policy revision" in (told.help or "")
    [said] = found(f"kind: daskcluster, {DASK}", name_policy="generate")
    assert said == "PXC701 a `daskcluster` needs a name that is known before the run"


def test_files_of_several_roles_are_one_config_map() -> None:
    pod = f"{IMAGE}, init: [{{file: {{filename: a.sh, content: echo}}}}]"
    documents = emitted(f"kind: pytorchjob, master: {{{pod}}}, worker: {{{pod}}}")
    assert [d["kind"] for d in documents] == ["ConfigMap", "PyTorchJob"]
    name = documents[0]["metadata"]["name"]
    assert json.dumps(documents[1]).count(f'"configMap": {{"name": "{name}"') == 2


def test_the_same_file_gives_the_same_bytes() -> None:
    texts = {outcome(f"kind: raycluster, {RAY}").files[0].text for _ in range(3)}
    assert len(texts) == 1
    assert yaml.safe_load(texts.pop())["kind"] == "RayCluster"


def indexed(run: str, more: str = "") -> list[dict[str, Any]]:
    return emitted(run, more, distributed="indexed")


def test_an_indexed_job_needs_no_operator() -> None:
    service, job = indexed(f"kind: pytorchjob, nProcPerNode: 2, {TWO}", "termination: {ttl: 9}")
    name = job["metadata"]["name"]
    spec = job["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 4, 4)
    assert spec["ttlSecondsAfterFinished"] == 9
    assert service["metadata"]["name"] == spec["template"]["spec"]["subdomain"] == name
    assert service["spec"]["selector"] == {"batch.kubernetes.io/job-name": name}
    assert service["spec"]["clusterIP"] == "None"
    [main] = spec["template"]["spec"]["containers"]
    env = {
        e["name"]: e.get("value") or e["valueFrom"]["fieldRef"]["fieldPath"] for e in main["env"]
    }
    index = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
    told = {
        "MASTER_ADDR": f"{name}-0.{name}", "MASTER_PORT": "29500", "WORLD_SIZE": "4",
        "RANK": index, "NODE_RANK": index, "PET_NNODES": "4", "PET_NODE_RANK": index,
        "PET_NPROC_PER_NODE": "2",
    }  # fmt: skip
    assert told.items() <= env.items()


def test_variables_of_the_author_stay_in_an_indexed_job() -> None:
    pod = "container: {image: a, env: [{name: MASTER_PORT, value: '7'}]}"
    job = indexed(f"kind: pytorchjob, worker: {{replicas: 2, {pod}}}")[1]
    env = job["spec"]["template"]["spec"]["containers"][0]["env"]
    assert [e["value"] for e in env if e["name"] == "MASTER_PORT"] == ["7"]


@pytest.mark.parametrize(
    ("resources", "made"),
    [
        ("{}", {}),
        ("{limits: {cpu: 2, memory: 4Gi}}",
         {"cores": 2, "coreRequest": "2", "coreLimit": "2", "memory": "3712m",
          "memoryOverhead": "384m"}),
        ("{requests: {cpu: 2500m, memory: 11Gi}, limits: {nvidia.com/gpu: 1}}",
         {"cores": 2, "coreRequest": "2500m", "memory": "10240m", "memoryOverhead": "1024m"}),
        ("{requests: {cpu: 100m}}", {"cores": 1, "coreRequest": "100m"}),
    ],
)  # fmt: skip
def test_spark_counts_cores_and_memory_itself(resources: str, made: dict[str, Any]) -> None:
    """The heap and its overhead are together what the author asked for."""
    pod = f"container: {{image: 'img:1', resources: {resources}}}"
    [document] = emitted(f"kind: spark, {SPARK}, driver: {{{IMAGE}}}, executor: {{{pod}}}")
    executor = document["spec"]["executor"]
    assert {k: v for k, v in executor.items() if k not in ("template", "image")} == {
        "instances": 1,
        **made,
    }


def test_volumes_and_connections_of_a_spark_run_are_those_of_both_roles() -> None:
    mounted = "container: {image: a, volumeMounts: [{name: v, mountPath: /v}]}"
    run = f"{SPARK}, volumes: [{{name: v, emptyDir: {{}}}}], driver: {{{mounted}}}"
    [document] = emitted(f"kind: spark, {run}, executor: {{{mounted}}}")
    assert all("v" in [v["name"] for v in spec["volumes"]] for spec in pod_specs(document["spec"]))


@pytest.mark.parametrize(
    ("run", "messages"),
    [
        (f"kind: tfjob, worker: {{{IMAGE}}}",
         ["PXC701 `run.kind: tfjob` cannot be an Indexed Job"]),
        (f"kind: pytorchjob, elasticPolicy: {{maxRestarts: 1}}, {TWO}",
         ["PXC701 `elasticPolicy` cannot be said of an Indexed Job"]),
        (f"kind: pytorchjob, master: {{{IMAGE}}}, worker: {{container: {{image: b}}}}",
         ["PXC701 `worker` is another pod than `master`, and an Indexed Job has one template"]),
        (f"kind: pytorchjob, cleanPodPolicy: All, schedulingPolicy: {{queue: a}}, {TWO}",
         ["PXC702 `cleanPodPolicy` of an Indexed Job is left out",
          "PXC702 `schedulingPolicy` of an Indexed Job is left out"]),
        (f"kind: pytorchjob, cleanPodPolicy: None, {TWO}", []),
    ],
)  # fmt: skip
def test_what_an_indexed_job_cannot_be(run: str, messages: list[str]) -> None:
    assert found(run, distributed="indexed") == messages


def test_an_indexed_job_has_its_name_before_the_run() -> None:
    [said] = found(f"kind: pytorchjob, {TWO}", distributed="indexed", name_policy="generate")
    assert said == "PXC701 an Indexed Job needs a name that is known before the run"
