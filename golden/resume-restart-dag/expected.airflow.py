# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, literal


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


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
                    'say() { if test -n "$2"; then export "RCLONE_CONFIG_STORE_$1=$2"; fi; }\n'
                    "endpoint=${AWS_ENDPOINT_URL_S3:-${AWS_ENDPOINT_URL:-}}\n"
                    'say ENDPOINT "$endpoint"\n'
                    'if test -n "$endpoint"; then say PROVIDER Other; else say PROVIDER AWS; fi\n'
                    'say REGION "${AWS_REGION:-${AWS_DEFAULT_REGION:-}}"\n'
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
            "store:acme-runs/ml/$(PXC_RUN_UUID)",
            "30",
        ],
        "envFrom": [{"secretRef": {"name": "s3-keys"}}],
        "env": [
            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
            {"name": "RCLONE_CONFIG_STORE_TYPE", "value": "s3"},
            {"name": "RCLONE_CONFIG_STORE_ENV_AUTH", "value": "true"},
            {"name": "RCLONE_CONFIG_STORE_NO_CHECK_BUCKET", "value": "true"},
        ],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        "restartPolicy": "Always",
        "volumeMounts": [
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
    {"name": "shm", "emptyDir": {"medium": "Memory"}},
]


with DAG(
    dag_id="pipeline-restart-8aac02e3-a62a-4f0a-aa25-7c59da5eab80",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    prepare = KubernetesPodOperator(
        task_id="prepare",
        name="prepare",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "prepare",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "prepare",
                    "pxc.dev/dag": "pipeline",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 300,
                "initContainers": INIT_CONTAINERS,
                "containers": [
                    {
                        "name": "main",
                        "image": "prepare:1",
                        "command": ["prepare"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
    )
    train = KubernetesPodOperator(
        task_id="train",
        name="train",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train",
                    "pxc.dev/dag": "pipeline",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 300,
                "initContainers": INIT_CONTAINERS,
                "containers": [
                    {
                        "name": "main",
                        "image": "train:1",
                        "command": ["train", "--run=$(PXC_RUN_UUID)"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
    )
    prepare >> train
