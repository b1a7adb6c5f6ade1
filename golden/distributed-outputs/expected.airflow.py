# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
import time
from base64 import b64decode
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.hooks.kubernetes import KubernetesHook
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import (
    DAG,
    AirflowException,
    BaseSensorOperator,
    literal,
)
from airflow.providers.standard.operators.python import ShortCircuitOperator
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


class ResourceOperator(BaseSensorOperator):
    """Creates a resource, looks at it from time to time, and deletes it at its end.

    All that `succeeded` says of its fields is true of a success; one thing that
    `failed` says is enough for a failure. What is `beside` it goes when it goes.
    A try has a resource of its own, and deletes what the try before it left. Of a
    mapped task `changes` tell what each resource has of its own, by its place in it.
    """

    template_fields = ("resource", "beside")
    ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")

    def __init__(
        self,
        *,
        resource,
        succeeded,
        failed,
        beside=(),
        deadline=None,
        changes=None,
        **kwargs,
    ):
        kwargs = {"mode": "reschedule", "poke_interval": 30, **kwargs}
        super().__init__(timeout=timedelta(days=3650), **kwargs)
        self.resource, self.beside = self.changed(resource, changes or {}), beside
        self.succeeded, self.failed, self.deadline = succeeded, failed, deadline
        self.created, self.name = False, None

    @staticmethod
    def changed(resource, changes):
        resource = deepcopy(resource)
        for place, value in changes.items():
            at, names = resource, place.split("/")[1:]
            *way, last = [each.replace("~1", "/").replace("~0", "~") for each in names]
            for name in way:
                at = at[int(name) if isinstance(at, list) else name]
            at[int(last) if isinstance(at, list) else last] = value
        return resource

    def poke(self, context):
        self.name = self.resource["metadata"]["name"]
        if not self.created and self.is_first(context):
            self.create(context["ti"].try_number)
        self.created = True
        try:
            found = self.hook.get_custom_object(**self.place, name=self.name)
        except (ApiException, HTTPError) as error:
            if getattr(error, "status", 503) == 404:
                raise AirflowException(f"{self.name} is gone") from error
            self.log.warning("no answer about %s: %s", self.name, error)
            return False
        end = self.end_of(found)
        if not end:
            return False
        self.log.info("%s: %s", self.name, found.get("status"))
        try:
            self.show_logs()
            self.delete(self.name)
        except (ApiException, HTTPError) as error:
            self.log.warning("%s is left: %s", self.name, error)
        if end != "has succeeded":
            raise AirflowException(f"{self.name} {end}")
        return True

    def end_of(self, found):
        if any(self.holds(found, *sign) for sign in self.failed.items()):
            return "has failed"
        if all(self.holds(found, *sign) for sign in self.succeeded.items()):
            return "has succeeded"
        begun = found["metadata"]["creationTimestamp"].replace("Z", "+00:00")
        age = datetime.now(timezone.utc) - datetime.fromisoformat(begun)
        late = self.deadline and age > timedelta(seconds=self.deadline)
        return "has taken too long" if late else ""

    def create(self, try_number):
        if try_number > 1:
            last = self.name.removesuffix(str(try_number)) + str(try_number - 1)
            self.delete(last)
        made = self.create_patiently()
        owner = {key: self.resource[key] for key in ("apiVersion", "kind")}
        owner.update({key: made["metadata"][key] for key in ("name", "uid")})
        try:
            for each in self.beside:
                self.create_beside(each, owner)
        except ApiException:
            self.delete(self.name)
            raise

    def create_patiently(self):
        for pause in (1, 5, 25, None):
            try:
                return self.make()
            except ApiException as error:
                if pause is None or error.status != 429 and error.status < 500:
                    raise
                time.sleep(pause)

    def make(self):
        return self.hook.create_custom_object(body=self.resource, **self.place)

    def create_beside(self, each, owner):
        each["metadata"]["ownerReferences"] = [owner]
        if each["kind"] == "Service":
            core = self.hook.core_v1_client
            core.create_namespaced_service(self.place["namespace"], each)
        else:
            self.hook.create_custom_object(body=each, **self.place_of(each))

    def delete(self, name):
        how = {"propagation_policy": "Background"}
        try:
            self.hook.delete_custom_object(**self.place, name=name, **how)
        except ApiException as error:
            if error.status != 404:
                raise

    def show_logs(self):
        """The last lines of each pod, which goes with the resource."""
        core, where = self.hook.core_v1_client, self.place["namespace"]
        label = f"app.kubernetes.io/instance={self.name}"
        for pod in core.list_namespaced_pod(where, label_selector=label).items[:50]:
            name, main = pod.metadata.name, pod.spec.containers[0].name
            try:
                text = self.log_of(name, container=main, tail_lines=100)
            except ApiException as error:
                text = f"no log: {error.reason}"
            for line in text.splitlines():
                self.log.info("[%s] %s", name, line)

    def log_of(self, pod, **which):
        read = self.hook.core_v1_client.read_namespaced_pod_log
        told = read(pod, self.place["namespace"], _preload_content=False, **which)
        return told.data.decode(errors="replace")

    def is_first(self, context):
        """Whether this try looks for the first time."""
        count = context.get("task_reschedule_count")
        if count is None:  # Airflow 2
            from airflow.models.taskreschedule import TaskReschedule
            from airflow.utils.session import create_session

            with create_session() as session:
                told = TaskReschedule.stmt_for_task_instance(context["ti"])
                count = len(session.scalars(told).all())
        return not count

    def holds(self, found, path, words):
        """Whether a field has one of these words, or is there; of conditions a type."""
        for key in path.split("."):
            found = found.get(key) or {}
        if isinstance(found, list):
            told = {each["type"] for each in found if each["status"] == "True"}
            return bool(told.intersection(words))
        return found in words if words else bool(found)

    def on_kill(self):
        if self.name:
            self.delete(self.name)

    @cached_property
    def hook(self):
        return KubernetesHook(conn_id="kubernetes_default")

    @property
    def place(self):
        return self.place_of(self.resource)

    def place_of(self, resource):
        group, _, version = resource["apiVersion"].rpartition("/")
        namespace = resource["metadata"].get("namespace") or self.hook.get_namespace()
        if not namespace and self.ACCOUNT.exists():
            namespace = self.ACCOUNT.read_text()
        return {
            "group": group,
            "version": version,
            "plural": resource["kind"].lower() + "s",
            "namespace": namespace or "default",
        }


