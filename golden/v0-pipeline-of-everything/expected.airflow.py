# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, AirflowException, task
from airflow.providers.standard.operators.python import ShortCircuitOperator
from kubernetes.stream import stream

try:
    from airflow.sdk import CronTriggerTimetable
except ImportError:
    from airflow.timetables.trigger import CronTriggerTimetable


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


class OutputsOperator(KubernetesPodOperator):
    """A pod whose XCom is what its run left: files of outputs, else what it logged."""

    GATHER = (
        'cd /airflow/xcom && { printf \'{"run":"%s"\' "$(base64 "$0/run.plx.json")";'
        ' at=0; for name; do file=$0/outputs/$name; [ ! -f "$file" ] ||'
        ' printf \',"%s":"%s"\' $at "$(base64 "$file")"; at=$((at + 1)); done;'
        " echo '}'; } 2>/dev/null | tr -d '\\n' > return.json"
    )

    def __init__(self, *, outputs, **kwargs):
        super().__init__(**kwargs)
        self.outputs = outputs

    def extract_xcom(self, pod, **kwargs):
        told = [each for one in pod.spec.containers for each in one.env or ()]
        run = next(each.value for each in told if each.name == "PXC_RUN_UUID")
        stream(
            self.client.connect_get_namespaced_pod_exec,
            pod.metadata.name,
            pod.metadata.namespace,
            container="airflow-xcom-sidecar",
            command=["sh", "-c", self.GATHER, run, *self.outputs],
            stdin=False,
            stdout=True,
            stderr=True,
            tty=False,
        )
        left = super().extract_xcom(pod, **kwargs) or {}
        logged = json.loads(b64decode(left.get("run", "")) or "{}").get("outputs") or {}
        found = {}
        for at, name in enumerate(self.outputs):
            value = logged.get(name, "")
            if str(at) in left:
                value = b64decode(left[str(at)]).decode().removesuffix("\n")
            found[name] = value if isinstance(value, str) else json.dumps(value)
        return found


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


def train_condition(rows, loss):
    rows = int(rows)
    loss = float(loss)
    return rows != 0 and loss != 0.5


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
    dag_id="weekly",
    description="All that an operation of version 0 may say",
    schedule=CronTriggerTimetable("0 4 * * 1", timezone="UTC"),
    start_date=pendulum.datetime(2030, 1, 1, 0, 0, tz="UTC"),
    end_date=pendulum.datetime(2031, 1, 1, 0, 0, tz="UTC"),
    catchup=False,
    max_active_tasks=2,
    dagrun_timeout=timedelta(seconds=7200),
    tags=["ml", "weekly"],
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
) as dag:
    ops = {}
    load = OutputsOperator(
        task_id="load",
        name="load",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "team": "data",
                    "app.kubernetes.io/name": "load",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "load",
                    "pxc.dev/dag": "weekly",
                },
                "annotations": {"pxc.dev/tags": "rows"},
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "load:1",
                        "command": ["/bin/bash", "-c"],
                        "args": ["load s3://bucket/rows"],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                            {
                                "name": "PXC_OUTPUTS_DIR",
                                "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs",
                            },
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
                        "resources": {
                            "requests": {"cpu": "1", "memory": "512Mi"},
                            "limits": {"cpu": "2"},
                        },
                        "volumeMounts": [
                            {"name": "xcom", "mountPath": "/plx-context/artifacts"},
                            {
                                "name": "xcom",
                                "mountPath": "/plx-context/outputs",
                                "subPathExpr": "$(PXC_RUN_UUID)/outputs",
                            },
                            {"name": "xcom", "mountPath": "/plx-context/offline/runs"},
                            {"name": "shm", "mountPath": "/dev/shm"},
                        ],
                    },
                ],
                "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory"}}],
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["rows", "loss"],
        doc_md="Brings the rows",
        retries=3,
        active_deadline_seconds=7200,
        execution_timeout=timedelta(seconds=7500),
    )
    check = KubernetesPodOperator(
        task_id="check",
        name="check",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "check",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "check",
                    "pxc.dev/dag": "weekly",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "check:2",
                        "command": ["/bin/bash", "-c"],
                        "args": [
                            'check --rows={{ (ti.xcom_pull("load") or {}).get("rows", "") }} --limit=10',
                        ],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        active_deadline_seconds=7200,
        execution_timeout=timedelta(seconds=7500),
    )
    ops["train.condition"] = ShortCircuitOperator(
        task_id="train.condition",
        python_callable=train_condition,
        op_kwargs={
            "rows": '{{ (ti.xcom_pull("load") or {}).get("rows", "") }}',
            "loss": '{{ (ti.xcom_pull("load") or {}).get("loss", "") }}',
        },
        ignore_downstream_trigger_rules=False,
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
                    "pxc.dev/dag": "weekly",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "train:1",
                        "command": ["/bin/bash", "-c"],
                        "args": [
                            'train --rows={{ (ti.xcom_pull("load") or {}).get("rows", "") }}',
                        ],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        retries=1,
        active_deadline_seconds=7200,
        execution_timeout=timedelta(seconds=7500),
    )
    ops["alarm.gate"] = ShortCircuitOperator(
        task_id="alarm.gate",
        python_callable=may_start,
        op_kwargs={"trigger": "all_failed", "upstreams": {"train": {}}},
        trigger_rule="all_done",
        ignore_downstream_trigger_rules=False,
    )
    alarm = KubernetesPodOperator(
        task_id="alarm",
        name="alarm",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "alarm",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "alarm",
                    "pxc.dev/dag": "weekly",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "mail:1",
                        "command": ["/bin/bash", "-c"],
                        "args": ["echo the training has failed"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        active_deadline_seconds=7200,
        execution_timeout=timedelta(seconds=7500),
    )
    tidy = KubernetesPodOperator(
        task_id="tidy",
        name="tidy",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "tidy",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "tidy",
                    "pxc.dev/dag": "weekly",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "mail:1",
                        "command": ["/bin/bash", "-c"],
                        "args": ["echo all is done"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        active_deadline_seconds=7200,
        execution_timeout=timedelta(seconds=7500),
        trigger_rule="all_done",
    )
    load >> check
    [check, load] >> ops["train.condition"]
    ops["train.condition"] >> train
    train >> ops["alarm.gate"]
    ops["alarm.gate"] >> alarm
    [check, train] >> tidy
    [
        each for each in dag.tasks if each.task_type != "ShortCircuitOperator"
    ] >> watcher()
