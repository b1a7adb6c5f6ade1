# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, literal
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


with DAG(
    dag_id="trees",
    description="Prices by what is known of the houses",
    schedule=None,
    catchup=False,
    tags=["training", "xgboost"],
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    OutputsOperator(
        task_id="trees",
        name="trees",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "trees",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "trees",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 1000,
                    "runAsGroup": 1000,
                    "fsGroup": 1000,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "initContainers": [
                    {
                        "name": "files-1",
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
                            "files",
                        ],
                        "args": [
                            "file",
                            "store:tables/houses/2026.csv",
                            "/plx-context/artifacts/data/table.csv",
                        ],
                        "envFrom": [{"secretRef": {"name": "s3-keys"}}],
                        "env": [
                            {"name": "RCLONE_CONFIG_STORE_TYPE", "value": "s3"},
                            {"name": "RCLONE_CONFIG_STORE_ENV_AUTH", "value": "true"},
                            {
                                "name": "RCLONE_CONFIG_STORE_NO_CHECK_BUCKET",
                                "value": "true",
                            },
                        ],
                        "volumeMounts": [
                            {
                                "name": "context-deae255b",
                                "mountPath": "/plx-context/artifacts/data",
                            },
                            {"name": "xcom", "mountPath": "/plx-context/artifacts"},
                        ],
                    },
                ],
                "containers": [
                    {
                        "name": "main",
                        "image": "ghcr.io/astral-sh/uv:0.9.30-python3.13-bookworm-slim",
                        "command": [
                            "uv",
                            "run",
                            "--no-project",
                            "--with=xgboost-cpu==3.1.2",
                            "--with=pandas==2.3.3",
                            "python",
                        ],
                        "args": [
                            "-c",
                            literal(
                                (
                                    "import json, os, pandas, xgboost\n"
                                    "\n"
                                    "said = os.environ\n"
                                    'folder = said["PXC_OUTPUTS_DIR"]\n'
                                    'table = pandas.read_csv(said["DATA"])\n'
                                    'rows = table.sample(frac=1, random_state=int(said["SEED"]))\n'
                                    'cut = int(len(rows) * (1 - float(said["HOLD_OUT"])))\n'
                                    'label = said["LABEL"]\n'
                                    "parts = [xgboost.DMatrix(p.drop(columns=label), p[label]) for p in (rows[:cut], rows[cut:])]\n"
                                    'settings = {"eta": float(said["ETA"]), "max_depth": int(said["MAX_DEPTH"])}\n'
                                    'settings |= {"objective": said["OBJECTIVE"], "seed": int(said["SEED"])}\n'
                                    'settings |= json.loads(said["SETTINGS"])\n'
                                    "marks = {}\n"
                                    'watched = [(parts[0], "train"), (parts[1], "held")]\n'
                                    'model = xgboost.train(settings, parts[0], int(said["ROUNDS"]), evals=watched, evals_result=marks)\n'
                                    'model.save_model(f"{folder}/model.json")\n'
                                    'metric, values = next(iter(marks["held"].items()))\n'
                                    'for name, value in (("metric", metric), ("score", values[-1])):\n'
                                    '    open(f"{folder}/{name}", "w").write(str(value))\n'
                                ),
                            ),
                        ],
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
                            {"name": "HOME", "value": "/tmp"},
                            {"name": "UV_CACHE_DIR", "value": "/tmp/uv"},
                            {"name": "UV_PYTHON_DOWNLOADS", "value": "never"},
                            {
                                "name": "DATA",
                                "value": "/plx-context/artifacts/data/table.csv",
                            },
                            {"name": "LABEL", "value": "price"},
                            {"name": "OBJECTIVE", "value": "reg:squarederror"},
                            {"name": "ROUNDS", "value": "100"},
                            {"name": "ETA", "value": "0.3"},
                            {"name": "MAX_DEPTH", "value": "4"},
                            {"name": "SETTINGS", "value": '{"subsample": 0.8}'},
                            {"name": "HOLD_OUT", "value": "0.2"},
                            {"name": "SEED", "value": "0"},
                        ],
                        "resources": {"requests": {"cpu": "2", "memory": "4Gi"}},
                        "volumeMounts": [
                            {
                                "name": "context-deae255b",
                                "mountPath": "/plx-context/artifacts/data",
                            },
                            {"name": "xcom", "mountPath": "/plx-context/artifacts"},
                            {
                                "name": "xcom",
                                "mountPath": "/plx-context/outputs",
                                "subPathExpr": "$(PXC_RUN_UUID)/outputs",
                            },
                            {"name": "xcom", "mountPath": "/plx-context/offline/runs"},
                            {"name": "shm", "mountPath": "/dev/shm"},
                        ],
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    },
                ],
                "volumes": [
                    {"name": "context-deae255b", "emptyDir": {}},
                    {"name": "shm", "emptyDir": {"medium": "Memory"}},
                ],
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["score", "metric"],
        doc_md="Prices by what is known of the houses",
        retries=1,
        active_deadline_seconds=86400,
        execution_timeout=timedelta(seconds=86700),
    )