class ResourceOutputsOperator(ResourceOperator):
    """A resource whose XCom is what its run left in the store of its artifacts.

    At its end `reader`, a pod, copies the files of the outputs, and logs them.
    """

    template_fields = (*ResourceOperator.template_fields, "reader")

    def __init__(self, *, reader, outputs, **kwargs):
        super().__init__(**kwargs)
        self.reader, self.outputs, self.left = reader, outputs, {}

    def poke(self, context):
        self.ti = context["ti"]
        return super().poke(context)

    def end_of(self, found):
        end = super().end_of(found)
        if end not in ("has succeeded", "has failed") or not self.outputs:
            return end
        try:
            phase, text = self.read(found)
        except (ApiException, HTTPError) as error:
            self.log.warning("no answer about the reader of %s: %s", self.name, error)
            status = getattr(error, "status", 503)
            phase, text = "Failed" if 400 <= status < 429 else "", ""
        if phase == "Succeeded":
            self.left = self.values(text)
            self.ti.xcom_push(key="return_value", value=self.left)
            return end
        if phase == "Failed":
            self.log.error("the outputs of %s are lost: %s", self.name, text)
            return end.replace("has succeeded", "has lost its outputs")
        return ""

    def read(self, found):
        """How the reader stands, and what it logged once it has ended."""
        core, where = self.hook.core_v1_client, self.place["namespace"]
        name = self.reader["metadata"]["name"]
        try:
            phase = core.read_namespaced_pod(name, where).status.phase
        except ApiException as error:
            if error.status != 404:
                raise
            owner = {key: found[key] for key in ("apiVersion", "kind")}
            owner.update({key: found["metadata"][key] for key in ("name", "uid")})
            self.reader["metadata"]["ownerReferences"] = [owner]
            core.create_namespaced_pod(where, self.reader)
            return "", ""
        if phase not in ("Succeeded", "Failed"):
            return "", ""
        return phase, self.log_of(name)

    def values(self, text):
        left = {}
        for line in text.splitlines():
            if line.startswith("output:"):
                _, value, path = line.split(":", 2)
                name = path.partition("/outputs/")[2]
                left[name] = b64decode(value).decode().removesuffix("\n")
        logged = json.loads(left.pop("", "") or "{}").get("outputs") or {}
        found = {name: left.get(name, logged.get(name, "")) for name in self.outputs}
        return {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in found.items()
        }


def report_condition(accuracy):
    accuracy = float(accuracy)
    return accuracy > 0.9


