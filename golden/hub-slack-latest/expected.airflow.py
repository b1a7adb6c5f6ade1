# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, literal


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
    dag_id="tell",
    description="A word to the team",
    schedule=None,
    catchup=False,
    tags=["notification", "hook"],
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    KubernetesPodOperator(
        task_id="tell",
        name="tell",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "tell",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "tell",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 65534,
                    "runAsGroup": 65534,
                    "fsGroup": 65534,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
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
                            {"name": "MESSAGE", "value": "the data of today are there"},
                            {"name": "MENTION", "value": ""},
                            {"name": "RUN_NAME", "value": ""},
                            {"name": "RUN_STATUS", "value": ""},
                            {"name": "RUN_UUID", "value": ""},
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
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    },
                ],
                "volumes": [
                    {"name": "artifacts-context", "emptyDir": {}},
                    {"name": "shm", "emptyDir": {"medium": "Memory"}},
                ],
            },
        },
        base_container_name="main",
        doc_md="A word to the team",
        retries=3,
        active_deadline_seconds=600,
        execution_timeout=timedelta(seconds=900),
    )
