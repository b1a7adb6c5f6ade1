# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


with DAG(
    dag_id="queued",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    KubernetesPodOperator(
        task_id="queued",
        name="queued",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "kueue.x-k8s.io/queue-name": "research",
                    "app.kubernetes.io/name": "queued",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "queued",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "python:3.12-slim",
                        "command": ["python", "train.py"],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                            {"name": "POLYAXON_IS_OFFLINE", "value": "true"},
                            {"name": "POLYAXON_IS_MANAGED", "value": "true"},
                            {
                                "name": "POLYAXON_RUN_INSTANCE",
                                "value": "default.default.runs.$(PXC_RUN_UUID)",
                            },
                            {
                                "name": "POLYAXON_OFFLINE_ROOT",
                                "value": "/plx-context/offline",
                            },
                        ],
                        "volumeMounts": [
                            {
                                "name": "artifacts-context",
                                "mountPath": "/plx-context/artifacts",
                            },
                            {
                                "name": "artifacts-context",
                                "mountPath": "/plx-context/offline/runs",
                            },
                            {"name": "shm", "mountPath": "/dev/shm"},
                        ],
                    },
                ],
                "volumes": [
                    {"name": "artifacts-context", "emptyDir": {}},
                    {"name": "shm", "emptyDir": {"medium": "Memory"}},
                ],
            },
        },
        base_container_name="main",
    )