INIT_CONTAINERS = [
    {
        "name": "results",
        "image": "rclone/rclone:1.75.1",
        "command": [
            "sh",
            "-ceu",
            literal(
                (
                    'fail() { echo "files: $1" >&2; exit 65; }\n'
                    'move() { rclone --config "" "$@"; }\n'
                    "run=$1 to=$2 seconds=$3\n"
                    "stop= pause=\n"
                    'trap \'stop=1; test -z "$pause" || kill "$pause" 2>/dev/null || :\' TERM INT\n'
                    ": >/tmp/results-stand\n"
                    "upload() {\n"
                    '  test -d "$run" || return 0\n'
                    '  move copy --create-empty-src-dirs --copy-links -- "$run" "$to"\n'
                    "}\n"
                    'while test -z "$stop"; do\n'
                    '  sleep "$seconds" & pause=$!\n'
                    '  test -z "$stop" || kill "$pause" 2>/dev/null || :\n'
                    '  wait "$pause" || :\n'
                    '  test -n "$stop" || upload || echo "results: this upload failed, the next may not" >&2\n'
                    "done\n"
                    "for pause in 1 2 4 8 16 0; do\n"
                    '  if upload; then echo "results: $run -> $to"; exit 0; fi\n'
                    '  sleep "$pause"\n'
                    "done\n"
                    'echo "results: what is in $run was not kept in $to" >/dev/termination-log\n'
                    'fail "what is in $run was not kept in $to"\n'
                ),
            ),
            "results",
        ],
        "args": [
            "/plx-context/artifacts/$(PXC_RUN_UUID)",
            "/runs/$(PXC_RUN_UUID)",
            "30",
        ],
        "env": [{"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"}],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        "restartPolicy": "Always",
        "volumeMounts": [
            {"name": "runs", "mountPath": "/runs"},
            {"name": "artifacts-context", "mountPath": "/plx-context/artifacts"},
        ],
        "startupProbe": {
            "exec": {"command": ["test", "-e", "/tmp/results-stand"]},
            "periodSeconds": 1,
            "failureThreshold": 300,
        },
    },
]
ENV = [
    {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
    {
        "name": "PXC_OUTPUTS_DIR",
        "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs",
    },
    {"name": "POLYAXON_IS_OFFLINE", "value": "true"},
    {"name": "POLYAXON_IS_MANAGED", "value": "true"},
    {"name": "POLYAXON_RUN_INSTANCE", "value": "default.default.runs.$(PXC_RUN_UUID)"},
    {"name": "POLYAXON_OFFLINE_ROOT", "value": "/plx-context/offline"},
]
VOLUME_MOUNTS = [
    {"name": "artifacts-context", "mountPath": "/plx-context/artifacts"},
    {
        "name": "artifacts-context",
        "mountPath": "/plx-context/outputs",
        "subPathExpr": "$(PXC_RUN_UUID)/outputs",
    },
    {"name": "artifacts-context", "mountPath": "/plx-context/offline/runs"},
    {"name": "shm", "mountPath": "/dev/shm"},
]
VOLUMES = [
    {"name": "artifacts-context", "emptyDir": {}},
    {"name": "runs", "persistentVolumeClaim": {"claimName": "runs-pvc"}},
    {"name": "shm", "emptyDir": {"medium": "Memory"}},
]
VOLUME_MOUNTS_2 = [
    {"name": "runs", "mountPath": "/runs"},
    {"name": "artifacts-context", "mountPath": "/plx-context/artifacts"},
]


with DAG(
    dag_id="nightly",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    ops = {}
    train = ResourceOutputsOperator(
        task_id="train",
        resource={
            "apiVersion": "kubeflow.org/v1",
            "kind": "PyTorchJob",
            "metadata": {
                "name": "train-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                "labels": {
                    "app.kubernetes.io/name": "train",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train",
                    "pxc.dev/dag": "nightly",
                    "app.kubernetes.io/instance": "train-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                    "pxc.dev/run-uuid": "{{ run_uuid(ti) }}",
                },
            },
            "spec": {
                "runPolicy": {"cleanPodPolicy": "None"},
                "pytorchReplicaSpecs": {
                    "Master": {
                        "replicas": 1,
                        "restartPolicy": "OnFailure",
                        "template": {
                            "metadata": {
                                "labels": {
                                    "app.kubernetes.io/name": "train",
                                    "app.kubernetes.io/managed-by": "pxc",
                                    "pxc.dev/operation": "train",
                                    "pxc.dev/dag": "nightly",
                                    "app.kubernetes.io/instance": "train-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                                },
                            },
                            "spec": {
                                "terminationGracePeriodSeconds": 300,
                                "initContainers": INIT_CONTAINERS,
                                "containers": [
                                    {
                                        "name": "pytorch",
                                        "image": "trainer:1",
                                        "command": ["python", "train.py"],
                                        "env": ENV,
                                        "volumeMounts": VOLUME_MOUNTS,
                                    },
                                ],
                                "volumes": VOLUMES,
                            },
                        },
                    },
                    "Worker": {
                        "replicas": 3,
                        "restartPolicy": "OnFailure",
                        "template": {
                            "metadata": {
                                "labels": {
                                    "app.kubernetes.io/name": "train",
                                    "app.kubernetes.io/managed-by": "pxc",
                                    "pxc.dev/operation": "train",
                                    "pxc.dev/dag": "nightly",
                                    "app.kubernetes.io/instance": "train-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                                },
                            },
                            "spec": {
                                "terminationGracePeriodSeconds": 300,
                                "initContainers": INIT_CONTAINERS,
                                "containers": [
                                    {
                                        "name": "pytorch",
                                        "image": "trainer:1",
                                        "command": ["python", "train.py"],
                                        "env": [
                                            {
                                                "name": "PXC_RUN_UUID",
                                                "value": "{{ run_uuid(ti) }}",
                                            },
                                            {
                                                "name": "PXC_OUTPUTS_DIR",
                                                "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs",
                                            },
                                            {"name": "POLYAXON_NO_OP", "value": "true"},
                                        ],
                                        "volumeMounts": [
                                            {
                                                "name": "artifacts-context",
                                                "mountPath": "/plx-context/artifacts",
                                            },
                                            {
                                                "name": "artifacts-context",
                                                "mountPath": "/plx-context/outputs",
                                                "subPathExpr": "$(PXC_RUN_UUID)/outputs",
                                            },
                                            {"name": "shm", "mountPath": "/dev/shm"},
                                        ],
                                    },
                                ],
                                "volumes": VOLUMES,
                            },
                        },
                    },
                },
            },
        },
        succeeded={"status.completionTime": []},
        failed={"status.conditions": ["Failed"]},
        reader={
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "train-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}-outputs",
                "labels": {
                    "app.kubernetes.io/name": "train",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train",
                    "pxc.dev/dag": "nightly",
                    "pxc.dev/run-uuid": "{{ run_uuid(ti) }}",
                },
            },
            "spec": {
                "restartPolicy": "OnFailure",
                "activeDeadlineSeconds": 600,
                "containers": [
                    {
                        "name": "main",
                        "image": "rclone/rclone:1.75.1",
                        "command": [
                            "sh",
                            "-ceu",
                            literal(
                                (
                                    'fail() { echo "files: $1" >&2; exit 65; }\n'
                                    'move() { rclone --config "" "$@"; }\n'
                                    "copy() {\n"
                                    'while test "$#" -ge 3; do\n'
                                    "  kind=$1 from=$2 to=$3\n"
                                    "  shift 3\n"
                                    '  case "/$from/" in */../*) fail "$from leads out of the connection" ;; esac\n'
                                    '  found=`move lsjson --stat -- "$from"` || found=\n'
                                    '  case "$from $found" in\n'
                                    "  store:*'\"IsDir\": true'*)\n"
                                    '    names=`move lsf -- "$from"`\n'
                                    '    test -n "$names" || found=\n'
                                    "    ;;\n"
                                    "  esac\n"
                                    '  case "$kind:$found" in\n'
                                    "  resume:) continue ;;\n"
                                    '  *:) fail "there is no $from" ;;\n'
                                    '  file:*\'"IsDir": true\'*) fail "$from is a directory, not a file" ;;\n'
                                    '  *\'"IsDir": true\'*) move copy --create-empty-src-dirs --copy-links -- "$from" "$to" ;;\n'
                                    '  dir:*) fail "$from is a file, not a directory" ;;\n'
                                    '  *) move copyto --copy-links -- "$from" "$to" ;;\n'
                                    "  esac\n"
                                    '  echo "files: $from -> $to"\n'
                                    "done\n"
                                    "}\n"
                                    'copy "$@"\n'
                                    'while test "$#" -ge 3; do\n'
                                    '  if test -f "$3"; then\n'
                                    "    value=`base64 <\"$3\" | tr -d '\\n'`\n"
                                    '    echo "output:$value:$3"\n'
                                    "  fi\n"
                                    "  shift 3\n"
                                    "done\n"
                                ),
                            ),
                            "files",
                        ],
                        "args": [
                            "resume",
                            "/runs/$(PXC_RUN_UUID)/run.plx.json",
                            "/plx-context/artifacts/$(PXC_RUN_UUID)/run.plx.json",
                            "resume",
                            "/runs/$(PXC_RUN_UUID)/outputs/accuracy",
                            "/plx-context/outputs/accuracy",
                        ],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                        ],
                        "volumeMounts": [
                            {"name": "runs", "mountPath": "/runs"},
                            {"name": "artifacts-context", "mountPath": "/plx-context"},
                        ],
                    },
                ],
                "volumes": [
                    {
                        "name": "runs",
                        "persistentVolumeClaim": {"claimName": "runs-pvc"},
                    },
                    {"name": "artifacts-context", "emptyDir": {}},
                ],
            },
        },
        outputs=["accuracy"],
    )
    tune = ResourceOperator.partial(
        task_id="tune",
        resource={
            "apiVersion": "kubeflow.org/v1",
            "kind": "TFJob",
            "metadata": {
                "name": "tune-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                "labels": {
                    "app.kubernetes.io/name": "tune",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "tune",
                    "pxc.dev/dag": "nightly",
                    "app.kubernetes.io/instance": "tune-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                    "pxc.dev/run-uuid": "{{ run_uuid(ti) }}",
                },
                "annotations": {"pxc.dev/matrix-params": '{"layers": 2}'},
            },
            "spec": {
                "runPolicy": {
                    "cleanPodPolicy": "None",
                    "activeDeadlineSeconds": 600,
                    "backoffLimit": 3,
                },
                "tfReplicaSpecs": {
                    "Worker": {
                        "replicas": 2,
                        "restartPolicy": "OnFailure",
                        "template": {
                            "metadata": {
                                "labels": {
                                    "app.kubernetes.io/name": "tune",
                                    "app.kubernetes.io/managed-by": "pxc",
                                    "pxc.dev/operation": "tune",
                                    "pxc.dev/dag": "nightly",
                                    "app.kubernetes.io/instance": "tune-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                                },
                            },
                            "spec": {
                                "activeDeadlineSeconds": 600,
                                "terminationGracePeriodSeconds": 300,
                                "initContainers": [
                                    {
                                        "name": "resume",
                                        "image": "rclone/rclone:1.75.1",
                                        "command": [
                                            "sh",
                                            "-ceu",
                                            literal(
                                                (
                                                    'fail() { echo "files: $1" >&2; exit 65; }\n'
                                                    'move() { rclone --config "" "$@"; }\n'
                                                    'while test "$#" -ge 3; do\n'
                                                    "  kind=$1 from=$2 to=$3\n"
                                                    "  shift 3\n"
                                                    '  case "/$from/" in */../*) fail "$from leads out of the connection" ;; esac\n'
                                                    '  found=`move lsjson --stat -- "$from"` || found=\n'
                                                    '  case "$from $found" in\n'
                                                    "  store:*'\"IsDir\": true'*)\n"
                                                    '    names=`move lsf -- "$from"`\n'
                                                    '    test -n "$names" || found=\n'
                                                    "    ;;\n"
                                                    "  esac\n"
                                                    '  case "$kind:$found" in\n'
                                                    "  resume:) continue ;;\n"
                                                    '  *:) fail "there is no $from" ;;\n'
                                                    '  file:*\'"IsDir": true\'*) fail "$from is a directory, not a file" ;;\n'
                                                    '  *\'"IsDir": true\'*) move copy --create-empty-src-dirs --copy-links -- "$from" "$to" ;;\n'
                                                    '  dir:*) fail "$from is a file, not a directory" ;;\n'
                                                    '  *) move copyto --copy-links -- "$from" "$to" ;;\n'
                                                    "  esac\n"
                                                    '  echo "files: $from -> $to"\n'
                                                    "done\n"
                                                ),
                                            ),
                                            "resume",
                                        ],
                                        "args": [
                                            "resume",
                                            "/runs/$(PXC_RUN_UUID)",
                                            "/plx-context/artifacts/$(PXC_RUN_UUID)",
                                        ],
                                        "env": [
                                            {
                                                "name": "PXC_RUN_UUID",
                                                "value": "{{ run_uuid(ti) }}",
                                            },
                                        ],
                                        "volumeMounts": VOLUME_MOUNTS_2,
                                    },
                                    {
                                        "name": "results",
                                        "image": "rclone/rclone:1.75.1",
                                        "command": [
                                            "sh",
                                            "-ceu",
                                            literal(
                                                (
                                                    'fail() { echo "files: $1" >&2; exit 65; }\n'
                                                    'move() { rclone --config "" "$@"; }\n'
                                                    "run=$1 to=$2 seconds=$3\n"
                                                    "stop= pause=\n"
                                                    'trap \'stop=1; test -z "$pause" || kill "$pause" 2>/dev/null || :\' TERM INT\n'
                                                    ": >/tmp/results-stand\n"
                                                    "upload() {\n"
                                                    '  test -d "$run" || return 0\n'
                                                    '  move copy --create-empty-src-dirs --copy-links -- "$run" "$to"\n'
                                                    "}\n"
                                                    'while test -z "$stop"; do\n'
                                                    '  sleep "$seconds" & pause=$!\n'
                                                    '  test -z "$stop" || kill "$pause" 2>/dev/null || :\n'
                                                    '  wait "$pause" || :\n'
                                                    '  test -n "$stop" || upload || echo "results: this upload failed, the next may not" >&2\n'
                                                    "done\n"
                                                    "for pause in 1 2 4 8 16 0; do\n"
                                                    '  if upload; then echo "results: $run -> $to"; exit 0; fi\n'
                                                    '  sleep "$pause"\n'
                                                    "done\n"
                                                    'echo "results: what is in $run was not kept in $to" >/dev/termination-log\n'
                                                    'fail "what is in $run was not kept in $to"\n'
                                                ),
                                            ),
                                            "results",
                                        ],
                                        "args": [
                                            "/plx-context/artifacts/$(PXC_RUN_UUID)",
                                            "/runs/$(PXC_RUN_UUID)",
                                            "30",
                                        ],
                                        "env": [
                                            {
                                                "name": "PXC_RUN_UUID",
                                                "value": "{{ run_uuid(ti) }}",
                                            },
                                        ],
                                        "resources": {
                                            "requests": {
                                                "cpu": "100m",
                                                "memory": "64Mi",
                                            },
                                        },
                                        "restartPolicy": "Always",
                                        "volumeMounts": VOLUME_MOUNTS_2,
                                        "startupProbe": {
                                            "exec": {
                                                "command": [
                                                    "test",
                                                    "-e",
                                                    "/tmp/results-stand",
                                                ],
                                            },
                                            "periodSeconds": 1,
                                            "failureThreshold": 300,
                                        },
                                    },
                                ],
                                "containers": [
                                    {
                                        "name": "tensorflow",
                                        "image": "trainer:1",
                                        "command": ["python", "train.py"],
                                        "args": ["--layers=2"],
                                        "env": ENV,
                                        "volumeMounts": VOLUME_MOUNTS,
                                    },
                                ],
                                "volumes": VOLUMES,
                            },
                        },
                    },
                },
            },
        },
        succeeded={"status.completionTime": []},
        failed={"status.conditions": ["Failed"]},
        map_index_template="{{ task.resource['metadata']['annotations']['pxc.dev/matrix-params'] }}",
    ).expand_kwargs(
        [
            {
                "changes": {
                    "/metadata/annotations/pxc.dev~1matrix-params": '{"layers": 2}',
                    "/spec/tfReplicaSpecs/Worker/template/spec/containers/0/args": [
                        "--layers=2",
                    ],
                },
            },
            {
                "changes": {
                    "/metadata/annotations/pxc.dev~1matrix-params": '{"layers": 3}',
                    "/spec/tfReplicaSpecs/Worker/template/spec/containers/0/args": [
                        "--layers=3",
                    ],
                },
            },
        ],
    )
    ops["report.condition"] = ShortCircuitOperator(
        task_id="report.condition",
        python_callable=report_condition,
        op_kwargs={
            "accuracy": '{{ (ti.xcom_pull("train") or {}).get("accuracy", "") }}',
        },
        ignore_downstream_trigger_rules=False,
    )
    report = KubernetesPodOperator(
        task_id="report",
        name="report",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "report",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "report",
                    "pxc.dev/dag": "nightly",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 300,
                "initContainers": INIT_CONTAINERS,
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1",
                        "command": ["report"],
                        "args": [
                            '{{ (ti.xcom_pull("train") or {}).get("accuracy", "") }}',
                        ],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
    )
    [tune, train] >> ops["report.condition"]
    ops["report.condition"] >> report
