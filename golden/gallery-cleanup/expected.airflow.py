# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, AirflowException, task
from airflow.providers.standard.operators.python import ShortCircuitOperator


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


def came_to(ti, task_id, meanings=None):
    """What the operation of a task came to, by the states of all its instances.

    `meanings` tell what these mean where they mean something of their own, which task
    begins the group that the task ends, and which gate is before it.
    """

    def states(name):
        if hasattr(ti, "get_task_states"):
            runs = ti.get_task_states(ti.dag_id, task_ids=[name], run_ids=[ti.run_id])
            return {str(state) for state in runs.get(ti.run_id, {}).values()}
        instances = ti.get_dagrun().get_task_instances()
        return {str(each.state) for each in instances if each.task_id == name}

    meanings = meanings or {}
    begins, gate = meanings.get("begins"), meanings.get("gate")
    if begins and states(begins) != {"success"}:
        task_id, meanings = begins, meanings.get("before", {})
    found = states(task_id)
    if "failed" in found or found <= {"success"}:
        return "failed" if "failed" in found else "succeeded"
    if "upstream_failed" in found:
        return meanings.get("upstream_failed", "upstream_failed")
    verdict = gate and ti.xcom_pull(task_ids=gate, key="verdict")
    return verdict or meanings.get("skipped", "skipped")


def may_start(
    ti, trigger, upstreams, events=None, skips=False, condition=True, start=None
):
    """Whether an operation starts after what the operations before it came to.

    `upstreams` tells of the task of each of them what its states mean; `start` is the
    task that begins the group. A hook starts when its run came to its trigger; `events`
    are what some may come to that starts an operation whatever its trigger is.
    """
    came = {name: came_to(ti, name, each) for name, each in upstreams.items()}
    words = set(came.values())
    starts = {
        "all_succeeded": words <= {"succeeded", "skipped"},
        "all_failed": words <= {"failed"},
        "all_done": True,
        "one_succeeded": bool(words & {"succeeded", "skipped"}),
        "one_failed": "failed" in words,
        "one_done": True,
        "done": "uncalled" not in words,
    }.get(trigger, words == {trigger})
    starts = starts or any(came[name] in ends for name, ends in (events or {}).items())
    verdict = ""
    if start and came_to(ti, start) != "succeeded":
        verdict = "upstream_failed"
    elif skips and "skipped" in words:
        verdict = "skipped"
    elif upstreams and not starts:
        verdict = "upstream_failed"
    elif not condition:
        verdict = "skipped"
    if verdict:
        ti.xcom_push(key="verdict", value=verdict)
    return not verdict


@task(trigger_rule="one_failed", retries=0)
def watcher():
    """Fail the run when a task has failed, whatever ran after it."""
    raise AirflowException("a task of this run has failed")


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
    dag_id="cleanup",
    description="What is told and tidied up when a training fails",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
) as dag:
    ops = {}
    allocate = KubernetesPodOperator(
        task_id="allocate",
        name="allocate",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "allocate",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "allocate",
                    "pxc.dev/dag": "cleanup",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "platform:1.0",
                        "command": ["echo", "allocated"],
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
                    "pxc.dev/dag": "cleanup",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": ["sh", "-c", "echo out of memory >&2; exit 137"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        retries=1,
    )
    evaluate = KubernetesPodOperator(
        task_id="evaluate",
        name="evaluate",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "evaluate",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "evaluate",
                    "pxc.dev/dag": "cleanup",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": ["echo", "evaluated"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
    )
    ops["alert.gate"] = ShortCircuitOperator(
        task_id="alert.gate",
        python_callable=may_start,
        op_kwargs={"trigger": "all_failed", "upstreams": {"train": {}}},
        trigger_rule="all_done",
        ignore_downstream_trigger_rules=False,
    )
    alert = KubernetesPodOperator(
        task_id="alert",
        name="alert",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "alert",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "alert",
                    "pxc.dev/dag": "cleanup",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "notify:1.0",
                        "command": ["echo", "the training has failed"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
    )
    release = KubernetesPodOperator(
        task_id="release",
        name="release",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "release",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "release",
                    "pxc.dev/dag": "cleanup",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "platform:1.0",
                        "command": ["echo", "released"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        trigger_rule="all_done",
    )
    allocate >> train
    train >> evaluate
    train >> ops["alert.gate"]
    ops["alert.gate"] >> alert
    [evaluate, alert] >> release
    [
        each for each in dag.tasks if each.task_type != "ShortCircuitOperator"
    ] >> watcher()
