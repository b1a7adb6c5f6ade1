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
    dag_id="train",
    description="All devices of one node",
    schedule=None,
    catchup=False,
    tags=["training", "pytorch"],
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    KubernetesPodOperator(
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
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 1000,
                    "runAsGroup": 1000,
                    "fsGroup": 1000,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "initContainers": [
                    {
                        "name": "git-1",
                        "image": "alpine/git:v2.49.1",
                        "command": [
                            "sh",
                            "-ceu",
                            literal(
                                (
                                    'fail() { echo "git: $1" >&2; exit 64; }\n'
                                    'test -n "$PXC_GIT_URL" || fail "the url is empty"\n'
                                    'case "$PXC_GIT_REVISION" in\n'
                                    '-*) fail "a revision does not begin with a dash" ;;\n'
                                    "esac\n"
                                    "# An earlier try of this container may have left half a checkout behind.\n"
                                    'if test -e "$PXC_GIT_DIRECTORY/.git"; then\n'
                                    '  rm -rf "$PXC_GIT_DIRECTORY"/* "$PXC_GIT_DIRECTORY"/.[!.]* "$PXC_GIT_DIRECTORY"/..?*\n'
                                    "fi\n"
                                    'if test -z "$PXC_GIT_REVISION" || test "$PXC_GIT_REVISION" = HEAD; then\n'
                                    '  exec git clone "$@" -- "$PXC_GIT_URL" "$PXC_GIT_DIRECTORY"\n'
                                    "fi\n"
                                    'git clone --no-checkout "$@" -- "$PXC_GIT_URL" "$PXC_GIT_DIRECTORY"\n'
                                    'cd -- "$PXC_GIT_DIRECTORY"\n'
                                    'known() { git rev-parse --quiet --verify "$1^{commit}" >/dev/null 2>&1; }\n'
                                    'if known "refs/tags/$PXC_GIT_REVISION"; then\n'
                                    '  git checkout --quiet --detach "refs/tags/$PXC_GIT_REVISION"\n'
                                    'elif known "refs/remotes/origin/$PXC_GIT_REVISION"; then\n'
                                    '  git checkout --quiet -B "$PXC_GIT_REVISION" "refs/remotes/origin/$PXC_GIT_REVISION"\n'
                                    'elif known "$PXC_GIT_REVISION"; then\n'
                                    '  git checkout --quiet --detach "$PXC_GIT_REVISION"\n'
                                    "else\n"
                                    "  # A shallow or single-branch clone does not have it yet; stay as shallow as the clone is.\n"
                                    "  if test -f .git/shallow; then\n"
                                    '    git fetch --quiet --depth=1 -- origin "$PXC_GIT_REVISION"\n'
                                    "  else\n"
                                    '    git fetch --quiet -- origin "$PXC_GIT_REVISION"\n'
                                    "  fi\n"
                                    "  git checkout --quiet --detach FETCH_HEAD\n"
                                    "fi\n"
                                    "if git config --get-all submodule.active >/dev/null; then\n"
                                    "  git submodule update --init --recursive\n"
                                    "fi\n"
                                    'git log -1 --format="git: %H"\n'
                                ),
                            ),
                            "git",
                        ],
                        "env": [
                            {
                                "name": "PXC_GIT_URL",
                                "value": "https://git.example.com/vision.git",
                            },
                            {"name": "PXC_GIT_REVISION", "value": "v1.4"},
                            {
                                "name": "PXC_GIT_DIRECTORY",
                                "value": "/plx-context/artifacts/vision",
                            },
                            {"name": "GIT_TERMINAL_PROMPT", "value": "0"},
                            {"name": "HOME", "value": "/tmp"},
                        ],
                        "volumeMounts": [
                            {
                                "name": "artifacts-context",
                                "mountPath": "/plx-context/artifacts",
                            },
                        ],
                    },
                ],
                "containers": [
                    {
                        "name": "main",
                        "image": "pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime",
                        "command": ["torchrun", "--standalone", "--nproc-per-node=4"],
                        "args": ["train.py", "--epochs=30"],
                        "workingDir": "/plx-context/artifacts/vision",
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
                            {"name": "HOME", "value": "/tmp"},
                            {"name": "USER", "value": "trainer"},
                        ],
                        "resources": {
                            "requests": {"cpu": "2", "memory": "8Gi"},
                            "limits": {"nvidia.com/gpu": "4"},
                        },
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
        doc_md="All devices of one node",
        retries=2,
        active_deadline_seconds=86400,
        execution_timeout=timedelta(seconds=86700),
    )
