# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG

try:
    from airflow.sdk import DeltaTriggerTimetable
except ImportError:
    from airflow.timetables.trigger import DeltaTriggerTimetable


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


ENV = [
    {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
    {"name": "POLYAXON_IS_OFFLINE", "value": "true"},
    {"name": "POLYAXON_IS_MANAGED", "value": "true"},
    {"name": "POLYAXON_RUN_INSTANCE", "value": "default.default.runs.$(PXC_RUN_UUID)"},
    {"name": "POLYAXON_OFFLINE_ROOT", "value": "/plx-context/offline"},
]
VOLUME_MOUNTS = [
    {"name": "artifacts-context", "mountPath": "/plx-context/artifacts"},
    {"name": "artifacts-context", "mountPath": "/plx-context/offline/runs"},
    {"name": "shm", "mountPath": "/dev/shm"},
]
VOLUMES = [
    {"name": "artifacts-context", "emptyDir": {}},
    {"name": "shm", "emptyDir": {"medium": "Memory"}},
]


with DAG(
    dag_id="retrain",
    schedule=DeltaTriggerTimetable(timedelta(seconds=120)),
    start_date=pendulum.datetime(2019, 6, 24, 21, 20, 7, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    ops = {}
    ops["process-build"] = KubernetesPodOperator(
        task_id="process-build",
        name="process-build",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "process-build",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "process-build",
                    "pxc.dev/dag": "retrain",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "gcr.io/kaniko-project/executor:v1.24.0",
                        "command": ["echo"],
                        "args": [
                            "--dockerfile=dockerfiles/Dockerfile",
                            "--context=git://git.example.com/processing.git",
                        ],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        doc_md="What the platform builds images with",
    )
    process = KubernetesPodOperator(
        task_id="process",
        name="process",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "process",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "process",
                    "pxc.dev/dag": "retrain",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "serviceAccountName": "my-service",
                "nodeSelector": {"polyaxon": "experiments"},
                "containers": [
                    {
                        "name": "main",
                        "image": 'default:{{ run_uuid(ti, "process-build") }}',
                        "command": ["/bin/bash", "-c"],
                        "args": ["echo processing s3://bucket-with-data"],
                        "envFrom": [{"secretRef": {"name": "s3-secret"}}],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        retries=2,
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
                    "pxc.dev/dag": "retrain",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "deep-wide:1.0",
                        "command": ["/bin/bash", "-c"],
                        "args": ["echo training --lr=0.05"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
    )
    ops["process-build"] >> process
    process >> train
