# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG
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


class JoinOperator(OutputsOperator):
    """Asks pxc-tuner for values of the runs of a mapped task, or of a search.

    Where these may be skipped, `came` tells what they came to.
    """

    def __init__(self, *, runs_of, count=None, came=None, **kwargs):
        super().__init__(**kwargs)
        self.runs_of = runs_of
        self.count = count
        self.came = came

    def execute(self, context, **kwargs):
        ti = context["ti"]
        if self.count is None:
            told, state, number = "--state", "", 1
            while found := ti.xcom_pull(f"{self.runs_of}.ask_{number}", key="state"):
                state, number = found, number + 1
        else:
            left = [
                ti.xcom_pull(task_ids=self.runs_of, map_indexes=at) or {}
                for at in range(self.count)
            ]
            told, state = "--parameters", json.dumps(left)
            if self.came and self.came(ti, self.runs_of) == "skipped":
                state = ""
        self.arguments = [*self.arguments, told, state.replace("$", "$$")]
        return super().execute(context, **kwargs)


def final_args(lr):
    lr = json.loads(lr)
    return str(lr[0])


def final_args_2(depth):
    depth = json.loads(depth)
    return str(depth[0])


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
    {"name": "xcom", "mountPath": "/plx-context/artifacts"},
    {
        "name": "xcom",
        "mountPath": "/plx-context/outputs",
        "subPathExpr": "$(PXC_RUN_UUID)/outputs",
    },
    {"name": "xcom", "mountPath": "/plx-context/offline/runs"},
    {"name": "shm", "mountPath": "/dev/shm"},
]


with DAG(
    dag_id="grid",
    description="Six runs, of which the best is trained in full",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={
        "run_uuid": run_uuid,
        "final_args": final_args,
        "final_args_2": final_args_2,
    },
):
    ops = {}
    tune = OutputsOperator.partial(
        task_id="tune",
        name="tune",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "tune",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "tune",
                    "pxc.dev/dag": "grid",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": ["sh", "-ec"],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory"}}],
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["loss"],
        map_index_template="{{ task.annotations['pxc.dev/matrix-params'] }}",
        max_active_tis_per_dagrun=3,
    ).expand_kwargs(
        [
            {
                "annotations": {"pxc.dev/matrix-params": '{"lr": 0.1, "depth": 2}'},
                "arguments": [
                    'awk "BEGIN {print ($1 - 0.02) ^ 2 + $2 / 100}" > "$PXC_OUTPUTS_DIR/loss"',
                    "train",
                    "0.1",
                    "2",
                ],
            },
            {
                "annotations": {"pxc.dev/matrix-params": '{"lr": 0.1, "depth": 4}'},
                "arguments": [
                    'awk "BEGIN {print ($1 - 0.02) ^ 2 + $2 / 100}" > "$PXC_OUTPUTS_DIR/loss"',
                    "train",
                    "0.1",
                    "4",
                ],
            },
            {
                "annotations": {"pxc.dev/matrix-params": '{"lr": 0.01, "depth": 2}'},
                "arguments": [
                    'awk "BEGIN {print ($1 - 0.02) ^ 2 + $2 / 100}" > "$PXC_OUTPUTS_DIR/loss"',
                    "train",
                    "0.01",
                    "2",
                ],
            },
            {
                "annotations": {"pxc.dev/matrix-params": '{"lr": 0.01, "depth": 4}'},
                "arguments": [
                    'awk "BEGIN {print ($1 - 0.02) ^ 2 + $2 / 100}" > "$PXC_OUTPUTS_DIR/loss"',
                    "train",
                    "0.01",
                    "4",
                ],
            },
            {
                "annotations": {"pxc.dev/matrix-params": '{"lr": 0.001, "depth": 2}'},
                "arguments": [
                    'awk "BEGIN {print ($1 - 0.02) ^ 2 + $2 / 100}" > "$PXC_OUTPUTS_DIR/loss"',
                    "train",
                    "0.001",
                    "2",
                ],
            },
            {
                "annotations": {"pxc.dev/matrix-params": '{"lr": 0.001, "depth": 4}'},
                "arguments": [
                    'awk "BEGIN {print ($1 - 0.02) ^ 2 + $2 / 100}" > "$PXC_OUTPUTS_DIR/loss"',
                    "train",
                    "0.001",
                    "4",
                ],
            },
        ],
    )
    ops["final.join"] = JoinOperator(
        task_id="final.join",
        name="final-join",
        image="pxc-tuner:0.1.0",
        cmds=[
            "sh",
            "-c",
            'mkdir -p /airflow/xcom/join/outputs && exec pxc-tuner "$@"',
            "pxc-tuner",
        ],
        arguments=[
            "join",
            "--query",
            '{"field":"status","operator":"==","values":["succeeded"]}',
            "--suggestions",
            '[{"index":0,"iteration":0,"params":{"lr":0.1,"depth":2},"text":{"lr":"0.1","depth":"2"}},{"index":1,"iteration":0,"params":{"lr":0.1,"depth":4},"text":{"lr":"0.1","depth":"4"}},{"index":2,"iteration":0,"params":{"lr":0.01,"depth":2},"text":{"lr":"0.01","depth":"2"}},{"index":3,"iteration":0,"params":{"lr":0.01,"depth":4},"text":{"lr":"0.01","depth":"4"}},{"index":4,"iteration":0,"params":{"lr":0.001,"depth":2},"text":{"lr":"0.001","depth":"2"}},{"index":5,"iteration":0,"params":{"lr":0.001,"depth":4},"text":{"lr":"0.001","depth":"4"}}]',
            "--uuid",
            "uuid5:{{ ti.dag_id }}/{{ ti.run_id }}/tune/{index}",
            "--sort",
            "metrics.loss",
            "--limit",
            "1",
            "--offset",
            "0",
            "--pick",
            "lr=inputs.lr",
            "--write",
            "values.lr=/airflow/xcom/join/outputs/lr",
            "--pick",
            "depth=inputs.depth",
            "--write",
            "values.depth=/airflow/xcom/join/outputs/depth",
        ],
        do_xcom_push=True,
        outputs=["lr", "depth"],
        runs_of="tune",
        count=6,
    )
    final = OutputsOperator(
        task_id="final",
        name="final",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "final",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "final",
                    "pxc.dev/dag": "grid",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": ["sh", "-ec"],
                        "args": [
                            'echo "lr $1 depth $2" > "$PXC_OUTPUTS_DIR/chosen"',
                            "train",
                            '{{ final_args((ti.xcom_pull("final.join") or {}).get("lr", "")) }}',
                            '{{ final_args_2((ti.xcom_pull("final.join") or {}).get("depth", "")) }}',
                        ],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory"}}],
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["chosen"],
    )
    tune >> ops["final.join"]
    [tune, ops["final.join"]] >> final
