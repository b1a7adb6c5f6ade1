# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, literal
from airflow.providers.standard.operators.python import ShortCircuitOperator
from kubernetes.stream import stream


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


def train_args(rows):
    rows = int(rows)
    return str(rows // 2)


def deploy_condition(r2):
    r2 = float(r2)
    return r2 > 0.9


ENV = [
    {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
    {
        "name": "POLYAXON_CONNECTIONS_CATALOG",
        "value": '{"connections":[{"name":"datasets","kind":"volume_claim","schema":{"volumeClaim":"datasets","mountPath":"/datasets"}}]}',
    },
    {"name": "POLYAXON_IS_OFFLINE", "value": "true"},
    {"name": "POLYAXON_IS_MANAGED", "value": "true"},
    {"name": "POLYAXON_RUN_INSTANCE", "value": "default.default.runs.$(PXC_RUN_UUID)"},
    {"name": "POLYAXON_OFFLINE_ROOT", "value": "/plx-context/offline"},
]
VOLUME_MOUNTS = [
    {"name": "datasets", "mountPath": "/datasets"},
    {"name": "artifacts-context", "mountPath": "/plx-context/artifacts"},
    {"name": "artifacts-context", "mountPath": "/plx-context/offline/runs"},
    {"name": "shm", "mountPath": "/dev/shm"},
]
VOLUMES = [
    {"name": "datasets", "persistentVolumeClaim": {"claimName": "datasets"}},
    {"name": "artifacts-context", "emptyDir": {}},
    {"name": "shm", "emptyDir": {"medium": "Memory"}},
]
ENV_2 = [
    {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
    {
        "name": "POLYAXON_CONNECTIONS_CATALOG",
        "value": '{"connections":[{"name":"datasets","kind":"volume_claim","schema":{"volumeClaim":"datasets","mountPath":"/datasets"}}]}',
    },
    {
        "name": "PXC_OUTPUTS_DIR",
        "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs",
    },
    {"name": "POLYAXON_IS_OFFLINE", "value": "true"},
    {"name": "POLYAXON_IS_MANAGED", "value": "true"},
    {"name": "POLYAXON_RUN_INSTANCE", "value": "default.default.runs.$(PXC_RUN_UUID)"},
    {"name": "POLYAXON_OFFLINE_ROOT", "value": "/plx-context/offline"},
]
VOLUME_MOUNTS_2 = [
    {"name": "datasets", "mountPath": "/datasets"},
    {"name": "xcom", "mountPath": "/plx-context/artifacts"},
    {
        "name": "xcom",
        "mountPath": "/plx-context/outputs",
        "subPathExpr": "$(PXC_RUN_UUID)/outputs",
    },
    {"name": "xcom", "mountPath": "/plx-context/offline/runs"},
    {"name": "shm", "mountPath": "/dev/shm"},
]
VOLUMES_2 = [
    {"name": "datasets", "persistentVolumeClaim": {"claimName": "datasets"}},
    {"name": "shm", "emptyDir": {"medium": "Memory"}},
]


with DAG(
    dag_id="release",
    description="Loads, cleans, trains, and deploys what is good enough",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid, "train_args": train_args},
):
    ops = {}
    extract = KubernetesPodOperator(
        task_id="extract",
        name="extract",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "extract",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "extract",
                    "pxc.dev/dag": "release",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "python:3.12-slim",
                        "command": ["python", "-c"],
                        "args": [
                            literal(
                                (
                                    'with open("/datasets/raw.csv", "w") as file:\n'
                                    "    for x in range(100):\n"
                                    '        print(x, 2 * x + 1 if x % 10 else "", sep=",", file=file)\n'
                                ),
                            ),
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
    clean = OutputsOperator(
        task_id="clean",
        name="clean",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "clean",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "clean",
                    "pxc.dev/dag": "release",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "python:3.12-slim",
                        "command": ["sh", "-ec"],
                        "args": [
                            literal(
                                (
                                    "grep -v ',$' /datasets/raw.csv > /datasets/clean.csv\n"
                                    'wc -l < /datasets/clean.csv > "$PXC_OUTPUTS_DIR/rows"\n'
                                ),
                            ),
                        ],
                        "env": ENV_2,
                        "volumeMounts": VOLUME_MOUNTS_2,
                    },
                ],
                "volumes": VOLUMES_2,
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["rows"],
    )
    train = OutputsOperator(
        task_id="train",
        name="train",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train",
                    "pxc.dev/dag": "release",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": ["python", "-c"],
                        "args": [
                            literal(
                                (
                                    "import statistics, sys\n"
                                    "from polyaxon import tracking\n"
                                    "\n"
                                    "tracking.init()\n"
                                    'rows = [line.split(",") for line in open("/datasets/clean.csv")]\n'
                                    "x, y = ([float(row[i]) for row in rows[: int(sys.argv[1])]] for i in (0, 1))\n"
                                    "tracking.log_metrics(r2=round(statistics.correlation(x, y) ** 2, 3))\n"
                                ),
                            ),
                            '{{ train_args((ti.xcom_pull("clean") or {}).get("rows", "")) }}',
                        ],
                        "env": ENV_2,
                        "volumeMounts": VOLUME_MOUNTS_2,
                    },
                ],
                "volumes": VOLUMES_2,
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["r2"],
    )
    ops["deploy.condition"] = ShortCircuitOperator(
        task_id="deploy.condition",
        python_callable=deploy_condition,
        op_kwargs={"r2": '{{ (ti.xcom_pull("train") or {}).get("r2", "") }}'},
        ignore_downstream_trigger_rules=False,
    )
    deploy = KubernetesPodOperator(
        task_id="deploy",
        name="deploy",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "deploy",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "deploy",
                    "pxc.dev/dag": "release",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "deployer:2.0",
                        "command": [
                            "echo",
                            "deployed",
                            '--score={{ (ti.xcom_pull("train") or {}).get("r2", "") }}',
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
    extract >> clean
    clean >> train
    train >> ops["deploy.condition"]
    ops["deploy.condition"] >> deploy
