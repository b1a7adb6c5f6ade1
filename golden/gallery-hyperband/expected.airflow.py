# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, AirflowSkipException, TaskGroup
from airflow.providers.standard.operators.empty import EmptyOperator
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


class TrialOperator(OutputsOperator):
    """A run of a round: `cell` is what pxc-tuner said of it, if it did.

    What a run leaves is its XCom also when it has failed: a second one tells the good.
    """

    def __init__(self, *, cell=None, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell

    def execute(self, context, **kwargs):
        found = super().execute(context, **kwargs)
        context["ti"].xcom_push(key="good", value=found)
        return found


class TunerOperator(KubernetesPodOperator):
    """Asks pxc-tuner what to run next, and tells it what the runs before left.

    It is skipped when nothing is left to run. It fails when the whole has failed.
    """

    def execute(self, context, **kwargs):
        ti = context["ti"]
        path, _, number = self.task_id.rpartition("ask_")
        if number != "1":
            asked = f"{path}ask_{int(number) - 1}"
            tried = f"{path}trials_{int(number) - 1}"
            items = ti.xcom_pull(task_ids=asked)
            state = ti.xcom_pull(task_ids=asked, key="state")
            if not items or not state:
                raise AirflowSkipException("nothing was left to run before")
            results = []
            for at, item in enumerate(items):
                outputs = ti.xcom_pull(task_ids=tried, map_indexes=at, key="good")
                if outputs is not None:
                    results.append({"index": item["index"], "outputs": outputs})
            told = json.dumps(results).replace("$", "$$")
            self.arguments = [*self.arguments, "--state", state, "--results", told]
        found = super().execute(context, **kwargs)
        ti.xcom_push(key="state", value=found["state"])
        if not found["items"]:
            raise AirflowSkipException("nothing is left to run")
        return found["items"]


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


def final_command(best):
    best = json.loads(best)
    return str(best[0])


with DAG(
    dag_id="hyperband",
    description="A hyperband search whose best run is trained in full",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid, "final_command": final_command},
):
    ops = {}
    with TaskGroup(group_id="search"):
        ops["search.end"] = EmptyOperator(
            task_id="end",
            trigger_rule="none_failed_min_one_success",
        )
        for number in range(1, 8):
            ops[f"search.ask_{number}"] = TunerOperator(
                task_id=f"ask_{number}",
                name="search-ask",
                image="pxc-tuner:0.1.0",
                cmds=["pxc-tuner"],
                arguments=[
                    "step",
                    "--search",
                    '{"version":1,"kind":"hyperband","axes":[{"name":"lr","kind":"loguniform","numbers":[-7.0,-1.0],"type":"float"}],"metric":{"name":"loss","optimization":"minimize"},"seed":7,"maxIterations":4,"eta":2.0,"resource":{"name":"epochs","type":"int"}}',
                    "--run",
                    "uuid5:{{ ti.dag_id }}/{{ ti.run_id }}/search",
                    "--keep=loss",
                    "--output",
                    "/airflow/xcom/return.json",
                ],
                do_xcom_push=True,
                trigger_rule="none_skipped" if number > 1 else "all_success",
            )
            ops[f"search.ask_{number}"] >> ops["search.end"]
            if number > 1:
                ops[f"search.trials_{number - 1}"] >> ops[f"search.ask_{number}"]
            if number < 7:
                ops[f"search.trials_{number}"] = TrialOperator.partial(
                    task_id=f"trials_{number}",
                    name="search",
                    pod_template_dict={
                        "metadata": {
                            "labels": {
                                "app.kubernetes.io/name": "search",
                                "app.kubernetes.io/managed-by": "pxc",
                                "pxc.dev/operation": "search",
                                "pxc.dev/dag": "hyperband",
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
                                        'awk "BEGIN {print $1 / $2}" > "$PXC_OUTPUTS_DIR/loss"',
                                        "train",
                                        '{{ task.cell["text"]["lr"] }}',
                                        '{{ task.cell["text"]["epochs"] }}',
                                    ],
                                    "env": [
                                        {
                                            "name": "PXC_RUN_UUID",
                                            "value": '{{ run_uuid(ti, "search", task.cell["run"]) }}',
                                        },
                                        {
                                            "name": "PXC_OUTPUTS_DIR",
                                            "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs",
                                        },
                                        {
                                            "name": "POLYAXON_IS_OFFLINE",
                                            "value": "true",
                                        },
                                        {
                                            "name": "POLYAXON_IS_MANAGED",
                                            "value": "true",
                                        },
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
                                            "name": "xcom",
                                            "mountPath": "/plx-context/artifacts",
                                        },
                                        {
                                            "name": "xcom",
                                            "mountPath": "/plx-context/outputs",
                                            "subPathExpr": "$(PXC_RUN_UUID)/outputs",
                                        },
                                        {
                                            "name": "xcom",
                                            "mountPath": "/plx-context/offline/runs",
                                        },
                                        {"name": "shm", "mountPath": "/dev/shm"},
                                    ],
                                },
                            ],
                            "volumes": [
                                {"name": "shm", "emptyDir": {"medium": "Memory"}},
                            ],
                        },
                    },
                    base_container_name="main",
                    do_xcom_push=True,
                    outputs=["loss"],
                    map_index_template="{{ task.cell['text'].items() | map('join', '=') | join(', ') | truncate(250) }}",
                    max_active_tis_per_dagrun=4,
                ).expand(cell=ops[f"search.ask_{number}"].output)
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
            "--sort",
            "metrics.loss",
            "--limit",
            "1",
            "--offset",
            "0",
            "--pick",
            "best=inputs.lr",
            "--write",
            "values.best=/airflow/xcom/join/outputs/best",
        ],
        do_xcom_push=True,
        outputs=["best"],
        runs_of="search",
    )
    final = KubernetesPodOperator(
        task_id="final",
        name="final",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "final",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "final",
                    "pxc.dev/dag": "hyperband",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": [
                            "echo",
                            '--lr={{ final_command((ti.xcom_pull("final.join") or {}).get("best", "")) }}',
                            "--epochs=100",
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
    ops["search.end"] >> ops["final.join"]
    [ops["search.end"], ops["final.join"]] >> final
