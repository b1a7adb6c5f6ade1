# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG
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


def train_condition(rows):
    rows = int(rows)
    return rows >= 1000


with DAG(
    dag_id="nightly",
    description="Retrains every working night",
    schedule=CronTriggerTimetable("30 1 * * 1-5", timezone="UTC"),
    start_date=pendulum.datetime(2020, 1, 1, 0, 0, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(seconds=14400),
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    ops = {}
    fresh = OutputsOperator(
        task_id="fresh",
        name="fresh",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "fresh",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "fresh",
                    "pxc.dev/dag": "nightly",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "etl:3.1",
                        "command": ["sh", "-ec", 'echo 1200 > "$PXC_OUTPUTS_DIR/rows"'],
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
        outputs=["rows"],
        active_deadline_seconds=14400,
        execution_timeout=timedelta(seconds=14700),
    )
    ops["train.condition"] = ShortCircuitOperator(
        task_id="train.condition",
        python_callable=train_condition,
        op_kwargs={"rows": '{{ (ti.xcom_pull("fresh") or {}).get("rows", "") }}'},
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
                    "pxc.dev/dag": "nightly",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "nodeSelector": {"pool": "gpu"},
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": ["echo"],
                        "args": [
                            '--rows={{ (ti.xcom_pull("fresh") or {}).get("rows", "") }}',
                        ],
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
                        "resources": {"limits": {"nvidia.com/gpu": "1"}},
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
        retries=2,
        active_deadline_seconds=7200,
        execution_timeout=timedelta(seconds=7500),
    )
    fresh >> ops["train.condition"]
    ops["train.condition"] >> train
