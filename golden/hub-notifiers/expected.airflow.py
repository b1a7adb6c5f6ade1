# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, AirflowException, literal, task
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


@task(trigger_rule="one_failed", retries=0)
def watcher():
    """Fail the run when a task has failed, whatever ran after it."""
    raise AirflowException("a task of this run has failed")


SECURITY_CONTEXT = {
    "runAsNonRoot": True,
    "runAsUser": 65534,
    "runAsGroup": 65534,
    "fsGroup": 65534,
    "seccompProfile": {"type": "RuntimeDefault"},
}
VOLUME_MOUNTS = [
    {"name": "artifacts-context", "mountPath": "/plx-context/artifacts"},
    {"name": "artifacts-context", "mountPath": "/plx-context/offline/runs"},
    {"name": "shm", "mountPath": "/dev/shm"},
]
SECURITY_CONTEXT_2 = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
VOLUMES = [
    {"name": "artifacts-context", "emptyDir": {}},
    {"name": "shm", "emptyDir": {"medium": "Memory"}},
]


with DAG(
    dag_id="train",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
) as dag:
    ops = {}
    train = OutputsOperator(
        task_id="train",
        name="train",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": "trainer:1.4",
                        "command": ["python", "train.py"],
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
        outputs=["accuracy"],
    )
    ops["train-slack"] = KubernetesPodOperator(
        task_id="train-slack",
        name="train-slack",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train-slack",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train-slack",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "securityContext": SECURITY_CONTEXT,
                "containers": [
                    {
                        "name": "main",
                        "image": "python:3.13.7-slim",
                        "command": ["python", "-c"],
                        "args": [
                            literal(
                                (
                                    "import json, os, urllib.request\n"
                                    "\n"
                                    "said = os.environ\n"
                                    'signs = {"succeeded": ":white_check_mark:", "failed": ":x:", "stopped": ":octagonal_sign:"}\n'
                                    "text = said[\"MESSAGE\"] or f\"{said['RUN_NAME'] or 'a run'} has {said['RUN_STATUS'] or 'ended'}\"\n"
                                    'words = [signs.get(said["RUN_STATUS"], ""), text, said["MENTION"]]\n'
                                    'blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": " ".join(filter(None, words))}}]\n'
                                    'if said["RUN_UUID"]:\n'
                                    '    told = [{"type": "plain_text", "text": said["RUN_UUID"]}]\n'
                                    '    blocks.append({"type": "context", "elements": told})\n'
                                    'body = json.dumps({"text": text, "blocks": blocks}).encode()\n'
                                    'head = {"Content-Type": "application/json"}\n'
                                    'request = urllib.request.Request(said["SLACK_URL"], body, head)\n'
                                    "print(urllib.request.urlopen(request, timeout=30).read().decode())\n"
                                ),
                            ),
                        ],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                            {
                                "name": "POLYAXON_CONNECTIONS_CATALOG",
                                "value": '{"connections":[{"name":"team-slack","kind":"slack","secret":{"name":"team-slack","items":["SLACK_URL"]}}]}',
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
                            {"name": "MESSAGE", "value": ""},
                            {"name": "MENTION", "value": "<!here>"},
                            {"name": "RUN_NAME", "value": "train"},
                            {"name": "RUN_STATUS", "value": "failed"},
                            {
                                "name": "RUN_UUID",
                                "value": '{{ run_uuid(ti, "train") }}',
                            },
                            {
                                "name": "SLACK_URL",
                                "valueFrom": {
                                    "secretKeyRef": {
                                        "name": "team-slack",
                                        "key": "SLACK_URL",
                                    },
                                },
                            },
                        ],
                        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
                        "volumeMounts": VOLUME_MOUNTS,
                        "securityContext": SECURITY_CONTEXT_2,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        doc_md="Tells a channel of Slack, most often as a hook, what a run came to",
        retries=3,
        active_deadline_seconds=600,
        execution_timeout=timedelta(seconds=900),
        trigger_rule="all_failed",
    )
    ops["train-webhook"] = KubernetesPodOperator(
        task_id="train-webhook",
        name="train-webhook",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train-webhook",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train-webhook",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "securityContext": SECURITY_CONTEXT,
                "containers": [
                    {
                        "name": "main",
                        "image": "python:3.13.7-slim",
                        "command": ["python", "-c"],
                        "args": [
                            literal(
                                (
                                    "import json, os, urllib.request\n"
                                    "\n"
                                    "said = os.environ\n"
                                    'body = {"name": said["RUN_NAME"], "uuid": said["RUN_UUID"], "status": said["RUN_STATUS"]}\n'
                                    "body[\"message\"] = said[\"MESSAGE\"] or f\"{said['RUN_NAME'] or 'a run'} has {said['RUN_STATUS'] or 'ended'}\"\n"
                                    'head = {"Content-Type": "application/json", "User-Agent": "pxc"}\n'
                                    'if said.get("WEBHOOK_TOKEN"):\n'
                                    '    head["Authorization"] = "Bearer " + said["WEBHOOK_TOKEN"]\n'
                                    'request = urllib.request.Request(said["WEBHOOK_URL"], json.dumps(body).encode(), head)\n'
                                    "with urllib.request.urlopen(request, timeout=30) as answer:\n"
                                    "    print(answer.status, answer.reason)\n"
                                ),
                            ),
                        ],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                            {
                                "name": "POLYAXON_CONNECTIONS_CATALOG",
                                "value": '{"connections":[{"name":"alerts","kind":"webhook","secret":{"name":"alerts","items":["WEBHOOK_URL"]}}]}',
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
                            {
                                "name": "MESSAGE",
                                "value": 'train came to {{ (ti.xcom_pull("train") or {}).get("accuracy", "") }}',
                            },
                            {"name": "RUN_NAME", "value": "train"},
                            {"name": "RUN_STATUS", "value": "succeeded"},
                            {
                                "name": "RUN_UUID",
                                "value": '{{ run_uuid(ti, "train") }}',
                            },
                            {
                                "name": "WEBHOOK_URL",
                                "valueFrom": {
                                    "secretKeyRef": {
                                        "name": "alerts",
                                        "key": "WEBHOOK_URL",
                                    },
                                },
                            },
                        ],
                        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
                        "volumeMounts": VOLUME_MOUNTS,
                        "securityContext": SECURITY_CONTEXT_2,
                    },
                ],
                "volumes": VOLUMES,
            },
        },
        base_container_name="main",
        doc_md="Sends a run's name, uuid and status as JSON to an address, most often as a hook",
        retries=3,
        active_deadline_seconds=600,
        execution_timeout=timedelta(seconds=900),
    )
    train >> ops["train-slack"]
    train >> ops["train-webhook"]
    hooks = EmptyOperator(task_id="hooks", trigger_rule="all_done")
    [ops["train-slack"], ops["train-webhook"]] >> hooks
    [
        each for each in dag.tasks if each.task_id not in hooks.upstream_task_ids
    ] >> watcher()
